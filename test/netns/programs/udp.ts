/** Sends and receives datagrams as it is told: a line of JSON in for each to be sent, a line out for each that came. */
import { createSocket } from 'node:dgram';
import process from 'node:process';
import { createInterface } from 'node:readline';

const [address = '', port = '0'] = process.argv.slice(2);
const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
socket.on('message', (bytes, { address: from, port: at }) => {
  process.stdout.write(`${JSON.stringify({ text: bytes.toString(), from: `${from} ${at}` })}\n`);
});
socket.bind(Number(port), address, () => process.stdout.write('ready\n'));
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { to, text } = JSON.parse(line) as { to: string; text: string };
  const [host, at] = to.split(' ');
  // What the network refuses is lost.
  socket.send(text, Number(at), host, () => {});
});
lines.on('close', () => process.exit(0));
