/** What a channel gives out: datagrams for the far end, as far as they may go there, and news for its role. */
import type { Endpoint } from '../address.ts';
import type { Layer } from '../refusal.ts';
import { HEADER_LENGTH, TAG_LENGTH } from '../wire/header.ts';
import type { MessageType } from '../wire/registry.ts';
import type { FarEnd } from './far-end.ts';
import type { Handshake } from './handshake.ts';
import { seal } from './sealing.ts';
import type { ChannelEvent } from './types.ts';

export class Outgoing {
  /** What own messages carry: the channel's ID, or an alias: the one that the far end used last, or one to use. [KEY-14] */
  context: Uint8Array;
  private readonly farEnd: FarEnd;
  private events: ChannelEvent[] = [];

  constructor(context: Uint8Array, farEnd: FarEnd) {
    this.context = context;
    this.farEnd = farEnd;
  }

  tell(event: ChannelEvent): void {
    this.events.push(event);
  }

  refuse(layer: Layer, from: Endpoint): void {
    this.events.push({ kind: 'refused', layer, from });
  }

  /** An answer as it is, unless the address has had three times what came from it. [DOS-02] @returns whether it goes. */
  sendWithinBudget(bytes: Uint8Array, to: Endpoint): boolean {
    if (!this.spend(to, bytes.length)) return false;
    this.events.push({ kind: 'send', bytes, to });
    return true;
  }

  /** Seals under the given keys, unless the address has had three times what came from it. [DOS-02] */
  sendSealed(keys: Handshake | undefined, type: MessageType, body: Uint8Array, to: Endpoint): void {
    if (keys === undefined || !this.spend(to, HEADER_LENGTH + body.length + TAG_LENGTH)) return;
    this.events.push({ kind: 'send', bytes: seal(keys, type, this.context, body), to });
  }

  /** Hands out what there is, in order. */
  take(): ChannelEvent[] {
    const { events } = this;
    this.events = [];
    return events;
  }

  private spend(to: Endpoint, bytes: number): boolean {
    const isWithin = this.farEnd.spend(to, bytes);
    if (!isWithin) this.refuse('amplification', to);
    return isWithin;
  }
}
