import { Events } from '../../reference/net/memory/events.ts';
import { Xoshiro128 } from '../../reference/net/xoshiro.ts';
import t from '../tap.ts';

/** Takes all events and runs them. */
function drain(events: Events): void {
  for (let event = events.take(); event !== undefined; event = events.take()) event.callback();
}

t.test('the earliest comes first, at one instant in order of adding', (t) => {
  const events = new Events();
  const seen: string[] = [];
  for (const [at, name] of [
    [5, 'e'],
    [1, 'a'],
    [3, 'c'],
    [1, 'b'],
    [3, 'd'],
  ] as const)
    events.add(at, () => seen.push(name));
  drain(events);
  t.equal(seen.join(''), 'abcde');
  t.equal(events.take(), undefined);
});

t.test('what was taken out does not happen; taking out twice or too late is harmless', (t) => {
  const events = new Events();
  const seen: string[] = [];
  const cancelFirst = events.add(1, () => seen.push('first'));
  const cancelSecond = events.add(2, () => seen.push('second'));
  events.add(3, () => seen.push('third'));
  cancelSecond();
  cancelSecond();
  events.take()?.callback();
  cancelFirst();
  drain(events);
  t.same(seen, ['first', 'third']);
});

t.test('10000 events, every second one taken out, come as sorting has them', (t) => {
  const random = new Xoshiro128('events');
  const events = new Events();
  const wanted: { at: number; i: number }[] = [];
  const seen: { at: number; i: number }[] = [];
  for (let i = 0; i < 10_000; i++) {
    const at = random.next() % 500;
    const cancel = events.add(at, () => seen.push({ at, i }));
    if (i % 2 === 0) cancel();
    else wanted.push({ at, i });
  }
  drain(events);
  t.same(
    seen,
    wanted.sort((a, b) => a.at - b.at || a.i - b.i),
  );
});
