/** A capture as bytes: its blocks, the packets made up around the datagrams, and the keys. */
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../conformance/capture/blocks.ts';
import type { CaptureSink } from '../../conformance/capture/capture.ts';
import { Capture } from '../../conformance/capture/capture.ts';
import { silentFault, VALID } from '../../conformance/intent.ts';
import type { Received } from '../../conformance/observe/received.ts';
import type { Sent } from '../../conformance/observe/transcript.ts';
import { PlayedChannel } from '../../conformance/played/channel.ts';
import { playedKeys } from '../../conformance/played/keys.ts';
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import { endpoint } from '../conformance/bench.ts';
import t from '../tap.ts';
import { readBlocks, readPackets } from './reader.ts';

const filled = (length: number, fill: number) => new Uint8Array(length).fill(fill);

const CHANNEL = new PlayedChannel({
  kind: 'path',
  id: filled(16, 1),
  secret: filled(32, 2),
  own: { nodeId: filled(16, 3), role: 'node' },
  peer: { nodeId: filled(16, 4), role: 'node' },
});

const BOTH = { channel: undefined, keys: undefined, peer: 'A' } as const;

function sent(parts: Partial<Sent>): Sent {
  return {
    ...BOTH,
    ...{ at: 0, from: endpoint('127.0.0.2:4000'), to: endpoint('127.0.0.1:5000'), bytes: filled(4, 0xaa) },
    ...{ intent: VALID, auto: false, channelKeys: [], highestOrder: 0n, unconfirmed: [], answered: [] },
    ...{ erased: [], content: undefined, label: undefined },
    ...parts,
  };
}

function received(parts: Partial<Received>): Received {
  return {
    ...BOTH,
    ...{ at: 0, from: endpoint('127.0.0.1:5000'), to: endpoint('127.0.0.2:4000'), bytes: filled(4, 0xbb) },
    ...{ header: undefined, type: undefined, attempt: undefined, plaintext: undefined, body: undefined },
    ...{ fault: undefined, explained: undefined, consumed: false },
    ...parts,
  };
}

/** What a capture wrote of what `play` did. */
function captured(play: (capture: Capture) => void, withKeys = false): { file: Uint8Array; keys: string } {
  let [file, keys]: [Uint8Array, string] = [new Uint8Array(), ''];
  const sink: CaptureSink = {
    packets: (bytes) => {
      file = concat(file, bytes);
    },
    ...(withKeys && {
      keys: (text: string) => {
        keys += text;
      },
    }),
  };
  const roleOf = (id: string) => (id === 'one' ? 'rs-s' : undefined);
  const capture = new Capture(sink, { application: 'test', about: 'this', epoch: 1_700_000_000_000, roleOf });
  play(capture);
  capture.end();
  return { file, keys };
}

const ONE = { caseId: 'one' };

t.test('blocks, byte for byte', (t) => {
  t.equal(
    toHex(sectionHeader('ab', 'c')),
    '0a0d0d0a30000000' +
      '4d3c2b1a01000000ffffffffffffffff' + // byte order, version 1.0, length unknown
      '0100010063000000' + // comment
      '0400020061620000' + // application
      '0000000030000000',
  );
  t.equal(
    toHex(interfaceDescription('DC 1')),
    '01000000200000006500000000000000' + '0200040044432031' + '0000000020000000',
  );
  const packet = { interface: 2, at: 0x1_0000_0005, bytes: filled(5, 0x45), direction: 'inbound' } as const;
  t.equal(
    toHex(enhancedPacket({ ...packet, comment: 'é' })),
    '060000003c000000' +
      '020000000100000005000000' + // interface, time: high, low
      '05000000050000004545454545000000' +
      '0200040001000000' + // inbound
      '01000200c3a90000' +
      '000000003c000000',
  );
});

