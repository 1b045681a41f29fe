import { isSettable, TIMER_NAMES, timersFrom } from '../../reference/config/timers.ts';
import t from '../tap.ts';

t.test('defaults and settings in milliseconds', (t) => {
  const timers = timersFrom();
  t.equal(timers['relay-idle'], 120_000);
  t.same(timers['opening-repeat'], [0, 250, 750, 1750, 3750]);
  t.same(timersFrom({ 'hold-time': 0.1 }), { ...timers, 'hold-time': 100 });
  t.equal(timersFrom({ 'hold-time': 0.1234567 })['hold-time'], 123);
  t.same(Object.keys(timers), TIMER_NAMES);
  t.same(
    TIMER_NAMES.filter((name) => !isSettable(name)),
    ['opening-repeat', 'probe-try', 'try-rs-dc'],
  );
});
