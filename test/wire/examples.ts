/** Messages to begin with, and what becomes of their bodies when something in them is changed. */
import { parseEndpoint, parseIp } from '../../reference/address.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { encodeCbor } from '../../reference/wire/cbor.ts';
import type { BodyType, Message } from '../../reference/wire/messages.ts';
import { bodyMap, decodeBody } from '../../reference/wire/messages.ts';

export const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);
export const transaction = bytes(8, 0x11);

export const ENDPOINT4 = endpoint('192.0.2.1:5000');
export const ENDPOINT6 = endpoint('[2001:db8::1]:5000');

export const REGISTRATION = {
  type: 0x01,
  transaction,
  fqdn: 'alice.ntmobile.example.net',
  nodeId: bytes(16, 0x22),
  instance: bytes(8, 0x33),
  localEndpoints: [ENDPOINT4, ENDPOINT6],
  features: [1],
  suites: [2, 1],
  lifetime: 120,
} satisfies Message;

export const ROUTE = {
  type: 0x04,
  transaction,
  pathId: bytes(16, 0x44),
  pathSecret: bytes(32, 0x55),
  suite: 1,
  part: 2,
  peer: { nodeId: bytes(16, 0x22), virtualAddresses: [ip('198.18.0.1')] },
  relay: {
    kind: 1,
    nodeId: bytes(16, 0x66),
    endpoints: [ENDPOINT4],
    leg: { legId: bytes(16, 7), legSecret: bytes(32, 8) },
  },
  lifetime: 300,
} satisfies Message;

export const RELAY_S = {
  type: 0x07,
  transaction,
  pathId: bytes(16, 0x44),
  kind: 1,
  legs: [
    { nodeId: bytes(16, 1), legId: bytes(16, 2), legSecret: bytes(32, 3) },
    { nodeId: bytes(16, 4), legId: bytes(16, 5), legSecret: bytes(32, 6) },
  ],
  lifetime: 120,
} satisfies Message;

export const PROBE = { type: 0x0d, transaction } satisfies Message;
export const PROBE_ANSWER = {
  type: 0x0e,
  transaction,
  status: 0,
  observedEndpoint: ENDPOINT4,
} satisfies Message;

/** `ok`, `encoding`, or the status that is due; `fails` for an answer. */
export function outcome(type: BodyType, body: Uint8Array): string | number {
  const decoded = decodeBody(type, body);
  if (decoded.ok) return 'ok';
  return decoded.layer === 'encoding' ? 'encoding' : (decoded.status ?? 'fails');
}

/** The body of a message with one value changed, added, or taken away. */
export function changed(message: Message, key: number, value: CborValue | undefined): Uint8Array {
  const map = bodyMap(message);
  if (value === undefined) map.delete(key);
  else map.set(key, value);
  return encodeCbor(map);
}

export const MALFORMED = 1;
export const UNSUPPORTED = 2;

export function endpoint(text: string) {
  const found = parseEndpoint(text);
  if (found === undefined) throw new Error(text);
  return found;
}

export function ip(text: string) {
  const found = parseIp(text);
  if (found === undefined) throw new Error(text);
  return found;
}
