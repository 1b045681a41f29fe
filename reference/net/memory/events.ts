import type { Instant } from '../../core.ts';

interface Event {
  readonly at: Instant;
  /** Orders events of one instant by when they were added. */
  readonly number: number;
  callback: (() => void) | undefined;
}

/** What is going to happen: a binary heap, the earliest first, at one instant in order of adding. */
export class Events {
  private heap: Event[] = [];
  private added = 0;
  private takenOut = 0;

  /** Adds an event; what comes back takes it out again. */
  add(at: Instant, callback: () => void): () => void {
    const event: Event = { at, number: this.added++, callback };
    let index = this.heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.isBefore(parent, index)) break;
      this.swap(parent, index);
      index = parent;
    }
    return () => {
      if (event.callback === undefined) return;
      event.callback = undefined;
      if (++this.takenOut > SLACK && this.takenOut > this.heap.length / 2) this.rebuild();
    };
  }

  /** Takes the next event that nobody took out. */
  take(): { readonly at: Instant; readonly callback: () => void } | undefined {
    for (;;) {
      const event = this.pop();
      if (event === undefined) return undefined;
      const { at, callback } = event;
      if (callback === undefined) {
        this.takenOut--;
        continue;
      }
      event.callback = undefined;
      return { at, callback };
    }
  }

  /** Drops what was taken out; a sorted list is a heap. */
  private rebuild(): void {
    this.heap = this.heap
      .filter(({ callback }) => callback !== undefined)
      .sort((a, b) => a.at - b.at || a.number - b.number);
    this.takenOut = 0;
  }

  private pop(): Event | undefined {
    const last = this.heap.length - 1;
    if (last > 0) this.swap(0, last);
    const top = this.heap.pop();
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const child = left + 1 < last && this.isBefore(left + 1, left) ? left + 1 : left;
      if (child >= last || this.isBefore(index, child)) return top;
      this.swap(index, child);
      index = child;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [first, second] = [this.get(a), this.get(b)];
    return first.at < second.at || (first.at === second.at && first.number < second.number);
  }

  private swap(a: number, b: number): void {
    const [first, second] = [this.get(a), this.get(b)];
    this.heap[a] = second;
    this.heap[b] = first;
  }

  private get(index: number): Event {
    const event = this.heap[index];
    if (event === undefined) throw new RangeError(`outside the heap: ${index}`);
    return event;
  }
}

/** Events taken out that are not worth a rebuild. */
const SLACK = 1024;
