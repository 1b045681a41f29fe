/**
 * The protocol's timers with their defaults, in seconds. The spec's table of timers has the same names
 * and values, and says which of them a configuration may set: always, or in a test alone.
 */

interface TimerDefault {
  readonly clause: string;
  /** A list says when something is sent, counted from its start. */
  readonly seconds: number | readonly number[];
  /** Who may set it: a configuration, only one with a test profile, or nobody. [GEN-39, GEN-48] */
  readonly set: 'always' | 'test' | 'no';
}

export const TIMERS = {
  /** A relay entry without data and leg probes is removed. */
  'relay-idle': { clause: 'RS-08', seconds: 120, set: 'always' },
  /** How long a mapping of an RS-N outlives its last packet: one of UDP, one of an open TCP connection. */
  'nat-udp': { clause: 'RSN-06', seconds: 120, set: 'test' },
  'nat-tcp': { clause: 'RSN-06', seconds: 7440, set: 'test' },
  /** The same of a TCP connection that opens or closes, and of an ICMP echo. */
  'nat-tcp-transitory': { clause: 'RSN-06', seconds: 240, set: 'test' },
  'nat-echo': { clause: 'RSN-06', seconds: 60, set: 'test' },
  /** How long ports of a path that is gone are no other mapping's. */
  'nat-released': { clause: 'RSN-16', seconds: 120, set: 'test' },
  /** How long an address that was lent is lent to no other node. */
  'lease-quarantine': { clause: 'RST-05', seconds: 120, set: 'test' },
  /** How long datagrams are held for a leg that is not valid yet. */
  'hold-time': { clause: 'RSS-03', seconds: 2, set: 'test' },
  /** How long an answer is kept for a repeated request. */
  'answer-cache': { clause: 'GEN-27', seconds: 30, set: 'test' },
  'opening-repeat': { clause: 'KEY-16', seconds: [0, 0.25, 0.75, 1.75, 3.75], set: 'no' },
  'opening-over': { clause: 'KEY-16', seconds: 5, set: 'test' },
  'association-rekey': { clause: 'KEY-05', seconds: 3600, set: 'test' },
  'leg-rekey': { clause: 'KEY-05', seconds: 3600, set: 'test' },
  /** How much longer than the initiator of the last handshake its other end waits before it opens. */
  'rekey-other-end': { clause: 'KEY-26', seconds: 15, set: 'test' },
  /** How much longer than its rekeying age a key may send. */
  'key-lifetime-extra': { clause: 'KEY-25', seconds: 60, set: 'test' },
  /** How long old keys receive after new ones are confirmed. */
  'old-keys': { clause: 'KEY-07', seconds: 10, set: 'test' },
  /** An unconfirmed handshake is erased this long after its first message 2. */
  unconfirmed: { clause: 'KEY-22', seconds: 10, set: 'test' },
  'probe-try': { clause: 'GEN-11', seconds: [0, 0.5, 1.5], set: 'no' },
  'probe-over': { clause: 'GEN-11', seconds: 2.5, set: 'test' },
  'try-rs-dc': { clause: 'GEN-11', seconds: [0, 0.5, 1.5, 3.5], set: 'no' },
  'try-over-rs-dc': { clause: 'GEN-11', seconds: 5, set: 'test' },
  /** A registration that failed is tried again after this, doubling up to the maximum. */
  'register-retry-min': { clause: 'RS-18', seconds: 5, set: 'test' },
  'register-retry-max': { clause: 'RS-18', seconds: 60, set: 'test' },
  'try-node-dc': { clause: 'GEN-11', seconds: [0, 0.5, 1.5, 3.5], set: 'no' },
  'try-over-node-dc': { clause: 'GEN-11', seconds: 5, set: 'test' },
  /** What a node asks for, and the most that a DC grants. */
  'registration-lifetime': { clause: 'NODE-13, DC-29', seconds: 120, set: 'always' },
  'registration-retry-min': { clause: 'NODE-18', seconds: 5, set: 'test' },
  'registration-retry-max': { clause: 'NODE-18', seconds: 60, set: 'test' },
  'registration-lifetime-min': { clause: 'DC-29', seconds: 30, set: 'always' },
  /** What a DC tells its nodes; 25 s at most. */
  'keep-alive': { clause: 'DC-06', seconds: 25, set: 'always' },
  'relay-registration-lifetime': { clause: 'DC-40', seconds: 120, set: 'always' },
  /** A Relay Direction counts as live this long after it was last sent. */
  'relay-direction-live': { clause: 'DC-39', seconds: 86_400, set: 'always' },
  /** One whose path was replaced counts this much longer. */
  'relay-direction-replaced': { clause: 'DC-39', seconds: 40, set: 'test' },
  'try-dc-dc': { clause: 'GEN-11', seconds: [0, 0.5, 1.5], set: 'no' },
  'try-over-dc-dc': { clause: 'GEN-11', seconds: 2.5, set: 'test' },
  'try-dc-node': { clause: 'GEN-11', seconds: [0, 0.5], set: 'no' },
  'try-over-dc-node': { clause: 'GEN-11', seconds: 1.5, set: 'test' },
  'try-dc-rs': { clause: 'GEN-11', seconds: [0, 0.5], set: 'no' },
  'try-over-dc-rs': { clause: 'GEN-11', seconds: 1.5, set: 'test' },
  'direction-answer': { clause: 'GEN-28', seconds: 4.5, set: 'test' },
  /** How long a Node Information Response may decide routes. */
  'node-information': { clause: 'FED-09', seconds: 5, set: 'test' },
  /** A node asks DNS where its DC is not more often than this. */
  'dc-lookup': { clause: 'NODE-17', seconds: 5, set: 'test' },
  /** How long inner packets are held for a path. */
  'packet-hold-time': { clause: 'NODE-10', seconds: 5, set: 'test' },
  /** How long the name of a virtual address is kept after its last inner packet, and the address promised. */
  'name-memory': { clause: 'NODE-10, DC-30', seconds: 7440, set: 'test' },
  /** How long an address goes on standing for a general peer to which no direction is live. */
  'general-address-memory': { clause: 'DC-36', seconds: 7440, set: 'test' },
  /** How long an application's query waits for a direction. */
  'dns-wait': { clause: 'DNS-07', seconds: 5, set: 'always' },
  /** How long applications may keep what they are told of a peer. */
  'dns-ttl': { clause: 'DNS-08', seconds: 60, set: 'test' },
  /** How long it may be kept that a DC's zone has no such name. */
  'dns-negative-ttl': { clause: 'DNS-24', seconds: 5, set: 'test' },
  /** A request for replacement that failed is repeated after this. */
  'replace-repeat': { clause: 'HO-17', seconds: 5, set: 'test' },
  /** What a DC gives a path between nodes as its lifetime without inner packets. */
  'path-idle': { clause: 'TUN-08', seconds: 300, set: 'always' },
  /** The same for a path whose other end is an RS-N or RS-T. */
  'path-idle-relay-end': { clause: 'TUN-08, RS-25', seconds: 7440, set: 'always' },
  /** A path that is not the lowest to its peer is closed this long after it was confirmed. */
  'lowest-path': { clause: 'HO-11', seconds: 30, set: 'test' },
  'lowest-path-heard': { clause: 'HO-11', seconds: 5, set: 'test' },
  'path-rekey': { clause: 'KEY-05', seconds: 120, set: 'test' },
  /** A path that was not confirmed this long after its direction is erased. */
  'path-unconfirmed': { clause: 'KEY-36', seconds: 30, set: 'test' },
  /** How long the candidates of a common NAT are tried alone. */
  'same-nat-candidates': { clause: 'NODE-21', seconds: 1, set: 'test' },
  'same-nat-relay-repeat': { clause: 'NODE-21', seconds: [0, 0.25, 0.75, 1.75], set: 'no' },
  'try-path-update': { clause: 'GEN-11', seconds: [0, 0.5, 1.5], set: 'no' },
  'try-over-path-update': { clause: 'GEN-11', seconds: 2.5, set: 'test' },
  /** How long a closed path receives. */
  'close-receive': { clause: 'TUN-17', seconds: 10, set: 'test' },
  /** A route by which something was sent and nothing heard since is probed. */
  heard: { clause: 'HO-10', seconds: 2.5, set: 'test' },
  'heard-over': { clause: 'HO-10', seconds: 2.5, set: 'test' },
  /** When each candidate is probed in a search for a direct route. */
  'optimise-try': { clause: 'OPT-02', seconds: [0, 0.25, 0.5, 1, 1.75, 3], set: 'no' },
  /** A search that failed is repeated after this, doubling up to the maximum. */
  'optimise-again': { clause: 'OPT-04', seconds: 60, set: 'always' },
  'optimise-again-max': { clause: 'OPT-04', seconds: 960, set: 'test' },
} as const satisfies Record<string, TimerDefault>;

