import type { Timers } from '../../../config/timers.ts';
import type { Schedule } from '../../association/requests.ts';

/** When a DC tries, by whom it asks. [GEN-11] */
export function schedules(timers: Timers): Readonly<Record<'dcDc' | 'dcNode' | 'dcRs', Schedule>> {
  return {
    dcDc: { tries: timers['try-dc-dc'], over: timers['try-over-dc-dc'] },
    dcNode: { tries: timers['try-dc-node'], over: timers['try-over-dc-node'] },
    dcRs: { tries: timers['try-dc-rs'], over: timers['try-over-dc-rs'] },
  };
}
