import { ShiftedNet } from '../../../adapters/reference/clock.ts';
import { sleepUntil } from '../../../reference/net/net.ts';
import t from '../../tap.ts';
import { memoryNet } from '../net.ts';

t.test('timers on the way go off in order, each at its own time', (t) => {
  const net = new ShiftedNet(memoryNet());
  const log: [string, number][] = [];
  const note = (name: string) => () => log.push([name, net.now()]);
  net.schedule(3000, note('c'));
  net.schedule(1000, note('a'));
  net.schedule(1000, note('b'));
  net.schedule(5001, note('late'));
  net.schedule(2000, note('cancelled'))();
  net.advance(5000);
  t.same(log, [
    ['a', 1000],
    ['b', 1000],
    ['c', 3000],
  ]);
  t.equal(net.now(), 5000);
});

t.test('a timer set by a timer goes off too, if it is due by then', (t) => {
  const net = new ShiftedNet(memoryNet());
  const ticks: number[] = [];
  const tick = () => {
    ticks.push(net.now());
    net.schedule(net.now() + 400, tick);
  };
  net.schedule(400, tick);
  net.advance(1000);
  t.same(ticks, [400, 800]);
});

t.test('a timer set for the past goes off now', (t) => {
  const net = new ShiftedNet(memoryNet());
  net.advance(1000);
  const at: number[] = [];
  net.schedule(10, () => at.push(net.now()));
  net.advance(0);
  t.same(at, [1000]);
});

t.test('what is left waits for the rest of its time only', async (t) => {
  const real = memoryNet();
  const net = new ShiftedNet(real);
  const at: [number, number][] = [];
  net.schedule(10_000, () => at.push([real.now(), net.now()]));
  net.advance(9000);
  t.same(at, []);
  await real.run(sleepUntil(real, 999));
  t.same(at, []);
  await real.run(sleepUntil(real, 1000));
  t.same(at, [[1000, 10_000]]);
});

t.test('two clocks on one network are apart', (t) => {
  const real = memoryNet();
  const one = new ShiftedNet(real);
  const other = new ShiftedNet(real);
  one.advance(7000);
  t.same([one.now(), other.now(), real.now()], [7000, 0, 0]);
});

t.test('a timer without end is told', (t) => {
  const net = new ShiftedNet(memoryNet());
  const again = () => {
    net.schedule(net.now(), again);
  };
  again();
  t.throws(() => net.advance(1), /100000 timers in 1 ms/);
});
