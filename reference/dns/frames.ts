/** DNS messages in a stream of bytes: each after its length in two bytes. (RFC 1035, 4.2.2; RFC 7766, 8) */
import { concat } from '../bytes.ts';

/** A message as it goes over TCP. */
export function frame(message: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(message.length >> 8, message.length & 0xff), message);
}

/** Puts together what comes in pieces. */
export class Frames {
  private rest = new Uint8Array(0);

  /** The messages that are complete with these bytes. */
  take(bytes: Uint8Array): Uint8Array[] {
    let all = concat(this.rest, bytes);
    const messages: Uint8Array[] = [];
    for (;;) {
      const length = ((all[0] ?? 0) << 8) | (all[1] ?? 0);
      if (all.length < 2 || all.length < 2 + length) break;
      messages.push(all.slice(2, 2 + length));
      all = all.subarray(2 + length);
    }
    this.rest = all.slice();
    return messages;
  }
}
