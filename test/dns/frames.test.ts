import { concat } from '../../reference/bytes.ts';
import { Frames, frame } from '../../reference/dns/frames.ts';
import t from '../tap.ts';

t.test('messages over TCP, in pieces of any size', (t) => {
  const messages = [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(300).fill(7)];
  const all = concat(...messages.map(frame));
  t.same(all.subarray(0, 7), Uint8Array.of(0, 3, 1, 2, 3, 0, 0));
  for (const size of [1, 2, 3, 299, all.length]) {
    const frames = new Frames();
    const taken: Uint8Array[] = [];
    for (let start = 0; start < all.length; start += size) {
      const piece = all.slice(start, start + size);
      taken.push(...frames.take(piece));
      piece.fill(9);
    }
    t.same(taken, messages, `pieces of ${size}`);
  }
});
