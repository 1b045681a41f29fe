import type { CaseResult } from '../../conformance/report.ts';
import { summarise } from '../../conformance/report.ts';
import { MOST_EXCHANGES, renderHtml } from '../../conformance/report-page/page.ts';
import { faultsOf } from '../html.ts';
import t from '../tap.ts';
import { context, report, sameAsGolden } from './golden.ts';
import { hostile } from './hostile.ts';

t.test('the page', (t) => {
  sameAsGolden(t, renderHtml(report, context), 'report.html');
});

t.test('the page is valid HTML', async (t) => {
  t.same(await faultsOf(renderHtml(report, context)), []);
  t.same(await faultsOf(renderHtml(hostile(), context)), [], 'with hostile texts');
  const empty = { ...report, cases: [], summary: summarise([]), ledger: {}, complete: true, trouble: null };
  t.same(await faultsOf(renderHtml(empty, context)), [], 'of no case');
  t.ok((await faultsOf('<!DOCTYPE html><p id="a"><p id="a">')).length > 0, 'faults would be seen');
});

t.test('nothing that came from the target is markup', (t) => {
  const tags = (page: string): string[] =>
    (page.match(/<[a-z!/][^>\s]*/gi) ?? []).map((tag) => tag.toLowerCase());
  const page = renderHtml(hostile(), context);
  t.equal(tags(page).filter((tag) => tag === '<script').length, 1);
  t.same(
    tags(page).filter((tag) => /img|iframe|object|embed|form$|base/.test(tag)),
    [],
  );
  t.notOk(/\son[a-z]+=/i.test(page.replace(/&[#\w]+;[^<]*/g, '')), 'no handler in an attribute');
  t.notOk(/href="(?!#|data:,")/.test(page), 'links stay in the page');
});

t.test('it keeps itself from the network and from other scripts', (t) => {
  const page = renderHtml(report, context);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
    .exec(page)?.[1]
    ?.replaceAll('&#39;', "'");
  t.match(
    policy,
    /^default-src 'none'; .*script-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'$/,
  );
  t.notOk(/\b(src|srcset|action|poster)=/.test(page));
});

t.test('each case and each clause can be linked to, and links lead somewhere', (t) => {
  const page = renderHtml(report, { ...context, specUrl: 'spec.html' });
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  t.equal(new Set(ids).size, ids.length, 'no id twice');
  const wanted = [...report.cases.map(({ id }) => id), ...context.places.keys()];
  t.same(
    wanted.filter((id) => !ids.includes(id)),
    [],
  );
  const links = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
  t.ok(links.length > wanted.length);
  t.same(
    links.filter((id) => !ids.includes(id)),
    [],
  );
  t.match(page, '<a href="spec.html#GEN-02">');
});

t.test('cases of roles that the target does not have are counted, not listed', (t) => {
  const others = report.cases.map((result): CaseResult => {
    const id = result.id.replace(/^[^.]*/, 'dc');
    return { ...result, id, roles: ['dc'], verdict: 'not-applicable', exchange: null };
  });
  const cases = [...report.cases, ...others];
  const page = renderHtml({ ...report, cases, summary: summarise(cases) }, context);
  t.match(page, 'Without 13 cases of roles that the target does not have.');
  t.notOk(page.includes('id="dc.'));
  t.notOk(page.includes('href="#dc.'));
});

t.test('its size is bounded, and it says what is left out', (t) => {
  const [failed] = report.cases.filter(({ exchange }) => exchange !== null);
  if (failed?.exchange === null || failed === undefined) throw new Error('no exchange');
  const [arrow] = failed.exchange.arrows;
  if (arrow === undefined) throw new Error('no arrow');
  const arrows = Array.from({ length: 80 }, (_, at) => ({
    ...arrow,
    hex: `05${at.toString(16).padStart(4, '0')}`,
  }));
  const cases = Array.from({ length: 400 }, (_, at) => ({
    ...failed,
    id: `rs-s.many.n${at}`,
    exchange: { ...failed.exchange, lanes: failed.exchange?.lanes ?? [], arrows },
  }));
  const page = renderHtml({ ...report, cases, summary: summarise(cases) }, context);
  t.ok(page.length < MOST_EXCHANGES + 1_500_000);
  const charts = page.match(/<svg class="chart"/g)?.length ?? 0;
  t.match(page, `the datagrams of ${400 - charts / 2} cases are left out: the JSON report has them`);
});
