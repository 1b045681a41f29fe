import type { TwinEnd, TwinFinding, TwinLayer } from '../twin-port.ts';
import { equal, hex, unhex } from './bytes.ts';
import { parseHeader } from './header.ts';
import { judge } from './judge.ts';
import { Keyring } from './keyring.ts';
import { MESSAGE_2 } from './messages.ts';
import { publicKey, secretKey } from './x25519.ts';

/** All bytes here are hex. */
export interface SequenceEnd {
  readonly nodeId: string;
  readonly role: TwinEnd['role'];
  /** For people: it decides nothing. */
  readonly endpoint?: string | undefined;
}

export interface SequenceChannel {
  readonly kind: 'association' | 'path' | 'leg';
  readonly id: string;
  readonly secret: string;
  /** Of a path. [KEY-45] */
  readonly suite: number;
  readonly ends: readonly [SequenceEnd, SequenceEnd];
  /** Of an association, all that were given in the course of it. [KEY-14] */
  readonly aliases?: readonly string[] | undefined;
}

/** One hop: by an RS-S the same bytes come twice, from an end to the relay and from there to the other end. */
export interface SequenceDatagram {
  /** Node IDs. */
  readonly from: string;
  readonly to: string;
  readonly bytes: string;
  /** The private key of who made this opening. One of message 1 and message 2 is enough, on any of their hops. */
  readonly ephemeral?: string | undefined;
}

export interface SequenceHeader {
  /** The ID of the channel, even where an alias was the context. */
  readonly channel: string;
  readonly kind: SequenceChannel['kind'];
  readonly type: number;
  readonly keyId: number;
  /** Decimal. */
  readonly sequence: string;
}

/** `recording`: no fault of the datagram; the recording does not fit, or has too little to tell. */
export interface SequenceFault {
  readonly layer: TwinLayer | 'recording';
  readonly status?: number | undefined;
  readonly why: string;
}

export type SequenceFinding =
  /** An opening has neither; `body` is that of twin-port.ts. */
  | (SequenceHeader & { readonly body?: string; readonly payload?: string })
  | (Partial<SequenceHeader> & { readonly wrong: SequenceFault });

/**
 * Reads a whole exchange, datagram by datagram, as each one's receiver does. What goes to a relay is judged
 * as the far end would at that moment, and changes nothing there before it comes from the relay. There is no
 * clock: keys, attempts and answers end by what replaces them, not by age.
 */
export function readSequence(
  channels: readonly SequenceChannel[],
  datagrams: readonly SequenceDatagram[],
): SequenceFinding[] {
  const ephemerals = new Map<string, Uint8Array>();
  for (const { bytes, ephemeral } of datagrams) {
    if (ephemeral === undefined || !fits(bytes, ephemeral)) continue;
    ephemerals.set(hex(unhex(bytes)), unhex(ephemeral));
  }
  const rings = channels.map((channel) => keyring(channel, (of) => ephemerals.get(hex(of))));
  const blind = new Set<Keyring>();
  return datagrams.map((datagram) => {
    if (datagram.ephemeral !== undefined && !fits(datagram.bytes, datagram.ephemeral)) {
      return { wrong: { layer: 'recording', why: 'an ephemeral key that did not make this datagram' } };
    }
    return step(rings, blind, datagram);
  });
}

/** An opening has the public key of who made it at 28 (5.2). */
function fits(bytes: string, ephemeral: string): boolean {
  return equal(unhex(bytes).slice(28, 60), publicKey(secretKey(unhex(ephemeral))));
}

function keyring(channel: SequenceChannel, ephemerals: (of: Uint8Array) => Uint8Array | undefined): Keyring {
  const { kind, suite } = channel;
  const aliases = (channel.aliases ?? []).map(unhex);
  const facts = { kind, id: unhex(channel.id), secret: unhex(channel.secret), suite, aliases };
  const [a, b] = channel.ends.map(({ nodeId, role }) => ({ nodeId: unhex(nodeId), role }));
  if (a === undefined || b === undefined) throw new RangeError('a channel has two ends');
  return new Keyring(facts, [a, b], ephemerals);
}

function step(rings: readonly Keyring[], blind: Set<Keyring>, datagram: SequenceDatagram): SequenceFinding {
  const bytes = unhex(datagram.bytes);
  const header = parseHeader(bytes);
  const ring = rings.find(({ facts: { kind, id, aliases } }) => {
    const contexts = kind === 'association' ? [id, ...aliases] : [id];
    return contexts.some((one) => header !== undefined && equal(one, header.context));
  });
  const from = ring?.end(unhex(datagram.from));
  const to = ring?.end(unhex(datagram.to));
  // An RS-S stands on either side of a path's hop, and only of a path's (RSS-10).
  const sender = to !== undefined ? ring?.other(to) : ring?.facts.kind === 'path' ? from : undefined;
  if (ring === undefined || header === undefined || sender === undefined) {
    return { wrong: fault(judge(bytes, [])) };
  }
  if (from !== undefined && from === to) {
    return { wrong: { layer: 'recording', why: 'from an end to itself' } };
  }
  if (from !== undefined) ring.sent(from, bytes);
  const finding = judge(bytes, [ring.asReceived(sender, bytes)]);
  const isRefused = finding.kind === 'refused' && finding.layer === 'handshake';
  const isUnreadable = isRefused && header.type === MESSAGE_2 && ring.isBlind(sender, bytes);
  if (isUnreadable) blind.add(ring);
  if (to !== undefined) ring.took(sender, bytes, finding);
  const { kind, id } = ring.facts;
  const { type, keyId } = header;
  const about = { channel: hex(id), kind, type, keyId, sequence: `${header.sequence}` };
  if (finding.kind === 'sealed') return { ...about, body: finding.body };
  if (finding.kind === 'data') return { ...about, payload: hex(finding.payload) };
  if (finding.kind === 'opening') return about;
  if (isUnreadable || (finding.layer === 'key-id' && blind.has(ring))) {
    return { ...about, wrong: { layer: 'recording', why: `no ephemeral key for it: ${finding.why}` } };
  }
  return { ...about, wrong: fault(finding) };
}

function fault(finding: TwinFinding): SequenceFault {
  if (finding.kind !== 'refused') throw new RangeError('without channels everything is refused');
  return { layer: finding.layer, status: finding.status, why: finding.why };
}
