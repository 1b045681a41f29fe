/** A TCP stream between two nodes, one writes and the other sends all back; each byte is looked at once, in order. */
import type { Endpoint } from '../address.ts';
import type { Instant } from '../core.ts';
import type { Stack } from './stack.ts';
import { Connection } from './tcp/connection.ts';

export interface StreamOptions {
  /** The name of the node that sends back. */
  readonly name: string;
  readonly version: 4 | 6;
  /** Bytes in all. */
  readonly bytes: number;
  /** Bytes that are written every tenth of a second, if not more than that still wait. */
  readonly pace: number;
}

const PORT = 80;
const OWN_PORT = 40_000;
const EVERY = 100;
/** Fits into inner packets of 1280 bytes. */
const MSS = 1220;

/** What stands at a place of the stream. */
export function byteAt(place: number): number {
  return (Math.imul(place, 0x9e3779b1) >>> 13) & 0xff;
}

/** Reads a stream, byte by byte. */
class Reader {
  place = 0;
  /** The first place at which something else stood. */
  wrongAt: number | undefined;

  read(data: Uint8Array): void {
    for (const byte of data) {
      if (byte !== byteAt(this.place)) this.wrongAt ??= this.place;
      this.place++;
    }
  }
}

export class Stream {
  /** What came to the one that sends back, and what came back. */
  readonly there = new Reader();
  readonly back = new Reader();
  failure: string | undefined;
  /** When something last came back. */
  readonly progress: Instant[] = [];
  private readonly options: StreamOptions;
  private readonly from: Stack;
  private readonly to: Stack;
  private connection: Connection | undefined;
  private written = 0;

  constructor(from: Stack, to: Stack, options: StreamOptions) {
    this.from = from;
    this.to = to;
    this.options = options;
    this.listen();
    void this.connect();
  }

  /** All went there and came back, and both ends have closed. */
  get isDone(): boolean {
    return this.back.place === this.options.bytes && (this.connection?.isClosed ?? false);
  }

  private listen(): void {
    let remote: Endpoint | undefined;
    const connection: Connection = this.make(this.to, PORT, () => remote, {
      onData: (data) => {
        this.there.read(data);
        connection.write(data);
      },
      onEnd: () => connection.end(),
    });
    this.to.listen(PORT, {
      onSegment: (segment, from) => {
        remote ??= from;
        connection.receive(segment);
      },
    });
  }

  private async connect(): Promise<void> {
    const { name, version } = this.options;
    const ip = await this.from.resolve(name, version);
    if (ip === undefined) {
      this.failure = `no address of ${name}`;
      return;
    }
    const remote = { ip, port: PORT };
    const connection = this.make(this.from, OWN_PORT, () => remote, {
      onData: (data) => {
        this.back.read(data);
        this.progress.push(this.from.now());
      },
      onEnd: () => {},
    });
    this.connection = connection;
    this.from.listen(OWN_PORT, { onSegment: (segment) => connection.receive(segment) });
    connection.connect();
    this.write(connection);
  }

  private make(
    stack: Stack,
    port: number,
    remote: () => Endpoint | undefined,
    on: { readonly onData: (data: Uint8Array) => void; readonly onEnd: () => void },
  ): Connection {
    const { host } = stack.ground;
    return new Connection({
      now: () => host.now(),
      schedule: (at, callback) => host.schedule(at, callback),
      send: (segment) => {
        const to = remote();
        if (to !== undefined) stack.sendSegment(port, to, segment);
      },
      initial: 0xffffff00,
      mss: MSS,
      ...on,
      onFailure: (why) => {
        this.failure ??= why;
      },
    });
  }

  private write(connection: Connection): void {
    const { bytes, pace } = this.options;
    if (connection.waiting < pace) {
      const count = Math.min(pace, bytes - this.written);
      const begin = this.written;
      connection.write(Uint8Array.from({ length: count }, (_, index) => byteAt(begin + index)));
      this.written += count;
    }
    if (this.written === bytes) connection.end();
    else this.from.ground.host.schedule(this.from.now() + EVERY, () => this.write(connection));
  }
}
