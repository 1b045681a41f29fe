/** The datagrams of a run as a pcapng file, piece by piece while the run goes on. */
import type { Endpoint } from '../../reference/address.ts';
import { family } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import { udpPacket } from '../application/packets.ts';
import { describeIntent } from '../intent.ts';
import type { Received } from '../observe/received.ts';
import type { Sent } from '../observe/transcript.ts';
import type { PlayedChannel } from '../played/channel.ts';
import type { Stage, Tap } from '../played/stage.ts';
import type { Direction, Microseconds } from './blocks.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from './blocks.ts';
import { KEY_FILE_HEAD, KeyLines } from './keys.ts';

/** Where the pieces go. */
export interface CaptureSink {
  packets(bytes: Uint8Array): void;
  /** Only where keys are wanted too. */
  readonly keys?: (text: string) => void;
}

export interface CaptureOptions {
  /** Program and version. */
  readonly application: string;
  /** What was run, in words. */
  readonly about: string;
  /** What to add to an instant for milliseconds since 1970. */
  readonly epoch: number;
  /** What the target plays in a case, if that is one of the run. */
  readonly roleOf: (caseId: string) => string | undefined;
}

interface Waiting {
  readonly at: Instant;
  readonly block: Uint8Array;
}

/** Packets that wait to be put in order: an answer is sent before what it answers is looked at. */
const WINDOW = 64;

/** One interface for each played peer, in and out; the tester's side of it is named in the comment. */
export class Capture implements Tap {
  readonly #sink: CaptureSink;
  readonly #options: CaptureOptions;
  readonly #interfaces = new Map<string, number>();
  readonly #keys = new KeyLines();
  readonly #waiting: Waiting[] = [];

  constructor(sink: CaptureSink, options: CaptureOptions) {
    this.#sink = sink;
    this.#options = options;
    sink.packets(sectionHeader(options.application, options.about));
    sink.keys?.(KEY_FILE_HEAD);
  }

  sent(sent: Sent, { caseId }: Pick<Stage, 'caseId'>): void {
    const { peer, intent, auto, channel } = sent;
    const lines = [`${caseId}: ${peer} to ${this.#target(caseId)}`];
    if (intent.kind !== 'valid') lines.push(`intent: ${describeIntent(intent)}`);
    if (auto) lines.push(`${peer} does this by itself: no part of what the case is about`);
    this.#add(sent, 'outbound', lines);
    this.#addKeys(channel);
  }

  received(received: Received, { caseId }: Pick<Stage, 'caseId'>): void {
    const { peer, fault, channel } = received;
    const lines = [`${caseId}: ${this.#target(caseId)} to ${peer}`];
    if (fault !== undefined) lines.push(`${peer} cannot read it: ${fault}`);
    this.#add(received, 'inbound', lines);
    this.#addKeys(channel);
  }

  /** Hands on what still waits. */
  end(): void {
    this.#flush(0);
  }

  #target(caseId: string): string {
    const role = this.#options.roleOf(caseId);
    return role === undefined ? 'target' : `target (${role})`;
  }

  #add(datagram: Datagram, direction: Direction, lines: readonly string[]): void {
    const { at, peer, from, to } = datagram;
    // The system sends no such datagram.
    if (family(from.ip) !== family(to.ip)) return;
    const block = enhancedPacket({
      interface: this.#interface(peer),
      at: this.#time(at),
      bytes: packetOf(datagram),
      direction,
      comment: lines.join('\n'),
    });
    const before = this.#waiting.findLastIndex((other) => other.at <= at);
    this.#waiting.splice(before + 1, 0, { at, block });
    if (this.#waiting.length >= 2 * WINDOW) this.#flush(WINDOW);
  }

  #flush(keep: number): void {
    const ready = this.#waiting.splice(0, this.#waiting.length - keep);
    for (const { block } of ready) this.#sink.packets(block);
  }

  #interface(name: string): number {
    const known = this.#interfaces.get(name);
    if (known !== undefined) return known;
    const next = this.#interfaces.size;
    this.#interfaces.set(name, next);
    this.#sink.packets(interfaceDescription(name));
    return next;
  }

  #time(at: Instant): Microseconds {
    return Math.round((this.#options.epoch + at) * 1000);
  }

  #addKeys(channel: PlayedChannel | undefined): void {
    if (channel === undefined || this.#sink.keys === undefined) return;
    for (const line of this.#keys.of(channel)) this.#sink.keys(line);
  }
}

interface Datagram {
  readonly at: Instant;
  readonly peer: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** With headers as they may have been: the sockets do not show them. */
function packetOf({ from, to, bytes }: Datagram): Uint8Array {
  return udpPacket({ from: from.ip, to: to.ip, payload: bytes, ports: [from.port, to.port] });
}
