/** A small reader of pcapng, as the draft draft-ietf-opsawg-pcapng has it; little-endian files only. */

export interface Block {
  readonly type: number;
  /** Without the options. */
  readonly body: Uint8Array;
  /** In their order: code and value. */
  readonly options: readonly (readonly [number, Uint8Array])[];
}

/** Bytes of the body before the options, less those of a packet. */
const FIXED: Readonly<Record<number, number>> = { 0x0a0d0d0a: 16, 1: 8, 6: 20 };

/** @throws Error where a length does not fit. */
export function readBlocks(file: Uint8Array): Block[] {
  const blocks: Block[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = 0; at < file.length; ) {
    const type = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    if (length % 4 !== 0 || view.getUint32(at + length - 4, true) !== length)
      throw new Error(`the block at ${at} has not the length ${length}`);
    const data = type === 6 ? Math.ceil(view.getUint32(at + 20, true) / 4) * 4 : 0;
    const optionsAt = at + 8 + (FIXED[type] ?? 0) + data;
    blocks.push({
      type,
      body: file.slice(at + 8, optionsAt),
      options: readOptions(file.subarray(optionsAt, at + length - 4)),
    });
    at += length;
  }
  return blocks;
}

function readOptions(bytes: Uint8Array): (readonly [number, Uint8Array])[] {
  const options: (readonly [number, Uint8Array])[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (; view.getUint32(at, true) !== 0; ) {
    const length = view.getUint16(at + 2, true);
    options.push([view.getUint16(at, true), bytes.slice(at + 4, at + 4 + length)]);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  if (at + 4 !== bytes.length) throw new Error('the options do not end with the block');
  return options;
}

/** One packet block, read. */
export interface ReadPacket {
  readonly interface: string;
  /** Microseconds since 1970. */
  readonly at: number;
  readonly direction: number;
  readonly comment: string;
  readonly bytes: Uint8Array;
}

/** All packets of a file, with the names of their interfaces. */
export function readPackets(file: Uint8Array): ReadPacket[] {
  const blocks = readBlocks(file);
  const names = blocks.filter(({ type }) => type === 1).map(({ options }) => textOf(options, 2));
  return blocks
    .filter(({ type }) => type === 6)
    .map(({ body, options }) => {
      const view = new DataView(body.buffer, body.byteOffset, body.length);
      const word = (index: number) => view.getUint32(4 * index, true);
      return {
        interface: names[word(0)] ?? '',
        at: word(1) * 2 ** 32 + word(2),
        direction: options.find(([code]) => code === 2)?.[1][0] ?? 0,
        comment: textOf(options, 1),
        bytes: body.slice(20, 20 + word(3)),
      };
    });
}

function textOf(options: Block['options'], wanted: number): string {
  return new TextDecoder().decode(options.find(([code]) => code === wanted)?.[1]);
}
