import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ip } from '../../../reference/address.ts';
import { UsageError } from '../../../reference/drivers/config.ts';
import { repairResolvConf, takeOverResolvConf } from '../../../reference/drivers/tun/resolv-conf.ts';
import t from '../../tap.ts';

const folder = mkdtempSync(join(tmpdir(), 'resolv-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'resolv.conf');
const server = '127.0.0.43' as Ip;
const before = 'nameserver 192.0.2.53\nsearch example.net\n';
const skip = existsSync('/proc/self/stat') ? false : 'processes are told by /proc';
const now = () => readFileSync(file, 'utf8');

t.test('taken over and put back', { skip }, (t) => {
  writeFileSync(file, before, { mode: 0o640 });
  const undo = takeOverResolvConf(file, server);
  t.match(now(), /^nameserver 127\.0\.0\.43\nsearch example\.net$/m);
  t.equal(lstatSync(file).mode & 0o777, 0o640);
  undo();
  t.equal(now(), before);
  undo();
  t.equal(now(), before, 'again');
  t.same(readdirSync(folder), ['resolv.conf'], 'nothing else is left');
});

t.test('a link is a link again', { skip }, (t) => {
  rmSync(file);
  writeFileSync(join(folder, 'stub'), before);
  symlinkSync('stub', file);
  const undo = takeOverResolvConf(file, server);
  t.notOk(lstatSync(file).isSymbolicLink());
  t.equal(readFileSync(join(folder, 'stub'), 'utf8'), before, 'its target stays as it is');
  undo();
  t.equal(readlinkSync(file), 'stub');
  rmSync(file);
});

t.test('what somebody else has written since stays', { skip }, (t) => {
  writeFileSync(file, before);
  const undo = takeOverResolvConf(file, server);
  writeFileSync(file, 'nameserver 198.51.100.1\n');
  undo();
  t.equal(now(), 'nameserver 198.51.100.1\n');
});

t.test('after a crash the next start repairs it; while a node runs it has it', { skip }, async (t) => {
  writeFileSync(file, before);
  takeOverResolvConf(file, server);
  t.throws(() => repairResolvConf(file), UsageError, 'this process has it');

  const gone = spawn('sleep', ['60']);
  const stat = readFileSync(`/proc/${gone.pid}/stat`, 'utf8');
  const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  writeFileSync(file, now().replace(/^(# ntmobile )[^:]*/, `$1${gone.pid}/${began}`));
  t.throws(() => repairResolvConf(file), UsageError, 'another one has it');
  gone.kill('SIGKILL');
  await once(gone, 'exit');
  repairResolvConf(file);
  t.equal(now(), before);
  repairResolvConf(file);
  t.equal(now(), before, 'nothing to repair');
});

t.test('what cannot be is said in a line', { skip }, (t) => {
  t.throws(() => takeOverResolvConf(join(folder, 'none'), server), /^[^\n]*none: ENOENT: [^\n]+$/);
});
