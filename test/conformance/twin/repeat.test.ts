/** KEY-13, KEY-23: a repeat of message 1 is told from a late one by what the receiver has not confirmed. */
import { buildHeader, message1, twin } from '../../../conformance/twin/index.ts';
import type { TwinChannel } from '../../../conformance/twin-port.ts';
import t from '../../tap.ts';

const bytes = (fill: number, length = 16) => new Uint8Array(length).fill(fill);

const CHANNEL: TwinChannel = {
  kind: 'leg',
  id: bytes(1),
  aliases: [],
  secret: bytes(2, 32),
  suite: 1,
  sender: { nodeId: bytes(3), role: 'node' },
  receiver: { nodeId: bytes(4), role: 'rs' },
  keys: [],
  highestOrder: 5n,
  unconfirmed: [],
  finished: [],
  attempts: [],
};

function opening(order: bigint, ephemeral: number): Uint8Array {
  const header = buildHeader({ type: 0x0b, keyId: 0, context: CHANNEL.id, sequence: order });
  const { kind, id, secret, suite } = CHANNEL;
  const ends = { initiator: CHANNEL.sender.nodeId, responder: CHANNEL.receiver.nodeId };
  return message1({ kind, id, secret, suite, ...ends }, header, bytes(ephemeral, 32)).datagram;
}

t.test('an order number that is confirmed is late, unless the opening is a repeat', (t) => {
  const late = opening(5n, 6);
  const layer = (datagram: Uint8Array, channel: TwinChannel) => {
    const finding = twin.judge(datagram, [channel]);
    return finding.kind === 'refused' ? finding.layer : finding.kind;
  };
  t.equal(layer(late, CHANNEL), 'order');
  t.equal(layer(late, { ...CHANNEL, unconfirmed: [late] }), 'opening');
  t.equal(layer(late, { ...CHANNEL, unconfirmed: [opening(5n, 7)] }), 'order', 'another one of that number');
  t.equal(layer(opening(6n, 6), CHANNEL), 'opening');
  t.equal(layer(opening(900n, 6), CHANNEL), 'opening', 'numbers may be left out');
  t.equal(layer(opening(5n, 6), { ...CHANNEL, highestOrder: 4n }), 'opening');
});
