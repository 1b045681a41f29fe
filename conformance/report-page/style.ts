/** What the page of a report has beside the base. */

export const REPORT_STYLE = `
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 6rem; }
h1 { margin: 0; overflow-wrap: anywhere; }
h2 { margin-top: 3rem; }
h3 { margin: 2.2rem 0 .4rem; }
h4 { margin: 1.2rem 0 .3rem; font-weight: 600; color: var(--dim); font-size: .95rem; }
h4 .dim { font-weight: 400; margin-left: .3rem; }
h5 { margin: 1.2rem 0 .4rem; font-size: .82rem; font-weight: 600; color: var(--dim); }
.kind { margin: 0 0 .2rem; color: var(--dim); font-size: .9rem; }
.outcome { margin: .9rem 0 .6rem; font-size: 1.35rem; font-weight: 600; }
.bar { display: block; width: 100%; height: .6rem; border-radius: .3rem; background: var(--line); }
.bar .good { fill: var(--good); } .bar .bad { fill: var(--bad); } .bar .warn { fill: var(--warn); } .bar .cool { fill: var(--cool); } .bar .dim { fill: var(--dim); opacity: .55; }
.tally { margin: .6rem 0 0; }
.tally span { white-space: nowrap; }
.facts, .body dl, .names dl { margin: 1.4rem 0 0; display: grid; gap: .3rem; }
.facts div, .body dl div, .names dl div { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: 0 1rem; }
dt { color: var(--dim); font-size: .88rem; padding-top: .1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.facts { font-size: .92rem; }
.notes { margin: 1.2rem 0 0; padding: .6rem 1rem .6rem 2rem; border-left: 3px solid var(--warn); background: var(--raised); font-size: .92rem; }
p.notes { padding-left: 1rem; }
.ledger { width: 100%; }
.ledger th[scope=row] { font-weight: 600; }
.ledger .share { width: 32%; vertical-align: middle; }
.ledger .bad, .ledger .warn { font-weight: 600; }
.ledger .number { white-space: nowrap; }
.names { font-size: .9rem; margin: .3rem 0; }
.names summary { color: var(--dim); width: fit-content; }
.names dl { margin: .5rem 0 1rem; }
.clause-id { white-space: nowrap; margin-right: .2rem; }
.look { padding-left: 1.6rem; }
.look li { padding: .12rem 0; }
.badge { white-space: nowrap; }
#filter { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; position: sticky; top: 0; z-index: 1; padding: .7rem 0; background: var(--ground); border-bottom: 1px solid var(--line); }
#filter[hidden] { display: none; }
#filter label { display: grid; gap: .15rem; font-size: .8rem; color: var(--dim); }
#filter .wide { flex: 1 1 14rem; }
#filter output { font-size: .88rem; color: var(--dim); padding-bottom: .4rem; font-variant-numeric: tabular-nums; }
input, select, button { font: inherit; font-size: .92rem; color: var(--text); background: var(--ground); border: 1px solid var(--dim); border-radius: 4px; padding: .3rem .5rem; min-height: 2.2rem; }
input::placeholder { color: var(--dim); opacity: 1; }
button { cursor: pointer; background: var(--raised); }
input:focus-visible, select:focus-visible, button:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.chapters { list-style: none; padding: 0; margin: 1rem 0; columns: 15rem; font-size: .92rem; }
.chapters li { padding: .1rem 0; break-inside: avoid; }
.chapter h3 { scroll-margin-top: 5rem; }
.case { border-bottom: 1px solid var(--line); scroll-margin-top: 5rem; }
.case > summary { display: grid; grid-template-columns: 1.2rem minmax(0, 1fr); gap: .4rem; padding: .42rem .3rem; list-style: none; }
.case > summary::-webkit-details-marker { display: none; }
.case > summary:hover { background: var(--raised); }
.sign { font-weight: 700; text-align: center; }
.case[open] > summary .title { font-weight: 600; }
.meta { display: block; font-size: .8rem; color: var(--dim); overflow-wrap: anywhere; }
.meta code { font-size: 1em; margin-right: .5rem; }
.case:target, .clause:target { background: none; }
.case:target > summary, .clause:target > .head { background: var(--mark); }
.took { margin-left: .5rem; }
.case .body { padding: .2rem 0 1.4rem 1.6rem; margin-left: .55rem; border-left: 2px solid var(--line); font-size: .92rem; }
.body dl { margin-top: .3rem; }
.exchange { padding: .4rem 0; margin: 1.1rem 0 .6rem; background: var(--ground); }
.exchange .scroll { margin: 0; }
.chart { display: block; max-width: max(100%, 45rem); height: auto; font: 12px var(--sans); }
.chart text { fill: var(--text); }
.chart .lane line { stroke: var(--line); stroke-width: 1.5; }
.chart .lane rect { fill: var(--raised); stroke: var(--line); }
.chart .lane text { font-weight: 600; }
.chart .target rect { stroke: var(--text); stroke-width: 1.5; }
.chart .target line { stroke: var(--dim); }
.chart .wanted line { stroke: var(--good); stroke-dasharray: 2 4; }
.chart .wanted text { fill: var(--good); }
.chart .number, .chart .time { fill: var(--dim); font-variant-numeric: tabular-nums; font-size: 11px; }
.chart .label { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.chart .arrow { stroke: var(--text); stroke-width: 1.4; fill: none; }
.chart .broken { stroke-dasharray: 5 4; }
.chart .head { fill: var(--text); }
.chart .remark .label { fill: var(--dim); font-style: italic; }
.chart .deviates .arrow { stroke: var(--bad); stroke-width: 2; } .chart .deviates .head { fill: var(--bad); }
.chart .deviates .label { fill: var(--bad); font-weight: 600; }
.chart rect.should { fill: var(--ground); stroke: var(--good); }
.chart text.should { fill: var(--good); }
.chart .as-wanted { fill: var(--good); }
.datagrams, .sketch { margin: .3rem 0; padding-left: 2.2rem; font-size: .88rem; }
.datagrams > li::marker, .sketch > li::marker { color: var(--dim); font-variant-numeric: tabular-nums; }
.datagrams p { margin: 0; }
.datagrams summary { width: fit-content; padding: .08rem 0; }
.way { font-weight: 600; margin-right: .35rem; }
.bytes { display: grid; grid-template-columns: minmax(9rem, max-content) minmax(7rem, 1fr); gap: .1rem 1.2rem; margin: .3rem 0 .8rem; padding: .6rem .8rem; background: var(--raised); border-radius: 4px; font-size: .82rem; line-height: 1.45; }
.bytes code { font-size: .95em; max-width: 47.5ch; overflow-wrap: anywhere; }
.bytes .note { grid-column: 1 / -1; max-width: none; white-space: pre-wrap; }
.bytes span { color: var(--dim); }
.earlier { margin-top: 1.1rem; }
.earlier > summary { color: var(--dim); width: fit-content; font-size: .88rem; }
.replay { margin-top: 1.1rem; display: flex; flex-wrap: wrap; gap: .5rem .8rem; align-items: baseline; }
.replay code { flex: 1 1 20rem; overflow-wrap: anywhere; background: var(--raised); border-radius: 4px; padding: .4rem .6rem; }
.permalink { margin: .8rem 0 0; font-size: .8rem; }
.texts > summary { color: var(--dim); width: fit-content; }
.clause { padding: .8rem .3rem; border-bottom: 1px solid var(--line); scroll-margin-top: 5rem; font-size: .92rem; }
.clause p { margin: .15rem 0; }
.clause .head b { font-family: var(--mono); margin-right: .3rem; }
.clause .head .badge { margin-right: .3rem; }
.about { font-family: var(--mono); font-size: .8rem; }
.about a { margin-right: .6rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  main { padding: 1.4rem .9rem 4rem; }
  h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2.2rem; }
  .facts div, .body dl div, .names dl div { grid-template-columns: minmax(0, 1fr); }
  .facts, .body dl { gap: .6rem; }
  .ledger .share { display: none; }
  .ledger thead td { display: none; }
  .case .body { padding-left: .8rem; margin-left: .3rem; }
  .bytes { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .bytes span { padding-bottom: .35rem; }
  .datagrams, .sketch { padding-left: 1.6rem; }
  #filter { position: static; }
}
@media print {
  main { max-width: none; padding: 0; }
  #filter, .permalink, button, .skip { display: none; }
  .case, .clause { break-inside: avoid; }
  .case[open] { break-inside: auto; }
  .bar { border: 1px solid #000; }
}
`;
