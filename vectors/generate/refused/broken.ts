/** Datagrams that an RS-S refuses. */
import { concat, fromHex } from '../../../reference/bytes.ts';
import { message1, publicOf } from '../noise.ts';
import { draw } from '../random.ts';
import type { Vector } from '../vector.ts';
import type { Datagrams, Situation } from './datagrams.ts';
import { direction, probe } from './datagrams.ts';
import type { Goods } from './good.ts';
import { openedDatagrams } from './opened.ts';
import { CHANNELS, toRelay } from './world.ts';

export function brokenDatagrams(family: Datagrams, goods: Goods): void {
  headers(family, goods);
  openings(family, goods);
  keys(family, goods);
  openedDatagrams(family, goods);
}

function bytesOf({ input }: Vector): Uint8Array {
  return fromHex(String(input.datagram));
}

function flipped(base: Vector, at: number, bit = 1): Uint8Array {
  const datagram = bytesOf(base);
  datagram[at] = (datagram[at] ?? 0) ^ bit;
  return datagram;
}

function headers(family: Datagrams, { probe: good, longProbe, opening, data }: Goods): void {
  const one = (
    base: Vector,
    name: string,
    comment: string,
    clause: string,
    datagram: Uint8Array,
    layer: string,
  ) =>
    family.refused(
      base,
      `header.${name}`,
      comment,
      [...new Set([clause, 'GEN-20'])],
      'header',
      { datagram },
      layer,
    );
  one(good, 'short', 'Less than header and tag.', 'GEN-05', bytesOf(good).slice(0, 43), 'length');
  one(good, 'empty', 'No byte.', 'GEN-05', new Uint8Array(0), 'length');
  one(longProbe, 'long', '1501 bytes.', 'GEN-05', concat(bytesOf(longProbe), Uint8Array.of(0)), 'length');
  one(opening, 'opening-short', 'Message 1 of 75 bytes.', 'GEN-05', bytesOf(opening).slice(0, 75), 'length');
  one(
    opening,
    'opening-long',
    'Message 1 of 77 bytes.',
    'GEN-05',
    concat(bytesOf(opening), Uint8Array.of(0)),
    'length',
  );
  one(
    data,
    'path-short',
    'A datagram of a path of 43 bytes.',
    'GEN-05',
    bytesOf(data).slice(0, 43),
    'length',
  );
  one(good, 'magic', 'Another magic.', 'GEN-03', flipped(good, 0), 'magic');
  one(
    data,
    'path-magic',
    'A datagram of a path with another magic.',
    'GEN-03',
    flipped(data, 0, 0x80),
    'magic',
  );
  one(good, 'type', 'A type of nobody.', 'GEN-04', flipped(good, 1, 0x80), 'type');
  const zero = bytesOf(good);
  zero.set([0, 0], 2);
  one(good, 'key-id-zero', 'A sealed message with key ID 0.', 'GEN-05', zero, 'key-id-zero');
  one(opening, 'key-id-on-opening', 'Message 1 with a key ID.', 'GEN-05', flipped(opening, 3), 'key-id-zero');
  one(good, 'context', 'A context of nobody.', 'GEN-20', flipped(good, 4), 'context');
  one(
    opening,
    'opening-context',
    'An opening for a channel of nobody.',
    'GEN-20',
    flipped(opening, 19),
    'context',
  );
  one(data, 'path-context', 'A Path ID of nobody.', 'RS-07', flipped(data, 19), 'context');
}

