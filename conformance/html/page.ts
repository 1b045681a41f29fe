/** The frame of a page that stands alone: one file, nothing from the network. */
import { createHash } from 'node:crypto';
import type { Markup } from './markup.ts';
import { html, trusted } from './markup.ts';
import { BASE_STYLE } from './style.ts';

export interface PageParts {
  readonly title: string;
  readonly description: string;
  /** Style sheets after the base. */
  readonly style: string;
  readonly body: Markup;
  /** Runs at the end of the page; no other script can. */
  readonly script?: string;
}

/** The whole document, ready to be written. The policy in its head keeps it to what it says: styles and the one script. */
export function renderPage({ title, description, style, body, script }: PageParts): string {
  const hash = script === undefined ? undefined : createHash('sha256').update(script).digest('base64');
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:${hash && html`; script-src &#39;sha256-${hash}&#39;`}; base-uri &#39;none&#39;; form-action &#39;none&#39;">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>
${trusted(`${BASE_STYLE}${style}`)}</style>
</head>
<body>
${body}
${script && html`<script>${trusted(script)}</script>\n`}</body>
</html>
`.text;
}
