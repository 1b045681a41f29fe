/** What the players do with a datagram of the RS-S: what they should, or something else. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, sameEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { decodeBody, encodeBody } from '../../reference/wire/messages.ts';
import type { Cast, Path } from './cast.ts';
import type { Genuine } from './genuine.ts';
import { openFrom } from './genuine.ts';
import type { Hand } from './hand.ts';
import { statusIn } from './requests.ts';
import type { Shot } from './shot.ts';
import { scratch } from './values.ts';

/** What a datagram of the RS-S turned out to be. */
export interface Heard {
  /**
   * `message`: sealed; `opening`: message 1 or 2; `relayed`: it has a Path ID; `forgotten`: nobody can judge it;
   * `fault`: it should not have been sent.
   */
  readonly is: 'message' | 'opening' | 'relayed' | 'forgotten' | 'fault';
  readonly type: number;
  readonly fault?: string;
  readonly shots: readonly Shot[];
}

/** Takes a datagram that the RS-S sent. */
export function react(world: Genuine, bytes: Uint8Array, to: Endpoint): Heard {
  const context = toHex(bytes.subarray(4, 20));
  const type = bytes[1] ?? 0;
  const hand = world.cast.hand(context);
  if (world.cast.isForgotten(context)) return { is: 'forgotten', type, shots: [] };
  if (hand === undefined) {
    const isPath = world.cast.pathOf(context) !== undefined;
    return isPath ? { is: 'relayed', type, shots: [] } : fault(type, 'its context is no channel of ours');
  }
  if (type === 0x0b) return { is: 'opening', type, shots: answerOpening(hand, bytes, to, world.cast) };
  if (type === 0x0c) return confirm(hand, bytes, to, world.cast);
  const message = hand.unseal(bytes);
  if (message === undefined) return fault(type, 'it opens under no key of its channel');
  if (message.again) return fault(type, 'its sequence was used before');
  switch (type) {
    case 0x0d:
      return { is: 'message', type, shots: answerProbe(hand, message.body, to, world.cast) };
    case 0x08:
      return takeAnswer(world, hand, message.body);
    case 0x09:
      return { is: 'message', type, shots: answerRegistration(hand, message.body, to, world.cast) };
    case 0x0e:
      return { is: 'message', type, shots: [] };
    default:
      return fault(type, 'an RS-S sends no such type');
  }
}

function fault(type: number, text: string): Heard {
  return { is: 'fault', type, fault: text, shots: [] };
}

function isMute(to: Endpoint, { places }: Cast): boolean {
  return [...places.mutes, ...places.excluded].some((place) => sameEndpoint(place, to));
}

/** The RS-S opens an association: answered, ignored, or crossed by an opening of ours. */
function answerOpening(hand: Hand, message1: Uint8Array, to: Endpoint, cast: Cast): Shot[] {
  const { dice } = cast;
  const shots: Shot[] = [];
  const crossed = dice.chance(0.3);
  if (crossed) shots.push(...openFrom(hand, to));
  if (isMute(to, cast) || dice.chance(crossed ? 0.5 : 0.15)) return shots;
  const bytes = hand.answer(message1);
  if (bytes === undefined) return shots;
  if (dice.chance(0.1))
    shots.push({ bytes: scratch(bytes, dice), from: to, claim: 'forged', what: 'a message 2, changed' });
  shots.push({ bytes, from: to, claim: 'sealed', what: 'message 2' });
  return shots;
}

/** Message 2 came: the probe that confirms it, or nothing. */
function confirm(hand: Hand, bytes: Uint8Array, to: Endpoint, cast: Cast): Heard {
  const keys = hand.takeMessage2(bytes);
  // An opening that is long forgotten here.
  if (keys === undefined || (cast.dice.chance(0.15) && !isCanary(hand, to, cast)))
    return { is: 'opening', type: 0x0c, shots: [] };
  const body = encodeBody({ type: 0x0d, transaction: cast.dice.bytes(8) });
  const shot: Shot = {
    bytes: hand.seal(0x0d, body, keys),
    from: to,
    claim: 'sealed',
    what: 'a confirming probe',
  };
  return { is: 'opening', type: 0x0c, shots: [shot] };
}

