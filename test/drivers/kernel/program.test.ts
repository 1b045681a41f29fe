/** The relay's program in the kernel that runs this: accepted by its verifier, and right to the byte, packet by packet. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { parseEndpoint } from '../../../reference/address.ts';
import { assemble } from '../../../reference/bpf/assembler.ts';
import { earlyProgram } from '../../../reference/bpf/early.ts';
import { TC_ACT_OK, TC_ACT_REDIRECT, TC_ACT_SHOT, TCX_NEXT } from '../../../reference/bpf/kernel.ts';
import type { Rates } from '../../../reference/bpf/rates.ts';
import { chargeProgram, relayProgram } from '../../../reference/bpf/relay.ts';
import {
  decodeElement,
  encodeElement,
  freshEnd,
  KEY_SIZE,
  PATHS,
  VALUE_SIZE,
} from '../../../reference/bpf/table.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { Bpf, BpfError } from '../../../reference/drivers/kernel/bpf.ts';
import t from '../../tap.ts';
import type { PacketParts } from './packets.ts';
import { packet } from './packets.ts';

const at = (text: string): Endpoint => parseEndpoint(text) as Endpoint;
const OWN = { 4: at('192.0.2.51:4330'), 6: at('[2001:db8::e1]:4331') } as const;
/** Ends on this host need no way out, so that the packet alone decides. */
const A = { 4: at('198.51.100.7:5001'), 6: at('[2001:db8:a::7]:5002') } as const;
const B = { 4: at('203.0.113.9:6001'), 6: at('[2001:db8:b::9]:6002') } as const;
const FAMILIES = [4, 6] as const;
const PATH = '00112233445566778899aabbccddeeff';

const found = Bpf.find();
const skip = whyNot();

function whyNot(): string | false {
  if (found.found === undefined) return found.missing;
  try {
    found.found.close(found.found.createHash('ntm_try', 4, 4, 1));
    return false;
  } catch (error) {
    if (error instanceof BpfError) return `no eBPF here: ${error.message}`;
    throw error;
  }
}

interface Loaded {
  readonly bpf: Bpf;
  readonly map: number;
  readonly relay: number;
  readonly charge: number | undefined;
}

/** With one path from A to B of these families. */
function load(
  t: { teardown(body: () => void): void },
  ends: readonly [Endpoint, Endpoint],
  rates: Rates = {},
): Loaded {
  const bpf = found.found as Bpf;
  const map = bpf.createHash('ntm_paths', KEY_SIZE, VALUE_SIZE, 4);
  const maps = { [PATHS]: map };
  const relay = bpf.load('ntm_relay', assemble(relayProgram({ own: [OWN[4], OWN[6]], rates }), maps));
  const isLimited = rates.packetsPerSecond !== undefined || rates.bytesPerSecond !== undefined;
  const charge = isLimited ? bpf.load('ntm_charge', assemble(chargeProgram(rates), maps)) : undefined;
  const element = {
    ends: [freshEnd(ends[0], true), freshEnd(ends[1], true)] as const,
    packetCredit: 0n,
    byteCredit: 0n,
  };
  bpf.update(map, fromHex(PATH), encodeElement(element));
  t.teardown(() => {
    for (const fd of [map, relay, ...(charge === undefined ? [] : [charge])]) bpf.close(fd);
  });
  return { bpf, map, relay, charge };
}

t.test('the verifier accepts each variant', { skip }, (t) => {
  const bpf = found.found as Bpf;
  const map = bpf.createHash('ntm_paths', KEY_SIZE, VALUE_SIZE, 4);
  t.teardown(() => bpf.close(map));
  for (const own of [[OWN[4]], [OWN[6]], [OWN[4], OWN[6]]])
    for (const rates of [
      {},
      { packetsPerSecond: 7 },
      { bytesPerSecond: 4e9 },
      { packetsPerSecond: 1, bytesPerSecond: 1 },
    ]) {
      for (const place of ['ingress', 'driver'] as const) {
        const program = place === 'ingress' ? relayProgram : earlyProgram;
        const fd = bpf.load('ntm_relay', assemble(program({ own, rates }), { [PATHS]: map }), place);
        t.ok(fd > 0, `${own.length} families, ${JSON.stringify(rates)}, ${place}`);
        bpf.close(fd);
      }
    }
});

