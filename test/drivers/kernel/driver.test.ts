/** The half of a relay that runs in a device's driver, alone, between network namespaces. */
import type { Endpoint } from '../../../reference/address.ts';
import { parseEndpoint } from '../../../reference/address.ts';
import { XDP_DROP, XDP_PASS, XDP_TX } from '../../../reference/bpf/kernel.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import type { T } from '../../tap.ts';
import t, { runtime } from '../../tap.ts';
import type { Started } from '../program.ts';
import { has, runIn, whyNot } from '../tun/space.ts';
import type { Sides } from './network.ts';
import { aside, CN, datagram, MN, PATHS, ping, RS, SIZES } from './network.ts';
import type { PacketParts } from './packets.ts';
import { packet } from './packets.ts';

const lacking = ['python3', 'ping'].filter((program) => !has(program));
const without = lacking.length > 0 && `no ${lacking.join(', no ')} here`;
const skip = runtime === 'node' ? whyNot() || without : 'as on Node';

interface Driver extends Sides {
  readonly relay: Started;
}

/** A relay's driver that has all paths, and knows its neighbours, whom it could not ask for. */
async function driver(t: T, packetsPerSecond = 0): Promise<Driver> {
  const sides = await aside(t);
  const relay = sides.program('early', sides.rs, 'eth0', `${packetsPerSecond}`, ...RS);
  await relay.firstLine;
  for (const router of ['10.0.0.254', 'fd00::254'])
    t.equal(runIn(sides.rs, 'ping', '-c', '1', '-w', '20', router).status, 0);
  await relay.tell(PATHS.map(({ id, mn, cn }) => [id, MN[mn], CN[cn]]));
  return { ...sides, relay };
}

t.test('the driver alone sends back what stays in its family', { skip }, async (t) => {
  const { mn, relay } = await driver(t);
  for (const { id, mn: by, cn } of PATHS)
    for (const size of SIZES) {
      const answer = await ping(mn, id, by, size, by === cn ? 2000 : 100);
      const wanted = by === cn ? { by, bytes: datagram(id, size), from: RS[by] } : null;
      t.same(answer, wanted, `${MN[by]} to ${CN[cn]}, ${size} bytes`);
    }
  const bytes = SIZES.reduce((sum, size) => sum + size, 0);
  const counted = PATHS.map(({ mn, cn }) =>
    mn === cn ? Array(2).fill([SIZES.length, bytes, 0]) : Array(2).fill([0, 0, 0]),
  );
  t.same(JSON.parse(await relay.tell([])), counted, 'packets, bytes and refusals of each end');
});

type Left = readonly [what: string, parts: Partial<PacketParts>, macs?: string];

t.test('the driver, byte for byte', { skip }, async (t) => {
  const { rs, relay } = await driver(t);
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

t.test('the driver holds a path to its rate, and counts what it drops', { skip }, async (t) => {
  const { relay } = await driver(t, 1);
  const [path] = PATHS;
  const sent = toHex(
    packet({ from: at(MN[0]), to: at(RS[0]), payload: fromHex(datagram(path?.id ?? '', 60)) }),
  );
  const verdicts: number[] = [];
  // A host that takes a second for each has none dropped.
  while (verdicts.length < 50 && !verdicts.includes(XDP_DROP))
    verdicts.push((JSON.parse(await relay.tell(sent)) as { verdict: number }).verdict);
  t.same([verdicts[0], verdicts.at(-1)], [XDP_TX, XDP_DROP]);
  const gone = verdicts.filter((verdict) => verdict === XDP_TX).length;
  const [counted] = JSON.parse(await relay.tell([])) as number[][][];
  t.same(counted, [
    [gone, 60 * gone, 1],
    [0, 0, 0],
  ]);
});

/** The first Ethernet address in what iproute2 says. */
function macOf(text: string): string {
  return /(?:lladdr|ether) (\S+)/.exec(text)?.[1]?.replaceAll(':', '') ?? '';
}

function at(text: string | undefined): Endpoint {
  return parseEndpoint(text ?? '') as Endpoint;
}
