/** One datagram as one party saw it: a line of a trace file. */
import type { Endpoint } from '../address.ts';
import { formatEndpoint } from '../address.ts';
import { toHex } from '../bytes.ts';
import { HEADER_LENGTH } from '../wire/header.ts';
import { isMessageType, MESSAGES } from '../wire/registry.ts';

export interface TraceRecord {
  /** Milliseconds since 1970, with a fraction. */
  readonly t: number;
  /** Who saw it. */
  readonly self: string;
  readonly way: 'sent' | 'received';
  /** Endpoints; the party's own is as its socket is bound. */
  readonly from: string;
  readonly to: string;
  /** The message's name. */
  readonly type: string;
  /** Hex; empty where there is no header. */
  readonly context: string;
  /** In decimal: a u64 is more than a number of JSON holds everywhere. */
  readonly sequence: string;
  /** Bytes of UDP payload. */
  readonly size: number;
}

/** What is to be seen of a datagram from outside. */
export function traceRecord(
  seen: Pick<TraceRecord, 't' | 'self' | 'way'> & { readonly from: Endpoint; readonly to: Endpoint },
  bytes: Uint8Array,
): TraceRecord {
  const { t, self, way, from, to } = seen;
  const hasHeader = bytes.length >= HEADER_LENGTH;
  const type = bytes[1] ?? 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    t,
    self,
    way,
    from: formatEndpoint(from),
    to: formatEndpoint(to),
    type: hasHeader && isMessageType(type) ? MESSAGES[type].name : 'no message',
    context: hasHeader ? toHex(bytes.subarray(4, 20)) : '',
    sequence: hasHeader ? `${view.getBigUint64(20)}` : '',
    size: bytes.length,
  };
}

const TEXTS = ['self', 'from', 'to', 'type', 'context', 'sequence'] as const;

/** Reads a line of a trace file; undefined if it is none. */
export function readTraceRecord(line: string): TraceRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Readonly<Record<string, unknown>>;
  const isRight =
    TEXTS.every((name) => typeof record[name] === 'string') &&
    typeof record.t === 'number' &&
    typeof record.size === 'number' &&
    (record.way === 'sent' || record.way === 'received');
  return isRight ? (value as TraceRecord) : undefined;
}
