/** A run in which things go wrong that a seed picks; then all is mended, and everything has to work again. */
import type { Instant } from '../../core.ts';
import type { Link } from '../../net/sim/link.ts';
import type { AfterPromises } from '../../net/sim/time.ts';
import type { Exchange } from '../../trace/merge.ts';
import type { Name, NodeName } from '../configs.ts';
import { NAMES } from '../configs.ts';
import type { Flow } from '../flow.ts';
import { SITUATIONS } from '../places.ts';
import { Recording } from '../recording.ts';
import { World } from '../world.ts';
import { Watch } from './watch.ts';

export interface FaultRun {
  /** What must not be, and was. */
  readonly violations: readonly string[];
  readonly exchange: Exchange;
  /** Milliseconds until all flows worked after all was mended. */
  readonly mendedAfter: number | undefined;
}

const STEPS = 6;
const INTERVAL = 1000;
/** Every path works again by then: who was not registered tries again after at most 60 s. [NODE-18] */
const MENDED = 120_000;
/** Who hears nothing for that long has to be told why. */
const TOLD = 30_000;
const GOOD = { delayMin: 5 };
const BAD = { delayMin: 5, delayMax: 60, loss: 0.3, duplicate: 0.1, reorder: 0.1 };
const CLOCK_STEP = 600_000;

/** Who sends to whom. */
const FLOWS: readonly (readonly [NodeName, NodeName])[] = [
  ['alice', 'bob'],
  ['carol', 'alice'],
];
const NODES: readonly NodeName[] = ['alice', 'bob', 'carol'];
const PARTIES = NAMES.filter((name) => name !== 'dave');

export function faultRun(seed: string, afterPromises: AfterPromises): Promise<FaultRun> {
  const run = new Run(new World(`faults ${seed}`, afterPromises));
  return run.play();
}

class Run {
  private readonly world: World;
  private readonly watch: Watch;
  private readonly recording: Recording;
  private flows: readonly (readonly [NodeName, Flow])[] = [];

  constructor(world: World) {
    this.world = world;
    this.watch = new Watch(world);
    this.recording = new Recording(world);
  }

  async play(): Promise<FaultRun> {
    const { world } = this;
    const { chance, places } = world;
    await world.start(...NODES.map(() => places.make(chance.pick(SITUATIONS))));
    this.recording.remark(NODES.map((name) => `${name} is at ${world.placeOf(name).name}`).join(', '));
    const since = world.now();
    this.flows = FLOWS.map(([from, to]) => [from, world.flow(from, INTERVAL, to)] as const);
    for (let step = 0; step < STEPS; step++) {
      await this.happen();
      await world.run(500 + chance.below(4000));
      this.watch.check();
    }
    await this.mend();
    const mendedAt = world.now();
    const isMended = (): boolean => this.flows.every(([, flow]) => flow.isAnswered(mendedAt));
    const works = await world.run(MENDED, isMended);
    const mendedAfter = works ? world.now() - mendedAt : undefined;
    for (const [index, [from, to]] of FLOWS.entries())
      if (!this.flows[index]?.[1].isAnswered(mendedAt))
        this.watch.violate(`${from} does not reach ${to} ${MENDED / 1000} s after all was mended`);
    await world.run(2000);
    this.watch.check();
    for (const [from, flow] of this.flows) this.checkTold(from, flow);
    return {
      violations: this.watch.violations,
      exchange: this.recording.exchange(since, false),
      mendedAfter,
    };
  }

  private async happen(): Promise<void> {
    const { world } = this;
    const { chance, places } = world;
    const who = chance.pick(PARTIES);
    const node = chance.pick(NODES);
    const time = 1000 + chance.below(8000);
    switch (chance.pick(['kill', 'move', 'reboot', 'silence', 'loss', 'clock'] as const)) {
      case 'kill':
        await this.kill(who, time);
        break;
      case 'move': {
        const place = places.make(chance.pick(SITUATIONS));
        this.recording.remark(`${node} moves to ${place.name}`);
        world.move(node, place);
        break;
      }
      case 'reboot':
        this.recording.remark(`the NATs of ${node} reboot`);
        for (const { gateway } of world.placeOf(node).sites) gateway.reboot();
        break;
      case 'silence':
        this.recording.remark(`${who} hears nobody for ${time} ms`);
        this.link(who).isDown = true;
        this.later(time, () => {
          this.link(who).isDown = false;
        });
        break;
      case 'loss':
        this.recording.remark(`30 % of what ${who} sends and gets are lost`);
        this.link(who).set(BAD);
        break;
      case 'clock':
        world.parties[who].skew += chance.below(2 * CLOCK_STEP) - CLOCK_STEP;
        this.recording.remark(`the clock of ${who} is ${world.parties[who].skew} ms wrong`);
        await this.kill(who, time);
        break;
    }
  }

  private async kill(who: Name, time: number): Promise<void> {
    const party = this.world.parties[who];
    if (!party.isUp) return;
    this.recording.remark(`${who} loses power for ${time} ms`);
    await party.kill();
    this.later(time, () => void this.restart(who));
  }

  private async restart(who: Name): Promise<void> {
    const party = this.world.parties[who];
    if (party.isUp) return;
    this.recording.remark(`${who} starts`);
    await party.start();
  }

  private async mend(): Promise<void> {
    this.recording.remark('all is mended');
    for (const name of PARTIES) {
      this.link(name).isDown = false;
      this.link(name).set(GOOD);
      await this.restart(name);
    }
  }

  private link(name: Name): Link {
    return this.world.parties[name].host.link('eth');
  }

  private later(time: number, callback: () => void): void {
    this.world.net.time.schedule(this.world.now() + time, callback);
  }

  /** Who was not answered for long was told why: by ICMP, by DNS, or by what its node noted. */
  private checkTold(from: NodeName, flow: Flow): void {
    let last: Instant | undefined;
    for (const { at, backAt } of flow.sent) {
      if (backAt === undefined) {
        last ??= at;
        continue;
      }
      if (last !== undefined && at - last > TOLD && !this.isTold(from, flow, last, at))
        this.watch.violate(`${from} was not answered for ${at - last} ms and not told why`);
      last = undefined;
    }
  }

  private isTold(from: NodeName, flow: Flow, since: Instant, until: Instant): boolean {
    const isIn = (at: Instant): boolean => at >= since && at <= until;
    return (
      flow.sent.some(({ at, isRefused }) => isRefused && isIn(at)) ||
      flow.failures.some(isIn) ||
      this.world.parties[from].notes.some(({ what, at }) => what === 'event' && isIn(at))
    );
  }
}
