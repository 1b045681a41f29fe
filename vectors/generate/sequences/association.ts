/** What goes over an association of a node: section 7.6, and contexts that are aliases. */

import { DC_MN, MN, Play, wire } from './play.ts';
import type { Entry, Line, Recording } from './recording.ts';

const SIX = '[2001:db8:1::2]:5000';
const MOVED = '198.51.100.77:41000';

/** @param padding so that the request is large enough for an answer and a probe to a new address [HO-02] */
function register(
  play: Play,
  line: Line,
  seen: string,
  padding = 0,
  aliases: readonly Uint8Array[] = [],
): void {
  const request: Entry[] = [
    [3, MN.name],
    [4, MN.nodeId],
    [5, MN.instance],
    [6, [...MN.local, SIX].map(wire)],
    [7, []],
    [8, [2, 1]],
    [9, 120],
  ];
  const answer: Entry[] = [
    [1, 0],
    [9, 120],
    [10, [...MN.virtual]],
    [11, wire(seen)],
    [12, 20],
  ];
  if (padding > 0) request.push([2, new Uint8Array(padding)]);
  if (aliases.length > 0) answer.push([13, [...aliases]]);
  play.exchange(line, MN, [0x01, request], [0x02, answer]);
}

export function boot(recording: Recording): void {
  const play = new Play(recording);
  const line = play.association('a', [MN, DC_MN]);
  register(play, line, MN.endpoint);
  play.probe(line, MN, { seen: SIX });
  register(play, line, SIX);
  play.probe(line, MN);
}

export function move(recording: Recording): void {
  const play = new Play(recording);
  const line = play.association('a', [MN, DC_MN]);
  register(play, line, MN.endpoint);
  register(play, line, MOVED, 16);
  play.probe(line, DC_MN);
}

/** The DC opens after it lost its keys, while the node uses its own still. */
export function restart(recording: Recording): void {
  const play = new Play(recording);
  const line = play.association('a', [MN, DC_MN]);
  const attempt = line.attempt(DC_MN);
  line.ask(attempt);
  line.answer(attempt);
  play.probe(line, DC_MN);
  play.probe(line, MN);
  register(play, line, MN.endpoint);
}

export function alias(recording: Recording): void {
  const play = new Play(recording);
  const aliases = [recording.draw('alias 0', 16), recording.draw('alias 1', 16)];
  const line = recording.channel('association', 'a', [MN, DC_MN], { aliases });
  play.open(line, MN);
  register(play, line, MN.endpoint, 0, aliases);
  const [context] = aliases;
  play.probe(line, MN, { seen: MOVED, context });
  play.open(line, MN, { context: aliases[1] });
}
