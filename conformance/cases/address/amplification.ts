/** DOS-02: what goes to an address that is not valid. */
import { mayBeAnswered } from '../../intent.ts';
import { COPY } from '../../observe/explain.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';

const TIMES = 3;

/** Judges that an address got at most three times the bytes of what it sent and no layer up to `channel-type` refuses. */
export function checkAmplification(world: World, { name }: Peer): void {
  let from = 0;
  let to = 0;
  for (const entry of world.stage.transcript.entries) {
    if (entry.kind === 'sent' && entry.sent.peer === name && mayBeAnswered(entry.sent.intent))
      from += entry.sent.bytes.length;
    if (entry.kind !== 'received' || entry.received.peer !== name) continue;
    if (entry.received.explained !== COPY) to += entry.received.bytes.length;
  }
  world.check(to <= TIMES * from, `at most ${TIMES * from} bytes for ${from}`, `${to} bytes`);
}
