/** Every case of the suite, in the order of the spec's sections. */
import type { Case } from '../case.ts';
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
import { HEADER_CASES } from './datagram/header.ts';
import { LIMIT_CASES } from './datagram/limits.ts';
import { NAMED_CASES } from './datagram/named.ts';
import { SCHEMA_CASES } from './messages/schema.ts';
import { FORWARDING_CASES } from './relays/forwarding.ts';
import { TABLE_CASES } from './relays/table.ts';

export const ALL_CASES: readonly Case[] = [
  ...HEADER_CASES,
  ...DISCARDED_CASES,
  ...NAMED_CASES,
  ...COUNTER_CASES,
  ...LIMIT_CASES,
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
  ...SCHEMA_CASES,
  ...FORWARDING_CASES,
  ...TABLE_CASES,
  ...CODEC_HEADER_CASES,
  ...CODEC_OPENING_CASES,
  ...CODEC_SEALED_CASES,
  ...CODEC_BODY_CASES,
  ...CODEC_VECTOR_CASES,
];
