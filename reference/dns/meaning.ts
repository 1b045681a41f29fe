/** What an answer of DNS means to a node: the table of section 11.6 of the specification. */
import type { Ip } from '../address.ts';
import { ipFromBytes } from '../address.ts';
import type { Link } from './answer.ts';
import { isForAddresses } from './answer.ts';
import type { Strip } from './hints.ts';
import { leadsTo } from './hints.ts';
import { zoneOf } from './names.ts';
import type { Query } from './query.ts';
import { hasError, IN, isTruncated, Type } from './query.ts';
import type { RawName, RawRecord } from './records.ts';
import { nameKey, readAnswers, readName, textOf } from './records.ts';

/** DNS-13 */
const LONGEST_CHAIN = 8;

export type Meaning =
  /** There was none: nothing is to be done. */
  | { readonly what: 'nothing' }
  /** The application gets it as it came. */
  | { readonly what: 'pass' }
  /** The application gets it without some address hints. [DNS-17] */
  | ({ readonly what: 'strip' } & Strip)
  /** A direction is to be asked for, to the NTM FQDN at the end of the links. [DNS-02, DNS-05] */
  | { readonly what: 'direct'; readonly name: string; readonly links: readonly Link[] }
  /** A general peer, with its addresses of the type that was asked for, as they came, at the end of the links. [DNS-16] */
  | {
      readonly what: 'general';
      readonly links: readonly Link[];
      readonly addresses: readonly [Ip, ...Ip[]];
    }
  /** SERVFAIL. [DNS-13] */
  | { readonly what: 'fail' };

const PASS: Meaning = { what: 'pass' };

/** @param response one that answers the query, if there was any. */
export function meaningOf(response: Uint8Array | undefined, query: Query, marker: string): Meaning {
  if (response === undefined) return { what: 'nothing' };
  // DNS-10: who asked asks again, over TCP.
  if (isTruncated(response)) return PASS;
  const first = readName(query.question, 0);
  const answers = readAnswers(response);
  if (first === undefined || answers === undefined || query.class !== IN || query.type === Type.cname)
    return PASS;
  const links = follow(response, answers, first.name);
  if (links === undefined) return { what: 'fail' };
  const names = [first.name, ...links.map(({ target }) => target)];
  const isPeer = (name: RawName): boolean => zoneOf(textOf(name) ?? '', marker) !== undefined;
  const isNtm = names.map(isPeer);
  if (!isForAddresses(query)) {
    const at = isNtm.indexOf(true);
    if (at < 0 && !leadsTo(response, isPeer)) return PASS;
    return { what: 'strip', names: at < 0 ? [] : names.slice(at), isPeer };
  }
  const last = isNtm.lastIndexOf(true);
  const name = names[last];
  if (name === undefined) return general(response, query, answers, links, names.at(-1) ?? first.name);
  return { what: 'direct', name: textOf(name) ?? '', links: links.slice(0, last) };
}

/** DNS-15: only an answer without an error tells of a general peer. */
function general(
  response: Uint8Array,
  query: Query,
  answers: readonly RawRecord[],
  links: readonly Link[],
  last: RawName,
): Meaning {
  if (hasError(response)) return PASS;
  const [first, ...others] = answers
    .filter(
      ({ name, type, class: of }) => type === query.type && of === IN && nameKey(name) === nameKey(last),
    )
    .flatMap(({ from, to }) => ipFromBytes(response.subarray(from, to)) ?? []);
  return first === undefined ? PASS : { what: 'general', links, addresses: [first, ...others] };
}

/** The CNAME records from a name on; undefined if they are too many, go round, or fork. [DNS-13] */
function follow(message: Uint8Array, answers: readonly RawRecord[], first: RawName): Link[] | undefined {
  const links: Link[] = [];
  const met = new Set<string>();
  for (let name = first; ; ) {
    const key = nameKey(name);
    if (met.has(key)) return undefined;
    met.add(key);
    const found = answers.filter(
      (record) => record.type === Type.cname && record.class === IN && nameKey(record.name) === key,
    );
    const targets = found.map((record) => targetOf(message, record));
    const [target] = targets;
    const [record] = found;
    if (record === undefined) return links;
    if (target === undefined || targets.some((other) => !other || nameKey(other) !== nameKey(target)))
      return undefined;
    if (links.length === LONGEST_CHAIN) return undefined;
    links.push({ name: record.name, ttl: record.ttl, target });
    name = target;
  }
}

function targetOf(message: Uint8Array, { from, to }: RawRecord): RawName | undefined {
  const read = readName(message, from);
  return read?.end === to ? read.name : undefined;
}
