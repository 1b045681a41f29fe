/**
 * What a run has of the world, turn by turn. A turn begins with one event and ends when nothing is left to do
 * for promises; in it the tester reads the clock and sends. Given the same events in the same order, and the
 * same readings of the clock, the same suite sends the same and comes to the same verdicts.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';

/**
 * What a turn begins with. Sockets, listeners and timers are numbered from 0 in the order in which they were asked for;
 * connections are `c0`, `c1`, ... where the tester opens them, `a0`, `a1`, ... where it takes them.
 */
export type TurnEvent =
  | StreamEvent
  | { readonly kind: 'start' }
  | {
      readonly kind: 'datagram';
      readonly socket: number;
      readonly from: string;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'timer'; readonly timer: number }
  | { readonly kind: 'bound'; readonly socket: number; readonly local: string }
  | { readonly kind: 'refused'; readonly socket: number; readonly why: string }
  | { readonly kind: 'closed'; readonly socket: number }
  /** A person pressed Ctrl-C. */
  | { readonly kind: 'interrupt' };

/** An event of TCP. */
export type StreamEvent =
  | { readonly kind: 'listening'; readonly listener: number; readonly local: string }
  | { readonly kind: 'unheard'; readonly listener: number; readonly why: string }
  | { readonly kind: 'unlistened'; readonly listener: number }
  | {
      readonly kind: 'accepted';
      readonly listener: number;
      readonly stream: string;
      readonly local: string;
      readonly remote: string;
    }
  | { readonly kind: 'connected'; readonly stream: string; readonly local: string; readonly remote: string }
  | { readonly kind: 'unconnected'; readonly stream: string; readonly why: string }
  | { readonly kind: 'bytes'; readonly stream: string; readonly bytes: Uint8Array }
  | { readonly kind: 'ended'; readonly stream: string };

export interface Turn {
  readonly event: TurnEvent;
  /** Each reading of the clock: microseconds since the one before, over all turns. */
  readonly clock: readonly number[];
  /** What was sent: a {@link fingerprint} of each datagram, a {@link streamMark} of what was done over TCP. */
  readonly sent: readonly string[];
}

/** Tells one datagram of the tester's from another: which socket, where to, which bytes. */
export function fingerprint(socket: number, to: Endpoint, bytes: Uint8Array): string {
  const hash = createHash('sha256')
    .update(`${socket} ${formatEndpoint(to)} `)
    .update(bytes)
    .digest();
  return hash.subarray(0, 9).toString('base64url');
}

/** For {@link streamMark}: the connection is closed. */
export const CLOSES = 'closes';

/** Tells one act over TCP from another: which connection, with whom, and the bytes; without them it is opened. */
export function streamMark(
  stream: string,
  remote: Endpoint,
  act: Uint8Array | typeof CLOSES | undefined,
): string {
  const what = act === undefined ? 'opens' : act === CLOSES ? CLOSES : 'writes';
  const hash = createHash('sha256').update(`tcp ${stream} ${formatEndpoint(remote)} ${what} `);
  if (act instanceof Uint8Array) hash.update(act);
  return hash.digest().subarray(0, 9).toString('base64url');
}

/** A line of the log is none. */
export class TurnError extends Error {}

const Count = z.int().min(0);
const Rest = z.strictObject({ clock: z.array(Count).default([]), sent: z.array(z.string()).default([]) });
const Name = z.string().regex(/^[ac](0|[1-9][0-9]*)$/);
const Line = z.union([
  Rest.extend({ start: z.literal(true) }),
  Rest.extend({ datagram: z.tuple([Count, z.string(), z.string()]) }),
  Rest.extend({ timer: Count }),
  Rest.extend({ bound: z.tuple([Count, z.string()]) }),
  Rest.extend({ refused: z.tuple([Count, z.string()]) }),
  Rest.extend({ closed: Count }),
  Rest.extend({ interrupt: z.literal(true) }),
  Rest.extend({ listening: z.tuple([Count, z.string()]) }),
  Rest.extend({ unheard: z.tuple([Count, z.string()]) }),
  Rest.extend({ unlistened: Count }),
  Rest.extend({ accepted: z.tuple([Count, Name, z.string(), z.string()]) }),
  Rest.extend({ connected: z.tuple([Name, z.string(), z.string()]) }),
  Rest.extend({ unconnected: z.tuple([Name, z.string()]) }),
  Rest.extend({ bytes: z.tuple([Name, z.string()]) }),
  Rest.extend({ ended: Name }),
]);
type Line = z.infer<typeof Line>;

