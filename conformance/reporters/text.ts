/** Small helpers for lines of text. */

/** `1 case`, `2 cases`; the plural where adding an s does not do. */
export function count(number: number, what: string, plural = `${what}s`): string {
  return `${number} ${number === 1 ? what : plural}`;
}

/** Milliseconds as a person reads them: `240 ms`, `3.2 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Breaks text into lines of at most `width` characters, at blanks where there are any. Always one line or more. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(/\s+/)) {
      let rest = word;
      if (line !== '' && line.length + 1 + rest.length > width) {
        lines.push(line);
        line = '';
      }
      for (; rest.length > width; rest = rest.slice(width)) lines.push(rest.slice(0, width));
      line = line === '' ? rest : `${line} ${rest}`;
    }
    lines.push(line);
  }
  return lines;
}

/** A label with text beside it, wrapped so that further lines stand below the text. */
export function labelled(label: string, text: string, width: number): string[] {
  const blank = ' '.repeat(label.length);
  return wrap(text, Math.max(20, width - label.length)).map((line, at) => (at === 0 ? label : blank) + line);
}

/** The first few of a list, and how many more there are. */
export function some(items: readonly string[], most: number): string {
  const more = items.length - most;
  return more <= 0 ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${more} more`;
}

/** Text that came from outside on one line, with nothing that a terminal would act on. */
export function tame(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
