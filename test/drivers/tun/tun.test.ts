/** A virtual interface, and programs of this host that know nothing of it, in a network namespace. */
import t from '../../tap.ts';
import { start } from '../program.ts';
import { makeSpaces, runIn, whyNot } from './space.ts';

const skip = whyNot();
const program = new URL('../programs/tun.ts', import.meta.url);

interface Interface {
  readonly addr_info: { readonly local: string; readonly prefixlen: number }[];
  readonly mtu: number;
}

t.test('pings go through, and addresses and routes are what they are to be', { skip }, async (t) => {
  const { host } = makeSpaces(['host'], t.teardown);
  const tun = start(program, [], 30_000, host);
  t.equal(await tun.firstLine, 'ntm0');
  const read = () => JSON.parse(runIn(host, 'ip', '-j', 'address', 'show', 'ntm0').text)[0] as Interface;
  const addresses = () => read().addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  const routeTo = (to: string) => runIn(host, 'ip', 'route', 'get', to).text.split('\n')[0]?.trim();
  t.equal(read().mtu, 1400);
  t.same(addresses(), [], 'no address by itself');

  await tun.tell({ addresses: ['198.18.1.1', 'fd00:1::1'], routes: [] });
  t.same(addresses(), ['198.18.1.1/32', 'fd00:1::1/128']);
  for (const to of ['198.18.2.1', 'fd00:2::1']) {
    const { status, text } = runIn(host, 'ping', '-n', '-c', '3', '-i', '0.05', '-W', '2', to);
    t.equal(status, 0, text);
    t.match(text, /3 received, 0% packet loss/);
  }
  t.equal(runIn(host, 'ping', '-n', '-c', '1', '192.0.2.1').status, 2, 'no way to what is not virtual');

  await tun.tell({
    addresses: ['198.18.1.7', '203.0.113.9'],
    routes: [{ to: '192.0.2.0/24', from: '203.0.113.9' }],
  });
  t.same(addresses(), ['198.18.1.7/32', '203.0.113.9/32']);
  t.match(routeTo('198.18.2.1'), /dev ntm0 src 198\.18\.1\.7 /);
  t.match(routeTo('192.0.2.1'), /dev ntm0 src 203\.0\.113\.9 /);
  t.equal(runIn(host, 'ping', '-n', '-c', '1', '-W', '2', '192.0.2.1').status, 0);

  await tun.tell({ addresses: [], routes: [] });
  t.same(addresses(), []);
  t.match(routeTo('198.18.2.1'), /unreachable/);
  tun.kill('SIGTERM');
  await tun.ended;
});

t.test('it is gone when the program is, however that ends', { skip }, async (t) => {
  const { host } = makeSpaces(['host'], t.teardown);
  for (const signal of ['SIGTERM', 'SIGKILL', 'end'] as const) {
    const tun = start(program, [], 30_000, host);
    t.equal(await tun.firstLine, 'ntm0', 'the first free name');
    if (signal === 'end') tun.end();
    else tun.kill(signal);
    const { status } = await tun.ended;
    t.equal(status, signal === 'end' ? 0 : null);
    t.equal(runIn(host, 'ip', 'link', 'show', 'ntm0').status, 1, signal);
  }
});
