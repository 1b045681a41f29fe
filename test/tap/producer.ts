import type { Diagnostic, RootSink, Sink } from './sink.ts';

/**
 * Prints TAP 14 by itself and sets the exit status. The file is over when nothing can happen any more; a test
 * that leaves a socket open thus hangs, and the runner's time limit says so.
 */
export function producerSink(): RootSink {
  const root = new Points((line) => process.stdout.write(`${line}\n`));
  let atEnd = async () => {};
  let ended = false;

  const crash = (error: unknown) => {
    root.fail('no uncaught exception', {
      error: error instanceof Error ? String(error.stack) : String(error),
    });
    process.exitCode = 1;
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  process.on('beforeExit', async () => {
    if (ended) return;
    ended = true;
    await atEnd();
    if (root.running > 0) root.fail('every test comes to its end', {});
    root.plan();
    if (root.failed > 0 || root.count === 0) process.exitCode = 1;
  });
  process.on('exit', () => {
    if (ended) return;
    process.stdout.write('Bail out! The process was ended before its tests were.\n');
    process.exitCode = 1;
  });

  process.stdout.write('TAP version 14\n');
  return {
    ...root.sink(),
    atEnd: (body) => {
      atEnd = body;
    },
  };
}

/** The test points of one test, written line by line. */
class Points {
  count = 0;
  failed = 0;
  running = 0;
  readonly #write: (line: string) => void;
  #queue: Promise<void> = Promise.resolve();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  sink(): Sink {
    return {
      pass: (name) => this.#point(true, name),
      fail: (name, why) => this.fail(name, why),
      comment: (text) => this.#lines('# ', text),
      test: (name, skip, body) => {
        this.running++;
        this.#queue = this.#queue.then(() => this.#subtest(name, skip, body));
        return this.#queue;
      },
    };
  }

  fail(name: string, why: Diagnostic): void {
    this.#point(false, name);
    if (Object.keys(why).length === 0) return;
    this.#write('  ---');
    for (const [key, text] of Object.entries(why)) {
      this.#write(`  ${key}: |`);
      this.#lines('    ', text);
    }
    this.#write('  ...');
  }

  plan(): void {
    this.#write(`1..${this.count}`);
  }

  async #subtest(name: string, skip: string | false, body: (inner: Sink) => Promise<void>): Promise<void> {
    if (skip !== false) {
      this.#point(true, name, ` # SKIP ${skip}`);
    } else {
      // Kept until it is over: the parent's own points may come between its lines.
      const kept: string[] = [];
      const inner = new Points((line) => kept.push(line === '' ? '' : `    ${line}`));
      await body(inner.sink());
      inner.plan();
      this.#lines('# Subtest: ', name);
      for (const line of kept) this.#write(line);
      this.#point(inner.failed === 0, name);
    }
    this.running--;
  }

  #point(ok: boolean, name: string, directive = ''): void {
    this.count++;
    if (!ok) this.failed++;
    const text = name.replace(/[\\#]/g, '\\$&').replace(/\s+/g, ' ');
    this.#write(`${ok ? 'ok' : 'not ok'} ${this.count} - ${text}${directive}`);
  }

  #lines(prefix: string, text: string): void {
    for (const line of text.split('\n')) this.#write(prefix + line);
  }
}
