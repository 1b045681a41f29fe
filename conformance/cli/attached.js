// Runs another program of this package, `attached.js FILE ARGS...`, that is told to end when whoever started it
// is gone: its standard input ends then, even if nothing else was left to say so.
import { pathToFileURL } from 'node:url';

let ended = false;
const [runtime, , file, ...args] = process.argv;
process.argv = [runtime, file, ...args];
process.stdin.on('error', end);
process.stdin.on('end', end);
process.stdin.on('close', end);
process.stdin.resume();
await import(pathToFileURL(file).href);

function end() {
  if (ended) return;
  ended = true;
  process.kill(process.pid, 'SIGTERM');
}
