/** Openings with one thing broken. */
import { fromHex } from '../../../reference/bytes.ts';
import { message1, message2, publicOf, sharedOf } from '../noise.ts';
import { draw } from '../random.ts';
import type { Broken, Family, GivenFields, Vector } from '../vector.ts';
import type { Opening } from './opening.ts';

/** Public keys with which X25519 gives 32 zero bytes, whatever the secret. */
const LOW_ORDER: readonly (readonly [string, string, string])[] = [
  ['zero', 'The public key 0.', '00'.repeat(32)],
  ['one', 'The public key 1.', `01${'00'.repeat(31)}`],
  ['order-8', 'A public key of order 8.', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
  [
    'other-order-8',
    'The other one of order 8.',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  ],
  ['p-minus-1', 'The public key p - 1, of order 4.', `ec${'ff'.repeat(30)}7f`],
  ['p', 'The public key p, which counts as 0.', `ed${'ff'.repeat(30)}7f`],
  ['p-plus-1', 'The public key p + 1, which counts as 1.', `ee${'ff'.repeat(30)}7f`],
  ['zero-high-bit', 'The public key 0 with its highest bit set.', `${'00'.repeat(31)}80`],
];

type Change = Omit<Broken, 'clauses' | 'layer'> & { readonly layer?: string };

function breaker(family: Family, call: string, clauses: readonly string[]) {
  return (base: Vector, name: string, change: Change) =>
    family.broken(base, `${call}.${name}`, { clauses, layer: 'handshake', ...change });
}

/** The hex of a field with one bit changed. */
function flipped({ input }: Vector, field: string, at: number, bit = 1): GivenFields {
  const bytes = fromHex(String(input[field]));
  bytes[at] = (bytes[at] ?? 0) ^ bit;
  return { [field]: bytes };
}

/** The responder's end. */
export function brokenRespond(
  family: Family,
  leg: Opening,
  path1: Opening,
  path2: Opening,
  aliased: Opening,
): void {
  const refuse = breaker(family, 'respond', ['KEY-01', 'KEY-02', 'DOS-01']);
  const base = leg.vectors.respond;
  const one = (
    name: string,
    comment: string,
    flag: string,
    input: GivenFields,
    layer?: string,
    from = base,
  ) => refuse(from, name, { comment, flags: [flag], input, ...(layer === undefined ? {} : { layer }) });

  one('secret', 'The responder has a secret that differs in one bit.', 'secret', flipped(base, 'secret', 31));
  one('channel', 'The psk comes from the ID of another channel.', 'secret', flipped(base, 'channel', 15));
  const viaAlias = aliased.vectors.respond;
  const alias = { channel: String(viaAlias.input.request).slice(8, 40) };
  one('alias-as-salt', 'The salt of the psk is the ID, not the alias.', 'secret', alias, undefined, viaAlias);
  one('kind', 'The responder has a channel of another kind with the same secret.', 'prologue', {
    kind: 'path',
  });
  const initiator = flipped(base, 'initiator', 0);
  one('initiator', "The responder expects another initiator's Node ID.", 'prologue', initiator);
  one('responder', 'Message 1 is for another Node ID.', 'prologue', flipped(base, 'responder', 15));
  const reflected = { initiator: leg.setting.responder, responder: leg.setting.initiator };
  one('reflected', 'Message 1 comes back to who sent it: the Node IDs change places.', 'prologue', reflected);
  const suite = (name: string, comment: string, is: number, from: Opening) =>
    one(name, comment, 'prologue', { suite: is }, undefined, from.vectors.respond);
  suite('suite-2-for-1', 'The responder has suite 2 for the path, the initiator suite 1.', 2, path1);
  suite('suite-1-for-2', 'The responder has suite 1 for the path, the initiator suite 2.', 1, path2);

  const request = (at: number, bit?: number) => flipped(base, 'request', at, bit);
  one('order', 'The order number was raised on the way.', 'header', request(27, 2));
  one('context', 'The context was changed on the way.', 'header', request(4));
  one('key-id', 'A key ID was written into message 1.', 'header', request(3), 'key-id-zero');
  one('type', 'The type was changed to that of message 2.', 'header', request(1, 0x07));
  one('magic', 'The magic was changed.', 'header', request(0, 3), 'magic');
  one('public-key', 'One bit of the public key.', 'one-bit', request(28));
  one(
    'public-key-high-bit',
    'The highest bit of the public key, which the hash covers.',
    'one-bit',
    request(59, 0x80),
  );
  one('tag-first', 'One bit of the first byte of the tag.', 'one-bit', request(60));
  one('tag-last', 'One bit of the last byte of the tag.', 'one-bit', request(75, 0x80));
  const whole = String(base.input.request);
  one(
    'short',
    'Message 1 less the last byte of its tag.',
    'length',
    { request: whole.slice(0, -2) },
    'length',
  );
  one('long', 'Message 1 with a zero byte after it.', 'length', { request: `${whole}00` }, 'length');
  one('empty', 'No message at all.', 'length', { request: '' }, 'length');

  for (const [name, what, hex] of LOW_ORDER) {
    const { datagram } = message1(leg.setting, leg.setting.channel, 1n, fromHex(hex));
    const comment = `${what} Its tag verifies, the Diffie-Hellman gives nothing.`;
    family.broken(base, `respond.low-order.${name}`, {
      clauses: ['KEY-19'],
      comment,
      flags: ['low-order'],
      input: { request: datagram },
      layer: 'handshake',
    });
  }
}

/** The initiator's end. */
export function brokenFinish(family: Family, leg: Opening, association: Opening): void {
  const refuse = breaker(family, 'finish', ['KEY-01', 'KEY-13']);
  const base = leg.vectors.finish;
  const one = (name: string, comment: string, flag: string, input: GivenFields, layer?: string) =>
    refuse(base, name, { comment, flags: [flag], input, ...(layer === undefined ? {} : { layer }) });
  const response = (at: number, bit?: number) => flipped(base, 'response', at, bit);

  const echo = breaker(family, 'finish', ['KEY-38']);
  const header = (name: string, comment: string, at: number, bit?: number, layer?: string) =>
    echo(base, name, {
      comment,
      flags: ['header'],
      input: response(at, bit),
      ...(layer === undefined ? {} : { layer }),
    });
  header('order', 'Message 2 with another order number than message 1.', 27, 2);
  header('order-high-byte', 'Message 2 whose order number differs in its highest byte.', 20, 0x80);
  header('context', 'Message 2 with another context than message 1.', 4);
  header('context-last-byte', 'Message 2 whose context differs in its last byte.', 19);
  header('type', 'Message 2 with the type of message 1.', 1, 0x07);
  header('key-id', 'Message 2 with a key ID.', 3, 1, 'key-id-zero');
  header('magic', 'Message 2 with another magic.', 0, 3, 'magic');
  echo(association.vectors.finish, 'order-on-association', {
    comment: 'On an association too the header is echoed: order number 1 where message 1 had 0.',
    flags: ['header'],
    input: flipped(association.vectors.finish, 'response', 27),
  });

  one(
    'secret',
    'The initiator has a secret that differs in one bit.',
    'secret',
    flipped(base, 'secret', 0, 0x80),
  );
  one('public-key', 'One bit of the public key.', 'one-bit', response(28));
  one(
    'public-key-high-bit',
    'The highest bit of the public key, which the hash covers.',
    'one-bit',
    response(59, 0x80),
  );
  one('tag-first', 'One bit of the first byte of the tag.', 'one-bit', response(60));
  one('tag-last', 'One bit of the last byte of the tag.', 'one-bit', response(75, 0x80));
  const whole = String(base.input.response);
  one(
    'short',
    'Message 2 less the last byte of its tag.',
    'length',
    { response: whole.slice(0, -2) },
    'length',
  );
  one('long', 'Message 2 with a zero byte after it.', 'length', { response: `${whole}00` }, 'length');
  const { request } = base.input;
  one('own-message-1', 'Message 1 comes back.', 'other-attempt', { response: request });

  const later = message1(leg.setting, leg.setting.channel, 1n, publicOf(draw('openings leg: later e', 32)));
  const r = draw('openings leg: later r', 32);
  const { datagram } = message2(leg.setting, later, publicOf(r), sharedOf(r, later.E));
  one('other-attempt', 'A good message 2, for an attempt with another ephemeral key.', 'other-attempt', {
    response: datagram,
  });

  for (const [name, what, hex] of LOW_ORDER.slice(0, 6)) {
    const low = message2(leg.setting, leg.first, fromHex(hex), new Uint8Array(32));
    family.broken(base, `finish.low-order.${name}`, {
      clauses: ['KEY-19'],
      comment: `${what} Its tag was made for 32 zero bytes.`,
      flags: ['low-order'],
      input: { response: low.datagram },
      layer: 'handshake',
    });
  }
}
