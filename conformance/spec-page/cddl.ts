/** CDDL set for reading: each rule has its anchor, each use of a rule leads there. */
import type { Markup, Part } from '../html/markup.ts';
import { html } from '../html/markup.ts';
import type { Linked } from './references.ts';
import { linkMentions } from './references.ts';

const RULE = /^([A-Za-z][\w-]*)(?= *(?:\/\/?)?= )/gm;
const TOKEN = /(;.*)|("[^"]*")|(?<![\w.-])([A-Za-z][\w-]*)|(\b0x[\da-f]+\b|\b\d+\b)/g;

/** The id of a rule's definition. */
export function ruleId(name: string): string {
  return `cddl-${name}`;
}

export function renderCddl(text: string, linked: Linked): Markup {
  const rules = new Set([...text.matchAll(RULE)].map(([name]) => name));
  const defined = new Set<string>();
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line): Part => [lineOf(line), '\n']);
  return html`<figure class="cddl"><pre>${lines}</pre></figure>`;

  function lineOf(line: string): Part[] {
    const parts: Part[] = [];
    let done = 0;
    for (const found of line.matchAll(TOKEN)) {
      parts.push(line.slice(done, found.index), tokenOf(found));
      done = found.index + found[0].length;
    }
    return [...parts, line.slice(done)];
  }

  function tokenOf(found: RegExpMatchArray): Part {
    const [all, comment, string, name] = found;
    if (comment !== undefined) return html`<span class="comment">${linkMentions(comment, linked)}</span>`;
    if (string !== undefined) return html`<span class="literal">${string}</span>`;
    if (name === undefined) return html`<span class="literal">${all}</span>`;
    if (!rules.has(name)) return name;
    if (found.index !== 0 || defined.has(name)) return html`<a href="#${ruleId(name)}">${name}</a>`;
    defined.add(name);
    return html`<b id="${ruleId(name)}">${name}</b>`;
  }
}
