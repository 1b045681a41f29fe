/** A running role of the reference, as the kit wants it. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, parseIp } from '../../reference/address.ts';
import type { RoleConfig } from '../../reference/config/schema.ts';
import { endpointFrom } from '../../reference/config/schema.ts';
import type { DnsServer } from '../../reference/drivers/dns-server.ts';
import { serveDns } from '../../reference/drivers/dns-server.ts';
import type { Running } from '../../reference/drivers/loop.ts';
import { runRole } from '../../reference/drivers/loop.ts';
import type { LookUp } from '../../reference/drivers/resolver.ts';
import { dnsClient } from '../../reference/drivers/resolver.ts';
import type { Net } from '../../reference/net/net.ts';
import type { Instance, StartRequest } from '../kit/implementation.ts';
import { ShiftedNet } from './clock.ts';
import type { Created } from './created.ts';
import { happeningOf } from './shown.ts';
import type { Kept } from './stores.ts';

export interface InstanceParts {
  readonly net: Net;
  readonly created: Created;
  readonly config: RoleConfig;
  readonly kept: Kept;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly emit: StartRequest['emit'];
}

/** Binds and starts it. @throws NetError */
export async function startInstance(parts: InstanceParts): Promise<Instance> {
  const { net, created, config, kept, emit } = parts;
  const clock = new ShiftedNet(net);
  const listen = config.listen.map(endpointFrom);
  const running = await runRole({
    ...created,
    net: clock,
    listen,
    store: kept.store,
    wallClock: () => parts.wallClock() + kept.ahead,
    lookUp: lookUpOf(net, serverOf(config), listen),
    onPacket: (packet) => emit({ what: 'packet', packet: packet.slice() }),
    onNote: (note) => {
      const happening = happeningOf(note);
      if (happening !== undefined) emit(happening);
    },
  });
  const dns = config.role === 'dc' ? config.dns : undefined;
  const server = dns && (await served(clock, running, dns.listen));
  return {
    endpoints: running.local,
    ...(server && { dns: server.local }),
    stop: async (hard) => {
      await Promise.all([server?.close(), running.stop({ hard })]);
    },
    counters: async () => {
      await created.table?.refresh?.();
      return running.counters();
    },
    advance: (milliseconds) => {
      kept.ahead += milliseconds;
      clock.advance(milliseconds);
      created.table?.putForward?.(clock.now());
      return Promise.resolve();
    },
    ...(config.role === 'node' && {
      // Why there is none makes no difference to an application.
      resolve: (query, transport) => running.query(query, { transport }).catch(() => undefined),
    }),
    ...((config.role === 'node' || config.role === 'ntma') && {
      packet: (packet) => Promise.resolve(running.packet(packet)),
      move: (addresses) => running.addresses(addresses.map((text) => placeAt(text, running.local, listen))),
    }),
    ...((config.role === 'rs-n' || config.role === 'rs-t') && {
      packet: (packet) => Promise.resolve(running.packet(packet)),
    }),
  };
}

/** The role's DNS. @throws NetError, and then nothing runs */
async function served(net: Net, running: Running, listen: readonly string[]): Promise<DnsServer> {
  try {
    const ask = running.query.bind(running);
    return await serveDns({ net, listen: listen.map(endpointFrom), ask });
  } catch (fault) {
    await running.stop({ hard: true });
    throw fault;
  }
}

/** Where a socket is if the host has this address: where it was, or else at the port that is configured. */
function placeAt(text: string, local: readonly Endpoint[], listen: readonly Endpoint[]): Endpoint {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`addresses: ${text} is no address`);
  const kept = local.find((endpoint) => endpoint.ip === ip);
  return kept ?? { ip, port: listen.find((endpoint) => family(endpoint.ip) === family(ip))?.port ?? 0 };
}

/** The DNS server that it asks, or tells where it asks none. */
function serverOf(config: RoleConfig): string | undefined {
  const asked = 'resolver' in config ? config.resolver : undefined;
  return asked ?? (config.role === 'dc' ? config.dns?.update?.server : undefined);
}

const ANY = { 4: parseIp('0.0.0.0') as Ip, 6: parseIp('::') as Ip };

/**
 * The system's own server is not asked: a tester's names are nobody else's business. Asked is from where the role
 * listens, since not every network has a socket for all addresses.
 */
function lookUpOf(net: Net, resolver: string | undefined, listen: readonly Endpoint[]): LookUp | undefined {
  if (resolver === undefined) return undefined;
  const server = endpointFrom(resolver);
  const own = listen.find(({ ip }) => family(ip) === family(server.ip));
  return dnsClient({ net, server, local: own?.ip ?? ANY[family(server.ip)] });
}
