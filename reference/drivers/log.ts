import { formatEndpoint } from '../address.ts';
import type { Instant, Note } from '../core.ts';
import type { Layer } from '../refusal.ts';

export interface LogOptions {
  /** A monotonic clock. */
  readonly now?: () => Instant;
  /** What a line begins with: the time of day. */
  readonly stamp?: () => string;
  readonly write?: (line: string) => void;
}

/** DOS-07: refusals make one line in that time, whatever comes. */
const REFUSALS_EVERY = 1000;

/**
 * Makes of a role's notes lines for people, on stderr if nothing else is said. An event is a line of its own;
 * refusals are counted and told together, the first at once and then at most one line a second.
 */
export function noteLog(options: LogOptions = {}): (note: Note) => void {
  const now = options.now ?? (() => performance.now());
  const stamp = options.stamp ?? (() => new Date().toISOString());
  const write = options.write ?? ((line) => process.stderr.write(`${line}\n`));
  let toldAt = Number.NEGATIVE_INFINITY;
  let refused = new Map<Layer, number>();

  return (note) => {
    if (note.what === 'event') {
      write(`${stamp()} ${[note.event, ...Object.entries(note.detail).map(pair)].join(' ')}`);
      return;
    }
    refused.set(note.layer, (refused.get(note.layer) ?? 0) + 1);
    if (now() < toldAt + REFUSALS_EVERY) return;
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
