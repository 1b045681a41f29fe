/** The bundle of `--evidence`, written while the run goes on. */
import type { KeyObject } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Net } from '../../reference/net/net.ts';
import { Mistake } from '../command/mistake.ts';
import type { WantedEvidence } from '../command/run-options.ts';
import { FILES, FORMAT, sha256, writeManifest, writtenWay } from '../evidence/manifest.ts';
import { Recorder } from '../evidence/recorder.ts';
import { fingerprintOf, publicKeyOf, publicPem, readSigningKey, signatureOf } from '../evidence/signature.ts';
import type { Turn } from '../evidence/turn.ts';
import { writeTurn } from '../evidence/turn.ts';
import type { Report } from '../report.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { renderJson } from '../reporters/json.ts';
import { fileHash, readText, writeFault } from './files.ts';
import type { Circumstances, Job } from './judge.ts';
import type { Reached } from './target.ts';
import type { Terminal } from './terminal.ts';

/** Characters that are kept until they are compressed together. */
const TOGETHER = 65_536;

/** What came of a run, and with what it was made. */
export interface Recorded {
  readonly reached: Reached;
  readonly job: Omit<Job, 'circumstances'> & { readonly circumstances: Circumstances };
  /** As it was judged, without waivers. */
  readonly report: Report;
}

/**
 * Begins a bundle.
 * @param epoch the time of day at which the network's clock stood at 0, milliseconds since 1970
 * @throws Mistake if the folder is in use or can't be written, or the key is none.
 */
export async function beginEvidence(
  { folder, signWith }: WantedEvidence,
  net: Net,
  epoch: number,
): Promise<Evidence> {
  const key = signWith === undefined ? undefined : readSigningKey(await readText(signWith), signWith);
  const isOwn = await emptyFolder(folder);
  return new Evidence({ folder, isOwn, key, epoch }, net);
}

/** @returns whether it was made here. */
async function emptyFolder(folder: string): Promise<boolean> {
  let names: string[] = [];
  try {
    const made = await mkdir(folder, { recursive: true });
    if (made !== undefined) return true;
    names = await readdir(folder);
  } catch (error) {
    throw new Mistake(writeFault(folder, error), EXIT.suite);
  }
  if (names.length === 0) return false;
  throw new Mistake(`${folder} is not empty: name a new folder for the evidence.`);
}

interface Parts {
  readonly folder: string;
  /** Whether the folder was made for it. */
  readonly isOwn: boolean;
  readonly key: KeyObject | undefined;
  readonly epoch: number;
}

export class Evidence {
  readonly net: Recorder;
  readonly #parts: Parts;
  readonly #gzip = createGzip();
  readonly #written: Promise<void>;
  #lines = '';
  #turns = 0;
  #fault: string | undefined = undefined;
  #isDone = false;

  constructor(parts: Parts, net: Net) {
    this.#parts = parts;
    const name = join(parts.folder, FILES.turns);
    const file = createWriteStream(name);
    // Told at the end: the run itself goes on.
    this.#written = finished(this.#gzip.pipe(file)).catch((error: unknown) => {
      this.#fault ??= writeFault(name, error);
    });
    this.net = new Recorder({ net, write: (turn) => this.#write(turn), afterPromises: setImmediate });
  }

  /** The terminal of the run: the first Ctrl-C is an event like others, the second one ends the program. */
  terminal(terminal: Terminal): Terminal {
    let pressed = false;
    const onInterrupt: Terminal['onInterrupt'] = (callback) =>
      terminal.onInterrupt(() => {
        if (pressed) return callback();
        pressed = true;
        this.net.interrupt(callback);
      });
    return { ...terminal, onInterrupt };
  }

  /** Ends the log where the run is at its end. */
  over(): void {
    this.net.end();
  }

  /**
   * Writes all that is left.
   * @returns one line about the bundle for a person, or why it is not whole.
   */
  async end(run: Recorded): Promise<{ readonly said?: string; readonly fault?: string }> {
    this.#isDone = true;
    await this.#close();
    if (this.#fault !== undefined) return { fault: this.#fault };
    try {
      return { said: await this.#finish(run) };
    } catch (error) {
      return { fault: writeFault(this.#parts.folder, error) };
    }
  }

  /** A run that gave no report leaves no evidence. */
  async abandon(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    this.net.end();
    await this.#close();
    await rm(this.#parts.isOwn ? this.#parts.folder : join(this.#parts.folder, FILES.turns), {
      recursive: true,
      force: true,
    });
  }

  async #finish({ reached, job, report }: Recorded): Promise<string> {
    const { folder, key, epoch } = this.#parts;
    const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
    await put(FILES.report, renderJson(report));
    const { cases, clauses: _, net: __, circumstances, shard, replay, network, pics, ...settings } = job;
    const signer = key && publicKeyOf(key);
    const manifest = writeManifest({
      tool: 'ntm-conform evidence',
      format: FORMAT,
      versions: report.versions,
      clauseHash: report.clauseHash,
      ...circumstances,
      epoch,
      settings,
      ...(network !== undefined && { network }),
      ...(shard && { shard }),
      ...(pics && { pics }),
      ...(replay !== undefined && { replay }),
      cases: cases.map(({ id }) => id),
      way: writtenWay(reached),
      turns: this.#turns,
      files: { [FILES.turns]: await this.#hash(FILES.turns), [FILES.report]: await this.#hash(FILES.report) },
      signer: signer === undefined ? null : fingerprintOf(signer),
    });
    const bytes = Buffer.from(manifest);
    const digest = sha256(bytes);
    await put(FILES.manifest, manifest);
    await put(FILES.digest, `${digest}  ${FILES.manifest}\n`);
    if (key !== undefined && signer !== undefined) {
      await put(FILES.signature, signatureOf(bytes, key));
      await put(FILES.publicKey, publicPem(signer));
    }
    const by = signer === undefined ? 'unsigned' : `signed by the key ${fingerprintOf(signer)}`;
    return `Evidence: ${folder}, ${this.#turns} turns, ${by}, SHA-256 ${digest}`;
  }

  async #hash(name: string): Promise<{ bytes: number; sha256: string }> {
    const file = join(this.#parts.folder, name);
    return { bytes: (await stat(file)).size, sha256: await fileHash(file) };
  }

  #write(turn: Turn): void {
    this.#turns++;
    this.#lines += `${writeTurn(turn)}\n`;
    if (this.#lines.length >= TOGETHER) this.#flush();
  }

  #flush(): void {
    if (this.#fault === undefined) this.#gzip.write(this.#lines);
    this.#lines = '';
  }

  async #close(): Promise<void> {
    this.#flush();
    this.#gzip.end();
    await this.#written;
  }
}
