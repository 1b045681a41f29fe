/** Cases of relays that are the far ends of their paths: RS-N and RS-T. */
import type { Case } from '../../case.ts';
import { dataCases } from './data.ts';
import { directionCases } from './direction.ts';
import { flowCases } from './flow.ts';
import { RS_T_GUARD_CASES } from './guarded.ts';
import { RS_T_LEASE_CASES } from './leases.ts';
import { RS_T_CASES } from './lent.ts';
import { lifeCases } from './life.ts';
import { RS_N_MAPPING_CASES } from './mappings.ts';
import { RS_N_ODD_CASES } from './odd.ts';
import { portedCases } from './ported.ts';
import { RS_N_REFUSED_CASES, refusedCases } from './refused.ts';
import { renewalCases } from './renewal.ts';
import { RS_N_ROOM_CASES } from './rooms.ts';
import { routeCases } from './routes.ts';
import { sizeCases } from './sizes.ts';
import { RS_N_TRANSLATION_CASES } from './translated.ts';

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
]);

export const END_CASES: readonly Case[] = [
  ...BOTH,
  ...RS_N_REFUSED_CASES,
  ...RS_N_TRANSLATION_CASES,
  ...RS_N_MAPPING_CASES,
  ...RS_N_ROOM_CASES,
  ...RS_N_ODD_CASES,
  ...RS_T_CASES,
  ...RS_T_LEASE_CASES,
  ...RS_T_GUARD_CASES,
];
