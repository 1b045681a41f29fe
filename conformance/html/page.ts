/** The frame of a page that stands alone: one file, no script, nothing from the network. */
import type { Markup } from './markup.ts';
import { html, trusted } from './markup.ts';
import { BASE_STYLE } from './style.ts';

export interface PageParts {
  readonly title: string;
  readonly description: string;
  /** Style sheets after the base. */
  readonly style: string;
  readonly body: Markup;
}

/** The whole document, ready to be written. The policy in its head keeps it to what it says: styles and nothing else. */
export function renderPage({ title, description, style, body }: PageParts): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>
${trusted(`${BASE_STYLE}${style}`)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;
}
