/** Width that every window has at least (TUN-04). */
export const WINDOW = 8192n;

/** Whether a sequence is new and above the highest taken one minus 8192 (TUN-04). */
export function isFresh(seen: ReadonlySet<bigint>, sequence: bigint): boolean {
  if (seen.has(sequence)) return false;
  for (const taken of seen) {
    if (sequence <= taken - WINDOW) return false;
  }
  return true;
}

/** What a window of exactly 8192 makes of sequences, all of which passed the tag, in their order (TUN-04). */
export function replayNaive(sequences: readonly bigint[]): boolean[] {
  const seen = new Set<bigint>();
  return sequences.map((sequence) => {
    const fresh = isFresh(seen, sequence);
    if (fresh) seen.add(sequence);
    return fresh;
  });
}
