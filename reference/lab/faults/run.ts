/** A run in which things go wrong that a seed picks; then all is mended, and everything has to work again. */
import type { Instant } from '../../core.ts';
import type { Link } from '../../net/sim/link.ts';
import type { AfterPromises } from '../../net/sim/time.ts';
import type { Exchange } from '../../trace/merge.ts';
import type { Flow } from '../flow.ts';
import type { Party } from '../party.ts';
import { SITUATIONS } from '../places.ts';
import { Recording } from '../recording.ts';
import { generalStage } from './general.ts';
import { nodesStage } from './nodes.ts';
import type { Stage } from './stage.ts';

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

/** Every so many seeds nodes talk to hosts that run nothing of NTMobile. */
const GENERAL = 4;

export function faultRun(seed: string, afterPromises: AfterPromises): Promise<FaultRun> {
  const isGeneral = Number(seed) % GENERAL === 0;
  const run = new Run((isGeneral ? generalStage : nodesStage)(`faults ${seed}`, afterPromises));
  return run.play();
}

class Run {
  private readonly stage: Stage;
  private readonly recording: Recording;
  private flows: readonly (readonly [from: string, to: string, flow: Flow])[] = [];

  constructor(stage: Stage) {
    this.stage = stage;
    this.recording = new Recording(stage.world, stage.lanes);
  }

  async play(): Promise<FaultRun> {
    const { stage } = this;
    const { world, chance, nodes, watch } = stage;
    await stage.start(nodes.map(() => world.places.make(chance.pick(SITUATIONS))));
    this.recording.remark(nodes.map((name) => `${name} is at ${stage.placeOf(name).name}`).join(', '));
    const since = world.now();
    this.flows = stage.flows(INTERVAL);
    for (let step = 0; step < STEPS; step++) {
      await this.happen();
      await world.run(500 + chance.below(4000));
      watch.check();
    }
    await this.mend();
    const mendedAt = world.now();
    const isMended = (): boolean => this.flows.every(([, , flow]) => flow.isAnswered(mendedAt));
    const works = await world.run(MENDED, isMended);
    const mendedAfter = works ? world.now() - mendedAt : undefined;
    for (const [from, to, flow] of this.flows)
      if (!flow.isAnswered(mendedAt) && !stage.isDenied(from, world.now() - TOLD))
        watch.violate(`${from} does not reach ${to} ${MENDED / 1000} s after all was mended`);
    await world.run(2000);
    watch.check();
    for (const [from, , flow] of this.flows) this.checkTold(from, flow);
    return {
      violations: watch.violations,
      exchange: this.recording.exchange(since, false),
      mendedAfter,
    };
  }

  private async happen(): Promise<void> {
    const { stage } = this;
    const { chance, world } = stage;
    const who = chance.pick([...stage.parties.keys()]);
    const node = chance.pick(stage.nodes);
    const time = 1000 + chance.below(8000);
    switch (chance.pick(['kill', 'move', 'reboot', 'silence', 'loss', 'clock'] as const)) {
      case 'kill':
        await this.kill(who, time);
        break;
      case 'move': {
        const place = world.places.make(chance.pick(SITUATIONS));
        this.recording.remark(`${node} moves to ${place.name}`);
        stage.move(node, place);
        break;
      }
      case 'reboot':
        this.recording.remark(`the NATs of ${node} reboot`);
        for (const { gateway } of stage.placeOf(node).sites) gateway.reboot();
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
        this.party(who).skew += chance.below(2 * CLOCK_STEP) - CLOCK_STEP;
        this.recording.remark(`the clock of ${who} is ${this.party(who).skew} ms wrong`);
        await this.kill(who, time);
        break;
    }
  }

  private async kill(who: string, time: number): Promise<void> {
    const party = this.party(who);
    if (!party.isUp) return;
    this.recording.remark(`${who} loses power for ${time} ms`);
    await party.kill();
    this.later(time, () => void this.restart(who));
  }

  private async restart(who: string): Promise<void> {
    const party = this.party(who);
    if (party.isUp) return;
    this.recording.remark(`${who} starts`);
    await party.start();
  }

  private async mend(): Promise<void> {
    this.recording.remark('all is mended');
    for (const name of this.stage.parties.keys()) {
      this.link(name).isDown = false;
      this.link(name).set(GOOD);
      await this.restart(name);
    }
  }

  private link(name: string): Link {
    return this.party(name).host.link('eth');
  }

  private party(name: string): Party {
    const party = this.stage.parties.get(name);
    if (party === undefined) throw new RangeError(name);
    return party;
  }

  private later(time: number, callback: () => void): void {
    const { world } = this.stage;
    world.net.time.schedule(world.now() + time, callback);
  }

  /** Who was not answered for long was told why: by ICMP, by DNS, or by what its node noted. */
  private checkTold(from: string, flow: Flow): void {
    let last: Instant | undefined;
    for (const { at, backAt } of flow.sent) {
      if (backAt === undefined) {
        last ??= at;
        continue;
      }
      if (last !== undefined && at - last > TOLD && !this.isTold(from, flow, last, at))
        this.stage.watch.violate(`${from} was not answered for ${at - last} ms and not told why`);
      last = undefined;
    }
  }

  private isTold(from: string, flow: Flow, since: Instant, until: Instant): boolean {
    const isIn = (at: Instant): boolean => at >= since && at <= until;
    return (
      flow.sent.some(({ at, isRefused }) => isRefused && isIn(at)) ||
      flow.failures.some(isIn) ||
      this.party(from).notes.some(({ what, at }) => what === 'event' && isIn(at))
    );
  }
}
