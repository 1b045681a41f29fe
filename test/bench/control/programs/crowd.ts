/**
 * Plays the nodes of a DC and its relay: `crowd.ts PORT NODES`. For each line `{"deed", "first", "count"}` that it
 * reads so many of them do that, some at a time; then it prints how many were answered well, and how long it took.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { parseIp } from '../../../../reference/address.ts';
import { systemRandom } from '../../../../reference/drivers/random.ts';
import { udpNet } from '../../../../reference/net/udp/udp.ts';
import type { Deed } from '../crowd.ts';
import { Crowd } from '../crowd.ts';
import { RELAY } from '../population.ts';

/** At work at the same time: enough for the DC never to wait, few enough for no buffer to run over. */
const AT_ONCE = 48;

const [port = '', nodes = ''] = process.argv.slice(2);
const ip = parseIp('127.0.0.1');
if (ip === undefined) throw new Error('no address');
const net = udpNet();
const socket = await net.bind({ ip, port: 0 }, (bytes, from) => crowd.receive(bytes, from, net.now()));
const send = (bytes: Uint8Array, to: typeof socket.local): void => socket.send(bytes, to);
const crowd = new Crowd(socket.local, { ip, port: Number(port) }, systemRandom, send);
const timer = setInterval(() => crowd.tick(net.now()), 100);

interface Order {
  readonly deed: Deed;
  readonly first: number;
  readonly count: number;
}

for (let tries = 5; (await perform({ deed: 'register', first: RELAY, count: 1 })).done === 0; tries--)
  if (tries === 1) throw new Error('the DC does not register the relay');
say({});
for await (const line of createInterface({ input: process.stdin })) say(await perform(JSON.parse(line)));
clearInterval(timer);
process.exit(0);

/** One after the other from the first on, round and round; the peer of each is the one half way round. */
function perform({ deed, first, count }: Order): Promise<{ done: number; seconds: number }> {
  const all = Number(nodes);
  const since = net.now();
  let [begun, ended, done] = [0, 0, 0];
  return new Promise((resolve) => {
    const next = (): void => {
      if (begun >= count) return;
      const number = first === RELAY ? RELAY : (first + begun) % all;
      begun++;
      crowd.begin(deed, number, (number + (all >> 1)) % all, net.now(), (isDone) => {
        if (isDone) done++;
        if (++ended === count) resolve({ done, seconds: (net.now() - since) / 1000 });
        else setImmediate(next);
      });
    };
    while (begun < Math.min(AT_ONCE, count)) next();
  });
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
