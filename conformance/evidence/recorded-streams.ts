/** The TCP of a recorded network: the part of a {@link ./recorder.ts} that has to do with connections. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { Listener, Stream, StreamHandlers, Streams } from '../../reference/net/streams.ts';
import type { TurnEvent } from './turn.ts';
import { CLOSES, streamMark } from './turn.ts';

/** What the recorder does for it. */
export interface Log {
  /** An event that gets a turn of its own, if it is still wanted then. */
  readonly add: (event: TurnEvent, act: () => void, isWanted: () => boolean) => void;
  /** What a promise of the network comes to, in a turn of its own. */
  readonly settled: <T>(
    promise: Promise<T>,
    good: (value: T) => TurnEvent,
    bad?: (why: string) => TurnEvent,
  ) => Promise<T>;
  /** Something that the tester does in the turn that is under way. */
  readonly did: (mark: string) => void;
}

export class RecordedStreams implements Streams {
  readonly #inner: Streams;
  readonly #log: Log;
  #listeners = 0;
  #connected = 0;
  #accepted = 0;

  constructor(inner: Streams, log: Log) {
    this.#inner = inner;
    this.#log = log;
  }

  async listen(local: Endpoint, onStream: (stream: Stream) => StreamHandlers): Promise<Listener> {
    const listener = this.#listeners++;
    let isOpen = true;
    const taken = (stream: Stream): StreamHandlers => {
      const name = `a${this.#accepted++}`;
      const own = this.#wrap(name, stream.remote);
      const { local, remote } = stream;
      const ends = { local: formatEndpoint(local), remote: formatEndpoint(remote) };
      const act = (): void => own.handledBy(onStream(own.around(stream)));
      this.#log.add({ kind: 'accepted', listener, stream: name, ...ends }, act, () => isOpen);
      return own.handlers;
    };
    const inner = await this.#log.settled(
      this.#inner.listen(local, taken),
      (bound) => ({ kind: 'listening', listener, local: formatEndpoint(bound.local) }),
      (why) => ({ kind: 'unheard', listener, why }),
    );
    let closing: Promise<void> | undefined;
    return {
      local: inner.local,
      close: () => {
        isOpen = false;
        closing ??= this.#log.settled(inner.close(), () => ({ kind: 'unlistened', listener }));
        return closing;
      },
    };
  }

  async connect(to: Endpoint, handlers: StreamHandlers, from?: Ip): Promise<Stream> {
    const name = `c${this.#connected++}`;
    const own = this.#wrap(name, to);
    own.handledBy(handlers);
    this.#log.did(streamMark(name, to, undefined));
    const stream = await this.#log.settled(
      this.#inner.connect(to, own.handlers, from),
      ({ local, remote }) => {
        const ends = { local: formatEndpoint(local), remote: formatEndpoint(remote) };
        return { kind: 'connected', stream: name, ...ends };
      },
      (why) => ({ kind: 'unconnected', stream: name, why }),
    );
    return own.around(stream);
  }

  /** Stands between a connection and who has it. */
  #wrap(name: string, remote: Endpoint) {
    const log = this.#log;
    let outer: StreamHandlers | undefined;
    let isOpen = true;
    const isWanted = (): boolean => isOpen && outer !== undefined;
    return {
      handledBy(handlers: StreamHandlers): void {
        outer = handlers;
      },
      handlers: {
        onBytes(buffer: Uint8Array): void {
          const bytes = Uint8Array.from(buffer);
          log.add({ kind: 'bytes', stream: name, bytes }, () => outer?.onBytes(bytes), isWanted);
        },
        onEnd(): void {
          log.add({ kind: 'ended', stream: name }, () => outer?.onEnd(), isWanted);
        },
      },
      around: (stream: Stream): Stream => ({
        local: stream.local,
        remote: stream.remote,
        write: (bytes) => {
          log.did(streamMark(name, remote, bytes));
          stream.write(bytes);
        },
        close: () => {
          if (isOpen) log.did(streamMark(name, remote, CLOSES));
          isOpen = false;
          stream.close();
        },
      }),
    };
  }
}
