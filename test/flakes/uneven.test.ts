import { ALL_CASES } from '../../conformance/cases/all.ts';
import type { Net } from '../../reference/net/net.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import { endpoint, memoryNet, runInMemory } from '../conformance/bench.ts';
import t from '../tap.ts';
import { UNEVEN, unevenNet } from './uneven.ts';

/** Each has failed where one socket was read before the other. */
const ONCE_FAILED = [
  'node.general.moved',
  'node.keep-alive.drawn',
  'node.move.families',
  'node.opening.leg-again',
  'node.registration.stop',
  'rs-t.path.restart',
];

/** What two sockets read, of which each was sent 1 and then 2. */
async function readUnevenly(net: Net): Promise<string[]> {
  const got: string[] = [];
  const uneven = unevenNet(net, 'a seed');
  const places = ['127.0.0.1:7', '127.0.0.2:7'].map(endpoint);
  for (const local of places)
    await uneven.bind(local, ([number]) => {
      got.push(`${local.ip} ${number}`);
    });
  const from = await net.bind(endpoint('127.0.0.3:7'), () => undefined);
  for (const number of [1, 2]) for (const local of places) from.send(Uint8Array.of(number), local);
  await sleepUntil(net, net.now() + 100);
  return got;
}

t.test('each socket is in order, and one is read later than another', async (t) => {
  const net = memoryNet();
  const got = await net.run(readUnevenly(net));
  const late = got[0]?.split(' ')[0] === '127.0.0.1' ? '127.0.0.2' : '127.0.0.1';
  t.same(got.slice(2), [`${late} 1`, `${late} 2`]);
  t.same(got.length, 4);
});

for (const [network, options] of Object.entries(UNEVEN)) {
  t.test(`${network}: the order of reading is no failure of the target`, async (t) => {
    for (const seed of ['6', '35', 'more']) {
      const net = memoryNet(seed);
      const uneven = unevenNet(net, seed);
      const report = await runInMemory({
        net,
        run: { seed, cases: ALL_CASES.filter(({ id }) => ONCE_FAILED.includes(id)), profile: 'hardened' },
        ...options(uneven),
      });
      t.same(
        report.cases.map(({ id, verdict }) => `${id} ${verdict}`),
        report.cases.map(({ id }) => `${id} pass`),
      );
      t.equal(report.cases.length, ONCE_FAILED.length);
    }
  });
}
