import type { Endpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';
import type { MessageType } from '../../wire/registry.ts';
import type { TunnelEvent } from './types.ts';

/** What the parts of a path's end do by its channel, and tell its role. What comes of it is followed at once. */
export interface Link {
  emit(event: TunnelEvent): void;
  send(type: MessageType, body: Uint8Array, to: Endpoint, now: Instant): void;
  /** @param size bytes of UDP payload that the probe is padded to. */
  probe(to: Endpoint, now: Instant, size?: number): void;
  /** @param schedule when, in milliseconds from now. */
  search(to: Endpoint, schedule: readonly number[], now: Instant): void;
  /** Opens it; an opening that is under way goes there too. @param repeat in milliseconds from now. */
  open(to: readonly Endpoint[], repeat: readonly number[], now: Instant): void;
}
