/** `vectors`: the golden vectors, listed or printed. */
import { Mistake } from '../command/mistake.ts';
import { didYouMean } from '../command/nearest.ts';
import type { VectorFamily } from '../golden-vectors.ts';
import { EXIT } from '../reporters/exit-status.ts';
import type { Terminal } from './terminal.ts';
import { familyText, vectorFamilies } from './vectors.ts';

/** @param names of families or vectors; none: a list of the families */
export function vectorsCommand(names: readonly string[], terminal: Terminal): number {
  const families = vectorFamilies();
  if (names.length === 0) terminal.out(families.map(line).join(''));
  for (const name of names) terminal.out(textOf(name, families));
  return EXIT.good;
}

function line({ family, version, about, vectors }: VectorFamily): string {
  const number = (wanted: string): number => vectors.filter(({ result }) => result === wanted).length;
  const open = number('implementation-defined');
  const counts = `${number('valid')} valid, ${number('invalid')} invalid${open === 0 ? '' : `, ${open} either`}`;
  return `${family} (version ${version}): ${counts}\n    ${about}\n`;
}

function textOf(name: string, families: readonly VectorFamily[]): string {
  if (families.some(({ family }) => family === name)) return familyText(name);
  const all = families.flatMap(({ vectors }) => vectors);
  const vector = all.find(({ id }) => id === name);
  if (vector !== undefined) return `${JSON.stringify(vector, null, 2)}\n`;
  const known = [...families.map(({ family }) => family), ...all.map(({ id }) => id)];
  throw new Mistake(
    `There is no family and no vector ${name}: see them with ntm-conform vectors.${didYouMean(name, known)}`,
  );
}
