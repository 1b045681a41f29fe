/** One end of relayed paths: sends what it is told and says what comes back; or sends back all that comes. */
import { createInterface } from 'node:readline';
import { formatEndpoint, parseEndpoint } from '../../../../reference/address.ts';
import { fromHex, toHex } from '../../../../reference/bytes.ts';
import type { Socket } from '../../../../reference/net/net.ts';
import { udpNet } from '../../../../reference/net/udp/udp.ts';

export interface Shot {
  /** Which of its sockets. */
  readonly by: number;
  readonly to: string;
  readonly bytes: string;
  /** Milliseconds to wait for an answer. */
  readonly wait: number;
}

const [kind, ...listen] = process.argv.slice(2);
const net = udpNet();
let answered: (answer: unknown) => void = () => {};
const sockets: Socket[] = [];
for (const [index, text] of listen.entries()) {
  const local = parseEndpoint(text);
  if (local === undefined) throw new Error(`${text} is no endpoint`);
  sockets.push(
    await net.bind(local, (bytes, from) => {
      if (kind === 'echo') sockets[index]?.send(bytes, from);
      else answered({ by: index, bytes: toHex(bytes), from: formatEndpoint(from) });
    }),
  );
}
console.log('ready');

for await (const line of createInterface(process.stdin)) {
  const { by, to, bytes, wait } = JSON.parse(line) as Shot;
  const endpoint = parseEndpoint(to);
  if (endpoint === undefined) throw new Error(`${to} is no endpoint`);
  const answer = await new Promise((resolve) => {
    answered = resolve;
    setTimeout(() => resolve(null), wait);
    sockets[by]?.send(fromHex(bytes), endpoint);
  });
  console.log(JSON.stringify(answer));
}
