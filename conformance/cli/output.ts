/** A report on the console and in files. */
import type { Outputs, ReporterName } from '../command/reporter-value.ts';
import type { Report } from '../report.ts';
import { renderHtml } from '../report-page/page.ts';
import type { Context } from '../reporters/context.ts';
import { renderJson } from '../reporters/json.ts';
import { renderMarkdown } from '../reporters/markdown.ts';
import { PLAIN } from '../reporters/paint.ts';
import { renderPretty } from '../reporters/pretty.ts';
import { renderTap } from '../reporters/tap.ts';
import { writeText } from './files.ts';
import type { Terminal } from './terminal.ts';

/** @returns one line for each file that could not be written. */
export async function output(
  report: Report,
  outputs: Outputs,
  context: Context,
  terminal: Terminal,
): Promise<string[]> {
  terminal.out(await render(outputs.console, report, context));
  const faults: string[] = [];
  for (const { kind, file } of outputs.files) {
    const fault = await writeText(file, await render(kind, report, { ...context, paint: PLAIN }));
    if (fault !== undefined) faults.push(fault);
  }
  return faults;
}

/** What needs a library of its own is loaded only when it is asked for. */
async function render(kind: ReporterName, report: Report, context: Context): Promise<string> {
  switch (kind) {
    case 'pretty':
      return renderPretty(report, context);
    case 'tap':
      return renderTap(report, context);
    case 'json':
      return renderJson(report);
    case 'junit':
      return (await import('../reporters/junit.ts')).renderJunit(report, context);
    case 'html':
      return renderHtml(report, context);
    case 'markdown':
      return renderMarkdown(report, context);
  }
}
