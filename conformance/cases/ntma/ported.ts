/** What binds a node and an NTMA alike: the node's cases, but for those of its applications' names and of general peers. */
import type { Case } from '../../case.ts';
import { NODE_CASES } from '../node/all.ts';
import type { Words } from '../ported.ts';
import { ported } from '../ported.ts';
import { RESOLVER_FINDING_CASES } from '../resolver/finding.ts';

const WORDS: Words = [
  ['A node', 'An NTMA'],
  ['a node', 'an NTMA'],
  ['The node', 'The NTMA'],
  ['the node', 'the NTMA'],
];

/** Of applications that ask for names, with the answers of the DC to them, and of general peers. */
const OF_NODES = /^node\.(resolver|general|lent|direction\.(answered|given-up)$)/;
/** Clauses that do not bind an NTMA. */
const CLAUSES_OF_NODES: readonly string[] = ['NODE-05', 'DNS-15', 'DNS-19', 'DNS-27', 'DNS-28'];

/** Rows that no application has a part in. */
const ROWS: Readonly<Record<string, (row: never) => boolean>> = {
  'node.direction.foreign': (how: string) => how === 'an answer to nothing',
};

/** It finds its DC as a node does. */
const CASES = [...NODE_CASES, ...RESOLVER_FINDING_CASES];
const PORTED = CASES.filter(({ id }) => !OF_NODES.test(id));

export const PORTED_NTMA_CASES: readonly Case[] = ported(
  'ntma',
  {},
  WORDS,
  CASES,
  PORTED.map(({ id }) => {
    const rows = ROWS[id];
    return { from: id, ...(rows && { rows }) };
  }),
).map((one) => ({ ...one, clauses: one.clauses.filter((id) => !CLAUSES_OF_NODES.includes(id)) }));
