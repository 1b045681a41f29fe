import type { Ip } from '../address.ts';
import { family, parseIp } from '../address.ts';
import { endpointFrom } from '../config/schema.ts';
import type { LookUp } from '../drivers/resolver.ts';
import { dnsClient, systemServer } from '../drivers/resolver.ts';
import { udpNet } from '../net/udp/udp.ts';

const ANY = { 4: parseIp('0.0.0.0') as Ip, 6: parseIp('::') as Ip };

/** Asks the DNS server of the configuration, or else the system's; undefined if there is none. */
export function lookUpFor(resolver: string | undefined): LookUp | undefined {
  const server = resolver === undefined ? systemServer() : endpointFrom(resolver);
  return server && dnsClient({ net: udpNet(), server, local: ANY[family(server.ip)] });
}
