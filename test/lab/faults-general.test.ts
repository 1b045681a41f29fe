/** What the watch over nodes and general hosts sees, in worlds where something is done that must not be. */
import type { Ip } from '../../reference/address.ts';
import { faultRun } from '../../reference/lab/faults/run.ts';
import { GeneralWatch } from '../../reference/lab/faults/watch-general.ts';
import { Flow } from '../../reference/lab/flow.ts';
import { GeneralWorld } from '../../reference/lab/general/world.ts';
import { readTransport, UDP, udpPacket } from '../../reference/packet/transport.ts';
import t from '../tap.ts';

const WEB = 'web.example.com';

/** Both nodes talk to one host, and all is well. */
async function watched(policy: 'rs-n' | 'rs-t') {
  const world = new GeneralWorld(`watched ${policy}`, setImmediate, { policy });
  const host = world.general(WEB, '192.0.2.200', '2001:db8::200');
  const stranger = world.general('stranger.example.com', '192.0.2.209', '2001:db8::209');
  const isAsking = { alice: policy === 'rs-n', bob: policy === 'rs-n' };
  const watch = new GeneralWatch(world, [host], stranger, isAsking);
  await world.start(world.places.make('PR'), world.places.make('SY'));
  const seen: Uint8Array[] = [];
  const { onSeen } = host.ground;
  host.ground.onSeen = (way, packet) => {
    if (way === 'in') seen.push(packet.slice());
    onSeen(way, packet);
  };
  const options = { name: WEB, version: 4, interval: 500, port: 9000 } as const;
  const flows = [new Flow(world.alice, options), new Flow(world.stacks.bob, options)];
  await world.run(5000);
  watch.check();
  await world.run(1000);
  watch.check();
  return { world, watch, host, flows, seen };
}

const words = (text: string): Uint8Array => new TextEncoder().encode(`\0\0\0\x01plain text of ${text}`);

for (const policy of ['rs-n', 'rs-t'] as const) {
  t.test(`${policy}: two nodes with one port at one host, and nothing is wrong`, async (t) => {
    const { watch, flows, seen } = await watched(policy);
    t.same(watch.violations, []);
    for (const flow of flows) t.ok(flow.isAnswered(0));
    const sources = seen.flatMap((packet) => {
      const read = readTransport(packet);
      return read?.protocol === UDP ? [`${read.from.ip} ${read.from.port}`] : [];
    });
    t.equal(new Set(sources).size, 2, 'the host takes them for two');
  });

  t.test(`${policy}: the watch sees what must not be`, async (t) => {
    const { world, watch, seen } = await watched(policy);
    const name =
      policy === 'rs-t' ? 'rst' : world.parties.rsn1.counter('table.paths.size') > 0 ? 'rsn1' : 'rsn2';
    const relay = world.parties[name];
    const packets = seen.map((packet) => ({ packet, read: readTransport(packet) }));
    const [first] = packets;
    if (first?.read?.protocol !== UDP) throw new Error('the host saw nothing');
    const { from, to, data } = first.read;
    relay.onPacket(first.packet);
    t.match(watch.violations.at(-1), 'left 2 times');
    const other = new TextDecoder().decode(data).includes('of alice') ? 'bob' : 'alice';
    relay.onPacket(udpPacket(from, to, words(`${other} to ${WEB}, 9000, more`)));
    t.match(watch.violations.at(-1), /is of (alice|bob) and (alice|bob)/);
    relay.onPacket(udpPacket({ ...from, ip: '192.0.2.63' as Ip }, to, data));
    t.ok(watch.violations.includes(`${name} sent something from 192.0.2.63`));
    const elsewhere = { ip: '192.0.2.209' as Ip, port: 7 };
    world.parties.alice.onPacket(
      udpPacket(
        elsewhere,
        { ip: world.parties.alice.addresses()[0] ?? from.ip, port: 9000 },
        words('stranger to nobody'),
      ),
    );
    const isSeen = watch.violations.includes('alice got what it did not ask for from 192.0.2.209:7');
    t.equal(isSeen, policy === 'rs-n');
    world.parties.bob.onPacket(
      udpPacket(
        to,
        { ip: world.parties.bob.addresses()[0] ?? from.ip, port: 9000 },
        words(`alice to ${WEB}, 9000`),
      ),
    );
    t.match(watch.violations.at(-1), 'bob got plain text of alice');
  });
}

t.test('a run in which nodes talk to general hosts is the same each time', async (t) => {
  const runs = [await faultRun('4', setImmediate), await faultRun('4', setImmediate)];
  t.same(runs[0], runs[1]);
  t.same(runs[0]?.violations, []);
  t.ok(
    runs[0]?.exchange.arrows.some(({ from, to }) => from === 'rsn1' || to === 'rsn1'),
    'with relays',
  );
});
