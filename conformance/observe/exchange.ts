/** A transcript as the report carries it: lanes and arrows, each datagram explained. */
import { formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { describeIntent } from '../intent.ts';
import type { Arrow, Exchange, Sketch } from '../report.ts';
import type { Known } from './describe.ts';
import { annotate, label } from './describe.ts';
import type { Received } from './received.ts';
import type { Entry, Sent } from './transcript.ts';

/** The lane of the implementation under test. */
export const TARGET_LANE = 'target';

/** More arrows than these say no more; the last ones count. */
const MAX_ARROWS = 80;
/** Each case begins with the same handshakes: its last arrows say what it is about. */
const MAX_SKETCHED = 8;

/** @param startedAt when the case began */
export function exchangeOf(entries: readonly Entry[], startedAt: number): Exchange {
  const arrows = entries.slice(-MAX_ARROWS).map((entry) => arrow(entry, startedAt));
  return { lanes: lanesOf(arrows), arrows };
}

/** The end of a row, without bytes. */
export function sketchOf(entries: readonly Entry[]): Sketch {
  const arrows = entries.slice(-MAX_SKETCHED).map(outline);
  return { lanes: lanesOf(arrows), arrows, before: entries.length - arrows.length };
}

function lanesOf(arrows: readonly Pick<Arrow, 'from' | 'to'>[]): string[] {
  const peers = arrows.flatMap(({ from, to }) => [from, to]).filter((lane) => lane !== TARGET_LANE);
  const [first, ...others] = [...new Set(peers)];
  // The target stands beside whom it talks to first, so that most arrows are short.
  return first === undefined ? [TARGET_LANE] : [first, TARGET_LANE, ...others];
}

function arrow(entry: Entry, startedAt: number): Arrow {
  const at = (instant: number) => Math.round((instant - startedAt) * 1000) / 1000;
  const nothing = { ...outline(entry), expected: null, deviates: false, hex: '', annotated: [] };
  switch (entry.kind) {
    case 'remark':
      return { ...nothing, at: at(entry.at) };
    case 'missed':
      return { ...nothing, at: at(entry.at), expected: entry.expected, deviates: true };
    case 'sent': {
      const { sent } = entry;
      const annotated = [`to ${formatEndpoint(sent.to)}`, ...annotate(knownOfSent(sent))];
      return { ...nothing, at: at(sent.at), hex: toHex(sent.bytes), annotated };
    }
    case 'received': {
      const { received } = entry;
      const unasked = received.explained === undefined && !received.consumed;
      return {
        ...nothing,
        at: at(received.at),
        expected: unasked ? 'nothing' : null,
        deviates: unasked,
        hex: toHex(received.bytes),
        annotated: [`from ${formatEndpoint(received.from)}`, ...annotate(knownOfReceived(received))],
      };
    }
  }
}

/** An arrow without what only a failure needs: to take a datagram apart takes long. */
function outline(entry: Entry): Sketch['arrows'][number] {
  switch (entry.kind) {
    case 'remark':
      return { from: TARGET_LANE, to: TARGET_LANE, label: entry.text, intent: null };
    case 'missed': {
      const label = entry.timedOut ? '' : 'not as expected';
      return { from: TARGET_LANE, to: entry.peer, label, intent: null };
    }
    case 'sent': {
      const { sent } = entry;
      const text = sent.label ?? label(knownOfSent(sent));
      return { from: sent.peer, to: TARGET_LANE, label: text, intent: describeIntent(sent.intent) };
    }
    case 'received': {
      const { received } = entry;
      return { from: TARGET_LANE, to: received.peer, label: label(knownOfReceived(received)), intent: null };
    }
  }
}

function knownOfSent({ bytes, channel, content }: Sent): Known {
  return { bytes, kind: channel?.kind, content, fault: undefined };
}

function knownOfReceived({ bytes, channel, body, plaintext, fault }: Received): Known {
  return { bytes, kind: channel?.kind, content: body ?? plaintext, fault };
}

/** One line for the text of a failure: what came, and where. */
export function describeReceived(received: Received): string {
  return `${received.peer} received ${label(knownOfReceived(received))}`;
}
