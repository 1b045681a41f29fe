import type { Endpoint, Ip } from '../address.ts';
import { formatEndpoint, parseIp } from '../address.ts';
import { canonicalName, zoneOf } from '../dns/names.ts';
import { readConfig, UsageError } from '../drivers/config.ts';
import { systemRandom } from '../drivers/random.ts';
import { systemServer } from '../drivers/resolver.ts';
import { repairResolvConf, takeOverResolvConf } from '../drivers/tun/resolv-conf.ts';
import { echoReply } from '../packet/echo.ts';
import { createNode } from '../roles/node/core.ts';
import { endpoints } from '../roles/settings.ts';
import { lookUpFor } from './look-up.ts';
import { Ping } from './ping.ts';
import type { RoleOptions } from './serve.ts';
import { serve } from './serve.ts';

export interface NodeOptions extends RoleOptions {
  /** The name to ping. */
  readonly ping?: string;
  readonly count?: string;
  /** By its virtual IPv6 address. */
  readonly 6?: true;
  /** Be the DNS server of the host's programs, by this file; true: by the system's. */
  readonly resolvConf?: string | true;
}

const DEFAULT_COUNT = '4';
const SYSTEM_FILE = '/etc/resolv.conf';
/** A resolv.conf cannot say another one. */
const DNS_PORT = 53;
/** Where the programs of the host ask, if no other place is configured: on the loopback, where nothing else is. */
const RESOLVER: Endpoint = { ip: parseIp('127.0.0.43') as Ip, port: DNS_PORT };

/**
 * Runs a node until it is told to end, or has pinged. Without an interface what its peers send it is answered
 * where it is an echo request, and dropped else.
 */
export async function runNode(options: NodeOptions): Promise<number> {
  const config = await readConfig(options.config, 'node');
  const ping = pingOf(options, config.marker);
  if (ping !== undefined && options.tun !== undefined)
    throw new UsageError('--ping is for a node without --tun: leave one out, and use the ping of the system');
  if (options.tun !== undefined && config.general.policy === 'rs-t')
    throw new UsageError(
      `${options.config}: general.policy is rs-t: with --tun write what is to go by an RS-T into general.destinations`,
    );
  const resolv = resolvConfOf(options);
  if (resolv !== undefined) repairResolvConf(resolv);
  const asked = endpoints(config.dns.listen).find(({ port }) => port === DNS_PORT) ?? RESOLVER;
  const system = config.resolver === undefined ? systemServer(resolv) : undefined;
  if (system !== undefined && config.dns.listen.includes(formatEndpoint(system)))
    throw new UsageError(
      `${options.config}: the system's DNS server is this node itself, ${formatEndpoint(system)}: add resolver, the server that it is to ask`,
    );
  return serve(
    {
      config,
      create: (aeads) => createNode(config, systemRandom, aeads),
      lookUp: lookUpFor(config.resolver ?? (system && formatEndpoint(system))),
      onPacket: (packet, answer) => {
        const reply = echoReply(packet);
        if (reply !== undefined) answer(reply);
        else ping?.receive(packet);
      },
      onNote: (note) => ping?.note(note),
      dns:
        resolv === undefined
          ? config.dns.listen
          : [...new Set([...config.dns.listen, formatEndpoint(asked)])],
      onReady: resolv === undefined ? undefined : () => takeOverResolvConf(resolv, asked.ip),
      during: ping && ((running) => ping.run(running)),
    },
    options,
  );
}

/** @throws UsageError where nobody would reach what it says. */
function resolvConfOf({ resolvConf, tun }: NodeOptions): string | undefined {
  if (resolvConf === undefined) return undefined;
  if (tun === undefined)
    throw new UsageError(
      '--resolv-conf is for --tun: add it, for names lead to addresses behind the interface',
    );
  return resolvConf === true ? SYSTEM_FILE : resolvConf;
}

/** @throws UsageError for a name or a number that is none. */
function pingOf({ ping, count, 6: isVersion6 }: NodeOptions, marker: string): Ping | undefined {
  if (count !== undefined && !/^[1-9]\d{0,4}$/.test(count))
    throw new UsageError(`--count is ${count}: write a whole number, 1 to 99999`);
  if (ping === undefined) {
    const flag = count === undefined ? '-6' : '--count';
    if (count !== undefined || isVersion6)
      throw new UsageError(`${flag} is for --ping: add the name to ping, or leave it out`);
    return undefined;
  }
  const name = canonicalName(ping);
  if (name === undefined || zoneOf(name, marker) === undefined)
    throw new UsageError(`--ping is ${ping}: write the name of a node, like alice.${marker}.example.net`);
  return new Ping({ name, count: Number(count ?? DEFAULT_COUNT), version: isVersion6 ? 6 : 4 });
}
