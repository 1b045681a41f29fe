import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaseResult, Report } from '../../conformance/report.ts';
import { EXIT, exitStatus } from '../../conformance/reporters/exit-status.ts';
import { renderJunit } from '../../conformance/reporters/junit.ts';
import { LEVELS } from '../../conformance/roles.ts';
import { VERDICTS } from '../../conformance/verdict.ts';
import t from '../tap.ts';
import { context, report, sameAsGolden } from './golden.ts';

const schema = fileURLToPath(new URL('./junit.xsd', import.meta.url));
const noLint =
  spawnSync('xmllint', ['--version']).error === undefined
    ? false
    : 'xmllint is not installed (Debian: libxml2-utils)';

/** What xmllint has against a document; empty if it is well-formed and as the schema says. */
function faultsOf(xml: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ntm-junit-'));
  try {
    const file = join(folder, 'report.xml');
    writeFileSync(file, xml);
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, file], {
      encoding: 'utf8',
    });
    return status === 0 ? '' : stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A good run with one case that is not. */
function withCase(part: Partial<CaseResult>, whole: Partial<Report> = {}): Report {
  const [pass] = report.cases.filter(({ verdict }) => verdict === 'pass');
  if (pass === undefined) throw new Error('the golden report has no pass');
  const good = { complete: true, trouble: null, stale: [] };
  return { ...report, ...good, cases: [{ ...pass, ...part }], ...whole };
}

t.test('junit', (t) => {
  sameAsGolden(t, renderJunit(report, context), 'report.junit.xml');
});

t.test('valid by the schema', { skip: noLint }, (t) => {
  t.equal(faultsOf(renderJunit(report, context)), '', 'with every verdict');
  t.equal(faultsOf(renderJunit(withCase({}, { cases: [] }), context)), '', 'of no case');
  t.match(faultsOf(renderJunit(report, context).replace('errors=', 'faults=')), 'faults', 'it would be seen');
  const evil = ']]></system-out><x a="1">&amp;\u0000\u001b[2J\ud800\r\n\t\u{1f600}';
  const target = { ...report.target, name: evil, version: evil, address: evil };
  const cases = VERDICTS.map((verdict) => {
    const text = { title: evil, actual: evil, reason: evil, expected: [evil], counterexample: evil };
    return { ...withCase({}).cases[0], ...text, verdict, id: `codec.${verdict}` } as CaseResult;
  });
  t.equal(faultsOf(renderJunit({ ...report, target, cases }, context)), '', 'with hostile texts');
});

t.test('it is red where the exit status is not 0', (t) => {
  for (const verdict of VERDICTS)
    for (const level of LEVELS)
      for (const strict of [false, true])
        for (const expectedFailure of [null, 'known']) {
          const one = withCase({ verdict, level, expectedFailure }, { strict });
          const isRed = !renderJunit(one, context).includes('failures="0" errors="0"');
          t.equal(isRed, exitStatus(one) !== EXIT.good, `${verdict} ${level} ${strict} ${expectedFailure}`);
        }
});

t.test('what is wrong with the run is a test case of its own', (t) => {
  const gone = renderJunit(withCase({}, { complete: false, trouble: 'the target went away' }), context);
  t.match(gone, '<error type="run" message="the target went away"/>');
  const stale = withCase({}, { stale: [{ id: 'codec.a', list: 'waive' }] });
  t.match(
    renderJunit(stale, context),
    '<error type="run" message="codec.a is listed by --waive, but it passes: take it out of the list"/>',
  );
});
