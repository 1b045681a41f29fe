/**
 * Writes the kill table anew: each saboteur meets all cases for its role, in virtual time and in a process of its own.
 *
 *     node --import ./test/typescript.js test/kills/run.ts [--jobs 2]
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SABOTEURS } from '../../adapters/saboteurs/catalogue.ts';
import { suiteVersion, versions } from '../../conformance/cli/files.ts';
import type { Kill } from '../../conformance/command/kill-table.ts';
import { writeKillTable } from '../../conformance/command/kill-table.ts';

const SEED = 'kills';
/** Milliseconds after which a saboteur that floods what it meets, and ends no more, meets its own case alone. */
const LONGEST = 120_000;
const ONE = fileURLToPath(new URL('one.ts', import.meta.url));

const { values } = parseArgs({ options: { jobs: { type: 'string', default: '2' } } });
const queue = [...SABOTEURS];
const kills: Kill[] = [];
const missed: string[] = [];

async function lane(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const kill = (await meets(next.name)) ?? (await meets(next.name, 'alone'));
    if (kill !== undefined) kills.push(kill);
    if (!kill?.cases.includes(next.caughtBy)) missed.push(next.name);
    process.stderr.write(`${kills.length} of ${SABOTEURS.length}: ${next.name}, ${kill?.cases.length}\n`);
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, lane));
const { spec } = versions();
const table = writeKillTable({ suite: suiteVersion(), spec, seed: SEED, saboteurs: kills });
writeFileSync(new URL('../../conformance/kills.json', import.meta.url), table);
if (missed.length > 0) throw new Error(`not caught by the case that has to: ${missed.join(', ')}`);

/** @returns undefined if it takes too long */
function meets(name: string, ...alone: readonly string[]): Promise<Kill | undefined> {
  const child = spawn(process.execPath, [...process.execArgv, ONE, name, SEED, ...alone], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LONGEST,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  return new Promise((resolve, reject) => {
    child.once('close', (status, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else if (status === 0) resolve(JSON.parse(printed) as Kill);
      else reject(new Error(`${name} ended with status ${status}`));
    });
  });
}
