/** An RS-S in this process under fire, in virtual time, with every effect looked at. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { sameBytes, toHex } from '../../reference/bytes.ts';
import { rsConfig } from '../../reference/config/schema.ts';
import type { Counters, Effect, HotTable, Instant, Role } from '../../reference/core.ts';
import type { Layer } from '../../reference/refusal.ts';
import { LAYERS } from '../../reference/refusal.ts';
import { createRsS } from '../../reference/roles/rs-s/core.ts';
import { encodeCbor } from '../../reference/wire/cbor.ts';
import { Cast, directionOf } from './cast.ts';
import { Dice } from './dice.ts';
import { FORGERS } from './forged.ts';
import { MAKERS, openFrom } from './genuine.ts';
import { headerLayer } from './headers.ts';
import { compareCounters, Judge, Violation } from './judge.ts';
import { LISTEN, PLACES } from './places.ts';
import { react } from './reactions.ts';
import { Requests } from './requests.ts';
import type { Shot } from './shot.ts';

/** Counters are compared after so many datagrams, and the canary's path is tried. */
const BATCH = 32;
/** Datagrams of the players under way at once. */
const QUEUE = 512;
/** Inputs at one instant after which the role is said to spin. */
const SPIN = 1000;
/** Layers that may refuse what was forged. */
const SILENT: ReadonlySet<Layer> = new Set<Layer>([
  ...LAYERS.slice(0, LAYERS.indexOf('replay')),
  'relay-source',
]);
/** How probable it is that the time to the next datagram is up to so many milliseconds. */
const PAUSES: readonly (readonly [number, number])[] = [
  [0.9, 1],
  [0.09, 20],
  [0.009, 500],
  [0.0009, 15_000],
  [0.00003, 4_000_000],
];

export type Attacked = { readonly role: Role; readonly table: HotTable };

export interface InsideOptions {
  readonly seed: string;
  /** Puts something else in the place of the RS-S, to see that its faults are found. */
  readonly wrap?: (attacked: Attacked) => Attacked;
}

/** How many datagrams each layer refused, and how many were forwarded or sent. */
export interface Tallies {
  datagrams: number;
  genuine: number;
  forwarded: number;
  sent: number;
  canary: number;
  readonly refused: Map<Layer, number>;
}

export class Inside {
  readonly tallies: Tallies = {
    datagrams: 0,
    genuine: 0,
    forwarded: 0,
    sent: 0,
    canary: 0,
    refused: new Map(),
  };
  now: Instant = 0;
  private readonly role: Role;
  private readonly table: HotTable;
  private readonly dice: Dice;
  private readonly cast: Cast;
  private readonly requests = new Requests();
  private readonly judge: Judge;
  private queue: Shot[] = [];
  private counted: Counters;
  private canaryTurn: 0 | 1 = 0;

  constructor({ seed, wrap = (attacked) => attacked }: InsideOptions) {
    this.dice = new Dice(seed);
    this.cast = new Cast(PLACES, this.dice);
    this.judge = new Judge(this.cast);
    const config = rsConfig.parse(this.cast.config(LISTEN));
    const { role, table } = wrap(createRsS(config, new Dice(`${seed} role`).bytes));
    this.role = role;
    this.table = table;
    this.counted = role.counters();
    this.perform(role.handle({ kind: 'start', locals: LISTEN }, this.now));
    this.raiseCanary();
  }

  counters(): Counters {
    return this.role.counters();
  }

  /** Sends one datagram, of whatever kind is next. @throws Violation */
  step(): void {
    if (this.queue[0]?.atOnce !== true) this.pass(this.pause());
    if (this.queue.length === 0 || this.dice.chance(0.2)) this.queue.push(...this.next());
    const shot = this.takeQueued();
    if (shot !== undefined) this.deliver(shot);
    if (this.tallies.datagrams % BATCH === 0) this.check();
  }

  /** Lets time go by, so that what is kept for a while only is gone. */
  rest(duration: number): void {
    this.pass(duration);
  }

  private next(): Shot[] {
    const { dice, cast, requests } = this;
    if (dice.chance(0.3)) return dice.weighted(FORGERS)(cast);
    return dice.weighted(MAKERS)({ cast, requests });
  }

