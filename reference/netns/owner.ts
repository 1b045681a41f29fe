/**
 * Whose namespaces there are: each has the process that made it in its name, with the time at which that started, as
 * a number may come again. So what a process left that was killed is known, and goes with the next start.
 */
import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import process from 'node:process';
import type { Naming } from '../lab/netns/steps.ts';
import { attempt } from './execute.ts';

/** Where `ip netns` has its names, and the files of /etc that a namespace has in place of the system's. */
const NAMES = '/run/netns';
const FILES = '/etc/netns';
const PATTERN = /^ntm-(\d+)-(\d+)-/;

/** Milliseconds for the kernel to take down processes and interfaces. */
const OVER = 10_000;

/** Names namespaces as this process's. */
export function ownNaming(): Naming {
  const prefix = `ntm-${process.pid}-${startOf(process.pid)}-`;
  return (short) => `${prefix}${short}`;
}

/** Namespaces whose owner has ended. */
export async function stale(): Promise<string[]> {
  return (await owned()).filter((name) => {
    const [, pid, start] = PATTERN.exec(name) ?? [];
    return startOf(Number(pid)) !== start;
  });
}

/** Ends what runs in namespaces of this process, or in those given, and removes them. Any number of times. */
export async function remove(names?: readonly string[]): Promise<void> {
  const own = ownNaming()('');
  const chosen = names ?? (await owned()).filter((name) => name.startsWith(own));
  await Promise.all(chosen.map(removeOne));
}

/** Where a namespace has files in place of those in /etc. */
export const filesOf = (namespace: string): string => `${FILES}/${namespace}`;

/** All namespaces that such a process made. */
async function owned(): Promise<string[]> {
  const lists = await Promise.all([NAMES, FILES].map((folder) => readdir(folder).catch(() => [])));
  return [...new Set(lists.flat())].filter((name) => PATTERN.test(name));
}

async function removeOne(namespace: string): Promise<void> {
  const { out } = await attempt('ip', ['netns', 'pids', namespace], '', OVER);
  for (const pid of out.split('\n').filter((text) => text !== '')) kill(Number(pid));
  await attempt('ip', ['netns', 'del', namespace], '', OVER);
  await rm(filesOf(namespace), { recursive: true, force: true });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** When a process started, in ticks since the machine did; undefined: there is none with that number. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold blanks; the start is field 22, the 20th after it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
