import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ascii } from '../../reference/bytes.ts';
import { UsageError } from '../../reference/drivers/config.ts';
import { openStore } from '../../reference/drivers/store.ts';
import type { Change } from '../../reference/store.ts';
import { decodeRecords, encodeRecord, memoryStore } from '../../reference/store.ts';
import t from '../tap.ts';
import { start } from './program.ts';

const root = await mkdtemp(join(tmpdir(), 'ntmobile-'));
t.teardown(() => rm(root, { recursive: true }));

let folders = 0;
function folder(log?: Uint8Array): string {
  folders++;
  const path = join(root, String(folders));
  if (log !== undefined) {
    mkdirSync(path);
    writeFileSync(join(path, 'state-1.log'), log);
  }
  return path;
}

const shown = (values: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...values].map(([key, value]) => [key, new TextDecoder().decode(value)]));

const CHANGES: Change[][] = [
  [['a', ascii('1')]],
  [
    ['b', ascii('two')],
    ['a', undefined],
  ],
  [],
  [['\u00e4/\u{1f600}', new Uint8Array(0)]],
  [
    ['b', ascii('2')],
    ['c', ascii('x'.repeat(40))],
  ],
];

/** What is there after so many of these writes. */
function after(writes: number): Record<string, string> {
  const store = memoryStore();
  for (const changes of CHANGES.slice(0, writes)) store.write(changes);
  return shown(store.load());
}

t.test('a record is what its format says', (t) => {
  t.same(
    encodeRecord([
      ['k', ascii('v')],
      ['e', undefined],
    ]),
    Uint8Array.of(0, 0, 0, 13, 0xdd, 0x01, 0x84, 0xd4, 0, 1, 0x6b, 1, 0, 0, 0, 1, 0x76, 0, 1, 0x65, 0),
  );
});

for (const [name, open] of [
  ['in memory', memoryStore],
  ['in a file', () => openStore(folder())],
] as const)
  t.test(`${name}: what was written is there`, (t) => {
    const store = open();
    t.same(shown(store.load()), {});
    for (const [index, changes] of CHANGES.entries()) {
      store.write(changes);
      t.same(shown(store.load()), after(index + 1));
    }
    const value = ascii('before');
    store.write([['copied', value]]);
    value.fill(0);
    t.equal(shown(store.load()).copied, 'before');
    store.load().clear();
    t.equal(store.load().size, 4);
    store.close();
  });

t.test('it is there when the file is opened again, and goes on from there', (t) => {
  const path = folder();
  for (const [index, changes] of CHANGES.entries()) {
    const store = openStore(path);
    t.same([shown(store.load()), store.dropped], [after(index), 0]);
    store.write(changes);
    store.close();
    t.throws(() => store.write([]), /closed/);
  }
  t.same(shown(openStore(path).load()), after(CHANGES.length));
});

/** The whole file, and where each of its records ends. */
function wholeLog() {
  const records = CHANGES.map(encodeRecord);
  const ends = records.map((_, at) => records.slice(0, at + 1).reduce((sum, { length }) => sum + length, 0));
  return { log: Buffer.concat(records), ends };
}

t.test('cut at any byte it holds what was whole, and takes more', (t) => {
  const { log, ends } = wholeLog();
  const wrong: string[] = [];
  for (let cut = 0; cut <= log.length; cut++) {
    const whole = ends.filter((end) => end <= cut).length;
    const path = folder(log.subarray(0, cut));
    const store = openStore(path);
    const found = shown(store.load());
    store.write([['more', ascii('m')]]);
    store.close();
    const again = openStore(path);
    const later = shown(again.load());
    again.close();
    const wanted = after(whole);
    if (JSON.stringify([found, later]) !== JSON.stringify([wanted, { ...wanted, more: 'm' }]))
      wrong.push(`${cut}`);
    if (store.dropped !== cut - (ends[whole - 1] ?? 0)) wrong.push(`dropped at ${cut}`);
  }
  t.same(wrong, []);
  t.ok(log.length > 120);
});

t.test('with any bit flipped it holds what stands before', (t) => {
  const { log, ends } = wholeLog();
  const wrong: string[] = [];
  for (let bit = 0; bit < 8 * log.length; bit++) {
    const bytes = Uint8Array.from(log);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const whole = ends.filter((end) => end <= bit >> 3).length;
    const { values, good } = decodeRecords(bytes);
    if (JSON.stringify(shown(values)) !== JSON.stringify(after(whole)) || good !== (ends[whole - 1] ?? 0))
      wrong.push(`bit ${bit}`);
  }
  t.same(wrong, []);
});

t.test('zeros behind it, as a file system may leave them, are no records', (t) => {
  const { log } = wholeLog();
  const path = folder(log);
  appendFileSync(join(path, 'state-1.log'), new Uint8Array(100));
  const store = openStore(path);
  t.same([shown(store.load()), store.dropped], [after(CHANGES.length), 100]);
  t.equal(statSync(join(path, 'state-1.log')).size, log.length);
});

t.test('it stays as long as what it holds; a compaction that was cut off is forgotten', (t) => {
  const path = folder();
  const store = openStore(path);
  const sizes: number[] = [];
  for (let number = 0; number < 400; number++) {
    store.write([[`key${number % 10}`, new Uint8Array(1000).fill(number)]]);
    sizes.push(statSync(join(path, 'state-1.log')).size);
  }
  t.ok(Math.max(...sizes) < 70_000, `${Math.max(...sizes)} bytes`);
  t.ok(sizes.filter((size, at) => size < (sizes[at - 1] ?? 0)).length > 2, 'it was compacted');
  store.close();
  writeFileSync(join(path, 'state-1.new'), readFileSync(join(path, 'state-1.log')).subarray(0, 100));
  const again = openStore(path);
  t.same(
    [...again.load()].sort().map(([key, value]) => [key, value.length, value[0]]),
    [...Array.from({ length: 10 }, (_, at) => [`key${at}`, 1000, (390 + at) & 0xff])],
  );
  t.same(readdirSync(path), ['state-1.log']);
});

t.test('killed while it writes it has lost nothing that it said is durable', async (t) => {
  const path = folder();
  let most = -1;
  for (let round = 0; round < 5; round++) {
    const program = start(new URL('programs/store-writer.ts', import.meta.url), [path]);
    let isOver = false;
    void program.ended.then(() => {
      isOver = true;
    });
    const said = () => program.out().split('\n').length - 1;
    while (said() < 3 + 5 * round && !isOver) await new Promise((resolve) => setTimeout(resolve, 5));
    program.kill('SIGKILL');
    const { out } = await program.ended;
    const durable = Number(out.split('\n').at(-2));
    copyFileSync(join(path, 'state-1.log'), join(root, 'copy'));
    const store = openStore(path);
    const values = store.load();
    store.close();
    const last = Number(shown(values).last);
    t.ok(last >= durable, `said ${durable}, has ${last}`);
    t.equal(values.get(`a${last % 50}`)?.[0], last & 0xff, 'changes of one write come together');
    most = Math.max(most, durable);
  }
  t.ok(most > 0);
});

t.test('a folder that cannot be is a mistake', (t) => {
  const path = folder();
  writeFileSync(path, '');
  t.throws(() => openStore(path), UsageError);
  t.throws(
    () => openStore(join(path, 'below')),
    /cannot be used \(ENOTDIR\): check that this user may write/,
  );
});
