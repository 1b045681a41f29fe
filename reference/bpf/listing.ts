import type { Line } from './assembler.ts';
import type { Instruction, Size } from './instruction.ts';
import { ALU, ATOMIC, CLASS, FROM_REGISTER, JUMP, LOAD_WIDE, MODE, SIZE } from './instruction.ts';

const OPERATORS: Readonly<Record<string, string>> = {
  add: '+=',
  sub: '-=',
  mul: '*=',
  div: '/=',
  or: '|=',
  and: '&=',
  lsh: '<<=',
  rsh: '>>=',
  xor: '^=',
  mov: '=',
  jeq: '==',
  jgt: '>',
  jge: '>=',
  jset: '&',
  jne: '!=',
  jlt: '<',
  jle: '<=',
};

/**
 * A program as text, a line for each instruction, as `bpftool prog dump xlated` would show it.
 * @param helpers names of helpers by number
 */
export function listing(lines: readonly Line[], helpers: Readonly<Record<number, string>>): string {
  return lines.map((line) => ('place' in line ? `${line.place}:` : `  ${text(line, helpers)}`)).join('\n');
}

function text(one: Instruction, helpers: Readonly<Record<number, string>>): string {
  const kind = one.opcode & 7;
  if (one.opcode === LOAD_WIDE) {
    const { high = 0 } = one;
    const value = (BigInt.asUintN(32, BigInt(high)) << 32n) | BigInt.asUintN(32, BigInt(one.imm));
    return `r${one.dst} = ${one.map === undefined ? `0x${value.toString(16)} ll` : `map ${one.map}`}`;
  }
  if (kind === CLASS.ldx) return `r${one.dst} = ${memory(one, one.src)}`;
  if (kind === CLASS.st) return `${memory(one, one.dst)} = ${one.imm}`;
  if (kind === CLASS.stx) return stored(one);
  const operation = one.opcode & 0xf0;
  const prefix = kind === CLASS.alu32 || kind === CLASS.jmp32 ? 'w' : 'r';
  const operand = (one.opcode & FROM_REGISTER) === 0 ? String(one.imm) : `${prefix}${one.src}`;
  if (kind === CLASS.alu32 || kind === CLASS.alu64) {
    if (operation === ALU.end) return `r${one.dst} = be${one.imm} r${one.dst}`;
    return `${prefix}${one.dst} ${operator(ALU, operation)} ${operand}`;
  }
  if (operation === JUMP.exit) return 'exit';
  if (operation === JUMP.call) return `call ${helpers[one.imm] ?? one.imm}`;
  if (operation === JUMP.ja) return `goto ${one.label}`;
  return `if ${prefix}${one.dst} ${operator(JUMP, operation)} ${operand} goto ${one.label}`;
}

function stored(one: Instruction): string {
  if ((one.opcode & 0xe0) !== MODE.atomic) return `${memory(one, one.dst)} = r${one.src}`;
  const place = `r${one.dst} ${signed(one.offset)}`;
  return one.imm === ATOMIC.add
    ? `lock *(u64 *)(${place}) += r${one.src}`
    : `r0 = cmpxchg(${place}, r0, r${one.src})`;
}

function memory(one: Instruction, base: number): string {
  const sizes = Object.entries(SIZE).map(([size, bits]) => [bits, Number(size) as Size] as const);
  const size = new Map(sizes).get(one.opcode & 0x18) ?? 8;
  return `*(u${8 * size} *)(r${base} ${signed(one.offset)})`;
}

function signed(offset: number): string {
  return offset < 0 ? `- ${-offset}` : `+ ${offset}`;
}

function operator(table: Readonly<Record<string, number>>, code: number): string {
  const name = Object.keys(table).find((key) => table[key] === code) ?? '';
  return OPERATORS[name] ?? `op 0x${code.toString(16)}`;
}
