/** `provision`: the configuration of a target without an adapter. */

import { Mistake } from '../command/mistake.ts';
import { readSecret } from '../command/provisioned.ts';
import type { WrittenProvisionOptions } from '../command/provisioning.ts';
import { DEFAULT_TARGET, provisioned, renderProvisioned } from '../command/provisioning.ts';
import { shellLine } from '../command/shell.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { readText, writeText } from './files.ts';
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
