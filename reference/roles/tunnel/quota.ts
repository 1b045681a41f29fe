import type { Endpoint } from '../../address.ts';
import { formatEndpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';

/** OPT-02: to a candidate that nothing came from, datagrams in a minute, and their bytes. */
const MOST = 10;
const LARGEST = 200;
const MINUTE = 60_000;
/** DOS-04: candidates that are kept in mind. */
const BOUND = 64;

/** What goes to where nothing came from: a peer could have named anybody. [OPT-02] */
export class Quota {
  private readonly sent = new Map<string, Instant[]>();

  /** Whether a datagram may go there, and notes it as sent if so. */
  admits(to: Endpoint, bytes: number, now: Instant): boolean {
    if (bytes > LARGEST) return false;
    const key = formatEndpoint(to);
    const times = (this.sent.get(key) ?? []).filter((at) => at > now - MINUTE);
    if (times.length >= MOST) return false;
    this.sent.delete(key);
    this.sent.set(key, [...times, now]);
    const [oldest] = this.sent.keys();
    if (this.sent.size > BOUND && oldest !== undefined) this.sent.delete(oldest);
    return true;
  }

  /** Something of the path came from there: the peer is there. */
  heard(from: Endpoint): void {
    this.sent.delete(formatEndpoint(from));
  }
}
