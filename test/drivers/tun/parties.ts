/** Roles as programs of their own, each in a network namespace. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NTMOBILE } from '../../programs.ts';
import type { T } from '../../tap.ts';
import type { Started } from '../program.ts';
import { start } from '../program.ts';
import { has, runIn, whyNot } from './space.ts';

/** Why a test that uses these programs cannot run here; false if it can. */
export function whyNotWith(...programs: readonly string[]): string | false {
  const missing = programs.filter((program) => !has(program));
  return whyNot() || (missing.length > 0 ? `missing here: ${missing.join(', ')}` : false);
}

/** A folder for as long as a test runs. */
export function folderFor(t: T): string {
  const folder = mkdtempSync(join(tmpdir(), 'spaces-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs a role in a namespace; it is killed at the end of the test. */
export function begin(t: T, space: string, config: { readonly role: string }, ...flags: string[]): Started {
  const file = join(folderFor(t), 'config.json');
  writeFileSync(file, JSON.stringify(config));
  const program = start(NTMOBILE, [config.role, '--config', file, ...flags], 60_000, space);
  t.teardown(async () => {
    program.kill('SIGKILL');
    await program.ended;
  });
  return program;
}

/** What the programs of a namespace take for /etc/resolv.conf. (ip-netns(8)) @returns where it is */
export function giveResolvConf(t: T, space: string, text: string): string {
  const folder = `/etc/netns/${space}`;
  mkdirSync(folder, { recursive: true });
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, text);
  return file;
}

/** Waits until what a command says about a namespace has a text in it. @throws Error after 30 s. */
export async function until(space: string, command: readonly string[], text: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (runIn(space, ...command).text.includes(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no ${text} in 30 s`);
}
