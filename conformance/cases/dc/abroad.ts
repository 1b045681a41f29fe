/** Nodes of another DC: what that DC tells of them. */
import type { Endpoint } from '../../../reference/address.ts';
import { endpointToBytes, formatEndpoint, parseEndpoint } from '../../../reference/address.ts';
import type { Fields } from '../../fields.ts';
import type { World } from '../../world.ts';
import type { Situation } from './steps.ts';
import { inside } from './steps.ts';

/** Where nodes of another DC are: inside the test profile's global prefixes, nobody's socket. */
const ABROAD: Readonly<Record<4 | 6, Endpoint>> = { 4: at('127.0.0.7:4711'), 6: at('[::1]:4711') };

function at(text: string): Endpoint {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw new Error(`${text} is no endpoint`);
  return endpoint;
}

export interface Abroad {
  /** In place of where such nodes are. */
  readonly observed4?: Endpoint;
  readonly fields?: Fields;
}

/** Addresses of the prefixes that the second DC may speak for. */
const VIRTUAL_BYTES: readonly Uint8Array[] = [
  Uint8Array.of(198, 19, 0, 77),
  Uint8Array.of(0xfd, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x77),
];

/** What a DC tells of a node in a situation of the spec's table, with a name and identifiers of its own. */
export function abroad(world: World, situation: Situation, options: Abroad = {}): Fields {
  const found = world.table('situations').find((row) => row.situation === situation);
  const isNat64 = found?.feature === 'nat64';
  const isGlobal = found?.IPv4 === 'global';
  const natted = found?.IPv4 === 'NATed';
  const four = isGlobal || (natted && !isNat64) ? [options.observed4 ?? ABROAD[4]] : [];
  const six = found?.IPv6 === 'has' ? [ABROAD[6]] : [];
  const locals = [...four.map((observed) => (isGlobal ? observed : inside(9))), ...six];
  return {
    nodeId: world.fresh(16),
    instance: world.fresh(8),
    localEndpoints: locals.map(endpointToBytes),
    features: isNat64 ? [1] : [],
    suites: [1],
    virtualAddresses: [...VIRTUAL_BYTES],
    observedEndpoints: [...four, ...six].map(endpointToBytes),
    nattedFamilies: natted ? [4] : [],
    ...options.fields,
  };
}

/** The endpoints of a family that an end of a path to such a node gets as candidates. [DC-35] */
export function candidatesAbroad(version: 4 | 6): string {
  return formatEndpoint(ABROAD[version]);
}
