/** From what applications ask for to paths: names and addresses to directions, directions to paths, packets to either. */
import type { Endpoint, Ip } from '../../address.ts';
import type { Instant, Random, Transport } from '../../core.ts';
import { unreachable } from '../../packet/errors.ts';
import type { InnerPacket } from '../../packet/inner.ts';
import { readInner } from '../../packet/inner.ts';
import { Refusal } from '../../refusal.ts';
import type { ErrorAnswer, Message, RouteDirection } from '../../wire/messages.ts';
import { Reason, RelayKind, STATUS_NAMES, Status } from '../../wire/registry.ts';
import type { Tally } from '../tally.ts';
import type { Replacing } from './directions.ts';
import { Directions } from './directions.ts';
import { farEndOf } from './far-end.ts';
import type { Flows } from './flows.ts';
import type { General } from './general.ts';
import type { Goal } from './goal.ts';
import { nodeGoal } from './goal.ts';
import { HeldPackets } from './held.ts';
import type { Judging } from './judge.ts';
import { judge } from './judge.ts';
import { Names } from './names.ts';
import type { Path } from './path.ts';
import type { Paths, PathsEvent } from './paths.ts';
import type { Resolver } from './resolver.ts';

/** DOS-04: packets held, and virtual addresses whose names are known. */
const HELD_BOUND = 4096;
const NAMES_BOUND = 65_536;
/** HO-19: who sent within this time, in milliseconds, has data to send. A dead route takes 5 s to notice. */
const RECENT = 10_000;

export interface ConnectionsParts {
  readonly tally: Tally;
  readonly random: Random;
  readonly paths: Paths;
  readonly resolver: Resolver;
  readonly general: General;
  readonly flows: Flows;
  readonly timers: {
    readonly packetHold: number;
    readonly nameMemory: number;
    readonly replaceRepeat: number;
    /** How long a question waits for the registration. */
    readonly patience: number;
  };
  /** What a direction is judged by, but for the paths. */
  readonly judging: () => Omit<Judging, 'isFull' | 'paths'>;
  readonly isRegistered: (now: Instant) => boolean;
  /** When the host's addresses last changed. */
  readonly movedAt: () => Instant;
  readonly makePath: (direction: RouteDirection, goal: Goal | undefined, now: Instant) => Path;
  /** Sends a Direction Request. */
  readonly ask: (message: Message, now: Instant) => void;
  readonly acknowledge: (transaction: Uint8Array, status: Status, to: Endpoint, now: Instant) => void;
  /** An address is lent, or not any more. */
  readonly lentChanged: () => void;
}

export class Connections {
  readonly held: HeldPackets;
  private readonly parts: ConnectionsParts;
  private readonly directions: Directions;
  private readonly names: Names;

  constructor(parts: ConnectionsParts) {
    const { timers, paths, random } = parts;
    this.parts = parts;
    this.directions = new Directions(timers.patience, paths.bound, random);
    this.names = new Names(timers.nameMemory, NAMES_BOUND);
    this.held = new HeldPackets(timers.packetHold, HELD_BOUND);
  }

  /** A query of an application. */
  query(number: number, message: Uint8Array, transport: Transport, now: Instant): void {
    this.parts.resolver.take(number, message, transport, now);
  }

  /** An application wants the addresses of a peer. [DNS-14] */
  reach(goal: Goal, now: Instant): void {
    const { resolver, paths } = this.parts;
    const path = paths.forGoal(goal);
    if (path === undefined) this.want(goal, undefined, now);
    else resolver.settle(goal, path.addresses);
  }

  /** An inner packet that the Tunnel Table had no way for. [NODE-10, TUN-18] */
  packet(bytes: Uint8Array, now: Instant): void {
    const inner = readInner(bytes);
    if (inner instanceof Refusal) return;
    const { packet, source, destination } = inner;
    const { paths, general } = this.parts;
    const known = paths.between(source, destination);
    const goal =
      known[0]?.directed.goal ?? this.names.goalOf(destination, now) ?? general.goalTo(destination, now);
    // Which address an RS-T lends, the application may not know before there is a path.
    const isTransparent = goal?.general?.kind === RelayKind.t;
    if (!isTransparent && !this.parts.judging().addresses.includes(source))
      return this.parts.tally.count('dropped.source');
    if (this.isOver(inner)) return;
    const sent = paths.send(inner, now);
    if (sent !== undefined) return this.follow(sent, now);
    if (goal === undefined || this.isInVain(goal, known, destination)) return this.refuse(packet);
    if (!this.held.add(destination, packet, now)) return;
    if (known.length > 0) {
      if (!known.some(({ isHopeful }) => isHopeful)) this.replace(known, now);
      return;
    }
    if (goal.general !== undefined) this.names.note([destination], goal, now);
    const coming = paths.forGoal(goal);
    if (coming === undefined) this.want(goal, undefined, now);
    // The address that goes with a lost path by an RS-T is no source any more.
    else if (!coming.isHopeful) this.replace([coming], now);
  }

