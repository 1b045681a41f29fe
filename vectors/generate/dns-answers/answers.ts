/** How a vector of this family is made: what is asked, and all that a right answer has. */
import { fromHex, toHex } from '../../../reference/bytes.ts';
import type { Body } from '../bodies/body.ts';
import { encoded, notation } from '../bodies/body.ts';
import { draw } from '../random.ts';
import type { Vector } from '../vector.ts';
import { Family } from '../vector.ts';
import type { Asked, Said } from './messages.ts';
import { labelsOf, query, question, response, soaData, TYPE, textOf } from './messages.ts';
import type { Situation } from './world.ts';
import { NAME, ZONE } from './world.ts';

/** A record at the name that is asked for. */
export interface Wanted {
  readonly type: number;
  /** Seconds at most; null where the spec has no bound. */
  readonly ttl: number | null;
  /** RDATA as hex; null where it is free. */
  readonly data: string | null;
  /** What the example has where something is free. */
  readonly example?: { readonly ttl?: number; readonly data?: Uint8Array };
  readonly body?: Body;
}

export interface Answered {
  readonly clauses: readonly string[];
  readonly comment: string;
  readonly source?: string;
  readonly asked: Asked;
  readonly situation?: Situation;
  readonly transport?: 'udp' | 'tcp';
  /** 0 if not given; the first one is that of the example. */
  readonly rcodes?: readonly number[];
  /** True if not given. */
  readonly authoritative?: boolean | null;
  readonly truncated?: boolean;
  /** None if not given; null where the answer section is free. */
  readonly records?: readonly Wanted[] | null;
  /** The apex whose SOA has to be there. */
  readonly soa?: string;
  /** Whether the question has to come back; true if not given. */
  readonly echo?: boolean;
  /** The answer section of the example, where it is not all of the records. */
  readonly shown?: readonly Wanted[];
}

/** Seconds for which the examples have their records kept, where no bound is shorter. */
const USUAL_TTL = 60;
const [LEAST, OWN_SIZE, MOST] = [512, 1232, 65_535];

export class DnsAnswers extends Family {
  answered(name: string, one: Answered): Vector {
    const { clauses, comment, asked, situation = 'free', transport = 'udp', rcodes = [0] } = one;
    const { authoritative = true, truncated = false, records = [], soa, echo = true } = one;
    const id = draw(`dns-answers ${name}`, 2);
    const said: Said = {
      rcode: rcodes[0] ?? 0,
      authoritative: authoritative ?? false,
      truncated,
      records: (one.shown ?? (truncated ? [] : (records ?? []))).map(shown),
      soa,
    };
    const bodies = records?.flatMap(({ body }) => (body === undefined ? [] : [notation(body)])) ?? [];
    const owner = labelsOf(asked.name).join('.').toLowerCase();
    const { edns } = asked;
    const size = Math.min(OWN_SIZE, Math.max(LEAST, edns?.size ?? LEAST));
    return this.valid(name, {
      clauses,
      comment,
      ...(one.source !== undefined && { source: one.source }),
      call: 'answer-dns',
      input: { situation, transport, query: query(id, asked) },
      ...(bodies.length === 1 && { diagnostic: bodies[0] }),
      steps: { asked: `${textOf(asked.name)} ${typeName(asked.type)}` },
      output: {
        rcodes,
        authoritative,
        truncated,
        question: echo ? question(asked) : null,
        records: records?.map(({ type, ttl, data }) => ({ name: owner, type, ttl, data })) ?? null,
        ...(soa !== undefined && { soa }),
        ...(edns !== undefined && { edns: { version: 0, dnssecOk: edns.dnssecOk ?? false } }),
        most: transport === 'tcp' ? MOST : size,
        response: response(id, asked, said, NAME.server),
      },
    });
  }

  /** There is no such name, or nothing of the type. */
  negative(name: string, rcode: 0 | 3, one: Omit<Answered, 'rcodes' | 'records'>): Vector {
    return this.answered(name, { soa: ZONE, ...one, rcodes: [rcode] });
  }
}

function shown({ type, ttl, data, example }: Wanted): Said['records'][number] {
  const bytes = data === null ? (example?.data ?? new Uint8Array(0)) : fromHex(data);
  return { type, ttl: Math.min(ttl ?? MOST, example?.ttl ?? USUAL_TTL), data: bytes };
}

function typeName(type: number): string {
  return Object.entries(TYPE).find(([, number]) => number === type)?.[0] ?? `TYPE${type}`;
}

/** A or AAAA. @param data 4 or 16 bytes */
export function address(data: string, ttl: number | null = null): Wanted {
  return { type: data.length === 8 ? TYPE.A : TYPE.AAAA, ttl, data };
}

export function ntm(body: Body, ttl: number | null): Wanted {
  return { type: TYPE.NTM, ttl, data: toHex(encoded(body)), body };
}

export function soa(apex: string): Wanted {
  const example = { ttl: 5, data: soaData(apex, NAME.server) };
  return { type: TYPE.SOA, ttl: null, data: null, example };
}

export function nameServer(data: Uint8Array): Wanted {
  return { type: TYPE.NS, ttl: null, data: toHex(data), example: { ttl: 3600 } };
}
