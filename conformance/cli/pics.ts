/** `pics`, which writes the questions, and `--pics`, which takes the answers. */
import { proforma, renderProforma, renderProformaJson } from '../command/proforma.ts';
import { oneOf } from '../command/values.ts';
import type { PicsFile } from '../expectations/pics.ts';
import { heldAgainst, readPics } from '../expectations/pics.ts';
import type { PicsUsed } from '../report.ts';
import { EXIT } from '../reporters/exit-status.ts';
import type { RoleName } from '../roles.ts';
import { ROLES } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';
import { catalogue } from '../spec-clauses.ts';
import type { Target } from '../target/target.ts';
import { readText } from './files.ts';
import { specFiles, versions } from './own-files.ts';
import type { Terminal } from './terminal.ts';

export interface PicsOptions {
  readonly role?: readonly string[];
  readonly reporter: string;
}

export function picsCommand({ role = [], reporter }: PicsOptions, terminal: Terminal): number {
  const wanted = role.flatMap((text) => text.split(','));
  const roles: readonly RoleName[] =
    wanted.length === 0 ? ROLES : wanted.map((text) => oneOf('--role', text, ROLES));
  const kind = oneOf('--reporter', reporter, ['markdown', 'json']);
  const asked = proforma(catalogue(specFiles()), roles, versions().spec);
  terminal.out(kind === 'json' ? renderProformaJson(asked) : renderProforma(asked));
  return EXIT.good;
}

/** @throws Mistake for a file that cannot be read, or does not say what it has to. */
export async function picsOf(
  file: string | undefined,
  clauses: readonly Clause[],
): Promise<PicsFile | undefined> {
  return file === undefined ? undefined : readPics(file, await readText(file), clauses, versions().spec);
}

/** The claims for a run against a target. @throws Mistake where they contradict it; the target is closed then. */
export async function claimsFor(
  target: Target,
  claims: PicsFile,
  asked: readonly RoleName[],
): Promise<PicsUsed> {
  try {
    return heldAgainst(claims, target, asked);
  } catch (error) {
    await target.close();
    throw error;
  }
}
