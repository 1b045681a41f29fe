import type { TwinFamily, TwinRelay, TwinRelayEnd, TwinRelayEndInput } from '../twin-routes.ts';

/** Section 16.6, and 16.7 for what MN does. */
const KIND_N = 2;
const KIND_T = 3;
const INITIATE = 1;

/** Rules 8 and 9 (DC-10, DC-16, DC-17, DC-22, DC-42). */
export function decideRelayEnd({
  want,
  peerAddress,
  virtualAddresses,
  relays,
}: TwinRelayEndInput): TwinRelayEnd {
  const kind = want ?? (peerAddress === undefined ? KIND_T : KIND_N);
  const able = (serves: (relay: TwinRelay) => boolean): number[] =>
    relays.flatMap((relay, place) => (relay.kind === kind && serves(relay) ? [place] : []));
  const wanted = peerAddress === undefined ? undefined : familyOf(peerAddress);
  const fits = (text: string) => wanted === undefined || familyOf(text) === wanted;
  if (kind === KIND_T) return { rule: 9, kind, part: INITIATE, relays: able(({ pool }) => pool.some(fits)) };
  const hasSame = virtualAddresses.some(fits);
  const other: TwinFamily = wanted === 4 ? 6 : 4;
  return {
    rule: 8,
    kind,
    part: INITIATE,
    standsFor: hasSame && wanted !== undefined ? wanted : other,
    relays: able(({ endpoints }) => endpoints.some((text) => fits(text.replace(/:\d+$/, '')))),
  };
}

function familyOf(address: string): TwinFamily {
  return address.includes(':') ? 6 : 4;
}
