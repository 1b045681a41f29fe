/** An RS-S, its DC and two nodes, with every key fixed: what whole datagrams are refused or taken in. */
import { ascii, concat, u64ToBytes } from '../../../reference/bytes.ts';
import { chacha20Poly1305 } from '../../../reference/crypto/aead.ts';
import { writeHeader } from '../../../reference/wire/header.ts';
import type { MessageType } from '../../../reference/wire/registry.ts';
import type { Kind, Message1, Opened, Setting } from '../noise.ts';
import { message1, message2, publicOf, sharedOf } from '../noise.ts';
import { draw } from '../random.ts';
import type { GivenFields } from '../vector.ts';

export const RELAY = { nodeId: new Uint8Array(16).fill(0xf5), endpoint: '192.0.2.100:4330' };
export const PATH = draw('refused: path', 16);

/** Where datagrams come from. */
export const PLACES = {
  dc: '192.0.2.11:4411',
  'node-a': '203.0.113.1:5000',
  'node-b': '198.51.100.2:6000',
  elsewhere: '203.0.113.77:7777',
} as const;
export type Place = keyof typeof PLACES;
export type ChannelName = Exclude<Place, 'elsewhere'>;

/** A channel of the relay that the other end opened once. */
export interface Opening {
  readonly setting: Setting;
  readonly order: bigint;
  readonly e: Uint8Array;
  readonly r: Uint8Array;
  readonly first: Message1;
  readonly response: Uint8Array;
  readonly opened: Opened;
}

export const CHANNELS: Readonly<Record<ChannelName, Opening>> = {
  dc: opening('dc', 'association', 0xa1, 0n),
  'node-a': opening('node-a', 'leg', 0xb1, 1n),
  'node-b': opening('node-b', 'leg', 0xb2, 1n),
};

function opening(name: string, kind: Kind, nodeId: number, order: bigint): Opening {
  const setting: Setting = {
    kind,
    suite: 1,
    channel: draw(`refused ${name}: ID`, 16),
    secret: draw(`refused ${name}: secret`, 32),
    initiator: new Uint8Array(16).fill(nodeId),
    responder: RELAY.nodeId,
  };
  const [e, r] = [draw(`refused ${name}: e`, 32), draw(`refused ${name}: r`, 32)];
  const first = message1(setting, setting.channel, order, publicOf(e));
  const { datagram, opened } = message2(setting, first, publicOf(r), sharedOf(r, first.E));
  return { setting, order, e, r, first, response: datagram, opened };
}

/** A sealed message to the relay. */
export function toRelay(
  name: ChannelName,
  type: MessageType,
  sequence: bigint,
  content: Uint8Array,
): Uint8Array {
  const { setting, opened } = CHANNELS[name];
  const ad = writeHeader({ type, keyId: opened.keyId, context: setting.channel, sequence });
  const nonce = concat(new Uint8Array(4), u64ToBytes(sequence));
  return concat(ad, chacha20Poly1305(opened.initiatorKey).seal(nonce, ad, content));
}

/** What the path's own ends alone could open. */
export function onPath(type: number, keyId: number, length: number): Uint8Array {
  const header = writeHeader({ type: type as MessageType, keyId, context: PATH, sequence: 7n });
  return concat(header, draw('refused: sealed for the other node', length - 28));
}

/** The Relay Direction that made the entry: transaction and all. */
export const DIRECTION_TRANSACTION = ascii('directed');

/** The constants, as they stand in the file. */
export function world(direction: Uint8Array): GivenFields {
  const channels = Object.entries(CHANNELS).map(
    ([name, { setting, order, e, r, first, response, opened }]) => {
      const { kind, channel, secret, initiator } = setting;
      const { keyId, initiatorKey, responderKey } = opened;
      const fixed = { kind, channel, secret, initiator, responder: RELAY.nodeId, order };
      const drawn = { initiatorEphemeral: e, responderEphemeral: r };
      const messages = { message1: first.datagram, message2: response };
      return [name, { ...fixed, ...drawn, ...messages, keyId, initiatorKey, responderKey }] as const;
    },
  );
  return {
    relay: { nodeId: RELAY.nodeId, endpoint: RELAY.endpoint },
    places: { ...PLACES },
    path: PATH,
    direction,
    channels: Object.fromEntries(channels),
  };
}
