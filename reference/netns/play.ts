/** Plays one scenario in namespaces, and writes down what came of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INTERNET } from '../lab/netns/segments.ts';
import { chartLines } from '../trace/chart.ts';
import { chartPicture } from '../trace/picture.ts';
import { Cast } from './cast.ts';
import { Ground } from './ground.ts';
import { remove, stale } from './owner.ts';
import { CAPTURE, Capture, exchangeOf } from './recording.ts';
import { has } from './requirements.ts';
import type { Choice, Scenario } from './stage.ts';
import { Stage } from './stage.ts';

export interface PlayOptions {
  /** By which this program is run, with nothing after it. */
  readonly command: readonly string[];
  /** Where everything is written. */
  readonly folder: string;
  readonly choice: Choice;
  readonly say: (line: string) => void;
  /** Resolves when the person wants it to end. */
  readonly stopped?: Promise<void>;
  /** Packets and the chart are not wanted. */
  readonly isPlain?: boolean;
}

/** @returns whether all was as expected; nothing of it is left in the system then. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<boolean> {
  const { folder, choice, command, say, stopped, isPlain = false } = options;
  const ground = new Ground(folder);
  const capture = new Capture(ground);
  const isWanted = !isPlain && !scenario.isHeavy;
  const canCapture = isWanted && has('dumpcap') && has('mergecap');
  if (isWanted && !canCapture)
    say('no capture: dumpcap and mergecap not found: apt-get install wireshark-common');
  if (canCapture)
    ground.onSegment = async (namespace, device) => {
      if (!scenario.isLarge || namespace === INTERNET.at) await capture.start(namespace, device);
    };
  const cast = new Cast(ground, command, scenario.members);
  const stage = new Stage(ground, cast, choice, say);
  cast.onStart = (what) => stage.tell(`starting ${what}`);
  stage.tell('building the networks');
  await remove(await stale());
  let isStopped = false;
  const stop = stopped?.then(() => {
    isStopped = true;
  });
  const playing = (async () => {
    await ground.open();
    await scenario.play(stage);
  })();
  try {
    await (stop === undefined ? playing : Promise.race([playing, stop]));
  } catch (fault) {
    stage.expect(
      'the scenario is played to its end',
      false,
      fault instanceof Error ? fault.message : `${fault}`,
    );
  } finally {
    // What is still under way fails, as nothing is there any more.
    playing.catch(() => {});
    if (canCapture) await capture.end();
    await ground.close();
  }
  if (isStopped) stage.expect('the scenario is played to its end', false, 'stopped');
  const isRight = stage.expectations.length > 0 && stage.expectations.every(({ ok }) => ok);
  await write(scenario, stage, folder, canCapture, isPlain);
  return isRight;
}

async function write(
  { title }: Scenario,
  { expectations, remarks, cast }: Stage,
  folder: string,
  isCaptured: boolean,
  isPlain: boolean,
): Promise<void> {
  const files = [...(isCaptured ? [CAPTURE] : []), ...(isPlain ? [] : ['chart.txt', 'chart.svg'])];
  if (!isPlain) {
    const exchange = await exchangeOf(cast.traces, remarks);
    await writeFile(join(folder, 'chart.txt'), `${chartLines(exchange).join('\n')}\n`);
    await writeFile(join(folder, 'chart.svg'), chartPicture(exchange, title));
  }
  const first = remarks[0]?.t ?? 0;
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
  const lines = [
    `# ${title}`,
    '',
    '| expected | | found |',
    '| --- | --- | --- |',
    ...expectations.map(
      ({ what, ok, found }) => `| ${cell(what)} | ${ok ? 'ok' : '**WRONG**'} | ${cell(found)} |`,
    ),
    '',
    '| s | what happened |',
    '| --- | --- |',
    ...remarks.map(({ t, text }) => `| ${((t - first) / 1000).toFixed(1)} | ${cell(text)} |`),
    '',
    ...(files.length === 0 ? [] : [`Beside this: ${files.join(', ')}, and what each program printed.`, '']),
  ];
  await writeFile(join(folder, 'summary.md'), lines.join('\n'));
}
