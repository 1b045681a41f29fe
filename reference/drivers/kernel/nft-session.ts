/** What a table of nft is changed by, as long as it lives: changes that come together are one transaction. */
import type { NftContext } from '../../ffi/nftables.ts';
import { loadNftables } from '../../ffi/nftables.ts';

/** Its turn comes after that of all changes. */
const NOTHING = '';
/** Commands that are given at once, in characters. */
const LONGEST = 60_000;

/** nft is not to be had, refuses, or has ended. */
export class NftError extends Error {}

interface Change {
  readonly command: string;
  readonly made: () => void;
}

interface Asked {
  readonly line: string;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: NftError) => void;
}

export class NftSession {
  private readonly context: NftContext;
  private readonly onFault: (fault: string) => void;
  /** Changes that wait; they go together. */
  private readonly changes: Change[] = [];
  /** Changes of a line that was refused, which are tried one by one. */
  private readonly alone: Change[] = [];
  private readonly asked: Asked[] = [];
  private isRunning = false;
  private isOver = false;
  private settling: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  /**
   * @param onFault takes what the kernel refused of a change
   * @param library that of the system if not given
   * @throws NftError if there is no nft.
   */
  constructor(onFault: (fault: string) => void, library = loadNftables()) {
    const { found: open, missing } = library;
    if (open === undefined) throw new NftError(missing);
    this.context = open();
    this.onFault = onFault;
  }

  /**
   * Changes something, soon; what is asked later sees it.
   * @param made called when it is made, or was refused; what that changes comes in another transaction, and before what
   *   is asked later
   */
  change(command: string, made: () => void = () => {}): void {
    if (this.isOver) return;
    this.changes.push({ command, made });
    this.next();
  }

  /** What nft says to a command. @throws NftError if it refuses, or has ended. */
  ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.isOver) return reject(new NftError('nft has ended'));
      this.asked.push({ line, resolve, reject });
      this.next();
    });
  }

  /** Resolves once all changes are made; undefined: they are. */
  settled(): Promise<void> | undefined {
    const isIdle = !this.isRunning && this.changes.length === 0 && this.alone.length === 0;
    if (isIdle || this.isOver) return undefined;
    const done = (): void => {};
    this.settling ??= this.ask(NOTHING).then(done, done);
    return this.settling;
  }

  /** Ends it, and its table with it, once all changes are made. Any number of times. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    // Its turn comes after that of changes which are tried alone, too.
    const last = this.ask(NOTHING);
    this.isOver = true;
    await last;
    this.context.close();
  }

  private next(): void {
    if (this.isRunning) return;
    const alone = this.alone.shift();
    if (alone !== undefined) return this.transact([alone]);
    if (this.changes.length > 0) {
      let [count, length] = [0, 0];
      while (count < this.changes.length && length < LONGEST)
        length += this.changes[count++]?.command.length ?? 0;
      this.transact(this.changes.splice(0, count));
      return;
    }
    const asked = this.asked.shift();
    // Changes from now on come after it.
    if (asked?.line === NOTHING) this.settling = undefined;
    if (asked !== undefined) void this.run(asked);
  }

  private transact(changes: readonly Change[]): void {
    const made = (): void => {
      for (const change of changes) change.made();
    };
    const reject = (error: NftError): void => {
      // One that is refused takes those beside it along; alone it takes none.
      if (changes.length > 1) return void this.alone.push(...changes);
      this.onFault(error.message);
      made();
    };
    void this.run({ line: changes.map(({ command }) => command).join('; '), resolve: made, reject });
  }

  private async run({ line, resolve, reject }: Asked): Promise<void> {
    this.isRunning = true;
    const { isDone, text } = await this.answerTo(line);
    this.isRunning = false;
    if (isDone) resolve(text);
    else
      reject(
        new NftError(text.split('\n').find((one) => one.includes('Error:')) ?? (text.trim() || 'refused')),
      );
    this.next();
  }

  /** A call that fails is one that nft refuses: those after it have their turn. */
  private async answerTo(line: string): ReturnType<NftContext['run']> {
    if (line === NOTHING) return { isDone: true, text: '' };
    try {
      return await this.context.run(line);
    } catch (error) {
      return { isDone: false, text: error instanceof Error ? error.message : String(error) };
    }
  }
}
