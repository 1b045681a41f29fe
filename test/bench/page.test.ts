/** The page of the benchmarks: what is in the repository is what the stored results say, and how a section is shown. */
import t from '../tap.ts';
import { filesOf } from './page/files.ts';
import { figureText, numberText, ratioText, tickText } from './page/numbers.ts';
import type { Section } from './page/section.ts';
import { figure } from './page/section.ts';
import type { Stored } from './page/stored.ts';
import { faultsOf, isHeld } from './page/stored.ts';
import { fileOf, plots, stored } from './store.ts';

t.test('page and plots are made of the stored results', (t) => {
  const files = filesOf(stored());
  t.ok(files.size > 1);
  for (const [path, text] of files) t.equal(fileOf(path), text, `${path}: npm run bench -- --page`);
  t.same(
    plots().sort(),
    [...files.keys()].filter((path) => path.startsWith('plots/')).sort(),
    'and no other plot is there',
  );
});

t.test('numbers have three digits that count', (t) => {
  const texts = [0, 0.0123, 4.48, 9.999, 99.96, 322_104, 1_234_567, -1350].map(numberText);
  t.same(texts, ['0', '0.0123', '4.48', '10.0', '100', '322,000', '1,230,000', '-1,350']);
  t.same([0, 0.5, 5, 50, 1.25, 100_000].map(tickText), ['0', '0.5', '5', '50', '1.25', '100,000']);
  t.same([ratioText(13, 150), ratioText(3, 2), ratioText(1, 0)], ['÷ 11.5', '× 1.50', '?']);
});

t.test('a figure is the median, with the least and the most if there are several', (t) => {
  t.same(figure([5, 1, 2, 4]), { median: 3, min: 1, max: 5, runs: 4 });
  t.equal(figureText(figure([5, 1, 2])), '2.00 (1.00 to 5.00)');
  t.equal(figureText(figure([7])), '7.00');
});

const SECTION: Section = {
  id: 'made-up',
  title: 'Made up',
  about: 'What it is.',
  tables: [
    {
      title: 'A table',
      columns: [
        { name: 'speed', unit: 'a second', better: 'more' },
        { name: 'cost', unit: 'us', better: 'less' },
      ],
      rows: [
        { name: 'one | way', figures: [figure([10, 12, 11]), figure([4])] },
        { name: 'another', figures: [figure([22]), null] },
      ],
      base: 'one | way',
    },
  ],
  plots: [
    {
      id: 'made-up-bars',
      title: 'Bars & names',
      kind: 'bars',
      x: { name: 'way', values: ['one', 'another'] },
      y: { name: 'speed', unit: 'a second' },
      series: [
        { name: 'first', values: [figure([10, 12, 11]), null] },
        { name: 'second', values: [figure([2]), figure([40])] },
      ],
    },
    {
      id: 'made-up-lines',
      title: 'Lines',
      kind: 'lines',
      x: { name: 'paths', values: [1, 10, 100], logarithmic: true },
      y: { name: 'cost', unit: 'ns', logarithmic: true },
      series: [{ name: 'only', values: [figure([100]), figure([150, 250]), figure([1000])] }],
    },
  ],
  claims: [
    { text: 'It is fast', measured: 2.5, bound: { atLeast: 2 } },
    { text: 'It is small', measured: 2.5, bound: { atMost: 2 } },
  ],
  versions: { other: '1.2' },
  notes: ['Mind this.'],
};

const STORED: Stored = {
  measuredOn: '2026-01-02',
  took: 12,
  machine: { processor: 'A processor', cores: 2, kernel: 'Linux 6.18', memory: 4 * 2 ** 30 },
  versions: { node: '20.20.2' },
  section: SECTION,
};