export type TimerName = keyof typeof TIMERS;

/** The timers that can't be set, which are the lists. */
export type FixedTimerName = {
  [Name in TimerName]: (typeof TIMERS)[Name]['set'] extends 'no' ? Name : never;
}[TimerName];

export type SettableTimerName = Exclude<TimerName, FixedTimerName>;

/** Limits of the same table that count, as far as no other key sets them. [GEN-39] */
export const COUNTS = {
  /** Messages sealed under one key of suite 1 before an end opens anew. */
  'rekey-messages': { clause: 'KEY-05', set: 'test' },
  /** The same of suite 2. */
  'rekey-messages-suite-2': { clause: 'KEY-05', set: 'test' },
} as const;

export type CountName = keyof typeof COUNTS;

export const COUNT_NAMES = Object.keys(COUNTS) as CountName[];

/** What a configuration sets: seconds, or a number, by name. */
export type TimerSettings = { readonly [Name in SettableTimerName | CountName]?: number | undefined };

/** All timers in milliseconds, the unit of every instant in the code; of counts those that were set. */
export type Timers = { readonly [Name in SettableTimerName]: number } & {
  readonly [Name in FixedTimerName]: readonly number[];
} & { readonly [Name in CountName]?: number | undefined };

export const TIMER_NAMES = Object.keys(TIMERS) as TimerName[];

export function isSettable(name: TimerName): name is SettableTimerName {
  return TIMERS[name].set !== 'no';
}

/** The defaults with a configuration's own values over them, in milliseconds. */
export function timersFrom(settings: TimerSettings = {}): Timers {
  const counts = Object.fromEntries(
    COUNT_NAMES.filter((name) => settings[name] !== undefined).map((name) => [name, settings[name]]),
  );
  const timers = Object.fromEntries(
    TIMER_NAMES.map((name) => {
      const set = isSettable(name) ? settings[name] : undefined;
      const seconds: number | readonly number[] = set ?? TIMERS[name].seconds;
      return [name, typeof seconds === 'number' ? milliseconds(seconds) : seconds.map(milliseconds)];
    }),
  ) as Record<TimerName, number | readonly number[]> as Timers;
  return { ...timers, ...counts };
}

/** Rounded, since 0.1 s and the like are not exact in binary. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
