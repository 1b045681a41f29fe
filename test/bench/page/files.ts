/** All files of the page. */
import { bars } from './bars.ts';
import { lines } from './lines.ts';
import { page } from './markdown.ts';
import type { Stored } from './stored.ts';
import { faultsOf } from './stored.ts';

/**
 * The page and its plots: path from its folder to content.
 * @param stored in the order of the page
 * @throws Error if a section has not the form, or two plots have one name.
 */
export function filesOf(stored: readonly Stored[]): Map<string, string> {
  const faults = stored.flatMap(({ section }) => faultsOf(section));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const files = new Map([['README.md', page(stored)]]);
  for (const { section } of stored)
    for (const plot of section.plots) {
      const path = `plots/${plot.id}.svg`;
      if (files.has(path)) throw new Error(`${section.id}: there is another plot "${plot.id}"`);
      files.set(path, plot.kind === 'bars' ? bars(plot) : lines(plot));
    }
  return files;
}
