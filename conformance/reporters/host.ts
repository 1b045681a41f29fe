/** What a report has to say about the host and the way to the target. */
import type { HostHealth } from '../report.ts';
import { count, duration } from './text.ts';

export function hostLines(host: HostHealth): string[] {
  const { reruns, badWindows, worstDelay, secondTries, onlyWhenBusy } = host;
  const why =
    badWindows === 0
      ? "The target's adapter took half a second or more over an answer"
      : `This host stalled ${count(badWindows, 'time')} (up to ${duration(worstDelay)})`;
  const stalled = `${why}: ${count(reruns, 'case')} ran again.`;
  const lost =
    `At the first try something did not come in ${count(secondTries.length, 'case')} that passed then: ` +
    `${secondTries.join(', ')}. A datagram was lost on the way, or the target is not steady.`;
  const odd =
    `While this host was busy something was wrong in ${count(onlyWhenBusy.length, 'case')} that passed at the end: ` +
    `${onlyWhenBusy.join(', ')}. Either the target took too long, or it has a fault that shows under load.`;
  return [
    ...(reruns === 0 ? [] : [stalled]),
    ...(secondTries.length === 0 ? [] : [lost]),
    ...(onlyWhenBusy.length === 0 ? [] : [odd]),
  ];
}
