import type { Ip } from '../address.ts';
import { parseIp } from '../address.ts';

/** Any sender can add an entry, so there is a bound. */
const BOUND = 4096;

/** Canonical addresses by the text in which the system names a sender; parsing it each time is slow. */
export class IpCache {
  private readonly known = new Map<string, Ip>();

  /** @returns undefined for what is no address. A zone (`fe80::1%eth0`) is left out. */
  get(text: string): Ip | undefined {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const [address = ''] = text.split('%');
    const ip = parseIp(address);
    if (ip === undefined) return undefined;
    if (this.known.size >= BOUND) this.known.clear();
    this.known.set(text, ip);
    return ip;
  }
}
