/**
 * A web server whose answers never end: 2,000 bytes every 4 ms, so that a gap in what comes is one of the way.
 * `web.ts PORT`, on all addresses.
 */
import { createServer } from 'node:http';
import process from 'node:process';

const BYTES = Buffer.alloc(2000, 'x');
const EVERY = 4;

createServer((_, response) => {
  const timer = setInterval(() => {
    // What could not go out yet is enough.
    if (response.writableLength < 20 * BYTES.length) response.write(BYTES);
  }, EVERY);
  response.on('close', () => clearInterval(timer));
}).listen(Number(process.argv[2]), () => process.stdout.write('listening\n'));
