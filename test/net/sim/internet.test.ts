import { formatEndpoint } from '../../../reference/address.ts';
import { synthesized } from '../../../reference/net/sim/nat64.ts';
import t from '../../tap.ts';
import { at } from '../addresses.ts';
import { bound, internet, PR, SY, sources, talker } from './bench.ts';

t.test('hosts of the Internet hear each other, none else does', async (t) => {
  const net = internet();
  const [a, b] = [await talker(net, 'a', net.realm), await talker(net, 'b', net.realm)];
  a.say('hello', b.local);
  b.say('to nobody', at('203.0.113.99:5000'));
  t.same(b.heard, [], 'not before time goes on');
  await net.time.run(1);
  t.same([b.heard, sources(b)], [['hello'], [formatEndpoint(a.local)]]);
  t.same(a.heard, []);
});

t.test('behind a NAT: the outside sees its address, answers come in, others do not', async (t) => {
  const net = internet();
  const home = net.site('home', { prefix4: '10.0.0.', nat: PR });
  const inside = await talker(net, 'inside', home.realm);
  const [one, two] = [await talker(net, 'one', net.realm), await talker(net, 'two', net.realm)];
  inside.say('hello', one.local);
  await net.time.run(1);
  const seen = one.from[0] ?? one.local;
  t.equal(seen.ip, home.gateway.nat?.outside);
  one.say('answer', seen);
  two.say('unasked', seen);
  one.say('direct', inside.local);
  await net.time.run(1);
  t.same(inside.heard, ['answer']);
});

t.test(
  'REQ-9: two behind one NAT by its outside address, if it hairpins, and with outside sources',
  async (t) => {
    for (const hairpin of [true, false]) {
      const net = internet();
      const home = net.site('home', { prefix4: '10.0.0.', nat: { ...PR, filtering: 'EIF', hairpin } });
      const [a, b] = [await talker(net, 'a', home.realm), await talker(net, 'b', home.realm)];
      const server = await talker(net, 'server', net.realm);
      for (const host of [a, b]) host.say('who am I', server.local);
      await net.time.run(1);
      const [seenA, seenB] = server.from;
      a.say('hello', seenB ?? b.local);
      await net.time.run(1);
      t.same([b.heard, sources(b)], hairpin ? [['hello'], [formatEndpoint(seenA ?? a.local)]] : [[], []]);
      a.say('by the way', b.local);
      await net.time.run(1);
      t.equal(b.heard.at(-1), 'by the way', 'on their own network they need no NAT');
    }
  },
);

t.test('two NATs in a row: each translates; two homes of one carrier need its hairpin', async (t) => {
  for (const hairpin of [true, false]) {
    const net = internet();
    const carrier = net.site('carrier', { prefix4: '100.64.0.', nat: { ...PR, hairpin } });
    const homes = ['x', 'y'].map((name) => net.site(name, { prefix4: '10.0.0.', nat: PR }, carrier.realm));
    const server = await talker(net, 'server', net.realm);
    const hosts = [];
    for (const [index, home] of homes.entries()) hosts.push(await talker(net, `host ${index}`, home.realm));
    const [a, b] = hosts as [(typeof hosts)[number], (typeof hosts)[number]];
    t.equal(a.local.ip, b.local.ip, 'both homes use the same addresses');
    for (const host of hosts) host.say('who am I', server.local);
    await net.time.run(1);
    const [seenA, seenB] = server.from as [typeof a.local, typeof a.local];
    t.same(new Set([seenA.ip, seenB.ip]), new Set([carrier.gateway.nat?.outside]));
    a.say('knock', seenB);
    b.say('knock', seenA);
    await net.time.run(1);
    a.say('hello', seenB);
    await net.time.run(1);
    t.same(b.heard.includes('hello'), hairpin);
    server.say('answer', seenA);
    await net.time.run(1);
    t.equal(a.heard.at(-1), 'answer');
  }
});

t.test('punching: two EIM NATs open for each other; a symmetric one and a PR one do not', async (t) => {
  for (const nat of [PR, SY]) {
    const net = internet();
    const homes = [
      net.site('x', { prefix4: '10.0.0.', nat }),
      net.site('y', { prefix4: '10.0.0.', nat: PR }),
    ];
    const server = await talker(net, 'server', net.realm);
    const [a, b] = [
      await talker(net, 'a', homes[0]?.realm ?? net.realm),
      await talker(net, 'b', homes[1]?.realm ?? net.realm),
    ];
    for (const host of [a, b]) host.say('who am I', server.local);
    await net.time.run(1);
    const [seenA = a.local, seenB = b.local] = server.from;
    for (let round = 0; round < 3; round++) {
      a.say(`${round}`, seenB);
      b.say(`${round}`, seenA);
      await net.time.run(10);
    }
    t.equal(a.heard.includes('2') && b.heard.includes('2'), nat === PR);
  }
});

