import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../conformance/report.ts';
import { summarise } from '../../conformance/report.ts';
import { EXIT, exitStatus } from '../../conformance/reporters/exit-status.ts';
import { renderJson } from '../../conformance/reporters/json.ts';
import { ledgerLines } from '../../conformance/reporters/ledger.ts';
import type { Paint } from '../../conformance/reporters/paint.ts';
import { renderPretty } from '../../conformance/reporters/pretty.ts';
import { renderTap } from '../../conformance/reporters/tap.ts';
import { VERDICTS } from '../../conformance/verdict.ts';
import t, { runtime } from '../tap.ts';
import { context, goldenText, report, sameAsGolden } from './golden.ts';

const tag =
  (name: string) =>
  (text: string): string =>
    `<${name}>${text}</${name}>`;
const tags: Paint = {
  bold: tag('b'),
  dim: tag('dim'),
  red: tag('red'),
  green: tag('green'),
  yellow: tag('yellow'),
  cyan: tag('cyan'),
};

t.test('the golden report has every verdict', (t) => {
  t.same([...new Set(report.cases.map(({ verdict }) => verdict))].sort(), [...VERDICTS].sort());
  t.same(report.summary, summarise(report.cases));
});

t.test('pretty', (t) => {
  sameAsGolden(t, renderPretty(report, context), 'pretty.txt');
  sameAsGolden(t, renderPretty(report, { ...context, quiet: true }), 'pretty-quiet.txt');
  sameAsGolden(t, renderPretty(report, { ...context, paint: tags }), 'pretty-colours.txt');
});

t.test('pretty of a good run ends in one line', (t) => {
  const good = goodReport();
  sameAsGolden(t, renderPretty(good, context), 'pretty-good.txt');
  t.equal(renderPretty(good, { ...context, quiet: true }), '1 case: 1 passed in 7.3 s\n');
});

t.test('text from the target cannot steer a terminal', (t) => {
  const name = 'evil\u001b[2J\u0007relay\nTarget';
  const text = renderPretty({ ...report, target: { ...report.target, name } }, context);
  t.match(text, 'evil [2J relay Target 1.2');
  t.notOk([...text].some((char) => char < ' ' && char !== '\n'));
});

t.test('tap', (t) => {
  sameAsGolden(t, renderTap(report, { ...context, paint: tags }), 'report.tap');
  sameAsGolden(t, renderTap({ ...goodReport(), cases: [] }, context), 'empty.tap');
});

