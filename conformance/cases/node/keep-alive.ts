/** Section 10.6: how associations, legs and routes are kept open. */
import { toHex } from '../../../reference/bytes.ts';
import type { Instant } from '../../../reference/core.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { bytesField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { PlayedNode } from '../../played/node.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { probeOn } from '../nodes.ts';
import { exactNetwork } from '../steps.ts';
import { withRelay } from './openings.ts';
import { onDirect } from './route-steps.ts';
import type { OnPath } from './steps.ts';
import {
  checkDelivers,
  checkSends,
  farEnd,
  forgetAll,
  LATE,
  NODE,
  NODE_USED,
  openPath,
  packetFrom,
  packetTo,
  registered,
} from './steps.ts';

/** TUN-08: of a live path, milliseconds. */
const KEEP_ALIVE_MIN = 20_000;
const KEEP_ALIVE_MAX = 25_000;
/** How far the node's clock is moved at a time: HO-10 has it ask when it heard nothing for 2500 ms. */
const STEP = 1000;
/** Paths whose keep-alives are compared, and within how many milliseconds ten drawn ones are once in two million times. */
const PATHS = 10;
const APART = 750;
/** Steps of the clock where keep-alives are due, and until when they are. */
const FINE = 250;
const DUE = KEEP_ALIVE_MAX + 2 * STEP;
/** Bytes: a probe that measures a size has more. */
const SIZE_PROBE = 1000;

