/** Chapters 4 to 6 and 9.1 at an RS-N and an RS-T: cases of associations with DCs, and those of legs on paths that it awaits. */
import type { Case } from '../../case.ts';
import type { EndKind } from '../../played/end-dc.ts';
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
import { ERROR_CASES } from '../messages/errors.ts';
import { PAIRS_CASES } from '../messages/pairs.ts';
import { PROBE_CASES } from '../messages/probes.ts';
import { SCHEMA_CASES } from '../messages/schema.ts';
import { TRANSACTION_CASES } from '../messages/transactions.ts';
import type { Port, Words } from '../ported.ts';
import { ported } from '../ported.ts';
import { REGISTRATION_CASES } from '../relays/registration.ts';
import { WITHDRAWAL_CASES } from '../relays/withdrawal.ts';
import { NAMES } from './steps.ts';

/** Recipes of counters that are about what an RS-S relays. */
const OF_RELAYS: readonly string[] = ['relay-source', 'relay-hold', 'transaction, a request'];

const hasLegsLeftAlone = ({ fields }: { readonly fields: object }): boolean => !('legs' in fields);
/** A path of these kinds has no legs. */
const isInBody = ({ place }: { readonly place: string }): boolean => place === 'body';
/** A path secret is theirs to have, and a leg is not. */
const isOfAnyKind = ({ name }: { readonly name: string }): boolean =>
  name !== 'a path secret' && !name.startsWith('a Leg ID');

const PORTS: readonly (readonly [cases: readonly Case[], ports: readonly (string | Port)[]])[] = [
  [HEADER_CASES, ['header.magic']],
  [
    DISCARDED_CASES,
    [
      { from: 'rs-s.datagram.short', rows: ({ relayed }: { relayed: boolean }) => !relayed },
      'datagram.type-unknown',
      'datagram.oversize-control',
    ],
  ],
  [NAMED_CASES, ['context.unknown', 'sealed.key-id-zero', 'sealed.key-id-unknown']],
  [GENERAL_CASES, ['profile.off', 'address.before-valid', 'run.grease']],
  [[EMITTED_CASE], ['run.emitted']],
  [
    COUNTER_CASES,
    [
      { from: 'rs-s.counters.layers', rows: (name: string) => !OF_RELAYS.includes(name) },
      'counters.answered',
    ],
  ],
  [LIMIT_CASES, ['dos.garbage', 'dos.rate-source', 'dos.failures']],
  [WINDOW_CASES, ['opening.rate-windows', 'dos.rate-windows']],
  [
    OPENING_CASES,
    [
      'opening.association',
      { from: 'rs-s.opening.leg', id: 'opening.path' },
      'opening.header-echo',
      'opening.association-order',
    ],
  ],
  [
    OPENING_REFUSED_CASES,
    ['opening.size', 'opening.key-id', 'opening.wrong-secret', 'opening.prologue', 'opening.low-order-point'],
  ],
  [
    OPENING_ORDER_CASES,
    ['opening.order', 'opening.replayed', 'opening.repeat', 'opening.repeat-elsewhere', 'opening.sources'],
  ],
  [OPENING_LIMIT_CASES, ['opening.rate-source', 'opening.unconfirmed-bound', 'opening.unconfirmed-expiry']],
  [
    ATTEMPT_CASES,
    [
      'attempt.repeats',
      'attempt.confirming-probe',
      'attempt.unconfirmed',
      'attempt.failed-message-2',
      'attempt.message-2-again',
      'opening.reflected',
    ],
  ],
  [
    CROSSED_CASES,
    [
      'opening.crossed',
      'opening.crossed-higher',
      'opening.crossed-at-once',
      'opening.unconfirmed-own',
      'keys.crossed-rank',
    ],
  ],
  [
    KEY_CASES,
    [
      'keys.silent-before-confirmation',
      'keys.old-receive',
      'keys.rank',
      'keys.association-rank',
      'keys.direction',
      'keys.restart',
    ],
  ],
  [
    KEY_TIME_CASES,
    ['keys.old-erased', 'keys.rekey', 'keys.rekey-messages', 'keys.initiator-waits', 'keys.erased'],
  ],
  [SEALED_CASES, ['sealed.tag', 'sealed.header', 'sealed.counter', 'sealed.own-counter']],
  [REPLAY_CASES, ['sealed.replay', 'sealed.window', 'run.nonces']],
  [
    ELSEWHERE_CASES,
    [
      'probe.elsewhere',
      'address.old-keys',
      'address.overtaken',
      'address.amplification-refused',
      'address.own',
    ],
  ],
  [ASSOCIATION_ADDRESS_CASES, ['address.association', 'address.association-later', 'address.both-families']],
  [ENCODING_CASES, ['body.encoding', 'body.forbidden']],
  [
    TRANSACTION_CASES,
    [
      'transaction.elsewhere',
      'transaction.unmatched',
      'transaction.retransmission',
      'transaction.reuse',
      'transaction.kept',
      'transaction.bound',
    ],
  ],
  [
    SCHEMA_CASES,
    [
      { from: 'rs-s.body.malformed', rows: hasLegsLeftAlone },
      { from: 'rs-s.body.unknown-ignored', rows: isInBody },
      { from: 'rs-s.body.critical', rows: isInBody },
    ],
  ],
  [
    ERROR_CASES,
    [
      { from: 'rs-s.error.shape', rows: isOfAnyKind },
      { from: 'rs-s.error.no-state', rows: isOfAnyKind },
    ],
  ],
  [PAIRS_CASES, ['body.pairs']],
  [PROBE_CASES, [{ from: 'rs-s.probe.answer', also: ['NODE-09'] }, 'probe.answer-ipv6', 'probe.malformed']],
  [
    REGISTRATION_CASES,
    [
      'registration.boot',
      'registration.renew',
      'registration.retry',
      'registration.confirmed',
      'registration.interval',
      'registration.tries',
      'registration.instance',
    ],
  ],
  [WITHDRAWAL_CASES, ['direction.withdraw-unknown']],
];

export function portedCases(role: EndKind): readonly Case[] {
  const name = NAMES[role];
  const words: Words = [
    ['RS-S', name],
    ['A node opens its leg', 'A node opens a path'],
    ['its leg', 'its path'],
    ['a leg', 'a path'],
    ['the leg', 'the path'],
    ['legs', 'paths'],
  ];
  return PORTS.flatMap(([cases, ports]) => {
    const all = ports.map((port) => {
      if (typeof port === 'string') return { from: `rs-s.${port}` };
      return port.id === undefined ? port : { ...port, id: `${role}.${port.id}` };
    });
    return ported(role, {}, words, cases, all);
  });
}
