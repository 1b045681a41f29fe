/** Section 7.3: how fast a DC that was started again opens to all who are registered. */
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { checkSame, DC_CONFIGURED } from './steps.ts';

/** DC-43, a second. */
const RATE = 64;
/** So many that the limit shows. */
const NODES = 110;
/** As many register at a time. */
const AT_A_TIME = 10;
/** By how much one datagram may be longer on its way than another, or be seen later, seconds. */
const JITTER = 0.3;
/** How long the last of them may take, and what the way and the host may, milliseconds. */
const WAIT = (1000 * NODES) / RATE + 2000;

export const DC_RESTART_RATE_CASES: readonly Case[] = [
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.restart.rate',
    title: 'A DC that was started again opens to all its nodes, one after the other and not all at once.',
    clauses: ['DC-43', 'GEN-29'],
    catches:
      'A DC of many nodes that floods its own link at its start, and gets all the answers at once; one that stops after some.',
    waits: WAIT,
    async script(world) {
      const dc = await world.dc({ nodes: NODES });
      for (let at = 0; at < NODES; at += AT_A_TIME)
        await Promise.all(dc.nodes.slice(at, at + AT_A_TIME).map((node) => node.register()));
      // Nobody is opened to a second time for want of an answer before all were once.
      for (const { peer } of dc.nodes) peer.habits.answerOpenings = false;
      /** When the first message 1 came, by association. */
      const opened = new Map<unknown, number>();
      const stop = world.stage.transcript.onReceived(({ type, channel, at }) => {
        if (type === MessageType.openingRequest && !opened.has(channel)) opened.set(channel, at);
      });
      await dc.restart({ hard: true });
      await world.stage.until(() => opened.size === NODES || undefined, WAIT);
      stop();
      checkSame(world, 'nodes to which it opened', NODES, opened.size, 'DC-43: those that are registered.');
      const times = [...opened.values()].sort((a, b) => a - b);
      for (const [first, from] of times.entries()) {
        const last = times.findLastIndex((to, at) => at - first + 1 > most(to - from));
        if (last < first) continue;
        const seconds = ((times[last] ?? from) - from) / 1000;
        const expected = `at most ${RATE} × (t + 1) openings in t seconds`;
        const requirement = 'DC-43: [64] in a second.';
        world.stage.violated(expected, `${last - first + 1} in ${seconds.toFixed(2)} s`, { requirement });
      }
    },
  }),
];

/** How many may be seen in so many milliseconds. [GEN-29] */
function most(ms: number): number {
  return RATE * (ms / 1000 + JITTER + 1);
}
