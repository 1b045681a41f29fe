/**
 * The answers that one tester may still ask for again: a ring of slots, the slot of an id is id
 * modulo their number. An id that is older than what its slot holds is a straggler of the network.
 */
export class AnswerRing {
  readonly #slots: ({ id: number; datagrams: readonly Uint8Array[] | undefined } | undefined)[];
  #working = 0;

  constructor(size: number) {
    this.#slots = Array.from({ length: size });
  }

  /** Requests begun and not finished. */
  get working(): number {
    return this.#working;
  }

  /** `new`: do it. `ignore`: being done, or a straggler. Else the datagrams of its answer. */
  look(id: number): 'new' | 'ignore' | readonly Uint8Array[] {
    const slot = this.#slots[id % this.#slots.length];
    if (slot === undefined || slot.id < id) return 'new';
    return slot.id === id ? (slot.datagrams ?? 'ignore') : 'ignore';
  }

  /** Takes the slot of a new id; the work is done once. */
  begin(id: number): void {
    this.#slots[id % this.#slots.length] = { id, datagrams: undefined };
    this.#working++;
  }

  /** Keeps the answer, unless the slot went to a later id meanwhile. */
  finish(id: number, datagrams: readonly Uint8Array[]): void {
    const slot = this.#slots[id % this.#slots.length];
    if (slot?.id === id) slot.datagrams = datagrams;
    this.#working--;
  }
}
