/** Path Updates: those of this end until they are answered, and what the far end's were answered with. */
import type { Endpoint } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import type { ChannelEvent, Origin } from '../../channel/types.ts';
import { sentLater } from '../../channel/types.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant, Random } from '../../core.ts';
import type { Layer } from '../../refusal.ts';
import type { Acknowledgement, ErrorAnswer, PathUpdate } from '../../wire/messages.ts';
import { encodeBody, grease } from '../../wire/messages.ts';
import type { Route, Status as StatusCode } from '../../wire/registry.ts';
import { MessageType, Status } from '../../wire/registry.ts';
import { Answers } from '../association/answers.ts';
import type { Schedule } from '../association/requests.ts';
import { Requests } from '../association/requests.ts';

/** GEN-27: answers that a path keeps. */
export const ANSWERS_BOUND = 64;
const TRANSACTION_LENGTH = 8;

/** What this end has to say of itself. [OPT-06, OPT-09] */
export interface News {
  readonly candidates?: readonly Endpoint[];
  readonly route?: Route;
}

/** What a Path Update of this end is about. */
export type Subject = News | 'close';

/** What becomes of a Path Update that came. */
export interface Verdict {
  /** The body of the Acknowledgement. */
  readonly answer?: Uint8Array;
  /** What it says, where it is a new one. */
  readonly status?: StatusCode;
  readonly layer?: Layer;
  /** What takes effect. */
  readonly update?: PathUpdate;
}

type Request = { readonly type: number; readonly transaction: Uint8Array; readonly body: Uint8Array };

export class Updates {
  private readonly requests: Requests;
  private readonly answers: Answers;
  private readonly schedule: Schedule;
  private readonly random: Random;
  /** Own ones that wait for their answers. */
  private readonly subjects = new Map<string, Subject>();
  /** The last one of the far end that took effect. */
  private latest: Origin | undefined;

  constructor(timers: Timers, random: Random) {
    this.requests = new Requests(random);
    this.answers = new Answers(timers['answer-cache'], ANSWERS_BOUND);
    this.schedule = { tries: timers['try-path-update'], over: timers['try-over-path-update'] };
    this.random = random;
  }

  /** Path Updates of the far end whose answers are kept. [DOS-04] */
  get answerCount(): number {
    return this.answers.size;
  }

  /** What was not answered yet is said again with it: of two that overtake each other the former is stale. [GEN-32] */
  tell(news: News, now: Instant): void {
    let whole = news;
    for (const [key, subject] of this.subjects) {
      if (subject === 'close') return;
      whole = { ...subject, ...whole };
      this.answered(fromHex(key));
    }
    this.start(whole, { ...whole, ...(whole.candidates && { candidates: [...whole.candidates] }) }, now);
  }

  /** It is over. [TUN-17] */
  close(now: Instant): void {
    this.start('close', { close: true }, now);
  }

  /** The ones to send now. [GEN-11] */
  takeDue(hasKeys: boolean, now: Instant): { readonly subject: Subject; readonly body: Uint8Array }[] {
    return this.requests.takeDue(hasKeys, now).flatMap(({ transaction, body }) => {
      const subject = this.subjects.get(toHex(transaction));
      return subject === undefined ? [] : [{ subject, body }];
    });
  }

  /** An Acknowledgement came, good or bad. @returns what it is for; undefined: for nothing. */
  answered(transaction: Uint8Array): Subject | undefined {
    const request = this.requests.take(MessageType.acknowledgement, transaction);
    return request && this.end(request.transaction);
  }

  /** What is given up now. */
  takeOver(now: Instant): (Subject | undefined)[] {
    return this.requests.takeOver(now).map(({ transaction }) => this.end(transaction));
  }

  wakeAt(): Instant {
    return this.requests.wakeAt();
  }

  /** A Path Update of the far end. [GEN-10, GEN-32] */
  judge(event: Extract<ChannelEvent, { kind: 'message' }>, message: PathUpdate, now: Instant): Verdict {
    const { transaction } = message;
    const known = this.look({ type: message.type, transaction, body: event.body }, now);
    if (known !== undefined) return known;
    if (this.latest !== undefined && !sentLater(event.origin, this.latest)) {
      this.answers.store(transaction, undefined, now);
      return { layer: 'stale' };
    }
    this.latest = event.origin;
    const type = MessageType.acknowledgement;
    return { ...this.answer({ type, transaction, status: Status.ok }, now), update: message };
  }

  /** One whose schema fails. [GEN-23] */
  judgeBad(event: Extract<ChannelEvent, { kind: 'bad-request' }>, now: Instant): Verdict {
    const known = this.look(event, now);
    if (known !== undefined) return known;
    const { transaction, status } = event;
    const answer = { type: MessageType.acknowledgement, transaction, status } as ErrorAnswer<
      typeof MessageType.acknowledgement
    >;
    return { ...this.answer(answer, now), layer: 'schema' };
  }

  /** What became of it when it came before. */
  private look({ type, transaction, body }: Request, now: Instant): Verdict | undefined {
    const known = this.answers.take(type, transaction, body, now);
    if (known === 'new') return undefined;
    return known === 'known' ? { layer: 'transaction' } : { answer: known.body };
  }

  private answer(
    message: Acknowledgement | ErrorAnswer<typeof MessageType.acknowledgement>,
    now: Instant,
  ): Verdict {
    const answer = encodeBody(message, grease(this.random));
    this.answers.store(message.transaction, { type: message.type, body: answer }, now);
    return { answer, status: message.status };
  }

  private start(
    subject: Subject,
    content: Pick<PathUpdate, 'candidates' | 'route' | 'close'>,
    now: Instant,
  ): void {
    const type = MessageType.pathUpdate;
    const transaction = this.random(TRANSACTION_LENGTH);
    const body = encodeBody({ type, transaction, ...content }, grease(this.random));
    this.requests.start(type, transaction, body, this.schedule, now);
    this.subjects.set(toHex(transaction), subject);
  }

  private end(transaction: Uint8Array): Subject | undefined {
    const key = toHex(transaction);
    const subject = this.subjects.get(key);
    this.subjects.delete(key);
    return subject;
  }
}
