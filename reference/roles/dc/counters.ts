import type { Counters } from '../../core.ts';
import type { Sources } from '../sources.ts';
import type { Peer } from './parts.ts';

/** Handshakes that one channel holds unconfirmed: 4 that were answered and one of its own. [KEY-22] */
const UNCONFIRMED = 5;

/** The sizes of the tables of a DC. [GEN-17, DOS-04] */
export function tableSizes(
  peers: readonly Peer[],
  sources: Sources,
  paths: { readonly size: number; readonly bound: number },
): Counters {
  const associations = peers.map(({ association }) => association);
  const sum = (of: (association: Peer['association']) => number): number =>
    associations.reduce((total, association) => total + of(association), 0);
  const tables: Record<string, readonly [size: number, bound: number]> = {
    associations: [peers.length, peers.length],
    paths: [paths.size, paths.bound],
    handshakes: [sum(({ channel }) => channel.unconfirmedCount()), UNCONFIRMED * peers.length],
    answers: [sum((association) => association.answerCount()), sum(({ config }) => config.answerBound)],
    sources: [sources.size, sources.bound],
  };
  const counters: Counters = {};
  for (const [name, [size, bound]] of Object.entries(tables)) {
    counters[`table.${name}.size`] = size;
    counters[`table.${name}.bound`] = bound;
  }
  return counters;
}
