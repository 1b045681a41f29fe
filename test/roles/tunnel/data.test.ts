import type { Ip } from '../../../reference/address.ts';
import { readIp } from '../../../reference/packet/ip.ts';
import { seeded } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Plan } from './ends.ts';
import { A, B, PATH, VIRTUAL, World } from './ends.ts';
import { numberOf, udpPacket } from './packets.ts';

/** Runs until both ends carry data. */
function up(plan: Plan = {}): World {
  const world = new World(plan);
  world.run(200);
  return world;
}

function numbers(world: World, at: 0 | 1): number[] {
  return world.ends[at].delivered.map(numberOf);
}

for (const suite of [1, 2] as const) {
  for (const relay of [false, true]) {
    t.test(
      `suite ${suite}, ${relay ? 'by an RS-S' : 'direct'}: 30 % loss, any order, and duplicates`,
      (t) => {
        const world = new World({ suite, relay }, 5);
        world.run(400);
        const next = seeded(77);
        const isData = (bytes: Uint8Array): boolean => bytes[1] === 0x10;
        let lost = 0;
        world.sim.fate = ({ bytes, to }) => {
          if (next() < (relay ? 0.16 : 0.3)) {
            if (isData(bytes) && to === B) lost++;
            return [];
          }
          const delay = 5 + Math.floor(next() * 80);
          return next() < 0.1 ? [delay, delay + 7] : [delay];
        };
        const sent: number[] = [];
        for (let number = 1; number <= 1000; number++) {
          if (world.say(0, number, { version: number % 2 === 0 ? 4 : 6 })) sent.push(number);
          world.say(1, number);
          world.run(10);
        }
        world.run(500);
        const came = numbers(world, 1);
        t.equal(new Set(came).size, came.length, 'none twice');
        t.same(
          [...came].sort((a, b) => a - b),
          sent.filter((number) => came.includes(number)),
        );
        if (!relay) t.equal(came.length, sent.length - lost, 'all that the network did not lose');
        t.ok(came.length > 600 && sent.length === 1000);
        t.ok(
          came.some((number, index) => number < (came[index - 1] ?? 0)),
          'not in their order',
        );
        t.same(
          world.ends.map((end) => end.of('lost').length),
          [0, 0],
        );
      },
    );
  }
}

t.test('keys are renewed under traffic, and no packet is lost for it', (t) => {
  const world = up({ timers: { 'path-rekey': 2 } });
  const next = seeded(3);
  world.sim.fate = () => [10 + Math.floor(next() * 40)];
  for (let number = 1; number <= 500; number++) {
    world.say((number % 2) as 0 | 1, number);
    world.run(20);
  }
  world.run(200);
  t.equal(numbers(world, 0).length + numbers(world, 1).length, 500);
  const confirmed = world.ends[0].of('confirmed').length;
  t.ok(confirmed >= 4 && confirmed <= 6, `${confirmed} handshakes in 10 s`);
  t.same(
    world.ends.map((end) => end.of('lost').length),
    [0, 0],
  );
  const openers = world.sim.sent.filter(({ bytes }) => bytes[1] === 0x0b).map(({ from }) => from);
  t.ok(
    openers.every((from) => from === A),
    'by the end that opened first',
  );
});

t.test('keys that expired in silence are made anew, and what waited for them goes', (t) => {
  const world = up({ timers: { 'path-rekey': 2, 'key-lifetime-extra': 1 } });
  world.run(20_000);
  for (const number of [1, 2, 3]) t.ok(world.say(1, number));
  world.run(500);
  t.same(numbers(world, 0), [1, 2, 3]);
  world.run(20_000);
  world.sim.fate = () => [];
  t.ok(world.say(1, 4));
  world.run(6000);
  world.sim.fate = () => [10];
  world.run(10_000);
  t.notOk(numbers(world, 0).includes(4), 'after 5 s it is dropped');
});

