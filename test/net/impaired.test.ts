import type { Endpoint } from '../../reference/address.ts';
import { impairedNet } from '../../reference/net/impaired.ts';
import type { Impairment } from '../../reference/net/impairment.ts';
import { impairment } from '../../reference/net/impairment.ts';
import type { MemoryNet } from '../../reference/net/memory/memory.ts';
import type { Net } from '../../reference/net/net.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import t from '../tap.ts';
import { at as endpoint, memoryNet } from './addresses.ts';

const FAR = endpoint('192.0.2.2:4330');
const COUNT = 1000;

/** What of COUNT datagrams each way arrives, by number, in its order and with its time. */
async function exchange(faults: Impairment, seed: string) {
  const plain: MemoryNet = memoryNet('impaired');
  const net: Net = impairedNet(plain, faults, seed);
  const there: [number, number][] = [];
  const back: [number, number][] = [];
  const note = (list: [number, number][]) => (bytes: Uint8Array) =>
    list.push([new DataView(bytes.buffer, bytes.byteOffset).getUint16(0), plain.now()]);
  const run = async () => {
    const far = await plain.bind(FAR, note(there));
    const near = await net.bind(endpoint('192.0.2.1:0'), note(back));
    const local: Endpoint = near.local;
    for (let at = 0; at < COUNT; at++) {
      const bytes = Uint8Array.of(at >> 8, at & 0xff);
      near.send(bytes, FAR);
      far.send(Uint8Array.of(at >> 8, at & 0xff), local);
      bytes.fill(0xff);
      await sleepUntil(plain, plain.now() + 1);
    }
    await sleepUntil(plain, plain.now() + 1000);
    await near.close();
    await far.close();
  };
  await plain.run(run());
  return { there, back };
}

const numbers = (list: readonly [number, number][]): number[] => list.map(([number]) => number);

t.test('a network without faults changes nothing', async (t) => {
  const { there, back } = await exchange(impairment({}), 'a');
  const all = Array.from({ length: COUNT }, (_, at) => at);
  t.same(numbers(there), all);
  t.same(numbers(back), all);
});

t.test('shares are lost, copied and overtaken, both ways, by the seed', async (t) => {
  const faults = impairment({ loss: 0.1, duplicate: 0.05, reorder: 0.05, delayMin: 5, delayMax: 10 });
  const { there, back } = await exchange(faults, 'a');
  for (const list of [there, back]) {
    const came = numbers(list);
    const kinds = new Set(came).size;
    t.ok(kinds > 0.86 * COUNT && kinds < 0.94 * COUNT, `${COUNT - kinds} lost`);
    t.ok(came.length - kinds > 0.02 * COUNT && came.length - kinds < 0.08 * COUNT, 'copied');
    t.ok(
      came.some((number, at) => number < Math.max(...came.slice(0, at))),
      'overtaken',
    );
    t.ok(
      list.every(([number, at]) => at - number >= 5),
      'late by 5 ms at least',
    );
  }
  t.same((await exchange(faults, 'a')).there, there, 'the same again');
  t.ok(numbers((await exchange(faults, 'b')).there).join() !== numbers(there).join(), 'another seed');
});

t.test('between own sockets nothing is lost, and a closed one is given nothing', async (t) => {
  const plain = memoryNet('own');
  const net = impairedNet(plain, impairment({ loss: 0.5, delayMin: 50 }), 'a');
  let [own, late] = [0, 0];
  const run = async () => {
    const one = await net.bind(endpoint('192.0.2.1:1000'), () => own++);
    const two = await net.bind(endpoint('192.0.2.1:2000'), () => late++);
    const far = await plain.bind(FAR, () => {});
    for (let at = 0; at < 100; at++) two.send(Uint8Array.of(1), one.local);
    for (let at = 0; at < 100; at++) far.send(Uint8Array.of(1), two.local);
    await sleepUntil(plain, plain.now() + 10);
    await two.close();
    await sleepUntil(plain, plain.now() + 100);
    await Promise.all([one.close(), far.close()]);
  };
  await plain.run(run());
  t.same([own, late], [100, 0]);
});
