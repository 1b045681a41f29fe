/** The claims proforma: what an implementer says of each clause, one table for each role. */
import type { RoleName } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';

const STATUS_WORDS = { m: 'mandatory', o: 'optional', c: 'conditional' } as const;

/** Markdown, to be filled in. @param spec the version of the text */
export function renderProforma(clauses: readonly Clause[], roles: readonly RoleName[], spec: string): string {
  const tables = roles.flatMap((role) => {
    const its = clauses.filter((clause) => clause.roles.includes(role));
    if (its.length === 0) return [];
    return [
      '',
      `## ${role}`,
      '',
      '| clause | level | status | since | requirement | supported (yes, no, n/a) | remark |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...its.map(row),
    ];
  });
  return `${[
    `# NTMobile ${spec}: claims`,
    '',
    'Implementation:',
    'Version:',
    'Supplier:',
    'Date:',
    '',
    'Status: m mandatory, o optional, c conditional (mandatory where the condition in the text holds).',
    'A mandatory clause that is not supported makes the claim of the role void.',
    ...tables,
  ].join('\n')}\n`;
}

function row({ id, level, status, since, text }: Clause): string {
  return `| ${id} | ${level} | ${status} (${STATUS_WORDS[status]}) | ${since} | ${text.replaceAll('|', '\\|')} | | |`;
}
