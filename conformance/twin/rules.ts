import type { Cbor, CborMap } from './cbor.ts';
import { get } from './cbor.ts';
import { diagnostic } from './diagnostic.ts';
import type { BodyName } from './registry.ts';

/** What makes a body malformed beside the types of its keys; the reason, or undefined if all is right. */
export function breaksRule(name: BodyName, body: CborMap): string | undefined {
  switch (name) {
    case 'direction-request':
      return directionRequest(body);
    case 'route-direction-order':
      return routeDirection(body);
    case 'relay-direction-s':
      return relayDirectionS(body);
    default:
      return undefined;
  }
}

/** Which keys go together (DC-31). */
function directionRequest(body: CborMap): string | undefined {
  const hasName = get(body, 14) !== undefined;
  const hasAddress = get(body, 15) !== undefined;
  const want = uint(get(body, 16));
  if (hasName && hasAddress) return 'both peer keys';
  if ((get(body, 17) === undefined) !== (get(body, 18) === undefined)) return 'one of replaces and reason';
  if (hasAddress && want === 1n) return 'peer-address with want 1';
  if (!hasName && !hasAddress && (want === 1n || want === 2n)) return 'no peer with want 1 or 2';
  return undefined;
}

/** Peer, or a relay that is no RS-S; a leg with an RS-S, none with an RS-N or RS-T (GEN-45). */
function routeDirection(body: CborMap): string | undefined {
  const relay = get(body, 25);
  const kind = relay?.kind === 'map' ? uint(get(relay, 26)) : undefined;
  const hasLeg = relay?.kind === 'map' && get(relay, 35) !== undefined;
  if (kind === 1n && !hasLeg) return 'an RS-S without a leg';
  if ((kind === 2n || kind === 3n) && hasLeg) return 'a leg with an RS-N or RS-T';
  if (get(body, 23) === undefined && (kind === undefined || kind === 1n)) return 'no far end';
  return undefined;
}

/** No path secret (RSS-04), two legs that differ in everything, and from the path (RSS-13). */
function relayDirectionS(body: CborMap): string | undefined {
  if (get(body, 20) !== undefined) return 'a path secret for an RS-S';
  const legs = get(body, 36);
  const [a, b] = legs?.kind === 'array' ? legs.items : [];
  if (a?.kind !== 'map' || b?.kind !== 'map') return 'no two legs';
  for (const key of [4, 28, 29]) {
    if (same(get(a, key), get(b, key))) return `two legs with the same key ${key}`;
  }
  const pathId = get(body, 19);
  if (same(get(a, 28), pathId) || same(get(b, 28), pathId)) return 'a Leg ID that is the Path ID';
  return undefined;
}

function uint(value: Cbor | undefined): bigint | undefined {
  return value?.kind === 'uint' ? value.value : undefined;
}

function same(a: Cbor | undefined, b: Cbor | undefined): boolean {
  return a !== undefined && b !== undefined && diagnostic(a) === diagnostic(b);
}
