/** Section 9.4: rates of a path. */
import { sameBytes } from '../../../reference/bytes.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedNode } from '../../played/node.ts';
import { takeBytes } from '../../played/node.ts';
import type { World } from '../../world.ts';
import { bound, directed } from '../nodes.ts';
import { checkForwarded, sendOpaque } from '../relayed.ts';
import { exactNetwork, RS_S_CONFIGURED } from '../steps.ts';

const PACKETS = 40;
const SIZE = 200;
/** As many as are held, and a rate below that. [RSS-03] */
const HELD = 4;
const FEW = 2;
const WITHIN = 'GEN-29: so many are within the rate.';

interface Rates {
  readonly limits: Readonly<Record<string, number>>;
  /** Bytes of each datagram. */
  readonly size: number;
  /** Datagrams a second that the limit comes to. */
  readonly rate: number;
}

/** How many of these came to a node. */
async function count(to: PlayedNode, sent: readonly Uint8Array[]): Promise<number> {
  let came = 0;
  for (const datagram of sent) if ((await takeBytes(to.peer, datagram, 0)) !== undefined) came++;
  return came;
}

/** What is within the rate comes, what is beyond does not, and another path loses nothing. */
async function checkRates(world: World, { limits, size, rate }: Rates): Promise<void> {
  const { rs, a, b } = await bound(world, { limits });
  const other = await bound(world, { limits });
  // Both directions count together.
  const began = world.net.now();
  const there = Array.from({ length: rate / 2 }, () => sendOpaque(world, a, { size }));
  const back = Array.from({ length: rate / 2 }, () => sendOpaque(world, b, { size }));
  const within = 'GEN-29: no more than n arrived in the second before.';
  // Copies that a network makes count too, and what it loses cannot come.
  if (!world.impaired) {
    for (const datagram of there) world.came(await b.takeRelayed(datagram), 'each within the rate', within);
    for (const datagram of back) world.came(await a.takeRelayed(datagram), 'each within the rate', within);
  }
  const flood = Array.from({ length: 3 * rate }, () => sendOpaque(world, a, { size }));
  await checkForwarded(world, other.a, other.b, 'RS-14: other paths lose nothing by it.');
  await checkForwarded(world, other.b, other.a, 'RS-14: other paths lose nothing by it.');
  const taken = world.impaired ? (await count(b, there)) + (await count(a, back)) : rate;
  const came = taken + (await count(b, flood));
  // From the first that was sent to the last that came.
  const seconds = (world.net.now() - began) / 1000;
  const most = Math.ceil(rate * (seconds + 1));
  world.check(came <= most, `at most ${most} datagrams in ${seconds.toFixed(2)} s`, `${came} came`);
  const refused = (await rs.counters())['refused.relay-rate'] ?? 0;
  const lost = rate + flood.length - came;
  const requirement = 'RS-14: what exceeds the rate is discarded and counted.';
  world.check(world.impaired || refused === lost, `refused.relay-rate ${lost}`, `${refused}`, requirement);
}

export const RATE_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.forward.rates',
    title: 'A path gets as many datagrams a second as configured, both directions together, and no more.',
    clauses: ['RS-14', 'GEN-29', 'GEN-17'],
    catches: 'No limit, one for each direction or for all paths, or one that refuses what is within it.',
    script: (world) =>
      checkRates(world, { limits: { packetsPerSecond: PACKETS }, size: SIZE, rate: PACKETS }),
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.forward.rates-bytes',
    title: 'A path gets as many bytes a second as configured, both directions together, and no more.',
    clauses: ['RS-14', 'GEN-29', 'GEN-17'],
    catches: 'A limit on datagrams alone, or bytes that are counted otherwise than by the UDP payload.',
    script: (world) =>
      checkRates(world, { limits: { bytesPerSecond: PACKETS * SIZE }, size: SIZE, rate: PACKETS }),
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.forward.rates-held',
    title: 'What was held counts in the rates of its path when it is sent on.',
    clauses: ['RS-14', 'RSS-03', 'GEN-29'],
    catches: 'A way around the rates: datagrams for a leg that is not valid yet.',
    async script(world) {
      exactNetwork(world);
      const { rs, a, b } = await directed(world, { limits: { packetsPerSecond: FEW } });
      await a.openLeg();
      const held = Array.from({ length: HELD }, () => sendOpaque(world, a));
      world.status(await a.peer.probe(a.leg), Status.ok);
      const began = world.net.now();
      await b.openLeg();
      const isHeld = ({ bytes }: Received) => held.some((datagram) => sameBytes(datagram, bytes));
      const enough = () => (b.peer.inbox.filter(isHeld).length >= FEW ? true : undefined);
      if ((await world.stage.until(enough)) === undefined)
        world.stage.violated(`${FEW} or more`, 'fewer', { requirement: WITHIN, timedOut: true });
      world.status(await b.peer.probe(b.leg), Status.ok);
      const came = await count(b, held);
      const most = Math.floor(FEW * ((world.net.now() - began) / 1000 + 1));
      world.check(came <= most, `at most ${most} of ${HELD} that were held`, `${came} came`);
      const refused = (await rs.counters())['refused.relay-rate'] ?? 0;
      world.check(refused === HELD - came, `refused.relay-rate ${HELD - came}`, `${refused}`);
    },
  }),
];