t.test('an IPv4 datagram of the tester, and one that came, each with its time and who is who', (t) => {
  const { file } = captured((capture) => {
    capture.sent(sent({ at: 1.234, intent: silentFault('a wrong tag', 'tag') }), ONE);
    capture.received(received({ at: 2.5, fault: 'too short' }), { caseId: 'sanity' });
    capture.sent(sent({ at: 3, auto: true, peer: 'DC' }), ONE);
  });
  t.same(
    readBlocks(file).map(({ type }) => type),
    [0x0a0d0d0a, 1, 1, 6, 6, 6],
  );
  t.same(
    readPackets(file).map(({ bytes: _, ...packet }) => packet),
    [
      {
        interface: 'A',
        at: 1_700_000_000_001_234,
        direction: 2,
        comment: 'one: A to target (rs-s)\nintent: fault: a wrong tag (layer tag, silence)',
      },
      {
        interface: 'A',
        at: 1_700_000_000_002_500,
        direction: 1,
        comment: 'sanity: target to A\nA cannot read it: too short',
      },
      {
        interface: 'DC',
        at: 1_700_000_000_003_000,
        direction: 2,
        comment: 'one: DC to target (rs-s)\nDC does this by itself: no part of what the case is about',
      },
    ],
  );
  t.equal(
    toHex(readPackets(file)[0]?.bytes ?? new Uint8Array()),
    // Checksums by hand: 0xffff less the sums of the 16-bit words (RFC 791, RFC 768).
    '45000020000700004011' + '7cc3' + '7f0000027f000001' + '0fa01388000c' + '8955' + 'aaaaaaaa',
  );
});

t.test('an IPv6 datagram', (t) => {
  const six = { from: endpoint('[::1]:4000'), to: endpoint('[::1]:5000'), bytes: fromHex('0102') };
  const { file } = captured((capture) => capture.sent(sent(six), ONE));
  const loopback = '00000000000000000000000000000001';
  t.equal(
    toHex(readPackets(file)[0]?.bytes ?? new Uint8Array()),
    `60000000000a1140${loopback}${loopback}0fa01388000adbae0102`,
  );
});

t.test('what no socket can send is left out', (t) => {
  const { file } = captured((capture) => capture.sent(sent({ to: endpoint('[::1]:5000') }), ONE));
  t.same(readPackets(file), []);
});

t.test('packets are in the order of time, though an answer is seen before what it answers', (t) => {
  const { file } = captured((capture) => {
    for (let i = 0; i < 500; i += 2) {
      capture.sent(sent({ at: i + 1 }), ONE);
      capture.received(received({ at: i }), ONE);
    }
  });
  const times = readPackets(file).map(({ at }) => at / 1000 - 1_700_000_000_000);
  t.same(
    times,
    Array.from({ length: 500 }, (_, i) => i),
  );
});

t.test('memory stays as it is, however many come', (t) => {
  let [written, most] = [0, 0];
  const sink = { packets: () => written++ };
  const capture = new Capture(sink, { application: '', about: '', epoch: 0, roleOf: () => undefined });
  for (let i = 0; i < 10_000; i++) {
    capture.sent(sent({ at: i }), ONE);
    // Beside the packets: the section and one interface.
    most = Math.max(most, i + 1 - (written - 2));
  }
  t.ok(most < 200, `${most} waited`);
});

t.test('each key once for each context, and nothing of it unless keys are wanted', (t) => {
  const split = { k1: filled(32, 7), k2: filled(32, 8), hash: filled(32, 9) };
  const keys = playedKeys('path', 2, split, 1n, false);
  const channel = new PlayedChannel({ ...CHANNEL, suite: 2 });
  const play = (capture: Capture) => {
    capture.sent(sent({ channel }), ONE);
    channel.keys.push(keys);
    capture.sent(sent({ channel }), ONE);
    capture.received(received({ channel }), ONE);
    channel.aliases.push(filled(16, 5));
    capture.received(received({ channel }), ONE);
  };
  const { file, keys: text } = captured(play, true);
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && line !== '');
  const [tester, target] = [toHex(keys.sendKey), toHex(keys.receiveKey)];
  t.same(lines, [
    `${'01'.repeat(16)} path 0909 2 responder ${tester}`,
    `${'01'.repeat(16)} path 0909 2 initiator ${target}`,
    `${'05'.repeat(16)} path 0909 2 responder ${tester}`,
    `${'05'.repeat(16)} path 0909 2 initiator ${target}`,
  ]);
  t.notOk(toHex(file).includes(tester), 'no key stands in the packets');
  channel.keys.length = 0;
  channel.aliases.length = 0;
  t.equal(captured(play).keys, '');
});
