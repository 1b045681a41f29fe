/** The half of a relay that runs in a device's driver, alone, between network namespaces. */
import type { Endpoint } from '../../../reference/address.ts';
import { parseEndpoint } from '../../../reference/address.ts';
import { XDP_PASS, XDP_TX } from '../../../reference/bpf/kernel.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import t, { runtime } from '../../tap.ts';
import { has, runIn, whyNot } from '../tun/space.ts';
import { aside, CN, datagram, MN, PATHS, ping, RS, SIZES } from './network.ts';
import type { PacketParts } from './packets.ts';
import { packet } from './packets.ts';

const python = has('python3') ? false : 'no python3 here, which sets features of devices';
const skip = runtime === 'node' ? whyNot() || python : 'as on Node';

t.test('the driver alone sends back what stays in its family', { skip }, async (t) => {
  const { mn, rs, program } = await aside(t);
  const relay = program('early', rs, 'eth0', ...RS);
  await relay.firstLine;
  // Its neighbour is none of those that a driver could ask for.
  for (const router of ['10.0.0.254', 'fd00::254']) runIn(rs, 'ping', '-c', '1', router);
  await relay.tell(PATHS.map(({ id, mn, cn }) => [id, MN[mn], CN[cn]]));
  for (const { id, mn: by, cn } of PATHS)
    for (const size of SIZES) {
      const answer = await ping(mn, id, by, size, by === cn ? 2000 : 100);
      const wanted = by === cn ? { by, bytes: datagram(id, size), from: RS[by] } : null;
      t.same(answer, wanted, `${MN[by]} to ${CN[cn]}, ${size} bytes`);
    }
  const bytes = SIZES.reduce((sum, size) => sum + size, 0);
  const counted = PATHS.map(({ mn, cn }) =>
    mn === cn ? Array(2).fill([SIZES.length, bytes]) : Array(2).fill([0, 0]),
  );
  t.same(JSON.parse(await relay.tell([])), counted, 'packets and bytes of each end');
});

type Left = readonly [what: string, parts: Partial<PacketParts>, macs?: string];

t.test('the driver, byte for byte', { skip }, async (t) => {
  const { rs, program } = await aside(t);
  const relay = program('early', rs, 'eth0', ...RS);
  await relay.firstLine;
  for (const router of ['10.0.0.254', 'fd00::254']) runIn(rs, 'ping', '-c', '1', router);
  await relay.tell(PATHS.map(({ id, mn, cn }) => [id, MN[mn], CN[cn]]));
  const run = async (parts: PacketParts, macs = '') => {
    const sent = macs.padEnd(24, '0') + toHex(packet(parts)).slice(24);
    return { sent, ...(JSON.parse(await relay.tell(sent)) as { verdict: number; packet: string }) };
  };
  const neighbour = macOf(runIn(rs, 'ip', 'neighbour', 'show', '10.0.0.254').text);
  const own = macOf(runIn(rs, 'ip', 'link', 'show', 'eth0').text);
  for (const { id, mn, cn } of PATHS) {
    const [from, to, other] = [at(MN[mn]), at(RS[mn]), at(CN[cn])];
    const right = { from, to, payload: fromHex(datagram(id, 61)), ttl: 64, trafficClass: 0xb9 };
    const gone = { ...right, from: to, to: other, ttl: 63 };
    const changes: Partial<PacketParts>[] =
      mn !== cn ? [] : [{}, { sumFault: 1 }, ...(mn === 0 ? [{ noChecksum: true }] : [])];
    for (const change of changes) {
      const { verdict, packet: out } = await run({ ...right, ...change });
      t.equal(verdict, XDP_TX, JSON.stringify(change));
      t.equal(out, neighbour + own + toHex(packet({ ...gone, ...change })).slice(24));
    }
    const left: readonly Left[] = [
      ['its last hop', { ttl: 1 }],
      ['another path', { payload: fromHex(datagram('77'.repeat(16), 61)) }],
      ['another source', { from: { ...from, port: 9 } }],
      ['another port of the relay', { to: { ...to, port: 9 } }],
      ['to a group of hosts', {}, 'ffffffffffff'],
      ...(mn === cn ? [] : [['another family out', {}] as const]),
    ];
    for (const [what, change, macs] of left) {
      const { sent, verdict, packet: out } = await run({ ...right, ...change }, macs);
      t.equal(verdict, XDP_PASS, what);
      t.equal(out, sent);
    }
  }
});

/** The first Ethernet address in what iproute2 says. */
function macOf(text: string): string {
  return /(?:lladdr|ether) (\S+)/.exec(text)?.[1]?.replaceAll(':', '') ?? '';
}

function at(text: string | undefined): Endpoint {
  return parseEndpoint(text ?? '') as Endpoint;
}
