/** A flow of numbered UDP datagrams from one node to another's echo service, by name, and what came of each. */
import type { Ip } from '../address.ts';
import type { Instant } from '../core.ts';
import type { Stack } from './stack.ts';
import { ECHO_PORT } from './stack.ts';

/** What became of one datagram. */
export interface Sent {
  readonly at: Instant;
  /** When it came back; undefined: not yet. */
  backAt: Instant | undefined;
  /** How often it came back. */
  times: number;
  /** The sender was told that it was not delivered. */
  isRefused: boolean;
}

export interface FlowOptions {
  /** The name of the other node. */
  readonly name: string;
  readonly version: 4 | 6;
  readonly port: number;
  /** Milliseconds between two datagrams. */
  readonly interval: number;
}

/** An application asks again after this. */
const ASK_AGAIN = 1000;
/** After so long without an answer it asks for the name anew. */
const PATIENCE = 10_000;
/** With this the words in each datagram begin: who sends to which name. */
export const MARK = 'plain text of ';
const NUMBER = 4;

/** The number and the words of a flow's datagram; undefined if it is none. */
export function readDatagram(
  data: Uint8Array,
): { readonly number: number; readonly words: string } | undefined {
  const words = new TextDecoder().decode(data.subarray(NUMBER));
  return words.startsWith(MARK) ? { number: numberAt(data, 0), words } : undefined;
}

export class Flow {
  readonly sent: Sent[] = [];
  /** When the name was answered with nothing. */
  readonly failures: Instant[] = [];
  private readonly stack: Stack;
  private readonly options: FlowOptions;
  private to: Ip | undefined;
  private askedAt: Instant = 0;
  private isRunning = true;

  constructor(stack: Stack, options: FlowOptions) {
    this.stack = stack;
    this.options = options;
    stack.listen(options.port, {
      onData: (data) => this.back(data),
      onUnreachable: (about) => this.refused(about),
    });
    void this.ask();
  }

  stop(): void {
    this.isRunning = false;
  }

  /** Whether something that was sent since an instant came back. */
  isAnswered(since: Instant): boolean {
    return this.sent.some(({ at, backAt }) => at >= since && backAt !== undefined);
  }

  /** Datagrams of a time that never came back. */
  lost(since: Instant, until: Instant): number {
    return this.sent.filter(({ at, backAt }) => at >= since && at < until && backAt === undefined).length;
  }

  /** Milliseconds from an instant until a datagram that was sent after it came back; undefined: none did. */
  recovery(since: Instant): number | undefined {
    const first = this.sent.find(({ at, backAt }) => at >= since && backAt !== undefined);
    return first?.backAt === undefined ? undefined : first.backAt - since;
  }

  private async ask(): Promise<void> {
    const { name, version } = this.options;
    this.askedAt = this.stack.now();
    this.to = await this.stack.resolve(name, version);
    if (this.to === undefined) {
      this.failures.push(this.stack.now());
      this.after(ASK_AGAIN, () => void this.ask());
    } else this.send();
  }

  private send(): void {
    const { port, interval, name } = this.options;
    if (this.to === undefined) return;
    const words = new TextEncoder().encode(`${MARK}${this.stack.ground.host.name} to ${name}, ${port}`);
    const data = new Uint8Array(NUMBER + words.length);
    new DataView(data.buffer).setUint32(0, this.sent.length);
    data.set(words, NUMBER);
    this.sent.push({ at: this.stack.now(), backAt: undefined, times: 0, isRefused: false });
    this.stack.sendUdp(port, { ip: this.to, port: ECHO_PORT }, data);
    this.after(interval, () => (this.isSilent() ? void this.ask() : this.send()));
  }

  /** Nothing came back for so long that the name may have another address. */
  private isSilent(): boolean {
    const now = this.stack.now();
    if (now < this.askedAt + PATIENCE) return false;
    return this.sent.every(({ at, backAt }) => backAt === undefined || at < now - PATIENCE);
  }

  private after(time: number, callback: () => void): void {
    if (this.isRunning)
      this.stack.ground.host.schedule(this.stack.now() + time, () => {
        if (this.isRunning) callback();
      });
  }

  private back(data: Uint8Array): void {
    const sent = this.sent[numberAt(data, 0)];
    if (sent === undefined) return;
    sent.times++;
    sent.backAt ??= this.stack.now();
  }

  private refused(about: Uint8Array): void {
    const sent = this.sent[numberAt(about, 8)];
    if (sent !== undefined) sent.isRefused = true;
  }
}

function numberAt(bytes: Uint8Array, at: number): number {
  if (bytes.length < at + 4) return Number.NaN;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at);
}
