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
  const found: Record<string, string> = { node: versionOf('node', '--version') };
  const other = process.env.NTM_NODE;
  if (other !== undefined) found['node, another release'] = versionOf(other, '--version');
  for (const name of ['deno', 'bun'])
    found[name] = versionOf(`${root}/node_modules/.bin/${name}`, '--version');
  found.koffi = packageVersion('koffi');
  const changed =
    spawnSync('git', ['diff', '--quiet', 'HEAD', '--', 'reference'], { cwd: root }).status !== 0;
  const commit = said('git', 'rev-parse', '--short=10', 'HEAD');
  found.ntmobile = `${packageVersion('..')}, commit ${commit || 'unknown'}${changed ? ', changed' : ''}`;
  return found;
}

/** The first line that a program prints; nothing if it is not there. */
function said(program: string, ...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  return `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n')[0] ?? '';
}

/** The version that a program says it is of. */
export function versionOf(program: string, ...args: readonly string[]): string {
  return /\d+(\.\d+)+/.exec(said(program, ...args))?.[0] ?? 'unknown';
}

function packageVersion(name: string): string {
  try {
    return JSON.parse(readFileSync(`${root}/node_modules/${name}/package.json`, 'utf8')).version;
  } catch {
    return 'missing';
  }
}
