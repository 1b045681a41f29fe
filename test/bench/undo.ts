/** What has to be undone whatever happens: at the end of a benchmark, and as the process exits in the midst of it. */
import process from 'node:process';

export class Undo {
  private readonly bodies: (() => void)[] = [];
  private readonly onExit = (): void => this.all();

  constructor() {
    process.on('exit', this.onExit);
  }

  /** Adds what is to be done then, without waiting; the last one added goes first. */
  add(body: () => void): void {
    this.bodies.push(body);
  }

  /** Does it now. */
  all(): void {
    process.off('exit', this.onExit);
    for (const body of this.bodies.splice(0).reverse()) {
      try {
        body();
      } catch {
        // The rest is to be undone, too.
      }
    }
  }
}
