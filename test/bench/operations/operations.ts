/** What is measured of the codec and the cryptography: each a function that does it once, and gives what came of it. */
import { parseIp } from '../../../reference/address.ts';
import { concat } from '../../../reference/bytes.ts';
import { aeadForSuite } from '../../../reference/crypto/aead.ts';
import { derivePsk, openingPrologue, trafficKeys } from '../../../reference/crypto/keys.ts';
import { Initiator, readMessage1, writeMessage2 } from '../../../reference/crypto/noise.ts';
import { x25519KeyPair } from '../../../reference/crypto/x25519.ts';
import { systemRandom } from '../../../reference/drivers/random.ts';
import { readHeader, writeHeader } from '../../../reference/wire/header.ts';
import type { BodyType, Message } from '../../../reference/wire/messages.ts';
import { decodeBody, encodeBody } from '../../../reference/wire/messages.ts';
import { MessageType, Part, Suite } from '../../../reference/wire/registry.ts';
import { openMessage, sealMessage } from '../../../reference/wire/seal.ts';

export const SIZES = [64, 1400] as const;
export const SUITES = {
  'ChaCha20-Poly1305': Suite.chacha20Poly1305,
  'AES-256-GCM': Suite.aes256Gcm,
} as const;

type Operation = () => unknown;

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const ID = bytes(16, 1);

function endpoint(text: string, port: number) {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`no address: ${text}`);
  return { ip, port };
}

const REGISTRATION: Message = {
  type: MessageType.registrationRequest,
  transaction: bytes(8, 2),
  fqdn: 'alice.ntmobile.one.example',
  nodeId: bytes(16, 3),
  instance: bytes(8, 4),
  localEndpoints: [endpoint('192.168.1.20', 4330), endpoint('2001:db8::20', 4330)],
  features: [],
  suites: [2, 1],
  lifetime: 120,
};

const ROUTE: Message = {
  type: MessageType.routeDirection,
  transaction: bytes(8, 2),
  status: 0,
  pathId: bytes(16, 5),
  pathSecret: bytes(32, 6),
  suite: Suite.aes256Gcm,
  part: Part.initiate,
  lifetime: 300,
  peer: {
    nodeId: bytes(16, 7),
    instance: bytes(8, 8),
    fqdn: 'bob.ntmobile.two.example',
    virtualAddresses: [endpoint('198.18.1.7', 0).ip, endpoint('fd00:1::7', 0).ip],
  },
  candidates: [endpoint('203.0.113.7', 4330), endpoint('192.168.1.7', 4330)],
};

const MESSAGES = { 'Registration Request': REGISTRATION, 'Route Direction': ROUTE };

/** All of them, by name. A result of undefined is a failure. */
export function operations(): Record<string, Operation> {
  const found: Record<string, Operation> = {};
  for (const [name, message] of Object.entries(MESSAGES)) {
    const body = encodeBody(message);
    found[`encode a ${name}`] = () => encodeBody(message);
    found[`decode a ${name}`] = () => decoded(message.type as BodyType, body);
  }
  for (const [name, suite] of Object.entries(SUITES))
    for (const size of SIZES) Object.assign(found, ofData(name, suite, size));
  found['opening of a channel, both ends'] = opening;
  return found;
}

function decoded(type: BodyType, body: Uint8Array): Message | undefined {
  const read = decodeBody(type, body);
  return read.ok ? read.message : undefined;
}

/** With their headers, as they are on the wire. */
function ofData(name: string, suite: number, size: number): Record<string, Operation> {
  const aead = aeadForSuite(suite, bytes(32, 9));
  if (aead === undefined) throw new Error(`no suite ${suite}`);
  const packet = bytes(size, 10);
  let sequence = 0n;
  const header = { type: MessageType.data, keyId: 1, context: ID };
  const sealed = sealMessage(aead, { ...header, sequence }, packet);
  return {
    [`seal ${size} bytes by ${name}`]: () => {
      sequence += 1n;
      return sealMessage(aead, { ...header, sequence }, packet);
    },
    [`open ${size} bytes by ${name}`]: () => {
      const read = readHeader(sealed);
      return 'context' in read ? openMessage(aead, sealed) : undefined;
    },
  };
}

const [ALICE, BOB] = [bytes(16, 11), bytes(16, 12)];
const PSK = derivePsk('path', ID, bytes(32, 13));
const HEADER = writeHeader({ type: MessageType.openingRequest, keyId: 0, context: ID, sequence: 1n });

/** From the draw of the first key to the traffic keys of both ends. */
function opening(): unknown {
  const input = { psk: PSK, prologue: openingPrologue('path', HEADER, ALICE, BOB, Suite.aes256Gcm) };
  const initiator = new Initiator({ ...input, ephemeral: x25519KeyPair(systemRandom) });
  const message1 = concat(HEADER, initiator.message1());
  const state = readMessage1(input, message1.subarray(HEADER.length));
  const answer = state && writeMessage2(state, x25519KeyPair(systemRandom));
  const split = answer && initiator.readMessage2(answer.message);
  if (answer === undefined || split === undefined) return undefined;
  return [answer.split, split].map((each) => trafficKeys('path', Suite.aes256Gcm, each));
}
