/** Faults in encoding alone. */
import { fromHex } from '../../reference/bytes.ts';
import { decodeCbor, encodeCbor } from '../../reference/wire/cbor.ts';
import { REFERENCE_CODEC } from '../reference/codec.ts';
import type { Saboteur } from '../reference/variant.ts';

const { psk, seal } = REFERENCE_CODEC;
const readHeaderCall = REFERENCE_CODEC['decode-header'];
const readBodyCall = REFERENCE_CODEC['decode-body'];
const finishCall = REFERENCE_CODEC['open-finish'];

export const CODEC: readonly Saboteur[] = [
  {
    name: 'codec-little-endian-key-id',
    title: 'reads the key ID with its low byte first',
    clause: 'GEN-14',
    caughtBy: 'codec.header.decode',
    codec: {
      ...REFERENCE_CODEC,
      'decode-header': (request) => {
        const result = readHeaderCall?.(request);
        if (result === undefined || !('keyId' in result)) return result ?? { layer: 'length' };
        const keyId = Number(result.keyId);
        return { ...result, keyId: ((keyId & 0xff) << 8) | (keyId >> 8) };
      },
    },
  },
  {
    name: 'codec-psk-of-another-label',
    title: 'derives the psk of a path with the label of a leg',
    clause: 'KEY-01',
    caughtBy: 'codec.key.psk',
    codec: {
      ...REFERENCE_CODEC,
      psk: (request) =>
        psk?.({ ...request, kind: request.kind === 'path' ? 'leg' : request.kind }) ?? { psk: fromHex('') },
    },
  },
  {
    name: 'codec-takes-any-cbor',
    title: 'ignores what follows a body',
    clause: 'GEN-08',
    caughtBy: 'codec.body.mutated',
    codec: {
      ...REFERENCE_CODEC,
      'decode-body': (request) => {
        const result = readBodyCall?.(request) ?? { layer: 'encoding' };
        if (!('layer' in result) || result.layer !== 'encoding') return result;
        return readBodyCall?.({ ...request, body: request.body.subarray(0, -1) }) ?? result;
      },
    },
  },
  {
    name: 'codec-writes-what-is-given',
    title: 'writes fields that the message does not have',
    clause: 'GEN-08',
    caughtBy: 'codec.body.encode',
    codec: {
      ...REFERENCE_CODEC,
      'encode-body': ({ fields }) => {
        const values = fields.map(([key, bytes]) => [key, decodeCbor(bytes)] as const);
        return {
          body: encodeCbor(new Map(values.map(([key, read]) => [key, 'value' in read ? read.value : 0]))),
        };
      },
    },
  },
  {
    name: 'codec-held-key-id-refused',
    title: 'refuses a message 2 that verifies with a key ID that is held, by the layer handshake',
    clause: 'KEY-17',
    caughtBy: 'codec.opening.unusable',
    codec: {
      ...REFERENCE_CODEC,
      'open-finish': (request) => {
        const result = finishCall?.(request) ?? { unusable: 0 };
        return 'unusable' in result ? { layer: 'handshake' } : result;
      },
    },
  },
  {
    name: 'codec-nonce-from-the-key-id',
    title: 'puts the low half of the sequence first into the nonce',
    clause: 'TUN-02',
    caughtBy: 'codec.seal',
    codec: {
      ...REFERENCE_CODEC,
      seal: (request) => {
        const swapped = ((request.sequence & 0xffffffffn) << 32n) | (request.sequence >> 32n);
        const sealed = seal?.({ ...request, sequence: swapped });
        const right = seal?.(request);
        if (
          sealed === undefined ||
          right === undefined ||
          !('datagram' in sealed) ||
          !('datagram' in right)
        ) {
          return { layer: 'length' };
        }
        const datagram = sealed.datagram.slice();
        datagram.set(right.datagram.subarray(0, 28));
        return { datagram };
      },
    },
  },
];
