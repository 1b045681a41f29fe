/** A TCP segment (RFC 9293, 3.1) without its ports. */
export interface Segment {
  readonly flags: number;
  /** Sequence numbers are of 32 bits. */
  readonly sequence: number;
  /** What is expected next; stands for something with the flag ACK only. */
  readonly acknowledgement: number;
  readonly window: number;
  readonly data: Uint8Array;
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
