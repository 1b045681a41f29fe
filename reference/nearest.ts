/** The known word that somebody most likely meant. */

/**
 * The word that differs in zeros before numbers alone (`RSS-3`, `RSS-03`), else the one in which the fewest letters
 * differ, else the first that goes on where this one ends (`rs`, `rs-s`). Case does not count.
 * @returns undefined if none is near enough to be worth naming.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const meant = unpadded(word);
  const same = known.find((name) => unpadded(name) === meant);
  if (same !== undefined) return same;
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name, distance };
  }
  return best?.name ?? (word.length < 2 ? undefined : known.find((name) => isBegun(word, name)));
}

/** ` Did you mean X?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const name = nearest(word, known);
  return name === undefined ? '' : ` Did you mean ${name}?`;
}

function unpadded(text: string): string {
  return text.toLowerCase().replaceAll(/(?<!\d)0+(?=\d)/g, '');
}

function isBegun(word: string, name: string): boolean {
  return name.toLowerCase().startsWith(word.toLowerCase());
}

/** Insertions, removals and replacements from one word to the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (char === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replace));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
