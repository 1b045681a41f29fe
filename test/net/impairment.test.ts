import { createHash } from 'node:crypto';
import { formatEndpoint } from '../../reference/address.ts';
import type { Impairment } from '../../reference/net/impairment.ts';
import type { MemoryNet } from '../../reference/net/memory/memory.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import t from '../tap.ts';
import { at, ip, memoryNet } from './addresses.ts';

const COUNT = 20_000;
const A = at('10.0.0.1:1');
const B = at('10.0.0.2:2');

interface Arrival {
  readonly number: number;
  readonly sentAt: number;
  readonly at: number;
}

/** Sends numbered datagrams from A to B, one a millisecond, and says what arrived in which order. */
async function flood(net: MemoryNet, count = COUNT): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  const a = await net.bind(A, () => {});
  await net.bind(B, (bytes) => {
    const number = new DataView(bytes.buffer).getUint32(0);
    arrivals.push({ number, sentAt: number, at: net.now() });
  });
  for (let number = 0; number < count; number++) {
    net.schedule(number, () => {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, number);
      a.send(bytes, B);
    });
  }
  await net.run(sleepUntil(net, count + 10_000));
  return arrivals;
}

function impaired(faults: Partial<Impairment>, seed = 'impairment'): MemoryNet {
  const net = memoryNet(seed);
  net.impair(faults);
  return net;
}

/** Within five standard deviations of a binomial distribution. */
function isShare(count: number, share: number): boolean {
  return Math.abs(count - COUNT * share) < 5 * Math.sqrt(COUNT * share * (1 - share));
}

t.test('loss takes its share', async (t) => {
  const arrivals = await flood(impaired({ loss: 0.1 }));
  t.ok(isShare(COUNT - arrivals.length, 0.1), `${COUNT - arrivals.length} lost`);
  t.ok(
    arrivals.every(({ at, sentAt }) => at === sentAt),
    'the others are as without',
  );
});

t.test('all or nothing is exact', async (t) => {
  t.equal((await flood(impaired({ loss: 1 }), 500)).length, 0);
  t.equal((await flood(impaired({ duplicate: 1 }), 500)).length, 1000);
  t.equal((await flood(impaired({}), 500)).length, 500);
});

t.test('duplicates are their share, never before the first', async (t) => {
  const arrivals = await flood(impaired({ duplicate: 0.2, delayMin: 5, delayMax: 50 }));
  t.ok(isShare(arrivals.length - COUNT, 0.2), `${arrivals.length - COUNT} twice`);
  t.equal(new Set(arrivals.map(({ number }) => number)).size, COUNT);
  t.ok(arrivals.every(({ at, sentAt }) => at >= sentAt + 5));
});

t.test('delays fill their range and keep the order', async (t) => {
  const arrivals = await flood(impaired({ delayMin: 20, delayMax: 60 }));
  const delays = arrivals.map(({ at, sentAt }) => at - sentAt);
  t.equal(arrivals.length, COUNT);
  t.ok(
    arrivals.every(({ number }, i) => number === i),
    'in order',
  );
  t.ok(Math.min(...delays) >= 20 && Math.max(...delays) <= 60.001, 'within');
  t.ok(Math.min(...delays) < 40 && Math.max(...delays) > 59, 'over all of it');
});

t.test('reordering: its share is overtaken, the others keep their order', async (t) => {
  const arrivals = await flood(impaired({ reorder: 0.1, delayMin: 5, delayMax: 5 }));
  const late = arrivals.filter(({ at, sentAt }) => at > sentAt + 5.0005);
  t.equal(arrivals.length, COUNT);
  t.ok(isShare(late.length, 0.1), `${late.length} late`);
  t.ok(
    late.every(({ at, sentAt }) => at <= sentAt + 25),
    'by 20 ms at most',
  );
  const punctual = arrivals.filter((arrival) => !late.includes(arrival)).map(({ number }) => number);
  t.ok(
    punctual.every((number, i) => i === 0 || number > (punctual[i - 1] ?? 0)),
    'in order',
  );
  const overtaken = arrivals.filter(({ number }, i) => number < (arrivals[i - 1]?.number ?? -1));
  t.ok(overtaken.length > COUNT * 0.05, `${overtaken.length} came after a later one`);
});

