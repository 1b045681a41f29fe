/** A stateful firewall: what was not asked for from inside does not come in (RFC 6092, 3.2). */
import type { Endpoint } from '../../address.ts';
import { formatEndpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';
import type { Filtering } from './sessions.ts';
import { Sessions } from './sessions.ts';

export interface FirewallOptions {
  readonly filtering: Filtering;
  /** Milliseconds that a permission outlives the last packet of its session. */
  readonly expiry?: number;
}

/** RFC 6092, REC-14: not below two minutes, five recommended. */
const EXPIRY = 300_000;

export class Firewall {
  private readonly options: Required<FirewallOptions>;
  private readonly inside = new Map<string, Sessions>();

  constructor(options: FirewallOptions) {
    this.options = { expiry: EXPIRY, ...options };
  }

  outbound(inside: Endpoint, remote: Endpoint, now: Instant): void {
    const name = formatEndpoint(inside);
    let sessions = this.inside.get(name);
    if (sessions === undefined) {
      sessions = new Sessions(this.options.expiry);
      this.inside.set(name, sessions);
    }
    sessions.refresh(remote, now);
  }

  /** Whether a packet may come in; one that does keeps its session. */
  admits(inside: Endpoint, remote: Endpoint, now: Instant): boolean {
    const sessions = this.inside.get(formatEndpoint(inside));
    if (!sessions?.admits(remote, this.options.filtering, now)) return false;
    sessions.refresh(remote, now);
    return true;
  }

  reboot(): void {
    this.inside.clear();
  }
}
