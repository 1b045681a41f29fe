/** The claims proforma: what an implementer says of each clause, as Markdown to read or as JSON for `--pics`. */
import type { Pics } from '../pics.ts';
import type { RoleName } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';

const STATUS_WORDS = { m: 'mandatory', o: 'optional', c: 'conditional' } as const;

/** What the features are that a target can claim. */
const FEATURES: Readonly<Record<string, string>> = {
  nat64: 'reaches IPv4 destinations through a NAT64 that it found',
  'relay-only': 'can be told to want no direct route with anybody',
  'suite-2': 'AES-256-GCM on paths',
  ipv6: 'real endpoints of IPv6',
  kernel: 'forwards in the kernel of its host',
  'dns-update': 'a DC publishes into another server (DNS-26)',
};

/**
 * The questions. To claim a role is to claim its mandatory clauses, so they say yes from the start; optional and
 * conditional ones are left to be answered.
 * @param spec the version of the text
 */
export function proforma(clauses: readonly Clause[], roles: readonly RoleName[], spec: string): Pics {
  const asked = roles.filter((role) => clauses.some((clause) => clause.roles.includes(role)));
  return {
    tool: 'ntm-conform pics',
    spec,
    product: '',
    version: '',
    date: '',
    supplier: '',
    roles: asked,
    features: Object.entries(FEATURES).map(([feature, meaning]) => ({ feature, meaning, support: null })),
    clauses: asked.flatMap((role) =>
      clauses
        .filter((clause) => clause.roles.includes(role))
        .map(({ id, level, status, since, text }) => ({
          ...{ id, role, level, status, since, requirement: text },
          support: status === 'm' ? ('yes' as const) : null,
          note: '',
        })),
    ),
  };
}

export function renderProformaJson(pics: Pics): string {
  return `${JSON.stringify(pics, undefined, 2)}\n`;
}

/** Markdown, to be filled in. */
export function renderProforma({ spec, roles, features, clauses }: Pics): string {
  const tables = roles.flatMap((role) => [
    '',
    `## ${role}`,
    '',
    '| clause | level | status | since | requirement | supported (yes, no, n/a) | remark |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...clauses.filter((clause) => clause.role === role).map(row),
  ]);
  return `${[
    `# NTMobile ${spec}: claims`,
    '',
    'Product:',
    'Version:',
    'Supplier:',
    'Date:',
    '',
    'Status: m mandatory, o optional, c conditional: mandatory where the condition in the text holds, n/a where not.',
    'A mandatory clause that is not supported makes the claim of the role void.',
    'This form is for people: ntm-conform reads the JSON one (ntm-conform pics --reporter json, then --pics FILE).',
    '',
    '## Features',
    '',
    '| feature | meaning | supported (yes, no) | remark |',
    '| --- | --- | --- | --- |',
    ...features.map(({ feature, meaning }) => `| ${feature} | ${meaning} | | |`),
    ...tables,
  ].join('\n')}\n`;
}

function row({ id, level, status, since, requirement, support }: Pics['clauses'][number]): string {
  const word = status === undefined ? '' : `${status} (${STATUS_WORDS[status]})`;
  const text = requirement?.replaceAll('|', '\\|');
  return `| ${id} | ${level} | ${word} | ${since} | ${text} | ${support === null ? '' : `${support} `}| |`;
}
