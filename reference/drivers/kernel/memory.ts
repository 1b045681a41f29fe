/** Memory outside of the engine, which has an address that a structure can point to. */
import type { Libc } from '../../ffi/libc.ts';

export interface Block {
  readonly address: bigint;
  readonly size: number;
}

/** Takes memory, fills it and reads it; the same for each call of the C library. */
export class Memory {
  readonly allocate: (size: number) => Block;
  readonly free: (block: Block) => void;
  /** @throws RangeError if it does not fit. */
  readonly put: (block: Block, bytes: Uint8Array) => void;
  /** A copy of its beginning. @throws RangeError if there is not so much. */
  readonly take: (block: Block, length: number) => Uint8Array;

  constructor({ declare }: Libc) {
    const calloc = declare<(count: number, size: number) => number | bigint>(
      'uint64_t calloc(size_t count, size_t size)',
    );
    const free = declare<(address: bigint) => void>('void free(uint64_t address)');
    const copyIn = declare<(to: bigint, from: Uint8Array, length: number) => void>(
      'void memcpy(uint64_t to, void *from, size_t length)',
    );
    const copyOut = declare<(to: Uint8Array, from: bigint, length: number) => void>(
      'void memcpy(void *to, uint64_t from, size_t length)',
    );
    this.allocate = (size) => {
      const address = BigInt(calloc(1, size));
      if (address === 0n) throw new RangeError(`no memory of ${size} bytes`);
      return { address, size };
    };
    this.free = ({ address }) => free(address);
    this.put = (block, bytes) => {
      if (bytes.length > block.size) throw new RangeError(`${bytes.length} bytes into ${block.size}`);
      copyIn(block.address, bytes, bytes.length);
    };
    this.take = (block, length) => {
      if (length > block.size) throw new RangeError(`${length} bytes of ${block.size}`);
      const bytes = new Uint8Array(length);
      copyOut(bytes, block.address, length);
      return bytes;
    };
  }
}
