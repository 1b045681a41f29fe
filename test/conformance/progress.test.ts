/** What is shown while a run goes on. */
import { progressLine } from '../../conformance/cli/progress.ts';
import type { Progress } from '../../conformance/progress.ts';
import t from '../tap.ts';
import { report } from './golden.ts';

const { target, cases } = report;
const [passed, failed] = (['pass', 'fail'] as const).map((wanted) =>
  cases.find(({ verdict }) => verdict === wanted),
);
if (passed === undefined || failed === undefined) throw new Error('the golden report lacks a verdict');

const START: Progress = { kind: 'start', target, seed: '1', selected: 30 };
const ENDED: Progress = { kind: 'case-end', result: passed };
const FAILED: Progress = { kind: 'case-end', result: failed };
const TICK: Progress = { kind: 'tick', done: 0, selected: 30, again: 0, running: ['rs-s.a', 'rs-s.b'] };

function shown(isTTY: boolean, isWanted = true) {
  const written: string[] = [];
  const clock = { now: 5000 };
  const to = { isTTY, columns: 40, write: (text: string) => written.push(text) };
  const { on, end } = progressLine(isWanted, to, () => clock.now);
  return { written, clock, on, end };
}

t.test('in a pipe there is a line every ten seconds, and none before', (t) => {
  const { written, clock, on, end } = shown(false);
  on(START);
  on(ENDED);
  clock.now = 14_999;
  on(TICK);
  t.same(written, []);
  clock.now = 15_000;
  on(TICK);
  on(ENDED);
  clock.now = 24_999;
  on(FAILED);
  t.same(written, ['1 of 30 cases after 10 s\n']);
  clock.now = 47_000;
  on(TICK);
  on(TICK);
  t.same(written.slice(1), ['3 of 30 cases, 1 failed after 42 s\n'], 'once, however late');
  clock.now = 55_000;
  on({ kind: 'case-start', id: 'rs-s.a' });
  t.equal(written.length, 2);
  end();
  t.equal(written.length, 2, 'nothing is taken away');
});

t.test('on a terminal one line is written over again', (t) => {
  const { written, on, end } = shown(true);
  on(START);
  on(ENDED);
  on(TICK);
  end();
  on(ENDED);
  t.same(
    written.map((text) => text.replace('\r\u001b[2K', '>')),
    ['>0 of 30 cases', '>1 of 30 cases', '>1 of 30 cases, running rs-s.a, rs-s.b', '>'],
  );
});

t.test('nothing with --quiet', (t) => {
  for (const isTTY of [false, true]) {
    const { written, clock, on, end } = shown(isTTY, false);
    on(START);
    clock.now = 60_000;
    on(TICK);
    end();
    t.same(written, []);
  }
});

t.test('what is tried once more at the end is counted', (t) => {
  const { written, clock, on } = shown(false);
  on(START);
  clock.now = 15_000;
  on({ ...TICK, again: 2, running: [] });
  t.same(written, ['0 of 30 cases, trying 2 again (busy host) after 10 s\n']);
});
