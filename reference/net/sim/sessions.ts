/** With whom one outside endpoint has had to do lately: what filters of NATs and firewalls go by (RFC 4787, 5). */
import type { Endpoint } from '../../address.ts';
import { formatEndpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';

/** Endpoint-independent; address-dependent; address- and port-dependent. */
export type Filtering = 'EIF' | 'ADF' | 'APDF';

export class Sessions {
  private readonly last = new Map<string, { readonly remote: Endpoint; at: Instant }>();
  private readonly expiry: number;

  constructor(expiry: number) {
    this.expiry = expiry;
  }

  /** Something passed to or from that endpoint, and keeps the session. */
  refresh(remote: Endpoint, now: Instant): void {
    const name = formatEndpoint(remote);
    const session = this.last.get(name);
    if (session === undefined) this.last.set(name, { remote, at: now });
    else session.at = now;
  }

  /** Whether any session is left; those that are over are dropped. */
  isAlive(now: Instant): boolean {
    for (const [name, { at }] of this.last) if (now - at >= this.expiry) this.last.delete(name);
    return this.last.size > 0;
  }

  /** Whether a packet of that endpoint may come in. */
  admits(remote: Endpoint, filtering: Filtering, now: Instant): boolean {
    if (!this.isAlive(now)) return false;
    if (filtering === 'EIF') return true;
    if (filtering === 'APDF') return this.last.has(formatEndpoint(remote));
    return [...this.last.values()].some(({ remote: { ip } }) => ip === remote.ip);
  }
}
