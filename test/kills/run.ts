/**
 * Writes the kill table anew: each saboteur meets all cases for its role, in virtual time. With names only these do, and
 * what was found of the others stays.
 *
 *     npx bun test/kills/run.ts [--jobs 2] [SABOTEUR...]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SABOTEURS } from '../../adapters/saboteurs/catalogue.ts';
import { killTable, versions } from '../../conformance/cli/own-files.ts';
import { suiteVersion } from '../../conformance/cli/suite-version.ts';
import type { Kill } from '../../conformance/command/kill-table.ts';
import { writeKillTable } from '../../conformance/command/kill-table.ts';

const SEED = 'kills';
/** Milliseconds after which a saboteur that floods what it meets, and ends no more, meets its own case alone. */
const LONGEST = 120_000;
const MANY = fileURLToPath(new URL('many.ts', import.meta.url));

const { values, positionals: names } = parseArgs({
  options: { jobs: { type: 'string', default: '2' } },
  allowPositionals: true,
});
const unknown = names.filter((name) => !SABOTEURS.some((known) => known.name === name));
if (unknown.length > 0) throw new Error(`no saboteur ${unknown.join(', ')}`);
const queue = SABOTEURS.filter(({ name }) => names.length === 0 || names.includes(name));
const { length } = queue;
const kills: Kill[] = [];
const missed: string[] = [];

async function lane(): Promise<void> {
  let program = new Program();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    let kill = await program.meets(next.name);
    if (kill === undefined) {
      program = new Program();
      kill = await program.meets(`${next.name} alone`);
    }
    if (kill === undefined) program = new Program();
    else kills.push(kill);
    if (!kill?.cases.includes(next.caughtBy)) missed.push(next.name);
    process.stderr.write(`${kills.length} of ${length}: ${next.name}, ${kill?.cases.length}\n`);
  }
  program.end();
}

/** A process that one saboteur after the other is tried in. */
class Program {
  private readonly child = spawn(process.execPath, [...process.execArgv, MANY, SEED], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  private readonly lines = createInterface(this.child.stdout);
  private readonly exit = once(this.child, 'exit').then(() => []);

  /** @returns undefined if it takes too long, or the process dies of it; the process is over then. */
  async meets(what: string): Promise<Kill | undefined> {
    this.child.stdin.write(`${what}\n`);
    const over = setTimeout(() => this.child.kill('SIGKILL'), LONGEST);
    const [line] = await Promise.race([once(this.lines, 'line'), this.exit]);
    clearTimeout(over);
    return line === undefined ? undefined : (JSON.parse(line) as Kill);
  }

  end(): void {
    this.child.stdin.end();
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, lane));
const { spec } = versions();
const known = SABOTEURS.map(({ name }) => name);
const others = (killTable()?.saboteurs ?? []).filter(
  ({ name }) => names.length > 0 && !names.includes(name) && known.includes(name),
);
const table = writeKillTable({ suite: suiteVersion(), spec, seed: SEED, saboteurs: [...others, ...kills] });
writeFileSync(new URL('../../conformance/kills.json', import.meta.url), table);
if (missed.length > 0) throw new Error(`not caught by the case that has to: ${missed.join(', ')}`);
