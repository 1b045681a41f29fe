import { readFile } from 'node:fs/promises';
import { rsConfig } from '../../reference/config/schema.ts';
import { isSettable, TIMER_NAMES, TIMERS, timersFrom } from '../../reference/config/timers.ts';
import t from '../tap.ts';
import { example } from './example.ts';

t.test('defaults and settings in milliseconds', (t) => {
  const timers = timersFrom();
  t.equal(timers['relay-idle'], 120_000);
  t.same(timers['opening-repeat'], [0, 250, 750, 1750, 3750]);
  t.same(timersFrom({ 'hold-time': 0.1 }), { ...timers, 'hold-time': 100 });
  t.equal(timersFrom({ 'hold-time': 0.1234567 })['hold-time'], 123);
  t.same(Object.keys(timers), TIMER_NAMES);
  t.same(
    TIMER_NAMES.filter((name) => !isSettable(name)),
    [
      'opening-repeat',
      'probe-try',
      'try-rs-dc',
      'try-node-dc',
      'try-dc-dc',
      'try-dc-node',
      'try-dc-rs',
      'same-nat-relay-repeat',
      'try-path-update',
      'optimise-try',
    ],
  );
});

/** The rows of the spec's table of timers: what it says of each name. */
async function table(): Promise<Map<string, { value: string; unit: string; clause: string; set: string }>> {
  const text = await readFile(new URL('../../conformance/spec/15-timers.md', import.meta.url), 'utf8');
  const rows = text.matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm);
  return new Map(
    [...rows].map(([, name = '', value = '', unit = '', clause = '', set = '']) => [
      name,
      { value, unit: unit.split(',')[0] ?? '', clause, set },
    ]),
  );
}

t.test('names, values, clauses and who may set them are those of the spec', async (t) => {
  const rows = await table();
  t.ok(rows.size > 50);
  for (const name of TIMER_NAMES) {
    const { seconds, clause, set } = TIMERS[name];
    t.same(rows.get(name), { value: [seconds].flat().join(', '), unit: 's', clause, set }, name);
    t.equal(typeof seconds === 'number', isSettable(name), name);
  }
  t.equal(rows.get('source-failures')?.value, `${rsConfig.parse(example()).limits.perSourcePerSecond}`);
});
