/** What the exchanges are made of: openings with their probes, requests with their answers, and who is there. */

import { endpointToBytes, parseEndpoint } from '../../../reference/address.ts';
import { ascii, concat, fromHex } from '../../../reference/bytes.ts';
import type { Value } from '../bodies/body.ts';
import { bytes, inner } from '../bodies/body.ts';
import type { Entry, Line, Party, Recording, Way } from './recording.ts';

const party = (value: number, role: Party['role'], endpoint: string): Party => ({
  nodeId: bytes(16, value),
  role,
  endpoint,
});

/** A node, and what its DC gave it. */
export interface NodeParty extends Party {
  readonly name: string;
  readonly instance: Uint8Array;
  readonly local: readonly string[];
  readonly virtual: readonly Uint8Array[];
}

export const MN: NodeParty = {
  ...party(0xa1, 'node', '203.0.113.9:40001'),
  name: 'mn.ntmobile.one.example',
  instance: bytes(8, 0xb1),
  local: ['192.168.1.2:5000'],
  virtual: [fromHex('c6120005'), fromHex('fd120000000000000000000000000005')],
};
export const CN: NodeParty = {
  ...party(0xa2, 'node', '198.51.100.7:5000'),
  name: 'cn.ntmobile.two.example',
  instance: bytes(8, 0xb2),
  local: ['198.51.100.7:5000'],
  virtual: [fromHex('c6130007'), fromHex('fd130000000000000000000000000007')],
};
export const DC_MN = party(0xd1, 'dc', '203.0.113.1:4330');
export const DC_CN = party(0xd2, 'dc', '198.51.100.1:4330');
export const RS = party(0xf5, 'rs', '203.0.113.100:4330');

/** An endpoint as it stands in a body. */
export function wire(text: string): Uint8Array {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw new Error(`no endpoint: ${text}`);
  return endpointToBytes(endpoint);
}

export class Play {
  readonly recording: Recording;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** One request and its answer. @param answer without transaction */
  exchange(
    line: Line,
    from: Party,
    [type, request]: readonly [number, readonly Entry[]],
    [answerType, answer]: readonly [number, readonly Entry[]],
    way: Way = {},
  ): void {
    const transaction = this.transaction();
    line.body(from, type as 0x01, [transaction, ...request], way);
    line.body(line.far(from), answerType as 0x02, [transaction, ...answer], way);
  }

  transaction(): Entry {
    return [0, this.recording.fresh(8)];
  }

  /** A probe and its answer. @param padding in bytes, where it measures size */
  probe(line: Line, from: Party, { seen = from.endpoint, padding = 0, ...way }: Probe = {}): void {
    const more: Entry[] = padding === 0 ? [] : [[2, bytes(padding, 0)]];
    const answer: Entry[] = [
      [1, 0],
      [11, wire(seen)],
    ];
    this.exchange(line, from, [0x0d, more], [0x0e, answer], way);
  }

  /** Messages 1 and 2, then both ends' own probes. */
  open(line: Line, initiator: Party, way: Way = {}): void {
    const attempt = line.attempt(initiator, way);
    line.ask(attempt);
    line.answer(attempt);
    this.probe(line, initiator, way);
    this.probe(line, line.far(initiator), way);
  }

  /** An opened association of a node that is registered, but for the Registration itself. */
  association(name: string, ends: readonly [Party, Party]): Line {
    const line = this.recording.channel('association', name, ends);
    this.open(line, ends[0]);
    return line;
  }

  /** Data there and back. */
  talk(line: Line, one: NodeParty, other: NodeParty, way: Way = {}): void {
    line.data(one, packet(one, other, 'ping'), way);
    line.data(other, packet(other, one, 'pong'), way);
  }
}

interface Probe extends Way {
  /** The endpoint that the far end sees; else the usual one. */
  readonly seen?: string;
  readonly padding?: number;
}

/** An IPv4 packet with UDP between the virtual addresses of two nodes, from and to port 7. */
export function packet(from: NodeParty, to: NodeParty, text: string): Uint8Array {
  const [source, destination] = [from.virtual[0], to.virtual[0]];
  if (source === undefined || destination === undefined) throw new Error('a node without addresses');
  const udp = concat(fromHex('00070007'), Uint8Array.of(0, 8 + text.length, 0, 0), ascii(text));
  const total = 20 + udp.length;
  const header = concat(Uint8Array.of(0x45, 0, 0, total), fromHex('0000400040110000'), source, destination);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += ((header[i] ?? 0) << 8) | (header[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  header[10] = (~sum >> 8) & 0xff;
  header[11] = ~sum & 0xff;
  return concat(header, udp);
}

/** The inner map that tells a node of the far end. */
export function peer({ name, nodeId, instance, virtual }: NodeParty): Value {
  return inner([3, name], [4, nodeId], [5, instance], [10, [...virtual]]);
}
