/** What cases of paths to general peers begin with, and how they read what a DC directs for them. */
import { endpointToBytes, ipFromBytes, parseEndpoint, parseIp } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Body, Fields } from '../../fields.ts';
import { bytesField, field, listField, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { RegisteringRelay } from '../../played/registering-relay.ts';
import type { DcTestOptions, DcUnderTest } from '../../target/dc-under-test.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import type { Route } from './steps.ts';
import { addressTexts, hexField, routeOf, situate } from './steps.ts';

/** Lifetime of a path whose other end is a relay, in seconds. [DC-33] */
export const RELAY_END_LIFETIME = 7440;
/** What the far ends of these paths are; nothing is ever sent there. */
export const PEER4 = '198.51.100.7';
export const PEER6 = '2001:db8:7::7';
/** Where a relay says that it is reached over IPv6; nothing is sent there either. */
const SIX = '[2001:db8:1f::1]:4500';

export function address(text: string): Uint8Array {
  const endpoint = parseIp(text) && parseEndpoint(text.includes(':') ? `[${text}]:1` : `${text}:1`);
  if (endpoint === undefined) throw new Error(`${text} is no address`);
  // An endpoint is an address and a port.
  return endpointToBytes(endpoint).slice(0, -2);
}

/** An address of a body as text; empty if it is not there. */
export function addressOf(
  from: Body | undefined,
  name: 'peerAddress' | 'peerVirtualAddress' | 'lentAddress',
): string {
  const bytes = bytesField(from, name);
  return bytes === undefined ? '' : (ipFromBytes(bytes) ?? toHex(bytes));
}

export interface General {
  readonly dc: DcUnderTest;
  readonly mn: RegisteringNode;
  readonly relay: RegisteringRelay;
  readonly relays: readonly RegisteringRelay[];
}

/** A node that would get a path to a general peer of either family, by relays that are all three kinds. */
export async function wantingGeneral(world: World, options: DcTestOptions = {}): Promise<General> {
  const dc = await world.dc({ relays: 1, ...options });
  // What it had in another row is withdrawn, so that relays that come anew are not told of it.
  await situate(world, dc.node(0), 'G4');
  for (const relay of dc.relays) await offer(relay);
  return { dc, mn: dc.node(0), relay: dc.relay(), relays: dc.relays };
}

/** A relay registers as all three kinds, with endpoints of both families. */
export async function offer(relay: RegisteringRelay, fields: Fields = {}): Promise<void> {
  await relay.attach();
  const six = parseEndpoint(SIX);
  if (six === undefined) throw new Error('no endpoint');
  const endpoints = [...relay.endpoints.filter(({ ip }) => !ip.includes(':')), six].map(endpointToBytes);
  await relay.register({ kinds: [RelayKind.s, RelayKind.n, RelayKind.t], fields: { endpoints, ...fields } });
}

/** What a Direction Request has for a general peer, or without one. */
export function wish(kind: number | undefined, peer?: string): Fields {
  return {
    ...(peer !== undefined && { peerAddress: address(peer) }),
    ...(kind !== undefined && { want: kind }),
  };
}

/** A Route Direction of kind N or T as it was read. */
export interface GeneralRoute extends Route {
  readonly peerAddress: string;
  readonly standsFor: string;
  readonly lent: string;
}

/**
 * Judges that a request was answered by a route. Who refuses it offers no relay of that kind.
 * @throws Unjudged for that
 */
export function generalRoute(world: World, mail: Received | undefined, requirement?: string): GeneralRoute {
  if (numberField(mail?.body, 'status') === Status.refused)
    throw new Unjudged('not-exercised', 'target', 'it offers no relay that ends tunnels');
  const { body } = world.status(mail, Status.ok, requirement);
  return {
    ...routeOf(mail as Received),
    peerAddress: addressOf(body, 'peerAddress'),
    standsFor: addressOf(body, 'peerVirtualAddress'),
    lent: addressOf(body, 'lentAddress'),
  };
}

/** What a relay was told of a path, latest first. */
export function toldOf({ directions }: RegisteringRelay, { pathId }: Route): Received | undefined {
  return directions.findLast(({ body }) => hexField(body, 'pathId') === pathId);
}

/** What a Relay Direction of kind N or T says, less its transaction, as one text. */
export function entryOf(mail: Received | undefined): string {
  const body = mail?.body;
  const shown: Readonly<Record<string, unknown>> = {
    path: toHex(bytesField(body, 'pathId') ?? new Uint8Array()),
    secret: toHex(bytesField(body, 'pathSecret') ?? new Uint8Array()),
    kind: numberField(body, 'kind'),
    suite: numberField(body, 'suite'),
    lifetime: numberField(body, 'lifetime'),
    node: toHex(bytesField(body, 'nodeId') ?? new Uint8Array()),
    virtual: addressTexts(listField(body, 'virtualAddresses')).join(' '),
    peer: addressOf(body, 'peerAddress'),
    'stands for it': addressOf(body, 'peerVirtualAddress'),
    replaces: toHex(bytesField(body, 'replaces') ?? new Uint8Array()),
    legs: field(body, 'legs') === undefined ? 'none' : 'some',
  };
  return Object.entries(shown)
    .map(([name, value]) => `${name}: ${value === '' ? '-' : value}`)
    .join(', ');
}
