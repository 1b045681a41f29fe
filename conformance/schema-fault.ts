/** What is wrong with a file or an answer, in words for a person in place of the validator's own. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  int: 'whole number',
  boolean: 'true or false',
  array: 'list',
  object: 'map',
  record: 'map',
};

const FORMATS: Readonly<Record<string, string>> = { url: 'URL', date: 'date like 2026-11-30' };

/**
 * The first fault, as `failures[0].reason is missing`.
 * @param value what was read
 * @param whole what to call it itself
 */
export function schemaFault(error: z.ZodError | undefined, value: unknown, whole = 'the whole'): string {
  const issue = error?.issues[0];
  if (issue === undefined) return `${whole} cannot be read`;
  const place = placeOf(issue.path) || whole;
  return at(value, issue.path) === undefined ? `${place} is missing` : `${place} ${faultOf(issue)}`;
}

/** How the validator's own messages begin; what a schema says itself is kept. */
const OWN = /^(Invalid|Too |Unrecognized)/;

function faultOf(issue: Issue): string {
  if (issue.code !== 'custom' && !OWN.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `is no ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return isNot(issue.values);
    case 'invalid_union':
      return isNot(optionsOf(issue));
    case 'invalid_format':
      return `is no ${FORMATS[issue.format] ?? `text of the form ${issue.format}`}`;
    case 'unrecognized_keys':
      return `has what does not belong there: ${issue.keys.join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'is empty or too short'
        : `is below ${issue.minimum}`;
    case 'too_big':
      return `is above ${issue.maximum}`;
    case 'custom':
      return `is not ${issue.message}`;
    default:
      return `is wrong: ${issue.message}`;
  }
}

/** Of a union of literals, or one that is told apart by a word. */
function optionsOf(issue: Extract<Issue, { code: 'invalid_union' }>): readonly unknown[] {
  if ('options' in issue && Array.isArray(issue.options)) return issue.options;
  return issue.errors.flatMap(([first]) => (first?.code === 'invalid_value' ? first.values : []));
}

function isNot(values: readonly unknown[]): string {
  const words = values.map((value) => String(value));
  if (words.length === 0) return 'is none of what it may be';
  return words.length === 1 ? `is not ${words[0]}` : `is none of ${words.join(', ')}`;
}

/** `failures[0].reason` */
function placeOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return steps.join('').replace(/^\./, '');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[step] : undefined,
    value,
  );
}
