/**
 * A device behind an NTMA that knows nothing of NTMobile: a node reaches it by the virtual address that the NTMA has. DC,
 * NTMA and node are processes of their own, in network namespaces.
 */
import { clientConfigOf, dcConfigFor, fqdn, ntmaConfigOf } from '../../../reference/lab/balancer/configs.ts';
import t from '../../tap.ts';
import { makeNetwork } from './network.ts';
import { begin, giveResolvConf, until, whyNotWith } from './parties.ts';
import { makeSpaces, run, runIn } from './space.ts';
import { serveWeb } from './web.ts';

const skip = whyNotWith('curl', 'python3', 'getent', 'nft');
const PLACES = {
  dc: ['192.0.2.11/24', '2001:db8::d1/64'],
  ntma: ['192.0.2.80/24', '2001:db8::80/64'],
  client: ['192.0.2.101/24', '2001:db8::a1/64'],
};
/** Inside: the NTMA's host, and the device. */
const INSIDE = {
  4: { router: '10.0.1.1', device: '10.0.1.2', length: 24, any: '0.0.0.0' },
  6: { router: 'fdaa::1', device: 'fdaa::2', length: 64, any: '::' },
} as const;

function must({ status, text }: ReturnType<typeof run>): void {
  if (status !== 0) throw new Error(text);
}

/** The device's network, and what comes for the NTMA's virtual addresses goes there. */
function connect(ntma: string, device: string): void {
  must(
    run('ip', 'link', 'add', 'in0', 'netns', ntma, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', device),
  );
  for (const { router, device: own, length } of Object.values(INSIDE)) {
    for (const [space, link, address] of [
      [ntma, 'in0', router],
      [device, 'eth0', own],
    ] as const) {
      const flags = address.includes(':') ? ['nodad'] : [];
      must(runIn(space, 'ip', 'address', 'add', `${address}/${length}`, 'dev', link, ...flags));
      must(runIn(space, 'ip', 'link', 'set', link, 'up'));
    }
    must(runIn(device, 'ip', 'route', 'add', 'default', 'via', router));
  }
  must(runIn(ntma, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'));
}

t.test('a node reaches a device behind an NTMA by its virtual address', { skip }, async (t) => {
  const spaces = makeNetwork(PLACES, t.teardown);
  const { device } = makeSpaces(['device'], t.teardown);
  connect(spaces.ntma, device);
  for (const { any } of Object.values(INSIDE)) serveWeb(t, device, any);
  giveResolvConf(t, spaces.client, 'options timeout:2\n');
  const dc = begin(t, spaces.dc, dcConfigFor(['client1']));
  await dc.firstLine;
  const ntma = begin(t, spaces.ntma, ntmaConfigOf('ntma1'), '--tun', 'ntm0');
  const clientConfig = clientConfigOf('client1', ['192.0.2.101:4330', '[2001:db8::a1]:4330']);
  await begin(t, spaces.client, clientConfig, '--tun', 'ntm0', '--resolv-conf').firstLine;
  const show = ['ip', '-br', 'address', 'show', 'dev', 'ntm0'];
  for (const space of [spaces.ntma, spaces.client]) await until(space, show, '198.18.');
  const addressesOf = (space: string): Record<4 | 6, string> => {
    const found = runIn(space, ...show).text.match(/\S+(?=\/(32|128)\b)/g) ?? [];
    return {
      4: found.find((address) => address.startsWith('198.18.')) ?? '',
      6: found.find((address) => address.startsWith('fd00:')) ?? '',
    };
  };
  const [virtual, own] = [addressesOf(spaces.ntma), addressesOf(spaces.client)];
  const rules = `table inet inside {
  chain pre {
    type nat hook prerouting priority dstnat;
    ip daddr ${virtual[4]} dnat ip to ${INSIDE[4].device}
    ip6 daddr ${virtual[6]} dnat ip6 to ${INSIDE[6].device}
  }
}`;
  must(runIn(spaces.ntma, 'nft', rules));

  for (const version of [4, 6] as const) {
    const { text } = runIn(spaces.client, 'getent', `ahostsv${version}`, fqdn('ntma1'));
    t.equal(text.split(/\s/)[0], virtual[version], `IPv${version}: its name leads to its virtual address`);
    const host = version === 4 ? virtual[4] : `[${virtual[6]}]`;
    const words = ['-sS', '--max-time', '10', '--retry', '10', '--retry-connrefused', `http://${host}/`];
    const answer = runIn(spaces.client, 'curl', ...words);
    t.same(answer, { status: 0, text: own[version] }, 'the device answers, and sees the address of the node');
  }
  const back = runIn(device, 'ping', '-n', '-c', '1', '-W', '1', own[4]);
  t.equal(back.status, 1, 'what the device sends of its own accord has no virtual source, and goes nowhere');

  ntma.kill('SIGKILL');
  await ntma.ended;
  t.equal(runIn(spaces.ntma, 'ip', 'link', 'show', 'ntm0').status, 1, 'killed, it leaves no interface');
});
