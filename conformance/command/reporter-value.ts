/** `--reporter KIND[=FILE]`: what goes to the console, and what into files. */
import { Mistake } from './mistake.ts';
import { oneOf } from './values.ts';

export const REPORTERS = ['pretty', 'tap', 'json', 'junit', 'markdown', 'html'] as const;
export type ReporterName = (typeof REPORTERS)[number];

/** What people call some of them. */
const ALSO_CALLED: Readonly<Record<string, ReporterName>> = {
  xml: 'junit',
  md: 'markdown',
  text: 'pretty',
  txt: 'pretty',
};

export interface Outputs {
  readonly console: ReporterName;
  readonly files: readonly { readonly kind: ReporterName; readonly file: string }[];
}

/** @throws Mistake */
function reporterOf(name: string): ReporterName {
  const meant = Object.hasOwn(ALSO_CALLED, name) ? ALSO_CALLED[name] : undefined;
  if (meant === undefined) return oneOf('--reporter', name, REPORTERS);
  throw new Mistake(`--reporter ${name} is none of ${REPORTERS.join(', ')}. Did you mean ${meant}?`);
}

/** What `--list` can be written as: a table or JSON. @throws Mistake */
export function checkListOutputs(outputs: Outputs): void {
  for (const { kind } of [{ kind: outputs.console }, ...outputs.files])
    if (kind === 'junit' || kind === 'markdown' || kind === 'html')
      throw new Mistake(`--reporter ${kind} is for a run, and --list runs nothing: use --reporter json.`);
}

/** What `--spec-url` may be: a page on the web, or one beside the report. @throws Mistake */
export function specUrlOf(text: string | undefined): { specUrl?: string } {
  if (text === undefined) return {};
  const isUrl = /^https?:\/\/./.test(text);
  const isPath = /^[^:#?"'<>\s]+$/.test(text);
  if (isUrl || isPath) return { specUrl: text };
  throw new Mistake(
    `--spec-url ${text} is no place for a page: give an address that begins with https://, or a path as seen from the report.`,
  );
}

/** @throws Mistake */
export function outputsOf(texts: readonly string[], terminal: boolean): Outputs {
  const files: { kind: ReporterName; file: string }[] = [];
  let onConsole: ReporterName | undefined;
  for (const text of texts) {
    const [name = '', file] = text.split(/=(.*)/s);
    const kind = reporterOf(name);
    if (file === undefined) {
      if (onConsole !== undefined)
        throw new Mistake(
          `--reporter ${kind} is a second one for the console: write the other into a file, as in --reporter ${kind}=FILE.`,
        );
      onConsole = kind;
    } else if (file === '') throw new Mistake(`--reporter ${kind}= names no file.`);
    else files.push({ kind, file });
  }
  return { console: onConsole ?? (terminal ? 'pretty' : 'tap'), files };
}
