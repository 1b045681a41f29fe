/** A role in this process under fire by its own far ends and by strangers, in virtual time. */
import type { Endpoint } from '../../../reference/address.ts';
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import type { Counters, Effect, Input, Instant } from '../../../reference/core.ts';
import type { Layer } from '../../../reference/refusal.ts';
import { LAYERS } from '../../../reference/refusal.ts';
import type { Dice } from '../dice.ts';
import { compareCounters, Violation } from '../judge.ts';
import type { Shot } from '../shot.ts';
import { scratch } from '../values.ts';
import { forge } from './forge.ts';
import { react } from './reactions.ts';
import type { Side, Step } from './side.ts';

const BATCH = 64;
const QUEUE = 512;
const SPIN = 1000;
/** Layers that may refuse what was forged. */
const SILENT: ReadonlySet<Layer> = new Set<Layer>(LAYERS.slice(0, LAYERS.indexOf('replay')));
const PAUSES: readonly (readonly [number, number])[] = [
  [0.9, 2],
  [0.09, 30],
  [0.009, 700],
  [0.0009, 20_000],
  [0.00003, 4_000_000],
];

export interface PartyTallies {
  datagrams: number;
  genuine: number;
  sent: number;
  /** Inner packets that were handed to applications. */
  forwarded: number;
  /** How often it was seen to do what it is there for. */
  canary: number;
  readonly refused: Map<Layer, number>;
}

export class Party {
  readonly tallies: PartyTallies = {
    datagrams: 0,
    genuine: 0,
    sent: 0,
    forwarded: 0,
    canary: 0,
    refused: new Map(),
  };
  now: Instant = 0;
  readonly dice: Dice;
  private readonly side: Side;
  private queue: Shot[] = [];
  private counted: Counters;

  constructor(side: Side, dice: Dice) {
    this.side = side;
    this.dice = dice;
    this.counted = side.role.counters();
    this.input({ kind: 'start', locals: side.locals, wallClock: 0, stored: new Map() });
    this.settle();
  }

  counters(): Counters {
    return this.side.role.counters();
  }

  /** Sends one datagram, of whatever kind is next. @throws Violation */
  step(): void {
    const { dice, side } = this;
    if (this.queue[0]?.atOnce !== true) this.pass(dice.below(dice.weighted(PAUSES) + 1));
    if (this.queue.length === 0 || dice.chance(0.25)) this.queue.push(...this.next());
    const happened = dice.chance(side.eventful) ? side.happens?.(this.now) : undefined;
    if (happened?.kind === 'packet') this.packet(happened.packet);
    else if (happened !== undefined) this.input(happened);
    const shot = this.takeQueued();
    if (shot === undefined) return;
    this.deliver(shot);
    if (this.tallies.datagrams % BATCH === 0) this.check();
  }

  /** Lets time go by, so that what is kept for a while only is gone. */
  rest(duration: number): void {
    this.pass(duration);
  }

  pass(duration: number): void {
    const until = this.now + duration;
    for (let spins = 0; ; spins++) {
      const next = this.side.role.wakeAt() ?? Number.POSITIVE_INFINITY;
      if (next > until) break;
      if (next > this.now) spins = 0;
      if (spins > SPIN) throw new Violation(`woken ${SPIN} times for one instant`);
      this.now = Math.max(this.now, next);
      this.input({ kind: 'tick' });
    }
    this.now = until;
  }

  /** Puts a datagram on its way, and all that comes of it. */
  exchange(shots: readonly Shot[]): void {
    for (const shot of shots) this.deliver(shot);
    this.settle();
  }

  /** Something happens on the host. */
  input(input: Input): readonly Effect[] {
    const effects = this.handle(input);
    this.perform(effects);
    return effects;
  }

  /** An inner packet, or one of the general side, by the short way if there is one. */
  packet(packet: Uint8Array): void {
    const sealed = this.side.tunnels?.seal(packet, this.now);
    if (sealed === undefined) {
      this.input({ kind: 'packet', packet });
      return;
    }
    const { bytes, to, event, pathId } = sealed;
    this.sent(bytes, to);
    if (event !== undefined) this.input({ kind: 'path-event', pathId, event });
  }

  private handle(input: Input): Effect[] {
    try {
      return this.side.role.handle(input, this.now);
    } catch (fault) {
      const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
      throw new Violation(`${input.kind}: ${text}`);
    }
  }

