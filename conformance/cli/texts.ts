/** The commands that only write something: provision, pics. */

import { Mistake } from '../command/mistake.ts';
import { renderProforma } from '../command/proforma.ts';
import { readSecret } from '../command/provisioned.ts';
import type { WrittenProvisionOptions } from '../command/provisioning.ts';
import { DEFAULT_TARGET, provisioned, renderProvisioned } from '../command/provisioning.ts';
import { shellLine } from '../command/shell.ts';
import { oneOf } from '../command/values.ts';
import { EXIT } from '../reporters/exit-status.ts';
import type { RoleName } from '../roles.ts';
import { ROLES } from '../roles.ts';
import { catalogue } from '../spec-clauses.ts';
import { readText, specFiles, versions, writeText } from './files.ts';
import type { Terminal } from './terminal.ts';

/** Writes a target's configuration; with `--out` it says how to run the suite against it. */
export async function provisionCommand(
  options: WrittenProvisionOptions,
  terminal: Terminal,
): Promise<number> {
  const { secretFile, out, target, listen } = options;
  const secret = secretFile === undefined ? undefined : readSecret(await readText(secretFile), secretFile);
  const text = renderProvisioned(provisioned(options, secret));
  if (out === undefined) {
    terminal.out(text);
    return EXIT.good;
  }
  const fault = await writeText(out, text);
  if (fault !== undefined) throw new Mistake(fault, EXIT.suite);
  const places = listen === undefined ? [] : ['--listen', listen.join(',')];
  const next = shellLine([
    'ntm-conform',
    '--target',
    target?.[0] ?? DEFAULT_TARGET,
    '--config',
    out,
    ...places,
  ]);
  terminal.err(`Put ${out} into the target, start it, then: ${next}\n`);
  return EXIT.good;
}

export function picsCommand(options: { readonly role?: readonly string[] }, terminal: Terminal): number {
  const wanted = (options.role ?? []).flatMap((text) => text.split(','));
  const roles: readonly RoleName[] =
    wanted.length === 0 ? ROLES : wanted.map((text) => oneOf('--role', text, ROLES));
  terminal.out(renderProforma(catalogue(specFiles()), roles, versions().spec));
  return EXIT.good;
}
