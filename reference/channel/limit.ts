import type { Endpoint } from '../address.ts';
import { formatEndpoint } from '../address.ts';
import type { Instant } from '../core.ts';

/** KEY-12: openings a second, of one source and of all sources together. */
const PER_SOURCE = 8;
const PER_CHANNEL = 64;
const WINDOW_MS = 1000;

/**
 * Admits openings that are no repeats: at most 8 in any second from one source (address and port)
 * and 64 in any second for the channel. Holds 64 entries at most. [KEY-12, DOS-04]
 */
export class OpeningLimit {
  private admitted: { readonly at: Instant; readonly source: string }[] = [];

  admit(from: Endpoint, now: Instant): boolean {
    this.admitted = this.admitted.filter((opening) => opening.at > now - WINDOW_MS);
    const source = formatEndpoint(from);
    const ofSource = this.admitted.filter((opening) => opening.source === source).length;
    if (ofSource >= PER_SOURCE || this.admitted.length >= PER_CHANNEL) return false;
    this.admitted.push({ at: now, source });
    return true;
  }
}
