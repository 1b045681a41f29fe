import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kind } from '../../lab/netns/sites.ts';
import { isSituation, KINDS } from '../../lab/netns/sites.ts';
import type { NodeRole } from '../cast.ts';
import { routesTo } from '../cast.ts';
import type { Scenario, Stage } from '../stage.ts';
import { ping, startPing } from '../traffic.ts';
import { routePossible } from './first-contact.ts';

const ALL = KINDS.filter(isSituation);
/** Milliseconds until what can be found is found, on a busy machine. */
const SETTLED = 25_000;

const nameOf = (side: 'a' | 'b', kind: Kind): string => `${side}-${kind.toLowerCase()}`;

interface Cell {
  readonly isRight: boolean;
  /** The way at first and in the end: `direct`, or `relay > direct`. */
  readonly text: string;
}

export const matrix: Scenario = {
  title: 'First contact in every pair of situations, each pair with nodes that have not met before',
  programs: ['ping'],
  members: ALL.flatMap((kind) => [
    { name: nameOf('a', kind), dc: 'dc1' as const },
    { name: nameOf('b', kind), dc: 'dc2' as const },
  ]),
  isLarge: true,
  play: async (stage) => {
    const { ground, cast } = stage;
    cast.isTraced = false;
    await cast.servers();
    const nodes = new Map<string, NodeRole>();
    for (const kind of ALL) {
      const names = [nameOf('a', kind), nameOf('b', kind)];
      const begin = async (name: string) => nodes.set(name, await cast.node(name, await ground.site(kind)));
      await Promise.all(names.map(begin));
      stage.remark(`${names.join(' and ')} are registered`);
    }
    const found = new Map<string, Cell>();
    // In each round every node has one peer.
    for (const round of ALL.keys()) {
      const pairs = ALL.map((row, at) => [row, ALL[(at + round) % ALL.length] ?? row] as const);
      const cells = await Promise.all(
        pairs.map(([row, column]) => {
          const [from, to] = [nodes.get(nameOf('a', row)), nodes.get(nameOf('b', column))];
          if (from === undefined || to === undefined) throw new Error('all were started');
          return meet(stage, [row, column], from, to);
        }),
      );
      for (const [at, pair] of pairs.entries()) {
        const cell = cells[at];
        if (cell !== undefined) found.set(pair.join(' to '), cell);
      }
      const wrong = pairs
        .map((pair) => pair.join(' to '))
        .filter((pair) => !found.get(pair)?.isRight)
        .map((pair) => `${pair}: ${found.get(pair)?.text}`);
      stage.expect(
        `round ${round + 1} of ${ALL.length}: ${pairs.length} pairs`,
        wrong.length === 0,
        wrong.join('; '),
      );
    }
    const lines = [
      `| | ${ALL.join(' | ')} |`,
      `| --- |${' --- |'.repeat(ALL.length)}`,
      ...ALL.map(
        (row) =>
          `| **${row}** | ${ALL.map((column) => found.get(`${row} to ${column}`)?.text).join(' | ')} |`,
      ),
    ];
    await writeFile(join(ground.folder, 'matrix.md'), `${lines.join('\n')}\n`);
  },
};

async function meet(
  stage: Stage,
  [row, column]: readonly [Kind, Kind],
  from: NodeRole,
  to: NodeRole,
): Promise<Cell> {
  const { ground } = stage;
  const can = routePossible(row, column);
  const { received } = await ping(ground, from.name, to.fqdn, 3);
  const last = can?.direct ? 'direct' : 'relay';
  const traffic = startPing(ground, from.name, to.fqdn);
  const isSo = (): boolean => routesTo(from, to).at(-1) === last && routesTo(to, from).at(-1) === last;
  const isRight = await stage.until(isSo, SETTLED);
  await traffic.stop();
  const ways = routesTo(from, to);
  return { isRight: isRight && received > 0 && ways[0] === can?.first, text: ways.join(' > ') || 'none' };
}
