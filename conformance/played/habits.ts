/** What a peer does by itself, each turned off or set by a case. */
import type { ChannelKind } from '../../reference/crypto/keys.ts';
import type { Body } from '../fields.ts';
import type { Received } from '../observe/received.ts';

/** What goes back to a request. */
export interface Reply {
  readonly type: number;
  readonly content: Body;
}

/** What a peer does by itself. */
export interface Habits {
  /** Answers openings of the other end, and resolves crossed ones. */
  answerOpenings: boolean;
  /** Kinds of channels of which it does not answer openings all the same. */
  ignoredOpenings: readonly ChannelKind[];
  answerProbes: boolean;
  /** Probes the source of an opening that was confirmed, as a responder has to. */
  probeBack: boolean;
  answerRegistrations: boolean;
  /** The lifetime that a played DC grants a relay, in seconds. */
  registrationLifetime: number;
  /** The status with which it answers; 0 grants. */
  registrationStatus: number;
  /** Addresses of 4 and 16 bytes that a played DC gives an RS-T to lend. [RST-09] */
  pool: readonly Uint8Array[];
  /** Acknowledges Path Updates. */
  acknowledges: boolean;
  /** What a played DC gives a node: addresses of 4 and 16 bytes. */
  virtualAddresses: readonly Uint8Array[];
  /** In which families what it tells of the other end's address is another one, as behind a NAT. */
  natted: readonly (4 | 6)[];
  /** The interval of keep-alives that a played DC tells a node, in seconds. */
  keepAlive: number;
  aliases: readonly Uint8Array[];
  /** What it answers to requests that no other habit is about. */
  reply: ((mail: Received) => Reply | undefined) | undefined;
}

/** What a good peer does. */
export const HABITS: Readonly<Habits> = {
  answerOpenings: true,
  ignoredOpenings: [],
  answerProbes: true,
  probeBack: true,
  answerRegistrations: true,
  registrationLifetime: 3600,
  registrationStatus: 0,
  pool: [],
  acknowledges: true,
  virtualAddresses: [
    Uint8Array.of(198, 18, 0, 1),
    Uint8Array.of(0xfd, 0, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  ],
  natted: [],
  keepAlive: 25,
  aliases: [],
  reply: undefined,
};
