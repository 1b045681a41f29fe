/** Cases of relays that are the far ends of their paths: RS-N and RS-T. */
import type { Case } from '../../case.ts';
import { dataCases } from './data.ts';
import { directionCases } from './direction.ts';
import { errorRateCases } from './error-rate.ts';
import { RS_N_FILTER_CASES } from './filters.ts';
import { flowCases } from './flow.ts';
import { RS_T_GUARD_CASES } from './guarded.ts';
import { RS_N_HEADER_CASES } from './headers.ts';
import { RS_T_LEASE_CASES } from './leases.ts';
import { RS_T_CASES } from './lent.ts';
import { lifeCases } from './life.ts';
import { RS_N_MAPPING_CASES } from './mappings.ts';
import { RS_N_ODD_CASES } from './odd.ts';
import { portedCases } from './ported.ts';
import { RS_N_REFUSED_CASES, refusedCases } from './refused.ts';
import { renewalCases } from './renewal.ts';
import { RS_N_ROOM_CASES } from './rooms.ts';
import { RS_T_ROUTER_CASES } from './router.ts';
import { routeCases } from './routes.ts';
import { sizeCases } from './sizes.ts';
import { RS_N_TIME_CASES } from './times.ts';
import { RS_N_TRANSLATION_CASES } from './translated.ts';
import { RS_N_WORD_CASES } from './words.ts';

const BOTH = (['rs-n', 'rs-t'] as const).flatMap((role) => [
  ...portedCases(role),
  ...directionCases(role),
  ...refusedCases(role),
  ...dataCases(role),
  ...lifeCases(role),
  ...routeCases(role),
  ...renewalCases(role),
  ...sizeCases(role),
  ...flowCases(role),
  ...errorRateCases(role),
]);

export const END_CASES: readonly Case[] = [
  ...BOTH,
  ...RS_N_REFUSED_CASES,
  ...RS_N_TRANSLATION_CASES,
  ...RS_N_MAPPING_CASES,
  ...RS_N_HEADER_CASES,
  ...RS_N_FILTER_CASES,
  ...RS_N_WORD_CASES,
  ...RS_N_TIME_CASES,
  ...RS_N_ROOM_CASES,
  ...RS_N_ODD_CASES,
  ...RS_T_CASES,
  ...RS_T_ROUTER_CASES,
  ...RS_T_GUARD_CASES,
  ...RS_T_LEASE_CASES,
];
