/** Prints checks as they are done: for a person with ticks, else as TAP. */
import type { Checked } from '../reporters/checks.ts';
import { checkLine, checkPoint, checkTotal } from '../reporters/checks.ts';
import type { Paint } from '../reporters/paint.ts';
import { PLAIN } from '../reporters/paint.ts';
import type { Terminal } from './terminal.ts';

export interface CheckPrinter {
  add(result: Checked): void;
  /** A remark that is no check. */
  say(text: string): void;
  end(): void;
}

export function checkPrinter(terminal: Terminal, paint: Paint): CheckPrinter {
  const results: Checked[] = [];
  const tap = !terminal.isTerminal;
  if (tap) terminal.out('TAP version 14\n');
  return {
    add: (result) => {
      results.push(result);
      terminal.out(`${tap ? checkPoint(result, results.length) : checkLine(result, paint)}\n`);
    },
    say: (text) => {
      terminal.out(tap ? `# ${text}\n` : `${text}\n`);
    },
    end: () => {
      if (tap) terminal.out(`1..${results.length}\n# ${checkTotal(results, PLAIN)}\n`);
      else terminal.out(`\n${checkTotal(results, paint)}\n`);
    },
  };
}
