/** Real TCP through node:net, the same on Node, Deno and Bun. */
import type { Server, Socket } from 'node:net';
import { createConnection, createServer } from 'node:net';
import type { Endpoint, Ip } from '../../address.ts';
import { family, formatEndpoint, parseIp } from '../../address.ts';
import { bindFault } from '../bind-fault.ts';
import { NetError } from '../net.ts';
import type { Listener, Stream, StreamHandlers, Streams } from '../streams.ts';

/** Bytes that wait for an end which takes none; then it is given up. */
const BACKLOG = 1024 * 1024;
/** Milliseconds until nobody takes a connection. */
const CONNECT_OVER = 5000;

/** The TCP of this machine. */
export const tcpStreams: Streams = { listen, connect };

async function listen(local: Endpoint, onStream: (stream: Stream) => StreamHandlers): Promise<Listener> {
  const open = new Set<TcpStream>();
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const remote = endpointOf(socket.remoteAddress, socket.remotePort);
    // It was reset before we saw it.
    if (remote === undefined) return void socket.destroy();
    const at = endpointOf(socket.localAddress, socket.localPort) ?? local;
    const stream = new TcpStream(socket, at, remote);
    open.add(stream);
    socket.on('close', () => open.delete(stream));
    stream.deliverTo(onStream(stream));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new NetError(bindFault(local, error))));
    server.listen(
      { host: local.ip, port: local.port, ipv6Only: family(local.ip) === 6, exclusive: true },
      resolve,
    );
  });
  server.removeAllListeners('error');
  // A connection that could not be taken, for want of descriptors: the next one may.
  server.on('error', () => {});
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : local.port;
  let closing: Promise<void> | undefined;
  const end = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const stream of open) stream.abandon();
    });
  return {
    local: { ip: local.ip, port },
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}

function connect(to: Endpoint, handlers: StreamHandlers, from?: Ip): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({
      host: to.ip,
      port: to.port,
      allowHalfOpen: true,
      noDelay: true,
      ...(from !== undefined && { localAddress: from }),
    });
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new NetError(`${formatEndpoint(to)} takes no connection: ${reason}`));
    };
    const failed = ({ message }: Error): void => fail(message);
    socket.setTimeout(CONNECT_OVER, () => fail('no answer'));
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeListener('error', failed);
      const local = endpointOf(socket.localAddress, socket.localPort);
      if (local === undefined) return fail('it was closed at once');
      const stream = new TcpStream(socket, local, to);
      stream.deliverTo(handlers);
      resolve(stream);
    });
  });
}

class TcpStream implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  private readonly socket: Socket;
  /** Whether its owner hears of it no more. */
  private isOver = false;
  private isClosed = false;

  constructor(socket: Socket, local: Endpoint, remote: Endpoint) {
    this.socket = socket;
    this.local = local;
    this.remote = remote;
  }

  deliverTo(handlers: StreamHandlers): void {
    const over = (): void => {
      if (this.isOver) return;
      this.isOver = true;
      outside(() => handlers.onEnd());
    };
    this.socket.on('data', (bytes: Uint8Array) => {
      if (this.isOver) return;
      outside(() => handlers.onBytes(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)));
    });
    this.socket.on('end', over);
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('close', over);
  }

  write(bytes: Uint8Array): void {
    if (this.isClosed || this.socket.destroyed) return;
    this.socket.write(bytes);
    if (this.socket.writableLength > BACKLOG) this.socket.destroy();
  }

  close(): void {
    if (this.isClosed) return;
    this.isOver = true;
    this.isClosed = true;
    // Who goes on sending, or never ends its own direction, does not keep it open.
    this.socket.end(() => this.socket.destroy());
  }

  /** Ends it without what was written and is still to go out. */
  abandon(): void {
    this.isOver = true;
    this.isClosed = true;
    this.socket.destroy();
  }
}

/** Deno drops what a listener throws, and Bun takes it for an error of the socket. */
function outside(call: () => void): void {
  try {
    call();
  } catch (fault) {
    queueMicrotask(() => {
      throw fault;
    });
  }
}

function endpointOf(address: string | undefined, port: number | undefined): Endpoint | undefined {
  const ip = address === undefined ? undefined : parseIp(address);
  return ip === undefined || port === undefined ? undefined : { ip, port };
}
