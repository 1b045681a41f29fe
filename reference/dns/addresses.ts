/** An application's side of DNS: asking for the addresses of a name. */
import { encode, RECURSION_DESIRED } from 'dns-packet';
import type { Ip } from '../address.ts';
import { parseIp } from '../address.ts';
import { decodeMessage, isResponseTo } from './query.ts';

/** A query for the addresses of one family. @param id u16 */
export function addressQuery(name: string, family: 4 | 6, id: number): Uint8Array {
  const type = family === 4 ? 'A' : 'AAAA';
  const query = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type, name }] });
  return Uint8Array.from(query);
}

/** The RCODE of an answer, and the addresses that it has; undefined if it is none. */
export function readAddresses(
  response: Uint8Array,
  query: Uint8Array,
): { readonly rcode: number; readonly addresses: readonly Ip[] } | undefined {
  const decoded = isResponseTo(response, query) ? decodeMessage(response) : undefined;
  if (decoded === undefined) return undefined;
  const texts = (decoded.answers ?? []).map((answer) =>
    answer.type === 'A' || answer.type === 'AAAA' ? answer.data : '',
  );
  const addresses = texts.map(parseIp).filter((ip) => ip !== undefined);
  return { rcode: (decoded.flags ?? 0) & 15, addresses };
}