  /** Not always in order, and now and then lost or twice. */
  private takeQueued(): Shot | undefined {
    const { dice, queue } = this;
    const index = queue[0]?.atOnce === true || dice.chance(0.9) ? 0 : dice.below(queue.length);
    const [shot] = queue.splice(index, 1);
    if (queue.length > QUEUE) this.queue = queue.slice(-QUEUE);
    if (shot === undefined || dice.chance(0.02)) return undefined;
    if (dice.chance(0.02)) this.queue.push(shot);
    return shot;
  }

  /** One path is made and opened before all else, and has to forward ever after. */
  private raiseCanary(): void {
    const { cast } = this;
    this.settle();
    const [dc] = cast.dcs;
    for (const shot of openFrom(dc, cast.places.dcs[0])) this.deliver(shot);
    this.settle();
    const keys = dc.newest();
    if (keys === undefined) throw new Violation('a DC cannot open its association');
    const bytes = dc.seal(0x07, encodeCbor(directionOf(cast.canary, this.dice.bytes(8))), keys);
    this.deliver({ bytes, from: cast.places.dcs[0], claim: 'sealed', what: "the canary's direction" });
    for (const side of [0, 1] as const) {
      for (const shot of openFrom(cast.canary.legs[side], cast.canary.homes[side])) this.deliver(shot);
    }
    this.settle();
    this.tryCanary();
    this.tryCanary();
  }

  /** Delivers all that is under way. */
  private settle(): void {
    for (let shot = this.queue.shift(); shot !== undefined; shot = this.queue.shift()) this.deliver(shot);
  }

  private pause(): number {
    return this.dice.below(this.dice.weighted(PAUSES) + 1);
  }

  /** Time goes by; the role is woken when it asked for it. */
  private pass(duration: number): void {
    const until = this.now + duration;
    for (let spins = 0; ; spins++) {
      const next = this.role.wakeAt() ?? Number.POSITIVE_INFINITY;
      if (next > until) break;
      if (next > this.now) spins = 0;
      if (spins > SPIN) throw new Violation(`woken ${SPIN} times for one instant`);
      this.now = Math.max(this.now, next);
      this.requests.passed(this.now);
      this.perform(this.role.handle({ kind: 'tick' }, this.now));
    }
    this.now = until;
    this.requests.passed(until);
  }

  private deliver(shot: Shot): void {
    this.tallies.datagrams++;
    if (shot.claim !== 'forged') this.tallies.genuine++;
    this.judge.arrives(shot);
    const buffer = shot.bytes.slice();
    const isInert = this.now < (shot.inertUntil ?? Number.NEGATIVE_INFINITY);
    const before = isInert ? worked(this.role.counters()) : 0;
    try {
      const to = this.table.forward(buffer, shot.from, this.now);
      if (!sameBytes(buffer, shot.bytes)) throw new Violation('the bytes were changed');
      if (to !== undefined) return this.forwarded(shot, to);
      const effects = this.role.handle({ kind: 'datagram', bytes: buffer, from: shot.from }, this.now);
      // Who keeps the buffer finds it overwritten.
      buffer.fill(0xa5);
      this.judgeEffects(shot, effects);
      if (isInert && (effects.some(isChange) || worked(this.role.counters()) !== before)) {
        throw new Violation('it took effect again');
      }
      this.perform(effects);
    } catch (fault) {
      throw fault instanceof Violation ? describe(fault, shot) : describe(crash(fault), shot);
    }
  }

  private forwarded(shot: Shot, to: Endpoint): void {
    if (shot.claim !== 'relayed') throw new Violation(`forwarded to ${formatEndpoint(to)}`);
    this.judge.relayed(toHex(shot.bytes.subarray(4, 20)), to, shot.from);
    this.tallies.forwarded++;
  }

