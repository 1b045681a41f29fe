/** What one end of a TCP connection sends: bytes until they are acknowledged, again where they are not (RFC 5681, 6298). */
import { concat } from '../../bytes.ts';
import type { Instant } from '../../core.ts';
import { RoundTrip } from './round-trip.ts';

/** A piece of the stream. */
export interface Piece {
  /** Bytes of the stream before it. */
  readonly at: number;
  readonly data: Uint8Array;
  /** The stream ends with it. */
  readonly isLast: boolean;
}

/** An end that heard nothing for that long gives up: R2 of RFC 9293, 3.8.3, at least 100 s. */
const PATIENCE = 100_000;
const DUPLICATES = 3;
const WINDOW = 0xffff;

/** Places in the stream are counted from its first byte; its end counts as a byte. */
export class Sender {
  private readonly mss: number;
  private readonly trip = new RoundTrip();
  /** What was not acknowledged, from `first` on. */
  private pending: Uint8Array = new Uint8Array();
  private first = 0;
  private next = 0;
  /** After the last byte that was ever sent. */
  private furthest = 0;
  /** Bytes of the stream so far. */
  private length = 0;
  private isEnding = false;
  private congestion: number;
  private threshold = Number.POSITIVE_INFINITY;
  private duplicates = 0;
  private timerAt: Instant | undefined;
  private progressAt: Instant = 0;

  constructor(mss: number) {
    this.mss = mss;
    this.congestion = 10 * mss;
  }

  write(data: Uint8Array): void {
    this.pending = concat(this.pending, data);
    this.length += data.length;
  }

  /** No byte comes after those that there are. */
  end(): void {
    this.isEnding = true;
  }

  /** Where the next new piece begins. */
  get position(): number {
    return this.furthest;
  }

  /** All is acknowledged, the end too. */
  get isDone(): boolean {
    return this.first > this.length;
  }

  /** Bytes that are not acknowledged. */
  get waiting(): number {
    return this.pending.length;
  }

  /** What may go out now. */
  take(now: Instant): Piece[] {
    const pieces: Piece[] = [];
    for (let piece = this.piece(); piece !== undefined; piece = this.piece()) {
      pieces.push(piece);
      this.next += piece.data.length + (piece.isLast ? 1 : 0);
      if (this.next <= this.furthest) continue;
      this.furthest = this.next;
      this.trip.sent(this.next, now);
    }
    if (pieces.length > 0 && this.timerAt === undefined) {
      this.timerAt = now + this.trip.timeOut;
      this.progressAt = now;
    }
    return pieces;
  }

  /** The other end has all before that place. @param isBare it said nothing else */
  acknowledged(place: number, isBare: boolean, now: Instant): void {
    if (place > this.furthest || place < this.first) return;
    if (place === this.first) {
      if (isBare && this.first < this.furthest && ++this.duplicates === DUPLICATES) this.slow(undefined);
      return;
    }
    this.trip.acknowledged(place, now);
    this.pending = this.pending.slice(place - this.first);
    this.first = place;
    this.next = Math.max(this.next, place);
    this.duplicates = 0;
    this.congestion += this.congestion < this.threshold ? this.mss : (this.mss * this.mss) / this.congestion;
    this.timerAt = place < this.furthest ? now + this.trip.timeOut : undefined;
    this.progressAt = now;
  }

  wakeAt(): Instant {
    return this.timerAt ?? Number.POSITIVE_INFINITY;
  }

  /** @returns false if the other end is given up. */
  tick(now: Instant): boolean {
    if (now < this.wakeAt()) return true;
    if (now - this.progressAt >= PATIENCE) return false;
    this.trip.backOff();
    this.slow(this.mss);
    this.timerAt = now + this.trip.timeOut;
    return true;
  }

  private piece(): Piece | undefined {
    const offset = this.next - this.first;
    const room = Math.max(0, Math.min(WINDOW, this.congestion) - offset);
    const data = this.pending.subarray(offset, offset + Math.min(this.mss, Math.floor(room)));
    const isLast = this.isEnding && this.next + data.length === this.length;
    return data.length === 0 && !isLast ? undefined : { at: this.next, data, isLast };
  }

  /** Something was lost: all from there goes out again, more slowly. */
  private slow(congestion: number | undefined): void {
    this.threshold = Math.max((this.furthest - this.first) / 2, 2 * this.mss);
    this.congestion = congestion ?? this.threshold;
    this.trip.forget();
    this.next = this.first;
  }
}
