/** bpf(2) by the C library: maps, programs and their links, with the names and numbers of linux/bpf.h. */
import process from 'node:process';
import type { Found } from '../../ffi/koffi.ts';
import type { Libc } from '../../ffi/libc.ts';
import { loadLibc } from '../../ffi/libc.ts';
import type { Block } from './memory.ts';
import { Memory } from './memory.ts';

const COMMAND = {
  mapCreate: 0,
  mapLookup: 1,
  mapUpdate: 2,
  mapDelete: 3,
  mapNextKey: 4,
  programLoad: 5,
  testRun: 10,
  mapLookupAndDelete: 21,
  linkCreate: 28,
} as const;

const SYSCALL: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };
const MAP_TYPE_HASH = 1;
const BPF_F_NO_PREALLOC = 1;

/** Where a program runs on what comes in: before the kernel's stack, or in the driver, if that can do it itself. */
const PLACES = {
  ingress: { program: 3, attach: 46, flags: 0 },
  driver: { program: 6, attach: 37, flags: 1 << 2 },
} as const;
export type Place = keyof typeof PLACES;

const CLOCK_MONOTONIC = 1;

const ATTRIBUTE_SIZE = 128;
/** Room for what an attribute points to: a program, its log, a packet. */
const LOG_SIZE = 1 << 20;
const DATA_SIZE = 1 << 16;
const LOAD_TRIES = 10;
/** `struct xdp_md` */
const CONTEXT_SIZE = 24;

/** The kernel refused; the name of the fault is at the end of the message. */
export class BpfError extends Error {
  readonly fault: string;
  constructor(what: string, fault: string, log = '') {
    super(`${what}: ${fault}${log === '' ? '' : `\n${log}`}`);
    this.fault = fault;
  }
}

let found: Found<Bpf> | undefined;

/** The system call; descriptors that it gives end with the process, and what they stand for with them. */
export class Bpf {
  private readonly libc: Libc;
  private readonly attribute = new Uint8Array(ATTRIBUTE_SIZE);
  private readonly view = new DataView(this.attribute.buffer);
  private readonly call: (attribute: number) => number;
  private readonly clock: (clock: number, time: BigInt64Array) => number;
  private readonly memory: Memory;
  private readonly key: Block;
  private readonly value: Block;
  private readonly context: Block;

  private constructor(libc: Libc, number: number) {
    this.libc = libc;
    const syscall = libc.declare<(n: number, c: number, a: Uint8Array, s: number) => number>(
      'long syscall(long number, long command, void *attribute, unsigned long size)',
    );
    this.call = (command) => Number(syscall(number, command, this.attribute, ATTRIBUTE_SIZE));
    this.clock = libc.declare('int clock_gettime(int clock, void *time)');
    this.memory = new Memory(libc);
    this.key = this.memory.allocate(DATA_SIZE);
    this.value = this.memory.allocate(DATA_SIZE);
    this.context = this.memory.allocate(CONTEXT_SIZE);
  }

  /** bpf(2) on this machine, the same each time; or one line that says what is missing. */
  static find(): Found<Bpf> {
    found ??= Bpf.look();
    return found;
  }

  private static look(): Found<Bpf> {
    const number = SYSCALL[process.arch];
    if (number === undefined) return { missing: `eBPF is not known here on ${process.arch}` };
    const libc = loadLibc();
    return libc.found === undefined ? libc : { found: new Bpf(libc.found, number) };
  }

  /** A hash map whose elements take memory as they come. @returns its descriptor. @throws BpfError */
  createHash(name: string, keySize: number, valueSize: number, capacity: number): number {
    return this.run('map', COMMAND.mapCreate, () => {
      this.words(0, [MAP_TYPE_HASH, keySize, valueSize, capacity, BPF_F_NO_PREALLOC]);
      this.name(28, name);
    });
  }

  /** Has a program checked and translated. @returns its descriptor. @throws BpfError with what the verifier says. */
  load(name: string, program: Uint8Array, place: Place = 'ingress'): number {
    const log = this.memory.allocate(LOG_SIZE);
    const instructions = this.memory.allocate(program.length);
    const licence = this.memory.allocate(4);
    try {
      this.memory.put(instructions, program);
      this.memory.put(licence, new TextEncoder().encode('GPL\0'));
      const fill = (level: number): void => {
        this.words(0, [PLACES[place].program, program.length / 8]);
        this.pointers(8, [instructions.address, licence.address]);
        if (level > 0) this.words(24, [level, LOG_SIZE]);
        if (level > 0) this.pointers(32, [log.address]);
        this.name(48, name);
        this.words(68, [PLACES[place].attach]);
      };
      for (let tries = 1; ; tries++) {
        const fd = this.attempt(COMMAND.programLoad, () => fill(0));
        if (fd >= 0) return fd;
        // A signal that comes while the verifier is at work makes it give up; runtimes send their own threads some.
        if (this.libc.errno() !== 'EAGAIN' || tries === LOAD_TRIES) break;
      }
      const fd = this.attempt(COMMAND.programLoad, () => fill(1));
      if (fd >= 0) return fd;
      const fault = this.libc.errno();
      throw new BpfError('program', fault, textOf(this.memory.take(log, LOG_SIZE)));
    } finally {
      for (const block of [log, instructions, licence]) this.memory.free(block);
    }
  }