  private judgeEffects({ claim, bytes }: Shot, effects: readonly Effect[]): void {
    const refusals = effects.flatMap((effect) =>
      effect.kind === 'note' && effect.note.what === 'refused' ? [effect.note] : [],
    );
    // What was held for a leg is another datagram, and `amplification` says what was not sent.
    const own = refusals.filter(({ layer, from }) => layer !== 'amplification' && from !== undefined);
    if (own.length > 1)
      throw new Violation(`counted ${own.length} times: ${own.map(({ layer }) => layer).join()}`);
    const [refusal] = own;
    if (claim === 'forged') {
      if (effects.length !== 1 || refusal === undefined) throw new Violation(`caused ${summary(effects)}`);
      if (!SILENT.has(refusal.layer)) throw new Violation(`passed as far as ${refusal.layer}`);
    }
    const context = toHex(bytes.subarray(4, 20));
    // What the cast has forgotten can still be a path of the RS-S, or a leg.
    if (this.cast.isForgotten(context)) return;
    const isRelayed = this.cast.pathOf(context)?.context === context && bytes.length >= 44 && bytes[0] === 5;
    const due = isRelayed ? undefined : headerLayer(bytes);
    if (due !== undefined && refusal?.layer !== due)
      throw new Violation(`${due} is due, but ${refusal?.layer} refused`);
  }

  private perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send': {
          this.tallies.sent++;
          const heard = react({ cast: this.cast, requests: this.requests }, effect.bytes, effect.to);
          this.judge.sent(effect.bytes, effect.to, heard);
          this.queue.push(...heard.shots);
          break;
        }
        case 'relay-set':
          this.table.apply(effect);
          break;
        case 'relay-remove':
          if (effect.pathId === this.cast.canary.context)
            throw new Violation("the canary's path was removed");
          this.table.apply(effect);
          break;
        case 'relay-last-use': {
          const at = this.table.lastUse(effect.pathId);
          this.perform(
            this.role.handle({ kind: 'done', ref: effect.ref, outcome: { what: 'last-use', at } }, this.now),
          );
          break;
        }
        case 'note':
          if (effect.note.what === 'refused') {
            const { layer } = effect.note;
            this.tallies.refused.set(layer, (this.tallies.refused.get(layer) ?? 0) + 1);
          }
      }
    }
  }

  /** [DOS-04, DOS-05, GEN-17] */
  private check(): void {
    this.tryCanary();
    const counters = this.role.counters();
    compareCounters(this.counted, counters);
    this.counted = counters;
    for (const layer of LAYERS) {
      const [shown, noted] = [counters[`refused.${layer}`] ?? 0, this.tallies.refused.get(layer) ?? 0];
      if (shown !== noted) throw new Violation(`refused.${layer} is ${shown} after ${noted} refusals`);
    }
  }

  private tryCanary(): void {
    const { canary } = this.cast;
    const side = this.canaryTurn;
    this.canaryTurn = side === 0 ? 1 : 0;
    const bytes = new Uint8Array(100).fill(side);
    bytes.set([5, 0x10, 1, 1]);
    bytes.set(canary.id, 4);
    const to = this.table.forward(bytes, canary.homes[side], this.now);
    if (to === undefined || formatEndpoint(to) !== formatEndpoint(canary.homes[this.canaryTurn])) {
      throw new Violation(`the canary's datagram went to ${to && formatEndpoint(to)}`);
    }
    this.tallies.canary++;
  }
}

function isChange({ kind }: Effect): boolean {
  return kind === 'relay-remove';
}

/** What requests have done: it stays as it is while none takes effect. */
function worked(counters: Counters): number {
  let sum = counters['table.paths.size'] ?? 0;
  for (const [name, value] of Object.entries(counters)) if (name.startsWith('answered.')) sum += 1000 * value;
  return sum;
}

function summary(effects: readonly Effect[]): string {
  if (effects.length === 0) return 'nothing, not even a count';
  return effects
    .map((effect) => (effect.kind === 'note' ? JSON.stringify(effect.note) : effect.kind))
    .join(', ');
}

function crash(fault: unknown): Violation {
  return new Violation(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
}

function describe(fault: Violation, { what, claim, bytes, from }: Shot): Violation {
  const hex = toHex(bytes.subarray(0, 400));
  return new Violation(
    `${fault.message}\nby ${what} (${claim}) from ${formatEndpoint(from)}, ${bytes.length} bytes:\n${hex}`,
  );
}
