/** `init` and `--options`: what stands on the command line can stand in a file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { optionGroups } from '../../conformance/cli/options.ts';
import { readOptionFile, renderOptionFile } from '../../conformance/command/option-file.ts';
import { settingsOf } from '../../conformance/command/run-options.ts';
import t from '../tap.ts';
import { cli, folder, target } from './terminal.ts';

const GROUPS = optionGroups();
const ALL = GROUPS.flatMap(({ options }) => options);
const READ = { all: ALL, own: new Set(ALL.map(({ long }) => long)), written: new Set<string>() };
const file = 'x.options';

t.test('init explains every option, turns none on, and overwrites nothing', async (t) => {
  const place = folder(t)('own.options');
  const { status, out, err } = await cli(['init', place]);
  t.same([status, out], [0, '']);
  t.match(err, `then: ntm-conform --options ${place}\n`);
  const text = readFileSync(place, 'utf8');
  for (const { long, description } of ALL) t.match(text, `\n# ${description}\n# ${long}`);
  t.same(readOptionFile(file, text, READ), []);
  t.ok(ALL.some(({ long }) => long === '--target') && !ALL.some(({ long }) => long === '--replay'));
  const again = await cli(['init', place]);
  t.same(
    [again.status, again.err],
    [2, `ntm-conform: ${place} is there already: remove it, or name another file.\n`],
  );
});

t.test('each option can be turned on as it is written there', (t) => {
  for (const { flags, long, takesValue } of ALL) {
    const text = renderOptionFile(GROUPS, {}).replace(new RegExp(`^# (${long}( .*)?)$`, 'm'), '$1');
    const [first, value] = readOptionFile(file, text, READ);
    t.same([first, value !== undefined], [long, takesValue], flags);
  }
});

t.test(
  'values as they are; the command line comes before the file, and other commands take their own',
  (t) => {
    const text =
      '  --target=[::1]:4400\n\n--reporter json=a b.json \n#--strict\n\t--reporter html=x.html\r\n--strict\n';
    t.same(readOptionFile(file, text, READ), [
      ...['--target', '[::1]:4400', '--reporter', 'json=a b.json', '--reporter', 'html=x.html', '--strict'],
    ]);
    const written = new Set(['--reporter', '--strict']);
    t.same(readOptionFile(file, text, { ...READ, written }), ['--target', '[::1]:4400']);
    t.same(readOptionFile(file, text, { ...READ, own: new Set(['--target']) }), ['--target', '[::1]:4400']);
  },
);

t.test('a run, and doctor, with a file', async (t) => {
  const place = folder(t)('own.options');
  await cli(['init', place, '--target', await target(t)]);
  const more = '--depth quick\n--seed file\n--role dc\n--quiet\n';
  writeFileSync(place, `${readFileSync(place, 'utf8')}${more}`);
  const args = ['--options', place, 'rs-s.header.magic', '--role', 'rs-s', `--seed`, 'written'];
  const ran = await cli(args, { isTerminal: true });
  t.same([ran.status, ran.err], [0, '']);
  t.match(ran.out, /^1 case: 1 passed in /);
  const asked = await cli(['doctor', `--options=${place}`]);
  t.same([asked.status, asked.err], [0, '']);
});

t.test('what cannot be meant gets one line, with its place', async (t) => {
  const place = folder(t)('own.options');
  for (const [text, what] of [
    ['--dept quick', `${place}:1: --dept is no option that a file may have. Did you mean --depth?`],
    ['\nrs-s.forward.*', `${place}:2: rs-s.forward.* is no option that a file may have.`],
    ['--depth', `${place}:1: --depth has no value: write it like --depth <name>.`],
    ['--strict yes', `${place}:1: --strict takes no value: take yes away.`],
    ['--depth deep', 'Depth'],
  ] as const) {
    writeFileSync(place, text);
    const { status, out, err } = await cli(['--options', place]);
    t.same([status, out], [2, '']);
    t.match(err, what === 'Depth' ? /^ntm-conform: --depth deep is none of / : `ntm-conform: ${what}\n`);
  }
  t.match((await cli(['--options', `${place}2`])).err, / cannot be read: there is no such file/);
  t.match((await cli(['--options', place, '--options', place])).err, '--options takes one file');
  t.match((await cli(['--options'])).err, /argument missing/);
});

t.test('a failure that is to be seen again is waited for', (t) => {
  const written = { profile: 'open', depth: 'quick', timeout: '2s', jobs: '1', color: false };
  const slow = (more: object) => settingsOf({ ...written, ...more }, 'seed').slow;
  t.same([slow({}), slow({ slow: true }), slow({ replay: 'token' })], [false, true, true]);
});