  /** Runs a program on what comes in at a device, for as long as the descriptor is open. @throws BpfError */
  attach(program: number, ifindex: number, place: Place = 'ingress'): number {
    const { attach, flags } = PLACES[place];
    return this.run('link', COMMAND.linkCreate, () => this.words(0, [program, ifindex, attach, flags]));
  }

  /**
   * Runs a program on one packet.
   * @param ifindex the device that it came by, for a program in a driver; the loopback if not given
   * @returns what it returned, and the packet then. @throws BpfError
   */
  test(
    program: number,
    packet: Uint8Array,
    ifindex?: number,
  ): { readonly verdict: number; readonly packet: Uint8Array } {
    this.memory.put(this.key, packet);
    if (ifindex !== undefined) this.memory.put(this.context, contextOf(packet.length, ifindex));
    this.run('test', COMMAND.testRun, () => {
      this.words(0, [program, 0, packet.length, DATA_SIZE]);
      this.pointers(16, [this.key.address, this.value.address]);
      if (ifindex === undefined) return;
      this.words(40, [CONTEXT_SIZE]);
      this.pointers(48, [this.context.address]);
    });
    return {
      verdict: this.view.getInt32(4, true),
      packet: this.memory.take(this.value, this.view.getUint32(12, true)),
    };
  }

  /** @returns undefined if there is none. @throws BpfError */
  lookUp(map: number, key: Uint8Array, size: number): Uint8Array | undefined {
    return this.read(COMMAND.mapLookup, map, key, size);
  }

  /** The same, and it is gone then. */
  take(map: number, key: Uint8Array, size: number): Uint8Array | undefined {
    return this.read(COMMAND.mapLookupAndDelete, map, key, size);
  }

  /** Writes an element, or another in its place. @throws BpfError if there is no more room. */
  update(map: number, key: Uint8Array, value: Uint8Array): void {
    this.memory.put(this.key, key);
    this.memory.put(this.value, value);
    this.run('element', COMMAND.mapUpdate, () => this.element(map));
  }

  /** The key after one, or the first; undefined after the last. */
  nextKey(map: number, key: Uint8Array | undefined, size: number): Uint8Array | undefined {
    if (key !== undefined) this.memory.put(this.key, key);
    return this.perhaps('key', COMMAND.mapNextKey, map, key !== undefined)
      ? this.memory.take(this.value, size)
      : undefined;
  }

  /** Closes a descriptor. */
  close(fd: number): void {
    this.libc.close(fd);
  }

  /** Nanoseconds of CLOCK_MONOTONIC, by which programs count. */
  now(): bigint {
    const time = new BigInt64Array(2);
    this.clock(CLOCK_MONOTONIC, time);
    return (time[0] ?? 0n) * 1_000_000_000n + (time[1] ?? 0n);
  }

  private read(command: number, map: number, key: Uint8Array, size: number): Uint8Array | undefined {
    this.memory.put(this.key, key);
    return this.perhaps('element', command, map, true) ? this.memory.take(this.value, size) : undefined;
  }

  private perhaps(what: string, command: number, map: number, hasKey: boolean): boolean {
    if (this.attempt(command, () => this.element(map, hasKey)) >= 0) return true;
    const fault = this.libc.errno();
    if (fault === 'ENOENT') return false;
    throw new BpfError(what, fault);
  }

  private element(map: number, hasKey = true): void {
    this.words(0, [map]);
    this.pointers(8, [hasKey ? this.key.address : 0n, this.value.address]);
  }

  private run(what: string, command: number, fill: () => void): number {
    const result = this.attempt(command, fill);
    if (result < 0) throw new BpfError(what, this.libc.errno());
    return result;
  }

  private attempt(command: number, fill: () => void): number {
    this.attribute.fill(0);
    fill();
    return this.call(command);
  }

  private words(offset: number, values: readonly number[]): void {
    for (const [index, value] of values.entries()) this.view.setUint32(offset + 4 * index, value, true);
  }

  private pointers(offset: number, values: readonly bigint[]): void {
    for (const [index, value] of values.entries()) this.view.setBigUint64(offset + 8 * index, value, true);
  }

  private name(offset: number, name: string): void {
    this.attribute.set(new TextEncoder().encode(name.slice(0, 15)), offset);
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.indexOf(0)))).trim();
}

/**
 *     0      4     8      12        16      20
 *    +------+-----+------+---------+-------+--------+
 *    | data | end | meta | ifindex | queue | egress |   struct xdp_md
 *    +------+-----+------+---------+-------+--------+
 */
function contextOf(length: number, ifindex: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(0, length, 0, ifindex, 0, 0).buffer);
}
