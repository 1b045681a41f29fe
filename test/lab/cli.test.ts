import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SITUATIONS } from '../../reference/lab/places.ts';
import { start } from '../drivers/program.ts';
import { NTMOBILE } from '../programs.ts';
import t from '../tap.ts';

const ntmobile = (...args: string[]) => start(NTMOBILE, args).ended;

t.test('lab lists, plays, and draws', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ntmobile-lab-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'chart.svg');
  const [list, played] = await Promise.all([
    ntmobile('lab', '--list'),
    ntmobile('lab', 'same-lan', '--svg', file),
  ]);
  t.same([list.status, played.status], [0, 0]);
  t.match(list.out, /^handover {2,}Alice moves/m);
  for (const situation of SITUATIONS)
    t.match(list.out, new RegExp(`^${situation} +\\S.+$`, 'm'), `${situation} is explained`);
  t.match(played.out, /^alice sent by: direct$/m);
  t.match(await readFile(file, 'utf8'), '<svg ');
});

t.test('a mistake is one line that says how to mend it', async (t) => {
  const cases: readonly (readonly [args: string[], line: RegExp])[] = [
    [[], /^ntmobile: no scenario given: "ntmobile lab --list" shows them\n$/],
    [['nowhere'], /^ntmobile: nowhere is no scenario: write first-contact, .*\n$/],
    [['handovr'], /^ntmobile: handovr is no scenario: .*\. Did you mean handover\?\n$/],
    [['--netns', 'first-contct'], /^ntmobile: .* is no scenario: .*\. Did you mean first-contact\?\n$/],
    [
      ['--netns', 'first-contact', '--to', 'V64'],
      /^ntmobile: --to is V64: write G4, .* "ntmobile lab --netns --list" says .*\n$/,
    ],
    [['handover', '--to', 'X'], /^ntmobile: --to is X: write G4, .*\n$/],
    [['same-lan', '--svg', '/no/folder/a.svg'], /^ntmobile: .* cannot be written \(ENOENT\): .*\n$/],
  ];
  const ended = await Promise.all(cases.map(([args]) => ntmobile('lab', ...args)));
  for (const [at, [args, line]] of cases.entries()) {
    t.equal(ended[at]?.status, 2, args.join(' '));
    t.match(ended[at]?.err, line);
  }
});
