/** One nft that lives as long as its table does, and takes commands a line at a time: each line is one transaction. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/** Prints a text of its own and does not ask the kernel, so that what comes before it is the answer. */
const FENCE = 'describe udp sport';
const FENCE_ANSWER = /payload expression, datatype inet_service \(internet network service\)[^\n]*\n/;
/** Its fence comes after those of all changes. */
const NOTHING = '';
/** A line that nft is given at once. */
const LONGEST_LINE = 60_000;

/** nft cannot be run, or has ended. */
export class NftError extends Error {}

interface Asked {
  readonly line: string;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: NftError) => void;
}

export class NftProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly onFault: (fault: string) => void;
  /** Changes that wait; they go together. */
  private changes: string[] = [];
  /** Changes of a line that was refused, which are tried one by one. */
  private readonly alone: string[] = [];
  private readonly asked: Asked[] = [];
  private current: Asked | undefined;
  private answer = '';
  private over: NftError | undefined;
  private settling: Promise<void> | undefined;

  /** @param onFault takes what the kernel refused of a change */
  constructor(onFault: (fault: string) => void) {
    this.onFault = onFault;
    // Faults by the same pipe, so that each comes before the fence of its own line.
    this.child = spawn('sh', ['-c', 'exec nft -i 2>&1'], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    this.child.stdin?.on('error', () => {});
    this.ended = new Promise((resolve) => {
      const end = (why: string): void => {
        this.end(new NftError(why));
        resolve();
      };
      this.child.on('error', ({ message }) => end(`nft cannot be run: ${message}`));
      this.child.on('close', () =>
        end(`nft has ended${this.answer === '' ? '' : `: ${firstLine(this.answer)}`}`),
      );
    });
  }

  /** Changes something, soon; what is asked later sees it. */
  change(command: string): void {
    this.changes.push(command);
    this.next();
  }

  /** What nft says to a command. @throws NftError if it refuses, or has ended. */
  ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.over !== undefined) reject(this.over);
      else this.asked.push({ line, resolve, reject });
      this.next();
    });
  }

  /** Resolves once all changes are made; undefined: they are. */
  settled(): Promise<void> | undefined {
    const isIdle = this.current === undefined && this.changes.length === 0 && this.alone.length === 0;
    if (isIdle || this.over !== undefined) return undefined;
    const done = (): void => {};
    this.settling ??= this.ask(NOTHING).then(done, done);
    return this.settling;
  }

  /** Ends it, and its table with it. */
  async close(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
  }

  private next(): void {
    if (this.current !== undefined || this.over !== undefined) return;
    const alone = this.alone.shift();
    if (alone !== undefined) return this.transact([alone]);
    if (this.changes.length > 0) {
      let [count, length] = [0, 0];
      while (count < this.changes.length && length < LONGEST_LINE)
        length += this.changes[count++]?.length ?? 0;
      this.transact(this.changes.splice(0, count));
      return;
    }
    const asked = this.asked.shift();
    // Changes from now on come after it.
    if (asked?.line === NOTHING) this.settling = undefined;
    if (asked !== undefined) this.send(asked);
  }

  private transact(changes: readonly string[]): void {
    const reject = (error: NftError): void => {
      // One that is refused takes those beside it along; alone it takes none.
      if (changes.length > 1 && this.over === undefined) this.alone.push(...changes);
      else this.onFault(error.message);
    };
    this.send({ line: changes.join('; '), resolve: () => {}, reject });
  }

  private send(asked: Asked): void {
    this.current = asked;
    this.child.stdin?.write(`${asked.line}\n${FENCE}\n`);
  }

  private hear(text: string): void {
    this.answer += text;
    const fence = FENCE_ANSWER.exec(this.answer);
    if (fence === null || this.current === undefined) return;
    const answer = this.answer.slice(0, fence.index);
    this.answer = this.answer.slice(fence.index + fence[0].length);
    const { current } = this;
    this.current = undefined;
    const fault = /^(?:.*: )?Error: .*$/m.exec(answer)?.[0];
    if (fault === undefined) current.resolve(answer);
    else current.reject(new NftError(fault));
    this.next();
  }

  private end(error: NftError): void {
    this.over ??= error;
    this.current?.reject(error);
    for (const { reject } of this.asked.splice(0)) reject(error);
    this.current = undefined;
    this.changes = [];
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
