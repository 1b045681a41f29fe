/** The capture of a run in files, written while the run goes on. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { Capture } from '../capture/capture.ts';
import type { Case } from '../case.ts';
import { Mistake } from '../command/mistake.ts';
import type { WantedCapture } from '../command/run-options.ts';
import type { Tap } from '../played/stage.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { writeFault } from './files.ts';
import { suiteVersion } from './suite-version.ts';

export interface CaptureFiles {
  readonly tap: Tap;
  /** Writes what is left; any number of times. @returns one line for each file that is not whole. */
  end(): string[];
}

/** Bytes that are kept until they are written together. */
const TOGETHER = 65_536;

/** Secrets are for the user alone. */
const OWN = 0o600;

/** What a capture says of its run. */
export interface Captured {
  readonly cases: readonly Case[];
  /** The time of day at which the clock of the run stood at 0, milliseconds since 1970. */
  readonly epoch: number;
  readonly seed: string;
}

/** Begins the files. @throws Mistake if one cannot be written. */
export function captureFiles({ file, withKeys }: WantedCapture, run: Captured): CaptureFiles {
  const packets = new OutFile(file);
  const keys = withKeys ? new OutFile(`${file}.keys`, OWN) : undefined;
  const text = new TextEncoder();
  const sink = {
    packets: (bytes: Uint8Array) => packets.add(bytes),
    ...(keys && { keys: (line: string) => keys.add(text.encode(line)) }),
  };
  const roles = new Map(run.cases.map(({ id, roles: [first] }) => [id, first]));
  const capture = new Capture(sink, {
    application: `ntm-conform ${suiteVersion()}`,
    about: `seed ${run.seed}; addresses, ports, payload and times are those of the datagrams, all else in the IP headers is made up`,
    epoch: run.epoch,
    roleOf: (caseId) => roles.get(caseId),
  });
  return {
    tap: capture,
    end() {
      capture.end();
      return [packets.end(), keys?.end()].filter((fault) => fault !== undefined);
    },
  };
}

/** A file that grows. What goes wrong once it is open is told at the end, for the run itself goes on. */
class OutFile {
  readonly #name: string;
  readonly #to: number;
  readonly #buffer = new Uint8Array(TOGETHER);
  #used = 0;
  #isOpen = true;
  #fault: string | undefined = undefined;

  constructor(name: string, mode = 0o666) {
    this.#name = name;
    try {
      this.#to = openSync(name, 'w', mode);
    } catch (error) {
      throw new Mistake(writeFault(name, error), EXIT.suite);
    }
  }

  /** After the end nothing is taken any more: a run that was ended early may still send. */
  add(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    if (this.#used + bytes.length > TOGETHER) this.#flush();
    if (bytes.length > TOGETHER) return this.#write(bytes);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  end(): string | undefined {
    if (!this.#isOpen) return this.#fault;
    this.#flush();
    this.#isOpen = false;
    closeSync(this.#to);
    return this.#fault;
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  #write(bytes: Uint8Array): void {
    let done = 0;
    try {
      while (this.#fault === undefined && done < bytes.length) done += writeSync(this.#to, bytes, done);
    } catch (error) {
      this.#fault = writeFault(this.#name, error);
    }
  }
}
