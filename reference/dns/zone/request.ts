/** What a server is asked: RFC 1035 (4.1), RFC 6891 (6.1). */
import { decodeMessage } from '../query.ts';
import type { Labels } from './names.ts';
import { lower } from './names.ts';

export interface Request {
  readonly id: number;
  /** The second word of the header. */
  readonly flags: number;
  readonly opcode: number;
  /** Undefined where it can't be read. */
  readonly question: Question | undefined;
  /** What the OPT record says, if there is one. */
  readonly edns: { readonly version: number; readonly size: number; readonly flags: number } | undefined;
  /** Whether some of it can't be read. */
  readonly isBroken: boolean;
}

export interface Question {
  readonly name: Labels;
  readonly type: number;
  readonly class: number;
  /** As it came, its name's case included. */
  readonly bytes: Uint8Array;
}

const HEADER = 12;
const [RESPONSE, LONGEST_NAME, LONGEST_LABEL] = [0x8000, 255, 63];

/** Reads a message to a server; undefined for what is never answered. [DNS-29] */
export function readRequest(message: Uint8Array): Request | undefined {
  const flags = u16(message, 2);
  if (message.length < HEADER || (flags & RESPONSE) !== 0) return undefined;
  const question = u16(message, 4) === 1 ? readQuestion(message) : undefined;
  const opts = decodeMessage(message)?.additionals?.filter(({ type }) => type === 'OPT');
  const [opt] = opts ?? [];
  return {
    id: u16(message, 0),
    flags,
    opcode: (flags >> 11) & 15,
    question,
    edns:
      opt?.type === 'OPT'
        ? { version: opt.ednsVersion, size: opt.udpPayloadSize, flags: opt.flags }
        : undefined,
    isBroken: question === undefined || opts === undefined || opts.length > 1 || !isWhole(message, question),
  };
}

function readQuestion(message: Uint8Array): Question | undefined {
  const name: string[] = [];
  let at = HEADER;
  for (let length = message[at]; length !== 0; length = message[at]) {
    // A first name has nothing to point to.
    if (length === undefined || length > LONGEST_LABEL) return undefined;
    const label = message.subarray(at + 1, at + 1 + length);
    name.push(lower(String.fromCharCode(...label)));
    at += 1 + length;
  }
  const end = at + 5;
  if (end > message.length || at + 1 - HEADER > LONGEST_NAME) return undefined;
  return { name, type: u16(message, at + 1), class: u16(message, at + 3), bytes: message.slice(HEADER, end) };
}

/** Whether all records that the header counts are there to their last byte; dns-packet takes options that are cut. */
function isWhole(message: Uint8Array, question: Question): boolean {
  let at = HEADER + question.bytes.length;
  for (let left = u16(message, 6) + u16(message, 8) + u16(message, 10); left > 0; left--) {
    let length = message[at] ?? 0;
    for (; length > 0 && length <= LONGEST_LABEL; length = message[at] ?? 0) at += 1 + length;
    const fixed = at + (length === 0 ? 1 : 2);
    at = fixed + 10 + u16(message, fixed + 8);
    if (at > message.length) return false;
  }
  return true;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
