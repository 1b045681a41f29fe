/** What DNS answers to the question where a zone's DC is. */
import { concat, fromHex } from '../../reference/bytes.ts';
import { Type } from '../../reference/dns/query.ts';
import { encodeNtmRecord } from '../../reference/dns/record.ts';
import { endpoint } from '../channel/pair.ts';

/** A record as it stands in an answer: the question's name, type, class IN. @param ttl in seconds, below 256 */
export function apexRecord(nodeId: string, endpoints: readonly string[], ttl = 60): Uint8Array {
  const rdata = encodeNtmRecord({ nodeId: fromHex(nodeId), dcEndpoints: endpoints.map(endpoint) });
  const fixed = Uint8Array.of(0xc0, 12, Type.ntm >> 8, Type.ntm & 255, 0, 1, 0, 0, 0, ttl, 0, rdata.length);
  return concat(fixed, rdata);
}

/** The answer to a query whose only record besides the question is an OPT record at its end. */
export function apexAnswer(query: Uint8Array, records: readonly Uint8Array[], rcode = 0): Uint8Array {
  const end = query.length - 11;
  const header = query.slice(0, 12);
  header[2] = 0x81;
  header[3] = 0x80 | rcode;
  header[7] = records.length;
  return concat(header, query.subarray(12, end), ...records, query.subarray(end));
}
