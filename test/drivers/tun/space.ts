/** Network namespaces for tests that take one each. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import process from 'node:process';
import { loadLibc } from '../../../reference/ffi/libc.ts';

/** Runs a program. @returns its exit status and all that it printed */
export function run(program: string, ...args: readonly string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { status, text: `${stdout}${stderr}` };
}

/** Runs a program in a namespace. */
export function runIn(space: string, ...command: readonly string[]): ReturnType<typeof run> {
  return run('ip', 'netns', 'exec', space, ...command);
}

/** Whether there is such a program. */
export function has(program: string): boolean {
  return spawnSync('which', [program]).status === 0;
}

/** Why there can be no virtual interfaces and namespaces here; false if there can. */
export function whyNot(): string | false {
  const libc = loadLibc();
  if (libc.found === undefined) return libc.missing;
  if (process.getuid?.() !== 0) return 'not root';
  const space = `ntmT-${process.pid}-try`;
  const { status, text } = run('ip', 'netns', 'add', space);
  if (status !== 0) return `no network namespace: ${text.trim() || 'the program ip is missing'}`;
  run('ip', 'netns', 'del', space);
  return false;
}

/** Removes what tests left behind that were killed. */
function clear(): void {
  for (const line of run('ip', 'netns', 'list').text.split('\n')) {
    const [, space = '', pid] = /^(ntmT-(\d+)-\S+)/.exec(line) ?? [];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    // Its programs keep a namespace.
    run('kill', '-9', ...run('ip', 'netns', 'pids', space).text.split('\n').filter(Boolean));
    run('ip', 'netns', 'del', space);
    rmSync(`/etc/netns/${space}`, { recursive: true, force: true });
  }
}

/** Makes namespaces, each with its loopback up, and removes them at the end of a test. */
export function makeSpaces<Name extends string>(
  names: readonly Name[],
  teardown: (body: () => void) => void,
): Record<Name, string> {
  clear();
  const spaces = Object.fromEntries(names.map((name) => [name, `ntmT-${process.pid}-${name}`]));
  teardown(() => {
    for (const space of Object.values(spaces)) run('ip', 'netns', 'del', space);
  });
  for (const space of Object.values(spaces)) {
    run('ip', 'netns', 'add', space);
    // A router with a tentative address on a link asks for no neighbour there.
    const settings = ['all', 'default'].map((which) => `net.ipv6.conf.${which}.accept_dad=0`);
    runIn(space, 'sysctl', '-qw', ...settings);
    runIn(space, 'ip', 'link', 'set', 'lo', 'up');
  }
  return spaces as Record<Name, string>;
}
