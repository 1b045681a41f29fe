/** Configuration errors for a person. */
import type { z } from 'zod';

/**
 * One line about the first fault, for a person: file, place, what is wrong, how to mend it.
 * @param file what to call the configuration, usually its file name
 */
export function describeConfigError(error: z.ZodError, file: string): string {
  const [first] = error.issues;
  if (first === undefined) throw new RangeError('an error without an issue');
  const others = new Set(error.issues.map(({ path }) => placeOf(path))).size - 1;
  const more = others === 0 ? '' : ` (and ${others} more)`;
  return `${file}: ${placeOf(first.path) || 'the configuration'} ${first.message}${more}`;
}

/** `associations[0].secret` */
function placeOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return steps.join('').replace(/^\./, '');
}
