/** All saboteurs, each with the case that has to catch it. */
import type { Saboteur } from '../reference/variant.ts';
import { ADDRESSES } from './addresses.ts';
import { ANSWERS } from './answers.ts';
import { ATTEMPTS } from './attempts.ts';
import { CANDIDATES } from './candidates.ts';
import { CHANNEL } from './channel.ts';
import { CODEC } from './codec.ts';
import { CONTROL } from './control.ts';
import { DC } from './dc.ts';
import { DC_DIRECTIONS } from './dc-directions.ts';
import { DC_FEDERATION } from './dc-federation.ts';
import { DC_GENERAL } from './dc-general.ts';
import { DC_GENERAL_RELAYS } from './dc-general-relays.ts';
import { DC_HANDOVER } from './dc-handover.ts';
import { DC_HASTY } from './dc-hasty.ts';
import { DC_KEPT_ADDRESSES } from './dc-kept-addresses.ts';
import { DC_LIVE } from './dc-live.ts';
import { DC_NAMES } from './dc-names.ts';
import { DC_RELAYS } from './dc-relays.ts';
import { DC_WITHDRAWING } from './dc-withdrawing.ts';
import { DIRECTIONS } from './directions.ts';
import { DNS_ZONE } from './dns.ts';
import { DNS_ANSWERS } from './dns-answers.ts';
import { ENDS } from './ends.ts';
import { ENDS_LIFE } from './ends-life.ts';
import { FAMILIES } from './families.ts';
import { DC_FINDING, NODE_FINDING } from './finding.ts';
import { FORWARDING } from './forwarding.ts';
import { INSPECTING } from './general-side.ts';
import { HANDSHAKES } from './handshakes.ts';
import { INNER } from './inner.ts';
import { LEGS } from './legs.ts';
import { LENDING } from './lending.ts';
import { LENT } from './lent.ts';
import { LIMITS } from './limits.ts';
import { NAPT } from './napt.ts';
import { NAPT_HEADERS } from './napt-headers.ts';
import { NAPT_TIMES } from './napt-times.ts';
import { NAPT_WORDS } from './napt-words.ts';
import { NODE } from './node.ts';
import { NODE_DIRECTIONS } from './node-directions.ts';
import { NODE_GENERAL } from './node-general.ts';
import { NODE_RELAY_ENDS } from './node-relay-ends.ts';
import { NODE_RENEWAL } from './node-renewal.ts';
import { NODE_REPLACING } from './node-replacing.ts';
import { NODE_RESOLVER } from './node-resolver.ts';
import { NODE_ROUTES } from './node-routes.ts';
import { NODE_SEVERAL_PATHS } from './node-several-paths.ts';
import { NODE_WAYS } from './node-ways.ts';
import { NTMA } from './ntma.ts';
import { SEARCHING } from './searching.ts';
import { TRANSLATING } from './translating.ts';

export const SABOTEURS: readonly Saboteur[] = [
  ...FORWARDING,
  ...LEGS,
  ...CHANNEL,
  ...ADDRESSES,
  ...HANDSHAKES,
  ...ATTEMPTS,
  ...LIMITS,
  ...CONTROL,
  ...ANSWERS,
  ...DIRECTIONS,
  ...CODEC,
  ...DC,
  ...DC_DIRECTIONS,
  ...DC_HASTY,
  ...DC_WITHDRAWING,
  ...DC_LIVE,
  ...DC_RELAYS,
  ...DC_KEPT_ADDRESSES,
  ...DC_FEDERATION,
  ...DC_GENERAL,
  ...DC_GENERAL_RELAYS,
  ...DNS_ZONE,
  ...DNS_ANSWERS,
  ...NODE,
  ...NODE_DIRECTIONS,
  ...NODE_FINDING,
  ...DC_FINDING,
  ...DC_NAMES,
  ...DC_HANDOVER,
  ...NODE_RESOLVER,
  ...NODE_ROUTES,
  ...NODE_RENEWAL,
  ...NODE_REPLACING,
  ...NODE_SEVERAL_PATHS,
  ...NODE_WAYS,
  ...NODE_GENERAL,
  ...NODE_RELAY_ENDS,
  ...NTMA,
  ...CANDIDATES,
  ...SEARCHING,
  ...FAMILIES,
  ...INNER,
  ...ENDS,
  ...ENDS_LIFE,
  ...LENDING,
  ...TRANSLATING,
  ...LENT,
  ...NAPT,
  ...NAPT_TIMES,
  ...NAPT_HEADERS,
  ...NAPT_WORDS,
  ...INSPECTING,
];
