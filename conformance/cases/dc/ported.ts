/** Chapters 4 to 6 at a DC: cases of associations of which one end is the DC; those of legs on associations of nodes. */
import type { Case } from '../../case.ts';
import { ELSEWHERE_CASES } from '../address/elsewhere.ts';
import { ATTEMPT_CASES } from '../channel/attempt.ts';
import { CHANNEL_TYPE_CASES } from '../channel/channel-type.ts';
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

const WORDS: Words = [
  ['a node on loopback', 'a peer on loopback'],
  ['is answered, but not probed and not relayed to', 'is answered, but not probed'],
  ['that a relay can be turned', 'that it can be turned'],
  ['of one DC', 'of one peer'],
  ["A DC's", "A peer's"],
  ['Its DC', 'Its peer'],
  ['its DC', 'its peer'],
  ['a DC', 'a node'],
  ['The DC opens', 'A node opens'],
  ["The RS-S's", "The DC's"],
  ["the RS-S's", "the DC's"],
  ["An RS-S's", "A DC's"],
  ['An RS-S', 'A DC'],
  ['an RS-S', 'a DC'],
  ['the RS-S', 'the DC'],
  ['A node opens its leg', 'A node opens its association'],
  ['its leg', 'its association'],
  ['a leg', 'an association'],
  ['the leg', 'the association'],
  ['legs', 'associations'],
];

function take(cases: readonly Case[], ports: readonly (string | Port)[]): readonly Case[] {
  const all = ports.map((port) => (typeof port === 'string' ? { from: `rs-s.${port}` } : port));
  return ported('dc', {}, WORDS, cases, all);
}

/** Recipes of counters that are about what an RS-S relays, or about order numbers, which associations lack. */
const NOT_OF_DCS: readonly string[] = [
  'relay-source',
  'relay-hold',
  'transaction, a request',
  'order',
  'order before handshake',
];

/** Registration Request, Direction Request, Acknowledgement. [16.1] */
const FROM_NODE: readonly number[] = [0x01, 0x03, 0x11];

const isProbe = ({ on }: { on: string }) => on === 'probe';

const DATAGRAMS: readonly Case[] = [
  ...take(HEADER_CASES, ['header.magic']),
  ...take(DISCARDED_CASES, [
    {
      from: 'rs-s.datagram.short',
      rows: ({ relayed }: { relayed: boolean }) => !relayed,
      title: 'A datagram of less than 44 bytes gets no answer; one of 44 is read.',
      catches: 'Reading beyond the end of a short datagram.',
    },
    'datagram.type-unknown',
    'datagram.oversize-control',
  ]),
  ...take(NAMED_CASES, ['context.unknown', 'sealed.key-id-zero', 'sealed.key-id-unknown']),
  ...take(GENERAL_CASES, ['profile.off', 'run.grease']),
  ...take([EMITTED_CASE], [{ from: 'rs-s.run.emitted', also: ['GEN-14'] }]),
  ...take(COUNTER_CASES, [
    { from: 'rs-s.counters.layers', rows: (name: string) => !NOT_OF_DCS.includes(name) },
    'counters.answered',
  ]),
  ...take(LIMIT_CASES, ['dos.garbage', 'dos.rate-source', 'dos.failures']),
  ...take(WINDOW_CASES, ['opening.rate-windows', 'dos.rate-windows']),
];

const CHANNELS: readonly Case[] = [
  ...take(OPENING_CASES, [
    'opening.association',
    {
      from: 'rs-s.opening.association-order',
      catches: 'The rule for paths and legs applied to associations, which have no order.',
    },
  ]),
  ...take(OPENING_REFUSED_CASES, [
    'opening.size',
    'opening.key-id',
    'opening.wrong-secret',
    'opening.prologue',
    'opening.low-order-point',
  ]),
  ...take(OPENING_ORDER_CASES, ['opening.repeat', 'opening.repeat-elsewhere', 'opening.sources']),
  ...take(OPENING_LIMIT_CASES, [
    'opening.rate-source',
    'opening.unconfirmed-bound',
    'opening.unconfirmed-expiry',
  ]),
  ...take(ATTEMPT_CASES, [
    {
      from: 'rs-s.attempt.repeats',
      title:
        'A DC with something for another one opens the association, repeats message 1 as it is, gives up, and begins anew.',
    },
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
    'keys.association-rank',
    'keys.direction',
    'keys.restart',
  ]),
  ...take(KEY_TIME_CASES, [
    'keys.old-erased',
    'keys.rekey',
    'keys.rekey-messages',
    'keys.initiator-waits',
    'keys.erased',
  ]),
  ...take(ELSEWHERE_CASES, [
    'probe.elsewhere',
    'address.old-keys',
    'address.overtaken',
    'address.amplification-refused',
    'address.own',
  ]),
  ...take(CHANNEL_TYPE_CASES, [
    {
      from: 'rs-s.channel-type.not-confirming',
      rows: (type: number) => !FROM_NODE.includes(type),
      title: 'A message of a type that a node does not send to a DC confirms nothing.',
    },
  ]),
  ...take(SEALED_CASES, ['sealed.tag', 'sealed.header', 'sealed.counter', 'sealed.own-counter']),
  ...take(REPLAY_CASES, ['sealed.replay', 'sealed.window', 'run.nonces']),
];

const MESSAGES: readonly Case[] = [
  ...take(ENCODING_CASES, [
    { from: 'rs-s.body.encoding', rows: isProbe },
    { from: 'rs-s.body.forbidden', rows: isProbe },
  ]),
  ...take(TRANSACTION_CASES, ['transaction.elsewhere']),
  ...take(PAIRS_CASES, ['body.pairs']),
  ...take(PROBE_CASES, ['probe.answer', 'probe.answer-ipv6', 'probe.malformed']),
];

export const DC_PORTED_CASES: readonly Case[] = [...DATAGRAMS, ...CHANNELS, ...MESSAGES];
