/** Chapters 4 to 6 at a node: cases of the association with its DC, and those of legs on a path that it awaits. */
import type { Case } from '../../case.ts';
import { ASSOCIATION_ADDRESS_CASES } from '../address/association.ts';
import { ELSEWHERE_CASES } from '../address/elsewhere.ts';
import { ATTEMPT_CASES } from '../channel/attempt.ts';
import { CROSSED_CASES } from '../channel/crossed.ts';
import { KEY_TIME_CASES } from '../channel/key-times.ts';
import { KEY_CASES } from '../channel/keys.ts';
import { OPENING_CASES } from '../channel/opening.ts';
import { OPENING_LIMIT_CASES } from '../channel/opening-limits.ts';
import { OPENING_ORDER_CASES } from '../channel/opening-order.ts';
import { OPENING_REFUSED_CASES } from '../channel/opening-refused.ts';
import { REPLAY_CASES } from '../channel/replay.ts';
import { SEALED_CASES } from '../channel/sealed.ts';
import { COUNTER_CASES } from '../datagram/counters.ts';
import { DISCARDED_CASES } from '../datagram/discarded.ts';
import { EMITTED_CASE } from '../datagram/emitted.ts';
import { GENERAL_CASES } from '../datagram/general.ts';
import { HEADER_CASES } from '../datagram/header.ts';
import { LIMIT_CASES } from '../datagram/limits.ts';
import { NAMED_CASES } from '../datagram/named.ts';
import { WINDOW_CASES } from '../datagram/windows.ts';
import { ENCODING_CASES } from '../messages/encoding.ts';
import { PAIRS_CASES } from '../messages/pairs.ts';
import { PROBE_CASES } from '../messages/probes.ts';
import { TRANSACTION_CASES } from '../messages/transactions.ts';
import type { Port, Words } from '../ported.ts';
import { ported } from '../ported.ts';
import { REGISTRATION_CASES } from '../relays/registration.ts';
import { NODE } from './steps.ts';

const WORDS: Words = [
  ["The RS-S's", "The node's"],
  ["the RS-S's", "the node's"],
  ["An RS-S's", "A node's"],
  ['An RS-S', 'A node'],
  ['an RS-S', 'a node'],
  ['the RS-S', 'the node'],
  ['A node opens its leg', 'A peer opens a path'],
  ['its DCs', 'its DC'],
  ['a leg', 'a path'],
  ['the leg', 'the path'],
  ['legs', 'paths'],
  ['Relay Registration', 'Registration'],
];

function take(cases: readonly Case[], ports: readonly (string | Port)[]): readonly Case[] {
  const all = ports.map((port) => (typeof port === 'string' ? { from: `rs-s.${port}` } : port));
  return ported('node', { adapterLevel: NODE.adapterLevel }, WORDS, cases, all);
}

/** Recipes of counters that are about what an RS-S relays. */
const OF_RELAYS: readonly string[] = ['relay-source', 'relay-hold', 'transaction, a request'];

export const PORTED_DATAGRAM_CASES: readonly Case[] = [
  ...take(HEADER_CASES, ['header.magic']),
  ...take(DISCARDED_CASES, [
    { from: 'rs-s.datagram.short', rows: ({ relayed }: { relayed: boolean }) => !relayed },
    'datagram.type-unknown',
    'datagram.oversize-control',
  ]),
  ...take(NAMED_CASES, ['context.unknown', 'sealed.key-id-zero', 'sealed.key-id-unknown']),
  ...take(GENERAL_CASES, ['profile.off', 'address.before-valid', 'run.grease']),
  ...take([EMITTED_CASE], ['run.emitted']),
  ...take(COUNTER_CASES, [
    { from: 'rs-s.counters.layers', rows: (name: string) => !OF_RELAYS.includes(name) },
    'counters.answered',
  ]),
  ...take(LIMIT_CASES, ['dos.garbage', 'dos.rate-source', 'dos.failures']),
  ...take(WINDOW_CASES, ['opening.rate-windows', 'dos.rate-windows']),
];

export const PORTED_CHANNEL_CASES: readonly Case[] = [
  ...take(OPENING_CASES, [
    'opening.association',
    { from: 'rs-s.opening.leg', id: 'node.opening.path' },
    'opening.header-echo',
    'opening.association-order',
  ]),
  ...take(OPENING_REFUSED_CASES, [
    'opening.size',
    'opening.key-id',
    'opening.wrong-secret',
    'opening.prologue',
    'opening.low-order-point',
  ]),
  ...take(OPENING_ORDER_CASES, [
    'opening.order',
    'opening.replayed',
    'opening.repeat',
    'opening.repeat-elsewhere',
    'opening.sources',
  ]),
  ...take(OPENING_LIMIT_CASES, [
    'opening.rate-source',
    'opening.unconfirmed-bound',
    'opening.unconfirmed-expiry',
  ]),
  ...take(ATTEMPT_CASES, [
    'attempt.repeats',
    'attempt.confirming-probe',
    'attempt.unconfirmed',
    'attempt.failed-message-2',
    'attempt.message-2-again',
    'opening.reflected',
  ]),
  ...take(CROSSED_CASES, [
    'opening.crossed',
    'opening.crossed-higher',
    'opening.crossed-at-once',
    'opening.unconfirmed-own',
    'keys.crossed-rank',
  ]),
  ...take(KEY_CASES, [
    'keys.silent-before-confirmation',
    'keys.old-receive',
    'keys.rank',
    'keys.association-rank',
    'keys.direction',
    'keys.restart',
  ]),
  ...take(KEY_TIME_CASES, [
    'keys.old-erased',
    'keys.rekey',
    'keys.rekey-messages',
    'keys.rekey-other-end',
    'keys.initiator-waits',
    'keys.erased',
  ]),
  ...take(SEALED_CASES, ['sealed.tag', 'sealed.header', 'sealed.counter', 'sealed.own-counter']),
  ...take(REPLAY_CASES, ['sealed.replay', 'sealed.window', 'run.nonces']),
  ...take(ELSEWHERE_CASES, [
    'probe.elsewhere',
    'address.old-keys',
    'address.overtaken',
    'address.amplification-refused',
    'address.own',
  ]),
  ...take(ASSOCIATION_ADDRESS_CASES, ['address.association', 'address.association-later']),
];

export const PORTED_MESSAGE_CASES: readonly Case[] = [
  ...take(ENCODING_CASES, ['body.encoding', 'body.forbidden']),
  ...take(TRANSACTION_CASES, [
    'transaction.elsewhere',
    {
      from: 'rs-s.transaction.unmatched',
      rows: ({ what }: { what: string }) => what !== 'registration',
    },
  ]),
  ...take(PAIRS_CASES, ['body.pairs']),
  ...take(PROBE_CASES, [
    { from: 'rs-s.probe.answer', also: ['NODE-09'] },
    'probe.answer-ipv6',
    'probe.malformed',
  ]),
];

export const PORTED_REGISTRATION_CASES: readonly Case[] = take(REGISTRATION_CASES, [
  { from: 'rs-s.registration.renew', also: ['NODE-13', 'NODE-03'] },
  { from: 'rs-s.registration.retry', also: ['NODE-18', 'NODE-13'] },
  { from: 'rs-s.registration.tries', also: ['NODE-18'] },
]);
