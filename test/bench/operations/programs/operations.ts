/** How many of each operation this runtime does in a second: `operations.ts MILLISECONDS`. Prints one line of JSON. */
import process from 'node:process';
import { operations } from '../operations.ts';

const span = Number(process.argv[2] ?? 100);
/** Done between two looks at the clock. */
const BATCH = 16;

function perSecond(operation: () => unknown, milliseconds: number): number {
  const since = performance.now();
  let [count, took] = [0, 0];
  while (took < milliseconds) {
    for (let left = BATCH; left > 0; left--)
      if (operation() === undefined) throw new Error('an operation failed');
    count += BATCH;
    took = performance.now() - since;
  }
  return (1000 * count) / took;
}

const found: Record<string, number> = {};
for (const [name, operation] of Object.entries(operations())) {
  perSecond(operation, span);
  found[name] = perSecond(operation, 2 * span);
}
process.stdout.write(`${JSON.stringify(found)}\n`);
process.exit(0);
