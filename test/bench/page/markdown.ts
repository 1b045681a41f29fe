/** The page, out of what was stored. */
import { figureText, numberText, ratioText } from './numbers.ts';
import type { Claim, Column, Figure, Section, Table } from './section.ts';
import type { Stored } from './stored.ts';
import { isHeld } from './stored.ts';

const INTRODUCTION = `# Benchmarks

What this implementation costs, beside other ways to do the same. All rows of a table were measured turn by turn in one
run on one machine: what holds elsewhere, if anything, are the ratios. Each figure is the median of several measurements,
the smallest and the largest in brackets; after it stands how much that is of the base row's: \`× 1.50\` is one and a half
times it, \`÷ 11.5\` an 11.5th. Lines in the bars of a plot go from the smallest to the largest.

\`npm run bench\` measures all of it anew and writes this page; \`npm run bench relay-time\` measures one section.`;

/** The page in Markdown. Plots are beside it, in \`plots/\`. @param stored in the order of the page */
export function page(stored: readonly Stored[]): string {
  const parts = [
    INTRODUCTION,
    '## Machine and versions',
    ...circumstances(stored),
    '## Claims',
    claims(stored),
  ];
  for (const each of stored) parts.push(...sectionParts(each));
  return `${parts.join('\n\n')}\n`;
}

/** One list for all sections that were measured under the same circumstances. */
function circumstances(stored: readonly Stored[]): string[] {
  const alike = new Map<string, Stored[]>();
  for (const each of stored) {
    const key = JSON.stringify([each.measuredOn, each.machine, each.versions]);
    alike.set(key, [...(alike.get(key) ?? []), each]);
  }
  const isOne = alike.size === 1;
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { measuredOn, machine, versions } = first;
    const names = group.map(({ section }) => link(section)).join(', ');
    return [
      ...(isOne ? [] : [`${names}:`]),
      grid(
        ['', ''],
        [
          ['measured on', measuredOn],
          ['processor', `${machine.processor}, ${machine.cores} cores`],
          ['memory', `${numberText(machine.memory / 2 ** 30)} GiB`],
          ['kernel', machine.kernel],
          ...Object.entries(versions),
        ],
      ),
    ];
  });
}

function claims(stored: readonly Stored[]): string {
  const rows = stored.flatMap(({ section }) =>
    section.claims.map((claim) => [
      claim.text,
      numberText(claim.measured),
      boundText(claim),
      isHeld(claim) ? 'yes' : '**no**',
      link(section),
    ]),
  );
  return grid(['claim', 'measured', 'bound', 'held', 'section'], rows);
}

function boundText({ bound }: Claim): string {
  return 'atLeast' in bound ? `at least ${bound.atLeast}` : `at most ${bound.atMost}`;
}

function sectionParts({ section, took }: Stored): string[] {
  const { id, title, about, tables, plots, versions, notes } = section;
  const beside = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    ...notes,
    ...(beside.length > 0 ? [`Beside: ${beside.join(', ')}.`] : []),
    `Measured in ${numberText(took)} s by \`npm run bench ${id}\`.`,
  ];
  return [
    `<a id="${id}"></a>`,
    `## ${title}`,
    about,
    ...tables.flatMap((table) => [`### ${table.title}`, tableText(table)]),
    ...plots.map(({ id, title }) => `![${title}](plots/${id}.svg)`),
    lines.map((line) => `- ${line}`).join('\n'),
  ];
}

function tableText({ columns, rows, base }: Table): string {
  const baseRow = rows.find(({ name }) => name === base);
  const head = ['', ...columns.flatMap((column) => [columnText(column), 'of the base'])];
  const body = rows.map(({ name, figures }) => [
    name === base ? `${name} (base)` : name,
    ...figures.flatMap((figure, index) => cells(figure, baseRow?.figures[index] ?? null)),
  ]);
  return grid(head, body, true);
}

function columnText({ name, unit, better }: Column): string {
  return `${name}, ${unit}; ${better} is better`;
}

function cells(figure: Figure | null, base: Figure | null): [string, string] {
  if (figure === null) return ['-', ''];
  return [figureText(figure), base === null ? '' : ratioText(figure.median, base.median)];
}

function link({ id, title }: Section): string {
  return `[${title}](#${id})`;
}

/** A table; of numbers all columns but the first are to the right. */
function grid(head: readonly string[], rows: readonly (readonly string[])[], isNumbers = false): string {
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, index) => (isNumbers && index > 0 ? '---:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
