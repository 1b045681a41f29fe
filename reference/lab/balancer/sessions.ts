/** What a balancer remembers: sessions, and which server a client is kept at. */
import type { Endpoint, Ip } from '../../address.ts';
import { formatEndpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';
import { FIN, RST, SYN } from '../../packet/segment.ts';

export type State = 'SYN_RECV' | 'ESTABLISHED' | 'FIN_WAIT' | 'CLOSE' | 'UDP';

/** Milliseconds after which a session without packets is forgotten: those of IPVS. */
const TIMEOUTS: Readonly<Record<State, number>> = {
  SYN_RECV: 60_000,
  ESTABLISHED: 900_000,
  FIN_WAIT: 120_000,
  CLOSE: 10_000,
  UDP: 300_000,
};
const OPEN: ReadonlySet<State> = new Set(['SYN_RECV', 'ESTABLISHED', 'UDP']);
const BOUND = 65_536;

export interface Session {
  readonly client: Endpoint;
  /** Where the client sends to. */
  readonly virtual: Endpoint;
  readonly protocol: 'TCP' | 'UDP';
  /** The index of its server. */
  readonly server: number;
  state: State;
  until: Instant;
}

/** A client that is kept at a server, by its address. */
export interface Kept {
  readonly client: Ip;
  readonly server: number;
  until: Instant;
}

type Flow = Pick<Session, 'client' | 'virtual' | 'protocol'>;

export class Sessions {
  private readonly sessions = new Map<string, Session>();
  private readonly kept = new Map<Ip, Kept>();
  private readonly persistence: number;

  /** @param persistence milliseconds for which a client stays with its server after its last session began; 0: no time */
  constructor(persistence: number) {
    this.persistence = persistence;
  }

  all(now: Instant): readonly Session[] {
    this.expire(now);
    return [...this.sessions.values()];
  }

  allKept(now: Instant): readonly Kept[] {
    this.expire(now);
    return [...this.kept.values()];
  }

  find(flow: Flow, now: Instant): Session | undefined {
    const session = this.sessions.get(keyOf(flow));
    return session !== undefined && session.until > now ? session : undefined;
  }

  /** The session of a packet that comes back; what it answers is told by the client. */
  answering(server: number, client: Endpoint, port: number, protocol: Session['protocol'], now: Instant) {
    return this.all(now).find(
      (one) =>
        one.server === server &&
        one.protocol === protocol &&
        one.virtual.port === port &&
        one.client.ip === client.ip &&
        one.client.port === client.port,
    );
  }

  /** The server at which a client is kept. */
  serverOf(client: Ip, now: Instant): number | undefined {
    this.expire(now);
    return this.kept.get(client)?.server;
  }

  /** @returns undefined if there is no room */
  begin(flow: Flow, server: number, now: Instant): Session | undefined {
    this.expire(now);
    if (this.sessions.size >= BOUND) return undefined;
    const state: State = flow.protocol === 'UDP' ? 'UDP' : 'SYN_RECV';
    const session: Session = { ...flow, server, state, until: now + TIMEOUTS[state] };
    this.sessions.set(keyOf(flow), session);
    const { ip } = flow.client;
    if (this.persistence > 0) this.kept.set(ip, { client: ip, server, until: now + this.persistence });
    return session;
  }

  /** A packet of the session passed. @param flags of TCP */
  passed(session: Session, flags: number, now: Instant): void {
    session.state = next(session.state, flags);
    session.until = now + TIMEOUTS[session.state];
  }

  /** Open sessions at a server, and those that are over. */
  loadOf(server: number, now: Instant): { readonly active: number; readonly inactive: number } {
    const own = this.all(now).filter((session) => session.server === server);
    const active = own.filter(({ state }) => OPEN.has(state)).length;
    return { active, inactive: own.length - active };
  }

  /** A client is kept for as long as it has a session. */
  private expire(now: Instant): void {
    const busy = new Set<Ip>();
    for (const [key, { until, client }] of this.sessions) {
      if (until <= now) this.sessions.delete(key);
      else busy.add(client.ip);
    }
    for (const [ip, { until }] of this.kept) if (until <= now && !busy.has(ip)) this.kept.delete(ip);
  }
}

function next(state: State, flags: number): State {
  if (state === 'UDP') return state;
  if ((flags & RST) !== 0) return 'CLOSE';
  if ((flags & FIN) !== 0) return 'FIN_WAIT';
  return state === 'SYN_RECV' && (flags & SYN) === 0 ? 'ESTABLISHED' : state;
}

function keyOf({ client, virtual, protocol }: Flow): string {
  return `${protocol} ${formatEndpoint(client)} ${formatEndpoint(virtual)}`;
}