export const NODE_KEEP_ALIVE_CASES: readonly Case[] = [
  scriptCase({
    ...NODE,
    id: 'node.keep-alive.association',
    title:
      'Behind a NAT a node probes its DC at 80 to 100 % of the interval that the DC gave; else it does not.',
    clauses: ['TUN-08', 'KEY-35'],
    catches: 'A mapping that the NAT forgets; keep-alives of nodes that need none; an interval of its own.',
    waits: 6500,
    async script(world) {
      exactNetwork(world);
      const natted = await world.ntm({ habits: { natted: [4], keepAlive: 2 } });
      const global = await world.ntm({ habits: { keepAlive: 2 } });
      for (const { dc } of [natted, global]) while (dc.peer.takeNow(() => true) !== undefined);
      const began = world.net.now();
      await world.sleep(6200);
      const times = probes(natted.dc.peer, natted.dc.association).map(({ at }) => at);
      const gaps = [began, ...times].map((at, i, all) => Math.round(at - (all[i - 1] ?? at))).slice(2);
      const isRight = gaps.length >= 1 && gaps.every((ms) => ms >= 1600 - LATE && ms <= 2000 + LATE);
      world.timely(isRight, 'a probing request every 1600 to 2000 ms', `${gaps.join(', ')} ms apart`);
      const others = probes(global.dc.peer, global.dc.association).length;
      world.check(others === 0, 'no keep-alive of a node that is global', `${others}`);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.keep-alive.path',
    title:
      'Behind a NAT each direct route of a live path is probed every 20 to 25 s, whatever else goes that way.',
    clauses: ['TUN-08'],
    adapterLevel: 3,
    catches: 'A path that dies with a mapping; keep-alives that data puts off.',
    async script(world) {
      exactNetwork(world);
      const began = world.net.now();
      const node = { habits: { natted: [4] as const, keepAlive: 25 } };
      const on = await openPath(world, { node });
      await checkSends(world, on, packetTo(world, on.plan));
      const kept = await settled(world, { ...on, began, peer: on.far.peer, channel: on.far.path });
      await kept.passUntil(KEEP_ALIVE_MIN - 5000);
      await checkSends(world, on, packetTo(world, on.plan));
      await checkDelivers(world, on, packetFrom(world, on.plan));
      await kept.passUntil(KEEP_ALIVE_MIN);
      await kept.checkDue();
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.keep-alive.drawn',
    title: 'When a node probes its paths to keep them open is drawn for each of them, not the same for all.',
    clauses: ['TUN-08'],
    adapterLevel: 3,
    catches: 'Keep-alives of a whole host in one burst, by which its networks can be told to be of one host.',
    async script(world) {
      exactNetwork(world);
      const { node, dc } = await registered(world, { habits: { natted: [4], keepAlive: 25 } });
      const paths: { readonly far: PlayedNode; readonly began: number; gap?: number }[] = [];
      let moved = 0;
      const now = () => world.net.now() + moved;
      for (let left = PATHS; left > 0; left--) {
        const plan = dc.plan();
        const far = await farEnd(world, node, plan);
        const began = now();
        await dc.send(plan);
        await far.openLeg();
        paths.push({ far, began });
      }
      await world.sleep(50 + 3 * world.stage.slowestAnswer);
      await forgetAll(paths.map(({ far }) => far.peer));
      const end = now() + DUE;
      for (let step = STEP; now() < end; step = moved < KEEP_ALIVE_MIN - STEP ? STEP : FINE) {
        await node.forward(step);
        moved += step;
        world.status(await dc.peer.probe(dc.association), Status.ok);
        const at = now();
        for (const path of paths.filter(({ gap }) => gap === undefined)) {
          const { peer, path: channel } = path.far;
          await peer.caughtUp();
          if (peer.takeNow(probeOn(channel)) !== undefined) path.gap = at - path.began;
        }
      }
      const gaps = paths.flatMap(({ gap }) => (gap === undefined ? [] : [Math.round(gap)]));
      world.check(
        gaps.length === PATHS,
        `${PATHS} keep-alives`,
        `${gaps.length}`,
        'TUN-08: every 20 to 25 s.',
      );
      const apart = Math.max(...gaps) - Math.min(...gaps);
      const requirement = 'TUN-08: every 20 to 25 s, each time drawn anew.';
      world.check(apart >= APART, `not all within ${APART} ms`, `after ${gaps.join(', ')} ms`, requirement);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.keep-alive.leg',
    title: 'The leg of a live path is probed every 20 to 25 s, behind a NAT or not.',
    clauses: ['TUN-08'],
    adapterLevel: 3,
    catches: 'A relay entry that runs out under a path that waits.',
    async script(world) {
      exactNetwork(world);
      const { node, dc, plan, relay, far } = await withRelay(world);
      const began = world.net.now();
      await dc.send(plan, { part: 2, relay });
      const isOpen = () => relay.leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      await far.openLeg();
      await checkSends(world, { node, far }, packetTo(world, plan));
      const kept = await settled(world, { node, far, began, peer: relay.peer, channel: relay.leg });
      await kept.passUntil(KEEP_ALIVE_MIN);
      await kept.checkDue();
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.keep-alive.leg-direct',
    title: 'The leg is probed every 20 to 25 s also while data goes directly.',
    clauses: ['OPT-10', 'TUN-08'],
    adapterLevel: 3,
    catches: 'A relay that has forgotten the path by the time that the direct route dies.',
    async script(world) {
      exactNetwork(world);
      const began = world.net.now();
      const { node, far, relay, direct } = await onDirect(world);
      // HO-10: a node that heard nothing since it sent probes its leg, too.
      world.status(await direct.probe(far.path), Status.ok);
      const kept = await settled(world, { node, far, began, peer: relay.peer, channel: relay.leg });
      await kept.passUntil(KEEP_ALIVE_MIN);
      await kept.checkDue();
    },
  }),
];

function probes(peer: Peer, channel: PlayedChannel): Received[] {
  return peer.inbox.filter((mail) => mail.type === MessageType.probeRequest && mail.channel === channel);
}

function transactionOf(mail: Received): string {
  return toHex(bytesField(mail.body, 'transaction') ?? new Uint8Array());
}

interface KeptOpen extends Pick<OnPath, 'node' | 'far'> {
  /** Before the first datagram of what is kept open. */
  readonly began: Instant;
  readonly peer: Peer;
  readonly channel: PlayedChannel;
}

/** Lets what a new path brings with it be over, and forgets it. */
async function settled(world: World, kept: KeptOpen): Promise<Keeping> {
  await world.sleep(50 + 3 * world.stage.slowestAnswer);
  return new Keeping(world, kept);
}

/** Waits for the first keep-alive, on the clock of the node: it goes by itself, and is moved forward. */
class Keeping {
  readonly #world: World;
  readonly #kept: KeptOpen;
  /** Transactions of an opened path, which may be repeated. */
  readonly #old: ReadonlySet<string>;
  /** How long ago it can have begun at the latest, when that is looked at. */
  readonly #sinceOpen: number;
  #moved = 0;

  constructor(world: World, kept: KeptOpen) {
    this.#world = world;
    this.#kept = kept;
    this.#old = new Set(probes(kept.peer, kept.channel).map(transactionOf));
    this.#sinceOpen = this.#elapsed();
  }

  /** Has time pass by and by, so that what the node sends meanwhile is answered, and judges that no keep-alive is early. */
  async passUntil(ms: number): Promise<void> {
    while (this.#elapsed() + STEP < ms) {
      await this.#step();
      const early = this.#keepAlives();
      // Of one that comes later it cannot be said that it is early.
      if (this.#elapsed() < KEEP_ALIVE_MIN)
        this.#world.check(early === 0, `none before ${KEEP_ALIVE_MIN} ms`, `${early}`);
    }
  }

  /** Judges that one comes in time. */
  async checkDue(): Promise<void> {
    while (this.#elapsed() < this.#sinceOpen + KEEP_ALIVE_MAX + LATE) await this.#step();
    this.#world.status(await this.#kept.peer.probe(this.#kept.channel), Status.ok);
    this.#world.check(this.#keepAlives() > 0, `one by ${KEEP_ALIVE_MAX} ms`, 'none');
  }

  async #step(): Promise<void> {
    const { node, far } = this.#kept;
    await node.forward(STEP);
    this.#moved += STEP;
    this.#world.status(await far.peer.probe(far.path), Status.ok);
  }

  /** What passed on the node's clock, at most. */
  #elapsed(): number {
    return this.#world.net.now() - this.#kept.began + this.#moved;
  }

  /** Those that measure no size, and are no repeats of what came with the opening. */
  #keepAlives(): number {
    const { peer, channel } = this.#kept;
    return probes(peer, channel).filter(
      (mail) => mail.bytes.length < SIZE_PROBE && !this.#old.has(transactionOf(mail)),
    ).length;
  }
}
