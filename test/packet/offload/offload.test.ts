/** Many segments in one packet, as the kernel has them: exact bytes, and there and back again. */
import fc from 'fast-check';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { internetChecksum } from '../../../reference/packet/checksum.ts';
import { FRAME_HEADER } from '../../../reference/packet/offload/frame.ts';
import { Joining } from '../../../reference/packet/offload/joining.ts';
import { Parting } from '../../../reference/packet/offload/parting.ts';
import { sumOf } from '../../../reference/packet/offload/sum.ts';
import { holds } from '../../property.ts';
import t from '../../tap.ts';
import type { Said } from './segments.ts';
import { segment } from './segments.ts';

/** What comes out of a frame; undefined if it is refused. */
function parted(frame: Uint8Array): string[] | undefined {
  const memory = new Uint8Array(2 + frame.length);
  memory.set(frame, 2);
  const packets: string[] = [];
  const parting = new Parting(memory, (packet) => packets.push(toHex(packet)));
  return parting.part(2, memory.length) ? packets : undefined;
}

/** The frames that become of packets. */
function joined(packets: readonly Uint8Array[]): { readonly frame: Uint8Array; readonly count: number }[] {
  const frames: { frame: Uint8Array; count: number }[] = [];
  const joining = new Joining((frame, count) => frames.push({ frame: frame.slice(), count }));
  for (const packet of packets) joining.add(packet);
  joining.flush();
  joining.flush();
  return frames;
}

const OPTIONS = '0101080a0000000100000002';
const DATA = '0102030405060708090a0b0c0d0e0f1011121314';

// Sequence numbers and identifications pass their ends amid them.
const EXACT = [
  {
    name: 'IPv4',
    frame: `01013400080014001000${'45020048ffff40004006ab87c6120101c6120201'}9c400050fffffffa00000007801802008f610000${OPTIONS}${DATA}`,
    packets: [
      `4502003cffff40004006ab93c6120101c61202019c400050fffffffa000000078010020038e50000${OPTIONS}0102030405060708`,
      `4502003c000040004006ab93c6120101c61202019c40005000000002000000078010020018be0000${OPTIONS}090a0b0c0d0e0f10`,
      `45020038000140004006ab96c6120101c61202019c4000500000000a000000078018020024c00000${OPTIONS}11121314`,
    ],
  },
  {
    name: 'IPv6',
    frame: `01044800080028001000${'6000000000340640fd000001000000000000000000000001fd000002000000000000000000000001'}9c400050fffffffa0000000780180200fa400000${OPTIONS}${DATA}`,
    packets: [
      `6000000000280640fd000001000000000000000000000001fd0000020000000000000000000000019c400050fffffffa0000000780100200ce050000${OPTIONS}0102030405060708`,
      `6000000000280640fd000001000000000000000000000001fd0000020000000000000000000000019c400050000000020000000780100200adde0000${OPTIONS}090a0b0c0d0e0f10`,
      `6000000000240640fd000001000000000000000000000001fd0000020000000000000000000000019c4000500000000a0000000780180200b9e00000${OPTIONS}11121314`,
    ],
  },
];

for (const { name, frame, packets } of EXACT)
  t.test(`three segments over ${name}, and one packet of them`, (t) => {
    t.same(parted(fromHex(frame)), packets);
    t.same(
      joined(packets.map(fromHex)).map((each) => [toHex(each.frame), each.count]),
      [[frame, 3]],
    );
  });

t.test('checksums that the kernel leaves to the device', (t) => {
  // The sum of this one is 0, which UDP writes as ffff.
  t.same(
    parted(fromHex('010000000000140006004500001e000140004011aba7c6120101c612020100010002000a8f4270b0')),
    ['4500001e000140004011aba7c6120101c612020100010002000affff70b0'],
  );
  const as = '0000000000000000000045000014';
  t.same(parted(fromHex(as)), ['45000014'], 'none is made that is not asked for');
});

t.test('a frame that was not asked for is refused, and nothing of it goes on', (t) => {
  const { frame = '', packets = [] } = EXACT[0] ?? {};
  const but = (at: number, value: number): Uint8Array => {
    const bytes = fromHex(frame);
    bytes[at] = value;
    return bytes;
  };
  for (const [what, bytes] of [
    ['no checksum to make', but(0, 0)],
    ['UDP fragmentation', but(1, 3)],
    ['ECN, which is not offered', but(1, 0x81)],
    ['segments of nothing', but(4, 0)],
    ['a checksum that is not that of TCP', but(8, 6)],
    ['TCP where the packet ends', but(6, 72)],
    ['a header of TCP longer than the packet', but(FRAME_HEADER + 20 + 12, 0xf0)],
    ['a header of TCP shorter than it can be', but(FRAME_HEADER + 20 + 12, 0x40)],
    ['a header alone', new Uint8Array(FRAME_HEADER)],
    ['nothing', new Uint8Array(0)],
    ['a checksum after the end', fromHex(`0100000000002000ff00${packets[0]}`)],
  ] as const)
    t.equal(parted(bytes), undefined, what);
});

const bytes = (least: number, most: number) => fc.uint8Array({ minLength: least, maxLength: most });

