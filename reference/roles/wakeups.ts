import type { Instant } from '../core.ts';

interface Entry<T> {
  readonly at: Instant;
  readonly key: T;
}

/**
 * When the parts of a role want to be woken: a binary heap in which an entry that was set again is
 * left behind and skipped later. Equal instants come out in the order of setting.
 */
export class Wakeups<T extends object> {
  private heap: Entry<T>[] = [];
  private readonly current = new Map<T, Entry<T>>();

  /** Sets the one instant of a part; an infinite one takes it out. */
  set(key: T, at: Instant): void {
    if (this.current.get(key)?.at === at) return;
    if (at === Number.POSITIVE_INFINITY) {
      this.current.delete(key);
    } else {
      const entry = { at, key };
      this.current.set(key, entry);
      this.push(entry);
    }
    if (this.heap.length > 2 * this.current.size + SLACK) this.rebuild();
  }

  delete(key: T): void {
    this.set(key, Number.POSITIVE_INFINITY);
  }

  /** The earliest instant, if any part waits. */
  next(): Instant | undefined {
    for (;;) {
      const top = this.heap[0];
      if (top === undefined || this.current.get(top.key) === top) return top?.at;
      this.pop();
    }
  }

  /** Takes one part that is due; it has to be set again to be woken again. */
  takeDue(now: Instant): T | undefined {
    const at = this.next();
    if (at === undefined || at > now) return undefined;
    const { key } = this.pop();
    this.current.delete(key);
    return key;
  }

  private rebuild(): void {
    this.heap = [];
    for (const entry of this.current.values()) this.push(entry);
  }

  private push(entry: Entry<T>): void {
    let index = this.heap.length;
    this.heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.at(parent) <= entry.at) break;
      this.swap(index, parent);
      index = parent;
    }
  }

  private pop(): Entry<T> {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (top === undefined || last === undefined) throw new Error('nothing to take');
    if (this.heap.length === 0) return top;
    this.heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.at(left + 1) < this.at(left) ? left + 1 : left;
      if (this.at(child) >= this.at(index)) return top;
      this.swap(index, child);
      index = child;
    }
  }

  private at(index: number): Instant {
    return this.heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }

  private swap(a: number, b: number): void {
    const [first, second] = [this.heap[a], this.heap[b]];
    if (first === undefined || second === undefined) throw new Error('outside the heap');
    this.heap[a] = second;
    this.heap[b] = first;
  }
}

/** Entries left behind that are not worth a rebuild. */
const SLACK = 64;