t.test('IPv6: a firewall lets in what was asked for, from any depth', async (t) => {
  const net = internet();
  const outer = net.site('outer', { prefix6: '2001:db8:1:' });
  const inner = net.site('inner', { prefix6: '2001:db8:1:5:' }, outer.realm);
  const [a, b] = [await talker(net, 'a', inner.realm), await talker(net, 'b', net.realm, 6)];
  b.say('unasked', a.local);
  await net.time.run(1);
  a.say('hello', b.local);
  await net.time.run(1);
  t.same(sources(b), [formatEndpoint(a.local)], 'nothing is translated');
  b.say('answer', a.local);
  await net.time.run(1);
  t.same(a.heard, ['answer']);
});

t.test('NAT64: IPv4 hosts by synthesised addresses, and their answers from these', async (t) => {
  const net = internet();
  const site = net.site('six', { prefix6: '2001:db8:6:', nat64: PR });
  const inside = await talker(net, 'inside', site.realm);
  const four = await talker(net, 'four', net.realm, 4);
  const six = await talker(net, 'six host', net.realm, 6);
  const far = { ...four.local, ip: synthesized(four.local.ip) };
  inside.say('hello', far);
  inside.say('hello', six.local);
  await net.time.run(1);
  t.equal(four.from[0]?.ip, site.gateway.nat64?.outside);
  t.same(sources(six), [formatEndpoint(inside.local)]);
  four.say('answer', four.from[0] ?? four.local);
  await net.time.run(1);
  t.same([inside.heard, sources(inside)], [['answer'], [formatEndpoint(far)]]);
});

t.test('client isolation, UDP blocked, a NAT that reboots', async (t) => {
  const net = internet();
  const cafe = net.site('cafe', { prefix4: '10.0.0.', isIsolated: true, nat: { ...PR, ports: 'next' } });
  const [a, b] = [await talker(net, 'a', cafe.realm), await talker(net, 'b', cafe.realm)];
  const server = await talker(net, 'server', net.realm);
  a.say('hello', b.local);
  a.say('hello', server.local);
  await net.time.run(1);
  t.same([b.heard, server.heard], [[], ['hello']]);
  cafe.gateway.reboot();
  server.say('lost', server.from[0] ?? a.local);
  a.say('again', server.local);
  await net.time.run(1);
  t.same(a.heard, []);
  t.equal(new Set(sources(server)).size, 2);
  cafe.gateway.blocksUdp = true;
  a.say('blocked', server.local);
  await net.time.run(1);
  t.notOk(server.heard.includes('blocked'));
});

t.test('a host that moves has other addresses; what was bound before is dead', async (t) => {
  const net = internet();
  const home = net.site('home', { prefix4: '10.0.0.', prefix6: '2001:db8:1:', nat: PR });
  const a = await talker(net, 'a', net.realm, 4);
  const server = await talker(net, 'server', net.realm, 4);
  const told: string[][] = [];
  a.host.onAddresses = (addresses) => told.push([...addresses]);
  a.host.move('eth', home.realm);
  t.same(told, [['10.0.0.2', '2001:db8:1::2']]);
  a.say('from nowhere', server.local);
  server.say('to nowhere', a.local);
  await net.time.run(1);
  t.same([a.heard, server.heard], [[], []]);
  const moved = await bound(a.host, { ip: a.host.addresses[0] ?? a.local.ip, port: 5000 });
  moved.say('here I am', server.local);
  await net.time.run(1);
  t.same(server.heard, ['here I am']);
  await t.rejects(bound(a.host, a.local), { message: `${a.local.ip} is not an address of a` });
  await t.rejects(bound(a.host, moved.local), /is in use/);
  a.host.pull('eth');
  moved.say('unplugged', server.local);
  await net.time.run(1);
  t.same(server.heard, ['here I am']);
});

t.test('links: delay, loss, copies; what is too large is told of, or a black hole', async (t) => {
  const net = internet();
  const [a, b] = [await talker(net, 'a', net.realm, 4), await talker(net, 'b', net.realm, 4)];
  a.host.link('eth').set({ delayMin: 20 });
  b.host.link('eth').set({ delayMin: 10 });
  a.say('slow', b.local);
  t.notOk(await net.time.run(29, () => b.heard.length > 0));
  t.ok(await net.time.run(1, () => b.heard.length > 0));
  a.host.link('eth').set({ loss: 0.5, duplicate: 0.5 });
  for (let index = 0; index < 200; index++) a.say(`${index}`, b.local);
  await net.time.run(100);
  const others = new Set(b.heard.slice(1));
  t.ok(others.size > 70 && others.size < 130, `${others.size} of 200 came`);
  t.ok(b.heard.length > others.size + 20, 'some of them twice');
  for (const oversize of ['told', 'dropped'] as const) {
    a.host.link('eth').set({});
    b.host.link('eth').set({ mtu: 1280, oversize });
    b.heard.length = 0;
    const word = oversize.padEnd(1300, '.');
    a.say(word, b.local);
    await net.time.run(1);
    a.say(word, b.local);
    await net.time.run(1);
    t.same(b.heard, oversize === 'told' ? [word] : [], 'from then on in pieces');
    a.host.plug('eth', net.realm);
  }
  b.host.link('eth').isDown = true;
  a.say('unplugged', b.local);
  await net.time.run(1);
  t.notOk(b.heard.includes('unplugged'));
});
