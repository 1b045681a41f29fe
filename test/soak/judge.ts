/** What a relay held at one moment beside what it held at another. */
import type { Held } from './programs/relay.ts';

/** What was seen at one moment of a run; bytes for memory. */
export interface Seen extends Held {
  /** Cycles that were over then. */
  readonly cycles: number;
  /** Hours that had passed for the relay. */
  readonly hours: number;
  /** Elements of all maps and sets of nft, and tables. */
  readonly elements: number;
  readonly nftTables: number;
}

const MEBIBYTE = 1024 * 1024;
/** By how much memory may grow, for what an engine keeps and gives back when it likes. */
const MARGINS = { heap: 3 * MEBIBYTE, rss: 24 * MEBIBYTE, children: 2 * MEBIBYTE } as const;

const COUNTS = ['descriptors', 'maps', 'programs', 'links', 'entries', 'nftTables', 'elements'] as const;
/** Sizes of tables in which a role keeps what belongs to paths. */
const TABLES = ['paths', 'legs', 'held', 'handshakes', 'kernel'];

export interface Line {
  readonly what: string;
  readonly before: number;
  readonly after: number;
  readonly isBytes: boolean;
  readonly hasGrown: boolean;
}

/** Each thing that is held, at the first moment and at the last. */
export function compare(first: Seen, last: Seen): Line[] {
  const memory = Object.entries(MARGINS).flatMap(([what, margin]) => {
    const [before, after] = [first, last].map((seen) => seen[what as keyof typeof MARGINS]);
    if (before === undefined || after === undefined) return [];
    return [{ what, before, after, isBytes: true, hasGrown: after > before + margin }];
  });
  const counts = COUNTS.map((what) => line(what, first[what], last[what]));
  const tables = TABLES.flatMap((name) => {
    const [before, after] = [first, last].map(({ counters }) => counters[`table.${name}.size`]);
    return before === undefined || after === undefined ? [] : [line(name, before, after)];
  });
  return [...memory, ...counts, ...tables];
}

function line(what: string, before: number, after: number): Line {
  return { what, before, after, isBytes: false, hasGrown: after !== before };
}

/** A table in Markdown. */
export function tableOf(lines: readonly Line[], first: Seen, last: Seen): string {
  const text = (value: number, isBytes: boolean): string =>
    isBytes ? `${(value / MEBIBYTE).toFixed(1)} MiB` : `${value}`;
  return [
    `| | after ${first.cycles} | after ${last.cycles} | |`,
    '| --- | --- | --- | --- |',
    ...lines.map(
      ({ what, before, after, isBytes, hasGrown }) =>
        `| ${what} | ${text(before, isBytes)} | ${text(after, isBytes)} | ${hasGrown ? '**grew**' : ''} |`,
    ),
  ].join('\n');
}
