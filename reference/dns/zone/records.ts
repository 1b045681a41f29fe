/** The records of a DC's zone: RFC 1035 (3.3), and the NTM record. [DNS-19, DNS-20] */
import type { Endpoint, Ip } from '../../address.ts';
import { ipToBytes } from '../../address.ts';
import { concat } from '../../bytes.ts';
import { Type } from '../query.ts';
import { encodeNtmRecord } from '../record.ts';
import { encodeName } from './names.ts';
import type { ZoneRecord } from './zone.ts';

export const SOA = 6;
const NS = 2;

export interface Authority {
  /** Of the zone, the first one in the SOA. */
  readonly nameServers: readonly string[];
  /** u32 */
  readonly serial: number;
  /** Seconds for which it may be kept that there is no such name, or no such record. [DNS-24] */
  readonly negativeTtl: number;
}

/** When another server would ask again, were there one; seconds. */
const [REFRESH, RETRY, EXPIRE] = [3600, 600, 86_400];

/** The SOA of a zone, for an answer that there is nothing; its TTL is the negative one. (RFC 2308, 3) */
export function soaRecord(apex: string, { nameServers, serial, negativeTtl }: Authority): ZoneRecord {
  const times = new Uint8Array(20);
  const view = new DataView(times.buffer);
  for (const [index, value] of [serial, REFRESH, RETRY, EXPIRE, negativeTtl].entries())
    view.setUint32(4 * index, value);
  const data = concat(encodeName(nameServers[0] ?? apex), encodeName(`hostmaster.${apex}`), times);
  return { type: SOA, data, ttl: negativeTtl };
}

export function nameServerRecords(nameServers: readonly string[], ttl: number): ZoneRecord[] {
  return nameServers.map((name) => ({ type: NS, data: encodeName(name), ttl }));
}

/** The NTM record of the zone's DC. [DNS-20] */
export function dcRecord(nodeId: Uint8Array, dcEndpoints: readonly Endpoint[], ttl: number): ZoneRecord {
  return { type: Type.ntm, data: encodeNtmRecord({ nodeId, dcEndpoints }), ttl };
}

/** A or AAAA. [DNS-22] */
export function addressRecord(ip: Ip, ttl: number, until?: number): ZoneRecord {
  const data = ipToBytes(ip);
  return { type: data.length === 4 ? Type.a : Type.aaaa, data, ttl, ...(until !== undefined && { until }) };
}
