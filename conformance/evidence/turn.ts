/**
 * What a run has of the world, turn by turn. A turn begins with one event and ends when nothing is left to do
 * for promises; in it the tester reads the clock and sends. Given the same events in the same order, and the
 * same readings of the clock, the same suite sends the same and comes to the same verdicts.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';

/** What a turn begins with. Sockets and timers are numbered from 0 in the order in which they were asked for. */
export type TurnEvent =
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

export interface Turn {
  readonly event: TurnEvent;
  /** Each reading of the clock: microseconds since the one before, over all turns. */
  readonly clock: readonly number[];
  /** What was sent: a {@link fingerprint} of each datagram. */
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

/** A line of the log is none. */
export class TurnError extends Error {}

const Count = z.int().min(0);
const Rest = z.strictObject({ clock: z.array(Count).default([]), sent: z.array(z.string()).default([]) });
const Line = z.union([
  Rest.extend({ start: z.literal(true) }),
  Rest.extend({ datagram: z.tuple([Count, z.string(), z.string()]) }),
  Rest.extend({ timer: Count }),
  Rest.extend({ bound: z.tuple([Count, z.string()]) }),
  Rest.extend({ refused: z.tuple([Count, z.string()]) }),
  Rest.extend({ closed: Count }),
  Rest.extend({ interrupt: z.literal(true) }),
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
    default:
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
  return { kind: 'start' in line ? 'start' : 'interrupt' };
}