t.test('an inner packet of another source, for another destination, or none is refused', (t) => {
  const world = up();
  const { tunnel } = world.ends[0];
  const wrong: readonly (readonly [string, Uint8Array])[] = [
    ['inner-source', udpPacket('198.18.0.9' as Ip, VIRTUAL[1][4], 1)],
    ['inner-destination', udpPacket(VIRTUAL[0][4], '198.18.0.9' as Ip, 1)],
    ['inner-length', udpPacket(VIRTUAL[0][4], VIRTUAL[1][4], 1).subarray(0, 99)],
  ];
  const carrier = tunnel.carrier;
  for (const [, packet] of wrong) t.equal(carrier.seal(packet, world.sim.now), undefined, 'nor is it sent');
  const mark = world.sim.sent.length;
  for (const [, packet] of wrong) world.ends[0].packet(packet);
  t.equal(world.sim.sent.length, mark);
  t.same(PATH.length, 16);
});

t.test('a packet that is larger than the route takes', (t) => {
  const world = up();
  world.say(0, 1);
  world.run(100);
  t.ok(world.say(0, 2, { size: 1400 }), 'IPv4, all of it');
  t.ok(world.say(0, 3, { size: 1400, version: 6 }));
  world.run(100);
  t.same(numbers(world, 1), [1, 2, 3]);
  world.say(0, 4, { size: 1401 });
  world.say(0, 5, { size: 1401, version: 6 });
  const errors = world.ends[0].of('icmp').map(({ packet }) => readIp(packet));
  t.same(
    errors.map((error) => [error?.version, error?.packet[error.payload], mtuOf(error)]),
    [
      [4, 3, 1400],
      [6, 2, 1400],
    ],
  );
  const fragmented = udpPacket(VIRTUAL[0][4], VIRTUAL[1][4], 6, { size: 2000, isWhole: false });
  world.ends[0].packet(fragmented);
  world.run(100);
  t.same(
    world.ends[1].delivered.slice(3).map((packet) => packet.length),
    [1396, 624],
    'IPv4 without DF is cut',
  );
});

t.test('errors about large packets come at a limited rate', (t) => {
  const world = up();
  for (let number = 0; number < 100; number++) world.say(0, number, { size: 3000 });
  t.equal(world.ends[0].of('icmp').length, 16);
  world.run(1100);
  world.say(0, 1, { size: 3000 });
  t.equal(world.ends[0].of('icmp').length, 17);
});

/** What an error says would fit. */
function mtuOf(error: ReturnType<typeof readIp>): number {
  if (error === undefined) return -1;
  return new DataView(error.packet.buffer, error.packet.byteOffset).getUint16(error.payload + 6);
}

/** Sizes of the probing requests of the first end that are padded. */
function sizeProbes(world: World): number[] {
  return world.sim.sent
    .filter(({ from, bytes }) => from === A && bytes[1] === 0x0d && bytes.length > 200)
    .map(({ bytes }) => bytes.length);
}

t.test('size probes: begun by data, 1280 first, again every 600 s while there is data', (t) => {
  const world = up({ lifetime: 7_000_000 });
  world.run(5000);
  t.same(sizeProbes(world), [], 'not without data');
  world.say(0, 1);
  world.run(1000);
  t.same(sizeProbes(world), [1324, 1444]);
  const begin = world.sim.now;
  while (world.sim.now < begin + 1_300_000) {
    world.say(0, 2);
    world.run(5000);
  }
  t.same(sizeProbes(world), [1324, 1444, 1444, 1444], 'of the size in use');
});

t.test('a route that 1400 bytes do not come through, then 1280 not either, then all again', (t) => {
  const world = up({ lifetime: 9_000_000 });
  let most = 1400;
  world.sim.fate = ({ bytes, to }) => (to === B && bytes.length > most ? [] : [10]);
  const talk = (time: number): void => {
    for (const end = world.sim.now + time; world.sim.now < end; ) {
      world.say(0, 1);
      world.say(1, 1);
      world.run(1000);
    }
  };
  const tooBig = (size: number, version: 4 | 6 = 4): number | undefined => {
    const before = world.ends[0].of('icmp').length;
    world.say(0, 7, { size, version });
    const error = world.ends[0].of('icmp')[before];
    return error && mtuOf(readIp(error.packet));
  };
  talk(10_000);
  t.same([tooBig(1280), tooBig(1281)], [undefined, 1280]);
  most = 1200;
  talk(700_000);
  t.same([tooBig(1152), tooBig(1153), tooBig(1280, 6), tooBig(1281, 6)], [undefined, 1152, undefined, 1280]);
  t.same(world.ends[0].of('lost'), []);
  most = 3000;
  talk(700_000);
  t.same([tooBig(1400), tooBig(1401, 6)], [undefined, 1400]);
});
