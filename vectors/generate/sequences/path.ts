/** What can happen on a path, its ends having its secret: crossing openings, new keys, what comes twice. */
import { CN, MN, Play, packet } from './play.ts';
import type { Recording } from './recording.ts';

/** Both ends open at once: the higher Node ID answers, the lower one does not. */
export function crossing(recording: Recording): void {
  const play = new Play(recording);
  const path = recording.channel('path', 'p', [MN, CN]);
  const [attempt, other] = [path.attempt(MN), path.attempt(CN)];
  path.ask(other);
  path.ask(attempt);
  path.answer(attempt);
  play.probe(path, MN);
  play.probe(path, CN);
  play.talk(path, CN, MN);
}

/** New keys while the old ones carry data, which go on to open what was on its way. */
export function rekeyed(recording: Recording): void {
  const play = new Play(recording);
  const path = recording.channel('path', 'p', [MN, CN], { suite: 2 });
  play.open(path, MN);
  const attempt = path.attempt(CN);
  path.ask(attempt);
  path.answer(attempt);
  play.talk(path, MN, CN, { under: 0 });
  play.probe(path, CN);
  path.data(CN, packet(CN, MN, 'late'), { under: 0 });
  play.probe(path, MN);
  play.talk(path, MN, CN);
}

/** What comes twice, or is not what was sent. */
export function twice(recording: Recording): void {
  const play = new Play(recording);
  const path = recording.channel('path', 'p', [MN, CN]);
  const attempt = path.attempt(MN);
  path.ask(attempt);
  path.ask(attempt);
  const again = path.answer(attempt);
  again();
  play.probe(path, MN);
  path.ask(attempt, 'order');
  const data = path.data(MN, packet(MN, CN, 'once'));
  data('replay');
  path.forged(MN, packet(MN, CN, 'fake'));
  path.data(MN, packet(MN, CN, 'next'));
  data('replay');
}

/** Message 2 comes again while an attempt is outstanding, before and after its keys are confirmed. */
export function twiceAmid(recording: Recording): void {
  const play = new Play(recording);
  const path = recording.channel('path', 'p', [MN, CN]);
  const attempt = path.attempt(MN);
  path.ask(attempt);
  const again = path.answer(attempt);
  const next = path.attempt(MN);
  path.ask(next);
  again();
  play.probe(path, MN);
  again();
  path.answer(next);
  play.probe(path, MN);
  again();
  play.talk(path, MN, CN);
}

export function closed(recording: Recording): void {
  const play = new Play(recording);
  const path = recording.channel('path', 'p', [MN, CN]);
  play.open(path, MN);
  const transaction = play.transaction();
  path.body(MN, 0x0f, [transaction, [43, true]]);
  path.data(CN, packet(CN, MN, 'late'));
  path.body(MN, 0x0f, [transaction, [43, true]]);
  path.body(CN, 0x11, [transaction, [1, 0]]);
}
