import { spawnSync } from 'node:child_process';
import { UsageError } from '../config.ts';

/**
 * Has `ip` (iproute2) do what these lines say, one after the other, whatever becomes of those before.
 * @returns what it said of those that failed, in one line each
 * @throws UsageError if there is no such program.
 */
export function runIp(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const { error, stderr } = spawnSync('ip', ['-force', '-batch', '-'], {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
  });
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT') throw new UsageError('--tun: the program "ip" is missing: install iproute2');
  if (error !== undefined) throw error;
  return faults(lines, stderr);
}

/** `RTNETLINK answers: File exists` and then `Command failed -:3`, with the line's number. */
function faults(lines: readonly string[], stderr: string): string[] {
  const found: string[] = [];
  let why = '';
  for (const text of stderr.split('\n')) {
    const number = /^Command failed -:(\d+)$/.exec(text)?.[1];
    if (number === undefined) why = text === '' ? why : text;
    else found.push(`ip ${lines[Number(number) - 1]}: ${why}`);
  }
  return found;
}
