/** What ran a benchmark. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Machine } from './page/stored.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** This machine. */
export function machine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    kernel: `${type()} ${release()}`,
    memory: totalmem(),
  };
}

/** The runtimes, what of packages measures itself, and the state of the project. */
export function versions(): Record<string, string> {
  const found: Record<string, string> = { node: process.versions.node };
  const other = process.env.NTM_NODE;
  if (other !== undefined) found['node, another release'] = said(other, '--version').replace(/^v/, '');
  for (const name of ['deno', 'bun'])
    found[name] =
      /\d+\.\d+\.\d+/.exec(said(`${root}/node_modules/.bin/${name}`, '--version'))?.[0] ?? 'missing';
  found.koffi = packageVersion('koffi');
  const changed =
    spawnSync('git', ['diff', '--quiet', 'HEAD', '--', 'reference'], { cwd: root }).status !== 0;
  const commit = said('git', 'rev-parse', '--short=10', 'HEAD');
  found.ntmobile = `${packageVersion('..')}, commit ${commit || 'unknown'}${changed ? ', changed' : ''}`;
  return found;
}

/** The first line that a program prints; nothing if it is not there. */
export function said(program: string, ...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  return `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n')[0] ?? '';
}

function packageVersion(name: string): string {
  try {
    return JSON.parse(readFileSync(`${root}/node_modules/${name}/package.json`, 'utf8')).version;
  } catch {
    return 'missing';
  }
}
