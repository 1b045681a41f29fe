/** `explain`: a clause or a case in words. */
import type { Case } from '../case.ts';
import type { Paint } from '../reporters/paint.ts';
import type { Place } from '../reporters/places.ts';
import { labelled, wrap } from '../reporters/text.ts';
import { whyUntestable } from '../untestable.ts';

export interface Explaining {
  readonly cases: readonly Case[];
  readonly places: ReadonlyMap<string, Place>;
  readonly paint: Paint;
  readonly width: number;
}

const STATUS_WORDS = { m: 'mandatory', o: 'optional', c: 'conditional' } as const;
const LEVEL_WORDS = [
  'no adapter',
  'an adapter that starts and stops roles',
  'an adapter with triggers',
  'an adapter with a test clock',
];

/** The clause with the text that explains it, and the cases about it. */
export function explainClause(place: Place, { cases, paint, width }: Explaining): string {
  const { clause } = place;
  const about = cases.filter(({ clauses }) => clauses.includes(clause.id));
  return `${[
    `${paint.bold(clause.id)} (${clause.level}, ${STATUS_WORDS[clause.status]}, since ${clause.since}; ${clause.roles.join(' ')})`,
    paint.dim(`${place.file}, ${place.section ?? place.chapter}`),
    '',
    ...wrap(clause.text, width),
    ...(place.explanation === '' ? [] : ['', place.explanation]),
    '',
    ...(about.length === 0
      ? [
          `No case is about it: ${whyUntestable(clause.id) ?? `it is exercised from version ${clause.since} on`}.`,
        ]
      : ['Cases:', ...about.map(({ id, title }) => `  ${id}  ${title}`)]),
  ].join('\n')}\n`;
}

/** What a case sends, what has to come back, and the fault it is there to catch. */
export function explainCase(info: Case, { places, paint, width }: Explaining): string {
  const row = (label: string, text: string): string[] => labelled(`${label.padEnd(12)}`, text, width);
  const needs = [...info.features.map((name) => `the feature ${name}`), ...info.needs];
  return `${[
    paint.bold(info.id),
    ...wrap(info.title, width),
    '',
    ...row('Roles', info.roles.join(' ')),
    ...row('Level', info.level),
    ...row('Kind', kindOf(info)),
    ...row('Target', LEVEL_WORDS[info.adapterLevel] ?? ''),
    ...(needs.length === 0 ? [] : row('Needs', needs.join(', '))),
    ...(info.waits === undefined ? [] : row('Waits', `${info.waits / 1000} s of protocol time`)),
    ...row('Catches', info.catches),
    ...(info.note === undefined ? [] : row('Read as', info.note)),
    ...info.clauses.flatMap((id) => {
      const place = places.get(id);
      return ['', ...row(id, place?.clause.text ?? 'is not in this text of the specification')];
    }),
  ].join('\n')}\n`;
}

function kindOf(info: Case): string {
  switch (info.kind) {
    case 'script':
      return 'one exchange';
    case 'property':
      return `one exchange for each of many inputs, ${info.boundaries.length} of them fixed`;
    case 'model':
      return `random commands against a small model, up to ${info.maxCommands} in a run`;
    case 'scan':
      return 'sends nothing: watches the datagrams of all other cases';
  }
}