t.test('a signal amid the check of a program does not end it', { skip }, async (t) => {
  const bpf = found.found as Bpf;
  const map = bpf.createHash('ntm_paths', KEY_SIZE, VALUE_SIZE, 4);
  t.teardown(() => bpf.close(map));
  let signals = 0;
  const count = () => signals++;
  process.on('SIGWINCH', count);
  t.teardown(() => process.off('SIGWINCH', count));
  // A few signals for each line, and a line only after the ones before are sent: so a load meets fewer of them than
  // it has tries, however busy the host is.
  const sender = spawn('sh', [
    '-c',
    `while read -r later; do sleep $later; for n in 1 2 3 4 5 6; do kill -WINCH ${process.pid}; sleep 0; done; echo; done`,
  ]);
  t.teardown(() => sender.kill('SIGKILL'));
  let sent = 0;
  sender.stdout.on('data', () => sent++);
  const parts = { own: [OWN[4], OWN[6]], rates: { packetsPerSecond: 7 } };
  const program = assemble(relayProgram(parts), { [PATHS]: map });
  for (let asked = 0; sent < 20; ) {
    if (asked === sent) sender.stdin.write(`0.00${asked++ % 5}\n`);
    await sleep(1);
    bpf.close(bpf.load('ntm_relay', program));
  }
  t.ok(signals > 0, `signals: ${signals}`);
});

for (const from of FAMILIES)
  for (const to of FAMILIES)
    t.test(`IPv${from} to IPv${to}, byte for byte`, { skip }, (t) => {
      const { bpf, map, relay } = load(t, [A[from], B[to]]);
      for (const payload of [44, 45, 1400]) {
        const parts = { payload: datagram(payload), ttl: 64, trafficClass: 0xb9 };
        const there = bpf.test(relay, packet({ ...parts, from: A[from], to: OWN[from] }));
        t.equal(there.verdict, TC_ACT_REDIRECT);
        const isKept = from === to;
        const left = { ...parts, ttl: 63, ...(isKept ? {} : { id: 0, dontFragment: true, flow: 0 }) };
        t.equal(
          toHex(there.packet),
          toHex(packet({ ...left, from: OWN[to], to: B[to] })),
          `${payload} bytes`,
        );
        const back = bpf.test(relay, packet({ ...parts, from: B[to], to: OWN[to] }));
        t.equal(back.verdict, TC_ACT_REDIRECT);
        t.equal(toHex(back.packet), toHex(packet({ ...left, from: OWN[from], to: A[from] })));
      }
      const { ends } = decodeElement(bpf.lookUp(map, fromHex(PATH), VALUE_SIZE) as Uint8Array);
      for (const end of ends) {
        t.equal(end.packets, 3n);
        t.equal(end.bytes, 1489n);
        t.ok(bpf.now() - end.lastUse < 60_000_000_000n, 'used just now');
      }
    });

/** What goes on to the daemon, unchanged. */
const LEFT: readonly (readonly [what: string, parts: Partial<PacketParts>, families: readonly (4 | 6)[]])[] =
  [
    ['another Path ID', { payload: datagram(60, '05', 'ff'.repeat(16)) }, FAMILIES],
    ['another magic', { payload: datagram(60, '06') }, FAMILIES],
    ['43 bytes', { payload: datagram(43) }, FAMILIES],
    ['a TTL that ends here', { ttl: 1 }, FAMILIES],
    ['IPv4 options', { options: true }, [4]],
    ['a first fragment', { fragment: 0x2000 }, [4]],
    ['a later fragment', { fragment: 0x0010 }, [4]],
    ['a wrong header checksum', { headerFault: true }, [4]],
    ['IPv6 without a checksum', { noChecksum: true }, [6]],
    ['a UDP length that is not that of IP', { udpLengthFault: true }, FAMILIES],
    ['another protocol', { protocol: 6 }, FAMILIES],
  ];

