/** One case: a line that opens to what is known of it. */
import type { Markup, Part } from '../html/markup.ts';
import { html } from '../html/markup.ts';
import type { CaseResult, Exchange, Sketch } from '../report.ts';
import { clauseOf } from '../reporters/context.ts';
import { shrunkText } from '../reporters/failure.ts';
import { MARKS } from '../reporters/marks.ts';
import { count, duration } from '../reporters/text.ts';
import { chart } from './chart.ts';
import type { PageContext } from './context.ts';
import { clauseLinks, specText, TONES } from './context.ts';
import { datagrams } from './datagrams.ts';

/** Longer than this is said beside the case. */
const SLOW_MS = 1000;
/** More than this at once would hide the place that matters. */
const MOST_ARROWS = 24;

/** @param exchange what to draw of it: undefined where it is left out for the size of the page */
export function caseBlock(result: CaseResult, exchange: Markup | undefined, context: PageContext): Markup {
  const { id, title, verdict, clauses, roles, ms } = result;
  const { sign, counted } = MARKS[verdict];
  const isOpen = context.opensFailures && (verdict === 'fail' || verdict === 'suite-error');
  const took = ms >= SLOW_MS && html` <span class="took">${duration(ms)}</span>`;
  return html`<details class="case" id="${id}" data-verdict="${verdict}" data-roles="${roles.join(' ')}"${isOpen && html` open`}>
<summary><span class="sign ${TONES[verdict]}" role="img" aria-label="${counted}">${sign}</span><span class="head"><span class="title">${title}</span>${verdict !== 'pass' && html` <span class="badge ${TONES[verdict]}">${counted}</span>`}<span class="meta"><code>${id}</code> ${clauses.join(' ')}${took}</span></span></summary>
<div class="body">
<dl>
${rows(result, context)}</dl>
${exchange}${result.sketch !== null && result.exchange === null && sketchBlock(result.sketch)}${replayBlock(result, context)}<p class="permalink"><a href="#${id}">Link to this case</a></p>
</div>
</details>
`;
}

/** The chart of an exchange and its datagrams, those of the handshakes before the end folded. */
export function exchangeBlock(exchange: Exchange, { id }: CaseResult): Markup {
  const { length } = exchange.arrows;
  const folded = length <= MOST_ARROWS ? 0 : length - MOST_ARROWS;
  if (folded === 0) return exchangePart(exchange, 1, length, id);
  return html`<details class="earlier"><summary>${count(folded, 'earlier datagram')}</summary>
${exchangePart(exchange, 1, folded, id)}</details>
${exchangePart(exchange, folded + 1, length, id)}`;
}

function exchangePart(exchange: Exchange, start: number, end: number, id: string): Markup {
  const { lanes } = exchange;
  const arrows = exchange.arrows.slice(start - 1, end);
  const what = `Sequence chart of ${id}, ${start} to ${end}, between ${lanes.join(', ')}`;
  return html`<figure class="exchange"><div class="scroll" tabindex="0" role="group" aria-label="${what}">${chart({ lanes, arrows }, start, what)}</div></figure>
<h5>Datagrams</h5>
${datagrams(exchange, start, end)}
`;
}

function rows(result: CaseResult, context: PageContext): Markup[] {
  const { verdict, blame, level, expected, actual, reason, counterexample, note, waiver, clauses } = result;
  const requirement = result.requirement ?? requirementOf(result, context);
  const suspect = blame === null || verdict === 'suite-error' ? '' : `, looks like the ${blame}'s fault`;
  const alternatives = expected.map((text, at) => html`${at > 0 && html`<br><em>or</em> `}${text}`);
  return [
    row(
      'Verdict',
      verdict !== 'pass' &&
        html`<strong class="${TONES[verdict]}">${MARKS[verdict].counted}</strong>${suspect}`,
    ),
    row('Clauses', html`${clauseLinks(clauses, context)} <span class="badge">${level}</span>`),
    row('Requirement', requirement && specText(requirement)),
    row('Expected', expected.length > 0 && html`${alternatives}`),
    row('Actual', actual !== null && html`<span class="bad">${actual}</span>`),
    row('Why', reason),
    row('Input', counterexample !== null && html`<code>${counterexample}</code>`),
    row('Started with', result.settings),
    row('Made from', result.shrunk && shrunkText(result.shrunk)),
    row('Read as', note),
    row(
      'Waiver',
      waiver && `${waiver.reason}, until ${waiver.expiry}, covers ${waiver.verdict} (${waiver.link})`,
    ),
    row('Known', result.expectedFailure),
    row('Sent', sentence(result)),
    row('Catches', result.catches),
  ].filter((part) => part !== undefined);
}

function row(label: string, part: Part | null): Markup | undefined {
  if (part === null || part === undefined || part === false || part === '') return undefined;
  return html`<div><dt>${label}</dt><dd>${part}</dd></div>\n`;
}

function requirementOf({ clauses: [id = ''] }: CaseResult, context: PageContext): string | undefined {
  const text = clauseOf(context, id)?.text;
  return text === undefined ? undefined : `${id}: ${text}`;
}

/** What of a case is sent, in a sentence; the chart or the list below has it one by one. */
function sentence({ kind, rows: judged, sketch, exchange }: CaseResult): string {
  const below = sketch === null && exchange === null ? '' : ', see below';
  const ran = judged === 0 ? '' : `, ${judged} judged`;
  switch (kind) {
    case 'script':
      return `one exchange${below}`;
    case 'property':
      return `one exchange for each of many inputs${ran}${below}`;
    case 'model':
      return `random commands against a small model${judged === 0 ? '' : `, ${count(judged, 'run')}`}${below}`;
    case 'scan':
      return `nothing: it watches the datagrams of all other cases${ran}`;
  }
}

/** A pass in short: who sent what to whom. */
function sketchBlock({ arrows, before }: Sketch): Markup | undefined {
  if (arrows.length === 0) return undefined;
  const items = arrows.map(({ from, to, label, intent }) => {
    const meant = intent !== null && intent !== 'valid' && html` <span class="dim">(${intent})</span>`;
    return html`<li><span class="way">${from === to ? from : `${from} to ${to}`}</span> ${label}${meant}</li>\n`;
  });
  const head =
    before === 0 ? 'What went to and fro' : `What went to and fro, after ${count(before, 'datagram')}`;
  return html`<h5>${head}</h5>
<ol class="sketch">
${items}</ol>
`;
}

function replayBlock({ replay, verdict }: CaseResult, { command }: PageContext): Markup | undefined {
  if (replay === null || verdict === 'pass') return undefined;
  return html`<div class="replay"><span class="dim">Replay</span> <code>${command} --replay ${replay}</code> <button type="button" class="copy" hidden>Copy</button></div>
`;
}
