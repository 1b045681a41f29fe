/** Benchmark `udp`: the ways to have UDP sockets, on the three runtimes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { has } from '../../drivers/tun/space.ts';
import type { Benchmark } from '../page/section.ts';
import { Party } from '../party.ts';
import type { Answer, Asked } from '../programs/udp.ts';
import type { Runtime } from '../runtimes.ts';
import { bun, deno, node } from '../runtimes.ts';
import { compile, folder, program } from '../tool.ts';
import { Undo } from '../undo.ts';
import type { Costs } from './section.ts';
import { udpSection } from './section.ts';

const [SENDER, PROCESSOR] = [0, 1];
const HOST = '127.0.0.1';

const WAYS: readonly (readonly [Runtime, backend: string, call: string])[] = [
  [node, 'dgram', 'node:dgram'],
  [node, 'mmsg', 'mmsg'],
  [deno, 'dgram', 'node:dgram'],
  [deno, 'deno', 'Deno.listenDatagram'],
  [deno, 'mmsg', 'mmsg'],
  [bun, 'dgram', 'node:dgram'],
  [bun, 'bun', 'Bun.udpSocket'],
  [bun, 'mmsg', 'mmsg'],
];

export const udp: Benchmark = {
  id: 'udp',
  title: 'UDP sockets of the runtimes',
  lacks: () => {
    const missing = ['gcc', 'taskset'].filter((name) => !has(name));
    return missing.length > 0
      ? `${missing.join(', ')} missing: apt-get install gcc libc6-dev util-linux`
      : undefined;
  },
  measure: async ({ quick, progress }) => {
    const [rounds, seconds] = quick ? [1, 0.2] : [3, 0.7];
    const undo = new Undo();
    try {
      return udpSection(await measure(undo, rounds, seconds, progress), { rounds, seconds });
    } finally {
      undo.all();
    }
  },
};

interface Pair {
  readonly name: string;
  readonly asked: Party;
  /** On the sender's processor, for what goes there and back. */
  readonly echo: number;
  readonly relay: number;
}

async function start(undo: Undo): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const [{ name, command }, backend, call] of WAYS) {
    const begin = (processor: number) =>
      new Party(undo, { processor }, [...command, program('udp.ts'), backend]);
    const [asked, other] = [begin(PROCESSOR), begin(SENDER)];
    const [{ relay }, { echo }] = (await Promise.all(
      [asked, other].map((party) => party.next<{ relay: number; echo: number }>()),
    )) as [{ relay: number; echo: number }, { relay: number; echo: number }];
    pairs.push({ name: `${name}, ${call}`, asked, echo, relay });
  }
  return pairs;
}

async function measure(
  undo: Undo,
  rounds: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Map<string, Costs>> {
  const tool = compile(folder(undo));
  const sink = await new Party(undo, { processor: SENDER }, [tool, 'sink', HOST, '0']).next<number>();
  const pairs = await start(undo);
  const found = new Map<string, Costs>(
    pairs.map(({ name }) => [name, { relayed: [], relaying: [], pinged: [], sockets: [] }]),
  );
  const relayed = async ({ asked, relay }: Pair): Promise<Answer> => {
    const ask = (what: Asked['do']) => asked.ask<Answer>({ do: what, port: sink, seconds });
    await ask('relay');
    const to = [HOST, relay, 100, seconds, 1, 'ntmobile'];
    const flood = new Party(undo, { processor: SENDER }, [tool, 'send', HOST, '0', ...to.map(String)]);
    await flood.next();
    await flood.next();
    await sleep(50);
    return ask('relayed');
  };
  for (let round = 0; round <= rounds; round++) {
    // In the first one they compile what they do again and again.
    progress(round === 0 ? 'a round before the first' : `round ${round} of ${rounds}`);
    for (const pair of pairs) {
      const there = await relayed(pair);
      const ask = (what: Asked['do']) => pair.asked.ask<Answer>({ do: what, port: pair.echo, seconds });
      const [pinged, sockets] = [await ask('ping'), await ask('sockets')];
      if (round === 0) continue;
      const costs = found.get(pair.name);
      costs?.relayed.push(there.perSecond);
      costs?.relaying.push(there.cost);
      costs?.pinged.push(pinged.perSecond);
      costs?.sockets.push(sockets.perSecond);
    }
  }
  return found;
}
