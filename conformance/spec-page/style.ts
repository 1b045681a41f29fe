/** What the page of the specification has beside the base: the contents at the side, clauses, the lists. */

export const SPEC_STYLE = `
body { display: grid; grid-template-columns: minmax(0, 1fr); }
main, .cover { max-width: 56rem; width: 100%; margin: 0 auto; padding: 1.5rem 1.25rem; }
main { padding-bottom: 6rem; }
main > p, main > ul, main > ol, .cover > p, .clause > p { max-width: 46rem; }
.cover dl { display: grid; gap: .2rem; margin: 1.5rem 0; }
.cover dl div { display: grid; grid-template-columns: 7rem 1fr; }
.cover dt { color: var(--dim); }
.cover dd { margin: 0; }
.contents { padding: 1rem 1.25rem; font-size: .88rem; line-height: 1.4; border: solid var(--line); border-width: 1px 0; background: var(--raised); }
.contents p { margin: 0 0 .5rem; font-weight: 600; }
.contents ol { list-style: none; margin: 0; padding: 0; columns: 15rem; }
.contents ol ol { display: none; }
.contents li { padding: .12rem 0; break-inside: avoid; }
.contents a { text-decoration: none; }
.contents a:hover { text-decoration: underline; }
h2 { margin-top: 3.5rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
.sign { color: var(--dim); text-decoration: none; font-weight: 400; opacity: 0; }
h2:hover .sign, h3:hover .sign, h4:hover .sign, .sign:focus { opacity: 1; }
.word { font-style: normal; font-weight: 600; font-size: .93em; letter-spacing: .01em; }
.whole { white-space: nowrap; }
.ref { white-space: nowrap; }
blockquote { margin: 1rem 0; padding: .1rem 1rem; border-left: 3px solid var(--line); color: var(--dim); }
.clause { margin: 1.1rem 0; padding: .7rem 1rem .75rem; border: 1px solid var(--line); border-left: 4px solid var(--level); border-radius: 4px; background: var(--raised); break-inside: avoid; }
.must { --level: var(--cool); } .should { --level: var(--warn); } .may { --level: var(--dim); }
.clause .badge, .cases .badge { color: var(--level); }
.clause > p { margin: .45rem 0 0; }
.clause .head { margin: 0; display: flex; flex-wrap: wrap; gap: .1rem .8rem; align-items: baseline; font-size: .82rem; color: var(--dim); }
.id { font-family: var(--mono); font-weight: 700; font-size: .95rem; text-decoration: none; }
.id:hover { text-decoration: underline; }
.clause details, .clause .without { font-size: .85rem; }
.clause details { margin-top: .5rem; }
.clause .without { color: var(--dim); margin-top: .3rem; }
.clause summary { color: var(--dim); width: fit-content; }
.clause ul { margin: .4rem 0; padding-left: 1.2rem; }
.clause .vectors { margin: .4rem 0 0; }
.clause:target, .cases > :target { background: var(--mark); }
.cddl pre { white-space: pre-wrap; }
.cddl .comment { color: var(--dim); } .cddl .literal { color: var(--good); } .cddl a { text-decoration: none; }
.cddl a:hover { text-decoration: underline; }
.cases > div { padding: .6rem .5rem; border-bottom: 1px solid var(--line); break-inside: avoid; }
.cases dt .id { margin-right: .5rem; }
.cases dd { margin: .15rem 0 0; font-size: .92rem; }
.index td:nth-child(1) a, td code { white-space: nowrap; }
.vectors td code { white-space: normal; overflow-wrap: anywhere; }
.vectors td:first-child { min-width: 13rem; } .vectors td:nth-child(3) { min-width: 16rem; }
@media (min-width: 68rem) {
  body { grid-template-columns: 18rem minmax(0, 1fr); }
  .cover, main { grid-column: 2; padding: 2.5rem 3rem 1rem; }
  .contents { grid-column: 1; grid-row: 1 / span 2; position: sticky; top: 0; height: 100vh; overflow-y: auto; border-width: 0 1px 0 0; }
  .contents ol { columns: auto; }
  .contents ol ol { display: block; padding-left: .9rem; font-size: .95em; }
  .contents > ol > li { padding: .25rem 0; }
  main { padding-top: 0; padding-bottom: 8rem; }
}
@media (max-width: 40rem) {
  h1 { font-size: 1.7rem; } h2 { font-size: 1.35rem; }
  .clause { padding: .6rem .75rem; }
  th, td { padding: .3rem .45rem; }
  pre { font-size: .68rem; padding: .6rem; }
  .cover dl div { grid-template-columns: 5.5rem 1fr; }
}
@media print {
  body { display: block; }
  main, .cover { max-width: none; padding: 0; }
  .contents { break-before: page; background: none; border: 0; padding: 0; }
  .contents ol { columns: 2; } .contents ol ol { display: block; columns: auto; padding-left: 1rem; }
  .sign, .skip { display: none; }
  .clause .vectors { display: none; }
  .clause details::details-content { content-visibility: visible; }
}
`;
