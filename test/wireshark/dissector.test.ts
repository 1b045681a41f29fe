/** A run is captured, and tshark reads it with the project's dissector. */
import { readFileSync, writeFileSync } from 'node:fs';
import { udpPacket } from '../../conformance/application/packets.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../conformance/capture/blocks.ts';
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import { MESSAGES, MessageType } from '../../reference/wire/registry.ts';
import { readPackets } from '../capture/reader.ts';
import { endpoint } from '../conformance/bench.ts';
import { cli, folder, target } from '../conformance/terminal.ts';
import t from '../tap.ts';
import type { Asked } from './tshark.ts';
import { details, fields, noTshark } from './tshark.ts';

const CASES = [
  'node.data.families',
  'rs-s.forward.end-to-end',
  ...['rs-s.sealed.tag', 'rs-s.header.magic', 'rs-s.body.encoding'],
];
/** Inner packets of both families, under both suites. */
const ROWS = ['--seed', 'test', '--runs', '4'];

/** IP and UDP header that the capture makes up. */
const BEFORE = { 4: 28, 6: 48 } as const;

const CLEAN = '!(frame.comment contains "intent") and !(frame.comment contains "cannot read")';
const COMMENT = 'frame.comment';
const SEALED = 'ntmobile and !(ntmobile.type in {0x0b, 0x0c})';

/** The confirming probe of section 5.12. */
const WORKED =
  '050d5633101112131415161718191a1b1c1d1e1f0000000000000000f0999536' +
  '2b8c5ba7e8db8c8a540b082950df4bdddbbae1cde3ee54';

t.test("the spec's worked example opens with the line of the page", { skip: noTshark() }, (t) => {
  const inFolder = folder(t);
  const [file, keys] = [inFolder('worked.pcapng'), inFolder('worked.keys')];
  const page = readFileSync(new URL('../../adapters/wireshark/README.md', import.meta.url), 'utf8');
  writeFileSync(keys, /^1011.* leg 5633 .*\n/m.exec(page)?.[0] ?? '');
  const { ip } = endpoint('127.0.0.1:1');
  const bytes = udpPacket({ from: ip, to: ip, payload: fromHex(WORKED), ports: [4000, 5000] });
  const packet = enhancedPacket({ interface: 0, at: 0, bytes, direction: 'outbound', comment: '' });
  writeFileSync(file, concat(sectionHeader('test', ''), interfaceDescription('A'), packet));
  const names = ['body', 'transaction', 'channel', 'sender'].map((name) => `ntmobile.${name}`);
  t.same(fields({ file, home: inFolder('.'), keys }, names), [
    ['Tunnel Request, probing', '0102030405060708', 'leg', 'initiator of the handshake'],
  ]);
});

