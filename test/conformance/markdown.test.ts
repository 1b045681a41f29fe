import { lexer, walkTokens } from 'marked';
import type { CaseResult, Report } from '../../conformance/report.ts';
import { summarise } from '../../conformance/report.ts';
import { MOST_BYTES, renderMarkdown } from '../../conformance/reporters/markdown.ts';
import { code, fenced, plain, plainAfter } from '../../conformance/reporters/markdown-text.ts';
import t from '../tap.ts';
import { context, report, sameAsGolden } from './golden.ts';

/** What of a document is not text: HTML, links, images, with what they hold. */
function markupIn(text: string): string[] {
  const found: string[] = [];
  walkTokens(lexer(text), (token) => {
    if (['html', 'link', 'image', 'heading', 'codespan', 'code', 'em', 'strong', 'del'].includes(token.type))
      found.push(`${token.type} ${token.raw.trim()}`);
  });
  return found;
}

const EVIL =
  '<script>alert(1)</script> ![x](http://evil.example/x) [y](javascript:1) https://evil.example www.evil.example ' +
  'a@evil.example `b` ```` | </details>\n\n# head\n```\n- *em* __strong__ ~~gone~~ \\` &lt; \u001b[2J';

function withCases(cases: readonly CaseResult[], part: Partial<Report> = {}): Report {
  return { ...report, cases: [...cases], summary: summarise(cases), ...part };
}

const [failed] = report.cases.filter(({ verdict }) => verdict === 'fail');
if (failed === undefined) throw new Error('the golden report has no failure');

t.test('markdown', (t) => {
  sameAsGolden(t, renderMarkdown(report, context), 'report.md');
});

t.test('a good run is short', (t) => {
  const good = report.cases.filter(({ verdict }) => verdict === 'pass');
  const { ledger } = report;
  const whole = { complete: true, trouble: null, ledger: { codec: ledger.codec } } as Partial<Report>;
  const text = renderMarkdown(withCases(good, whole), context);
  t.match(text, /^# Conformance: passed\n\n\*\*2 cases: 2 passed in 7.3 s\*\*\n/);
  t.notOk(text.includes('to look at'));
});

t.test('nothing that came from the target is markup', (t) => {
  t.same(markupIn(plain(EVIL)), []);
  for (const start of ['x ', '# ', '- ', '+ ', '1. ', '12) ', '    ', '> ', '=== '])
    t.same(markupIn(plain(start + EVIL)), [], `after ${JSON.stringify(start)}`);
  t.equal(lexer(plain('- a'))[0]?.type, 'paragraph');
  t.same(markupIn(`Target ${plainAfter(EVIL)}`), []);
  t.equal(plainAfter('127.0.0.1:14330, 0.6.0'), '127.0.0.1:14330, 0.6.0');
  t.same(markupIn(code(EVIL)).length, 1);
  t.same(markupIn(fenced('text', EVIL.split('\n')).join('\n')).length, 1);
  const hostile = {
    title: EVIL,
    actual: EVIL,
    reason: EVIL,
    expected: [EVIL],
    counterexample: EVIL,
    settings: EVIL,
    note: EVIL,
  };
  const target = { ...report.target, name: EVIL, version: EVIL };
  const tame = renderMarkdown(withCases([{ ...failed, reason: 'tame', settings: 'heard 1' }]), context);
  const wild = renderMarkdown(withCases([{ ...failed, ...hostile }], { target }), context);
  const kinds = (text: string): string[] =>
    markupIn(text)
      .map((found) => found.split(' ')[0] ?? '')
      .sort();
  t.same(kinds(wild), kinds(tame), 'the same markup as with tame texts');
});

t.test('its size is bounded, and it says what is left out', (t) => {
  const many = Array.from({ length: 3000 }, (_, at) => ({ ...failed, id: `rs-s.many.n${at}` }));
  const text = renderMarkdown(withCases(many), context);
  t.ok(new TextEncoder().encode(text).length < MOST_BYTES + 100_000, 'under a MiB');
  const shown = text.match(/^### /gm)?.length ?? 0;
  t.ok(shown > 100);
  t.match(text, `Left out for their size: ${3000 - shown} cases. The JSON report has them whole.`);
  t.match(text, /^and \d+ more\.$/m);
});
