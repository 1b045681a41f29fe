/** Transactions that are signed with a shared key: RFC 8945, with hmac-sha256 alone. [DNS-26] */
import { concat, sameBytes } from '../../bytes.ts';
import { equalBytes, hmacSha256 } from '../../crypto/hash.ts';
import { encodeName } from '../zone/names.ts';

export interface TsigKey {
  /** Lower case, without a final dot. */
  readonly name: string;
  readonly secret: Uint8Array;
}

export interface Signed {
  readonly message: Uint8Array;
  /** Which the answer's is bound to. */
  readonly mac: Uint8Array;
}

/** What is wrong with an answer; `time` and `key` are what the server says of our signature. */
export type TsigFault = 'unsigned' | 'forged' | 'late' | 'refused-signature';

const ALGORITHM = encodeName('hmac-sha256');
const [TSIG, ANY] = [250, 255];
/** Seconds by which clocks may differ. (RFC 8945, 10) */
const FUDGE = 300;
const [HEADER, ADDITIONAL] = [12, 10];

/** Signs a request. @param seconds since 1970 */
export function sign(request: Uint8Array, key: TsigKey, seconds: number): Signed {
  const variables = { seconds, fudge: FUDGE, error: 0, other: new Uint8Array(0) };
  const mac = hmacSha256(key.secret, request, signedPart(key.name, variables));
  const record = tsigRecord(key.name, { ...variables, mac, originalId: u16(request, 0) });
  const message = concat(request, record);
  setU16(message, ADDITIONAL, u16(request, ADDITIONAL) + 1);
  return { message, mac };
}

/** Checks the answer to a signed request. @returns what is wrong with it, if anything */
export function verify(
  answer: Uint8Array,
  key: TsigKey,
  requestMac: Uint8Array,
  seconds: number,
): TsigFault | undefined {
  const found = lastRecord(answer);
  if (found === undefined || found.type !== TSIG || found.class !== ANY) return 'unsigned';
  const read = readTsig(found.data);
  if (read === undefined || found.name !== key.name || !sameBytes(read.algorithm, ALGORITHM))
    return 'unsigned';
  // RFC 8945, 5.3.2: with BADSIG and BADKEY there is no MAC.
  if (read.mac.length === 0 && read.error !== 0) return 'refused-signature';
  const unsigned = answer.slice(0, found.at);
  setU16(unsigned, ADDITIONAL, u16(answer, ADDITIONAL) - 1);
  setU16(unsigned, 0, read.originalId);
  const before = concat(two(requestMac.length), requestMac);
  const mac = hmacSha256(key.secret, before, unsigned, signedPart(key.name, read));
  if (!equalBytes(mac, read.mac)) return 'forged';
  if (read.error !== 0) return 'refused-signature';
  return Math.abs(seconds - read.seconds) > read.fudge ? 'late' : undefined;
}

interface Variables {
  readonly seconds: number;
  readonly fudge: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/** RFC 8945, 4.3.3: name, class ANY, TTL 0, algorithm, time, fudge, error, other. */
function signedPart(name: string, { seconds, fudge, error, other }: Variables): Uint8Array {
  const head = concat(encodeName(name), two(ANY), new Uint8Array(4), ALGORITHM);
  return concat(head, timeBytes(seconds), two(fudge), two(error), two(other.length), other);
}

function tsigRecord(
  name: string,
  read: Variables & { readonly mac: Uint8Array; readonly originalId: number },
): Uint8Array {
  const { seconds, fudge, error, other, mac, originalId } = read;
  const front = concat(ALGORITHM, timeBytes(seconds), two(fudge), two(mac.length), mac);
  const data = concat(front, two(originalId), two(error), two(other.length), other);
  return concat(encodeName(name), two(TSIG), two(ANY), new Uint8Array(4), two(data.length), data);
}

function readTsig(data: Uint8Array) {
  const end = endOfName(data, 0);
  if (end === undefined || data.length < end + 16) return undefined;
  const macLength = u16(data, end + 8);
  const after = end + 10 + macLength;
  if (data.length < after + 6) return undefined;
  return {
    algorithm: Uint8Array.from(data.subarray(0, end), (byte) =>
      byte >= 65 && byte <= 90 ? byte + 32 : byte,
    ),
    seconds: u16(data, end) * 2 ** 32 + u16(data, end + 2) * 65_536 + u16(data, end + 4),
    fudge: u16(data, end + 6),
    mac: data.slice(end + 10, after),
    originalId: u16(data, after),
    error: u16(data, after + 2),
    other: data.slice(after + 6, after + 6 + u16(data, after + 4)),
  };
}

/** The last record of a message, which TSIG has to be; its name without compression, as RFC 8945 has it. */
function lastRecord(message: Uint8Array) {
  let at = HEADER;
  let found: { at: number; name: string; type: number; class: number; data: Uint8Array } | undefined;
  for (let question = u16(message, 4); question > 0; question--) {
    const end = endOfName(message, at);
    if (end === undefined) return undefined;
    at = end + 4;
  }
  const count = u16(message, 6) + u16(message, 8) + u16(message, ADDITIONAL);
  for (let record = 0; record < count; record++) {
    const end = endOfName(message, at);
    if (end === undefined || message.length < end + 10) return undefined;
    const next = end + 10 + u16(message, end + 8);
    if (message.length < next) return undefined;
    const name = nameAt(message, at);
    found = {
      at,
      name,
      type: u16(message, end),
      class: u16(message, end + 2),
      data: message.slice(end + 10, next),
    };
    at = next;
  }
  return at === message.length && u16(message, ADDITIONAL) > 0 ? found : undefined;
}

function endOfName(bytes: Uint8Array, start: number): number | undefined {
  let at = start;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length >= 0xc0) return at + 2;
    if (length === 0) return at + 1;
    at += 1 + length;
  }
}

function nameAt(bytes: Uint8Array, start: number): string {
  const labels: string[] = [];
  let at = start;
  for (let length = bytes[at]; length !== undefined && length > 0 && length < 64; length = bytes[at]) {
    labels.push(String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length)).toLowerCase());
    at += 1 + length;
  }
  return labels.join('.');
}

/** 48 bits. */
function timeBytes(seconds: number): Uint8Array {
  const bytes = new Uint8Array(6);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(seconds / 2 ** 32));
  view.setUint32(2, seconds >>> 0);
  return bytes;
}

function two(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255);
}

function setU16(bytes: Uint8Array, at: number, value: number): void {
  bytes.set(two(value), at);
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
