/** Section 4.5: limits by rate let no burst through, wherever it falls. */
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import type { World } from '../../world.ts';
import { bound } from '../nodes.ts';
import { sendOpaque } from '../relayed.ts';
import { exactNetwork, newLeg, openLeg, RS_S, RS_S_CONFIGURED, withBitFlipped } from '../steps.ts';

/** What a limit let through was dealt with between these instants. */
interface Passed {
  readonly from: number;
  readonly to: number;
}

interface Flow {
  /** So many a second. */
  readonly limit: number;
  send(): void;
  /** All that passed so far, in its order. */
  passed(): Promise<readonly Passed[]>;
}

/** Datagrams come in bursts, so that they are soon more than the limit; milliseconds. */
const STEP = 30;
const STEPS_OF_LIMIT = 4;
/** A limit that counts anew with each second does so once in the first flood; the second one begins before it does again. */
const FIRST = 1300;
const PAUSE = 850;
const SECOND = 400;
/** The failure that reaches the limit of DOS-03 was tried. */
const SPARE = 1;
/** After it nothing is used up any more. */
const REFILLED = 1100;
const WAITS = FIRST + PAUSE + SECOND;

/** What a host that is not busy keeps to, milliseconds; and how often it gets another chance. */
const GAP = 90;
const ROUNDS = 3;

/**
 * Sends more than a limit lets through until it lets through again, and once more around the end of the second that
 * began there; again if the host was too slow for that. Judges that in no time t more than n × (t + 1) passed.
 */
async function checkWindows(world: World, flow: Flow, requirement: string): Promise<void> {
  for (let round = 1; !(await isInTime(world, flow)) && round < ROUNDS; round++) await world.sleep(REFILLED);
  const all = [...(await flow.passed())].sort((a, b) => a.to - b.to);
  for (const { from } of all) {
    let count = 0;
    for (const one of all) {
      if (one.from < from) continue;
      count++;
      const ms = one.to - from;
      const most = Math.floor(flow.limit * (ms / 1000 + 1)) + SPARE;
      if (count <= most) continue;
      world.stage.violated(`at most ${most} in ${Math.round(ms)} ms`, `${count}`, { requirement });
    }
  }
  if (all.length >= flow.limit) return;
  world.stage.violated(`${flow.limit} or more`, `${all.length}`, { requirement, timedOut: true });
}

/** One round. @returns whether all was sent, and dealt with, when it should be */
async function isInTime(world: World, { limit, send, passed }: Flow): Promise<boolean> {
  let slowest = 0;
  const before = (await passed()).length;
  const flood = async (ms: number, isOver: (count: number) => boolean) => {
    const end = world.net.now() + ms;
    for (let began = world.net.now(); began < end && !isOver((await passed()).length); ) {
      for (let i = 0; i < limit / STEPS_OF_LIMIT; i++) send();
      await world.sleep(STEP);
      slowest = Math.max(slowest, world.net.now() - began);
      began = world.net.now();
    }
  };
  await world.stage.byTheClock(() => flood(FIRST, (count) => count > before + limit));
  const pausedAt = world.net.now();
  await world.sleep(PAUSE);
  slowest = Math.max(slowest, world.net.now() - pausedAt - PAUSE);
  await world.stage.byTheClock(() => flood(SECOND, () => false));
  for (const { from, to } of (await passed()).slice(before)) slowest = Math.max(slowest, to - from);
  return slowest <= GAP;
}

const PACKETS = 20;
const FAILURES = 20;
/** KEY-12 */
const OPENINGS = 8;

export const WINDOW_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.rate-windows',
    title: 'Of one source a leg takes 8 new openings in any second, not 16 around the end of one.',
    clauses: ['GEN-29', 'KEY-12'],
    catches: 'A count that begins anew with each second.',
    waits: WAITS,
    async script(world) {
      exactNetwork(world);
      const { nodePeer, leg } = await newLeg(world);
      const flow: Flow = {
        limit: OPENINGS,
        send: () => nodePeer.sendOpening(leg),
        passed: () => {
          const { entries } = world.stage.transcript;
          const sent = new Map<Uint8Array | undefined, number>();
          for (const entry of entries) if (entry.kind === 'sent') sent.set(entry.sent.bytes, entry.sent.at);
          const answers = nodePeer.inbox.filter(({ type }) => type === MessageType.openingResponse);
          return Promise.resolve(
            answers.map(({ attempt, at }) => ({ from: sent.get(attempt?.message1) ?? at, to: at })),
          );
        },
      };
      await checkWindows(world, flow, 'GEN-29, KEY-12: of each source 8 openings a second.');
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.forward.rates-windows',
    title:
      'A path gets as many datagrams as configured in any second, not twice as many around the end of one.',
    clauses: ['GEN-29', 'RS-14'],
    catches: 'A count that begins anew with each second.',
    waits: WAITS,
    async script(world) {
      exactNetwork(world);
      const { a, b } = await bound(world, { limits: { packetsPerSecond: PACKETS } });
      const sent = new Map<string, number>();
      const flow: Flow = {
        limit: PACKETS,
        send: () => sent.set(keyOf(sendOpaque(world, a)), world.net.now()),
        passed: () =>
          Promise.resolve(
            b.peer.inbox.flatMap(({ bytes, at }) => {
              const from = sent.get(keyOf(bytes));
              return from === undefined ? [] : [{ from, to: at }];
            }),
          ),
      };
      await checkWindows(world, flow, `GEN-29, RS-14: ${PACKETS} datagrams a second.`);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.dos.rate-windows',
    title:
      'Of one address as many datagrams as configured fail in any second, not twice as many around the end of one.',
    clauses: ['GEN-29', 'DOS-03'],
    needs: ['two-sources'],
    catches: 'A count that begins anew with each second.',
    waits: WAITS,
    async script(world) {
      exactNetwork(world);
      const limits = { perSourcePerSecond: FAILURES };
      const { rs, nodePeer, leg } = await openLeg(world, { limits }, { source: 1 });
      const failed: Passed[] = [];
      const before = (await rs.counters())['refused.tag'] ?? 0;
      let looked = world.net.now();
      const flow: Flow = {
        limit: FAILURES,
        send: () => {
          const good = leg.seal(MessageType.probeRequest, new Uint8Array(0));
          const intent = silentFault('another tag', 'tag');
          nodePeer.send(withBitFlipped(good, 8 * good.length - 1), undefined, { channel: leg, intent });
        },
        async passed() {
          const from = looked;
          looked = world.net.now();
          const count = ((await rs.counters())['refused.tag'] ?? 0) - before;
          const to = world.net.now();
          while (failed.length < count) failed.push({ from, to });
          return failed;
        },
      };
      await checkWindows(world, flow, `GEN-29, DOS-03: ${FAILURES} failures a second.`);
      // So that what follows is served.
      await world.sleep(1000);
      world.status(
        await nodePeer.probe(leg),
        Status.ok,
        'GEN-29: a second later the address is let in again.',
      );
    },
  }),
];

function keyOf(bytes: Uint8Array): string {
  return bytes.join();
}
