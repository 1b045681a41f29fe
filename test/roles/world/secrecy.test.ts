import { fromHex, toHex } from '../../../reference/bytes.ts';
import type { Aead } from '../../../reference/crypto/aead.ts';
import { aeadForSuite, KEY_LENGTH } from '../../../reference/crypto/aead.ts';
import { openMessage } from '../../../reference/wire/seal.ts';
import t, { runtime } from '../../tap.ts';
import type { Name } from './configs.ts';
import { reachableBytes } from './reach.ts';
import type { Situation } from './whole.ts';
import { Whole } from './whole.ts';

const skip = runtime === 'node' ? false : 'only Node lets a program see what functions close over';

/** Every value as long as a key that stands anywhere in some bytes. */
function windows(values: readonly string[]): Set<string> {
  const keys = new Set<string>();
  for (const value of values) {
    for (let at = 0; at + 2 * KEY_LENGTH <= value.length; at += 2)
      keys.add(value.slice(at, at + 2 * KEY_LENGTH));
  }
  return keys;
}

/** How many of the datagrams some key opens, by either suite. */
function opened(keys: Iterable<string>, datagrams: readonly Uint8Array[]): number {
  const left = new Set(datagrams);
  for (const key of keys) {
    for (const suite of [1, 2]) {
      const aead = aeadForSuite(suite, fromHex(key)) as Aead;
      for (const datagram of left) if (openMessage(aead, datagram) !== undefined) left.delete(datagram);
    }
  }
  return datagrams.length - left.size;
}

const PAIRS: readonly (readonly [Situation, Situation])[] = [
  ['PR', 'PR'],
  ['G4', 'G4'],
];

for (const [alice, bob] of PAIRS) {
  t.test(
    `${alice} to ${bob}: what relays and DCs know opens no Data, what nodes know opens all`,
    { skip },
    (t) => {
      const world = new Whole(alice, bob);
      world.run(3000);
      world.begin(true);
      const state = (name: Name): unknown[] => [world.party(name).role, world.party(name).stored];
      const values = new Map<Name, Set<string>>();
      const collect = (): void => {
        for (const name of ['one', 'two', 'rs1', 'rs2', 'alice', 'bob'] as const) {
          const all = values.get(name) ?? new Set();
          for (const value of reachableBytes(...state(name))) all.add(value);
          values.set(name, all);
        }
      };
      // While the path is made, too: what is forgotten later counts as well.
      const until = world.sim.now + 1500;
      while (world.sim.now < until) {
        world.run(100);
        collect();
      }
      const data = world.sim.sent.filter(({ bytes }) => bytes[1] === 0x10).map(({ bytes }) => bytes);
      t.ok(data.length >= 8, `${data.length} Data datagrams`);
      const keysOf = (name: Name): Set<string> => windows([...(values.get(name) ?? [])]);
      for (const name of ['alice', 'bob'] as const) {
        const exact = [...(values.get(name) ?? [])].filter((value) => value.length === 2 * KEY_LENGTH);
        t.equal(opened(exact, data), data.length, `${name} can open all of them, found by the same search`);
      }
      // One of each direction stands for all under the same key.
      const samples = [...new Map(data.map((bytes) => [toHex(bytes.subarray(2, 20)), bytes])).values()];
      for (const name of ['one', 'two', 'rs1', 'rs2'] as const) {
        const keys = keysOf(name);
        t.ok(keys.size > 0);
        t.equal(opened(keys, samples), 0, `${name}: none of ${keys.size} values opens any`);
        const exact = [...(values.get(name) ?? [])].filter((value) => value.length === 2 * KEY_LENGTH);
        t.equal(opened(exact, data), 0, `${name}: nor any of the ${exact.length} that are as long as a key`);
      }
    },
  );
}

t.test('the search sees what functions close over', { skip }, (t) => {
  const secret = new Uint8Array(32).fill(0xab);
  const hidden = ((bytes: Uint8Array) => ({ size: () => bytes.length }))(secret);
  t.same(reachableBytes({ deep: new Map([[1, [hidden]]]) }), ['ab'.repeat(32)]);
});
