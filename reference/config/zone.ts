/** What a DC publishes of its zones, and where. */
import { parseIp } from '../address.ts';
import { zoneOf } from '../dns/names.ts';
import { isIn, parsePrefix } from '../locator.ts';
import type { Fault } from './common.ts';
import { repeats } from './common.ts';
import {
  address,
  base64,
  choice,
  dnsName,
  endpoint,
  endpointFrom,
  list,
  listenEndpoint,
  strict,
} from './fields.ts';

const anyName = dnsName('alice.ntmobile.example.net');

export const dns = strict('an object', {
  /** Where it answers DNS, over UDP and TCP; at most one a family. [DNS-25] */
  listen: list(listenEndpoint, 'endpoints where it answers DNS', 0, 2).default([]),
  /** Of each zone; one that is in a zone needs addresses below. [DNS-23] */
  nameServers: list(dnsName('ns.example.net'), 'names of name servers', 0, 13).default([]),
  /** The server that has the zones in its place, and the key by which it may change them. [DNS-26] */
  update: strict('an object', {
    server: endpoint,
    key: dnsName('ntmobile-dc'),
    secret: base64(16),
  }).optional(),
  /** What is published of nodes. [DNS-21] */
  policy: choice(['locator-free', 'full']).default('locator-free'),
  /** Public addresses of names in the zones: of services behind an NTMA, and of name servers. [DNS-22] */
  addresses: list(
    strict('an object', { name: anyName, addresses: list(address, 'addresses', 1, 64) }),
    'names with their addresses',
    0,
    100_000,
  ).default([]),
});

interface Zones {
  readonly zones: readonly string[];
  readonly pools: readonly string[];
  readonly dns?: ReturnType<typeof dns.parse> | undefined;
}

export function* dnsFaults({ zones, pools, dns: settings }: Zones): Generator<Fault> {
  if (settings === undefined) return;
  const { listen, nameServers, addresses, update } = settings;
  if (listen.length === 0 && update === undefined)
    yield {
      path: ['dns'],
      message: 'publishes nothing: add listen, or update for a server that has the zones',
    };
  if (listen.length > 0 && nameServers.length === 0)
    yield { path: ['dns', 'nameServers'], message: 'is empty: add the names of the zones’ name servers' };
  const families = listen.map((text) => (endpointFrom(text).ip.includes(':') ? 6 : 4));
  if (families[0] !== undefined && families[0] === families[1])
    yield {
      path: ['dns', 'listen', 1],
      message: `is a second IPv${families[0]} endpoint: keep one for each family`,
    };
  const zone = (name: string): string | undefined => (zones.includes(name) ? name : zoneOf(name));
  const isOwn = (name: string): boolean => zones.includes(zone(name) ?? '');
  for (const [index, { name }] of addresses.entries())
    if (!isOwn(name))
      yield {
        path: ['dns', 'addresses', index, 'name'],
        message: 'is in none of zones: write a name in one',
      };
  for (const [index, before] of repeats(addresses, ({ name }) => name))
    yield {
      path: ['dns', 'addresses', index, 'name'],
      message: `is the one of dns.addresses[${before}] too: write all its addresses there`,
    };
  for (const [index, name] of nameServers.entries())
    if (isOwn(name) && !addresses.some((entry) => entry.name === name))
      yield {
        path: ['dns', 'nameServers', index],
        message: 'is in a zone of this DC: add its addresses to addresses, or nobody finds it',
      };
  yield* virtualFaults(pools, addresses);
}

/** A general host can do nothing with a virtual address. [DNS-22] */
function* virtualFaults(
  pools: readonly string[],
  addresses: readonly { readonly addresses: readonly string[] }[],
): Generator<Fault> {
  const prefixes = pools.flatMap((text) => parsePrefix(text) ?? []);
  for (const [index, entry] of addresses.entries())
    for (const [at, text] of entry.addresses.entries()) {
      const ip = parseIp(text);
      if (ip !== undefined && prefixes.some((prefix) => isIn(ip, prefix)))
        yield {
          path: ['dns', 'addresses', index, 'addresses', at],
          message: 'is a virtual address of pools: write a public one',
        };
    }
}
