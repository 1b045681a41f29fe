/** Writes to the store of a folder until it is killed, and says on stdout what it was told is durable. */
import { writeSync } from 'node:fs';
import { openStore } from '../../../reference/drivers/store.ts';

const store = openStore(process.argv[2] ?? '');
const STDOUT = 1;

for (let number = 0; ; number++) {
  const value = new Uint8Array(600).fill(number);
  store.write([
    [`a${number % 50}`, value],
    ['last', new TextEncoder().encode(String(number))],
  ]);
  writeSync(STDOUT, `${number}\n`);
}
