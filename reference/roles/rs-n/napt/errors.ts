/** ICMP errors with the packet inside of them, translated as a whole. [RSN-07] */
import { ICMPV6, icmpv6Checksum, internetChecksum } from '../../../packet/checksum.ts';
import type { Head } from '../../../packet/head.ts';
import { destinationOf, readPart, sourceOf } from '../../../packet/head.ts';
import { ICMP, setU16, u16 } from '../../../packet/ip.ts';
import type { Ends } from './frame.ts';
import { frame } from './frame.ts';
import { toIcmp, toIcmpv6 } from './icmp.ts';
import type { Translation } from './translate.ts';
import { translate } from './translate.ts';

const HEADER = 8;
/** All that an error of the other family may be long behind its IP header: RFC 1812, 4.3.2.3; RFC 4443, 2.4 (c). */
const LONGEST = { 4: 576 - 20, 6: 1280 - 40 };

/**
 * The packet that an error is about.
 * @returns undefined if the error's checksum is wrong, or there is no packet in it whose IPv4 header is right.
 * RFC 5508, REQ-3
 */
export function readAbout(error: Head): Head | undefined {
  const { version, bytes, payload, length } = error;
  const message = bytes.subarray(payload);
  if (length < payload + HEADER) return undefined;
  const sum =
    version === 4
      ? internetChecksum(message)
      : icmpv6Checksum(sourceOf(error), destinationOf(error), message);
  if (sum !== 0) return undefined;
  const about = readPart(message.subarray(HEADER));
  return about?.version === version && about.offset === 0 ? about : undefined;
}

export interface ErrorTranslation {
  readonly outer: Ends;
  readonly about: Translation;
  /** Of the side that it goes to. */
  readonly mtu: number;
  readonly hops: number;
}

/** @returns undefined if the other family has no word for the error. */
export function translateError(error: Head, about: Head, to: ErrorTranslation): Uint8Array | undefined {
  const isCrossing = to.outer.source.length !== error.width;
  const message = isCrossing ? crossing(error, about, to) : within(error, about, to);
  if (message === undefined) return undefined;
  const isIpv4 = to.outer.source.length === 4;
  setU16(message, 2, 0);
  const { source, destination } = to.outer;
  setU16(message, 2, isIpv4 ? internetChecksum(message) : icmpv6Checksum(source, destination, message));
  const { packet, at } = frame(error, to.outer, {
    length: message.length,
    present: message.length,
    protocol: isIpv4 ? ICMP : ICMPV6,
    hops: to.hops,
    identify: to.about.identify,
    mayCut: false,
  });
  packet.set(message, at);
  return packet;
}

/** The same family: whatever follows the packet in the error stays, as RFC 4884's extensions. */
function within({ bytes, payload }: Head, about: Head, to: ErrorTranslation): Uint8Array | undefined {
  const inside = translate(about, to.about);
  if (inside === undefined) return undefined;
  const message = bytes.slice(payload);
  message.set(inside, HEADER);
  return message;
}

/** The other family: extensions are left out, and what says how long the packet before them is. */
function crossing({ version, bytes, payload }: Head, about: Head, to: ErrorTranslation) {
  const [type = 0, code = 0] = bytes.subarray(payload);
  const word = u16(bytes, payload + 4) * 0x10000 + u16(bytes, payload + 6);
  const error = { type, code, word };
  const becomes = version === 4 ? toIcmpv6(error, about.length, to.mtu) : toIcmp(error, to.mtu);
  const inside = becomes && translate(withoutExtensions(about, lengthTold(version, type, word)), to.about);
  if (becomes === undefined || inside === undefined) return undefined;
  const message = new Uint8Array(Math.min(HEADER + inside.length, LONGEST[version === 4 ? 6 : 4]));
  message.set([becomes.type, becomes.code]);
  new DataView(message.buffer).setUint32(4, becomes.word);
  message.set(inside.subarray(0, message.length - HEADER), HEADER);
  return message;
}

/** How long the packet in an error is before its extensions, if it tells: RFC 4884, 4.1 to 4.5. */
function lengthTold(version: 4 | 6, type: number, word: number): number {
  if (version === 4) return 4 * ((word >>> 16) & 0xff);
  return type === 1 || type === 3 ? 8 * (word >>> 24) : 0;
}

function withoutExtensions(about: Head, length: number): Head {
  if (length < about.payload + HEADER || length >= about.bytes.length) return about;
  return { ...about, bytes: about.bytes.subarray(0, length) };
}