t.test(
  'the console leaves out cases of other roles, and the ledger of roles of which nothing was selected',
  (t) => {
    const good = goodReport();
    const [result] = good.cases;
    if (result === undefined) throw new Error('a case is needed');
    const other = {
      ...result,
      id: 'node.other',
      roles: ['node' as const],
      verdict: 'not-applicable' as const,
    };
    const narrow = { ...good, cases: [...good.cases, other], ledger: { ...good.ledger, dc: nothing } };
    for (const text of [renderTap(narrow, context), renderPretty(narrow, context)]) {
      t.ok(text.includes(result.id));
      t.equal(text.includes('node.other'), false);
      t.match(text, /^(?:# )?codec: /m);
      t.equal(/^(?:# )?dc: /m.test(text), false);
    }
    t.match(renderTap(narrow, context), new RegExp(`^1\\.\\.${good.cases.length}$`, 'm'));
    t.match(renderJson(narrow), /"node\.other"/);
  },
);

const nothing = { proven: [], violated: [], notExercised: [], untestable: [], disputed: [], reasons: {} };

t.test('tap with strict counts a SHOULD', (t) => {
  const strict = renderTap({ ...report, strict: true }, context);
  t.match(strict, /^not ok 11 - rs-s\.register\.retry: .*sooner$/m);
  t.match(renderTap(report, context), /^ok 11 - rs-s\.register\.retry: .*sooner$/m);
});

const onNode = runtime === 'node' ? false : "tap's own parser runs on Node";
t.test("tap's own parser agrees", { skip: onNode }, (t) => {
  const parse = (text: string) => {
    const program = fileURLToPath(new URL('../../node_modules/.bin/tap-parser', import.meta.url));
    const { stdout } = spawnSync(program, ['-j', '--strict'], { input: text, encoding: 'utf8' });
    const events = JSON.parse(stdout) as [string, Record<string, unknown>][];
    const asserts = events.filter(([kind]) => kind === 'assert').map(([, point]) => point);
    return { asserts, complete: events.find(([kind]) => kind === 'complete')?.[1] };
  };
  const whole = parse(renderTap({ ...report, complete: true }, context));
  t.match(whole.complete, { count: 13, pass: 7, fail: 6, skip: 4, todo: 2, bailout: false, failures: Array });
  const { failures } = whole.complete as { failures: { tapError?: unknown }[] };
  t.notOk(
    failures.some(({ tapError }) => tapError),
    'nothing that is no TAP',
  );
  const failed = whole.asserts.find(({ name }) => String(name).startsWith('rs-s.forward.unchanged'));
  t.match(failed?.diag, {
    verdict: 'fail',
    blame: 'target',
    clauses: { 0: 'RSS-02', 1: 'GEN-02' },
    actual: 'no datagram at node 2 within 250 ms',
    exchange: 'nothing within 250 ms',
    replay: '--replay 1-rs-s.forward.unchanged-7-0:2',
  });
  const waived = whole.asserts.find(({ name }) => String(name).startsWith('rs-s.forward.waived'));
  t.match(waived, { name: 'rs-s.forward.waived: A second datagram is forwarded too # and \\ more' });
  t.match(parse(renderTap(report, context)).complete, { bailout: 'The run was cut short.' });
});

t.test('json is the report', (t) => {
  t.same(JSON.parse(renderJson(report)), report);
});

t.test('exit status: the first that applies', (t) => {
  const status = (verdict: (typeof VERDICTS)[number], level: 'MUST' | 'SHOULD' | 'MAY', strict = false) =>
    exitStatus({ ...goodReport(), strict, cases: [{ ...goodCase(), verdict, level }] });
  const table = VERDICTS.map((verdict) => [
    verdict,
    status(verdict, 'MUST'),
    status(verdict, 'SHOULD'),
    status(verdict, 'SHOULD', true),
    status(verdict, 'MAY', true),
  ]);
  t.same(table, [
    ['pass', 0, 0, 0, 0],
    ['not-applicable', 0, 0, 0, 0],
    ['not-exercised', 0, 0, 0, 0],
    ['waived', 0, 0, 0, 0],
    ['warn', 0, 0, 1, 0],
    ['inconclusive', 3, 0, 3, 0],
    ['not-implemented', 1, 0, 1, 0],
    ['fail', 1, 1, 1, 1],
    ['suite-error', 4, 4, 4, 4],
  ]);
  t.equal(exitStatus(report), EXIT.suite, '4 before 1');
  const without = report.cases.filter(({ verdict }) => verdict !== 'suite-error');
  t.equal(exitStatus({ ...report, trouble: null, cases: without }), EXIT.failed, '1 before 3');
  t.equal(exitStatus({ ...goodReport(), trouble: 'gone', complete: false }), EXIT.failed, 'it went away');
});

t.test('the ledger keeps what is missing apart from what is violated, and each level adds up', (t) => {
  const its = report.ledger['rs-s'];
  if (its === undefined) throw new Error('the golden report has no ledger of an RS-S');
  const reasons = { ...its.reasons, 'RSS-02': 'one not-implemented, another not-implemented' };
  t.equal(
    ledgerLines({ ...report, ledger: { 'rs-s': { ...its, reasons } } }, context).join(),
    'rs-s: 1 of 5 MUST clauses proven, 1 not implemented (RSS-02), 2 not exercised (GEN-03, RSS-03), ' +
      '1 untestable (RSS-09); 0 of 2 SHOULD and MAY proven, 1 violated (RS-15), 1 disputed (RS-16)',
  );
  const mixed = { ...reasons, 'RSS-02': 'one not-implemented, another fail' };
  const [line] = ledgerLines({ ...report, ledger: { 'rs-s': { ...its, reasons: mixed } } }, context);
  t.match(line, '5 MUST clauses proven, 1 violated (RSS-02), ');
});

t.test('goldens are what a person looked at', (t) => {
  t.match(goldenText('pretty.txt'), /^incomplete, 13 cases: /m);
});

function goodCase() {
  const found = report.cases.find(({ verdict }) => verdict === 'pass');
  if (found === undefined) throw new Error('the golden report has no pass');
  return found;
}

function goodReport(): Report {
  const cases = [goodCase()];
  const { codec } = report.ledger;
  return {
    ...report,
    cases,
    summary: summarise(cases),
    ledger: codec === undefined ? {} : { codec },
    complete: true,
    trouble: null,
    host: { ...report.host, badWindows: 0, reruns: 0, secondTries: [], onlyWhenBusy: [] },
  };
}
