import type { Note } from '../../reference/core.ts';
import type { Happening } from '../kit/implementation.ts';

/** Events that are good news; every other one is shown to the user as an error. */
const GOOD = new Set([
  'registered',
  'deregistered',
  'route',
  'registration-ended',
  'general-peer',
  'lent-address',
  'lent-address-ended',
]);

/** A role's note as the tester gets it; refusals are counted alone. */
export function happeningOf(note: Note): Happening | undefined {
  if (note.what === 'refused') return undefined;
  const { event, detail } = note;
  const text = [event, ...Object.entries(detail).map(([key, value]) => `${key}=${value}`)].join(' ');
  return { what: GOOD.has(event) ? 'note' : 'error', text };
}
