/** `spec`: the specification as one page of HTML. */
import { ALL_CASES } from '../cases/all.ts';
import { Mistake } from '../command/mistake.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { renderSpec } from '../spec-page/page.ts';
import { UNTESTABLE } from '../untestable.ts';
import { writeText } from './files.ts';
import { specFile, specFiles, versions } from './own-files.ts';
import type { Terminal } from './terminal.ts';
import { vectorFamilies } from './vectors.ts';

/** @param options without `output` the page goes to the console */
export async function specCommand(
  options: { readonly output?: string },
  terminal: Terminal,
): Promise<number> {
  const page = renderSpec({
    readme: specFile('README.md'),
    chapters: specFiles(),
    cddl: specFile('ntmobile.cddl'),
    cases: ALL_CASES,
    untestable: UNTESTABLE,
    families: vectorFamilies(),
    spec: versions().spec,
  });
  if (options.output === undefined) {
    terminal.out(page);
    return EXIT.good;
  }
  const fault = await writeText(options.output, page);
  if (fault !== undefined) throw new Mistake(fault, EXIT.suite);
  return EXIT.good;
}
