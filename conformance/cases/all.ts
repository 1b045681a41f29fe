/** Every case of the suite, in the order of the spec's sections. */
import type { Case } from '../case.ts';
import { ATTEMPT_CASES } from './channel/attempt.ts';
import { OPENING_CASES } from './channel/opening.ts';
import { OPENING_LIMIT_CASES } from './channel/opening-limits.ts';
import { OPENING_ORDER_CASES } from './channel/opening-order.ts';
import { OPENING_REFUSED_CASES } from './channel/opening-refused.ts';
import { REPLAY_CASES } from './channel/replay.ts';
import { DISCARDED_CASES } from './datagram/discarded.ts';
import { HEADER_CASES } from './datagram/header.ts';
import { NAMED_CASES } from './datagram/named.ts';
import { SCHEMA_CASES } from './messages/schema.ts';
import { FORWARDING_CASES } from './relays/forwarding.ts';
import { TABLE_CASES } from './relays/table.ts';

export const ALL_CASES: readonly Case[] = [
  ...HEADER_CASES,
  ...DISCARDED_CASES,
  ...NAMED_CASES,
  ...OPENING_CASES,
  ...OPENING_REFUSED_CASES,
  ...OPENING_ORDER_CASES,
  ...OPENING_LIMIT_CASES,
  ...ATTEMPT_CASES,
  ...REPLAY_CASES,
  ...SCHEMA_CASES,
  ...FORWARDING_CASES,
  ...TABLE_CASES,
];