t.test('a section is shown in full', (t) => {
  const files = filesOf([STORED]);
  t.same([...files.keys()], ['README.md', 'plots/made-up-bars.svg', 'plots/made-up-lines.svg']);
  const text = files.get('README.md') ?? '';
  t.equal(
    text.slice(text.indexOf('## Machine')),
    `## Machine and versions

|  |  |
| --- | --- |
| measured on | 2026-01-02 |
| processor | A processor, 2 cores |
| memory | 4.00 GiB |
| kernel | Linux 6.18 |
| node | 20.20.2 |

## Claims

| claim | measured | bound | held | section |
| --- | --- | --- | --- | --- |
| It is fast | 2.50 | at least 2 | yes | [Made up](#made-up) |
| It is small | 2.50 | at most 2 | **no** | [Made up](#made-up) |

<a id="made-up"></a>

## Made up

What it is.

### A table

|  | speed, a second; more is better | of the base | cost, us; less is better | of the base |
| --- | ---: | ---: | ---: | ---: |
| one \\| way (base) | 11.0 (10.0 to 12.0) | × 1.00 | 4.00 | × 1.00 |
| another | 22.0 | × 2.00 | - |  |

![Bars & names](plots/made-up-bars.svg)

![Lines](plots/made-up-lines.svg)

- Mind this.
- Beside: other 1.2.
- Measured in 12.0 s by \`npm run bench made-up\`.
`,
  );
});

/** What is drawn, without the style that all plots share. */
function drawn(path: string): string[] {
  const text = filesOf([STORED]).get(path) ?? '';
  const [, body = ''] = /<\/style>\n(.*)<\/svg>\n$/s.exec(text) ?? [];
  return body.trim().split(/\n */);
}

t.test('bars: exactly these', (t) => {
  t.same(drawn('plots/made-up-bars.svg'), [
    '<rect width="840" style="fill: var(--ground)" height="215"/>',
    '<text x="16" y="28" class="title">Bars &amp; names</text>',
    '<text x="16" y="48" class="dim">speed, a second</text>',
    '<rect x="16" y="61" width="12" height="12" rx="2" class="f0"/>',
    '<text x="34" y="72">first</text>',
    '<rect x="85" y="61" width="12" height="12" rx="2" class="f1"/>',
    '<text x="103" y="72">second</text>',
    '<line x1="75" x2="75" y1="86" y2="183" class="grid"/>',
    '<text x="75" y="201" class="dim" text-anchor="middle">0</text>',
    '<line x1="160.6" x2="160.6" y1="86" y2="183" class="grid"/>',
    '<text x="160.6" y="201" class="dim" text-anchor="middle">5</text>',
    '<line x1="246.3" x2="246.3" y1="86" y2="183" class="grid"/>',
    '<text x="246.3" y="201" class="dim" text-anchor="middle">10</text>',
    '<line x1="331.9" x2="331.9" y1="86" y2="183" class="grid"/>',
    '<text x="331.9" y="201" class="dim" text-anchor="middle">15</text>',
    '<line x1="417.5" x2="417.5" y1="86" y2="183" class="grid"/>',
    '<text x="417.5" y="201" class="dim" text-anchor="middle">20</text>',
    '<line x1="503.1" x2="503.1" y1="86" y2="183" class="grid"/>',
    '<text x="503.1" y="201" class="dim" text-anchor="middle">25</text>',
    '<line x1="588.8" x2="588.8" y1="86" y2="183" class="grid"/>',
    '<text x="588.8" y="201" class="dim" text-anchor="middle">30</text>',
    '<line x1="674.4" x2="674.4" y1="86" y2="183" class="grid"/>',
    '<text x="674.4" y="201" class="dim" text-anchor="middle">35</text>',
    '<line x1="760" x2="760" y1="86" y2="183" class="grid"/>',
    '<text x="760" y="201" class="dim" text-anchor="middle">40</text>',
    '<text x="65" y="113.5" text-anchor="end">one</text>',
    '<rect x="75" y="92" width="188.4" height="15" rx="2" class="f0"/>',
    '<path d="M246.3,95.5v8m0,-4H280.5m0,-4v8" class="spread"/>',
    '<text x="287.5" y="104.5">11.0</text>',
    '<rect x="75" y="110" width="34.3" height="15" rx="2" class="f1"/>',
    '<text x="116.3" y="122.5">2.00</text>',
    '<text x="65" y="159.5" text-anchor="end">another</text>',
    '<text x="81" y="150" class="dim">not measured</text>',
    '<rect x="75" y="156" width="685" height="15" rx="2" class="f1"/>',
    '<text x="767" y="168.5">40.0</text>',
    '<line x1="75" x2="75" y1="86" y2="183" class="axis"/>',
  ]);
});

