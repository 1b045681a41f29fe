/** `--pcap` and `--pcap-keys` on the command line. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { Report } from '../../conformance/report.ts';
import { readPackets } from '../capture/reader.ts';
import t from '../tap.ts';
import { cli, folder, target } from './terminal.ts';

const QUICK = ['--depth', 'quick', '--seed', 'test'];
const ONE = [...QUICK, 'rs-s.forward.unchanged'];

/** Keys as the file of keys has them. */
const KEY = /^[0-9a-f]{32} (association|path|leg) [0-9a-f]{4} [12] (initiator|responder) ([0-9a-f]{64})$/;

t.test('every case that ran is in the file, in the order of time, with several in flight', async (t) => {
  const inFolder = folder(t);
  const [file, json] = [inFolder('run.pcapng'), inFolder('run.json')];
  const at = await target(t);
  const args = [
    '--target',
    at,
    ...QUICK,
    'rs-s.forward.*',
    '--jobs',
    '8',
    '--reporter',
    `json=${json}`,
    '--pcap',
    file,
  ];
  const ran = await cli(args);
  t.same([ran.status, ran.err], [0, '']);
  const packets = readPackets(readFileSync(file));
  const seen = new Set(packets.map(({ comment }) => comment.split(':')[0]));
  const report = Report.parse(JSON.parse(readFileSync(json, 'utf8')));
  const passed = report.cases.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id);
  t.ok(passed.length > 10);
  t.same([...seen].sort(), [...passed, 'sanity'].sort());
  const times = packets.map(({ at }) => at);
  t.same(
    times,
    times.toSorted((a, b) => a - b),
  );
  t.ok(Math.abs((times[0] ?? 0) / 1000 - Date.now()) < 60_000, 'times are of today');
  t.notOk(existsSync(`${file}.keys`), 'no secret is in a file unless it was asked for');
});

t.test('the keys, for the user alone', async (t) => {
  const file = folder(t)('run.pcapng');
  const at = await target(t);
  const ran = await cli(['--target', at, ...ONE, '--pcap', file, '--pcap-keys']);
  t.same([ran.status, ran.err], [0, '']);
  const lines = readFileSync(`${file}.keys`, 'utf8').trimEnd().split('\n');
  const keys = lines.filter((line) => !line.startsWith('#'));
  t.ok(keys.length > 10);
  t.same(
    keys.filter((line) => !KEY.test(line)),
    [],
  );
  t.equal(statSync(`${file}.keys`).mode & 0o077, 0);
});

t.test('4: a capture that cannot be begun: one line, and no run', async (t) => {
  const path = folder(t)('nowhere/run.pcapng');
  const at = await target(t);
  const ran = await cli(['--target', at, ...ONE, '--pcap', path]);
  t.equal(ran.status, 4);
  t.equal(ran.err, `ntm-conform: ${path} cannot be written: there is no such folder: make it first.\n`);
  t.equal(ran.out, '');
});

const noFull = existsSync('/dev/full') ? false : 'this system has no /dev/full';
t.test('4: the disk became full; the run is reported all the same', { skip: noFull }, async (t) => {
  const at = await target(t);
  const ran = await cli(['--target', at, ...ONE, '--pcap', '/dev/full']);
  t.equal(ran.status, 4);
  t.equal(ran.err, 'ntm-conform: /dev/full cannot be written: the disk is full.\n');
  t.match(ran.out, /^TAP version 14\n/);
});

t.test('4: the keys cannot be written where a folder is', async (t) => {
  const file = folder(t)('run.pcapng');
  mkdirSync(`${file}.keys`);
  const ran = await cli(['--target', await target(t), ...ONE, '--pcap', file, '--pcap-keys']);
  t.equal(ran.status, 4);
  t.equal(ran.err, `ntm-conform: ${file}.keys cannot be written: is a folder: name a file in it.\n`);
});
