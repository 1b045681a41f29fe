/** Hand-made inputs of the reporters, and the outputs that were looked at once and kept. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Report } from '../../conformance/report.ts';
import type { Context } from '../../conformance/reporters/context.ts';
import { PLAIN } from '../../conformance/reporters/paint.ts';
import { placesOf } from '../../conformance/reporters/places.ts';
import type { T } from '../tap.ts';

const folder = new URL('./golden/', import.meta.url);

export function goldenText(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

/** A report with every verdict. */
export const report: Report = Report.parse(JSON.parse(goldenText('report.json')));

export const context: Context = {
  paint: PLAIN,
  width: 110,
  quiet: false,
  places: placesOf([{ name: 'spec.md', text: goldenText('spec.md') }]),
  command: 'ntm-conform --target 192.0.2.1:4330',
};

/** Compares with a kept file; `NTM_GOLDEN=write` keeps what there is now. */
export function sameAsGolden(t: T, found: string, name: string): void {
  if (process.env.NTM_GOLDEN === 'write') writeFileSync(new URL(name, folder), found);
  t.equal(found, goldenText(name), name);
}
