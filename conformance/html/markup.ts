/** HTML by template: what is put in is escaped, unless it is markup itself. */

/** Markup that is right as it stands: {@link html} and {@link trusted} make it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Text, numbers, markup, lists of these one after the other; `undefined` and `false` leave nothing. */
export type Part = string | number | Markup | undefined | false | readonly Part[];

/**
 * A template tag. Parts in attributes have to stand in double quotes.
 * @example html`<a href="#${id}">${title}</a>`
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((text, at) => text + (at < parts.length ? textOf(parts[at]) : '')).join(''));
}

/** Markup that another library made. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** With something between the items; nothing for an empty list. */
export function joined(items: readonly Part[], between: Part): Markup {
  return new Markup(items.map(textOf).join(textOf(between)));
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  return typeof part === 'object' ? part.map(textOf).join('') : escapeHtml(`${part}`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attributes in quotes. */
export function escapeHtml(text: string): string {
  return legalText(text).replace(/[&<>"']/g, (found) => ESCAPES[found] ?? found);
}

/** What HTML and XML do not allow at all (controls, lone surrogates) becomes U+FFFD. */
export function legalText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
  );
}
