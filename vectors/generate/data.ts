/** Opened payloads of Data: the inner packet and what comes after it. */
import { ascii, concat, fromHex, toHex } from '../../reference/bytes.ts';
import type { GivenFields, Vector } from './vector.ts';
import { Family } from './vector.ts';

const NOTES = {
  version: {
    about: 'The first nibble is neither 4 nor 6, or there is none.',
    effect: 'Something that is no packet reaches the stack.',
  },
  length: {
    about: 'The lengths of the inner header and of the payload do not fit.',
    effect: 'Bytes are read that did not come, or a header lies inside of another.',
  },
  padding: {
    about: 'After the inner packet there is something else than zeros.',
    effect: 'The tunnel carries what nobody checks.',
  },
  source: {
    about: "The source is no address of the path's peer.",
    effect: 'One peer sends in the name of another.',
  },
  destination: {
    about: 'The destination is no address of this end for this path.',
    effect: 'The end forwards for others.',
  },
};

const PEER4 = 'c6120001';
const OWN4 = 'c6120002';
const PEER6 = 'fd12000000000000000000000000000a';
const OWN6 = 'fd12000000000000000000000000000b';
const GENERAL4 = 'cb007107';
const LENT4 = 'c633640a';

interface V4 {
  readonly options?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly rest?: Uint8Array;
  readonly flags?: number;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function v4({
  options = '',
  source = PEER4,
  destination = OWN4,
  rest = UDP,
  flags = 0x4000,
}: V4): Uint8Array {
  const words = 5 + options.length / 8;
  const bytes = concat(
    Uint8Array.of(0x40 | words, 0),
    u16(4 * words + rest.length),
    fromHex('1234'),
    u16(flags),
    Uint8Array.of(64, 17, 0, 0),
    fromHex(source),
    fromHex(destination),
    fromHex(options),
    rest,
  );
  const sum = checksum(bytes.subarray(0, 4 * words));
  bytes.set(u16(sum), 10);
  return bytes;
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
  return 0xffff - sum;
}

function v6(rest: Uint8Array, next = 17, source = PEER6, destination = OWN6): Uint8Array {
  const head = concat(fromHex('60000000'), u16(rest.length), Uint8Array.of(next, 64));
  return concat(head, fromHex(source), fromHex(destination), rest);
}

/** UDP, port 4000 to 53, its checksum left out. */
const UDP = concat(fromHex('0fa0003500140000'), ascii('hello, world'));

export function data(): Family {
  const family = new Family('data', 1, 'What a tunnel end makes of the opened payload of Data.', NOTES);
  const addresses = { peer: [PEER4, PEER6], own: [OWN4, OWN6] };
  const zeros = (length: number) => new Uint8Array(length);
  const good = (
    name: string,
    comment: string,
    packet: Uint8Array,
    after: Uint8Array = zeros(0),
    change: GivenFields = {},
  ): Vector =>
    family.valid(name, {
      clauses: after.length > 0 ? ['TUN-01', 'TUN-09', 'TUN-11'] : ['TUN-01', 'TUN-11'],
      comment,
      call: 'data',
      input: { payload: concat(packet, after), ...addresses, ...change },
      output: { packet },
    });

  const plain4 = good('ipv4.udp', 'An IPv4 packet with UDP.', v4({}));
  const plain6 = good('ipv6.udp', 'An IPv6 packet with UDP.', v6(UDP));
  good('ipv4.header-alone', 'An IPv4 packet of a header alone.', v4({ rest: zeros(0) }));
  good('ipv6.header-alone', 'Payload Length 0: an IPv6 packet of a header alone.', v6(zeros(0), 59));
  good('ipv4.options', 'An IPv4 header with options of 4 bytes.', v4({ options: '01010100' }));
  good(
    'ipv4.most-options',
    'The longest IPv4 header, 60 bytes.',
    v4({ options: '01'.repeat(39).concat('00') }),
  );
  good(
    'ipv4.options-alone',
    'Total Length is that of a header with options.',
    v4({ options: '01010100', rest: zeros(0) }),
  );
  good('ipv4.fragment', 'A fragment of an inner packet is a packet.', v4({ flags: 0x2000 }));
  good('ipv4.later-fragment', 'A later fragment, without a transport header.', v4({ flags: 0x0005 }));
  good(
    'ipv6.extension',
    'An IPv6 packet with an extension header.',
    v6(concat(fromHex('1100010400000000'), UDP), 60),
  );
  good('ipv4.ends-in-zeros', 'Zeros inside of the packet stay.', v4({ rest: concat(UDP, zeros(8)) }));
  good(
    'ipv4.large',
    'A packet of 300 bytes: Total Length needs two bytes.',
    v4({ rest: zeros(280).fill(0x61) }),
  );
  good('ipv6.large', 'Payload Length needs two bytes.', v6(zeros(280).fill(0x61)));
  for (const [name, packet] of [
    ['ipv4', v4({})],
    ['ipv6', v6(UDP)],
  ] as const) {
    const family4 = name === 'ipv4' ? 'An IPv4' : 'An IPv6';
    good(`${name}.padded-1`, `${family4} packet and one zero byte.`, packet, zeros(1));
    good(`${name}.padded-100`, `${family4} packet and 100 zero bytes.`, packet, zeros(100));
  }
  good(
    'ipv4.zeros-then-padding',
    'Where a packet that ends in zeros ends, its header says.',
    v4({ rest: zeros(4) }),
    zeros(4),
  );
  const other = 'fd12000000000000000000000000000c';
  good('peer.second', 'The second virtual address of the peer.', v6(UDP, 17, other), zeros(0), {
    peer: [PEER6, other],
  });
  good(
    'own.lent',
    'On a path to an RS-T: from the general peer, for the lent address.',
    v4({ source: GENERAL4, destination: LENT4 }),
    zeros(0),
    {
      peer: [GENERAL4],
      own: [LENT4],
    },
  );
  asItCame(family, addresses);
  lengths(family, plain4, plain6);
  addressing(family, plain4, plain6);
  return family;
}

/** What is in a packet is for who gets it. */
function asItCame(family: Family, addresses: GivenFields): void {
  const one = (name: string, comment: string, packet: Uint8Array, at: number, is: number) => {
    packet[at] = is;
    family.valid(`unchecked.${name}`, {
      clauses: ['TUN-20'],
      comment,
      call: 'data',
      input: { payload: packet, ...addresses },
      output: { packet },
    });
  };
  one('ipv4-checksum', 'A wrong checksum of the IPv4 header.', v4({}), 11, 0x5a);
  one('udp-checksum', 'A wrong checksum of UDP.', v4({}), 27, 0x5a);
  one('ttl-zero', 'TTL 0.', v4({}), 8, 0);
  one('hop-limit-zero', 'Hop limit 0.', v6(UDP), 7, 0);
  one('protocol', 'A protocol that nobody knows.', v4({}), 9, 253);
  one('next-header', 'No next header, and content after it.', v6(UDP), 6, 59);
  one('option', 'An IPv4 option that is longer than all options.', v4({ options: '83ff0401' }), 1, 0);
  one('reserved-flag', 'The reserved flag of IPv4.', v4({}), 6, 0x80);
  one('flow-label', 'Traffic class and flow label.', v6(UDP), 1, 0xff);
}

function lengths(family: Family, plain4: Vector, plain6: Vector): void {
  const one = (base: Vector, name: string, comment: string, flag: keyof typeof NOTES, payload: string) =>
    family.broken(base, name, {
      clauses: ['TUN-11'],
      comment,
      flags: [flag],
      input: { payload },
      layer: 'inner-length',
    });
  const [hex4, hex6] = [String(plain4.input.payload), String(plain6.input.payload)];
  const at = (hex: string, offset: number, is: string) =>
    hex.slice(0, 2 * offset) + is + hex.slice(2 * offset + is.length);

  one(plain4, 'empty', 'No payload.', 'version', '');
  one(plain4, 'zeros', 'Zeros alone: padding without a packet.', 'version', '00'.repeat(hex4.length / 2));
  one(plain4, 'zero-byte', 'One zero byte.', 'version', '00');
  for (const version of ['0', '5', '7', 'f']) {
    one(
      plain4,
      `version.${version}`,
      `Version ${Number.parseInt(version, 16)}.`,
      'version',
      at(hex4, 0, `${version}5`),
    );
  }
  one(
    plain4,
    'ipv4.header-of-16',
    'A header length of 4 words is less than a header.',
    'length',
    at(hex4, 0, '44'),
  );
  one(plain4, 'ipv4.header-of-0', 'A header length of 0.', 'length', at(hex4, 0, '40'));
  one(plain4, 'ipv4.header-beyond', 'A header length beyond the Total Length.', 'length', at(hex4, 0, '4f'));
  one(
    plain4,
    'ipv4.total-below-header',
    'Total Length is less than the header.',
    'length',
    at(hex4, 2, '0013'),
  );
  one(
    plain4,
    'ipv4.total-zero',
    'Total Length 0, as segmentation offload leaves it.',
    'length',
    at(hex4, 2, '0000'),
  );
  one(plain4, 'ipv4.total-one-more', 'Total Length is one more than came.', 'length', at(hex4, 2, '0029'));
  one(plain4, 'ipv4.total-highest', 'Total Length 65535.', 'length', at(hex4, 2, 'ffff'));
  one(
    plain4,
    'ipv4.total-one-less',
    'Total Length is one less than came, and the byte after it is not zero.',
    'padding',
    at(hex4, 2, '0027'),
  );
  one(
    plain4,
    'ipv4.total-little-endian',
    'Total Length has its bytes in the other order.',
    'length',
    at(hex4, 2, '2800'),
  );
  one(plain4, 'ipv4.short', 'The last byte is missing.', 'length', hex4.slice(0, -2));
  one(plain4, 'ipv4.one-byte', 'The first byte alone.', 'length', hex4.slice(0, 2));
  one(plain4, 'ipv4.header-short', 'A header less one byte.', 'length', hex4.slice(0, 38));
  one(plain6, 'ipv6.one-byte', 'The first byte alone.', 'length', hex6.slice(0, 2));
  one(plain6, 'ipv6.header-short', 'A header less one byte.', 'length', hex6.slice(0, 78));
  one(plain6, 'ipv6.short', 'The last byte is missing.', 'length', hex6.slice(0, -2));
  one(plain6, 'ipv6.length-one-more', 'Payload Length is one more than came.', 'length', at(hex6, 4, '0015'));
  one(plain6, 'ipv6.length-highest', 'Payload Length 65535.', 'length', at(hex6, 4, 'ffff'));
  one(
    plain6,
    'ipv6.length-zero',
    'Payload Length 0 and content after the header: it is no jumbogram.',
    'padding',
    at(hex6, 4, '0000'),
  );
  one(plain4, 'padding.one', 'A 1 after the packet.', 'padding', `${hex4}01`);
  one(
    plain4,
    'padding.last',
    'Zeros after the packet, and a 1 at the end.',
    'padding',
    `${hex4}${'00'.repeat(15)}01`,
  );
  one(
    plain6,
    'padding.first',
    'A byte after the packet, and zeros after that.',
    'padding',
    `${hex6}80${'00'.repeat(15)}`,
  );
  one(plain6, 'padding.second-packet', 'A second packet after the first.', 'padding', hex6 + hex4);
}

function addressing(family: Family, plain4: Vector, plain6: Vector): void {
  const one = (
    base: Vector,
    name: string,
    comment: string,
    flag: 'source' | 'destination',
    input: GivenFields,
  ) =>
    family.broken(base, `${flag}.${name}`, {
      clauses: [flag === 'source' ? 'NODE-11' : 'TUN-13'],
      comment,
      flags: [flag],
      input,
      layer: `inner-${flag}`,
    });
  const payload = (packet: Uint8Array) => ({ payload: toHex(packet) });
  one(
    plain4,
    'other',
    "From an address that is not the peer's.",
    'source',
    payload(v4({ source: 'c6120003' })),
  );
  one(plain4, 'own', 'From an address of this end.', 'source', payload(v4({ source: OWN4 })));
  one(plain4, 'real', 'From a real address.', 'source', payload(v4({ source: GENERAL4 })));
  one(plain4, 'unspecified', 'From the unspecified address.', 'source', payload(v4({ source: '00000000' })));
  one(
    plain6,
    'other-ipv6',
    "From an IPv6 address that is not the peer's.",
    'source',
    payload(v6(UDP, 17, OWN6.replace(/b$/, 'c'))),
  );
  one(
    plain6,
    'embedded',
    "From the peer's IPv4 address, mapped into IPv6.",
    'source',
    payload(v6(UDP, 17, `00000000000000000000ffff${PEER4}`)),
  );
  one(plain4, 'none', 'The peer has no IPv4 address.', 'source', { peer: [PEER6] });
  one(plain4, 'prefix', "The peer's IPv6 address begins with the bytes of the source.", 'source', {
    peer: [`${PEER4}${'00'.repeat(12)}`],
  });
  one(
    plain4,
    'other',
    "For an address that is not this end's.",
    'destination',
    payload(v4({ destination: 'c6120003' })),
  );
  one(plain4, 'peer', 'For an address of the peer.', 'destination', payload(v4({ destination: PEER4 })));
  one(
    plain4,
    'broadcast',
    'For the broadcast address.',
    'destination',
    payload(v4({ destination: 'ffffffff' })),
  );
  one(
    plain6,
    'multicast',
    'For all nodes of the link.',
    'destination',
    payload(v6(UDP, 17, PEER6, `ff02${'00'.repeat(13)}01`)),
  );
  one(plain6, 'none', 'This end has no IPv6 address.', 'destination', { own: [OWN4] });
}
