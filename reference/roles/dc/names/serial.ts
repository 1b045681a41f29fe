/** The serial of the zones' SOA, which rises with each change and over restarts. [DNS-23] */
import type { Ledger } from '../ledger.ts';

/** Where it is durable. */
export const SERIAL_KEY = 'dns/serial';

/** Whether a key is one of what is published. */
export function isOfNames(key: string): boolean {
  return key.startsWith('dns/');
}

/** Serials that may be used before the next one has to be durable. */
const AHEAD = 1024;
const HALF = 2 ** 31;

export class Serial {
  private readonly ledger: Ledger;
  private current = 1;
  /** What is durable, or on its way there: a restart goes on behind it. */
  private reserved = 1;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  get value(): number {
    return this.current;
  }

  /** Behind all that was used before, and not before the time of day: a store may have been lost. */
  start(stored: Uint8Array | undefined, wallClock: number): void {
    const seconds = Math.floor(wallClock / 1000) >>> 0 || 1;
    const known = stored?.length === 4 ? new DataView(stored.slice().buffer).getUint32(0) : seconds;
    this.current = isAfter(known, seconds) ? known : seconds;
    this.reserve();
  }

  next(): void {
    this.current = (this.current + 1) >>> 0;
    if (!isAfter(this.reserved, (this.current + AHEAD / 2) >>> 0)) this.reserve();
  }

  private reserve(): void {
    this.reserved = (this.current + AHEAD) >>> 0;
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, this.reserved);
    this.ledger.set(SERIAL_KEY, bytes);
  }
}

/** RFC 1982 */
function isAfter(serial: number, other: number): boolean {
  return serial !== other && (serial - other) >>> 0 < HALF;
}
