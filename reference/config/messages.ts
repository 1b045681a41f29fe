/** The words of configuration errors: what is wrong, then how to mend it. Never a value from a secret. */

/** What the messages look at in an issue of Zod's. */
interface Issue {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly keys?: unknown;
}

/** In the form in which Zod takes it. */
interface Message {
  readonly error: (issue: Issue) => string;
}

/**
 * For a schema that wants `what`: says what there is instead, or that it is missing.
 * @param mend how to mend it, if "add" or "write" `what` does not say it
 */
export function wanted(what: string, mend?: string): Message {
  return {
    error: ({ input }) =>
      input === undefined
        ? `is missing: ${mend ?? `add ${what}`}`
        : `is ${kindOf(input)}: ${mend ?? `write ${what}`}`,
  };
}

/** For an object that has these keys and no others. */
export function wantedObject(what: string, known: readonly string[]): Message {
  return {
    error: (issue) =>
      issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)
        ? `has ${issue.keys.length === 1 ? 'an unknown key' : 'unknown keys'} ${issue.keys.map(shown).join(', ')}: the known ones are ${known.join(', ')}`
        : wanted(what).error(issue),
  };
}

/** For objects that are told apart by the text under one key. */
export function wantedOneOf(key: string, texts: readonly string[]): Message {
  return {
    error: (issue) => {
      if (issue.code !== 'invalid_union') return wanted('an object').error(issue);
      const value = (issue.input as Readonly<Record<string, unknown>>)[key];
      return `${value === undefined ? 'is missing' : `is ${shown(value)}`}: write ${alternatives(texts)}`;
    },
  };
}

/** `"a", "b" or "c"` */
export function alternatives(texts: readonly string[]): string {
  const quoted = texts.map(shown);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

/** What a value is, without showing it. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Uint8Array) return 'a byte string';
  if (typeof value === 'boolean') return `${value}`;
  const kinds: Record<string, string> = { string: 'text', number: 'a number', bigint: 'a number' };
  return kinds[typeof value] ?? 'an object';
}

/** A value that is no secret, on one line and not long. */
export function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? 'nothing');
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