t.test('a captured run', { skip: noTshark() }, async (t) => {
  const inFolder = folder(t);
  const [file, home] = [inFolder('run.pcapng'), inFolder('.')];
  const ran = await cli(['--target', await target(t), ...ROWS, ...CASES, '--pcap', file, '--pcap-keys']);
  t.same([ran.status, ran.err], [0, '']);
  const plain: Asked = { file, home };
  const open: Asked = { ...plain, keys: `${file}.keys` };
  const packets = readPackets(readFileSync(file));

  await t.test('headers, byte for byte, without any key', (t) => {
    const names = ['type', 'key_id', 'context', 'sequence'].map((name) => `ntmobile.${name}`);
    const rows = fields({ ...plain, filter: `ntmobile and ${CLEAN}` }, ['frame.number', ...names]);
    const expected = rows.map(([number]) => {
      const { bytes } = packets[Number(number) - 1] ?? { bytes: new Uint8Array(64) };
      const payload = bytes.subarray(BEFORE[(bytes[0] ?? 0) >> 4 === 6 ? 6 : 4]);
      const hex = (from: number, to: number) => toHex(payload.subarray(from, to));
      const sequence = BigInt(`0x${hex(20, 28)}`).toString();
      return [number, `0x${hex(1, 2)}`, `0x${hex(2, 4)}`, hex(4, 20), sequence];
    });
    t.ok(rows.length > 50);
    t.same(rows, expected);
  });

  await t.test('without a key file nothing is said of what is sealed', (t) => {
    const said = fields({ ...plain, filter: SEALED }, ['ntmobile.decryption', 'ntmobile.body']);
    t.same([...new Set(said.map(String))], ['no key file is set,']);
  });

  await t.test('all that was sealed well verifies, under both suites', (t) => {
    const rows = fields({ ...open, filter: `${SEALED} and ${CLEAN}` }, [
      ...['ntmobile.decryption', 'ntmobile.channel', 'ntmobile.aead'],
    ]);
    t.same(
      new Set(rows.map(String)),
      new Set(['verified,association,1', 'verified,path,1', 'verified,path,2', 'verified,leg,1']),
    );
  });

  await t.test('bodies have the names of their messages and keys', (t) => {
    const rows = fields({ ...open, filter: 'ntmobile.body' }, ['ntmobile.type', 'ntmobile.body']);
    const wrong = rows.filter(([type, body]) => MESSAGES[Number(type) as MessageType].name !== body);
    t.same(wrong, []);
    const [direction] = fields({ ...open, filter: 'ntmobile.type == 7' }, [
      ...['ntmobile.transaction', 'ntmobile.path_id', 'ntmobile.leg_id', 'ntmobile.kind'],
    ]);
    t.match(direction?.join(' '), /^[0-9a-f]{16} [0-9a-f]{32} [0-9a-f]{32}\|[0-9a-f]{32} 1$/);
    const text = details({ ...open, filter: 'ntmobile.type == 2' });
    t.match(text, /\n {4}Body: Registration Response\n {8}transaction: [0-9a-f]{16}\n {8}status: ok \(0\)\n/);
    t.match(text, /\n {8}virtual-addresses: 198\.18\.0\.1\n {8}virtual-addresses: fd00:18::1\n/);
    t.match(text, /\n {8}observed-endpoint: 127\.0\.0\.1:\d+\n/);
  });

  await t.test('the inner packet of Data goes to the dissectors of IP and UDP', (t) => {
    const of = {
      ...open,
      filter: `ntmobile.type == ${MessageType.data} and frame.comment contains "node.data"`,
    };
    const inner = fields(of, ['ip.dst', 'ipv6.dst', 'udp.dstport', 'udp.length']).map(
      ([ip = '', ipv6 = '', ports = '']) => [
        ...[ip, ipv6].flatMap((text) => text.split('|')).filter((text) => !/^(|127\..*|::1)$/.test(text)),
        ports.split('|')[1],
      ],
    );
    const kinds = inner.map((row) => String(row).replace(/\d+,7$/, 'n,7'));
    t.same(new Set(kinds), new Set(['198.18.0.n,7', '198.19.0.n,7', 'fd00:18::n,7', 'fd00:19::n,7']));
  });

  await t.test('what is wrong is marked, and where it is', (t) => {
    const faults = (filter: string) =>
      fields({ ...open, filter }, ['frame.comment', 'ntmobile.body']).map(String);
    const spoiled = faults('ntmobile.bad_tag');
    t.ok(spoiled.length > 0);
    t.same(
      spoiled.filter((row) => !/^rs-s\.sealed\.tag: .*\(layer tag, silence\),$/.test(row)),
      [],
    );
    const [magic] = fields({ ...open, filter: 'ntmobile.bad_header' }, [
      ...['frame.comment', '_ws.expert.message'],
    ]);
    t.match(magic?.[0], /^rs-s\.header\.magic: .*\(layer magic, silence\)$/);
    t.equal(magic?.[1], `${magic?.[0]}|magic: the first byte is not 0x05`);
    t.notOk(details(open).includes('Lua Error'));
  });

  await t.test('a body is bad if and only if the tester broke its encoding', (t) => {
    const bodies = 'frame.comment contains "body.encoding" and ntmobile.body';
    const broken = 'frame.comment contains "layer encoding"';
    const missed = fields({ ...open, filter: `${bodies} and ${broken} and !ntmobile.bad_body` }, [COMMENT]);
    const wronged = fields({ ...open, filter: `${bodies} and !(${broken}) and ntmobile.bad_body` }, [
      COMMENT,
    ]);
    t.same([missed, wronged], [[], []]);
    t.ok(fields({ ...open, filter: `${bodies} and ${broken}` }, [COMMENT]).length > 0);
  });

  await t.test('all checksums are right, those of the headers that are made up too', (t) => {
    const filter = 'ip.checksum.status == "Bad" or udp.checksum.status == "Bad"';
    const good = 'ip.checksum.status == "Good" and udp.checksum.status == "Good"';
    t.same(fields({ ...plain, filter }, ['frame.number']), []);
    t.equal(fields({ ...plain, filter: `${good} or ipv6` }, ['frame.number']).length, packets.length);
  });

  await t.test('a tag that verifies under no key is not taken', (t) => {
    const others = inFolder('other.keys');
    writeFileSync(others, readFileSync(`${file}.keys`, 'utf8').replaceAll(/[0-9a-f]{4}\n/g, '0000\n'));
    const rows = fields({ file, home, keys: others, filter: SEALED }, [
      'ntmobile.decryption',
      'ntmobile.body',
    ]);
    t.ok(rows.length > 50);
    t.notOk(rows.some(([said, body]) => said === 'verified' || body !== ''));
  });

  await t.test('a key file that cannot be read is said', (t) => {
    const rows = fields({ file, home, keys: inFolder('none'), filter: SEALED }, ['ntmobile.decryption']);
    t.match(rows[0]?.[0], /^the key file cannot be read: /);
  });
});
