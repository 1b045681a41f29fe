/** The report itself, as a file. */
import type { Case } from '../case.ts';
import { listing } from '../case.ts';
import type { Report } from '../report.ts';

/** The report as JSON that people can read too. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** `--list` for machines. */
export function renderListJson(cases: readonly Case[]): string {
  return `${JSON.stringify({ cases: cases.map(listing) }, null, 2)}\n`;
}
