/** The cases of a node, in the order of the spec's sections. */
import type { Case } from '../../case.ts';
import { NODE_CANDIDATE_CASES } from './candidates.ts';
import { NODE_CLOSING_CASES } from './closing.ts';
import { NODE_CONTEXT_CASES } from './contexts.ts';
import { NODE_DATA_CASES } from './data.ts';
import { NODE_DATA_CHANNEL_CASES } from './data-channel.ts';
import { NODE_DIRECTION_CASES } from './direction.ts';
import { NODE_DIRECTION_REFUSED_CASES } from './direction-refused.ts';
import { NODE_FAMILY_CASES } from './families.ts';
import { NODE_GENERAL_FLOW_CASES } from './general-flows.ts';
import { NODE_GENERAL_NAME_CASES } from './general-names.ts';
import { NODE_GENERAL_PATH_CASES } from './general-paths.ts';
import { NODE_GENERAL_POLICY_CASES } from './general-policy.ts';
import { NODE_HANDOVER_CASES } from './handover.ts';
import { NODE_HELD_CASES } from './held.ts';
import { NODE_KEEP_ALIVE_CASES } from './keep-alive.ts';
import { NODE_LENT_CASES } from './lent.ts';
import { NODE_LEASE_CASES } from './lent-alone.ts';
import { NODE_LIVENESS_CASES } from './liveness.ts';
import { NODE_MODEL_CASES } from './model.ts';
import { NODE_OPENING_CASES } from './openings.ts';
import { NODE_OPTIMISATION_CASES } from './optimisation.ts';
import {
  PORTED_CHANNEL_CASES,
  PORTED_DATAGRAM_CASES,
  PORTED_MESSAGE_CASES,
  PORTED_REGISTRATION_CASES,
} from './ported.ts';
import { NODE_REGISTRATION_CASES } from './registration.ts';
import { NODE_RENEWAL_CASES } from './renewal.ts';
import { NODE_REPLACEMENT_CASES } from './replacement.ts';
import { NODE_RESOLVER_CASES } from './resolver.ts';
import { NODE_SEARCHING_CASES } from './searching.ts';
import { NODE_SEVERAL_PATHS_CASES } from './several-paths.ts';
import { NODE_SIZE_CASES } from './sizes.ts';

export const NODE_CASES: readonly Case[] = [
  ...PORTED_DATAGRAM_CASES,
  ...PORTED_CHANNEL_CASES,
  ...PORTED_MESSAGE_CASES,
  ...NODE_RENEWAL_CASES,
  ...NODE_CONTEXT_CASES,
  ...NODE_REGISTRATION_CASES,
  ...PORTED_REGISTRATION_CASES,
  ...NODE_DIRECTION_CASES,
  ...NODE_DIRECTION_REFUSED_CASES,
  ...NODE_OPENING_CASES,
  ...NODE_HELD_CASES,
  ...NODE_DATA_CASES,
  ...NODE_DATA_CHANNEL_CASES,
  ...NODE_SIZE_CASES,
  ...NODE_CLOSING_CASES,
  ...NODE_KEEP_ALIVE_CASES,
  ...NODE_RESOLVER_CASES,
  ...NODE_LIVENESS_CASES,
  ...NODE_HANDOVER_CASES,
  ...NODE_REPLACEMENT_CASES,
  ...NODE_SEVERAL_PATHS_CASES,
  ...NODE_OPTIMISATION_CASES,
  ...NODE_SEARCHING_CASES,
  ...NODE_CANDIDATE_CASES,
  ...NODE_FAMILY_CASES,
  ...NODE_GENERAL_POLICY_CASES,
  ...NODE_GENERAL_NAME_CASES,
  ...NODE_GENERAL_PATH_CASES,
  ...NODE_LENT_CASES,
  ...NODE_LEASE_CASES,
  ...NODE_GENERAL_FLOW_CASES,
  ...NODE_MODEL_CASES,
];
