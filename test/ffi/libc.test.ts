/** The C library through koffi, on the runtime that runs this. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { Libc } from '../../reference/ffi/libc.ts';
import { EFD_CLOEXEC, EFD_NONBLOCK, loadLibc, O_CLOEXEC, O_RDWR, POLLIN } from '../../reference/ffi/libc.ts';
import t from '../tap.ts';

const libc = loadLibc();
const skip = libc.found === undefined ? libc.missing : false;

t.test('is there, or one line says what is missing', (t) => {
  if (libc.found === undefined) t.match(libc.missing, /^[^\n]+$/);
  else t.equal(loadLibc(), libc, 'loaded once');
});

t.test('reads a file', { skip }, (t) => {
  const { open, read, close } = libc.found as Libc;
  const fd = open('/proc/self/comm', O_CLOEXEC);
  const buffer = new Uint8Array(64).fill(0xff);
  const length = read(fd, buffer.subarray(8), 32);
  t.equal(new TextDecoder().decode(buffer.subarray(8, 8 + length)), readFileSync('/proc/self/comm', 'utf8'));
  t.equal(buffer[7], 0xff);
  t.equal(buffer[8 + length], 0xff);
  t.equal(close(fd), 0);
});

t.test('names what failed', { skip }, (t) => {
  const { open, close, errno } = libc.found as Libc;
  t.equal(open('/nowhere/at/all', O_RDWR), -1);
  t.equal(errno(), 'ENOENT');
  t.equal(close(-1), -1);
  t.equal(errno(), 'EBADF');
});

// struct pollfd: fd 0..3 | events 4..5 | revents 6..7, all in the order of the machine
t.test('waits for an event, in this thread and beside it', { skip }, async (t) => {
  const { eventfd, poll, pollLater, read, write, close, errno } = libc.found as Libc;
  const fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  const count = new Uint8Array(8);
  t.equal(read(fd, count, 8), -1);
  t.equal(errno(), 'EAGAIN');

  const fds = new Uint8Array(64);
  const view = new DataView(fds.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLIN, true);
  t.equal(poll(fds, 1, 0), 0, 'nothing yet');
  const later = pollLater(fds, 1, 10_000);
  t.equal(write(fd, new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0]), 8), 8);
  t.equal(await later, 1);
  t.equal(view.getInt16(6, true), POLLIN);
  t.equal(poll(fds, 1, -1), 1, 'at once');
  t.equal(read(fd, count, 8), 8);
  t.same([...count], [3, 0, 0, 0, 0, 0, 0, 0]);
  t.equal(close(fd), 0);
});

t.test('declares what else is wanted', { skip }, (t) => {
  const getpid = (libc.found as Libc).declare<() => number>('int getpid()');
  t.equal(getpid(), process.pid);
});
