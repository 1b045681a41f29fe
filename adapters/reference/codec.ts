/** The reference's answers to the contract's codec calls: each leads straight to the code that the roles use. */
import type { Ip } from '../../reference/address.ts';
import { ipFromBytes } from '../../reference/address.ts';
import { concat } from '../../reference/bytes.ts';
import type { Aead } from '../../reference/crypto/aead.ts';
import { aeadForSuite } from '../../reference/crypto/aead.ts';
import { derivePsk, keyIdOf, openingPrologue, trafficKeys } from '../../reference/crypto/keys.ts';
import type { Split } from '../../reference/crypto/noise.ts';
import { Initiator, readMessage1, writeMessage2 } from '../../reference/crypto/noise.ts';
import { x25519KeyPairFrom } from '../../reference/crypto/x25519.ts';
import { acceptInner } from '../../reference/packet/inner.ts';
import { Refusal } from '../../reference/refusal.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { decodeCbor, encodeCbor } from '../../reference/wire/cbor.ts';
import { HEADER_LENGTH, readHeader, writeHeader } from '../../reference/wire/header.ts';
import { decodeBody, encodeBody, hasBody } from '../../reference/wire/messages.ts';
import { isMessageType, MessageType } from '../../reference/wire/registry.ts';
import { ReplayWindow, WINDOW } from '../../reference/wire/replay.ts';
import { openMessage, sealMessage } from '../../reference/wire/seal.ts';
import type { CodecRequest, CodecResult } from '../codec.ts';
import type { Codec } from '../kit/implementation.ts';
import { RefusedError } from '../kit/implementation.ts';

const HANDSHAKE = { layer: 'handshake' };

export const REFERENCE_CODEC: Codec = {
  'decode-header': ({ datagram }) => {
    const header = readHeader(datagram);
    return header instanceof Refusal ? { layer: header.layer } : { ...header };
  },
  'encode-header': ({ type, keyId, context, sequence }) => ({
    header: writeHeader({ type: messageType(type), keyId, context, sequence }),
  }),
  'decode-body': ({ type, body }) => recode(type, body),
  'encode-body': ({ type, fields }) => recode(type, encodeCbor(new Map(fields.map(readField)))),
  psk: ({ kind, channel, secret }) => ({ psk: derivePsk(kind, channel, secret) }),
  keys: ({ kind, suite, ...split }) => derived(kind, suite, split),
  'open-initiate': (request) => {
    const { context, order: sequence } = request;
    const header = writeHeader({ type: MessageType.openingRequest, keyId: 0, context, sequence });
    return { datagram: concat(header, initiator(request, header).message1()) };
  },
  'open-respond': openRespond,
  'open-finish': openFinish,
  seal: ({ suite, key, type, keyId, context, sequence, plaintext }) => ({
    datagram: sealMessage(aead(suite, key), { type: messageType(type), keyId, context, sequence }, plaintext),
  }),
  open: ({ suite, key, datagram }) => {
    const header = readHeader(datagram);
    if (header instanceof Refusal) return { layer: header.layer };
    const plaintext = openMessage(aead(suite, key), datagram);
    return plaintext === undefined ? { layer: 'tag' } : { ...header, plaintext };
  },
  replay: ({ sequences }) => {
    const window = new ReplayWindow();
    const accepted = sequences.map((sequence) => {
      const fresh = window.check(sequence);
      if (fresh) window.mark(sequence);
      return fresh;
    });
    return { accepted, width: WINDOW };
  },
  data: ({ payload, peer, own }) => {
    const inner = acceptInner(payload, peer.map(address), own.map(address));
    return inner instanceof Refusal ? { layer: inner.layer } : { packet: inner.packet };
  },
};

