/** One end of a TCP connection (RFC 9293), without options, urgent data and flow control. */
import type { Instant } from '../../core.ts';
import type { Segment } from '../../packet/segment.ts';
import { ACK, FIN, RST, SYN } from '../../packet/segment.ts';
import { Receiver } from './receiver.ts';
import { Sender } from './sender.ts';
import { add, distance } from './sequence.ts';

export interface ConnectionOptions {
  readonly now: () => Instant;
  readonly schedule: (at: Instant, callback: () => void) => () => void;
  readonly send: (segment: Segment) => void;
  /** The sequence number of its SYN. */
  readonly initial: number;
  /** Bytes of data in a segment. */
  readonly mss: number;
  readonly onData: (data: Uint8Array) => void;
  /** The other end sends no more. */
  readonly onEnd: () => void;
  /** It is over, and not because both ends said so. */
  readonly onFailure: (why: 'reset' | 'timed out') => void;
}

export type State = 'listening' | 'asking' | 'answering' | 'open' | 'over';

const WINDOW = 0xffff;
const NOTHING = new Uint8Array();
/** The first SYN is repeated after this, then after twice as long, and so on. */
const SYN_AGAIN = 1000;
const MOST_SYNS = 7;

export class Connection {
  state: State = 'listening';
  private readonly options: ConnectionOptions;
  private readonly sender: Sender;
  private readonly receiver = new Receiver();
  /** The sequence number of the other end's SYN. */
  private theirs = 0;
  private syns = 0;
  private cancel: () => void = () => {};

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.sender = new Sender(options.mss);
  }

  connect(): void {
    this.state = 'asking';
    this.synchronize();
  }

  write(data: Uint8Array): void {
    this.sender.write(data);
    this.push();
  }

  /** Sends no more after what was written. */
  end(): void {
    this.sender.end();
    this.push();
  }

  /** Bytes that were written and not acknowledged. */
  get waiting(): number {
    return this.sender.waiting;
  }

  /** Both ends have said that they send no more, and know that the other one knows. */
  get isClosed(): boolean {
    return this.sender.isDone && this.receiver.isEnded;
  }

  receive(segment: Segment): void {
    if (this.state === 'over') return;
    const { flags } = segment;
    if ((flags & RST) !== 0) {
      if (this.isPlausible(segment)) this.fail('reset');
      return;
    }
    if ((flags & SYN) !== 0) return this.receiveSyn(segment);
    if ((flags & ACK) === 0 || this.state === 'listening' || this.state === 'asking') return;
    if (this.state === 'answering') this.state = 'open';
    const { data } = segment;
    const isLast = (flags & FIN) !== 0;
    const isBare = data.length === 0 && !isLast;
    this.sender.acknowledged(this.placeOf(segment.acknowledgement), isBare, this.options.now());
    if (!isBare) this.receivePiece(segment, isLast);
    this.push();
  }

  private receivePiece({ sequence, data }: Segment, isLast: boolean): void {
    const wasEnded = this.receiver.isEnded;
    const { next } = this.receiver;
    const at = next + distance(add(this.theirs, 1 + next), sequence);
    for (const fresh of this.receiver.take({ at, data, isLast })) this.options.onData(fresh);
    this.emit(ACK, this.sender.position, NOTHING);
    if (this.receiver.isEnded && !wasEnded) this.options.onEnd();
  }

  private receiveSyn({ flags, sequence, acknowledgement }: Segment): void {
    const isAnswer = (flags & ACK) !== 0;
    if (this.state === 'listening' && !isAnswer) {
      this.theirs = sequence;
      this.state = 'answering';
      this.synchronize();
    } else if (this.state === 'asking' && isAnswer && acknowledgement === add(this.options.initial, 1)) {
      this.theirs = sequence;
      this.state = 'open';
      this.emit(ACK, 0, NOTHING);
      this.push();
    } else if (sequence === this.theirs && this.state === 'answering') this.sendSyn();
    else if (sequence === this.theirs) this.emit(ACK, this.sender.position, NOTHING);
  }

  /** RFC 5961, 3.2: exactly what is expected, or the answer to the SYN. */
  private isPlausible({ flags, sequence, acknowledgement }: Segment): boolean {
    if (this.state === 'asking')
      return (flags & ACK) !== 0 && acknowledgement === add(this.options.initial, 1);
    return sequence === add(this.theirs, 1 + this.receiver.next);
  }

  private synchronize(): void {
    this.syns = 0;
    this.sendSyn();
    this.waitForSyn();
  }

  private waitForSyn(): void {
    this.wake(this.options.now() + SYN_AGAIN * 2 ** this.syns, () => {
      if (this.state !== 'asking' && this.state !== 'answering') return this.push();
      if (++this.syns >= MOST_SYNS) return this.fail('timed out');
      this.sendSyn();
      this.waitForSyn();
    });
  }

  private sendSyn(): void {
    const { initial, send } = this.options;
    const isAnswer = this.state === 'answering';
    const acknowledgement = isAnswer ? add(this.theirs, 1) : 0;
    const flags = isAnswer ? SYN | ACK : SYN;
    send({ flags, sequence: initial, acknowledgement, window: WINDOW, data: NOTHING });
  }

  /** Sends what may go out, and sets the timer for what may be lost. */
  private push(): void {
    if (this.state !== 'open') return;
    const now = this.options.now();
    for (const { at, data, isLast } of this.sender.take(now)) this.emit(isLast ? ACK | FIN : ACK, at, data);
    this.wake(this.sender.wakeAt(), () => {
      if (this.sender.tick(this.options.now())) this.push();
      else this.fail('timed out');
    });
  }

  private emit(flags: number, at: number, data: Uint8Array): void {
    this.options.send({
      flags,
      sequence: add(this.options.initial, 1 + at),
      acknowledgement: add(this.theirs, 1 + this.receiver.next),
      window: WINDOW,
      data,
    });
  }

  /** Where in the own stream an acknowledgement is. */
  private placeOf(acknowledgement: number): number {
    const { position } = this.sender;
    return position + distance(add(this.options.initial, 1 + position), acknowledgement);
  }

  private wake(at: Instant, callback: () => void): void {
    this.cancel();
    this.cancel = at === Number.POSITIVE_INFINITY ? () => {} : this.options.schedule(at, callback);
  }

  private fail(why: 'reset' | 'timed out'): void {
    this.cancel();
    this.state = 'over';
    this.options.onFailure(why);
  }
}

/** The answer to a segment for which there is no connection (RFC 9293, 3.10.7.1); none to a reset. */
export function resetFor({ flags, sequence, acknowledgement, data }: Segment): Segment | undefined {
  if ((flags & RST) !== 0) return undefined;
  const common = { window: 0, data: NOTHING };
  if ((flags & ACK) !== 0) return { ...common, flags: RST, sequence: acknowledgement, acknowledgement: 0 };
  const length = data.length + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0);
  return { ...common, flags: RST | ACK, sequence: 0, acknowledgement: add(sequence, length) };
}
