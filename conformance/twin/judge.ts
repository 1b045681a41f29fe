import type { TwinChannel, TwinFinding, TwinKey, TwinLayer } from '../twin-port.ts';
import { equal, isZero } from './bytes.ts';
import { decodeCbor } from './cbor-decode.ts';
import { diagnostic } from './diagnostic.ts';
import type { Header } from './header.ts';
import { HEADER_LENGTH, LARGEST_CONTROL, MAGIC, OPENING_LENGTH, parseHeader, TAG_LENGTH } from './header.ts';
import { suiteOf } from './keys.ts';
import type { MessageType } from './messages.ts';
import { DATA, MESSAGE_1, mayCarry, messageType } from './messages.ts';
import type { Opening } from './noise.ts';
import { finish, message2, readMessage1 } from './noise.ts';
import { isFresh } from './replay.ts';
import { checkBody } from './schema.ts';
import { nonce, openSuite } from './suite.ts';
import { secretKey, x25519 } from './x25519.ts';

/** Any secret shows whether a public key is of low order (KEY-19). */
const PROBE_SECRET = secretKey(new Uint8Array(32).fill(0x55));

function refuse(layer: TwinLayer, why: string, status?: number): TwinFinding {
  return { kind: 'refused', layer, status, why };
}

/** The layers of section 16.11 that need no table, clock or limit, in their order. */
export function judge(datagram: Uint8Array, channels: readonly TwinChannel[]): TwinFinding {
  const header = parseHeader(datagram);
  if (header === undefined || datagram.length < HEADER_LENGTH + TAG_LENGTH) {
    return refuse('length', `${datagram.length} bytes`);
  }
  const message = messageType(header.type);
  if (header.magic === MAGIC && message !== undefined && !hasRightLength(message, datagram.length)) {
    return refuse('length', `${datagram.length} bytes for type ${header.type}`);
  }
  if (header.magic !== MAGIC) return refuse('magic', `magic ${header.magic}`);
  if (message === undefined) return refuse('type', `type ${header.type}`);
  const isOpening = message.use === 'opening';
  if (isOpening !== (header.keyId === 0)) {
    return refuse('key-id-zero', `key ID ${header.keyId} with type ${header.type}`);
  }
  const channel = channels.find((candidate) => hasContext(candidate, header.context));
  if (channel === undefined) return refuse('context', 'no such channel');
  if (!isOpening) return judgeSealed(datagram, header, message, channel);
  return header.type === MESSAGE_1
    ? judgeMessage1(datagram, header, channel)
    : judgeMessage2(datagram, header, channel);
}

/** The bounds by type (GEN-05, 16.11). */
function hasRightLength(message: MessageType, length: number): boolean {
  if (message.use === 'opening') return length === OPENING_LENGTH;
  return message.use === 'data' || length <= LARGEST_CONTROL;
}

/** A channel's ID; aliases are there on associations alone (KEY-14, 5.9). */
function hasContext(channel: TwinChannel, context: Uint8Array): boolean {
  if (equal(channel.id, context)) return true;
  return channel.kind === 'association' && channel.aliases.some((alias) => equal(alias, context));
}

/** Layers `order` and `handshake` for message 1: the sender initiates (KEY-23, KEY-28, KEY-01, KEY-19). */
function judgeMessage1(datagram: Uint8Array, header: Header, channel: TwinChannel): TwinFinding {
  // A repeat was found right when it first came, and its order number is not looked at (KEY-13).
  if (channel.unconfirmed.some((message1) => equal(message1, datagram))) {
    return { kind: 'opening', type: header.type, channel: channel.id };
  }
  if (channel.kind !== 'association' && header.sequence <= channel.highestOrder) {
    return refuse('order', `order number ${header.sequence}, ${channel.highestOrder} is confirmed`);
  }
  if (channel.kind === 'leg' && channel.sender.role !== 'node') {
    return refuse('handshake', 'only the node opens a leg');
  }
  const opening: Opening = {
    kind: channel.kind,
    id: channel.id,
    secret: channel.secret,
    suite: channel.suite,
    initiator: channel.sender.nodeId,
    responder: channel.receiver.nodeId,
  };
  const first = readMessage1(opening, datagram);
  if (first === undefined) return refuse('handshake', 'the tag of message 1 does not verify');
  if (isZero(x25519(PROBE_SECRET, first.E))) return refuse('handshake', 'all-zero X25519 result');
  return { kind: 'opening', type: header.type, channel: channel.id };
}

/** Layer `handshake` for message 2: the receiver initiated (KEY-38, KEY-19, KEY-52). */
function judgeMessage2(datagram: Uint8Array, header: Header, channel: TwinChannel): TwinFinding {
  const opening: Opening = {
    kind: channel.kind,
    id: channel.id,
    secret: channel.secret,
    suite: channel.suite,
    initiator: channel.receiver.nodeId,
    responder: channel.sender.nodeId,
  };
  const isHeld = channel.finished.some((message2) => equal(message2, datagram));
  const verifies = channel.attempts.some(({ message1, ephemeral, of }) => {
    if (!hasHeaderOf(datagram, message1)) return false;
    if (of === 'initiator') return finish(opening, message1, ephemeral, datagram) !== undefined;
    const made = message2(opening, message1, ephemeral);
    return made !== undefined && equal(made.datagram, datagram);
  });
  if (!isHeld && !verifies)
    return refuse('handshake', `message 2 fits none of ${channel.attempts.length} attempts`);
  return { kind: 'opening', type: header.type, channel: channel.id };
}

/** Message 2 repeats the header of message 1 but for the type (KEY-38); all else takes X25519 to be seen. */
function hasHeaderOf(message2: Uint8Array, message1: Uint8Array): boolean {
  return equal(message2.slice(2, HEADER_LENGTH), message1.slice(2, HEADER_LENGTH));
}

/** Layers `key-id` to `schema` (TUN-02, TUN-04, TUN-05, GEN-18, chapter 6). */
function judgeSealed(
  datagram: Uint8Array,
  header: Header,
  message: MessageType,
  channel: TwinChannel,
): TwinFinding {
  const keys = channel.keys.filter((key) => key.keyId === header.keyId);
  if (keys.length === 0) return refuse('key-id', `no keys ${header.keyId}`);
  const opened = open(datagram, header, channel, keys);
  if (opened === undefined) return refuse('tag', 'the tag does not verify');
  if (!isFresh(opened.key.seen, header.sequence)) {
    return refuse('replay', `sequence ${header.sequence} seen, or below the window`);
  }
  if (!mayCarry(message, channel.kind, channel.sender.role, channel.receiver.role)) {
    return refuse('channel-type', `type ${header.type} from ${channel.sender.role} on ${channel.kind}`);
  }
  if (header.type === DATA) return { kind: 'data', channel: channel.id, payload: opened.content };
  const checked = checkBody(header.type, opened.content);
  if ('layer' in checked) return refuse(checked.layer, checked.why, checked.status);
  const body = diagnostic(decodeCbor(opened.content));
  return { kind: 'sealed', type: header.type, channel: channel.id, body };
}

function open(
  datagram: Uint8Array,
  header: Header,
  channel: TwinChannel,
  keys: readonly TwinKey[],
): { readonly key: TwinKey; readonly content: Uint8Array } | undefined {
  const suite = suiteOf(channel.kind, channel.suite);
  const ad = datagram.slice(0, HEADER_LENGTH);
  const sealed = datagram.slice(HEADER_LENGTH);
  for (const key of keys) {
    const content = openSuite(suite, key.key, nonce(header.sequence), ad, sealed);
    if (content !== undefined) return { key, content };
  }
  return undefined;
}
