/** Each datagram of an exchange, field by field. */
import type { Markup } from '../html/markup.ts';
import { html } from '../html/markup.ts';
import type { Arrow, Exchange } from '../report.ts';

/**
 * A list in the order of the chart. What stands there again is only named; where the target left the spec, it is open.
 * @param start the number of the first arrow that is listed
 */
export function datagrams({ arrows }: Exchange, start: number, end: number): Markup {
  const first = new Map<string, number>();
  const items = arrows.map((arrow, at) => {
    const before = first.get(arrow.hex);
    if (arrow.hex !== '') first.set(arrow.hex, before ?? at + 1);
    return at + 1 < start || at + 1 > end ? undefined : html`<li>${item(arrow, before)}</li>\n`;
  });
  return html`<ol class="datagrams" start="${start}">\n${items}</ol>`;
}

function item(arrow: Arrow, before: number | undefined): Markup {
  const { from, to, label, intent, expected, deviates, hex } = arrow;
  const tone = deviates && ' bad';
  const meant = intent !== null && intent !== 'valid' && html` <span class="dim">(${intent})</span>`;
  const should = expected !== null && html`; expected: ${expected}`;
  if (hex === '') {
    const what = label === '' ? 'nothing came' : label;
    const way = from === to ? what : `${from} to ${to}: ${what}`;
    return html`<p class="remark${tone}">${way}${should}</p>`;
  }
  const head = html`<span class="way">${from} to ${to}</span> <span class="what${tone}">${label}</span>${meant}${should}<span class="dim">, ${hex.length / 2} bytes</span>`;
  if (before !== undefined)
    return html`<p class="remark">${head}<span class="dim">, the same as #${before}</span></p>`;
  return html`<details${deviates && html` open`}><summary>${head}</summary>${bytes(arrow)}</details>`;
}

/** The bytes with their meaning; a body in CBOR diagnostic notation below them. */
function bytes({ annotated, hex }: Arrow): Markup {
  const lines = annotated.length > 0 ? annotated : hexRows(hex);
  return html`<div class="bytes">${lines.map(row)}</div>`;
}

/** A line of hex and what it is; or a line of a body. */
function row(line: string): Markup {
  const [, hex, meaning] = /^((?:[0-9a-f]{2})+)(?:\s{2,}(.*))?$/.exec(line) ?? [];
  if (hex === undefined) return html`<code class="note">${line}</code>`;
  return html`<code>${spaced(hex)}</code><span>${meaning ?? ''}</span>`;
}

function spaced(hex: string): string {
  return (hex.match(/../g) ?? []).join(' ');
}

function hexRows(hex: string): string[] {
  return hex.match(/.{1,64}/g) ?? [];
}
