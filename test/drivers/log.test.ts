import type { Note } from '../../reference/core.ts';
import { noteLog } from '../../reference/drivers/log.ts';
import type { Layer } from '../../reference/refusal.ts';
import { at } from '../net/addresses.ts';
import t from '../tap.ts';

function log(isVerbose = false) {
  const lines: string[] = [];
  const clock = { now: 0 };
  const note = noteLog({
    now: () => clock.now,
    stamp: () => 'T',
    write: (line) => lines.push(line),
    isVerbose,
  });
  return { lines, clock, note };
}

const refused = (layer: Layer, from?: string): Note => ({
  what: 'refused',
  layer,
  from: from === undefined ? undefined : at(from),
});

t.test('an event is a line', (t) => {
  const { lines, note } = log();
  note({ what: 'event', event: 'relay-up', detail: { path: 'ab', to: '[::1]:5', packets: 3 } });
  note({ what: 'event', event: 'stop', detail: {} });
  t.same(lines, ['T relay-up path=ab to=[::1]:5 packets=3', 'T stop']);
});

t.test('what came from elsewhere stays on its line and in its pair', (t) => {
  const { lines, note } = log();
  note({ what: 'event', event: 'e', detail: { a: 'x\nT forged', b: 'x y=z', c: '', d: '"' } });
  t.same(lines, ['T e a="x\\nT forged" b="x y=z" c="" d="\\""']);
});

t.test('refusals: the first at once, then one line a second, with all since', (t) => {
  const { lines, clock, note } = log(true);
  note(refused('tag', '192.0.2.1:5'));
  for (let i = 0; i < 1000; i++) {
    clock.now = i * 0.999;
    note(refused(i % 4 === 0 ? 'replay' : 'tag', '192.0.2.2:5'));
  }
  t.same(lines, ['T refused tag=1 last-from=192.0.2.1:5']);
  clock.now = 1000;
  note(refused('length'));
  t.equal(lines[1], 'T refused replay=250 tag=750 length=1');
  clock.now = 1999;
  note(refused('tag', '[2001:db8::1]:5'));
  t.equal(lines.length, 2);
  clock.now = 10_000;
  note(refused('tag', '[2001:db8::1]:5'));
  t.equal(lines[2], 'T refused tag=2 last-from=[2001:db8::1]:5');
  t.equal(lines.length, 3);
});

t.test('events are not held back by refusals', (t) => {
  const { lines, note } = log();
  note(refused('tag'));
  note(refused('tag'));
  note({ what: 'event', event: 'e', detail: {} });
  t.same(lines, ['T refused tag=1', 'T e']);
});

t.test('what is refused in good order too is kept back until it lasts', (t) => {
  const { lines, clock, note } = log();
  const at = (now: number, layer: Layer) => {
    clock.now = now;
    note(refused(layer, '192.0.2.1:5'));
  };
  for (const layer of ['context', 'handshake', 'transaction'] as const) at(100, layer);
  at(2099, 'handshake');
  t.same(lines, [], 'less than two seconds');
  at(2100, 'handshake');
  t.same(lines, ['T refused context=1 handshake=3 transaction=1 last-from=192.0.2.1:5']);
  at(3200, 'handshake');
  t.equal(lines[1], 'T refused handshake=1 last-from=192.0.2.1:5', 'it goes on');
  at(13_200, 'context');
  t.equal(lines.length, 2, 'after a pause it begins anew');
  at(23_199, 'replay');
  t.equal(lines[2], 'T refused context=1 replay=1 last-from=192.0.2.1:5');
  at(40_000, 'order');
  at(60_000, 'stale');
  t.equal(lines.length, 3, 'now and then one');
});

t.test('what is a fault is told at once, with what was kept back', (t) => {
  const { lines, clock, note } = log();
  note(refused('context'));
  clock.now = 50;
  note(refused('tag', '192.0.2.1:5'));
  t.same(lines, ['T refused context=1 tag=1 last-from=192.0.2.1:5']);
});
