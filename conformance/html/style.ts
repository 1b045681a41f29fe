/** What all pages of the suite look like: colours for light and dark, text, tables, code, marks; phone and print. */

export const BASE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f7f9; --line: #d5dbe1; --text: #1b2229; --dim: #57636f;
  --link: #0a58a8; --good: #1a6f37; --bad: #b3221b; --warn: #855400; --cool: #2f5fa8; --mark: #fff3c4;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK JP", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181c; --raised: #1d2329; --line: #38424c; --text: #e2e7ec; --dim: #9ba8b4;
    --link: #7db8f5; --good: #74cf92; --bad: #ff8d82; --warn: #e7b65c; --cool: #9dbdf5; --mark: #453b14;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { font: 100%/1.55 var(--sans); color: var(--text); background: var(--ground); scroll-padding-top: 1rem; text-size-adjust: 100%; -webkit-text-size-adjust: 100%; }
body { margin: 0; overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; margin: 2em 0 .6em; text-wrap: balance; }
h1 { font-size: 2.1rem; margin-top: 0; }
h2 { font-size: 1.6rem; }
h3 { font-size: 1.2rem; }
h4 { font-size: 1.02rem; }
a { color: var(--link); text-decoration-thickness: .06em; text-underline-offset: .16em; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre, kbd { font-family: var(--mono); font-size: .9em; }
pre { margin: 0; padding: .8rem 1rem; line-height: 1.35; overflow-x: auto; font-size: .82rem; }
figure { margin: 1.2rem 0; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
.scroll { overflow-x: auto; margin: 1.2rem 0; }
table { border-collapse: collapse; font-size: .9rem; line-height: 1.4; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
thead th, thead td { border-bottom: 2px solid var(--line); }
caption { text-align: left; color: var(--dim); padding: 0 .7rem .3rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 0 .45em; border: 1px solid currentcolor; border-radius: 4px; font-size: .75rem; font-weight: 600; letter-spacing: .02em; }
.dim { color: var(--dim); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .cool { color: var(--cool); }
summary { cursor: pointer; }
:target { background: var(--mark); }
.skip { position: absolute; left: -99em; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: .5rem 1rem; z-index: 1; }
@media print {
  :root { --ground: #fff; --raised: #fff; --line: #999; --text: #000; --dim: #444; --link: #000; --good: #000; --bad: #000; --warn: #000; --cool: #000; --mark: #fff; }
  html { font-size: 10pt; }
  a { text-decoration: none; }
  pre { white-space: pre-wrap; font-size: 7.5pt; }
  .scroll { overflow: visible; }
  h1, h2, h3, h4 { break-after: avoid; }
  tr, figure { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;
