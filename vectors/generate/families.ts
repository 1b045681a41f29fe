/** All families, in the order of the layers that they are about. */
import { bodies } from './bodies/family.ts';
import { buildingBlocks } from './building-blocks.ts';
import { data } from './data.ts';
import { digests } from './digests.ts';
import { dnsAnswers } from './dns-answers/family.ts';
import { header } from './header.ts';
import { keySchedule } from './key-schedule.ts';
import { ntmRecord } from './ntm-record.ts';
import { openings } from './openings/family.ts';
import { refused } from './refused/family.ts';
import { replay } from './replay.ts';
import { routes } from './routes/family.ts';
import { sealed } from './sealed.ts';
import { sequences } from './sequences/family.ts';
import type { FamilyFile } from './vector.ts';

const FAMILIES = [
  buildingBlocks,
  header,
  keySchedule,
  openings,
  sealed,
  replay,
  bodies,
  data,
  refused,
  digests,
  routes,
  sequences,
  ntmRecord,
  dnsAnswers,
];

export function families(): FamilyFile[] {
  return FAMILIES.map((make) => make().file());
}
