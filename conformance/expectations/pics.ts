/** The claims of `--pics`, read, and held against what the target says of itself. */

import { z } from 'zod';
import { Mistake } from '../command/mistake.ts';
import { didYouMean } from '../command/nearest.ts';
import { Pics } from '../pics.ts';
import type { Exception, PicsUsed } from '../report.ts';
import type { RoleName } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';
import type { Target } from '../target/target.ts';
import { parsed } from './files.ts';

const Text = z.string().trim().min(1, 'is empty: fill it in');
const Filled = Pics.extend({ product: Text, version: Text, date: z.iso.date('is no date like 2026-11-30') });

/** A file that was read. */
export interface PicsFile {
  readonly used: PicsUsed;
  readonly roles: readonly RoleName[];
  /** Those that have an answer. */
  readonly features: ReadonlyMap<string, boolean>;
}

/**
 * What `ntm-conform pics --reporter json` wrote, filled in. What is not answered is judged as if it said yes, and told.
 * @param spec the version of the text of the clauses
 * @throws Mistake for what cannot be meant: other versions, clauses that there are not, two answers.
 */
export function readPics(file: string, text: string, clauses: readonly Clause[], spec: string): PicsFile {
  if (text.startsWith('# NTMobile'))
    throw new Mistake(
      `${file} is the form for people: fill in the one that ntm-conform pics --reporter json writes.`,
    );
  if (!text.trimStart().startsWith('{'))
    throw new Mistake(
      `${file} is no claims file: write one with ntm-conform pics --reporter json, and fill it in.`,
    );
  const pics = parsed(file, text, Filled);
  if (pics.spec !== spec)
    throw new Mistake(
      `${file} is about specification ${pics.spec}, this suite has ${spec}: write a new one with ntm-conform pics --reporter json.`,
    );
  const answered = new Set<string>();
  const exceptions: Exception[] = [];
  for (const answer of pics.clauses) {
    const { id, role, support, note } = answer;
    const { level, status } = clauseOf(file, answer, pics.roles, clauses);
    const key = `${id} ${role}`;
    if (answered.has(key)) throw new Mistake(`${file}: ${id} (${role}) stands there twice.`);
    if (support === null) continue;
    answered.add(key);
    if (support === 'n/a' && status !== 'c')
      throw new Mistake(`${file}: ${id} (${role}) is not conditional: answer yes or no.`);
    if (support !== 'yes')
      exceptions.push({ clause: id, role, level, status, support, note: note?.trim() || null });
  }
  const open = pics.roles.flatMap((role) =>
    clauses
      .filter(({ id, roles }) => roles.includes(role) && !answered.has(`${id} ${role}`))
      .map(({ id }) => `${id} (${role})`),
  );
  const remarks = open.length === 0 ? [] : [unanswered(file, open)];
  const { product, version, date, roles } = pics;
  const told = pics.features.flatMap(({ feature, support }) =>
    support === null ? [] : [[feature, support === 'yes'] as const],
  );
  return { used: { file, product, version, date, exceptions, remarks }, roles, features: new Map(told) };
}

/**
 * The claims for a run. A target that says another thing than the file is no contradiction to judge by: which of the
 * two is right has to be settled first.
 * @param asked roles that the selected cases are about
 * @throws Mistake for a role or a feature that only one of the two claims. A role that only the target claims is told:
 * the file may be about some of its roles.
 */
export function heldAgainst(
  { used, roles, features }: PicsFile,
  target: Pick<Target, 'info' | 'level' | 'claims'>,
  asked: readonly RoleName[],
): PicsUsed {
  const { file } = used;
  const absent = roles.find((role) => !target.info.roles.includes(role));
  if (absent !== undefined)
    throw new Mistake(
      `${file} claims the role ${absent}, which the target does not: take it out of the file, or mend the target's adapter.`,
    );
  // Without an adapter a target says nothing of its features.
  for (const [feature, isClaimed] of target.level === 0 ? [] : features) {
    if (isClaimed === target.claims(feature)) continue;
    throw new Mistake(
      isClaimed
        ? `${file} claims ${feature}, which the target does not: answer no, or have the adapter's hello claim it.`
        : `${file} says no to ${feature}, which the target claims: answer yes, or take it out of the adapter's hello.`,
    );
  }
  const more = target.info.roles.filter((role) => asked.includes(role) && !roles.includes(role));
  if (more.length === 0) return used;
  const remark = `${file} says nothing of ${more.join(', ')}, which the target claims: judged without it.`;
  return { ...used, remarks: [...used.remarks, remark] };
}

function clauseOf(
  file: string,
  { id, role }: Pick<Exception, 'role'> & { readonly id: string },
  named: readonly RoleName[],
  clauses: readonly Clause[],
): Clause {
  const clause = clauses.find((one) => one.id === id);
  if (clause === undefined) {
    const known = clauses.map((one) => one.id);
    throw new Mistake(`${file}: there is no clause ${id}.${didYouMean(id, known)}`);
  }
  if (!clause.roles.includes(role))
    throw new Mistake(`${file}: ${id} does not bind ${role}, only ${clause.roles.join(', ')}.`);
  if (!named.includes(role))
    throw new Mistake(
      `${file}: ${id} is answered for ${role}, which is not among its roles: add it there, or take its clauses out.`,
    );
  return clause;
}

function unanswered(file: string, open: readonly string[]): string {
  const [first = ''] = open;
  const more = open.length === 1 ? 'has no answer' : `and ${open.length - 1} more have no answer`;
  return `${file}: ${first} ${more}: judged as if it said yes.`;
}
