/** The TCP of a network that was recorded: the part of a {@link ./replay.ts} that has to do with connections. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { formatEndpoint, parseEndpoint } from '../../reference/address.ts';
import { NetError } from '../../reference/net/net.ts';
import type { Listener, Stream, StreamHandlers, Streams } from '../../reference/net/streams.ts';
import type { StreamEvent } from './turn.ts';
import { CLOSES, streamMark } from './turn.ts';

/** What the replay does for it. */
export interface Course {
  /** The tester does something: it has to be what it did in the run. */
  readonly did: (mark: string, what: string) => void;
  readonly diverge: (message: string) => void;
}

interface Listening {
  readonly local: Endpoint;
  readonly onStream: (stream: Stream) => StreamHandlers;
  readonly settle: (listener: Listener) => void;
  readonly fail: (error: NetError) => void;
  closed: (() => void) | undefined;
}

interface Connecting {
  readonly settle: (stream: Stream) => void;
  readonly fail: (error: NetError) => void;
}

export class ReplayedStreams implements Streams {
  readonly #course: Course;
  readonly #listeners: Listening[] = [];
  readonly #connecting = new Map<string, Connecting>();
  /** Connections by name; those that the tester closed are there no more. */
  readonly #handlers = new Map<string, StreamHandlers>();
  #connected = 0;

  constructor(course: Course) {
    this.#course = course;
  }

  listen(local: Endpoint, onStream: (stream: Stream) => StreamHandlers): Promise<Listener> {
    return new Promise((settle, fail) => {
      this.#listeners.push({ local, onStream, settle, fail, closed: undefined });
    });
  }

  connect(to: Endpoint, handlers: StreamHandlers, _from?: Ip): Promise<Stream> {
    const name = `c${this.#connected++}`;
    this.#handlers.set(name, handlers);
    this.#course.did(streamMark(name, to, undefined), 'connects over TCP');
    return new Promise((settle, fail) => {
      this.#connecting.set(name, { settle, fail });
    });
  }

  /** One event of the log. */
  play(event: StreamEvent): void {
    switch (event.kind) {
      case 'listening':
        return this.#listening(event.listener, event.local);
      case 'unheard':
        return this.#listener(event.listener)?.fail(new NetError(event.why));
      case 'unlistened': {
        const listener = this.#listener(event.listener);
        if (listener !== undefined && listener.closed === undefined)
          return this.#course.diverge('it keeps a listener that the run closed');
        return listener?.closed?.();
      }
      case 'accepted': {
        const [listener, stream] = [this.#listener(event.listener), this.#stream(event.stream, event)];
        if (listener === undefined || stream === undefined) return;
        this.#handlers.set(event.stream, listener.onStream(stream));
        return;
      }
      case 'connected': {
        const stream = this.#stream(event.stream, event);
        return stream && this.#pending(event.stream)?.settle(stream);
      }
      case 'unconnected':
        return this.#pending(event.stream)?.fail(new NetError(event.why));
      case 'bytes':
        return this.#open(event.stream)?.onBytes(event.bytes);
      case 'ended':
        return this.#open(event.stream)?.onEnd();
    }
  }

  #listening(number: number, text: string): void {
    const listener = this.#listener(number);
    const local = this.#endpoint(text);
    if (listener === undefined || local === undefined) return;
    const isAsked = listener.local.ip === local.ip && [0, local.port].includes(listener.local.port);
    if (!isAsked) {
      const asked = formatEndpoint(listener.local);
      return this.#course.diverge(`it listens at ${asked}, and the run at ${text}`);
    }
    const closed = new Promise<void>((resolve) => {
      listener.settle({
        local,
        close: () => {
          listener.closed = resolve;
          return closed;
        },
      });
    });
  }

  #stream(name: string, ends: { readonly local: string; readonly remote: string }): Stream | undefined {
    const [local, remote] = [this.#endpoint(ends.local), this.#endpoint(ends.remote)];
    if (local === undefined || remote === undefined) return undefined;
    return {
      local,
      remote,
      write: (bytes) => this.#course.did(streamMark(name, remote, bytes), `writes ${bytes.length} bytes`),
      close: () => {
        if (!this.#handlers.delete(name)) return;
        this.#course.did(streamMark(name, remote, CLOSES), 'closes a connection');
      },
    };
  }

  #listener(number: number): Listening | undefined {
    const listener = this.#listeners[number];
    if (listener === undefined) this.#course.diverge('it does not listen where the run did');
    return listener;
  }

  #pending(name: string): Connecting | undefined {
    const pending = this.#connecting.get(name);
    this.#connecting.delete(name);
    if (pending === undefined) this.#course.diverge('it does not connect as the run did');
    return pending;
  }

  #open(name: string): StreamHandlers | undefined {
    const handlers = this.#handlers.get(name);
    if (handlers === undefined)
      this.#course.diverge('it has not got a connection that something came by in the run');
    return handlers;
  }

  #endpoint(text: string): Endpoint | undefined {
    const endpoint = parseEndpoint(text);
    if (endpoint === undefined) this.#course.diverge(`the log has ${text} for an endpoint`);
    return endpoint;
  }
}
