/** Which port a new mapping gets. */
import type { Random } from '../../../core.ts';

/** Ports below this are well known: RFC 4787, REQ-3 (a). */
const WELL_KNOWN = 1024;

export interface PortChoice {
  /** What the node uses itself. */
  readonly wanted: number;
  /** Lowest and highest that there are. */
  readonly range: readonly [number, number];
  readonly isFree: (port: number) => boolean;
  readonly random: Random;
}

/**
 * The node's own port if it is free: what it drew at random stays so (RFC 6056). Else any free one, from a random place
 * on: of the same parity if there is one, and of the same range, well known or not, if the relay has ports of it.
 * RFC 4787, REQ-3 and REQ-4; RFC 5382, REQ-7
 */
export function choosePort({
  wanted,
  range: [lowest, highest],
  isFree,
  random,
}: PortChoice): number | undefined {
  if (wanted >= lowest && wanted <= highest && isFree(wanted)) return wanted;
  const low = [lowest, Math.min(highest, WELL_KNOWN - 1)] as const;
  const high = [Math.max(lowest, WELL_KNOWN), highest] as const;
  for (const [from, to] of wanted < WELL_KNOWN ? [low, high] : [high, low]) {
    for (const parity of [wanted & 1, 1 - (wanted & 1)]) {
      const found = scan(from + ((from & 1) === parity ? 0 : 1), to, isFree, random);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The first free one of every other port between two, from a random place on. */
function scan(
  from: number,
  to: number,
  isFree: (port: number) => boolean,
  random: Random,
): number | undefined {
  const count = Math.floor((to - from) / 2) + 1;
  if (count <= 0) return undefined;
  const [a = 0, b = 0, c = 0] = random(3);
  const start = ((a << 16) | (b << 8) | c) % count;
  for (let i = 0; i < count; i++) {
    const port = from + 2 * ((start + i) % count);
    if (isFree(port)) return port;
  }
  return undefined;
}
