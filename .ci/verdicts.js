// Counts the verdicts of a JSON report of the suite: "passed failed skipped" on one line.
import { readFileSync } from 'node:fs';

const good = ['pass', 'warn', 'waived'];
const left = ['not-applicable', 'not-exercised'];

function count(file) {
  const { summary, complete } = JSON.parse(readFileSync(file, 'utf8'));
  const sum = (wanted) =>
    Object.entries(summary)
      .filter(([verdict]) => verdict !== 'total' && wanted(verdict))
      .reduce((total, [, n]) => total + n, 0);
  const passed = sum((verdict) => good.includes(verdict));
  const skipped = sum((verdict) => left.includes(verdict));
  const failed = sum((verdict) => !good.includes(verdict) && !left.includes(verdict));
  // A run that passed nothing, or broke off, shows nothing.
  return [passed, passed > 0 && complete ? failed : failed + 1, skipped];
}

try {
  console.log(count(process.argv[2]).join(' '));
} catch {
  console.log('0 1 0');
}