/** Bursts of a few connections as a path brings them, some damaged. */
const bursts = fc.array(
  fc.record({
    version: fc.constantFrom(4 as const, 6 as const),
    port: fc.constantFrom(1000, 1000, 1000, 1001),
    sequence: fc.constantFrom(1, 0xffff_ff00, 77),
    identification: fc.constantFrom(0, 0xfffe, 9),
    isDf: fc.boolean(),
    options: fc.constantFrom(new Uint8Array(0), fromHex(OPTIONS)),
    acknowledgement: fc.constantFrom(5, 5, 6),
    size: fc.constantFrom(1, 7, 8, 1348),
    count: fc.integer({ min: 1, max: 60 }),
    last: bytes(0, 8),
    /** What one of them has otherwise. */
    odd: fc.option(
      fc.record({
        at: fc.nat(59),
        flags: fc.constantFrom(0x10, 0x18, 0x11, 0x14, 0x90, 0x50, 0x12),
        damage: fc.option(fc.record({ at: fc.nat(120), bit: fc.nat(7) }), { freq: 2 }),
      }),
    ),
    seed: fc.nat(255),
  }),
  { maxLength: 4 },
);
type Burst = typeof bursts extends fc.Arbitrary<(infer One)[]> ? One : never;

function packetsOf({ size, count, last, odd, seed, ...burst }: Burst): Uint8Array[] {
  return Array.from({ length: count + 1 }, (_, index) => {
    const isOdd = odd?.at === index;
    const data = index === count ? last : new Uint8Array(size).map((_, at) => seed + at * 7 + index);
    const said: Said = {
      ...burst,
      flags: isOdd ? odd.flags : 0x10,
      sequence: (burst.sequence + index * size) >>> 0,
      identification: (burst.identification + index) & 0xffff,
      data,
    };
    const packet = segment(said);
    const { damage } = (isOdd && odd) || {};
    if (damage && damage.at < packet.length) packet[damage.at] = (packet[damage.at] ?? 0) ^ (1 << damage.bit);
    return packet;
  });
}

t.test('what is joined and taken apart again is the same packets in the same order, damage and all', (t) => {
  holds(
    t,
    fc.property(bursts, (all) => {
      const packets = all.flatMap(packetsOf);
      const frames = joined(packets);
      if (frames.reduce((sum, { count }) => sum + count, 0) !== packets.length) return false;
      const again = frames.flatMap(({ frame }) => parted(frame) ?? ['refused']);
      return again.join() === packets.map(toHex).join();
    }),
  );
});

t.test('segments that follow each other are few frames, each as long as a packet can be', (t) => {
  const burst = {
    port: 1000,
    sequence: 1,
    identification: 9,
    isDf: true,
    acknowledgement: 5,
    seed: 1,
  } as const;
  for (const version of [4, 6] as const) {
    const options = fromHex(OPTIONS);
    const packets = packetsOf({
      ...burst,
      version,
      options,
      size: 1348,
      count: 100,
      last: new Uint8Array(9),
      odd: null,
    });
    t.same(
      joined(packets).map(({ count }) => count),
      [48, 48, 5],
    );
  }
});

t.test('what a device can do no more joins nothing: each of these ends what was begun', (t) => {
  const said: Said = {
    version: 4,
    port: 1000,
    sequence: 100,
    flags: 0x10,
    identification: 5,
    isDf: true,
    options: new Uint8Array(0),
    data: new Uint8Array(10),
    acknowledgement: 5,
  };
  const next = { ...said, sequence: 110, identification: 6 };
  const counts = (...packets: Uint8Array[]) => joined(packets).map(({ count }) => count);
  t.same(counts(segment(said), segment(next)), [2]);
  for (const [what, other] of [
    ['another connection', { ...next, port: 1001 }],
    ['another acknowledgement', { ...next, acknowledgement: 6 }],
    ['a gap', { ...next, sequence: 111 }],
    ['the same again', { ...next, sequence: 100 }],
    ['another identification', { ...next, identification: 5 }],
    ['no DF', { ...next, isDf: false }],
    ['options', { ...next, options: fromHex('01010101') }],
    ['the end of the connection', { ...next, flags: 0x11 }],
    ['more data than the first has', { ...next, data: new Uint8Array(11) }],
    ['no data', { ...next, data: new Uint8Array(0) }],
  ] as const)
    t.same(counts(segment(said), segment(other)), [1, 1], what);
  t.same(counts(segment({ ...said, flags: 0x18 }), segment(next)), [1, 1], 'after a push');
  const third = { ...said, sequence: 120, identification: 7 };
  t.same(counts(segment(said), segment({ ...next, flags: 0x18 }), segment(third)), [2, 1], 'after the last');
  const short = segment({ ...next, data: new Uint8Array(9) });
  t.same(counts(segment(said), short, segment({ ...third, sequence: 119 })), [2, 1], 'after a shorter one');
  const wrong = segment(next);
  wrong[45] = 1;
  t.same(counts(segment(said), wrong), [1, 1], 'a checksum that is wrong');
  const header = segment(next);
  header[10] = (header[10] ?? 0) ^ 1;
  t.same(counts(segment(said), header), [1, 1], 'a checksum of IPv4 that is wrong');
  const first = segment(said);
  first[45] = 1;
  t.same(counts(first, segment(next)), [1, 1], 'or that of the first');
});

t.test('sums are those of two bytes at a time', (t) => {
  holds(
    t,
    fc.property(bytes(0, 200), fc.nat(20), fc.nat(20), fc.boolean(), (all, skip, drop, isFull) => {
      if (isFull) all.fill(0xff);
      const to = Math.max(0, all.length - drop);
      const from = Math.min(skip, to);
      const view = new DataView(all.buffer, all.byteOffset, all.length);
      return sumOf(view, from, to) === 0xffff - internetChecksum(all.subarray(from, to));
    }),
  );
  const full = new Uint8Array(65_535).fill(0xff);
  t.equal(sumOf(new DataView(full.buffer), 0, 65_535), 0xffff - internetChecksum(full), 'the longest');
});
