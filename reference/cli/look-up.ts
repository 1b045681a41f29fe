import type { Ip } from '../address.ts';
import { family, parseIp } from '../address.ts';
import { endpointFrom } from '../config/schema.ts';
import type { LookUp } from '../drivers/resolver.ts';
import { dnsClient, systemServer } from '../drivers/resolver.ts';
import { udpNet } from '../net/udp/udp.ts';

const ANY = { 4: parseIp('0.0.0.0') as Ip, 6: parseIp('::') as Ip };

/**
 * Asks the DNS server of the configuration, or else the system's; undefined if there is none.
 * @param other one that is told, and asked where there is no other.
 */
export function lookUpFor(resolver: string | undefined, other?: string): LookUp | undefined {
  const found = resolver === undefined ? systemServer() : endpointFrom(resolver);
  const server = found ?? (other === undefined ? undefined : endpointFrom(other));
  return server && dnsClient({ net: udpNet(), server, local: ANY[family(server.ip)] });
}
