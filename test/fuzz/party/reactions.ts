/** What far ends do with a datagram of the role under fire, and what must hold of every one. */
import type { Endpoint } from '../../../reference/address.ts';
import { formatEndpoint, sameEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { decodeBody, encodeBody, hasBody } from '../../../reference/wire/messages.ts';
import type { MessageType } from '../../../reference/wire/registry.ts';
import { MESSAGES } from '../../../reference/wire/registry.ts';
import type { Dice } from '../dice.ts';
import { Violation } from '../judge.ts';
import type { Shot } from '../shot.ts';
import { scratch } from '../values.ts';
import type { Adept } from './adept.ts';
import type { Side } from './side.ts';

const LARGEST = 1500;

/**
 * What the role sends goes to its far ends, sealed under keys that they have.
 * @returns what they send then
 * @throws Violation
 */
export function react(side: Side, dice: Dice, bytes: Uint8Array, to: Endpoint): readonly Shot[] {
  const shown = `${toHex(bytes.subarray(0, 28))}.. (${bytes.length} bytes) to ${formatEndpoint(to)}`;
  if (!side.isKnown(to)) throw new Violation(`sent to a stranger: ${shown}`);
  if (bytes.length > LARGEST) throw new Violation(`over ${LARGEST} bytes: ${shown}`);
  const context = toHex(bytes.subarray(4, 20));
  const adept = side.adepts().find(({ hand }) => hand.context === context);
  if (adept !== undefined) return take({ adept, dice, bytes, to, shown });
  if (!side.isForgotten(context)) throw new Violation(`its context is no channel of ours: ${shown}`);
  return [];
}

interface Taken {
  readonly adept: Adept;
  readonly dice: Dice;
  readonly bytes: Uint8Array;
  readonly to: Endpoint;
  readonly shown: string;
}

/** A far end takes what was sent to it, if it is there. */
function take({ adept, dice, bytes, to, shown }: Taken): readonly Shot[] {
  const { hand, places } = adept.manner;
  if (!places.some((place) => sameEndpoint(place, to))) return [];
  const type = bytes[1] as MessageType;
  if (type === 0x0b) return answerOpening(adept, dice, bytes, to);
  if (type === 0x0c) {
    const keys = hand.takeMessage2(bytes);
    const probe = encodeBody({ type: 0x0d, transaction: dice.bytes(8) });
    return keys === undefined ? [] : adept.seal(0x0d, probe, 'a confirming probe', to, keys);
  }
  const message = hand.unseal(bytes);
  if (message === undefined) throw new Violation(`it opens under no key of its channel: ${shown}`);
  if (message.again) throw new Violation(`its sequence was used before: ${shown}`);
  if (type === 0x10) adept.manner.takes?.(message.body);
  if (!hasBody(type)) return [];
  const decoded = decodeBody(type, message.body);
  if (!decoded.ok) throw new Violation(`its body is no good: ${decoded.layer}, ${shown}`);
  const heard = adept.manner.hears?.(decoded.message) ?? [];
  return [...heard, ...answer(adept, dice, decoded.message, to)];
}

function answerOpening(adept: Adept, dice: Dice, message1: Uint8Array, to: Endpoint): Shot[] {
  if (dice.chance(0.1)) return adept.open();
  const bytes = adept.hand.answer(message1);
  return bytes === undefined ? [] : [{ bytes, from: to, claim: 'sealed', what: 'message 2' }];
}

function answer(adept: Adept, dice: Dice, message: Message, to: Endpoint): Shot[] {
  const { transaction } = message;
  const right: Message | undefined =
    message.type === 0x0d
      ? { type: 0x0e, transaction, status: 0, observedEndpoint: to }
      : isRequest(message)
        ? adept.manner.answers(message, dice)
        : undefined;
  if (right === undefined) return [];
  const good = (): Shot[] => adept.seal(right.type, encodeBody(right), `the answer ${right.type}`, to);
  return dice.weighted<() => Shot[]>([
    [16, good],
    [1, () => []],
    [1, () => [...good(), ...good()]],
    [1, () => adept.seal(right.type, scratch(encodeBody(right), dice), 'a bent answer', to)],
  ])();
}

function isRequest(message: Message): boolean {
  const { use } = MESSAGES[message.type];
  return use === 'request' || (use === 'either' && !('status' in message && message.status !== undefined));
}
