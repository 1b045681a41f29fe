import { compareBytes, sameBytes } from '../bytes.ts';
import type { Instant } from '../core.ts';
import type { ChannelKind } from '../crypto/keys.ts';
import type { Handshake } from './handshake.ts';
import { outranks } from './handshake.ts';
import type { ChannelTimers } from './types.ts';

/** KEY-22: of those that this end answered. */
const UNCONFIRMED_BOUND = 4;
/** KEY-07 */
const OLD_BOUND = 4;
/** KEY-18: failed tags after which keys are erased. */
const FAILED_TAGS_BOUND = 2 ** 36;
/** KEY-05: packets under one key after which the next message due opens again. */
const PACKETS_BOUND: Readonly<Record<number, bigint>> = { 1: 2n ** 60n, 2: 2n ** 28n };

/**
 * The keys of one channel: unconfirmed handshakes, the keys that send, and those replaced by them,
 * which still receive. At most one unconfirmed handshake is this end's own.
 */
export class Keyring {
  private readonly kind: ChannelKind;
  private readonly suite: number;
  private readonly timers: ChannelTimers;
  private unconfirmed: Handshake[] = [];
  private confirmed: Handshake[] = [];
  private current: Handshake | undefined;
  /** Counts handshakes made and confirmed, to tell what was there before what. */
  private steps = 0;
  private highestOrder = 0n;

  constructor(kind: ChannelKind, suite: number, timers: ChannelTimers) {
    this.kind = kind;
    this.suite = suite;
    this.timers = timers;
  }

  /** The keys that the next message goes under. */
  sending(): Handshake | undefined {
    return this.current;
  }

  /** The keys that the next message goes under, if they are confirmed and not too old. [KEY-25] */
  usable(now: Instant): Handshake | undefined {
    const keys = this.current;
    return keys?.confirmedAt !== undefined && now < this.endOf(keys) ? keys : undefined;
  }

  /** The keys with this ID, if the channel holds them still. */
  find(keyId: number): Handshake | undefined {
    return (
      this.confirmed.find((handshake) => handshake.keyId === keyId) ??
      this.unconfirmed.find((handshake) => handshake.keyId === keyId)
    );
  }

  /** The unconfirmed handshake that answered this very message 1. [KEY-13] */
  findRepeat(message1: Uint8Array): Handshake | undefined {
    return this.unconfirmed.find(
      (handshake) => !handshake.initiated && sameBytes(handshake.message1, message1),
    );
  }

  /** Whether this very message 2 gave the channel keys that it still holds. [KEY-52] */
  hasTaken(message2: Uint8Array): boolean {
    return [...this.unconfirmed, ...this.confirmed].some(
      (handshake) => handshake.initiated && sameBytes(handshake.message2, message2),
    );
  }

  /** The highest order number confirmed on the channel, by either end. */
  highestConfirmed(): bigint {
    return this.highestOrder;
  }

  unconfirmedCount(): number {
    return this.unconfirmed.length;
  }

  /**
   * Takes a complete handshake in. What this end opened itself sends at once if there are no other keys.
   * @returns the handshakes that had to go for it.
   */
  add(handshake: Handshake): Handshake[] {
    handshake.madeAs = ++this.steps;
    const gone = handshake.initiated ? this.unconfirmed.filter((other) => other.initiated) : [];
    const others = this.unconfirmed.filter((other) => !gone.includes(other));
    // KEY-22: this end's own is not among them.
    const answered = handshake.initiated ? [] : others.filter((other) => !other.initiated);
    gone.push(...answered.slice(0, Math.max(0, answered.length + 1 - UNCONFIRMED_BOUND)));
    this.unconfirmed = [...others.filter((other) => !gone.includes(other)), handshake];
    if (this.current !== undefined && gone.includes(this.current)) this.current = undefined;
    if (handshake.initiated && this.current === undefined) this.current = handshake;
    return gone;
  }

