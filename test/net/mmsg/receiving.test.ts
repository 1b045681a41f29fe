/** The memory of recvmmsg, filled as the kernel does it. */
import { concat } from '../../../reference/bytes.ts';
import { NAME_SIZE, socketName } from '../../../reference/net/mmsg/sockaddr.ts';
import { Receiving, SLOTS } from '../../../reference/net/mmsg/vector.ts';
import t from '../../tap.ts';
import { at } from '../addresses.ts';

/** Any address; only differences to it count. */
const BASE = 0x7f12_3456_7000;
const [HEADER, IOVEC] = [64, 16];

/** What the kernel reads and writes of one slot. */
function kernel(receiving: Receiving, slot: number) {
  const { memory } = receiving;
  const view = new DataView(memory.buffer);
  const header = slot * HEADER;
  const place = (field: number): number => Number(view.getBigUint64(field, true)) - BASE;
  return {
    room: () => ({ name: view.getUint32(header + 8, true), control: view.getBigUint64(header + 40, true) }),
    put(from: string, bytes: Uint8Array, size?: number): void {
      const name = socketName(at(from));
      memory.set(name, place(header));
      view.setUint32(header + 8, name.length, true);
      let rest = bytes;
      for (let index = 0; index < 2; index++) {
        const iovec = place(header + 16) + index * IOVEC;
        const room = Number(view.getBigUint64(iovec + 8, true));
        memory.set(rest.subarray(0, room), place(iovec));
        rest = rest.subarray(Math.min(room, rest.length));
      }
      const control = place(header + 32);
      view.setBigUint64(header + 40, size === undefined ? 0n : 24n, true);
      view.setUint32(header + 56, bytes.length, true);
      if (size === undefined) return;
      view.setBigUint64(control, 20n, true);
      view.setUint32(control + 8, 17, true);
      view.setUint32(control + 12, 104, true);
      view.setUint32(control + 16, size, true);
    },
  };
}

const counting = (length: number) => new Uint8Array(length).map((_, index) => index % 251);

t.test('one datagram, and many in one message, whatever their length', (t) => {
  const receiving = new Receiving(() => BASE);
  for (const [length, size] of [
    [0, undefined],
    [1, undefined],
    [2048, undefined],
    [2049, undefined],
    [65_535, undefined],
    [100, 50],
    [2100, 1444],
    [64_980, 1444],
    [65_507, 1000],
  ] as const) {
    const { put, room } = kernel(receiving, 3);
    put('192.0.2.1:4330', counting(length), size);
    t.equal(receiving.size(3), size ?? 65_536, 'the length of each but the last');
    t.same(receiving.from(3), at('192.0.2.1:4330'));
    const bytes = receiving.bytes(3);
    t.ok(concat(bytes).every((byte, index) => byte === index % 251) && bytes.length === length, `${length}`);
    t.equal(bytes.buffer, receiving.memory.buffer, 'can be sent on from where it is');
    t.same(room(), { name: NAME_SIZE, control: 24n }, 'the next has room again');
  }
});

t.test('a place for control messages that has something else says nothing of lengths', (t) => {
  const receiving = new Receiving(() => BASE);
  const { put } = kernel(receiving, 0);
  put('192.0.2.1:1', counting(3000), 1000);
  t.equal(receiving.size(0), 1000);
  receiving.from(0);
  put('192.0.2.1:1', counting(3000));
  t.equal(receiving.size(0), 65_536, 'what was there before does not count');
  put('192.0.2.1:1', counting(3000), 0);
  t.equal(receiving.size(0), 65_536, 'nor does a length of 0');
});

t.test('others have their turn sooner where much came', (t) => {
  const receiving = new Receiving(() => BASE);
  const [first, second] = [kernel(receiving, 0), kernel(receiving, 1)];
  t.equal(receiving.slots, SLOTS);
  first.put('192.0.2.1:1', counting(2048));
  second.put('192.0.2.1:1', counting(4000), 1000);
  receiving.begin(1);
  t.equal(receiving.slots, SLOTS, 'a slot that nothing came in does not count');
  receiving.begin(2);
  t.equal(receiving.slots, 8);
  receiving.begin(1);
  t.equal(receiving.slots, SLOTS);
});
