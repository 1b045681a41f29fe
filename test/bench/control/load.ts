/** Servers under load: a DC and its crowd, coturn and its clients, each pair on two processors. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { folder } from '../tool.ts';
import type { Undo } from '../undo.ts';
import { Child, RUNTIMES } from './child.ts';

/** What the server spent on a number of things that were done for its clients. */
export interface Spent {
  readonly done: number;
  readonly asked: number;
  readonly seconds: number;
  /** Seconds of processor time, of the server and of those who loaded it. */
  readonly server: number;
  readonly load: number;
}

/** In bytes. */
export interface Memory {
  /** What the system gave it. */
  readonly resident: number;
  /** Of the heap what is in use after a collection; of a program without one the same as above. */
  readonly held: number;
}

/** A server and what loads it. */
export interface Loaded {
  perform(deed: string, first: number, count: number): Promise<Spent>;
  memory(): Promise<Memory>;
  end(): Promise<void>;
}

const [SERVER, LOAD] = [1, 0];
/** Below those from which clients get theirs. */
const RELAYED = ['--min-port', '10000', '--max-port', '32767'];
const CREDENTIALS = ['bench', 'secret'] as const;
const program = (name: string): string => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));

class Pair implements Loaded {
  private readonly server: Child;
  private readonly load: Child;
  private readonly held: (() => Promise<number>) | undefined;

  constructor(server: Child, load: Child, held?: () => Promise<number>) {
    this.server = server;
    this.load = load;
    this.held = held;
  }

  async perform(deed: string, first: number, count: number): Promise<Spent> {
    const [server, load] = [this.server.used(), this.load.used()];
    const { done, seconds } = await this.load.ask<{ done: number; seconds: number }>({ deed, first, count });
    const spent = { server: this.server.used() - server, load: this.load.used() - load };
    return { done, asked: count, seconds, ...spent };
  }

  async memory(): Promise<Memory> {
    const held = await this.held?.();
    const resident = this.server.resident();
    return { resident, held: held ?? resident };
  }

  async end(): Promise<void> {
    await this.load.end();
    await this.server.end();
  }
}

/** A DC for so many nodes. @param isStored it has its store in a file */
export async function loadedDc(
  undo: Undo,
  runtime: keyof typeof RUNTIMES,
  nodes: number,
  isStored = false,
): Promise<Loaded> {
  const store = isStored ? [join(folder(undo), 'store')] : [];
  const dc = new Child(undo, SERVER, [...RUNTIMES[runtime], program('dc'), `${nodes}`, ...store]);
  const { port } = await dc.next<{ port: number }>();
  const crowd = new Child(undo, LOAD, [...RUNTIMES.bun, program('crowd'), `${port}`, `${nodes}`]);
  await crowd.next();
  return new Pair(dc, crowd, async () => (await dc.ask<{ held: number }>('memory')).held);
}

/** coturn. @param hasCredentials its clients have to show that they know a secret */
export async function loadedCoturn(undo: Undo, hasCredentials: boolean, port: number): Promise<Loaded> {
  const own = folder(undo);
  const who = hasCredentials ? ['--lt-cred-mech', '-u', CREDENTIALS.join(':'), '-r', 'bench'] : ['--no-auth'];
  const off = ['--no-tcp', '--no-tls', '--no-dtls', '--no-cli', '--no-stdout-log', '--log-file', '/dev/null'];
  const files = ['--pidfile', join(own, 'pid'), '--userdb', join(own, 'db')];
  const place = ['-L', '127.0.0.1', '-p', `${port}`, '-E', '127.0.0.1', ...RELAYED];
  const server = new Child(undo, SERVER, ['turnserver', '-n', ...who, ...place, ...off, ...files], true);
  await sleep(2000);
  if (!server.isRunning) throw new Error(`coturn has ended: is port ${port} of 127.0.0.1 in use?`);
  const known = hasCredentials ? CREDENTIALS : [];
  const load = new Child(undo, LOAD, [...RUNTIMES.bun, program('allocate'), `${port}`, ...known]);
  await load.next();
  return new Pair(server, load);
}
