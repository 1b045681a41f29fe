/** The commands that only write something: provision, explain, pics. */
import type { RoleName } from '../case.ts';
import { ROLES } from '../case.ts';
import { ALL_CASES } from '../cases/all.ts';
import { explainCase, explainClause } from '../command/explanation.ts';
import { Mistake } from '../command/mistake.ts';
import { didYouMean } from '../command/nearest.ts';
import { renderProforma } from '../command/proforma.ts';
import { readSecret } from '../command/provisioned.ts';
import type { WrittenProvisionOptions } from '../command/provisioning.ts';
import { DEFAULT_TARGET, provisioned, renderProvisioned } from '../command/provisioning.ts';
import { shellLine } from '../command/shell.ts';
import { oneOf } from '../command/values.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { placesOf } from '../reporters/places.ts';
import { catalogue } from '../spec-clauses.ts';
import { readText, specFiles, versions, writeText } from './files.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

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

/** @throws Mistake if there is neither a clause nor a case of that name. */
export function explainCommand(
  names: readonly string[],
  options: { readonly color: boolean },
  terminal: Terminal,
): number {
  const places = placesOf(specFiles());
  const paint = paintOf(terminal, options.color);
  const explaining = { cases: ALL_CASES, places, paint, width: terminal.width };
  const texts = names.map((name) => {
    const place = places.get(name.toUpperCase());
    if (place !== undefined) return explainClause(place, explaining);
    const info = ALL_CASES.find(({ id }) => id === name.toLowerCase());
    if (info !== undefined) return explainCase(info, explaining);
    const known = [...places.keys(), ...ALL_CASES.map(({ id }) => id)];
    throw new Mistake(
      `There is no clause and no case ${name}: see them with ntm-conform --list.${didYouMean(name, known)}`,
    );
  });
  terminal.out(texts.join('\n'));
  return EXIT.good;
}

export function picsCommand(options: { readonly role?: readonly string[] }, terminal: Terminal): number {
  const wanted = (options.role ?? []).flatMap((text) => text.split(','));
  const roles: readonly RoleName[] =
    wanted.length === 0 ? ROLES : wanted.map((text) => oneOf('--role', text, ROLES));
  terminal.out(renderProforma(catalogue(specFiles()), roles, versions().spec));
  return EXIT.good;
}
