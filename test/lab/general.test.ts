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

/** A SIP user agent's words about itself, and what its peer sees of it. */
async function invited(
  policy: 'rs-n' | 'rs-t',
): Promise<{ readonly source: string; readonly contact: string }> {
  const world = new GeneralWorld(`general invited ${policy}`, setImmediate, { policy });
  const { ground } = world.general('sip.example.com', ...WEB_ADDRESSES);
  await world.start(world.places.make('PR'));
  let seen = { source: '', contact: '' };
  ground.onSeen = (way, packet) => {
    const read = readTransport(packet);
    const text = read?.protocol === UDP ? new TextDecoder().decode(read.data) : '';
    const contact = /Contact: <sip:alice@(.*):5060>/.exec(text)?.[1];
    if (way === 'in' && read !== undefined && contact !== undefined) seen = { source: read.from.ip, contact };
  };
  const ip = policy === 'rs-t' ? (WEB_ADDRESSES[0] as Ip) : await resolved(world, 'sip.example.com');
  // The application writes into its messages what address it believes to have.
  const invite = (): void => {
    const own = world.parties.alice.addressFor(ip);
    const words = `INVITE sip:bob@example.com SIP/2.0\r\nContact: <sip:alice@${own}:5060>\r\n`;
    world.alice.sendUdp(5060, { ip, port: 5060 }, new TextEncoder().encode(words));
  };
  invite();
  await world.run(3000);
  invite();
  await world.run(1000);
  return seen;
}

async function resolved(world: GeneralWorld, name: string): Promise<Ip> {
  let found: Ip | undefined;
  void world.alice.resolve(name, 4).then((ip) => {
    found = ip;
  });
  await world.run(5000, () => found !== undefined);
  if (found === undefined) throw new Error(`no address of ${name}`);
  return found;
}

t.test(
  'SIP: by RS-N what a message says of its sender is not what the peer sees, by RS-T it is',
  async (t) => {
    const translated = await invited('rs-n');
    t.equal(translated.source, '192.0.2.71');
    t.match(translated.contact, /^198\.18\.1\./, 'a virtual address, where nobody can answer');
    const transparent = await invited('rs-t');
    t.match(transparent.source, /^192\.0\.2\.10[12]$/);
    t.equal(transparent.contact, transparent.source);
  },
);

t.test('RS-N: what nobody inside has asked for stays outside', async (t) => {
  const world = new GeneralWorld('general uninvited', setImmediate, { policy: 'rs-n' });
  const { stack } = world.general(WEB, ...WEB_ADDRESSES);
  const other = world.general('other.example.com', '192.0.2.201');
  await world.start(world.places.make('PR'));
  const ip = await resolved(world, WEB);
  const came: string[] = [];
  world.alice.listen(5000, { onData: (data) => came.push(new TextDecoder().decode(data)) });
  let outside: { ip: Ip; port: number } | undefined;
  stack.listen(5000, {
    onData: (_, from) => {
      outside = from;
      stack.sendUdp(5000, from, new TextEncoder().encode('answer'));
    },
  });
  world.alice.sendUdp(5000, { ip, port: 5000 }, new TextEncoder().encode('question'));
  t.ok(await world.run(3000, () => came.length > 0));
  t.ok(outside, 'the host saw it');
  if (outside === undefined) return;
  other.stack.sendUdp(5000, outside, new TextEncoder().encode('from a stranger'));
  stack.sendUdp(5001, { ...outside, port: outside.port + 1 }, new TextEncoder().encode('elsewhere'));
  await world.run(1000);
  t.same(came, ['answer']);
  const refused = (['rsn1', 'rsn2'] as const).map((name) => world.parties[name].counter('refused.mapping'));
  t.equal(Math.max(...refused), 2);
});

t.test('RS-N: when it is lost its connections end by a reset, and new ones go by another', async (t) => {
  const world = new GeneralWorld('general lost', setImmediate, { policy: 'rs-n' });
  const { stack } = world.general(WEB, ...WEB_ADDRESSES);
  await world.start(world.places.make('PR'));
  const first = new Stream(world.alice, stack, { name: WEB, version: 4, bytes: BYTES, pace: 100 });
  await world.run(3000);
  t.ok(first.back.place > 0, 'it flows');
  const used = world.parties.rsn1.counter('table.paths.size') > 0 ? 'rsn1' : 'rsn2';
  await world.parties[used].kill();
  const began = world.now();
  t.ok(await world.run(30_000, () => first.failure !== undefined), 'the application is told');
  t.equal(first.failure, 'reset');
  t.comment(`after ${world.now() - began} ms`);
  const second = new Stream(world.alice, stack, { name: WEB, version: 4, bytes: 1000, pace: 1000 });
  t.ok(await world.run(20_000, () => second.isDone), 'and can connect again');
  t.equal(second.back.place, 1000);
});
