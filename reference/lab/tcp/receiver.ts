/** What one end of a TCP connection receives: each byte once, in order. */
import type { Piece } from './sender.ts';

/** Pieces that came before those before them; more are dropped, and come again. */
const MOST_EARLY = 64;

export class Receiver {
  /** Where the next byte is in the stream; its end counts as one. */
  next = 0;
  isEnded = false;
  private readonly early = new Map<number, Piece>();

  /** Takes a piece. @returns what can be given out now. */
  take(piece: Piece): Uint8Array[] {
    if (piece.at > this.next) {
      if (this.early.size < MOST_EARLY) this.early.set(piece.at, piece);
      return [];
    }
    const out: Uint8Array[] = [];
    for (let found: Piece | undefined = piece; found !== undefined; found = this.ready()) {
      const fresh = found.data.subarray(this.next - found.at);
      if (this.isEnded || found.at + found.data.length < this.next) continue;
      if (fresh.length > 0) out.push(fresh.slice());
      this.next = found.at + found.data.length;
      if (!found.isLast) continue;
      this.isEnded = true;
      this.next++;
    }
    return out;
  }

  private ready(): Piece | undefined {
    for (const [at, piece] of this.early) {
      if (at > this.next) continue;
      this.early.delete(at);
      return piece;
    }
    return undefined;
  }
}
