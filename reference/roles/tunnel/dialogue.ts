/** What both ends of a path tell each other in Path Updates: where they are now, and that it is over. */
import type { Endpoint } from '../../address.ts';
import type { Channel } from '../../channel/channel.ts';
import type { ChannelEvent } from '../../channel/types.ts';
import type { Instant, Random } from '../../core.ts';
import type { PathUpdate } from '../../wire/messages.ts';
import { MessageType } from '../../wire/registry.ts';
import type { Life } from './life.ts';
import type { Link } from './link.ts';
import type { Route } from './route.ts';
import type { Routes } from './routes.ts';
import type { TunnelConfig } from './types.ts';
import type { News, Subject, Verdict } from './updates.ts';
import { Updates } from './updates.ts';

export interface DialogueParts {
  readonly config: TunnelConfig;
  readonly channel: Channel;
  readonly routes: Routes;
  readonly life: Life;
  /** The other end says where it is. [HO-16, OPT-04] */
  readonly learn: (candidates: readonly Endpoint[], from: Endpoint, now: Instant) => void;
  /** It did not answer what it was told. */
  readonly unheard: () => void;
}

export class Dialogue {
  private readonly parts: DialogueParts;
  private readonly link: Link;
  private readonly updates: Updates;

  constructor(parts: DialogueParts, random: Random, link: Link) {
    this.parts = parts;
    this.link = link;
    this.updates = new Updates(parts.config.timers, random);
  }

  /** Answers that are kept. [DOS-04] */
  get answerCount(): number {
    return this.updates.answerCount;
  }

  /** Where this end is, and how it sends. [HO-16, OPT-06, OPT-09] */
  tell(news: News, now: Instant): void {
    if (this.parts.life.isOpen) this.updates.tell(news, now);
  }

  /** Says goodbye, if there is anybody to say it to. [TUN-17] */
  beginClose(now: Instant): void {
    const { life } = this.parts;
    this.emitAll(life.beginClose());
    if (life.state === 'closing') this.updates.close(now);
  }

  receive(event: Extract<ChannelEvent, { kind: 'message' }>, now: Instant): void {
    const { message, from } = event;
    if (message.type === MessageType.pathUpdate) {
      return this.answer(this.updates.judge(event, message, now), from, now);
    }
    this.answered(message.transaction, from, undefined, now);
  }

  receiveBad(event: Extract<ChannelEvent, { kind: 'bad-request' | 'bad-answer' }>, now: Instant): void {
    const { from } = event;
    if (event.kind === 'bad-answer') return this.answered(event.transaction, from, 'schema', now);
    this.answer(this.updates.judgeBad(event, now), from, now);
  }

  /** Gives up what was never answered. */
  tick(now: Instant): void {
    for (const subject of this.updates.takeOver(now)) {
      if (subject === 'close') this.fallSilent(now);
      else if (subject?.candidates !== undefined) this.parts.unheard();
    }
  }

  wakeAt(): Instant {
    return this.updates.wakeAt();
  }

  /** A goodbye goes by any route, candidates by the relay where there is one. */
  sendDue(now: Instant): void {
    const { channel, routes, life } = this.parts;
    const wayFor = (subject: Subject): Route | undefined =>
      subject !== 'close' && subject.candidates ? routes.relay() : (routes.best() ?? routes.latest);
    for (const { subject, body } of this.updates.takeDue(channel.hasKeys(), now)) {
      const route = wayFor(subject);
      if (life.state === 'closed' || route === undefined) continue;
      this.link.send(MessageType.pathUpdate, body, route.endpoint, now);
    }
  }

  private answered(transaction: Uint8Array, from: Endpoint, layer: 'schema' | undefined, now: Instant): void {
    const subject = this.updates.answered(transaction);
    if (subject === undefined) this.link.emit({ kind: 'refused', layer: 'transaction', from });
    else if (layer !== undefined) this.link.emit({ kind: 'refused', layer, from });
    if (subject === 'close') this.fallSilent(now);
  }

  private answer({ answer, status, layer, update }: Verdict, to: Endpoint, now: Instant): void {
    if (layer !== undefined) this.link.emit({ kind: 'refused', layer, from: to });
    if (status !== undefined) this.link.emit({ kind: 'status', status });
    if (answer !== undefined) this.link.send(MessageType.acknowledgement, answer, to, now);
    if (update !== undefined) this.follow(update, to, now);
  }

  private follow({ close, candidates }: PathUpdate, from: Endpoint, now: Instant): void {
    if (close === true) return this.fallSilent(now);
    if (candidates !== undefined) this.parts.learn(candidates, from, now);
  }

  private fallSilent(now: Instant): void {
    this.emitAll(this.parts.life.fallSilent(now));
  }

  private emitAll(events: ReturnType<Life['beginClose']>): void {
    for (const event of events) this.link.emit(event);
  }
}
