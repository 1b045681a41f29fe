/**
 * The fixed pool of identities: 64 nodes, DCs, 8 relays. Node IDs, association IDs and secrets all
 * come out of one test secret, so a target that was configured once knows every later run.
 */

import type { Endpoint } from '../reference/address.ts';
import { formatEndpoint } from '../reference/address.ts';
import { ascii, concat, toHex } from '../reference/bytes.ts';
import { hkdf } from '../reference/crypto/hash.ts';
import { provisionSecret } from '../reference/crypto/keys.ts';

export const POOL = { nodes: 64, dcs: 2, relays: 8 } as const;

/** The test secret that is used where none is given. */
export const DEFAULT_TEST_SECRET = ascii('ntmobile conformance test secret');

export interface Identity {
  /** `dc 1`, `relay 3`, `node 17`. */
  readonly name: string;
  readonly nodeId: Uint8Array;
  readonly fqdn: string;
}

export interface Association {
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
}

/** A zone for each DC. */
const ZONES = ['ntmobile.one.example', 'ntmobile.two.example'] as const;

/** The prefixes in which the test profile's locators are. [GEN-16] */
export const TEST_PROFILE = { global: ['127.0.0.0/29', '127.0.0.8/31', '::1/128'], private: [] } as const;

/**
 * A DC of the pool, 1 or 2. DC 1 has a Node ID below those of all nodes and relays, DC 2 one above
 * them, so that both outcomes of crossed openings can be had.
 */
export function dcIdentity(testSecret: Uint8Array, number: number): Identity {
  const nodeId = derive(testSecret, `dc ${number}`);
  nodeId[0] = number === 1 ? 0x00 : 0xff;
  return { name: `dc ${number}`, nodeId, fqdn: `${ZONES[number - 1]}` };
}

/** A relay of the pool, 1 to 8. */
export function relayIdentity(testSecret: Uint8Array, number: number): Identity {
  return {
    name: `relay ${number}`,
    nodeId: between(testSecret, `relay ${number}`),
    fqdn: `relay${number}.example`,
  };
}

/** Somebody else of the pool, by name. @param side the first byte of the Node ID; neither the lowest nor the highest if not given */
export function poolIdentity(testSecret: Uint8Array, name: string, fqdn: string, side?: number): Identity {
  const nodeId = between(testSecret, name);
  if (side !== undefined) nodeId[0] = side;
  return { name, nodeId, fqdn };
}

/** The association of two identities of the pool. */
export function associationOf(testSecret: Uint8Array, a: Identity, dc: Identity): Association {
  return associationWith(testSecret, derive(testSecret, `association ${a.name} ${dc.name}`));
}

/** An association with a given ID: its secret follows from it. */
export function associationWith(testSecret: Uint8Array, id: Uint8Array): Association {
  return { id, secret: provisionSecret(testSecret, id) };
}

export interface ProvisionOptions {
  readonly testSecret?: Uint8Array;
  /** Which of the pool's relays, 1 to 8. */
  readonly relay?: number;
  /** Where the target listens: one endpoint of each family at most. */
  readonly listen: readonly Endpoint[];
  /** What the target tells others to send to, if it is not what it listens on. */
  readonly advertise?: readonly Endpoint[];
  /** Where the tester plays DC 1 and DC 2. */
  readonly dcs: readonly [readonly Endpoint[], readonly Endpoint[]];
}

/** A role's own configuration, as JSON: what `provision` writes for a person to put into a target. */
export interface ProvisionedRelay {
  readonly role: 'rs-s';
  readonly nodeId: string;
  readonly listen: readonly string[];
  readonly advertise?: readonly string[];
  readonly associations: readonly ProvisionedAssociation[];
  readonly capacity: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly timers?: Readonly<Record<string, number | string>>;
  readonly testProfile: { readonly global: readonly string[]; readonly private: readonly string[] };
}

export interface ProvisionedAssociation {
  readonly id: string;
  readonly secret: string;
  readonly peer: string;
  readonly peerRole: 'dc';
  readonly endpoints: readonly string[];
}

/** One run of cases side by side from one address is more than any honest node sends. [DOS-03] */
export const RUN_LIMITS = { perSourcePerSecond: 1_000_000 } as const;
/** Entries that a provisioned relay has room for. */
export const RUN_CAPACITY = 4096;

/** The configuration of an RS-S of the pool, with associations with both DCs that the tester plays. */
export function provision(role: 'rs-s', options: ProvisionOptions): ProvisionedRelay {
  const testSecret = options.testSecret ?? DEFAULT_TEST_SECRET;
  const relay = relayIdentity(testSecret, options.relay ?? 1);
  return {
    role,
    nodeId: toHex(relay.nodeId),
    listen: options.listen.map(formatEndpoint),
    ...(options.advertise && { advertise: options.advertise.map(formatEndpoint) }),
    associations: options.dcs.map((endpoints, index) => {
      const dc = dcIdentity(testSecret, index + 1);
      return provisionedAssociation(associationOf(testSecret, relay, dc), dc.nodeId, endpoints);
    }),
    capacity: RUN_CAPACITY,
    limits: RUN_LIMITS,
    testProfile: TEST_PROFILE,
  };
}

/** One association as it stands in a configuration. */
export function provisionedAssociation(
  { id, secret }: Association,
  peer: Uint8Array,
  endpoints: readonly Endpoint[],
): ProvisionedAssociation {
  return {
    id: toHex(id),
    secret: toHex(secret),
    peer: toHex(peer),
    peerRole: 'dc',
    endpoints: endpoints.map(formatEndpoint),
  };
}

function derive(testSecret: Uint8Array, name: string): Uint8Array {
  return hkdf(new Uint8Array(0), testSecret, concat(ascii('ntmobile/1 pool '), ascii(name)), 16);
}

/** An ID above that of DC 1 and below that of DC 2. */
function between(testSecret: Uint8Array, name: string): Uint8Array {
  const id = derive(testSecret, name);
  id[0] = 1 + ((id[0] ?? 0) % 254);
  return id;
}
