/** A real web server on a host, and downloads from it by curl. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import type { Program } from './program.ts';

/** What the server has, by its one path. */
export interface Web {
  readonly bytes: number;
  readonly digest: string;
}

export const FILE = 'file.bin';
const SEEN = 'seen.log';
/** Milliseconds between two looks at what came of a download. */
const LOOK = 20;

/**
 * Starts nginx on a host, for all its addresses, with a file of that size.
 * @param rate bytes per second that it sends to one, so that it takes a while. A client that takes no more closes its
 * window, and who sends asks rarely then whether it is open: a move that loses the word of it costs up to a minute.
 */
export async function startWeb(ground: Ground, host: string, bytes: number, rate = 0): Promise<Web> {
  const root = join(ground.folder, `web-${host}`);
  await mkdir(root, { recursive: true });
  const content = randomBytes(bytes);
  await writeFile(join(root, FILE), content);
  const config = await ground.file(
    `nginx-${host}.conf`,
    `daemon off; worker_processes 1; user root; pid ${root}/pid; error_log stderr;
events { }
http {
  log_format who '$remote_addr'; access_log ${root}/${SEEN} who;
  client_body_temp_path ${root}/body; proxy_temp_path ${root}/proxy; fastcgi_temp_path ${root}/fastcgi;
  uwsgi_temp_path ${root}/uwsgi; scgi_temp_path ${root}/scgi;
  server { listen 80; listen [::]:80 ipv6only=on; root ${root}; limit_rate ${rate}; }
}
`,
  );
  ground.start(host, ['nginx', '-e', 'stderr', '-c', config], `nginx-${host}`);
  return { bytes, digest: sha256(content) };
}

/** Addresses from which the requests of a server came. */
export async function seenBy(ground: Ground, host: string): Promise<string[]> {
  const text = await readFile(join(ground.folder, `web-${host}`, SEEN), 'utf8').catch(() => '');
  return [...new Set(text.split('\n').filter((line) => line !== ''))];
}

export class Download {
  private readonly file: string;
  readonly program: Program;

  constructor(ground: Ground, from: string, name: string, version: 4 | 6) {
    this.file = join(ground.folder, `curl-${from}.bin`);
    const words = ['curl', '-sS', `-${version}`, '--retry', '0', '--connect-timeout', '30'];
    const where = ['-o', this.file, `http://${name}/${FILE}`];
    this.program = ground.start(from, [...words, ...where], `curl-${from}`);
  }

  /** Bytes that have come. */
  async size(): Promise<number> {
    return (await stat(this.file).catch(() => undefined))?.size ?? 0;
  }

  /** What came in the end, as SHA-256. */
  async digest(): Promise<string> {
    return sha256(await readFile(this.file));
  }
}

/** How long nothing came of a download, looked at all the time. */
export class Pauses {
  private readonly download: Download;
  private readonly timer: NodeJS.Timeout;
  private size = 0;
  private changed = performance.now();
  private longestYet = 0;

  constructor(download: Download) {
    this.download = download;
    this.timer = setInterval(() => void this.look(), LOOK);
  }

  /** The longest pause in milliseconds since this was last asked, one that lasts still included. */
  take(): number {
    const longest = Math.max(this.longestYet, performance.now() - this.changed);
    this.longestYet = 0;
    return longest;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const [size, now] = [await this.download.size(), performance.now()];
    if (size === this.size) return;
    this.longestYet = Math.max(this.longestYet, now - this.changed);
    this.size = size;
    this.changed = now;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
