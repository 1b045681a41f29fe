/** The service on a server, and a client's visits: each line that comes is sent back with the server's name before it. */
import type { Endpoint, Ip } from '../../address.ts';
import { formatEndpoint } from '../../address.ts';
import type { Stack } from '../stack.ts';
import { Connection } from '../tcp/connection.ts';

const MSS = 1220;
const INITIAL = 0xffff_ff00;

type On = Pick<ConstructorParameters<typeof Connection>[0], 'onData' | 'onEnd' | 'onFailure'>;

function connectionOf(stack: Stack, port: number, remote: Endpoint, on: On): Connection {
  const { host } = stack.ground;
  return new Connection({
    now: () => host.now(),
    schedule: (at, callback) => host.schedule(at, callback),
    send: (segment) => stack.sendSegment(port, remote, segment),
    initial: INITIAL,
    mss: MSS,
    ...on,
  });
}

/** Takes connections at a port. */
export class Service {
  private readonly connections = new Map<string, Connection>();

  constructor(stack: Stack, port: number, name: string) {
    stack.listen(port, {
      onSegment: (segment, from) => {
        const key = formatEndpoint(from);
        const known = this.connections.get(key);
        const connection = known ?? this.accept(stack, port, from, name);
        this.connections.set(key, connection);
        connection.receive(segment);
        if (connection.isClosed) this.connections.delete(key);
      },
    });
  }

  private accept(stack: Stack, port: number, from: Endpoint, name: string): Connection {
    const lines = new Lines((line) => connection.write(encode(`${name} ${line}\n`)));
    const connection: Connection = connectionOf(stack, port, from, {
      onData: (data) => lines.take(data),
      onEnd: () => connection.end(),
      onFailure: () => this.connections.delete(formatEndpoint(from)),
    });
    return connection;
  }
}

/** One connection to the service. */
export class Visit {
  /** The server of each line that came back. */
  readonly answers: string[] = [];
  failure: string | undefined;
  private readonly connection: Connection;
  private said = 0;

  constructor(stack: Stack, port: number, to: { readonly ip: Ip; readonly port: number }) {
    const lines = new Lines((line) => {
      const [server = '', number] = line.split(' ');
      // What is not in its order came from somebody who did not hear what was said before.
      this.answers.push(number === String(this.answers.length + 1) ? server : `${server}?`);
    });
    const connection = connectionOf(stack, port, to, {
      onData: (data) => lines.take(data),
      onEnd: () => {},
      onFailure: (why) => {
        this.failure = why;
      },
    });
    this.connection = connection;
    stack.listen(port, { onSegment: (segment) => connection.receive(segment) });
    connection.connect();
  }

  /** All that was said has been answered. */
  get isAnswered(): boolean {
    return this.answers.length === this.said;
  }

  get isOver(): boolean {
    return this.connection.isClosed;
  }

  say(): void {
    this.connection.write(encode(`${++this.said}\n`));
  }

  end(): void {
    this.connection.end();
  }
}

/** Text that comes in pieces, line by line. */
class Lines {
  private rest = '';
  private readonly onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  take(data: Uint8Array): void {
    const lines = (this.rest + new TextDecoder().decode(data)).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.onLine(line);
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