function openings(family: Datagrams, { opening, legOpening }: Goods): void {
  const one = (
    base: Vector,
    name: string,
    comment: string,
    clauses: readonly string[],
    datagram: Uint8Array,
    layer = 'handshake',
  ) => family.refused(base, `opening.${name}`, comment, clauses, 'opening', { datagram }, layer);
  const { setting } = CHANNELS.dc;
  const { setting: leg } = CHANNELS['node-a'];
  const e = publicOf(draw('refused: other e', 32));
  one(opening, 'tag', 'One bit of the tag.', ['KEY-01', 'DOS-01'], flipped(opening, 75));
  one(opening, 'public-key', 'One bit of the public key.', ['KEY-01', 'DOS-01'], flipped(opening, 28));
  one(
    opening,
    'order',
    'The order number was changed on the way, which the tag shows.',
    ['KEY-02'],
    flipped(opening, 27),
  );
  const stranger = { ...setting, secret: draw('refused: other secret', 32) };
  one(opening, 'secret', 'Another secret.', ['KEY-01'], message1(stranger, setting.channel, 0n, e).datagram);
  const posing = { ...setting, initiator: leg.initiator };
  one(
    opening,
    'initiator',
    'Another Node ID than that of the DC.',
    ['KEY-02'],
    message1(posing, setting.channel, 0n, e).datagram,
  );
  const kind = { ...setting, kind: 'leg' } as const;
  one(opening, 'kind', 'Opened as a leg.', ['KEY-02'], message1(kind, setting.channel, 0n, e).datagram);
  const low = message1(setting, setting.channel, 0n, new Uint8Array(32)).datagram;
  one(opening, 'low-order', 'The public key 0, with a good tag.', ['KEY-19'], low);
  one(opening, 'message-2', 'Message 1 under the type of message 2.', ['KEY-38'], flipped(opening, 1, 0x07));
  one(
    legOpening,
    'leg-message-2',
    'Message 2 on a leg, which the relay never opens.',
    ['KEY-28'],
    flipped(legOpening, 1, 0x07),
  );
  one(
    legOpening,
    'leg-tag',
    'One bit of the tag, on a leg.',
    ['KEY-01', 'DOS-01'],
    flipped(legOpening, 60, 0x80),
  );
  const zero = message1(leg, leg.channel, 0n, e).datagram;
  one(legOpening, 'leg-order-0', 'Order number 0 on a leg.', ['KEY-23'], zero, 'order');
  const late = { situation: 'bound' } as const;
  family.refused(
    legOpening,
    'opening.leg-recorded',
    'Message 1 again after its handshake was confirmed.',
    ['KEY-23', 'KEY-13'],
    'situation',
    late,
    'order',
  );
  const early = { situation: 'associated' } as const;
  family.refused(
    legOpening,
    'opening.leg-unknown',
    'A leg of no entry.',
    ['GEN-20'],
    'situation',
    early,
    'context',
  );
}

function keys(family: Datagrams, { probe: good, legProbe }: Goods): void {
  const one = (
    base: Vector,
    name: string,
    comment: string,
    clauses: readonly string[],
    flag: 'sealed' | 'replay',
    datagram: Uint8Array,
    layer: string,
  ) => family.refused(base, `sealed.${name}`, comment, clauses, flag, { datagram }, layer);
  one(good, 'key-id', 'A key ID of no keys.', ['KEY-17'], 'sealed', flipped(good, 3), 'key-id');
  one(good, 'type', 'The type was changed on the way.', ['TUN-05'], 'sealed', flipped(good, 1, 0x03), 'tag');
  one(
    good,
    'sequence',
    'The sequence was changed on the way.',
    ['TUN-05'],
    'sealed',
    flipped(good, 27),
    'tag',
  );
  one(good, 'ciphertext', 'One bit of the ciphertext.', ['TUN-05'], 'sealed', flipped(good, 28), 'tag');
  one(
    good,
    'tag',
    'One bit of the tag.',
    ['TUN-05'],
    'sealed',
    flipped(good, bytesOf(good).length - 1),
    'tag',
  );
  one(good, 'short', 'The last byte is missing.', ['TUN-05'], 'sealed', bytesOf(good).slice(0, -1), 'tag');
  one(
    legProbe,
    'leg-tag',
    'One bit of the tag, on a leg.',
    ['TUN-05'],
    'sealed',
    flipped(legProbe, bytesOf(legProbe).length - 1),
    'tag',
  );
  const context = bytesOf(good);
  context.set(bytesOf(legProbe).subarray(2, 20), 2);
  family.refused(
    legProbe,
    'sealed.other-channel',
    "The DC's probe under key ID and context of a leg.",
    ['TUN-02'],
    'sealed',
    { datagram: context },
    'tag',
  );
  one(
    good,
    'recorded',
    'The confirming probe again.',
    ['TUN-04'],
    'replay',
    toRelay('dc', 0x0d, 0n, probe()),
    'replay',
  );
  one(
    good,
    'sequence-1',
    'The second sequence again, with another type.',
    ['TUN-04'],
    'replay',
    toRelay('dc', 0x07, 1n, direction(new Uint8Array(8))),
    'replay',
  );
  one(
    legProbe,
    'leg-recorded',
    'The confirming probe of a leg again.',
    ['TUN-04'],
    'replay',
    toRelay('node-a', 0x0d, 0n, probe()),
    'replay',
  );
  const unopened = (name: string, comment: string, base: Vector, situation: Situation) =>
    family.refused(base, `sealed.${name}`, comment, ['KEY-17'], 'situation', { situation }, 'key-id');
  unopened('no-keys', 'An association without keys.', good, 'idle');
  unopened('leg-no-keys', 'A leg without keys.', legProbe, 'directed');
}