t.test('a pair of addresses has faults of its own, in one direction', async (t) => {
  const net = impaired({ loss: 1 });
  net.impair({ delayMin: 3 }, ip('10.0.0.1'), ip('10.0.0.2'));
  const seen: unknown[] = [];
  const sockets = await Promise.all(
    ['10.0.0.1:1', '10.0.0.2:2', '10.0.0.2:3'].map((text) =>
      net.bind(at(text), (_bytes, from) => seen.push([formatEndpoint(from), text, net.now()])),
    ),
  );
  for (const from of sockets)
    for (const to of sockets) if (from !== to) from.send(new Uint8Array(1), to.local);
  await net.run(sleepUntil(net, 10));
  t.same(seen, [
    ['10.0.0.1:1', '10.0.0.2:2', 3],
    ['10.0.0.1:1', '10.0.0.2:3', 3],
  ]);
});

t.test('what is no impairment is refused', (t) => {
  const net = memoryNet();
  t.throws(() => net.impair({ loss: 1.1 }), { message: 'loss is 1.1, not from 0 to 1' });
  t.throws(() => net.impair({ reorder: Number.NaN }), RangeError);
  t.throws(() => net.impair({ duplicate: -0.1 }), RangeError);
  t.throws(() => net.impair({ delayMin: 5, delayMax: 4 }), { message: 'no range of delays: 5 to 4' });
  t.throws(() => net.impair({ delayMin: -1 }), RangeError);
  t.throws(() => net.impair({ delayMax: Number.POSITIVE_INFINITY }), RangeError);
});

const ALL: Impairment = { loss: 0.1, duplicate: 0.1, reorder: 0.1, delayMin: 1, delayMax: 30 };

/** Three that answer each other, with every impairment: all that is sent, as one hash. */
async function trace(seed: string, withOthers = false): Promise<string> {
  const net = impaired(ALL, seed);
  const hash = createHash('sha256');
  net.onSend((sent) => {
    if (sent.from.port >= 50 || sent.to.port >= 50) return;
    hash.update(`${sent.at} ${formatEndpoint(sent.from)} ${formatEndpoint(sent.to)} `);
    hash.update(`${[...sent.bytes]} ${sent.arrivals}\n`);
  });
  const script = async (name: string) => {
    const socket = await net.bind(at(`${name}:9`), (bytes, from) => {
      const hops = bytes[0] ?? 0;
      if (hops > 0) socket.send(Uint8Array.of(hops - 1, ...bytes.subarray(0, 20)), from);
    });
    for (let i = 0; i < 50; i++) {
      socket.send(Uint8Array.of(i % 7), at('10.0.0.1:9'));
      socket.send(Uint8Array.of(i % 5), at('10.0.0.2:9'));
      await sleepUntil(net, net.now() + 10);
    }
  };
  const other = async () => {
    const socket = await net.bind(at('10.0.0.1:50'), () => {});
    for (let i = 0; i < 50; i++) {
      socket.send(new Uint8Array(3), at('10.0.0.2:50'));
      await sleepUntil(net, net.now() + 7);
    }
  };
  const scripts = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(script);
  await net.run(Promise.all(withOthers ? [...scripts, other()] : scripts));
  return hash.digest('hex');
}

t.test('the same seed is the same run, on every runtime', async (t) => {
  t.equal(await trace('one'), 'bf3cb9081baba9d310fcee9789de49219cd028ffc9a246294d83a378c21ba3c2');
  t.equal(await trace('two'), '8f925d64aa528adf8386050e0cecafbaf7ecfe6653e2296c32947364abf2f7d7');
});

t.test('other traffic leaves the chance of a direction as it is', async (t) => {
  t.equal(await trace('one', true), await trace('one'));
});
