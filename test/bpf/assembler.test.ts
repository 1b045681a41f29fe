/** The assembler against instructions encoded by hand from RFC 9669. */
import { Assembler, assemble } from '../../reference/bpf/assembler.ts';
import { listing } from '../../reference/bpf/listing.ts';
import { toHex } from '../../reference/bytes.ts';
import t from '../tap.ts';

/** Each writes one instruction, or one and the place it jumps to. */
const CASES: readonly (readonly [text: string, bytes: string, write: (a: Assembler) => void])[] = [
  ['r1 = r6', 'bf61000000000000', (a) => a.mov(1, 'r6')],
  ['r2 = -1', 'b7020000ffffffff', (a) => a.mov(2, -1)],
  ['w2 = 5', 'b402000005000000', (a) => a.alu32('mov', 2, 5)],
  ['r3 += 20', '0703000014000000', (a) => a.alu('add', 3, 20)],
  ['r3 -= r4', '1f43000000000000', (a) => a.alu('sub', 3, 'r4')],
  ['r3 *= 3', '2703000003000000', (a) => a.alu('mul', 3, 3)],
  ['r3 /= r5', '3f53000000000000', (a) => a.alu('div', 3, 'r5')],
  ['r3 |= 64', '4703000040000000', (a) => a.alu('or', 3, 64)],
  ['r3 &= 255', '57030000ff000000', (a) => a.alu('and', 3, 255)],
  ['r3 <<= 4', '6703000004000000', (a) => a.alu('lsh', 3, 4)],
  ['r3 >>= 16', '7703000010000000', (a) => a.alu('rsh', 3, 16)],
  ['r3 ^= 65535', 'a7030000ffff0000', (a) => a.alu('xor', 3, 0xffff)],
  ['r1 = be16 r1', 'dc01000010000000', (a) => a.swap(1, 16)],
  ['r5 = 0x123456789abcdef0 ll', '18050000f0debc9a0000000078563412', (a) => a.wide(5, 0x123456789abcdef0n)],
  ['r1 = map paths', '18110000070000000000000000000000', (a) => a.map(1, 'paths')],
  ['r1 = *(u8 *)(r10 - 24)', '71a1e8ff00000000', (a) => a.load(1, 1, 10, -24)],
  ['r1 = *(u16 *)(r10 - 30)', '69a1e2ff00000000', (a) => a.load(2, 1, 10, -30)],
  ['r1 = *(u32 *)(r6 + 16)', '6161100000000000', (a) => a.load(4, 1, 6, 16)],
  ['r4 = *(u64 *)(r0 + 8)', '7904080000000000', (a) => a.load(8, 4, 0, 8)],
  ['*(u8 *)(r10 - 1) = r2', '732affff00000000', (a) => a.store(1, 10, -1, 'r2')],
  ['*(u64 *)(r10 - 96) = 0', '7a0aa0ff00000000', (a) => a.store(8, 10, -96, 0)],
  ['lock *(u64 *)(r8 + 32) += r1', 'db18200000000000', (a) => a.atomicAdd(8, 32, 1)],
  ['r0 = cmpxchg(r1 + 128, r0, r2)', 'db218000f1000000', (a) => a.compareAndExchange(1, 128, 2)],
  ['call fib_lookup', '8500000045000000', (a) => a.call(69)],
  ['exit', '9500000000000000', (a) => a.exit()],
];

for (const [text, bytes, write] of CASES)
  t.test(text, (t) => {
    const a = new Assembler();
    write(a);
    t.equal(toHex(assemble(a.lines, { paths: 7 })), bytes);
    t.equal(listing(a.lines, { 69: 'fib_lookup' }), `  ${text}`);
  });

t.test('jumps go to their labels, over instructions of two slots too', (t) => {
  const a = new Assembler();
  a.label('again');
  a.jump('jeq', 1, 0x11, 'end');
  a.jump32('jne', 2, 'r3', 'end');
  a.wide(4, 1n);
  a.goto('again');
  a.label('end');
  a.exit();
  t.equal(
    toHex(assemble(a.lines, {})),
    '1501040011000000' +
      '5e32030000000000' +
      '18040000010000000000000000000000' +
      '0500fbff00000000' +
      '9500000000000000',
  );
  t.equal(
    listing(a.lines, {}),
    'again:\n  if r1 == 17 goto end\n  if w2 != w3 goto end\n  r4 = 0x1 ll\n  goto again\nend:\n  exit',
  );
});

t.test('what a program names has to be there, once', (t) => {
  const a = new Assembler();
  a.goto('nowhere');
  t.throws(() => assemble(a.lines, {}), /names nowhere, which is nowhere/);
  const b = new Assembler();
  b.map(1, 'paths');
  t.throws(() => assemble(b.lines, {}), /names paths/);
  const c = new Assembler();
  c.label('here');
  c.label('here');
  t.throws(() => assemble(c.lines, {}), /two places are called here/);
});