  /** A Route Direction that came as a request. [NODE-16, NODE-22, NODE-25] */
  directed(direction: RouteDirection, from: Endpoint, now: Instant): void {
    const { paths, resolver, isRegistered, acknowledge } = this.parts;
    const verdict = isRegistered(now) ? this.judge(direction) : Status.busy;
    const isTaken = verdict === 'made' || verdict === 'known';
    acknowledge(direction.transaction, isTaken ? Status.ok : verdict, from, now);
    if (verdict !== 'made') return;
    const name = direction.peer?.fqdn;
    const goal = name === undefined ? undefined : nodeGoal(name);
    const path = this.parts.makePath(direction, goal, now);
    this.remember(path, now);
    this.follow(paths.add(path, now), now);
    if (goal !== undefined) resolver.settle(goal, path.addresses);
  }

  /** The answer to a Direction Request. */
  answered(answer: RouteDirection | ErrorAnswer, now: Instant): void {
    const asked = this.directions.take(answer.transaction);
    if (asked === undefined) return;
    const { goal } = asked;
    if (!('pathId' in answer)) return this.fail(goal, statusName(answer.status), now);
    const verdict = this.judge(answer, goal);
    if (verdict !== 'made' && verdict !== 'known') {
      this.parts.tally.event('direction-given-up', { name: goal.key, status: statusName(verdict) });
      return this.fail(goal, statusName(verdict), now);
    }
    const { paths, resolver, makePath } = this.parts;
    if (verdict === 'made') {
      const path = makePath(answer, goal, now);
      this.remember(path, now);
      this.follow(paths.add(path, now), now);
    }
    const addresses = farEndOf(answer, goal)?.addresses ?? [];
    resolver.settle(goal, addresses);
    this.drop(goal, (destination) => !addresses.includes(destination), now);
  }

  /** A Direction Request was given up. */
  unanswered(transaction: Uint8Array, now: Instant): void {
    const asked = this.directions.take(transaction);
    if (asked !== undefined) this.fail(asked.goal, 'no answer', now);
  }

  /** What happened to paths. */
  follow(events: readonly PathsEvent[], now: Instant): void {
    for (const event of events) {
      const { path } = event;
      if (path.lent !== undefined) this.parts.lentChanged();
      switch (event.kind) {
        case 'up':
          if (path.directed.goal?.general !== undefined)
            for (const packet of this.parts.flows.up(path)) this.parts.tally.add({ kind: 'deliver', packet });
          for (const destination of path.addresses) this.flush(destination, now);
          break;
        case 'lost':
          this.recover(path, now);
          break;
        case 'closing':
          this.remember(path, path.tunnel.lastInner ?? path.directed.directedAt);
          break;
        case 'gone':
          this.remember(path, path.tunnel.lastInner ?? path.directed.directedAt);
          if (path.lent !== undefined) this.askForLease(now);
          break;
        default:
          throw new Error(`no such event: ${event satisfies never}`);
      }
    }
  }

  tick(now: Instant): void {
    for (const { goal } of this.directions.takeOver(now)) this.fail(goal, 'not-registered', now);
    for (const packet of this.held.takeExpired(now)) this.refuse(packet);
    this.parts.resolver.tick(now);
  }

  /** The node is registered: what it holds in any case is asked for. [NODE-20] */
  registered(now: Instant): void {
    this.askForLease(now);
    this.sendReady(now);
  }

  /** Sends the requests that waited for the registration. */
  sendReady(now: Instant): void {
    if (!this.directions.hasWaiting() || !this.parts.isRegistered(now)) return;
    for (const request of this.directions.takeReady()) this.parts.ask(request, now);
  }

  wakeAt(): Instant {
    return Math.min(this.directions.wakeAt(), this.held.wakeAt(), this.parts.resolver.wakeAt());
  }

  /** Whether it is known already that a packet cannot go. [TUN-18] */
  private isInVain(goal: Goal, known: readonly Path[], destination: Ip): boolean {
    if (known.length > 0) return false;
    const { paths, general } = this.parts;
    const path = paths.forGoal(goal);
    if (goal.general?.kind !== RelayKind.t) {
      // A live path to the peer that has not got the address: it has another one now.
      return path !== undefined;
    }
    // It is not from the address that is lent; who has none any more, as its path is lost, is on the way to another one.
    return path === undefined
      ? general.isServed(destination)
      : path.confirmedAt !== undefined && path.isHopeful;
  }