  private next(): Shot[] {
    const { side, dice } = this;
    return dice.chance(0.25) ? forge(side.adepts(), dice) : dice.pick(side.attackers()).acts();
  }

  private takeQueued(): Shot | undefined {
    const { dice, queue } = this;
    const index = queue[0]?.atOnce === true || dice.chance(0.9) ? 0 : dice.below(queue.length);
    const [shot] = queue.splice(index, 1);
    if (queue.length > QUEUE) this.queue = queue.slice(-QUEUE);
    if (shot === undefined || dice.chance(0.02)) return undefined;
    if (dice.chance(0.02)) this.queue.push(shot);
    return shot;
  }

  private settle(): void {
    for (let shot = this.queue.shift(); shot !== undefined; shot = this.queue.shift()) this.deliver(shot);
  }

  private deliver(shot: Shot): void {
    this.tallies.datagrams++;
    if (shot.claim !== 'forged') this.tallies.genuine++;
    const buffer = shot.bytes.slice();
    try {
      const packet = this.side.tunnels?.open(buffer, shot.from, this.now);
      if (packet !== undefined) {
        if (shot.claim === 'forged') throw new Violation('delivered what was forged');
        return this.hand(packet);
      }
      const effects = this.handle({ kind: 'datagram', bytes: buffer, from: shot.from });
      // Who keeps the buffer finds it overwritten.
      buffer.fill(0xa5);
      if (shot.claim === 'forged') this.judgeForged(effects);
      this.perform(effects);
    } catch (fault) {
      if (fault instanceof Violation) throw describe(fault, shot);
      throw describe(new Violation(fault instanceof Error ? (fault.stack ?? '') : String(fault)), shot);
    }
  }

  private judgeForged(effects: readonly Effect[]): void {
    const [effect] = effects;
    if (effects.length !== 1 || effect?.kind !== 'note' || effect.note.what !== 'refused') {
      const shown = effects.map((one) => (one.kind === 'note' ? JSON.stringify(one.note) : one.kind));
      throw new Violation(`caused ${shown.length === 0 ? 'nothing, not even a count' : shown.join(', ')}`);
    }
    const { layer } = effect.note;
    if (!SILENT.has(layer)) throw new Violation(`passed as far as ${layer}`);
  }

  private perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          this.sent(effect.bytes, effect.to);
          break;
        case 'deliver':
          this.hand(effect.packet);
          break;
        case 'persist':
          this.input({ kind: 'done', ref: effect.ref, outcome: { what: 'stored', ok: true } });
          break;
        case 'look-up': {
          const response = this.dice.chance(0.5) ? undefined : scratch(effect.message, this.dice);
          this.input({ kind: 'done', ref: effect.ref, outcome: { what: 'looked-up', response } });
          break;
        }
        case 'tunnel-set':
        case 'tunnel-remove':
          this.side.tunnels?.apply(effect);
          break;
        case 'note':
          if (effect.note.what === 'refused') this.refused(effect.note.layer);
          break;
        default:
          break;
      }
    }
  }

  private refused(layer: Layer): void {
    const { refused } = this.tallies;
    refused.set(layer, (refused.get(layer) ?? 0) + 1);
  }

  private hand(packet: Uint8Array): void {
    this.tallies.forwarded++;
    this.side.delivered?.(packet);
  }

  private sent(bytes: Uint8Array, to: Endpoint): void {
    this.tallies.sent++;
    this.queue.push(...react(this.side, this.dice, bytes, to));
  }

  private show(step: Step): void {
    if (step.what === 'exchange') this.exchange(step.shots);
    else if (step.what === 'pass') this.pass(step.time);
    else this.packet(step.packet);
  }

  private check(): void {
    for (const step of this.side.isAlive()) this.show(step);
    this.tallies.canary++;
    const counters = this.counters();
    compareCounters(this.counted, counters);
    this.counted = counters;
    for (const layer of LAYERS) {
      const [shown, noted] = [counters[`refused.${layer}`] ?? 0, this.tallies.refused.get(layer) ?? 0];
      if (shown !== noted) throw new Violation(`refused.${layer} is ${shown} after ${noted} refusals`);
    }
  }
}

function describe(fault: Violation, { what, claim, bytes, from }: Shot): Violation {
  const hex = toHex(bytes.subarray(0, 400));
  return new Violation(
    `${fault.message}\nby ${what} (${claim}) from ${formatEndpoint(from)}, ${bytes.length} bytes:\n${hex}`,
  );
}
