/** Roles and levels: what cases, clauses and reports have in common. */

/** The closed list of roles. `dns` is the DC's authoritative service; `codec` is encoding alone. */
export const ROLES = ['dc', 'node', 'rs-s', 'rs-n', 'rs-t', 'ntma', 'dns', 'codec'] as const;
export type RoleName = (typeof ROLES)[number];

export const LEVELS = ['MUST', 'SHOULD', 'MAY'] as const;
export type Level = (typeof LEVELS)[number];

/** 0: no adapter; 1: lifecycle; 2: triggers; 3: test clock. */
export type AdapterLevel = 0 | 1 | 2 | 3;