  /**
   * Something opened under an unconfirmed handshake.
   * @returns the handshakes erased by it: unconfirmed ones of lower rank. [KEY-07, KEY-12]
   */
  confirm(handshake: Handshake, now: Instant): Handshake[] {
    handshake.confirmedAt = now;
    handshake.generation = ++this.steps;
    if (handshake.order > this.highestOrder) this.highestOrder = handshake.order;
    const others = this.unconfirmed.filter((other) => other !== handshake);
    const gone = this.kind === 'association' ? [] : others.filter((other) => outranks(handshake, other));
    this.unconfirmed = others.filter((other) => !gone.includes(other));
    this.confirmed.push(handshake);

    const before = this.current;
    if (before === undefined || before === handshake || this.supersedes(handshake, before)) {
      this.current = handshake;
    }
    const replaced = this.current === handshake ? before : handshake;
    if (replaced !== undefined && replaced !== this.current && replaced.confirmedAt !== undefined) {
      replaced.receiveUntil = now + this.timers.oldKeys;
    }
    return [...gone, ...this.dropOldest()];
  }

  /** Erases what has outlived its time. @returns the erased. */
  expire(now: Instant): Handshake[] {
    const isOver = (handshake: Handshake): boolean => now >= this.endOf(handshake);
    const gone = [...this.unconfirmed, ...this.confirmed].filter(isOver);
    if (gone.length === 0) return gone;
    this.unconfirmed = this.unconfirmed.filter((handshake) => !isOver(handshake));
    this.confirmed = this.confirmed.filter((handshake) => !isOver(handshake));
    if (this.current !== undefined && gone.includes(this.current)) this.current = undefined;
    return gone;
  }

  /** Counts a failed tag; too many erase the keys. [KEY-18] */
  tagFailed(handshake: Handshake): void {
    if (++handshake.failedTags >= FAILED_TAGS_BOUND) handshake.receiveUntil = 0;
  }

  /** Whether the next message due has to open the channel again, as far as this end may. [KEY-05] */
  isRekeyDue(now: Instant): boolean {
    const keys = this.current;
    if (keys?.confirmedAt === undefined) return false;
    // Those that are to replace them wait for their confirmation already.
    if (this.unconfirmed.some(({ initiated }) => initiated)) return false;
    const patience = keys.initiated ? 0 : this.timers.rekeyOtherEnd;
    const set = this.timers.rekeyMessages?.[this.suite];
    const bound = set === undefined ? (PACKETS_BOUND[this.suite] ?? 0n) : BigInt(set);
    return now >= keys.confirmedAt + this.timers.rekey + patience || keys.sent >= bound;
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const handshake of this.unconfirmed) at = Math.min(at, this.endOf(handshake));
    for (const handshake of this.confirmed) at = Math.min(at, this.endOf(handshake));
    return at;
  }

  private dropOldest(): Handshake[] {
    const old = this.confirmed.filter((handshake) => handshake !== this.current);
    const gone = old.slice(0, Math.max(0, old.length - OLD_BOUND));
    this.confirmed = this.confirmed.filter((handshake) => !gone.includes(handshake));
    return gone;
  }

  private endOf(handshake: Handshake): Instant {
    if (handshake.confirmedAt === undefined) {
      return Math.min(
        handshake.answeredAt + this.timers.unconfirmed,
        handshake.receiveUntil ?? Number.POSITIVE_INFINITY,
      );
    }
    return Math.min(
      handshake.confirmedAt + this.timers.keyLifetime,
      handshake.receiveUntil ?? Number.POSITIVE_INFINITY,
    );
  }

  /**
   * Whether newly confirmed keys replace the current ones. On associations, where a restart forgets all
   * order, the later confirmed do, but for handshakes that crossed: those both ends have to rank alike. [KEY-49]
   */
  private supersedes(handshake: Handshake, current: Handshake): boolean {
    if (this.kind !== 'association') return outranks(handshake, current);
    const haveCrossed = handshake.madeAs < current.generation;
    if (!haveCrossed) return true;
    const order = compareBytes(handshake.opener, current.opener);
    return order === 0 ? handshake.madeAs > current.madeAs : order < 0;
  }
}
