import type { Instruction, Register, Size } from './instruction.ts';
import {
  ALU,
  ATOMIC,
  CLASS,
  FROM_REGISTER,
  JUMP,
  LOAD_WIDE,
  MODE,
  PSEUDO_MAP_FD,
  SIZE,
} from './instruction.ts';

export type Arithmetic = Exclude<keyof typeof ALU, 'end'>;
export type Comparison = Exclude<keyof typeof JUMP, 'ja' | 'call' | 'exit'>;

/** `r3`, or an immediate of 32 bits that is extended with its sign. */
export type Operand = `r${Register}` | number;

/** A line of a program: an instruction, or a place that jumps go to. */
export type Line = Instruction | { readonly place: string };

const BYTES_AN_INSTRUCTION = 8;

/** Writes a program instruction by instruction; each call is one line of it. */
export class Assembler {
  readonly lines: Line[] = [];
  private lastName = 0;

  /** A label that no other has. */
  unique(name: string): string {
    return `${name}.${++this.lastName}`;
  }

  /** The place that jumps to `name` go to. */
  label(name: string): void {
    this.lines.push({ place: name });
  }

  /** `dst = dst op operand`, 64 bits. */
  alu(op: Arithmetic, dst: Register, operand: Operand): void {
    this.operate(CLASS.alu64, ALU[op], dst, operand);
  }

  /** `dst = dst op operand`, 32 bits; the high half becomes 0. */
  alu32(op: Arithmetic, dst: Register, operand: Operand): void {
    this.operate(CLASS.alu32, ALU[op], dst, operand);
  }

  mov(dst: Register, operand: Operand): void {
    this.alu('mov', dst, operand);
  }

  /** The low bits of `dst` from or to network byte order; the others become 0. */
  swap(dst: Register, bits: 16 | 32 | 64): void {
    this.emit({ opcode: CLASS.alu32 | ALU.end | FROM_REGISTER, dst, imm: bits });
  }

  /** A 64-bit immediate. */
  wide(dst: Register, value: bigint): void {
    const low = Number(BigInt.asIntN(32, value));
    this.emit({ opcode: LOAD_WIDE, dst, imm: low, high: Number(BigInt.asIntN(32, value >> 32n)) });
  }

  /** The address of a map. */
  map(dst: Register, map: string): void {
    this.emit({ opcode: LOAD_WIDE, dst, src: PSEUDO_MAP_FD, map, high: 0 });
  }

  /** `dst = *(base + offset)`, extended with zeros. */
  load(size: Size, dst: Register, base: Register, offset: number): void {
    this.emit({ opcode: CLASS.ldx | SIZE[size] | MODE.mem, dst, src: base, offset });
  }

  /** `*(base + offset) = operand` */
  store(size: Size, base: Register, offset: number, operand: Operand): void {
    const mode = SIZE[size] | MODE.mem;
    if (typeof operand === 'number') this.emit({ opcode: CLASS.st | mode, dst: base, offset, imm: operand });
    else this.emit({ opcode: CLASS.stx | mode, dst: base, src: register(operand), offset });
  }

  /** `*(base + offset) += src`, 64 bits, atomically. */
  atomicAdd(base: Register, offset: number, src: Register): void {
    const opcode = CLASS.stx | SIZE[8] | MODE.atomic;
    this.emit({ opcode, dst: base, src, offset, imm: ATOMIC.add });
  }

  /** If `*(base + offset)` is r0 it becomes `src`; r0 becomes what it was. 64 bits, atomically. */
  compareAndExchange(base: Register, offset: number, src: Register): void {
    const opcode = CLASS.stx | SIZE[8] | MODE.atomic;
    this.emit({ opcode, dst: base, src, offset, imm: ATOMIC.cmpxchg });
  }

  /** Jumps if `dst comparison operand`, unsigned, 64 bits. */
  jump(comparison: Comparison, dst: Register, operand: Operand, label: string): void {
    this.operate(CLASS.jmp, JUMP[comparison], dst, operand, label);
  }

  /** The same on the low 32 bits. */
  jump32(comparison: Comparison, dst: Register, operand: Operand, label: string): void {
    this.operate(CLASS.jmp32, JUMP[comparison], dst, operand, label);
  }

  goto(label: string): void {
    this.emit({ opcode: CLASS.jmp | JUMP.ja, label });
  }

  /** Calls a helper by its number in `enum bpf_func_id`. */
  call(helper: number): void {
    this.emit({ opcode: CLASS.jmp | JUMP.call, imm: helper });
  }

  exit(): void {
    this.emit({ opcode: CLASS.jmp | JUMP.exit });
  }

  private operate(
    kind: number,
    op: number,
    dst: Register,
    operand: Operand,
    label: string | undefined = undefined,
  ): void {
    const target = label === undefined ? {} : { label };
    if (typeof operand === 'number') this.emit({ opcode: kind | op, dst, imm: operand, ...target });
    else this.emit({ opcode: kind | op | FROM_REGISTER, dst, src: register(operand), ...target });
  }

  private emit(given: Partial<Instruction> & Pick<Instruction, 'opcode'>): void {
    this.lines.push({ dst: 0, src: 0, offset: 0, imm: 0, ...given });
  }
}

function register(operand: `r${Register}`): Register {
  return Number(operand.slice(1)) as Register;
}

/** Slots that a line takes. */
export function slots(line: Line): number {
  if ('place' in line) return 0;
  return line.high === undefined ? 1 : 2;
}

/** Where each label is, in slots from the beginning. @throws Error if two places have one name. */
export function places(lines: readonly Line[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let at = 0;
  for (const line of lines) {
    if ('place' in line) {
      if (found.has(line.place)) throw new Error(`two places are called ${line.place}`);
      found.set(line.place, at);
    }
    at += slots(line);
  }
  return found;
}

/**
 * The program as the kernel takes it: `struct bpf_insn[]`.
 * @param maps descriptors of the maps that it names
 * @throws Error if a label or a map is not there.
 */
export function assemble(lines: readonly Line[], maps: Readonly<Record<string, number>>): Uint8Array {
  const found = places(lines);
  const total = lines.reduce((sum, line) => sum + slots(line), 0);
  const bytes = new Uint8Array(total * BYTES_AN_INSTRUCTION);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const line of lines) {
    if ('place' in line) continue;
    const { label, map, high } = line;
    const offset = label === undefined ? line.offset : named(found.get(label), label) - at - 1;
    const imm = map === undefined ? line.imm : named(maps[map], map);
    const byte = at * BYTES_AN_INSTRUCTION;
    view.setUint8(byte, line.opcode);
    view.setUint8(byte + 1, (line.src << 4) | line.dst);
    view.setInt16(byte + 2, offset, true);
    view.setInt32(byte + 4, imm, true);
    if (high !== undefined) view.setInt32(byte + BYTES_AN_INSTRUCTION + 4, high, true);
    at += slots(line);
  }
  return bytes;
}

function named(value: number | undefined, name: string): number {
  if (value === undefined) throw new Error(`the program names ${name}, which is nowhere`);
  return value;
}
