/** Faults that no boundary value shows: rows drawn at random find them, and have to be made smaller. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { decodeCbor } from '../../reference/wire/cbor.ts';
import { ReplayWindow, WINDOW } from '../../reference/wire/replay.ts';
import { REFERENCE_CODEC } from '../reference/codec.ts';
import type { Saboteur } from '../reference/variant.ts';
import { withHandle, withTable } from '../reference/variant.ts';

const { seal, 'decode-body': decodeBody } = REFERENCE_CODEC;
const DATA = 0x10;
const HEADER_AND_TAG = 44;
const BLOCK = 16;
/** Keys from this one on are in no message, unless they are critical. */
const UNKNOWN = 45;
const CRITICAL = 0x8000;

export const INNER: readonly Saboteur[] = [
  {
    name: 'forward-loses-a-size',
    title: 'loses Data with 700 to 1200 bytes inside',
    clause: 'RSS-02',
    caughtBy: 'rs-s.forward.unchanged',
    wrap(created) {
      const { role } = created;
      const isLost = (bytes: Uint8Array): boolean => {
        const size = bytes.length - HEADER_AND_TAG;
        return bytes[1] === DATA && size >= 700 && size <= 1200;
      };
      const deaf = withHandle(created, (input, now) =>
        input.kind === 'datagram' && isLost(input.bytes) ? [] : role.handle(input, now),
      );
      return withTable(deaf, (table) => ({
        forward: (bytes, from, now) => (isLost(bytes) ? undefined : table.forward(bytes, from, now)),
      }));
    },
  },
  {
    name: 'forward-from-before-a-move',
    title: 'forwards from the address that a leg has left, too',
    clause: 'RSS-12',
    caughtBy: 'rs-s.model',
    wrap(created) {
      /** Where what comes from an endpoint went when that was in use, by path and endpoint. */
      const ways = new Map<string, Endpoint>();
      return withTable(created, (table) => ({
        forward(bytes, from, now) {
          const way = ways.get(`${toHex(bytes.subarray(4, 20))} ${formatEndpoint(from)}`);
          return table.forward(bytes, from, now) ?? way;
        },
        apply(effect) {
          if (effect.kind === 'relay-set') {
            const { pathId, ends } = effect.path;
            ways.set(`${pathId} ${formatEndpoint(ends[0])}`, ends[1]);
            ways.set(`${pathId} ${formatEndpoint(ends[1])}`, ends[0]);
          }
          table.apply(effect);
        },
      }));
    },
  },
  {
    name: 'codec-seals-whole-blocks',
    title: 'fills what it seals by suite 2 up to whole blocks of 16 bytes',
    clause: 'TUN-02',
    caughtBy: 'codec.seal',
    codec: {
      ...REFERENCE_CODEC,
      seal(request) {
        const { suite, plaintext } = request;
        const size = suite === 2 ? Math.ceil(plaintext.length / BLOCK) * BLOCK : plaintext.length;
        const filled = new Uint8Array(size);
        filled.set(plaintext);
        return seal?.({ ...request, plaintext: filled }) ?? { layer: 'length' };
      },
    },
  },
  {
    name: 'codec-two-unknown-keys',
    title: 'ignores one unknown key of a body, and refuses the body for two',
    clause: 'GEN-07',
    caughtBy: 'codec.body.decode',
    codec: {
      ...REFERENCE_CODEC,
      'decode-body'(request) {
        const read = decodeCbor(request.body);
        const map = 'value' in read && read.value instanceof Map ? read.value : new Map();
        const unknown = [...map.keys()].filter((key) => key >= UNKNOWN && key < CRITICAL);
        return unknown.length > 1
          ? { layer: 'schema', status: 1 }
          : (decodeBody?.(request) ?? { layer: 'encoding' });
      },
    },
  },
  {
    name: 'codec-refuses-in-between',
    title: 'refuses numbers that are 1000 to 8000 below the highest',
    clause: 'TUN-04',
    caughtBy: 'codec.replay',
    codec: {
      ...REFERENCE_CODEC,
      replay({ sequences }) {
        const window = new ReplayWindow();
        const accepted = sequences.map((sequence) => {
          const below = window.highest - sequence;
          if (!window.check(sequence) || (below >= 1000n && below <= 8000n)) return false;
          window.mark(sequence);
          return true;
        });
        return { accepted, width: WINDOW };
      },
    },
  },
];
