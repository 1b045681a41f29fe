/** An instance behind an adapter that takes packets and gives packets out, and says what happened. */
import type { PlayedDc } from '../played/dc.ts';
import { AdapterInstance } from './instance.ts';
import type { InstanceEvent } from './instance-event.ts';

export class AdapterWithPackets<Dc extends PlayedDc> extends AdapterInstance<Dc> {
  #events: InstanceEvent[] = [];

  override async start(): Promise<void> {
    this.#events = [];
    await super.start();
  }

  async packet(packet: Uint8Array): Promise<void> {
    await this.client.call('trigger', { what: 'packet', instance: this.running(), packet });
  }

  async events(): Promise<readonly InstanceEvent[]> {
    for (;;) {
      const since = this.#events.at(-1)?.number ?? 0;
      const page = await this.client.call('events', { instance: this.running(), since });
      this.#events.push(...page.events);
      if (!page.more || page.events.length === 0) return this.#events;
    }
  }
}
