/** Relay Directions of an RS-S in which exactly one thing is not what the registry says. */
import type { CborValue } from '../../../reference/wire/cbor.ts';
import type { Fields } from '../../fields.ts';
import { body } from '../../fields.ts';

export interface Broken {
  readonly fault: string;
  readonly fields: Fields;
}

const LEG: Fields = {
  nodeId: new Uint8Array(16).fill(1),
  legId: new Uint8Array(16).fill(2),
  legSecret: new Uint8Array(32).fill(3),
};
const OTHER: Fields = {
  nodeId: new Uint8Array(16).fill(4),
  legId: new Uint8Array(16).fill(5),
  legSecret: new Uint8Array(32).fill(6),
};

function legs(...maps: readonly Fields[]): CborValue {
  return maps.map((fields) => body(fields));
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** ::ffff:192.0.2.1 */
const MAPPED = bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1);
const PORT = [0x11, 0x30];

export const BROKEN: readonly Broken[] = [
  { fault: 'a Path ID of 15 bytes', fields: { pathId: new Uint8Array(15) } },
  { fault: 'a Path ID of 17 bytes', fields: { pathId: new Uint8Array(17) } },
  { fault: 'a Path ID that is text', fields: { pathId: '0123456789abcdef' } },
  { fault: 'no Path ID', fields: { pathId: undefined } },
  { fault: 'no kind', fields: { kind: undefined } },
  { fault: 'a kind that is text', fields: { kind: 'S' } },
  { fault: 'a kind below 0', fields: { kind: -1 } },
  { fault: 'no legs', fields: { legs: undefined } },
  { fault: 'an empty list of legs', fields: { legs: [] } },
  { fault: 'one leg', fields: { legs: legs(LEG) } },
  { fault: 'three legs', fields: { legs: legs(LEG, OTHER, { ...OTHER, legId: new Uint8Array(16) }) } },
  { fault: 'a map in place of the list of legs', fields: { legs: body(LEG) } },
  { fault: 'a leg that is no map', fields: { legs: [body(LEG), 0] } },
  { fault: 'a leg without a Node ID', fields: { legs: legs(LEG, { ...OTHER, nodeId: undefined }) } },
  { fault: 'a leg without a Leg ID', fields: { legs: legs({ ...LEG, legId: undefined }, OTHER) } },
  { fault: 'a leg without a secret', fields: { legs: legs(LEG, { ...OTHER, legSecret: undefined }) } },
  { fault: 'a secret of 31 bytes', fields: { legs: legs(LEG, { ...OTHER, legSecret: new Uint8Array(31) }) } },
  { fault: 'a secret of 33 bytes', fields: { legs: legs({ ...LEG, legSecret: new Uint8Array(33) }, OTHER) } },
  { fault: 'a Leg ID of 15 bytes', fields: { legs: legs(LEG, { ...OTHER, legId: new Uint8Array(15) }) } },
  { fault: 'a Node ID of 17 bytes', fields: { legs: legs(LEG, { ...OTHER, nodeId: new Uint8Array(17) }) } },
  { fault: 'in a leg, a name with a capital', fields: { legs: legs({ ...LEG, fqdn: 'A.example' }, OTHER) } },
  { fault: 'no lifetime', fields: { lifetime: undefined } },
  { fault: 'a lifetime that is text', fields: { lifetime: '120' } },
  { fault: 'a lifetime that is null', fields: { lifetime: null } },
  { fault: 'a withdrawal that says false', fields: { withdraw: false } },
  { fault: 'a withdrawal that says 1', fields: { withdraw: 1 } },
  // Keys that are not listed for the place: of another type they fail all the same.
  { fault: 'a status that is text', fields: { status: 'ok' } },
  { fault: 'padding that is text', fields: { padding: '' } },
  { fault: 'a name with a final dot', fields: { fqdn: 'a.example.' } },
  { fault: 'an empty name', fields: { fqdn: '' } },
  { fault: 'an address of 5 bytes', fields: { peerAddress: new Uint8Array(5) } },
  { fault: 'an empty address', fields: { peerAddress: bytes() } },
  { fault: 'a mapped address', fields: { peerAddress: MAPPED } },
  { fault: 'an endpoint of 4 bytes', fields: { observedEndpoint: bytes(192, 0, 2, 1) } },
  { fault: 'an endpoint of 7 bytes', fields: { observedEndpoint: bytes(192, 0, 2, 1, ...PORT, 0) } },
  { fault: 'an endpoint with port 0', fields: { observedEndpoint: bytes(192, 0, 2, 1, 0, 0) } },
  { fault: 'a mapped endpoint', fields: { observedEndpoint: bytes(...MAPPED, ...PORT) } },
  { fault: 'a list of endpoints with port 0', fields: { endpoints: [bytes(192, 0, 2, 1, 0, 0)] } },
  { fault: 'an empty list of endpoints', fields: { endpoints: [] } },
  {
    fault: 'nine candidates',
    fields: { candidates: Array.from({ length: 9 }, (_, i) => bytes(192, 0, 2, i, ...PORT)) },
  },
  { fault: 'three virtual addresses', fields: { virtualAddresses: Array(3).fill(bytes(10, 0, 0, 1)) } },
  { fault: 'a part that is not assigned', fields: { part: 4 } },
  { fault: 'a capacity below 0', fields: { capacity: -1 } },
  { fault: 'a suite above 2^32 - 1', fields: { suite: 4_294_967_296 } },
];
