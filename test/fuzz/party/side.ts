/** What a run against a role has to know of the role and of those around it. */
import type { Endpoint } from '../../../reference/address.ts';
import type { Input, Instant, Role, TunnelHotTable } from '../../../reference/core.ts';
import type { Shot } from '../shot.ts';
import type { Adept } from './adept.ts';

/** The role that is attacked, and all that it deals with. */
export interface Side {
  readonly role: Role;
  /** Of which the role was made. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly tunnels?: TunnelHotTable;
  readonly locals: readonly Endpoint[];
  /** Its far ends; some of them come and go. */
  readonly adepts: () => readonly Adept[];
  /** Of these, those that attack. */
  readonly attackers: () => readonly Adept[];
  /** Where far ends are that are not there from the beginning. */
  readonly homes?: readonly Endpoint[];
  /** Whether a context was one of a far end that went. */
  readonly isForgotten: (context: string) => boolean;
  /** Whether something may be sent there. */
  readonly isKnown: (to: Endpoint) => boolean;
  /** What happens on its own host. */
  readonly happens?: (now: Instant) => Input | undefined;
  /** How probable something is to happen there at any time. */
  readonly eventful: number;
  /** What is handed to its applications. @throws Violation */
  readonly delivered?: (packet: Uint8Array) => void;
  /** What shows that it still does what it is there for. @throws Violation if it does not */
  readonly isAlive: () => Generator<Step, void, void>;
}

/** A part of what shows that a role is alive: done at once in virtual time, and waited for over UDP. */
export type Step =
  | {
      readonly what: 'exchange';
      readonly shots: readonly Shot[];
      /** What has come by then if all is well. */
      readonly until?: () => boolean;
    }
  /** Milliseconds in which what was limited is free again. */
  | { readonly what: 'pass'; readonly time: number }
  /** An inner packet, or one of the general side. */
  | { readonly what: 'packet'; readonly packet: Uint8Array };