/** A turn as one line of JSON, without the end of line. */
export function writeTurn({ event, clock, sent }: Turn): string {
  return JSON.stringify({
    ...written(event),
    ...(clock.length > 0 && { clock }),
    ...(sent.length > 0 && { sent }),
  });
}

function written(event: TurnEvent): object {
  switch (event.kind) {
    case 'datagram':
      return { datagram: [event.socket, event.from, Buffer.from(event.bytes).toString('base64url')] };
    case 'timer':
      return { timer: event.timer };
    case 'bound':
      return { bound: [event.socket, event.local] };
    case 'refused':
      return { refused: [event.socket, event.why] };
    case 'closed':
      return { closed: event.socket };
    case 'listening':
      return { listening: [event.listener, event.local] };
    case 'unheard':
      return { unheard: [event.listener, event.why] };
    case 'unlistened':
      return { unlistened: event.listener };
    case 'accepted':
      return { accepted: [event.listener, event.stream, event.local, event.remote] };
    case 'connected':
      return { connected: [event.stream, event.local, event.remote] };
    case 'unconnected':
      return { unconnected: [event.stream, event.why] };
    case 'bytes':
      return { bytes: [event.stream, Buffer.from(event.bytes).toString('base64url')] };
    case 'ended':
      return { ended: event.stream };
    case 'start':
    case 'interrupt':
      return { [event.kind]: true };
  }
}

/** @throws TurnError */
export function readTurn(text: string): Turn {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new TurnError('is no JSON');
  }
  const line = Line.safeParse(json);
  if (!line.success) throw new TurnError('is no turn');
  const { clock, sent } = line.data;
  return { event: eventOf(line.data), clock, sent };
}

function eventOf(line: Line): TurnEvent {
  if ('datagram' in line) {
    const [socket, from, bytes] = line.datagram;
    return { kind: 'datagram', socket, from, bytes: Uint8Array.from(Buffer.from(bytes, 'base64url')) };
  }
  if ('timer' in line) return { kind: 'timer', timer: line.timer };
  if ('bound' in line) return { kind: 'bound', socket: line.bound[0], local: line.bound[1] };
  if ('refused' in line) return { kind: 'refused', socket: line.refused[0], why: line.refused[1] };
  if ('closed' in line) return { kind: 'closed', socket: line.closed };
  return streamEventOf(line) ?? { kind: 'start' in line ? 'start' : 'interrupt' };
}

function streamEventOf(line: Line): StreamEvent | undefined {
  if ('listening' in line)
    return { kind: 'listening', listener: line.listening[0], local: line.listening[1] };
  if ('unheard' in line) return { kind: 'unheard', listener: line.unheard[0], why: line.unheard[1] };
  if ('unlistened' in line) return { kind: 'unlistened', listener: line.unlistened };
  if ('accepted' in line) {
    const [listener, stream, local, remote] = line.accepted;
    return { kind: 'accepted', listener, stream, local, remote };
  }
  if ('connected' in line) {
    const [stream, local, remote] = line.connected;
    return { kind: 'connected', stream, local, remote };
  }
  if ('unconnected' in line)
    return { kind: 'unconnected', stream: line.unconnected[0], why: line.unconnected[1] };
  if ('bytes' in line) {
    const [stream, bytes] = line.bytes;
    return { kind: 'bytes', stream, bytes: Uint8Array.from(Buffer.from(bytes, 'base64url')) };
  }
  return 'ended' in line ? { kind: 'ended', stream: line.ended } : undefined;
}
