/** Every case of the suite, in the order of the spec's sections. */
import type { Case } from '../case.ts';
import { ASSOCIATION_ADDRESS_CASES } from './address/association.ts';
import { ELSEWHERE_CASES } from './address/elsewhere.ts';
import { NOMINATION_CASES } from './address/nomination.ts';
import { VALIDATION_CASES } from './address/validation.ts';
import { ATTEMPT_CASES } from './channel/attempt.ts';
import { CHANNEL_TYPE_CASES } from './channel/channel-type.ts';
import { CROSSED_CASES } from './channel/crossed.ts';
import { KEY_TIME_CASES } from './channel/key-times.ts';
import { KEY_CASES } from './channel/keys.ts';
import { OPENING_CASES } from './channel/opening.ts';
import { OPENING_LIMIT_CASES } from './channel/opening-limits.ts';
import { OPENING_ORDER_CASES } from './channel/opening-order.ts';
import { OPENING_REFUSED_CASES } from './channel/opening-refused.ts';
import { REPLAY_CASES } from './channel/replay.ts';
import { SEALED_CASES } from './channel/sealed.ts';
import { CODEC_BODY_CASES } from './codec/body.ts';
import { CODEC_HEADER_CASES } from './codec/header.ts';
import { CODEC_OPENING_CASES } from './codec/opening.ts';
import { CODEC_SEALED_CASES } from './codec/sealed.ts';
import { CODEC_VECTOR_CASES } from './codec/vectors.ts';
import { COUNTER_CASES } from './datagram/counters.ts';
import { DISCARDED_CASES } from './datagram/discarded.ts';
import { GENERAL_CASES } from './datagram/general.ts';
import { HEADER_CASES } from './datagram/header.ts';
import { LIMIT_CASES } from './datagram/limits.ts';
import { NAMED_CASES } from './datagram/named.ts';
import { WINDOW_CASES } from './datagram/windows.ts';
import { DC_CASES } from './dc/all.ts';
import { DNS_CASES } from './dns/all.ts';
import { END_CASES } from './ends/all.ts';
import { ENCODING_CASES } from './messages/encoding.ts';
import { ERROR_CASES } from './messages/errors.ts';
import { PAIRS_CASES } from './messages/pairs.ts';
import { PROBE_CASES } from './messages/probes.ts';
import { SCHEMA_CASES } from './messages/schema.ts';
import { TRANSACTION_CASES } from './messages/transactions.ts';
import { NODE_CASES } from './node/all.ts';
import { NTMA_CASES } from './ntma/inside.ts';
import { PORTED_NTMA_CASES } from './ntma/ported.ts';
import { COUNTED_CASES } from './relays/counted.ts';
import { DIRECTION_CASES } from './relays/direction.ts';
import { REFUSED_DIRECTION_CASES } from './relays/direction-refused.ts';
import { ENTRY_CASES } from './relays/entry.ts';
import { FORWARDING_CASES } from './relays/forwarding.ts';
import { LEG_HANDOVER_CASES } from './relays/handover.ts';
import { HOLDING_CASES } from './relays/holding.ts';
import { MODEL_CASES } from './relays/model.ts';
import { RATE_CASES } from './relays/rates.ts';
import { NOT_FORWARDED_CASES } from './relays/refused.ts';
import { REGISTRATION_CASES } from './relays/registration.ts';
import { WITHDRAWAL_CASES } from './relays/withdrawal.ts';
import { RESOLVER_CASES } from './resolver/all.ts';

export const ALL_CASES: readonly Case[] = [
  ...GENERAL_CASES,
  ...HEADER_CASES,
  ...DISCARDED_CASES,
  ...NAMED_CASES,
  ...COUNTER_CASES,
  ...LIMIT_CASES,
  ...WINDOW_CASES,
  ...OPENING_CASES,
  ...OPENING_REFUSED_CASES,
  ...OPENING_ORDER_CASES,
  ...OPENING_LIMIT_CASES,
  ...ATTEMPT_CASES,
  ...CROSSED_CASES,
  ...KEY_CASES,
  ...KEY_TIME_CASES,
  ...SEALED_CASES,
  ...REPLAY_CASES,
  ...CHANNEL_TYPE_CASES,
  ...VALIDATION_CASES,
  ...NOMINATION_CASES,
  ...ELSEWHERE_CASES,
  ...ASSOCIATION_ADDRESS_CASES,
  ...ENCODING_CASES,
  ...PAIRS_CASES,
  ...SCHEMA_CASES,
  ...TRANSACTION_CASES,
  ...PROBE_CASES,
  ...ERROR_CASES,
  ...REGISTRATION_CASES,
  ...DIRECTION_CASES,
  ...REFUSED_DIRECTION_CASES,
  ...WITHDRAWAL_CASES,
  ...FORWARDING_CASES,
  ...COUNTED_CASES,
  ...NOT_FORWARDED_CASES,
  ...HOLDING_CASES,
  ...LEG_HANDOVER_CASES,
  ...RATE_CASES,
  ...ENTRY_CASES,
  ...MODEL_CASES,
  ...CODEC_HEADER_CASES,
  ...CODEC_OPENING_CASES,
  ...CODEC_SEALED_CASES,
  ...CODEC_BODY_CASES,
  ...CODEC_VECTOR_CASES,
  ...DC_CASES,
  ...DNS_CASES,
  ...NODE_CASES,
  ...END_CASES,
  ...RESOLVER_CASES,
  ...PORTED_NTMA_CASES,
  ...NTMA_CASES,
];
