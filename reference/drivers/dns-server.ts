/** Listens for DNS, over UDP and over TCP at one endpoint, and hands the queries to a role. [DNS-10, DNS-25] */
import type { Endpoint } from '../address.ts';
import { formatEndpoint, sameEndpoint } from '../address.ts';
import { Frames, frame } from '../dns/frames.ts';
import type { Net, Socket } from '../net/net.ts';
import { NetError } from '../net/net.ts';
import type { Listener, Stream, StreamHandlers, Streams } from '../net/streams.ts';
import type { Asked } from './loop.ts';

export interface DnsServerOptions {
  readonly net: Net;
  /** A port 0 is one that is free over both. */
  readonly listen: readonly Endpoint[];
  /** Asks the role; what it rejects has no answer. */
  readonly ask: (message: Uint8Array, asked: Required<Asked>) => Promise<Uint8Array>;
}

export interface DnsServer {
  /** What it listens at, with the ports that the system picked. */
  readonly local: readonly Endpoint[];
  close(): Promise<void>;
}

/** Connections at once; of those without a query the longest silent gives way. (RFC 7766, 6.2.3) */
const CONNECTIONS = 128;
/** Queries of one connection without an answer; one more ends it. */
const UNANSWERED = 64;
/** Milliseconds since the last whole query after which a connection ends. */
const IDLE = 10_000;
/** How often a port is looked for that is free over both. */
const PORT_TRIES = 16;

/**
 * Binds all endpoints, or none.
 * @throws NetError if one cannot be bound.
 */
export async function serveDns(options: DnsServerOptions): Promise<DnsServer> {
  const { streams } = options.net;
  if (streams === undefined) throw new NetError('DNS needs TCP, which this network has not got');
  const connections = new Connections(options);
  const open: Bound[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.flatMap(({ socket, listener }) => [socket.close(), listener.close()]));
    connections.close();
  };
  try {
    for (const endpoint of options.listen) open.push(await bind(options, streams, connections, endpoint));
  } catch (fault) {
    await close();
    throw fault;
  }
  return { local: open.map(({ socket }) => socket.local), close };
}

interface Bound {
  readonly socket: Socket;
  readonly listener: Listener;
}

async function bind(
  { net, ask }: DnsServerOptions,
  streams: Streams,
  connections: Connections,
  endpoint: Endpoint,
): Promise<Bound> {
  for (let tries = 1; ; tries++) {
    const socket: Socket = await net.bind(endpoint, (bytes, from) => {
      ask(bytes.slice(), { transport: 'udp', from }).then(
        (answer) => socket.send(answer, from),
        () => {},
      );
    });
    try {
      const listener = await streams.listen(socket.local, (stream) => connections.take(stream));
      if (!sameEndpoint(listener.local, socket.local))
        throw new Error(`${formatEndpoint(listener.local)} is not what was asked for`);
      return { socket, listener };
    } catch (fault) {
      await socket.close();
      if (!(fault instanceof NetError) || endpoint.port !== 0 || tries === PORT_TRIES) throw fault;
    }
  }
}

interface Connection {
  readonly stream: Stream;
  readonly frames: Frames;
  unanswered: number;
  /** Nothing more comes from the other end. */
  hasEnded: boolean;
  cancel: () => void;
}

class Connections {
  private readonly options: DnsServerOptions;
  /** The one that asked last is at the end. */
  private readonly open = new Set<Connection>();

  constructor(options: DnsServerOptions) {
    this.options = options;
  }

  take(stream: Stream): StreamHandlers {
    const connection: Connection = {
      stream,
      frames: new Frames(),
      unanswered: 0,
      hasEnded: false,
      cancel: () => {},
    };
    this.wait(connection);
    if (this.open.size > CONNECTIONS) this.makeRoom();
    return {
      onBytes: (bytes) => {
        const messages = connection.frames.take(bytes);
        if (messages.length > 0) this.wait(connection);
        for (const message of messages) this.ask(connection, message);
      },
      onEnd: () => {
        connection.hasEnded = true;
        if (connection.unanswered === 0) this.end(connection);
      },
    };
  }

  close(): void {
    for (const connection of this.open) this.end(connection);
  }

  private ask(connection: Connection, message: Uint8Array): void {
    const { stream } = connection;
    if (++connection.unanswered > UNANSWERED) return this.end(connection);
    const answered = (): void => {
      connection.unanswered--;
      if (connection.hasEnded && connection.unanswered === 0) this.end(connection);
    };
    this.options.ask(message, { transport: 'tcp', from: stream.remote }).then((answer) => {
      if (this.open.has(connection)) stream.write(frame(answer));
      answered();
    }, answered);
  }

  /** Its time begins anew. */
  private wait(connection: Connection): void {
    const { net } = this.options;
    connection.cancel();
    this.open.delete(connection);
    this.open.add(connection);
    connection.cancel = net.schedule(net.now() + IDLE, () => this.end(connection));
  }

  private makeRoom(): void {
    const silent = [...this.open].find(({ unanswered }) => unanswered === 0);
    const [oldest] = this.open;
    const leaving = silent ?? oldest;
    if (leaving !== undefined) this.end(leaving);
  }

  private end(connection: Connection): void {
    connection.cancel();
    this.open.delete(connection);
    connection.stream.close();
  }
}
