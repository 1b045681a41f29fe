/** DNS messages that another encoder makes (dns-packet), for what the raw reader and writer here do. */
import type { Answer, Packet } from 'dns-packet';
import { encode } from 'dns-packet';
import type { Query } from '../../reference/dns/query.ts';
import { readQuery } from '../../reference/dns/query.ts';

const [RD, RA, AA] = [0x0100, 0x0080, 0x0400];

export interface Asking {
  readonly name: string;
  readonly type?: 'A' | 'AAAA' | 'TXT' | 'HTTPS' | 'CNAME' | 'ANY';
  readonly flags?: number;
}

export function asked({ name, type = 'A', flags = 0 }: Asking): Uint8Array {
  const question = { name, type: typeName(type), class: 'IN' } as const;
  return Uint8Array.from(encode({ type: 'query', id: 0x0102, flags: RD | flags, questions: [question] }));
}

export function queryOf(bytes: Uint8Array): Query {
  const query = readQuery(bytes);
  if (query === undefined) throw new Error('no query');
  return query;
}

/** The answer to it, with names compressed. @param flags also the RCODE */
export function answered(
  question: Asking,
  answers: readonly Answer[],
  { flags = 0, ...rest }: Pick<Packet, 'flags' | 'authorities' | 'additionals'> = {},
): Uint8Array {
  const { name, type = 'A' } = question;
  const bytes = encode({
    type: 'response',
    id: 0x0102,
    flags: RD | RA | AA | flags,
    questions: [{ name, type: typeName(type), class: 'IN' }],
    answers: [...answers],
    ...rest,
  });
  return Uint8Array.from(bytes);
}

/** dns-packet has no name for some types. */
function typeName(type: NonNullable<Asking['type']>): 'A' {
  return (type === 'HTTPS' ? 'UNKNOWN_65' : type) as 'A';
}

export function cname(name: string, data: string, ttl = 300): Answer {
  return { type: 'CNAME', name, data, ttl };
}

export function a(name: string, data = '192.0.2.80', ttl = 300): Answer {
  return { type: 'A', name, data, ttl };
}

/** A chain of that many CNAMEs from a name: `c1.example`, `c2.example` and so on. */
export function chain(first: string, length: number): Answer[] {
  return Array.from({ length }, (_, at) => cname(at === 0 ? first : `c${at}.example`, `c${at + 1}.example`));
}
