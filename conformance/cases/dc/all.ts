/** The cases of a DC, in the order of the spec's sections. */
import type { Case } from '../../case.ts';
import { DC_ADDRESS_CASES } from './addresses.ts';
import { DC_BODY_CASES } from './bodies.ts';
import { DC_CANDIDATE_CASES } from './candidates.ts';
import { DC_FAILURE_CASES } from './failures.ts';
import { DC_FAMILY_TIME_CASES } from './family-times.ts';
import { DC_FEDERATED_CASES } from './federated.ts';
import { DC_FEDERATION_CASES } from './federation.ts';
import { DC_GENERAL_CASES } from './general.ts';
import { DC_GENERAL_RELAY_CASES } from './general-relays.ts';
import { DC_HANDOVER_CASES } from './handover.ts';
import { DC_KEPT_ADDRESS_CASES } from './kept-addresses.ts';
import { DC_LIMIT_CASES } from './limits.ts';
import { DC_LIVE_CASES } from './live.ts';
import { DC_LIVE_TIME_CASES } from './live-times.ts';
import { DC_LOCATION_CASES } from './location.ts';
import { DC_MODEL_CASES } from './model.ts';
import { DC_NAME_CASES } from './names.ts';
import { DC_PORTED_CASES } from './ported.ts';
import { DC_REGISTRATION_CASES } from './registration.ts';
import { DC_RELAY_CHOICE_CASES } from './relay-choice.ts';
import { DC_RELAY_ORDER_CASES } from './relay-order.ts';
import { DC_RELAY_CASES } from './relays.ts';
import { DC_REPLACING_CASES } from './replacing.ts';
import { DC_RESTART_RATE_CASES } from './restart-rate.ts';
import { DC_RESTART_CASES } from './restarts.ts';
import { DC_ROUTE_CASES } from './routes.ts';
import { DC_TRANSACTION_CASES } from './transactions.ts';
import { DC_WITHDRAWING_CASES } from './withdrawing.ts';

export const DC_CASES: readonly Case[] = [
  ...DC_PORTED_CASES,
  ...DC_LIMIT_CASES,
  ...DC_BODY_CASES,
  ...DC_TRANSACTION_CASES,
  ...DC_REGISTRATION_CASES,
  ...DC_LOCATION_CASES,
  ...DC_FAMILY_TIME_CASES,
  ...DC_HANDOVER_CASES,
  ...DC_ADDRESS_CASES,
  ...DC_NAME_CASES,
  ...DC_RESTART_CASES,
  ...DC_RESTART_RATE_CASES,
  ...DC_FAILURE_CASES,
  ...DC_FEDERATION_CASES,
  ...DC_FEDERATED_CASES,
  ...DC_ROUTE_CASES,
  ...DC_CANDIDATE_CASES,
  ...DC_RELAY_CASES,
  ...DC_RELAY_ORDER_CASES,
  ...DC_WITHDRAWING_CASES,
  ...DC_LIVE_CASES,
  ...DC_LIVE_TIME_CASES,
  ...DC_REPLACING_CASES,
  ...DC_GENERAL_CASES,
  ...DC_KEPT_ADDRESS_CASES,
  ...DC_GENERAL_RELAY_CASES,
  ...DC_RELAY_CHOICE_CASES,
  ...DC_MODEL_CASES,
];
