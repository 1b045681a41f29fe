/** Cases of one role that judge another one too: the script is the same, the id is the other role's own. */
import type { Case, CaseInfo } from '../case.ts';
import type { RoleName } from '../roles.ts';

/** What differs, beside the role. */
export interface Port {
  /** The id of the case that is taken over. */
  readonly from: string;
  /** The new id where the last part of it is another one. */
  readonly id?: string;
  /** Clauses beside those of the case. */
  readonly also?: readonly string[];
  /** Rows that make sense for this role; all if not given. */
  readonly rows?: (row: never) => boolean;
  readonly title?: string;
  readonly catches?: string;
}

/** Words that stand in titles for what another role is, or has. */
export type Words = readonly (readonly [from: string, to: string])[];

/** Clauses about relays, and about an RS-S alone. */
const OF_RELAYS = /^RSS?-/;
const OF_SWITCHES = /^(RSS-|RS-0[34589]$)/;

/**
 * @param common what all cases of the role have.
 * @throws Error for an id that none of the cases has.
 */
export function ported(
  role: RoleName,
  common: Partial<CaseInfo>,
  words: Words,
  cases: readonly Case[],
  ports: readonly Port[],
): readonly Case[] {
  const say = (text: string) => words.reduce((said, [from, to]) => said.replaceAll(from, to), text);
  const others = role.startsWith('rs-') ? OF_SWITCHES : OF_RELAYS;
  return ports.map((port): Case => {
    const found = cases.find(({ id }) => id === port.from);
    if (found === undefined) throw new Error(`there is no case ${port.from}`);
    const clauses = [...found.clauses, ...(port.also ?? [])].filter((id) => !others.test(id));
    const info = {
      ...common,
      id: port.id ?? port.from.replace(/^[^.]*/, role),
      title: port.title ?? say(found.title),
      catches: port.catches ?? say(found.catches),
      clauses,
      roles: [role],
      portOf: found.portOf ?? found.id,
    };
    if (found.kind !== 'property' || port.rows === undefined) return { ...found, ...info };
    // A filter of the case's own rows.
    const allows = port.rows as (row: unknown) => boolean;
    const { parameters } = found;
    return {
      ...found,
      ...info,
      arbitrary: found.arbitrary.filter(allows),
      boundaries: found.boundaries.filter(allows),
      ...(parameters && {
        parameters: { ...parameters, allows: (row) => parameters.allows(row) && allows(row) },
      }),
    };
  });
}
