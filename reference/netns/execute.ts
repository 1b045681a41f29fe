/** Does the steps of a topology: runs `ip`, `nft` and `sysctl`. */
import { spawn } from 'node:child_process';
import type { Step } from '../lab/netns/steps.ts';

/** A program of the system ended with another status than 0, or could not be started. */
export class CommandError extends Error {}

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Milliseconds that a program of the system may take. */
const OVER = 20_000;

/**
 * Runs a program to its end, whatever that is.
 * @param input what it reads on stdin
 * @throws CommandError if it cannot be started
 */
export function attempt(program: string, args: readonly string[], input = '', over = OVER): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: over, stdio: ['pipe', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    child.on('error', (error) => reject(new CommandError(`${program}: ${error.message}`)));
    child.on('close', (status) => resolve({ status, out, err }));
    // Who ends without reading is not to end us.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Runs a program that has to succeed; what it prints. @throws CommandError with what it says */
export async function command(program: string, args: readonly string[], input = ''): Promise<string> {
  const { status, out, err } = await attempt(program, args, input);
  if (status !== 0)
    throw new CommandError(`${[program, ...args].join(' ')}: ${err.trim() || `exit status ${status}`}`);
  return out;
}

/** Does steps, one after the other; those for the same program and namespace together. @throws CommandError */
export async function execute(steps: readonly Step[]): Promise<void> {
  for (const step of joined(steps)) {
    switch (step.kind) {
      case 'ip': {
        const where = step.namespace === undefined ? [] : ['-n', step.namespace];
        await command('ip', [...where, '-batch', '-'], `${step.lines.join('\n')}\n`);
        break;
      }
      case 'nft':
        await command('ip', ['netns', 'exec', step.namespace, 'nft', '-f', '-'], step.rules);
        break;
      case 'set': {
        const values = Object.entries(step.values).map(([name, value]) => `${name}=${value}`);
        await command('ip', ['netns', 'exec', step.namespace, 'sysctl', '-q', '-w', ...values]);
        break;
      }
    }
  }
}

function joined(steps: readonly Step[]): Step[] {
  const found: Step[] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (step.kind === 'ip' && last?.kind === 'ip' && last.namespace === step.namespace)
      found[found.length - 1] = { ...last, lines: [...last.lines, ...step.lines] };
    else found.push(step);
  }
  return found;
}
