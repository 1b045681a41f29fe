import { formatEndpoint } from '../address.ts';
import type { Instant, Note } from '../core.ts';
import type { Layer } from '../refusal.ts';

export interface LogOptions {
  /** A monotonic clock. */
  readonly now?: () => Instant;
  /** What a line begins with: the time of day. */
  readonly stamp?: () => string;
  readonly write?: (line: string) => void;
  /** Each refusal is told, and what went through the sockets. */
  readonly isVerbose?: boolean;
}

/** DOS-07: refusals make one line in that time, whatever comes. */
const REFUSALS_EVERY = 1000;

/**
 * What refuses in good order, too: openings that cross, repeats that come late, a peer that was directed first. A wrong
 * secret or a wrong ID ends here as well, but goes on for longer.
 */
const PASSING: ReadonlySet<Layer> = new Set([
  'context',
  'order',
  'handshake',
  'key-id',
  'replay',
  'transaction',
  'stale',
]);
/** Milliseconds: what comes again after the first is no passing thing, and a pause that long is its end. */
const LASTING = 2000;
const PAUSE = 10_000;

/**
 * Makes of a role's notes lines for people, on stderr if nothing else is said. An event is a line of its own;
 * refusals are counted and told together, the first at once and then at most one line a second: those
 * that come about in good order too once they last for 2 s, with all that were kept back.
 */
export function noteLog(options: LogOptions = {}): (note: Note) => void {
  const now = options.now ?? (() => performance.now());
  const stamp = options.stamp ?? (() => new Date().toISOString());
  const write = options.write ?? ((line) => process.stderr.write(`${line}\n`));
  let toldAt = Number.NEGATIVE_INFINITY;
  let refused = new Map<Layer, number>();
  let [passingSince, passingAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  /** Whether it may pass by itself, as far as can be seen now. */
  const isPassing = (layer: Layer): boolean => {
    if (options.isVerbose === true || !PASSING.has(layer)) return false;
    if (now() >= passingAt + PAUSE) {
      passingSince = now();
      for (const known of PASSING) refused.delete(known);
    }
    passingAt = now();
    return passingAt < passingSince + LASTING;
  };

  return (note) => {
    if (note.what === 'event') {
      write(`${stamp()} ${[note.event, ...Object.entries(note.detail).map(pair)].join(' ')}`);
      return;
    }
    const keepsBack = isPassing(note.layer);
    refused.set(note.layer, (refused.get(note.layer) ?? 0) + 1);
    if (keepsBack || now() < toldAt + REFUSALS_EVERY) return;
    const counts = [...refused].map(([layer, count]) => `${layer}=${count}`).join(' ');
    const last = note.from === undefined ? '' : ` last-from=${formatEndpoint(note.from)}`;
    write(`${stamp()} refused ${counts}${last}`);
    toldAt = now();
    refused = new Map();
  };
}

/** Names come from other hosts, so what could end a line or look like another pair is quoted. */
function pair([key, value]: [string, string | number]): string {
  return `${key}=${/^[\w.:[\]/+-]+$/.test(String(value)) ? value : JSON.stringify(value)}`;
}
