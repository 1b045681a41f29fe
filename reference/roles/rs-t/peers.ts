import type { Ip } from '../../address.ts';
import type { Instant } from '../../core.ts';

const BOUND = 1024;
/** As long as an idle path lives. [RS-25] */
const MEMORY = 7_440_000;

/** Whom a node has sent to from one lent address: the latest of them. [RST-08, DOS-04] */
export class Peers {
  private readonly last = new Map<Ip, Instant>();

  note(ip: Ip, now: Instant): void {
    this.last.delete(ip);
    this.last.set(ip, now);
    for (const oldest of this.last.keys()) {
      if (this.last.size <= BOUND) return;
      this.last.delete(oldest);
    }
  }

  isKnown(ip: Ip, now: Instant): boolean {
    const at = this.last.get(ip);
    return at !== undefined && now - at < MEMORY;
  }
}
