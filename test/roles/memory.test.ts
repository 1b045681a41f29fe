/** Who keeps something of a packet copies it: the memory that it was opened into is used again for others. */
import type { NodeConfigInput } from '../../reference/config/node.ts';
import { nodeConfig } from '../../reference/config/node.ts';
import type { Random } from '../../reference/core.ts';
import type { MakeAead } from '../../reference/crypto/aead.ts';
import { echoRequest } from '../../reference/packet/echo.ts';
import { fragment } from '../../reference/packet/fragment.ts';
import { readIp } from '../../reference/packet/ip.ts';
import { createNode } from '../../reference/roles/node/core.ts';
import { seededBytes } from '../channel/pair.ts';
import t from '../tap.ts';
import { memories } from './lent.ts';
import { Two } from './node/two.ts';
import { FOR, HOST, OUT, own, World as RelayWorld } from './relay/world.ts';
import { see, udp } from './rs-n/napt/packets.ts';
import { VIRTUAL, World } from './tunnel/ends.ts';
import { numberOf, udpPacket } from './tunnel/packets.ts';

const DATA = seededBytes(9)(1200);

/** Two nodes whose AEADs are handed in. */
function twoWith(aeads: MakeAead): Two {
  return new (class extends Two {
    protected override create(_: 0 | 1, config: NodeConfigInput, random: Random) {
      return createNode(nodeConfig.parse(config), random, aeads);
    }
  })();
}

for (const { name, skip, aeads, flood } of memories()) {
  t.test(`an RS-N puts fragments together, ${name}`, { skip }, (t) => {
    const world = new RelayWorld('rs-n', {}, aeads);
    world.ask(world.dc, world.direction(1, 1));
    const node = world.node(1, 1);
    const there = udp({ from: own(1), to: FOR, ports: [5000, 53], flags: 0, identification: 7 }, DATA);
    const pieces = fragment(there, 600) ?? [];
    const out = pieces.flatMap((piece) => {
      const came = world.out(node, piece);
      flood();
      return came;
    });
    t.equal(pieces.length, 3);
    const [whole] = out.map((packet) => see(packet));
    t.same([out.length, whole?.faults, whole?.payload.slice(8)], [1, [], DATA], 'of a node');
    node.received.length = 0;
    const ports = [53, whole?.ports[0] ?? 0] as const;
    const back = udp({ from: HOST, to: OUT, ports, flags: 0, identification: 8 }, DATA);
    for (const piece of fragment(back, 600) ?? []) {
      world.in(piece);
      flood();
    }
    const answers = node.packets().map((packet) => see(packet));
    t.same([answers.length, answers[0]?.faults, answers[0]?.payload.slice(8)], [1, [], DATA], 'of a host');
  });

  for (const role of ['rs-n', 'rs-t'] as const)
    t.test(`what an ${role} passes on by the short way, ${name}`, { skip }, (t) => {
      const world = new RelayWorld(role, {}, aeads);
      const allocated = world.allocated(world.dc, world.direction(1, 1)) ?? '';
      const node = world.node(1, 1);
      const [from, to] = role === 'rs-n' ? [own(1), FOR] : [allocated, HOST];
      const packet = udp({ from, to, ports: [5000, 53] }, DATA);
      world.out(node, packet);
      for (const effect of world.effects) if (effect.kind === 'tunnel-set') world.tunnels.apply(effect);
      const out = node.channel.send(0x10, packet, world.now).flatMap((event) => {
        const opened =
          event.kind === 'send' ? world.tunnels.open(event.bytes, node.at, world.now) : undefined;
        return opened === undefined ? [] : [opened];
      });
      flood();
      const [passed] = out.map((packet) => see(packet));
      t.same([out.length, passed?.faults, passed?.payload.slice(8)], [1, [], DATA]);
    });

  t.test(`a node holds packets while a path is made, ${name}`, { skip }, (t) => {
    const two = twoWith(aeads);
    const [one, other] = two.ends;
    const plan = { candidates: [one.node.locals.slice(0, 1), other.node.locals.slice(0, 1)] } as const;
    two.plan(0, { ...plan, number: 1, lifetime: 1 });
    two.resolve(0);
    two.sim.run(20_000);
    t.equal(two.paths(0), 0, 'the name is known, the path has ended');
    two.plan(0, { ...plan, number: 2 });
    const sent = ([4, 6] as const).flatMap((version) =>
      [1, 2, 3].map((sequence) => {
        const [source, destination] = [one.virtual[version], other.virtual[version]];
        return echoRequest({ source, destination, id: version, sequence, data: DATA });
      }),
    );
    const since = other.node.delivered.length;
    for (const packet of sent) one.node.packet(packet);
    t.equal(one.node.role.counters()['table.held.size'], 6);
    for (let step = 0; step < 20; step++) {
      flood();
      two.sim.run(two.sim.now + 10);
    }
    t.same(other.node.delivered.slice(since), sent);
  });

  t.test(
    `a path's end keeps packets that wait for keys, and quotes what is too big, ${name}`,
    { skip },
    (t) => {
      const timers = { 'path-rekey': 2, 'key-lifetime-extra': 1 };
      const world = new World({ suite: 2, aeads, timers });
      world.run(20_000);
      for (const number of [1, 2, 3]) t.ok(world.say(1, number));
      for (let step = 0; step < 20; step++) {
        flood();
        world.run(20);
      }
      t.same(world.ends[0].delivered.map(numberOf), [1, 2, 3]);
      world.say(1, 4, { size: 3000 });
      flood();
      const [error] = world.ends[1].of('icmp').map(({ packet }) => readIp(packet));
      const quoted = error?.packet.subarray(error.payload + 8);
      t.same(quoted, udpPacket(VIRTUAL[1][4], VIRTUAL[0][4], 4, { size: 3000 }).subarray(0, 548));
    },
  );
}