/** A probe of the RS-S: only nodes and DCs answer, and not always as they should. */
function answerProbe(hand: Hand, body: Uint8Array, to: Endpoint, cast: Cast): Shot[] {
  const { dice, places } = cast;
  const decoded = decodeBody(0x0d, body);
  const keys = hand.newest();
  if (!decoded.ok || isMute(to, cast) || keys === undefined) return [];
  const { transaction } = decoded.message;
  const right = encodeBody({ type: 0x0e, transaction, status: 0, observedEndpoint: to });
  const answer = (bytes: Uint8Array, from: Endpoint, what: string, validates: boolean): Shot => ({
    bytes: hand.seal(0x0e, bytes, keys),
    from,
    claim: 'sealed',
    what,
    validates,
  });
  const good = (): Shot => answer(right, to, 'the answer to a probe', true);
  if (isCanary(hand, to, cast)) return [good()];
  return dice.weighted<() => Shot[]>([
    [14, () => [good()]],
    [1, () => []],
    [1, () => [good(), good()]],
    [
      1,
      () => [
        answer(right, dice.pick([...places.mutes, ...places.excluded]), 'an answer from elsewhere', false),
      ],
    ],
    [1, () => [answer(scratch(right, dice), to, 'a bent answer to a probe', true)]],
    [1, () => [answer(encodeBody({ type: 0x0e, transaction, status: 5 }), to, 'a refused probe', false)]],
  ])();
}

/** The canary always does what it should, at its own places. */
function isCanary(hand: Hand, to: Endpoint, { canary }: Cast): boolean {
  return (
    canary.legs.includes(hand) && canary.homes.some((home) => formatEndpoint(home) === formatEndpoint(to))
  );
}

function answerRegistration(hand: Hand, body: Uint8Array, to: Endpoint, cast: Cast): Shot[] {
  const { dice } = cast;
  const decoded = decodeBody(0x09, body);
  const keys = hand.newest();
  if (!decoded.ok || keys === undefined || dice.chance(0.3)) return [];
  const { transaction } = decoded.message;
  const right = encodeBody({ type: 0x0a, transaction, status: 0, lifetime: dice.between(1, 200) });
  const body2 = dice.weighted<() => Uint8Array>([
    [6, () => right],
    [1, () => encodeBody({ type: 0x0a, transaction, status: dice.pick([1, 5, 9] as const) })],
    [1, () => scratch(right, dice)],
  ])();
  return [
    { bytes: hand.seal(0x0a, body2, keys), from: to, claim: 'sealed', what: 'the answer to a registration' },
  ];
}

function takeAnswer({ cast, requests }: Genuine, hand: Hand, body: Uint8Array): Heard {
  const { request, fault: text } = requests.answered(hand, body);
  if (text !== undefined) return fault(0x08, text);
  const path = request?.path;
  if (path === undefined || statusIn(body) !== 0) return { is: 'message', type: 0x08, shots: [] };
  return {
    is: 'message',
    type: 0x08,
    shots: path.legs.length > 0 ? changed(path, cast, isWithdrawal(request?.body)) : [],
  };
}

/** A path was made: its nodes open their legs. Or it went: another one takes its place. */
function changed(path: Path, cast: Cast, isGone: boolean): Shot[] {
  if (isGone) {
    cast.renew(path);
    return [];
  }
  path.isLive = true;
  return path.legs.flatMap((leg, side) => {
    const home = path.homes[side];
    return home !== undefined && cast.dice.chance(0.85) ? openFrom(leg, home) : [];
  });
}

/** A withdrawal has neither legs nor a lifetime. */
function isWithdrawal(body: Uint8Array | undefined): boolean {
  const decoded = body && decodeBody(0x07, body);
  return decoded?.ok === true && 'withdraw' in decoded.message && decoded.message.withdraw !== undefined;
}
