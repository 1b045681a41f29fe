/** Every case of the suite, in the order of the spec's sections. */
import type { Case } from '../case.ts';
import { OPENING_CASES } from './channel/opening.ts';
import { REPLAY_CASES } from './channel/replay.ts';
import { HEADER_CASES } from './datagram/header.ts';
import { SCHEMA_CASES } from './messages/schema.ts';
import { FORWARDING_CASES } from './relays/forwarding.ts';
import { TABLE_CASES } from './relays/table.ts';

export const ALL_CASES: readonly Case[] = [
  ...HEADER_CASES,
  ...OPENING_CASES,
  ...REPLAY_CASES,
  ...SCHEMA_CASES,
  ...FORWARDING_CASES,
  ...TABLE_CASES,
];