t.test('lines: exactly these', (t) => {
  t.same(drawn('plots/made-up-lines.svg'), [
    '<rect width="840" style="fill: var(--ground)" height="428"/>',
    '<text x="16" y="28" class="title">Lines</text>',
    '<text x="16" y="48" class="dim">cost, ns, logarithmic</text>',
    '<line x1="84" x2="804" y1="370" y2="370" class="grid"/>',
    '<text x="74" y="374.5" class="dim" text-anchor="end">100</text>',
    '<line x1="84" x2="804" y1="279.7" y2="279.7" class="grid"/>',
    '<text x="74" y="284.2" class="dim" text-anchor="end">200</text>',
    '<line x1="84" x2="804" y1="160.3" y2="160.3" class="grid"/>',
    '<text x="74" y="164.8" class="dim" text-anchor="end">500</text>',
    '<line x1="84" x2="804" y1="70" y2="70" class="grid"/>',
    '<text x="74" y="74.5" class="dim" text-anchor="end">1,000</text>',
    '<line x1="108" x2="108" y1="370" y2="375" class="axis"/>',
    '<text x="108" y="390" class="dim" text-anchor="middle">1</text>',
    '<line x1="444" x2="444" y1="370" y2="375" class="axis"/>',
    '<text x="444" y="390" class="dim" text-anchor="middle">10</text>',
    '<line x1="780" x2="780" y1="370" y2="375" class="axis"/>',
    '<text x="780" y="390" class="dim" text-anchor="middle">100</text>',
    '<line x1="84" x2="804" y1="370" y2="370" class="axis"/>',
    '<text x="444" y="412" text-anchor="middle">paths</text>',
    '<path d="M108.0,370.0L444.0,279.7L780.0,70.0" class="l0"/>',
    '<circle cx="108" cy="370" r="4" class="f0"/>',
    '<line x1="444" x2="444" y1="317.2" y2="250.6" class="l0"/>',
    '<circle cx="444" cy="279.7" r="4" class="f0"/>',
    '<circle cx="780" cy="70" r="4" class="f0"/>',
  ]);
});

t.test('sections that were measured elsewhere say so', (t) => {
  const elsewhere = {
    ...STORED,
    measuredOn: '2026-01-03',
    section: { ...SECTION, id: 'other', title: 'Other', plots: [] },
  };
  const text = filesOf([STORED, elsewhere]).get('README.md') ?? '';
  t.match(text, '[Made up](#made-up):\n\n|  |  |\n| --- | --- |\n| measured on | 2026-01-02 |');
  t.match(text, '[Other](#other):\n\n|  |  |\n| --- | --- |\n| measured on | 2026-01-03 |');
});

t.test('a section without the form is refused', (t) => {
  const [table, plot] = [SECTION.tables[0], SECTION.plots[0]];
  if (table === undefined || plot === undefined) throw new Error('no table, no plot');
  const faults = (change: Partial<Section>): string[] => faultsOf({ ...SECTION, ...change });
  t.same(faults({}), []);
  t.same(faults({ tables: [{ ...table, base: 'none' }] }), [
    'made-up: table "A table": there is no row "none"',
  ]);
  t.same(faults({ tables: [{ ...table, rows: [{ name: 'one | way', figures: [null] }] }] }), [
    'made-up: table "A table", row "one | way": 1 figures in 2 columns',
  ]);
  t.same(faults({ tables: [{ ...table, rows: [{ name: 'one | way', figures: [figure([]), null] }] }] }), [
    'made-up: table "A table", row "one | way": a figure is no number',
  ]);
  t.same(faults({ plots: [{ ...plot, series: [{ name: 'first', values: [null] }] }] }), [
    'made-up: plot "made-up-bars", series "first": 1 values at 2 places',
  ]);
  t.same(faults({ plots: [{ ...plot, id: '../up' }] }), ['made-up: "../up" is no name for a file']);
  t.same(faults({ claims: [{ text: 'It is', measured: Number.NaN, bound: { atLeast: 1 } }] }), [
    'made-up: claim "It is": NaN was measured',
  ]);
  t.throws(() => filesOf([STORED, STORED]), /another plot "made-up-bars"/);
});

t.test('a claim holds at its bound', (t) => {
  const held = (measured: number, bound: { atLeast: number } | { atMost: number }) =>
    isHeld({ text: '', measured, bound });
  t.same([held(2, { atLeast: 2 }), held(1.99, { atLeast: 2 })], [true, false]);
  t.same([held(2, { atMost: 2 }), held(2.01, { atMost: 2 })], [true, false]);
});
