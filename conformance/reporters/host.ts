/** What a report has to say about the host and the way to the target. */
import type { HostHealth } from '../report.ts';
import { count, duration } from './text.ts';

export function hostLines({ reruns, badWindows, worstDelay, secondTries }: HostHealth): string[] {
  const stalled =
    `This host stalled ${count(badWindows, 'time')} (up to ${duration(worstDelay)}): ` +
    `${count(reruns, 'case')} ran again.`;
  const lost =
    `At the first try something did not come in ${count(secondTries.length, 'case')} that passed then: ` +
    `${secondTries.join(', ')}. A datagram was lost on the way, or the target is not steady.`;
  return [...(reruns === 0 ? [] : [stalled]), ...(secondTries.length === 0 ? [] : [lost])];
}
