import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { attempt } from '../../reference/netns/execute.ts';
import { ownNaming, remove, stale } from '../../reference/netns/owner.ts';
import { play } from '../../reference/netns/play.ts';
import { missing } from '../../reference/netns/requirements.ts';
import { SCENARIOS } from '../../reference/netns/scenarios/index.ts';
import type { Scenario } from '../../reference/netns/stage.ts';
import { commandFor, NTMOBILE } from '../programs.ts';
import t, { runtime } from '../tap.ts';

const isLong = process.env.NTM_LONG !== undefined;
const command = commandFor(NTMOBILE);

const folder = mkdtempSync(join(tmpdir(), 'netns-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** There each role is translated anew as it starts, which is most of what a scenario would take. */
const isSlow = runtime === 'node' && !Reflect.get(process.features, 'typescript');

async function whyNot({ isQuick, programs }: Scenario): Promise<string | false> {
  if (isSlow) return 'each role takes long to start on this Node: it runs on Bun';
  if (!isQuick && !isLong) return 'takes long: set NTM_LONG';
  return (await missing(programs)) ?? false;
}

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  const skip = await whyNot(scenario);
  await t.test(`${name}: ${scenario.title}`, { skip }, async (t) => {
    const lines: string[] = [];
    const isRight = await play(scenario, {
      command,
      folder: join(folder, name),
      choice: {},
      say: (line) => lines.push(line),
      isPlain: !isLong,
    });
    t.ok(isRight, lines.join(' | '));
    const { out } = await attempt('ip', ['netns', 'list']);
    t.notOk(out.includes(ownNaming()('')), 'nothing is left');
  });
}

const skip = (await missing(['ping'])) ?? false;

t.test('what a killed laboratory left is found and removed by the next', { skip }, async (t) => {
  const child = spawn(command[0] ?? '', [...command.slice(1), 'lab', '--netns', 'first-contact'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const isOwn = (name: string): boolean => name.startsWith(`ntm-${child.pid}-`);
  const names = async (): Promise<string[]> => {
    const { out } = await attempt('ip', ['netns', 'list']);
    return out.split(/\s+/).filter(isOwn);
  };
  while ((await names()).length < 3 && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 50));
  t.same((await stale()).filter(isOwn), [], 'its owner lives');
  process.kill(child.pid ?? 0, 'SIGKILL');
  await ended;
  const left = (await stale()).filter(isOwn);
  t.ok(left.length >= 3);
  await remove(left);
  t.same(await names(), []);
});
