/**
 * Fuzzing from the command line: `run.ts [--role rs-s|dc|node|rs-n|rs-t|translator] [--count N] [--seed S] [--udp]`. Prints how far it is on
 * a terminal, at the end what each layer refused, and for a failure the command that shows it again. Over UDP a role
 * other than an RS-S has a network namespace of its own, which takes Linux and root; and `--variant NAME` has a
 * saboteur in the place of the reference.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Inside } from './inside.ts';
import { Violation } from './judge.ts';
import type { FuzzedRole } from './layers.ts';
import { empty, histogram, LAYERS_OF } from './layers.ts';
import { MARGIN, mebibytes, memoryInUse } from './memory.ts';
import { againInside, isInside } from './namespace.ts';
import { outside } from './outside.ts';
import { partyOutside } from './party/outside.ts';
import { Party } from './party/party.ts';
import { UNDER_FIRE } from './party/under-fire.ts';
import { runtime } from './runtime.ts';
import { TranslatorUnderFire } from './translator.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    udp: { type: 'boolean', default: false },
    role: { type: 'string', default: 'rs-s' },
    variant: { type: 'string' },
  },
});
const count = Number(values.count);
const { seed } = values;
const role = values.role as FuzzedRole;
const layers = LAYERS_OF[role];
if (layers === undefined || (values.udp && (role === 'node' || role === 'translator')))
  throw new Error(
    '--role is rs-s, dc, node, rs-n, rs-t or translator, and with --udp rs-s, dc, rs-n or rs-t',
  );

/** Datagrams after which a run has to have used every layer. */
const ALL_LAYERS = 20_000;
/** Milliseconds between two reports of how far it is. */
const PROGRESS = 500;
/**
 * What the system may say more of a process at the end than half way. Nobody can make that process collect, and its
 * heap takes its time to reach its size; that of Deno goes up and down by 200 MiB in a long run.
 */
const RESIDENT_MARGIN = (runtime === 'deno' ? 256 : 64) * 1024 * 1024;
/** Virtual time in which answers, handshakes and the like are forgotten, so that like is compared with like. */
const REST = 60_000;

function progress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${count} datagrams`);
}

function worldOf(role: FuzzedRole): Inside | Party | TranslatorUnderFire {
  if (role === 'translator') return new TranslatorUnderFire(seed);
  if (role === 'rs-s') return new Inside({ seed });
  const { side, dice } = UNDER_FIRE[role](seed);
  return new Party(side, dice);
}

function inside(): string[] {
  const faults: string[] = [];
  const world = worldOf(role);
  const { tallies } = world;
  const begin = performance.now();
  let [early, shown]: [number | undefined, number] = [undefined, begin];
  try {
    while (tallies.datagrams < count) {
      world.step();
      if (early === undefined && tallies.datagrams >= count / 10) {
        world.rest(REST);
        early = memoryInUse();
      }
      if (performance.now() - shown < PROGRESS) continue;
      shown = performance.now();
      progress(tallies.datagrams);
    }
    world.rest(REST);
  } catch (fault) {
    if (!(fault instanceof Violation)) throw fault;
    faults.push(`datagram ${tallies.datagrams}: ${fault.message}\nagain: ${again(seed, count)}`);
  }
  const seconds = (performance.now() - begin) / 1000;
  progress(tallies.datagrams);
  if (process.stderr.isTTY) process.stderr.write('\n');
  const late = memoryInUse();
  const genuine = Math.round((100 * tallies.genuine) / tallies.datagrams);
  console.log(
    `${runtime}, seed ${seed}: ${tallies.datagrams} datagrams (${genuine} % genuine) in ${seconds.toFixed(0)} s ` +
      `and ${(world.now / 3_600_000).toFixed(1)} virtual h; ${tallies.forwarded} forwarded, ${tallies.sent} sent, ` +
      `canary ${tallies.canary} times`,
  );
  for (const line of histogram(tallies.refused, layers)) console.log(line);
  if (early === undefined || late === undefined) {
    console.log('memory: not measured, no garbage collection can be forced');
  } else {
    console.log(`memory in use: ${mebibytes(early)} at 10 %, ${mebibytes(late)} at the end`);
    if (faults.length === 0 && late > early + MARGIN)
      faults.push(`memory grew by more than ${mebibytes(MARGIN)}`);
  }
  if (faults.length === 0 && count >= ALL_LAYERS) {
    for (const layer of empty(tallies.refused, layers, count)) faults.push(`layer ${layer} refused nothing`);
  }
  return faults;
}

function again(seed: string, count: number): string {
  const program = {
    node: 'node --import ./test/typescript.js',
    deno: 'npx deno run --allow-all',
    bun: 'npx bun',
  }[runtime];
  return `${program} test/fuzz/run.ts --role ${role} --seed ${seed} --count ${count}`;
}

async function overUdp(): Promise<string[]> {
  const begin = performance.now();
  const options = { seed, count, progress, variant: values.variant };
  const isParty = role === 'dc' || role === 'rs-n' || role === 'rs-t';
  const result = isParty ? await partyOutside(role, options) : await outside(options);
  if (process.stderr.isTTY) process.stderr.write('\n');
  const faults = [...result.faults];
  console.log(
    `${runtime}, seed ${seed}, over UDP: ${result.datagrams} datagrams in ` +
      `${((performance.now() - begin) / 1000).toFixed(0)} s; ${result.received} came back, canary ${result.canary} times`,
  );
  for (const line of histogram(result.refused, layers)) console.log(line);
  const [early, late] = result.memory;
  if (early !== undefined && late !== undefined) {
    console.log(`memory of the other process: ${mebibytes(early)} half way, ${mebibytes(late)} at the end`);
    if (late > early + RESIDENT_MARGIN)
      faults.push(`its memory grew by more than ${mebibytes(RESIDENT_MARGIN)}`);
  }
  if (faults.length === 0 && count >= ALL_LAYERS) {
    for (const layer of empty(result.refused, layers, count)) faults.push(`layer ${layer} refused nothing`);
  }
  return faults.map((fault) => `${fault}\nagain: ${again(seed, count)} --udp`);
}

if (values.udp && role !== 'rs-s' && !isInside())
  process.exit(await againInside(fileURLToPath(import.meta.url)));
const faults = values.udp ? await overUdp() : inside();
for (const fault of faults) console.log(`FAILED: ${fault}`);
process.exit(faults.length > 0 ? 1 : 0);
