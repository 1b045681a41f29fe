/** Runs in which a seed picks what goes wrong: roles killed, moves, NATs, silence, loss, clocks. */
import process from 'node:process';
import { faultRun } from '../../reference/lab/faults/run.ts';
import { Secrets } from '../../reference/lab/faults/secrets.ts';
import { Watch } from '../../reference/lab/faults/watch.ts';
import { World } from '../../reference/lab/world.ts';
import { udpPacket } from '../../reference/packet/transport.ts';
import { at } from '../net/addresses.ts';
import t, { runtime } from '../tap.ts';

const isLong = process.env.NTM_LONG !== undefined;
/** Bun plays them in half the time of Node, and other seeds. */
const IN_SHORT = runtime === 'node' ? 20 : 180;
const RUNS = isLong ? 10_000 : IN_SHORT;
const FIRST = isLong || runtime === 'node' ? 1 : 21;
const BLOCK = 20;

for (let first = FIRST; first < FIRST + RUNS; first += BLOCK) {
  const last = first + BLOCK - 1;
  t.test(`seeds ${first} to ${last}: nothing is wrong after any step, and all works again`, async (t) => {
    for (let seed = first; seed <= last; seed++) {
      const { violations } = await faultRun(`${seed}`, setImmediate);
      t.same(violations, [], `npx ntmobile lab --faults ${seed}`);
    }
  });
}

/** What went wrong in it once. */
const ONCE: Readonly<Record<string, string>> = {
  8836: 'the relay that lent an address lost power: the node sent on from its own address, and asked for no other path',
};
for (const [seed, what] of Object.entries(ONCE)) {
  t.test(`seed ${seed}: ${what}`, async (t) => {
    t.same((await faultRun(seed, setImmediate)).violations, [], `npx ntmobile lab --faults ${seed}`);
  });
}

t.test('a run is the same each time', async (t) => {
  const runs = [await faultRun('same', setImmediate), await faultRun('same', setImmediate)];
  t.same(runs[0], runs[1]);
  t.ok((runs[0]?.exchange.remarks?.length ?? 0) > 5);
});

t.test('the watch sees what must not be', async (t) => {
  const world = new World('watched', setImmediate);
  const watch = new Watch(world);
  await world.start(world.places.make('G4'), world.places.make('G4'));
  const flow = world.flow('alice');
  await world.run(2000);
  watch.check();
  t.same(watch.violations, []);
  const [alice, bob] = [world.parties.alice.addresses()[0], world.parties.bob.addresses()[0]];
  const words = new TextEncoder().encode('1234plain text of alice to bob.ntmobile.two.example, 9000');
  const packet = udpPacket(
    { ip: alice ?? at('0.0.0.0:0').ip, port: 9000 },
    { ip: bob ?? at('0.0.0.0:0').ip, port: 7 },
    words,
  );
  world.parties.bob.onPacket(packet);
  world.parties.bob.onPacket(packet);
  t.match(watch.violations[0], 'bob got plain text of alice');
  world.parties.alice.onPacket(packet);
  t.ok(watch.violations.includes('alice got what alice sent to bob.ntmobile.two.example'));
  const { host } = world.parties.alice;
  const socket = await host.bind({ ip: host.addresses[0] ?? at('0.0.0.0:0').ip, port: 9 }, () => {});
  socket.send(words, at('192.0.2.11:9'));
  t.ok(watch.violations.includes('alice sent a secret in the clear'));
  world.parties.bob.notes.push({
    what: 'event',
    event: 'registered',
    detail: { addresses: `${alice}` },
    at: world.now(),
  });
  watch.check();
  t.ok(watch.violations.includes(`${alice} is given to alice and bob`));
  flow.stop();
});

t.test('a secret is found wherever it stands, and only whole', (t) => {
  const secrets = new Secrets();
  const key = Uint8Array.from({ length: 32 }, (_, index) => 200 - index);
  secrets.drawn(key);
  secrets.drawn(new Uint8Array(16));
  const around = (bytes: Uint8Array) => Uint8Array.of(1, 2, 3, ...bytes, 4);
  t.ok(secrets.isIn(around(key)));
  t.notOk(secrets.isIn(around(key.subarray(0, 31))));
  t.notOk(secrets.isIn(new Uint8Array(64)));
});
