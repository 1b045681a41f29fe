/** Who plays which part: implementations mixed by role. Pure. */
import type { RoleName } from '../roles.ts';

/** The parts of a whole NTMobile, in the order in which they are started. */
export const PARTS = ['dc-cn', 'dc-mn', 'rs-s', 'rs-n', 'rs-t', 'ntma', 'cn', 'mn'] as const;
export type Part = (typeof PARTS)[number];

export const ROLE_OF: Readonly<Record<Part, RoleName>> = {
  'dc-cn': 'dc',
  'dc-mn': 'dc',
  'rs-s': 'rs-s',
  'rs-n': 'rs-n',
  'rs-t': 'rs-t',
  ntma: 'ntma',
  cn: 'node',
  mn: 'node',
};

/** What is mixed. */
export interface Implementation {
  readonly name: string;
  readonly roles: ReadonlySet<string>;
}

/** One implementation plays all parts, but for those that another one plays. */
export interface Mask {
  /** `all by A`, `rs-s by B, else A`. */
  readonly name: string;
  /** Names of implementations by part. */
  readonly by: ReadonlyMap<Part, string>;
}

/**
 * Each implementation alone where it can play all parts; and with each other one in each part that that one can play, and
 * in all of them together.
 */
export function masksOf(parts: readonly Part[], implementations: readonly Implementation[]): Mask[] {
  const can = ({ roles }: Implementation): Part[] => parts.filter((part) => roles.has(ROLE_OF[part]));
  const masks: Mask[] = [];
  for (const base of implementations) {
    if (can(base).length === parts.length) masks.push(maskOf(parts, base));
    for (const other of implementations) {
      if (other === base) continue;
      const possible = can(other);
      const choices = possible.map((part) => [part]);
      if (possible.length > 1 && possible.length < parts.length) choices.push(possible);
      for (const chosen of choices) {
        const isWhole = parts.every((part) => chosen.includes(part) || base.roles.has(ROLE_OF[part]));
        if (isWhole && chosen.length < parts.length) masks.push(maskOf(parts, base, other, chosen));
      }
    }
  }
  return masks;
}

function maskOf(
  parts: readonly Part[],
  base: Implementation,
  other: Implementation = base,
  chosen: readonly Part[] = [],
): Mask {
  const by = new Map(parts.map((part) => [part, chosen.includes(part) ? other.name : base.name]));
  const name =
    chosen.length === 0 ? `all by ${base.name}` : `${chosen.join(', ')} by ${other.name}, else ${base.name}`;
  return { name, by };
}
