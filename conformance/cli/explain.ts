/** `explain`: a clause or a case in words; of a case also what goes to and fro when it runs. */
import { udpNet } from '../../reference/net/udp/udp.ts';
import type { Case } from '../case.ts';
import { ALL_CASES } from '../cases/all.ts';
import type { Explaining } from '../command/explanation.ts';
import { explainCase, explainClause } from '../command/explanation.ts';
import { Mistake } from '../command/mistake.ts';
import { didYouMean } from '../command/nearest.ts';
import { exchangeOf } from '../observe/exchange.ts';
import type { Entry } from '../observe/transcript.ts';
import { chartLines } from '../reporters/chart.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { placesOf } from '../reporters/places.ts';
import { catalogue } from '../spec-clauses.ts';
import type { Job } from './judge.ts';
import { runJob } from './judge.ts';
import { specFiles } from './own-files.ts';
import { reachTarget } from './target.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

/** @throws Mistake if there is neither a clause nor a case of that name. */
export async function explainCommand(
  names: readonly string[],
  options: { readonly run: boolean; readonly color: boolean },
  terminal: Terminal,
): Promise<number> {
  const places = placesOf(specFiles());
  const paint = paintOf(terminal, options.color);
  const explaining = { cases: ALL_CASES, places, paint, width: terminal.width };
  const texts: string[] = [];
  for (const name of names) {
    const place = places.get(name.toUpperCase());
    const info = ALL_CASES.find(({ id }) => id === name.toLowerCase());
    if (place !== undefined) texts.push(explainClause(place, explaining));
    else if (info !== undefined) texts.push(await caseText(info, explaining, options.run));
    else throw new Mistake(unknown(name, [...places.keys(), ...ALL_CASES.map(({ id }) => id)]));
  }
  terminal.out(texts.join('\n'));
  return EXIT.good;
}

function unknown(name: string, known: readonly string[]): string {
  return `There is no clause and no case ${name}: see them with ntm-conform --list.${didYouMean(name, known)}`;
}

async function caseText(info: Case, explaining: Explaining, run: boolean): Promise<string> {
  const text = explainCase(info, explaining);
  if (!run || info.kind === 'scan') return text;
  const entries = await firstRow(info);
  if (entries.length === 0) return text;
  const { paint, width } = explaining;
  const began = entries[0] === undefined ? 0 : timeOf(entries[0]);
  const chart = chartLines(exchangeOf(entries, began), paint, width);
  return `${text}\nWith the reference, on its first input:\n\n${chart.map((line) => `${line}\n`).join('')}`;
}

/** What goes to and fro in one row of a case against the reference. */
async function firstRow(info: Case): Promise<Entry[]> {
  const net = udpNet();
  const reached = await reachTarget({ target: undefined, sources: [], outside: [], listen: [] }, {}, net);
  const entries: Entry[] = [];
  const tap = {
    sent: (sent: Extract<Entry, { kind: 'sent' }>['sent'], { caseId }: { readonly caseId: string }) => {
      if (caseId === info.id) entries.push({ kind: 'sent', sent });
    },
    received: (
      received: Extract<Entry, { kind: 'received' }>['received'],
      { caseId }: { readonly caseId: string },
    ) => {
      // Nothing here is a fault of the reference's, whether the case waited for it or not.
      if (caseId === info.id) entries.push({ kind: 'received', received: { ...received, consumed: true } });
    },
  };
  const settings = {
    ...({
      seed: 'explain',
      depth: 'quick',
      profile: 'hardened',
      strict: false,
      slow: true,
      jobs: 1,
    } as const),
    ...{ timeout: 2000, bail: false, clauses: catalogue(specFiles()) },
  } satisfies Omit<Job, 'cases' | 'net'>;
  try {
    await runJob(reached, { ...settings, cases: [info], net }, { tap });
    return entries.sort((a, b) => timeOf(a) - timeOf(b));
  } finally {
    await reached.end();
  }
}

function timeOf(entry: Entry): number {
  if (entry.kind === 'sent') return entry.sent.at;
  return entry.kind === 'received' ? entry.received.at : entry.at;
}
