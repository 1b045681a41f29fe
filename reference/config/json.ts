/**
 * Where a JSON text is at fault. The runtimes' own messages differ, some without a place, and quote the text
 * around it, which may be a secret; and a repeated key is no fault to them.
 */

export interface JsonFault {
  /** Both from 1, the column in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The first fault of a text by RFC 8259, or a key that its object has already; undefined if there is none. */
export function jsonFault(text: string): JsonFault | undefined {
  const scanner = new Scanner(text);
  try {
    scanner.document();
    return undefined;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const before = text.slice(0, fault.at).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1, message: fault.message };
  }
}

class Fault extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Deeper than any configuration, and less than a stack bears. */
const DEPTH = 64;
const SPACE = /[ \t\r\n]*/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what RFC 8259 forbids in a string.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

class Scanner {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): void {
    this.value(0);
    if (this.next() !== '') throw new Fault(this.at, 'there is more after the end: remove it');
  }

  private value(depth: number): void {
    if (depth > DEPTH) throw new Fault(this.at, `it is nested more than ${DEPTH} deep`);
    const first = this.next();
    if (first === '{') this.members(depth);
    else if (first === '[') this.items(depth);
    else if (first === '"') this.string();
    else if (this.match(SCALAR) === undefined) throw this.missing('a value');
  }

  private members(depth: number): void {
    const keys = new Set<string>();
    this.list('}', () => {
      if (this.next() !== '"') throw this.missing('a key in double quotes');
      const start = this.at;
      const key = this.string();
      if (keys.has(key)) throw new Fault(start, `the key ${JSON.stringify(key)} is there twice: remove one`);
      keys.add(key);
      if (this.next() !== ':') throw this.missing('":"');
      this.at++;
      this.value(depth + 1);
    });
  }

  private items(depth: number): void {
    this.list(']', () => this.value(depth + 1));
  }

  /** From the opening bracket, which is next, to the closing one. */
  private list(end: string, item: () => void): void {
    this.at++;
    if (this.next() === end) {
      this.at++;
      return;
    }
    for (;;) {
      item();
      const next = this.next();
      const comma = this.at;
      if (next !== ',' && next !== end) throw this.missing(`"," or "${end}"`);
      this.at++;
      if (next === end) return;
      if (this.next() === end) throw new Fault(comma, `a comma stands before "${end}": remove it`);
    }
  }

  private string(): string {
    const literal = this.match(STRING);
    if (literal === undefined)
      throw new Fault(this.at, 'a text begins here that has no end on its line, or a wrong escape');
    return JSON.parse(literal) as string;
  }

  /** The next character that is no space; at the end there is none. */
  private next(): string {
    this.match(SPACE);
    return this.text.charAt(this.at);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private missing(what: string): Fault {
    if (this.at >= this.text.length) return new Fault(this.at, `the file ends where ${what} should be`);
    const isComment = this.text.startsWith('//', this.at) || this.text.startsWith('/*', this.at);
    return new Fault(this.at, isComment ? 'JSON has no comments: remove it' : `${what} should be here`);
  }
}