function openRespond(request: CodecRequest<'open-respond'>): CodecResult<'open-respond'> {
  const { kind, suite, request: message1, ephemerals, held } = request;
  const header = readHeader(message1);
  if (header instanceof Refusal) return { layer: header.layer };
  if (header.type !== MessageType.openingRequest) return HANDSHAKE;
  const state = readMessage1(noiseInput(request, message1), message1.subarray(HEADER_LENGTH));
  if (state === undefined) return HANDSHAKE;
  let unusable = 0;
  for (const ephemeral of ephemerals) {
    const written = writeMessage2(state, x25519KeyPairFrom(ephemeral));
    if (written === undefined) return HANDSHAKE;
    const made = opened(kind, suite, written.split);
    if (isFree(made.keyId, held))
      return { datagram: concat(answerHeader(message1), written.message), ...made };
    unusable = made.keyId;
  }
  return { unusable };
}

function openFinish(request: CodecRequest<'open-finish'>): CodecResult<'open-finish'> {
  const { kind, suite, request: message1, response, held } = request;
  const header = readHeader(response);
  if (header instanceof Refusal) return { layer: header.layer };
  const isAnswer = answerHeader(message1).every((byte, index) => byte === response[index]);
  if (!isAnswer) return HANDSHAKE;
  const noise = initiator(request, message1);
  noise.message1();
  const split = noise.readMessage2(response.subarray(HEADER_LENGTH));
  if (split === undefined) return HANDSHAKE;
  const made = opened(kind, suite, split);
  return isFree(made.keyId, held) ? made : { unusable: made.keyId };
}

type Opening = Omit<CodecRequest<'open-initiate'>, 'call' | 'context' | 'order' | 'ephemeral'>;

/** @param message1 begins with message 1's header. */
function noiseInput(opening: Opening, message1: Uint8Array) {
  const { kind, suite, channel, secret, initiator: opener, responder } = opening;
  const header = message1.slice(0, HEADER_LENGTH);
  return {
    psk: derivePsk(kind, channel, secret),
    prologue: openingPrologue(kind, header, opener, responder, suite),
  };
}

function initiator(opening: Opening & { readonly ephemeral: Uint8Array }, message1: Uint8Array): Initiator {
  const ephemeral = x25519KeyPairFrom(opening.ephemeral);
  return new Initiator({ ...noiseInput(opening, message1), ephemeral });
}

function answerHeader(message1: Uint8Array): Uint8Array {
  const header = message1.slice(0, HEADER_LENGTH);
  header[1] = MessageType.openingResponse;
  return header;
}

function isFree(keyId: number, held: readonly number[]): boolean {
  return keyId !== 0 && !held.includes(keyId);
}

function opened(kind: Opening['kind'], suite: number, { hash, k1, k2 }: Split) {
  return { hash, k1, k2, ...derived(kind, suite, { hash, k1, k2 }) };
}

function derived(kind: Opening['kind'], suite: number, split: Split) {
  const { initiatorToResponder, responderToInitiator } = trafficKeys(kind, suite, split);
  return {
    initiatorKey: initiatorToResponder,
    responderKey: responderToInitiator,
    keyId: keyIdOf(split.hash),
  };
}

/** Reads a body and writes it again: what of it the reference recognises. */
function recode(type: number, body: Uint8Array): CodecResult<'decode-body'> {
  const known = messageType(type);
  if (!hasBody(known)) throw new RefusedError(`messages of type ${type} have no body`);
  const decoded = decodeBody(known, body);
  if (decoded.ok) return { body: encodeBody(decoded.message) };
  const { layer, status } = decoded;
  return status === undefined ? { layer } : { layer, status };
}

function readField([key, value]: readonly [number, Uint8Array]): [number, CborValue] {
  const decoded = decodeCbor(value);
  if (decoded instanceof Refusal || decoded.kind !== 'value') throw new RefusedError(`field ${key}`);
  return [key, decoded.value];
}

function address(bytes: Uint8Array): Ip {
  const ip = ipFromBytes(bytes);
  if (ip === undefined) throw new RefusedError(`no address has ${bytes.length} bytes`);
  return ip;
}

function messageType(type: number): MessageType {
  if (!isMessageType(type)) throw new RefusedError(`no message has type ${type}`);
  return type;
}

function aead(suite: number, key: Uint8Array): Aead {
  const made = aeadForSuite(suite, key);
  if (made === undefined) throw new RefusedError(`no suite ${suite}`);
  return made;
}
