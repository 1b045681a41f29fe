/** The section of the runtimes. */
import type { Column, Row, Section, Table } from '../page/section.ts';
import { figure } from '../page/section.ts';
import { SIZES, SUITES } from './operations.ts';
import type { SuiteRun } from './suite.ts';

type Found = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

const PER_SECOND = { unit: '/s', better: 'more' } as const;

/** @param found of each runtime, of each operation, the rates; the base is the first. */
export function operationsSection(
  found: Found,
  suites: ReadonlyMap<string, SuiteRun>,
  rounds: number,
): Section {
  const names = [...(found.values().next().value?.keys() ?? [])];
  const messages = names.filter((name) => /^(encode|decode) /.test(name));
  const data = names.filter((name) => /^(seal|open) /.test(name));
  const others = names.filter((name) => !messages.includes(name) && !data.includes(name));
  const base = found.keys().next().value ?? '';
  const faults = [...suites].flatMap(([name, { bad, cases }]) =>
    bad === 0 ? [] : [`On ${name} ${bad} of ${cases} cases of the suite ended with no good verdict.`],
  );
  return {
    id: 'operations',
    title: 'Codec, cryptography and suite on each runtime',
    about: about(rounds),
    tables: [
      tableOf('Messages', found, [...messages, ...others], base),
      ...Object.keys(SUITES).map((suite) =>
        tableOf(
          `Data by ${suite}`,
          found,
          data.filter((name) => name.endsWith(` by ${suite}`)),
          base,
        ),
      ),
      suiteTable(suites, base),
    ],
    plots: [
      {
        id: 'sealing',
        title: `Sealing of ${SIZES[1]} bytes`,
        kind: 'bars',
        x: { name: 'runtime', values: [...found.keys()] },
        y: { name: 'a second', unit: '/s' },
        series: Object.keys(SUITES).map((suite) => ({
          name: suite,
          values: [...found.values()].map((of) => figureOf(of.get(`seal ${SIZES[1]} bytes by ${suite}`))),
        })),
      },
    ],
    claims: [],
    versions: {},
    notes: [
      'The `node:crypto` of Deno and Bun has no ChaCha20-Poly1305 that can be used; what takes its place is in `reference/crypto/aead.ts`.',
      'The suite was run once on each runtime. Many of its cases wait, and it runs several at a time, so that the time by the clock says little of the processor, and the other way round.',
      ...faults,
      ...(found.size < 4 ? ['Another release of Node was not measured: NTM_NODE names its program.'] : []),
    ],
  };
}

function tableOf(title: string, found: Found, names: readonly string[], base: string): Table {
  const columns: Column[] = names.map((name) => ({ name: name.replace(/ by \S+$/, ''), ...PER_SECOND }));
  const rows: Row[] = [...found].map(([name, of]) => ({
    name,
    figures: names.map((operation) => figureOf(of.get(operation))),
  }));
  return { title, columns, rows, base };
}

function suiteTable(suites: ReadonlyMap<string, SuiteRun>, base: string): Table {
  return {
    title: 'The suite against the reference that comes with it',
    columns: [
      { name: 'by the clock', unit: 's', better: 'less' },
      { name: 'of the processor', unit: 's', better: 'less' },
      { name: 'cases', unit: '/s', better: 'more' },
      { name: 'cases by the processor', unit: '/s', better: 'more' },
    ],
    rows: [...suites].map(([name, { cases, seconds, processor }]) => ({
      name,
      figures: [seconds, processor, cases / seconds, cases / processor].map((value) => figure([value])),
    })),
    base,
  };
}

function figureOf(values: readonly number[] | undefined) {
  return values === undefined || values.length === 0 ? null : figure(values);
}

function about(rounds: number): string {
  return (
    `What one thread does in a second, ${rounds} rounds, in each one runtime after the other in a process of its ` +
    'own, warmed up before. Bodies are encoded and decoded with all checks of the schema; data is sealed and opened ' +
    'as whole datagrams, header and nonce included; an opening is all that both ends compute of one, from the draw ' +
    'of their keys to their traffic keys. The suite is the run that `ntm-conform` makes without options: over real ' +
    'UDP, against the reference in a process of its own; its processor time is that of both.'
  );
}
