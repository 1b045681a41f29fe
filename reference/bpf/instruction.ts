/**
 * Instructions of eBPF as data (RFC 9669). One takes 8 bytes, in the byte order of the machine, which is
 * little-endian here:
 *
 *      0        1            2          4                 8
 *     +--------+-----+------+----------+-----------------+
 *     | opcode | src | dst  | offset   | immediate       |   offset and immediate are signed
 *     +--------+-----+------+----------+-----------------+
 *
 * A 64-bit immediate takes a second slot whose immediate is the high half.
 */

/** 0: results; 1 to 5: arguments of a call, lost by it; 6 to 9: kept over calls; 10: the frame, read-only. */
export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

/** Bytes that a load or store moves. */
export type Size = 1 | 2 | 4 | 8;

export interface Instruction {
  readonly opcode: number;
  readonly dst: Register;
  readonly src: Register;
  readonly offset: number;
  readonly imm: number;
  /** The label that a jump goes to; its offset is found when the program is assembled. */
  readonly label?: string;
  /** The map that a 64-bit immediate stands for; its descriptor is filled in when the program is assembled. */
  readonly map?: string;
  /** High half of a 64-bit immediate. */
  readonly high?: number;
}

/** Low three bits of an opcode. */
export const CLASS = { ld: 0, ldx: 1, st: 2, stx: 3, alu32: 4, jmp: 5, jmp32: 6, alu64: 7 } as const;

/** Bit 3 of arithmetic and jumps: the operand is the source register, not the immediate. */
export const FROM_REGISTER = 0x08;

/** High four bits of arithmetic. */
export const ALU = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  xor: 0xa0,
  mov: 0xb0,
  end: 0xd0,
} as const;

/** High four bits of jumps; comparisons are unsigned. */
export const JUMP = {
  ja: 0x00,
  jeq: 0x10,
  jgt: 0x20,
  jge: 0x30,
  jset: 0x40,
  jne: 0x50,
  call: 0x80,
  exit: 0x90,
  jlt: 0xa0,
  jle: 0xb0,
} as const;

/** Size bits of loads and stores. */
export const SIZE: Readonly<Record<Size, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 };

/** Mode bits of loads and stores. */
export const MODE = { imm: 0x00, mem: 0x60, atomic: 0xc0 } as const;

/** Immediates of atomic stores. */
export const ATOMIC = { add: 0x00, cmpxchg: 0xf1 } as const;

/** `src` of a 64-bit immediate that is the descriptor of a map: BPF_PSEUDO_MAP_FD. */
export const PSEUDO_MAP_FD = 1;
export const LOAD_WIDE = CLASS.ld | SIZE[8] | MODE.imm;
