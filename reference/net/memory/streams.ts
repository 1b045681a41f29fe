/** TCP in memory and virtual time: what is written arrives at the same instant, and nothing is lost. */
import type { Endpoint, Ip } from '../../address.ts';
import { family, formatEndpoint, parseIp } from '../../address.ts';
import { NetError } from '../net.ts';
import type { Listener, Stream, StreamHandlers, Streams } from '../streams.ts';

export interface MemoryStreamsOptions {
  /** Calls back as the next thing that happens. */
  readonly soon: (callback: () => void) => void;
  /** A port of an address that is free. */
  readonly freePort: (ip: Ip) => number;
}

interface Listening {
  readonly onStream: (stream: Stream) => StreamHandlers;
  readonly ends: Set<End>;
}

const LOOPBACK = { 4: parseIp('127.0.0.1') as Ip, 6: parseIp('::1') as Ip };

export class MemoryStreams implements Streams {
  private readonly options: MemoryStreamsOptions;
  private readonly listening = new Map<string, Listening>();

  constructor(options: MemoryStreamsOptions) {
    this.options = options;
  }

  listen(local: Endpoint, onStream: (stream: Stream) => StreamHandlers): Promise<Listener> {
    // A promise of what throws, too.
    return Promise.resolve().then(() => this.listenNow(local, onStream));
  }

  connect(to: Endpoint, handlers: StreamHandlers, from?: Ip): Promise<Stream> {
    return Promise.resolve().then(() => this.connectNow(to, handlers, from));
  }

  private listenNow(local: Endpoint, onStream: Listening['onStream']): Listener {
    const bound = local.port === 0 ? { ip: local.ip, port: this.options.freePort(local.ip) } : local;
    const name = formatEndpoint(bound);
    if (this.listening.has(name))
      throw new NetError(`${name} is in use: close it first or bind another port`);
    const ends = new Set<End>();
    this.listening.set(name, { onStream, ends });
    return {
      local: bound,
      close: () => {
        if (this.listening.get(name)?.ends === ends) this.listening.delete(name);
        for (const end of ends) end.close();
        return Promise.resolve();
      },
    };
  }

  private connectNow(to: Endpoint, handlers: StreamHandlers, from: Ip | undefined): Stream {
    const listening = this.listening.get(formatEndpoint(to));
    if (listening === undefined)
      throw new NetError(`${formatEndpoint(to)} takes no connection: nobody listens`);
    const ip = from ?? LOOPBACK[family(to.ip)];
    const local = { ip, port: this.options.freePort(ip) };
    const [here, there] = [new End(local, to, this.options), new End(to, local, this.options)];
    here.other = there;
    there.other = here;
    listening.ends.add(there);
    there.closed = () => listening.ends.delete(there);
    here.handlers = handlers;
    there.handlers = listening.onStream(there);
    return here;
  }
}

class End implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  other: End | undefined;
  handlers: StreamHandlers | undefined;
  closed = (): void => {};
  private readonly soon: MemoryStreamsOptions['soon'];
  private isOpen = true;

  constructor(local: Endpoint, remote: Endpoint, { soon }: MemoryStreamsOptions) {
    this.local = local;
    this.remote = remote;
    this.soon = soon;
  }

  write(bytes: Uint8Array): void {
    const { other } = this;
    const copy = bytes.slice();
    if (this.isOpen) this.soon(() => other?.isOpen && other.handlers?.onBytes(copy));
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.closed();
    const { other } = this;
    this.soon(() => other?.isOpen && other.handlers?.onEnd());
  }
}