for (const [what, parts, families] of LEFT)
  for (const version of families)
    t.test(`left to the daemon: IPv${version}, ${what}`, { skip }, (t) => {
      const { bpf, map, relay } = load(t, [A[version], B[version]]);
      const right = { payload: datagram(60), from: A[version], to: OWN[version] };
      leaves(t, bpf, relay, packet({ ...right, ...parts }));
      const { ends } = decodeElement(bpf.lookUp(map, fromHex(PATH), VALUE_SIZE) as Uint8Array);
      t.same([ends[0].packets, ends[0].lastUse], [0n, 0n]);
      t.equal(bpf.test(relay, packet(right)).verdict, TC_ACT_REDIRECT, 'as it is right it is forwarded');
    });

t.test('left to the daemon: other addresses and ports', { skip }, (t) => {
  for (const version of FAMILIES) {
    const { bpf, relay } = load(t, [A[version], B[version]]);
    const [from, to] = [A[version], OWN[version]];
    const other = (version === 4 ? '192.0.2.52' : '2001:db8::e2') as Ip;
    for (const parts of [
      { from: { ...from, port: from.port + 1 }, to },
      { from: { ...from, ip: other }, to },
      { from, to: { ...to, port: to.port + 1 } },
      { from, to: { ...to, ip: other } },
    ])
      leaves(t, bpf, relay, packet({ payload: datagram(60), ...parts }));
  }
});

t.test('IPv4 without a checksum goes to IPv4 as it is, and not to IPv6', { skip }, (t) => {
  const parts = { payload: datagram(60), noChecksum: true };
  const same = load(t, [A[4], B[4]]);
  const sent = same.bpf.test(same.relay, packet({ ...parts, from: A[4], to: OWN[4] }));
  t.equal(toHex(sent.packet), toHex(packet({ ...parts, ttl: 63, from: OWN[4], to: B[4] })));
  const mixed = load(t, [A[4], B[6]]);
  leaves(t, mixed.bpf, mixed.relay, packet({ ...parts, from: A[4], to: OWN[4] }));
});

t.test('a wrong UDP checksum stays wrong by as much', { skip }, (t) => {
  const { bpf, relay } = load(t, [A[4], B[6]]);
  const sent = bpf.test(relay, packet({ payload: datagram(60), from: A[4], to: OWN[4], sumFault: 1 }));
  t.equal(
    toHex(sent.packet),
    toHex(packet({ payload: datagram(60), ttl: 63, flow: 0, from: OWN[6], to: B[6], sumFault: 1 })),
  );
});

t.test('over its rate a path is refused, by the kernel and for the daemon', { skip }, (t) => {
  const verdicts = (rates: Rates, count: number, charges: number): number[] => {
    const { bpf, relay, charge } = load(t, [A[4], B[4]], rates);
    const asked = new Uint8Array(14 + KEY_SIZE + 4);
    asked.set(fromHex(PATH), 14);
    new DataView(asked.buffer).setUint32(14 + KEY_SIZE, 100, true);
    const out = Array.from({ length: charges }, () => bpf.test(charge ?? -1, asked).verdict);
    const one = packet({ payload: datagram(100), from: A[4], to: OWN[4] });
    return [...out, ...Array.from({ length: count }, () => bpf.test(relay, one).verdict)];
  };
  const [go, stop, ok] = [TC_ACT_REDIRECT, TC_ACT_SHOT, TC_ACT_OK];
  t.same(verdicts({ packetsPerSecond: 3 }, 4, 0), [go, go, go, stop]);
  t.same(verdicts({ packetsPerSecond: 3 }, 2, 2), [ok, ok, go, stop]);
  t.same(verdicts({ bytesPerSecond: 250 }, 3, 0), [go, go, stop]);
  t.same(verdicts({ bytesPerSecond: 250 }, 0, 3), [ok, ok, stop]);
  t.same(
    verdicts({ packetsPerSecond: 9, bytesPerSecond: 99 }, 2, 0),
    [stop, stop],
    'longer than a second gives',
  );
});

function leaves(
  t: { equal(found: unknown, wanted: unknown): boolean },
  bpf: Bpf,
  relay: number,
  sent: Uint8Array,
): void {
  const left = bpf.test(relay, sent);
  t.equal(left.verdict, TCX_NEXT);
  t.equal(toHex(left.packet), toHex(sent));
}

function datagram(length: number, magic = '05', path = PATH): Uint8Array {
  return fromHex(`${magic}100000${path}`.padEnd(2 * length, '5a'));
}
