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
  const arrows = entries.slice(-MAX_SKETCHED).map((entry) => {
    const { from, to, label, intent } = arrow(entry, 0);
    return { from, to, label, intent };
  });
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
  const nothing = { intent: null, expected: null, deviates: false, hex: '', annotated: [] };
  switch (entry.kind) {
    case 'remark':
      return { ...nothing, at: at(entry.at), from: TARGET_LANE, to: TARGET_LANE, label: entry.text };
    case 'missed':
      return {
        ...nothing,
        at: at(entry.at),
        from: TARGET_LANE,
        to: entry.peer,
        label: entry.timedOut ? '' : 'not as expected',
        expected: entry.expected,
        deviates: true,
      };
    case 'sent':
      return { ...sentArrow(entry.sent), at: at(entry.sent.at) };
    case 'received':
      return { ...receivedArrow(entry.received), at: at(entry.received.at) };
  }
}

function sentArrow(sent: Sent): Omit<Arrow, 'at'> {
  const known = knownOfSent(sent);
  return {
    from: sent.peer,
    to: TARGET_LANE,
    label: sent.label ?? label(known),
    intent: describeIntent(sent.intent),
    expected: null,
    deviates: false,
    hex: toHex(sent.bytes),
    annotated: [`to ${formatEndpoint(sent.to)}`, ...annotate(known)],
  };
}

function receivedArrow(received: Received): Omit<Arrow, 'at'> {
  const known = knownOfReceived(received);
  const unasked = received.explained === undefined && !received.consumed;
  return {
    from: TARGET_LANE,
    to: received.peer,
    label: label(known),
    intent: null,
    expected: unasked ? 'nothing' : null,
    deviates: unasked,
    hex: toHex(received.bytes),
    annotated: [`from ${formatEndpoint(received.from)}`, ...annotate(known)],
  };
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
