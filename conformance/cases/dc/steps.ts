/** What cases of a DC begin with, and how they read what it directs. */
import type { Endpoint } from '../../../reference/address.ts';
import { endpointFromBytes, formatEndpoint, ipFromBytes, parseEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { CaseInfo } from '../../case.ts';
import type { Body } from '../../fields.ts';
import { bytesField, field, isBody, listField, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { RegisteringNode, RegisterOptions } from '../../played/registering-node.ts';
import type { World } from '../../world.ts';

type Common = Pick<CaseInfo, 'level' | 'roles' | 'adapterLevel' | 'features' | 'needs' | 'isolation'>;

/** A MUST of the DC that can be judged from outside. */
export const DC: Common = {
  level: 'MUST',
  roles: ['dc'],
  adapterLevel: 0,
  features: [],
  needs: [],
  isolation: 'shared',
};

/** The same where it takes a configuration of its own, its counters or its restart. */
export const DC_CONFIGURED: Common = { ...DC, adapterLevel: 1, isolation: 'own' };

/** The same where two nodes are behind different NATs, or over IPv6. */
export const DC_TWO_SOURCES: Common = { ...DC, needs: ['two-sources'] };
export const DC_BOTH_FAMILIES: Common = { ...DC, features: ['ipv6'], needs: ['ipv6', 'two-sources'] };

/** Situations of the spec's table that matter in themselves. */
export type Situation = 'G4' | 'FC' | 'RC' | 'PR' | 'SY' | 'CE' | 'CS' | 'V6' | 'V64' | 'DS';
export const SITUATIONS: readonly Situation[] = ['G4', 'FC', 'RC', 'PR', 'SY', 'CE', 'CS', 'V6', 'V64', 'DS'];

/** Where a node behind a NAT says that it is: a private address that nobody on the way sees. */
export function inside(source: number): Endpoint {
  const endpoint = parseEndpoint(`10.0.${source}.5:4500`);
  if (endpoint === undefined) throw new Error('no endpoint');
  return endpoint;
}

/** What the table says about a situation. */
function row(world: World, situation: Situation) {
  const found = world.table('situations').find((candidate) => candidate.situation === situation);
  if (found === undefined) throw new Error(`the spec has no situation ${situation}`);
  return found;
}

/** How a node in a situation registers, from one of the tester's addresses; situations behind NATs differ by it. */
export function registrationIn(
  world: World,
  situation: Situation,
  source: number,
): RegisterOptions & { readonly families: readonly (4 | 6)[]; readonly isGlobal: boolean } {
  const { IPv4: four, IPv6: six, feature } = row(world, situation);
  const isNat64 = feature === 'nat64';
  const has4 = (four === 'global' || four === 'NATed') && !isNat64;
  const families: (4 | 6)[] = [...(has4 ? [4 as const] : []), ...(six === 'has' ? [6 as const] : [])];
  const isGlobal = four === 'global';
  return {
    families,
    isGlobal,
    // The tester may have one address of IPv6 only; in IPv6 nothing depends on whose it is.
    places: families.map((family) => ({ family, source: family === 4 ? source : 0 })),
    locals: (peers) =>
      peers.map(({ local }, index) => (families[index] === 4 && !isGlobal ? inside(source) : local)),
    features: isNat64 ? [1] : [],
  };
}

/** Puts a node into a situation, whatever it was in before. @throws Unjudged */
export async function situate(
  world: World,
  node: RegisteringNode,
  situation: Situation,
  source = 0,
  more: Partial<RegisterOptions> = {},
): Promise<void> {
  await node.deregister();
  await node.register({ ...registrationIn(world, situation, source), ...more });
}

/** A Route Direction as it was read. */
export interface Route {
  readonly mail: Received;
  readonly pathId: string;
  readonly pathSecret: string;
  readonly suite: number | undefined;
  readonly part: number | undefined;
  readonly lifetime: number | undefined;
  readonly replaces: string;
  /** As text, `1.2.3.4:5`. */
  readonly candidates: readonly string[];
  readonly peer: Peer | undefined;
  readonly relay: RelayPart | undefined;
}

interface Peer {
  readonly nodeId: string;
  readonly instance: string;
  readonly fqdn: CborValue | undefined;
  readonly virtual: readonly string[];
}

interface RelayPart {
  readonly kind: number | undefined;
  readonly nodeId: string;
  readonly endpoints: readonly string[];
  readonly legId: string;
  readonly legSecret: string;
}

export function hexField(from: Body | undefined, name: Parameters<typeof bytesField>[1]): string {
  return toHex(bytesField(from, name) ?? new Uint8Array(0));
}

/** Which path a message is about, as lower-case hex. */
export function pathIdOf({ body }: Received): string {
  return hexField(body, 'pathId');
}

export function routeOf(mail: Received): Route {
  const { body } = mail;
  const peer = field(body, 'peer');
  const relay = field(body, 'relay');
  return {
    mail,
    pathId: hexField(body, 'pathId'),
    pathSecret: hexField(body, 'pathSecret'),
    suite: numberField(body, 'suite'),
    part: numberField(body, 'part'),
    lifetime: numberField(body, 'lifetime'),
    replaces: hexField(body, 'replaces'),
    candidates: endpointsOf(body, 'candidates'),
    peer: isBody(peer) ? peerPart(peer) : undefined,
    relay: isBody(relay) ? relayPart(relay) : undefined,
  };
}

function peerPart(peer: Body): Peer {
  return {
    nodeId: hexField(peer, 'nodeId'),
    instance: hexField(peer, 'instance'),
    fqdn: field(peer, 'fqdn'),
    virtual: addressTexts(listField(peer, 'virtualAddresses')),
  };
}

function relayPart(relay: Body): RelayPart {
  const leg = field(relay, 'leg');
  const its = isBody(leg) ? leg : undefined;
  return {
    kind: numberField(relay, 'kind'),
    nodeId: hexField(relay, 'nodeId'),
    endpoints: endpointsOf(relay, 'endpoints'),
    legId: hexField(its, 'legId'),
    legSecret: hexField(its, 'legSecret'),
  };
}

/** A list of endpoints as texts; what is none is shown as hex. */
export function endpointsOf(from: Body | undefined, name: Parameters<typeof listField>[1]): string[] {
  return listField(from, name).map((bytes) => {
    const endpoint = bytes instanceof Uint8Array ? endpointFromBytes(bytes) : undefined;
    return endpoint === undefined ? String(bytes) : formatEndpoint(endpoint);
  });
}

/** One endpoint as text; empty if it is none. */
export function endpointText(from: Body | undefined, name: Parameters<typeof bytesField>[1]): string {
  const endpoint = endpointFromBytes(bytesField(from, name) ?? new Uint8Array(0));
  return endpoint === undefined ? '' : formatEndpoint(endpoint);
}

/** Addresses as texts. */
export function addressTexts(list: readonly CborValue[]): string[] {
  return list.map((bytes) =>
    bytes instanceof Uint8Array ? (ipFromBytes(bytes) ?? toHex(bytes)) : String(bytes),
  );
}

/** The same, sorted and each once: the order of candidates says nothing in most routes. */
export function asSet(texts: readonly string[]): string {
  return [...new Set(texts)].sort().join(' ');
}

/** Judges that a Direction Request was answered by a route. */
export function checkRoute(world: World, mail: Received | undefined, requirement?: string): Route {
  return routeOf(world.status(mail, Status.ok, requirement));
}

/** Judges that two values are the same. */
export function checkSame(
  world: World,
  what: string,
  expected: unknown,
  actual: unknown,
  requirement?: string,
): void {
  const text = (value: unknown) => (value === '' ? 'nothing' : String(value));
  world.check(expected === actual, `${what}: ${text(expected)}`, text(actual), requirement);
}
