/** The outcome of mixed implementations, as a matrix: masks by scenarios. Pure. */
import { html } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { plain, table } from '../reporters/markdown-text.ts';
import { tame } from '../reporters/text.ts';
import type { Cell, InteropReport } from './run.ts';

const MARKS: Readonly<Record<Cell['verdict'], string>> = {
  pass: '✓',
  fail: '✗',
  inconclusive: '?',
  'not-exercised': '-',
};

interface Matrix {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly mask: string; readonly cells: readonly (Cell | undefined)[] }[];
}

function matrixOf({ cells, scenarios }: InteropReport): Matrix {
  const columns = scenarios.map(({ name }) => name);
  const masks = [...new Set(cells.map(({ mask }) => mask))];
  const at = (mask: string, scenario: string) =>
    cells.find((cell) => cell.mask === mask && cell.scenario === scenario);
  return { columns, rows: masks.map((mask) => ({ mask, cells: columns.map((name) => at(mask, name)) })) };
}

const markOf = (cell: Cell | undefined): string => (cell === undefined ? '' : MARKS[cell.verdict]);

/** A line for a cell, as it comes. */
export function describeCell({ scenario, mask, verdict, reason, ms }: Cell): string {
  const why = reason === null ? '' : `: ${tame(reason)}`;
  return `${MARKS[verdict]} ${scenario}: ${tame(mask)} (${(ms / 1000).toFixed(1)} s)${why}`;
}

/** For a console. */
export function matrixText(report: InteropReport): string {
  const { columns, rows } = matrixOf(report);
  const widest = Math.max(0, ...rows.map(({ mask }) => mask.length));
  const line = (first: string, cells: readonly string[]): string =>
    `${[first.padEnd(widest), ...cells.map((cell, at) => cell.padEnd(columns[at]?.length ?? 0))].join('  ')}`.trimEnd();
  const body = rows.map(({ mask, cells }) => line(tame(mask), cells.map(markOf)));
  return `${[line('', columns), ...body].join('\n')}\n`;
}

/** Cells that are no pass. */
function troubles({ cells }: InteropReport): Cell[] {
  return cells.filter(({ verdict }) => verdict !== 'pass');
}

export function matrixMarkdown(report: InteropReport): string {
  const { columns, rows } = matrixOf(report);
  const lines = [
    '# Interoperability',
    '',
    ...report.implementations.map(({ name, roles }) => `- ${plain(name)}: ${plain(roles.join(', '))}`),
    '',
    ...report.scenarios.map(({ name, title }) => `- ${plain(name)}: ${plain(title)}`),
    '',
    ...table(
      ['who plays what', ...columns.map(plain)],
      rows.map(({ mask, cells }) => [plain(mask), ...cells.map(markOf)]),
    ),
    '',
    ...troubles(report).map((cell) => `- ${plain(describeCell(cell))}`),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

const STYLE = `
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .35rem .7rem; border: 1px solid var(--line); text-align: center; }
tbody th { text-align: left; font-weight: normal; }
td[data-verdict] { font-weight: bold; background: var(--raised); }
td[data-verdict="pass"] { color: var(--good); }
td[data-verdict="fail"] { color: var(--bad); }
td[data-verdict="inconclusive"] { color: var(--warn); }
`;

/** A page that stands alone. */
export function matrixPage(report: InteropReport): string {
  const { columns, rows } = matrixOf(report);
  const row = ({ mask, cells }: Matrix['rows'][number]) => html`<tr><th scope="row">${mask}</th>${cells.map(
    (cell) =>
      html`<td data-verdict="${cell?.verdict ?? 'none'}" title="${cell?.reason ?? cell?.verdict ?? ''}">${markOf(cell)}</td>`,
  )}</tr>
`;
  const wrong = troubles(report);
  const body = html`<main>
<h1>Interoperability</h1>
<p>Each row says which implementation plays which part, each column what they were put through.</p>
<ul>${report.implementations.map(({ name, roles }) => html`<li><b>${name}</b>: ${roles.join(', ')}</li>`)}</ul>
<div class="wide" tabindex="0" role="region" aria-label="Matrix">
<table>
<thead><tr><th scope="col">who plays what</th>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(row)}</tbody>
</table>
</div>
<h2>What was played</h2>
<dl>${report.scenarios.map(({ name, title }) => html`<dt>${name}</dt><dd>${title}</dd>`)}</dl>
${wrong.length > 0 && html`<h2>What did not pass</h2>\n<ul>${wrong.map((cell) => html`<li>${describeCell(cell)}</li>`)}</ul>\n`}</main>`;
  return renderPage({
    title: 'NTMobile: interoperability',
    description: 'Implementations of NTMobile mixed by role',
    style: STYLE,
    body,
  });
}
