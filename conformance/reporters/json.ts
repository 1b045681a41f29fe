/** The report itself, as a file. */
import type { Case } from '../case.ts';
import { listing } from '../case.ts';
import type { Report } from '../report.ts';
import type { Alone } from './list.ts';

/** The report as JSON that people can read too. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** `--list` for machines; `catchesAlone` is there where it is known. */
export function renderListJson(cases: readonly Case[], alone?: Alone): string {
  const rows = cases.map((info) => ({
    ...listing(info),
    ...(alone && { catchesAlone: alone.get(info.id) ?? [] }),
  }));
  return `${JSON.stringify({ cases: rows }, null, 2)}\n`;
}
