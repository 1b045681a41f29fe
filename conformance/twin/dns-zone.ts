import { readAddress, readEndpoint, readPrefix } from './addresses.ts';
import { bigEndian, concat, hex, unhex } from './bytes.ts';
import type { Cbor } from './cbor.ts';
import * as cbor from './cbor.ts';
import { encodeCbor } from './cbor-encode.ts';
import type { DnsName } from './dns-message.ts';
import { A, AAAA, isSameName, isWithin, NS, NTM, SOA } from './dns-message.ts';
import { isGlobalLocator } from './special.ts';

/** What a DC is configured with, and what its nodes tell it. Addresses and endpoints are text, IDs hexadecimal. */
export interface DnsWorld {
  readonly dc: { readonly nodeId: string; readonly endpoints: readonly string[] };
  readonly zones: readonly string[];
  readonly nameServers: readonly string[];
  /** Public addresses that are provisioned for names (DNS-22). */
  readonly addresses: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  /** Prefixes that count as global (GEN-16). */
  readonly testGlobal: readonly string[];
  readonly nodes: readonly DnsNode[];
}

export interface DnsNode {
  readonly name: string;
  readonly nodeId: string;
  readonly localEndpoints: readonly string[];
  readonly virtualAddresses: readonly string[];
  readonly observedEndpoints: readonly string[];
}

/** Who is registered: with the lifetime that was granted, and what is left of it, in seconds. */
export interface DnsSituation {
  readonly policy: 'locator-free' | 'full';
  readonly registered: readonly { readonly name: string; readonly granted: number; readonly left: number }[];
}

/** A record that is published. */
export interface Published {
  readonly name: string;
  readonly type: number;
  /** Seconds at most; null where no clause bounds it. */
  readonly ttl: number | null;
  /** RDATA as hexadecimal text; null where no clause says what it is. */
  readonly data: string | null;
}

/** All records of all zones of the DC (11.3). */
export function published(world: DnsWorld, situation: DnsSituation): Published[] {
  return [
    ...world.zones.flatMap((apex) => apexRecords(world, apex)),
    ...namesOf(world).flatMap((name) => nameRecords(world, situation, name)),
  ];
}

export function labels(name: string): DnsName {
  return name.split('.');
}

/** The zone of the DC that a name is in (DNS-18: zones do not lie in each other). */
export function zoneOf(world: DnsWorld, name: DnsName): string | undefined {
  return world.zones.find((apex) => isWithin(name, labels(apex)));
}

/** DNS-20, DNS-23. */
function apexRecords({ dc, nameServers }: DnsWorld, apex: string): Published[] {
  const map = cbor.map([4, cbor.bytes(unhex(dc.nodeId))], [44, endpoints(dc.endpoints)]);
  return [
    { name: apex, type: SOA, ttl: null, data: null },
    ...nameServers.map((name) => ({ name: apex, type: NS, ttl: null, data: hex(wireName(name)) })),
    { name: apex, type: NTM, ttl: null, data: hex(encodeCbor(map)) },
  ];
}

function namesOf({ nodes, addresses }: DnsWorld): string[] {
  return [...new Set([...nodes, ...addresses].map(({ name }) => name))];
}

function nameRecords(world: DnsWorld, situation: DnsSituation, name: string): Published[] {
  const node = world.nodes.find((one) => one.name === name);
  const registration = situation.registered.find((one) => one.name === name);
  const provisioned = world.addresses.find((one) => one.name === name)?.addresses ?? [];
  // DNS-22: provisioned ones come first, and are there without a registration too.
  const fixed = provisioned.map((text) => addressRecord(name, readAddress(text), null));
  // DNS-23: provisioned and not registered, it has no NTM record.
  if (node === undefined || registration === undefined) return fixed;
  const isFull = situation.policy === 'full';
  // DNS-24
  const ttl = Math.min(registration.granted, registration.left);
  const observed = node.observedEndpoints
    .map((text) => readEndpoint(text).address)
    .filter((address) => isGlobal(world, address))
    .map((address) => addressRecord(name, address, ttl));
  const data = hex(encodeCbor(isFull ? fullRecord(world, node) : freeRecord(world, node)));
  return [{ name, type: NTM, ttl, data }, ...(fixed.length > 0 ? fixed : isFull ? observed : [])];
}

function isGlobal({ testGlobal }: DnsWorld, address: Uint8Array): boolean {
  return isGlobalLocator(address, { global: testGlobal.map(readPrefix), private: [] });
}

/** The table of 11.2. */
function freeRecord({ dc }: DnsWorld, node: DnsNode): Cbor {
  return cbor.map([4, cbor.bytes(unhex(node.nodeId))], [44, endpoints(dc.endpoints)]);
}

function fullRecord({ dc }: DnsWorld, node: DnsNode): Cbor {
  return cbor.map(
    [3, cbor.text(node.name)],
    [4, cbor.bytes(unhex(node.nodeId))],
    [6, endpoints(node.localEndpoints)],
    [10, cbor.array(...node.virtualAddresses.map((text) => cbor.bytes(readAddress(text))))],
    [33, endpoints(node.observedEndpoints)],
    [44, endpoints(dc.endpoints)],
  );
}

/** An endpoint is its address and its port (GEN-31). */
function endpoints(texts: readonly string[]): Cbor {
  const all = texts.map(readEndpoint);
  return cbor.array(...all.map(({ address, port }) => cbor.bytes(concat(address, bigEndian(port, 2)))));
}

function addressRecord(name: string, address: Uint8Array, ttl: number | null): Published {
  return { name, type: address.length === 4 ? A : AAAA, ttl, data: hex(address) };
}

function wireName(name: string): Uint8Array {
  const parts = labels(name).map((label) => [label.length, ...[...label].map((c) => c.charCodeAt(0))]);
  return Uint8Array.from([...parts.flat(), 0]);
}

/** What stands at a name, and whether something stands below it (DNS-23). */
export function lookUp(
  records: readonly Published[],
  name: DnsName,
): { readonly here: readonly Published[]; readonly isThere: boolean } {
  const here = records.filter((record) => isSameName(labels(record.name), name));
  return { here, isThere: records.some((record) => isWithin(labels(record.name), name)) };
}