  private askForLease(now: Instant): void {
    const goal = this.parts.general.missing();
    if (goal !== undefined && this.parts.isRegistered(now)) this.want(goal, undefined, now);
  }

  private judge(direction: RouteDirection, asked?: Goal): ReturnType<typeof judge> {
    const { paths, judging } = this.parts;
    const by = { ...judging(), isFull: paths.all.size >= paths.bound, paths: paths.all };
    return judge(direction, by, asked);
  }

  private want(goal: Goal, replacing: Replacing | undefined, now: Instant): void {
    const { paths } = this.parts;
    const failure = paths.all.size >= paths.bound ? 'busy' : this.directions.ask(goal, replacing, now);
    if (failure === undefined) return this.sendReady(now);
    this.end(goal, now);
  }

  /** [ERR-06] */
  private fail(goal: Goal, status: string, now: Instant): void {
    this.directions.failed(goal, status, now);
    this.parts.tally.event('direction-failed', { name: goal.key, status });
    this.end(goal, now);
  }

  private end(goal: Goal, now: Instant): void {
    this.parts.resolver.settle(goal, undefined);
    this.drop(goal, () => true, now);
  }

  /** No route of a path is left. [HO-06, HO-11, HO-19] */
  private recover(path: Path, now: Instant): void {
    const { paths } = this.parts;
    const others = paths.to(path.party).filter((other) => other !== path);
    // HO-11: it is closed as soon as something is heard on another one that is up.
    if (others.some(({ isHopeful }) => isHopeful)) return;
    const sentAt = path.tunnel.lastInner ?? Number.NEGATIVE_INFINITY;
    const isWaiting = this.held.destinations().some((destination) => path.addresses.includes(destination));
    if (path.directed.isInitiator || isWaiting || now < sentAt + RECENT) this.replace([path, ...others], now);
  }

  /** Asks for a path instead of lost ones, not more often than every 5 s. [HO-17] */
  private replace(lost: readonly Path[], now: Instant): void {
    const old = lost.find(({ confirmedAt }) => confirmedAt !== undefined) ?? lost[0];
    const goal = old?.directed.goal;
    if (old === undefined || goal === undefined) return;
    if (lost.some(({ replacedAt }) => now < replacedAt + this.parts.timers.replaceRepeat)) return;
    for (const path of lost) path.replacedAt = now;
    this.want(goal, { pathId: old.pathId, reason: this.reason(old) }, now);
  }

  /** [HO-19] */
  private reason(path: Path): Reason {
    const heardAt = path.heardAt ?? path.directed.directedAt;
    if (this.parts.movedAt() >= heardAt) return Reason.moved;
    const isRelay = path.lostWhy === 'relay' || path.directed.goal?.general !== undefined;
    return isRelay ? Reason.relayLost : Reason.directFailed;
  }

  private remember({ addresses, directed: { goal } }: Path, usedAt: Instant): void {
    if (goal !== undefined) this.names.note(addresses, goal, usedAt);
  }

  /** Whether a connection is over that a packet is of; its application is told. [HO-09] */
  private isOver(inner: InnerPacket): boolean {
    const packet = this.parts.flows.reply(inner);
    if (packet !== undefined) this.parts.tally.add({ kind: 'deliver', packet });
    return packet !== undefined;
  }

  private flush(destination: Ip, now: Instant): void {
    for (const packet of this.held.take(destination)) {
      const inner = readInner(packet);
      if (!(inner instanceof Refusal) && this.isOver(inner)) continue;
      const events = inner instanceof Refusal ? undefined : this.parts.paths.send(inner, now);
      if (events === undefined) this.refuse(packet);
      else this.follow(events, now);
    }
  }

  /** Drops what is held for the destinations of a goal. */
  private drop({ key }: Goal, isDropped: (destination: Ip) => boolean, now: Instant): void {
    for (const destination of this.held.destinations()) {
      const known = this.parts.paths.forAddress(destination)[0]?.directed.goal;
      const goal = known ?? this.names.goalOf(destination, now);
      if (goal?.key !== key || !isDropped(destination)) continue;
      for (const packet of this.held.take(destination)) this.refuse(packet);
    }
  }

  /** Tells the application that its packet goes nowhere. [NODE-10] */
  private refuse(packet: Uint8Array): void {
    const inner = readInner(packet);
    const error = inner instanceof Refusal ? undefined : unreachable(packet, inner.destination);
    if (error !== undefined) this.parts.tally.add({ kind: 'deliver', packet: error });
  }
}

function statusName(status: Status): string {
  return STATUS_NAMES[status] ?? `status ${status}`;
}
