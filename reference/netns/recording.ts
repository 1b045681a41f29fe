/** What is kept of a run: packets of every network as one pcapng, what roles traced as a chart. */
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Arrow, Exchange, Remark } from '../trace/merge.ts';
import { mergeTraces } from '../trace/merge.ts';
import { readTraceRecord } from '../trace/record.ts';
import { attempt } from './execute.ts';
import type { Ground } from './ground.ts';
import type { Program } from './program.ts';

/** The name of what all captures become. */
export const CAPTURE = 'run.pcapng';

/** Captures of networks, each by a program of its own. */
export class Capture {
  private readonly ground: Ground;
  private readonly parts: { readonly file: string; readonly program: Program }[] = [];

  constructor(ground: Ground) {
    this.ground = ground;
  }

  /** Captures on a device from now on. */
  async start(host: string, device: string): Promise<void> {
    const file = join(this.ground.folder, `${host}.pcapng`);
    const program = this.ground.start(host, ['dumpcap', '-q', '-i', device, '-w', file], `dumpcap-${host}`);
    this.parts.push({ file, program });
    await program.found(/^File: /m);
  }

  /** Ends all, and makes one file of them. */
  async end(): Promise<void> {
    await Promise.all(this.parts.map(({ program }) => program.stop()));
    const files = this.parts.map(({ file }) => file).filter((file) => existsSync(file));
    const [only] = files;
    const whole = join(this.ground.folder, CAPTURE);
    if (files.length === 1 && only !== undefined) await rename(only, whole);
    if (files.length < 2) return;
    const { status } = await attempt('mergecap', ['-w', whole, ...files]);
    if (status === 0) await Promise.all(files.map((file) => rm(file)));
  }
}

/** Parties from left to right. */
const LANES = ['alice', 'dc1', 'rs1', 'rs2', 'dc2', 'bob'];

/** What the roles traced, together with what was remarked. A Data message that only repeats is left out. */
export async function exchangeOf(traces: readonly string[], remarks: readonly Remark[]): Promise<Exchange> {
  const texts = await Promise.all(traces.map((file) => readFile(file, 'utf8').catch(() => '')));
  const records = texts.flatMap((text) => text.split('\n').flatMap((line) => readTraceRecord(line) ?? []));
  const names = traces.map((file) => basename(file, '.trace'));
  const merged = mergeTraces(
    records.filter(({ type }) => type !== 'no message'),
    names,
  );
  const since = remarks[0]?.t ?? 0;
  const arrows = withoutRepeats(
    merged.arrows.filter(({ t }) => t >= since),
    remarks,
  );
  const found = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  const order = (lane: string): number => LANES.indexOf(lane) + 1 || LANES.length;
  const lanes = merged.lanes.filter((lane) => found.has(lane)).sort((a, b) => order(a) - order(b));
  return { lanes, arrows, remarks };
}

function withoutRepeats(arrows: readonly Arrow[], remarks: readonly Remark[]): Arrow[] {
  const told = new Set<string>();
  let last = Number.NEGATIVE_INFINITY;
  return arrows.filter(({ t, from, to, type }) => {
    if (remarks.some((remark) => remark.t > last && remark.t <= t)) told.clear();
    last = t;
    if (type !== 'Data') {
      told.clear();
      return true;
    }
    const key = `${from} ${to}`;
    const isNew = !told.has(key);
    told.add(key);
    return isNew;
  });
}
