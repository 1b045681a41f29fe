/** Nodes and hosts that run nothing of NTMobile, by relays that are tunnel ends. [RSN-01 to RSN-16, RST-01 to RST-11] */
import process from 'node:process';
import type { Ip } from '../../reference/address.ts';
import { parseIp } from '../../reference/address.ts';
import { GeneralWorld } from '../../reference/lab/general/world.ts';
import { NATS } from '../../reference/lab/places.ts';
import { Stream } from '../../reference/lab/stream.ts';
import { readTransport, UDP } from '../../reference/packet/transport.ts';
import t from '../tap.ts';

const isLong = process.env.NTM_LONG !== undefined;
const BYTES = isLong ? 400_000 : 60_000;
const WEB = 'web.example.com';
const WEB_ADDRESSES = ['192.0.2.200', '2001:db8::200'];

for (const version of [4, 6] as const) {
  t.test(`IPv${version}, RS-N: a TCP stream through five moves and NATs that reboot`, async (t) => {
    const world = new GeneralWorld(`general stream ${version}`, setImmediate, { policy: 'rs-n' });
    const { stack, ground } = world.general(WEB, ...WEB_ADDRESSES);
    const from = new Set<string>();
    ground.onSeen = (way, packet) => {
      const read = readTransport(packet);
      if (way === 'in' && read !== undefined) from.add(`${read.from.ip} ${read.from.port}`);
    };
    const home = world.places.behind('home', { ...world.places.home(), nat: NATS.PR });
    await world.start(home);
    const stream = new Stream(world.alice, stack, { name: WEB, version, bytes: BYTES, pace: BYTES / 100 });
    const moves = [home, ...(['SY', 'V6', 'G4', 'CE', 'DS'] as const).map((one) => world.places.make(one))];
    for (const place of moves.slice(1)) {
      await world.run(4000);
      world.move(place);
      await world.run(2000);
      for (const { gateway } of place.sites) gateway.reboot();
    }
    t.ok(await world.run(300_000, () => stream.isDone), `done after ${world.now()} ms`);
    t.equal(stream.failure, undefined);
    t.same([stream.there.wrongAt, stream.back.wrongAt], [undefined, undefined]);
    t.same([stream.there.place, stream.back.place], [BYTES, BYTES]);
    t.equal(from.size, 1, `the host sees one address and port: ${[...from].join(', ')}`);
  });
}

t.test('RS-T: payload and addresses unchanged, and packets from outside come in', async (t) => {
  const world = new GeneralWorld('general lent', setImmediate, { policy: 'rs-t' });
  const { stack, ground } = world.general('sip.example.com', ...WEB_ADDRESSES);
  await world.start(world.places.make('SY'));
  const to = { ip: parseIp('192.0.2.200') as Ip, port: 5060 };
  const seen: { from: string; data: string }[] = [];
  ground.onSeen = (way, packet) => {
    const read = readTransport(packet);
    if (way === 'in' && read?.protocol === UDP)
      seen.push({ from: `${read.from.ip}:${read.from.port}`, data: new TextDecoder().decode(read.data) });
  };
  const back: string[] = [];
  world.alice.listen(5060, { onData: (data) => back.push(new TextDecoder().decode(data)) });
  stack.listen(5060, { onData: (data, from) => stack.sendUdp(5060, from, data) });
  world.alice.sendUdp(5060, to, new TextEncoder().encode('first'));
  const lent = () => world.parties.alice.events('lent-address').at(-1)?.address;
  t.ok(await world.run(5000, () => lent() !== undefined), 'an address is lent');
  await world.run(1000);
  const words = `INVITE sip:bob@example.com SIP/2.0\r\nContact: <sip:alice@${lent()}:5060>\r\n\r\nc=IN IP4 ${lent()}\r\n`;
  world.alice.sendUdp(5060, to, new TextEncoder().encode(words));
  t.ok(await world.run(3000, () => back.includes(words)), 'it comes back as it was');
  t.same(seen.at(-1), { from: `${lent()}:5060`, data: words });
});
