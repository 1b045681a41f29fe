/** The specification as one page: what has an anchor, what is linked, what is escaped. */
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { specFile, specFiles, versions } from '../../conformance/cli/own-files.ts';
import { vectorFamilies } from '../../conformance/cli/vectors.ts';
import { ROLES } from '../../conformance/roles.ts';
import { catalogue, SpecError } from '../../conformance/spec-clauses.ts';
import type { SpecInput } from '../../conformance/spec-page/input.ts';
import { renderSpec } from '../../conformance/spec-page/page.ts';
import { UNTESTABLE } from '../../conformance/untestable.ts';
import { faultsOf } from '../html.ts';
import t from '../tap.ts';

const input: SpecInput = {
  readme: specFile('README.md'),
  chapters: specFiles(),
  cddl: specFile('ntmobile.cddl'),
  cases: ALL_CASES,
  untestable: UNTESTABLE,
  families: vectorFamilies(),
  spec: versions().spec,
};
const page = renderSpec(input);
const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id);
const links = new Set([...page.matchAll(/ href="#([^"]*)"/g)].map(([, id = '']) => id));
const clauses = catalogue(input.chapters);
const vectors = input.families.flatMap((family) => family.vectors);

/** What stands in the page about a clause. */
function blockOf(text: string, id: string): string {
  const [, after = ''] = text.split(`id="${id}">\n<p class="head">`);
  return after.split(/<div class="clause|<h[234] |<p>(?=[^<]*<\/p>\n<div)/)[0] ?? '';
}

t.test('clauses, sections, cases and vectors have one anchor each, and are linked', (t) => {
  const headings = input.chapters.flatMap(({ text }) => [
    ...text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (?:Appendix )?([A-Z\d][\d.]*?)\.? /gm),
  ]);
  const wanted = [
    ...clauses.map(({ id }) => id),
    ...headings.map(([, number]) => `section-${number}`),
    ...ALL_CASES.map(({ id }) => `case-${id}`),
    ...vectors.map(({ id }) => `vector-${id}`),
  ];
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  t.same(
    wanted.filter((id) => counts.get(id) !== 1),
    [],
  );
  t.same(
    [...counts].filter(([, times]) => times > 1),
    [],
  );
  t.same(
    wanted.filter((id) => !links.has(id)),
    [],
  );
  t.ok(headings.length > 150, `${headings.length} headings`);
});

t.test('no link within the page leads nowhere, and nothing is fetched', (t) => {
  const known = new Set(ids);
  t.same(
    [...links].filter((id) => !known.has(id)),
    [],
  );
  t.same(page.match(/<(?:script|img|iframe|object|link rel="stylesheet")|\ssrc=|@import|url\(/g), null);
  const elsewhere = [...page.matchAll(/ href="([^#"][^"]*)"/g)].map(([, href = '']) => href);
  const allowed = /^(?:data:,|https:\/\/(?:www\.rfc-editor\.org|creativecommons\.org)\/.*)$/;
  t.same(
    elsewhere.filter((href) => !allowed.test(href)),
    [],
  );
});

t.test('each clause names its level, its cases with their roles, its vectors, or why it has none', (t) => {
  for (const clause of clauses) {
    const block = blockOf(page, clause.id);
    const missing = [
      ...[`>${clause.level}</span>`, `since ${clause.since}`],
      ...ALL_CASES.filter((one) => one.clauses.includes(clause.id)).map(({ id }) => `href="#case-${id}"`),
      ...vectors.filter((one) => one.clauses.includes(clause.id)).map(({ id }) => `href="#vector-${id}"`),
    ].filter((text) => !block.includes(text));
    t.same(missing, [], clause.id);
  }
  t.match(blockOf(page, 'GEN-39'), /No case for .*adapter’s start relies on it/);
  t.match(blockOf(page, 'RSS-11'), /No case for <code>rs-s<\/code>: .*neither sets nor shows/);
  t.equal(/No case for [^:]*rs-s/.test(blockOf(page, 'GEN-03')), false);
});

t.test('the clauses of each role are listed', (t) => {
  const [, list = ''] = page.split('id="clauses-by-role"');
  for (const role of ROLES) {
    const [, after = ''] = list.split(`<dt><code>${role}</code>`);
    const its = [...(after.split('</dd>')[0] ?? '').matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    t.same(
      its,
      clauses.filter(({ roles }) => roles.includes(role)).map(({ id }) => id),
      role,
    );
  }
});

t.test('every mention of a clause in the text is a link', (t) => {
  const text = page.replace(/<head>.*?<\/head>|<a [^>]*>.*?<\/a>|<[^>]*>/gs, ' ');
  const known = new Set(clauses.map(({ id }) => id));
  const bare = [...text.matchAll(/\b[A-Z]+-\d{2}\b/g)].filter(([id]) => known.has(id));
  // Titles of cases and comments of vectors are text of others.
  const own = [...ALL_CASES.map((one) => `${one.title} ${one.catches} ${one.note ?? ''}`)];
  const theirs = [...own, ...vectors.map(({ comment }) => comment)].join(' ');
  t.same(
    [...new Set(bare.map(([id]) => id))].filter((id) => !theirs.includes(id)),
    [],
  );
});

const small: SpecInput = {
  readme: {
    name: 'README.md',
    text: '# A <b> & "c"\n\nVersion 0.9\n\n1 May 2030\n\nAbstract <script>alert(1)</script>.\n\n## Words\n\nMUST, chapter 1, RFC 768, section 9.\n',
  },
  chapters: [
    {
      name: '01-one.md',
      text: [
        '# 1. One <i>&</i>\n\nSee [two](#11-two--and), [all](ntmobile.cddl), RS-01, section 1.1 of RFC 2, section 5.1.\n',
        '## 1.1 Two <&> and\n\n```\n<a href="x"> & RS-01\n```\n',
        '**RS-01** (MUST, m, 0.1; rs-s ntma) `<x>` MUST be [chapter 1](01-one.md) & RS-02, <em>so</em>. [D]\n',
        '<!-- table: of-all -->\n\n| a | |\n| --- | --- |\n| RS-01 \\| `<y>` | 2 |\n',
      ].join('\n'),
    },
  ],
  cddl: { name: 'ntmobile.cddl', text: 'a = { ? b => "<z>" } ; RS-01\nb = 0x01\n' },
  cases: [],
  untestable: { 'RS-01 rs-s': 'of <reasons>' },
  families: [],
  spec: '0.2',
};

t.test('a small text: escaped, numbered, linked', (t) => {
  const text = renderSpec(small);
  for (const wanted of [
    '<h1>A &lt;b&gt; &amp; &quot;c&quot;</h1>',
    '<dd>0.9</dd>',
    '<dd>1 May 2030</dd>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<em class="word">MUST</em>, <a href="#section-1">chapter 1</a>, <a href="https://www.rfc-editor.org/info/rfc768">RFC 768</a>, section 9.',
    '<a href="#section-1.1">two</a>, <a href="#cddl">all</a>, <a class="ref" href="#RS-01">RS-01</a>',
    '<a class="ref" href="#RS-01">RS-01</a>\n</pre>',
    '<code>&lt;x&gt;</code> <em class="word">MUST</em> be <a href="#section-1">chapter 1</a> &amp; RS-02, &lt;em&gt;so&lt;/em&gt;.</p>',
    'No case for <code>rs-s</code>: of &lt;reasons&gt;.',
    'No case for <code>ntma</code>: exercised from version 0.5 on.',
    '<table id="table-of-all">\n<caption>Table of all</caption>',
    '| <code>&lt;y&gt;</code></td>',
    '<b id="cddl-a">a</b> = { ? <a href="#cddl-b">b</a> =&gt; <span class="literal">&quot;&lt;z&gt;&quot;</span>',
  ])
    t.ok(text.includes(wanted), wanted);
  t.throws(
    () => renderSpec({ ...small, readme: { name: 'README.md', text: '# A\n\nVersion 1\n' } }),
    SpecError,
  );
});

t.test('HTML as it has to be, for chapters with each kind of block', async (t) => {
  const wanted = /^(?:04|17|21)-/;
  const chapters = input.chapters.filter(({ name }) => wanted.test(name));
  const families = input.families.map((family) => ({ ...family, vectors: family.vectors.slice(0, 3) }));
  const cases = ALL_CASES.filter((_, at) => at % 8 === 0);
  t.same(await faultsOf(renderSpec({ ...input, chapters, families, cases })), []);
  t.same(await faultsOf(renderSpec(small)), []);
});
