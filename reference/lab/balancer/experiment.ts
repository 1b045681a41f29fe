/** The paper's experiment with each algorithm: clients visit the service, and one of them moves through three networks. */
import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { Instant } from '../../core.ts';
import type { AfterPromises } from '../../net/sim/time.ts';
import { readTransport } from '../../packet/transport.ts';
import type { Situation } from '../places.ts';
import type { Stack } from '../stack.ts';
import type { Algorithm } from './algorithms.ts';
import { SERVICE, SERVICE_PORT } from './configs.ts';
import { Visit } from './service.ts';
import { tableLines } from './table.ts';
import type { Captured } from './wire.ts';
import { BalancerWorld } from './world.ts';

/** Where the clients are. */
export const PLACES: readonly Situation[] = ['PR', 'SY', 'G4', 'CE', 'V6'];
/** Where the first one goes. */
export const MOVES: readonly Situation[] = ['SY', 'V6', 'G4'];
/** Milliseconds for which a client stays at its server. */
export const PERSISTENCE = 300_000;
/** Sessions of each client. */
export const VISITS = 3;
const PATIENCE = 10_000;
/** What is still on its way then has come. */
const QUIET = 1000;
export const FIRST_PORT = 40_000;

/** One place of the client that moves. */
export interface Stay {
  readonly place: Situation;
  /** The server of the connection that it has from the beginning on, and of one that it began here. */
  readonly kept: string;
  readonly begun: string;
  /** Milliseconds from the move until the first answer. */
  readonly time: number;
}

export interface Outcome {
  readonly algorithm: Algorithm;
  /** The servers at which each client was, session by session: where it stays, and where each session is for itself. */
  readonly servers: readonly (readonly string[])[];
  readonly free: readonly (readonly string[])[];
  readonly since: Instant;
  readonly outside: readonly Captured[];
  readonly inside: readonly Captured[];
  readonly stays: readonly Stay[];
  /** What the client that moves has as its source, in the balancer's eyes: one address alone. */
  readonly mover: string;
  /** The server of a client that runs nothing of NTMobile. */
  readonly general: string;
  readonly table: readonly string[];
}

export async function experiment(algorithm: Algorithm, afterPromises: AfterPromises): Promise<Outcome> {
  const alone = await Run.begin(algorithm, 0, afterPromises);
  const free = await alone.visits();
  const run = await Run.begin(algorithm, PERSISTENCE, afterPromises);
  const since = run.world.now();
  const servers = await run.visits();
  const begin = run.world.outside.captured.length;
  const stays = await run.moves();
  // Nobody else sends meanwhile.
  const moved = run.world.outside.captured.slice(begin).flatMap(({ way, packet }) => {
    const read = way === 'in' ? readTransport(packet) : undefined;
    return read === undefined ? [] : [read.from.ip];
  });
  const general = await run.visit(run.world.general);
  const { world } = run;
  return {
    algorithm,
    servers,
    free,
    since,
    outside: world.outside.captured,
    inside: world.inside.captured,
    stays,
    mover: [...new Set(moved)].join(', '),
    general: general.answers[0] ?? 'none',
    table: tableLines(world.balancer.sessions, world.now()),
  };
}

class Run {
  readonly world: BalancerWorld;
  private ports = FIRST_PORT;

  private constructor(world: BalancerWorld) {
    this.world = world;
  }

  static async begin(algorithm: Algorithm, persistence: number, afterPromises: AfterPromises): Promise<Run> {
    const options = { seed: '1', algorithm, persistence, clients: PLACES.length };
    const world = new BalancerWorld(options, afterPromises);
    await world.start(PLACES.map((situation) => world.places.make(situation)));
    return new Run(world);
  }

  /** Every client visits in turn, again and again. @returns the servers of each client */
  async visits(): Promise<string[][]> {
    const servers: string[][] = PLACES.map(() => []);
    for (let round = 0; round < VISITS; round++)
      for (const [index, own] of servers.entries()) {
        const { answers } = await this.visit(this.world.client(index).stack);
        own.push(answers[0] ?? 'none');
      }
    await this.world.run(QUIET);
    return servers;
  }

  /** The first client moves, with a connection that it keeps. */
  async moves(): Promise<Stay[]> {
    const { world } = this;
    const { stack } = world.client(0);
    const kept = await this.visit(stack, true);
    const stays: Stay[] = [];
    for (const situation of MOVES) {
      world.move(0, world.places.make(situation));
      const at = world.now();
      const before = kept.answers.length;
      kept.say();
      await world.run(PATIENCE, () => kept.answers.length > before);
      const time = world.now() - at;
      const begun = await this.visit(stack);
      const [last = 'none', first = 'none'] = [kept.answers.at(-1), begun.answers[0]];
      stays.push({ place: situation, kept: last, begun: first, time });
    }
    return stays;
  }

  /** By the service's ordinary name; one line, and its answer. */
  async visit(stack: Stack, isKept = false): Promise<Visit> {
    const { world } = this;
    const ip = await this.resolve(stack);
    const visit = new Visit(stack, this.ports++, { ip, port: SERVICE_PORT });
    visit.say();
    if (!(await world.run(PATIENCE, () => visit.isAnswered)))
      throw new Error(`no answer: ${visit.failure ?? 'nothing came'}`);
    if (!isKept) visit.end();
    if (!isKept) await world.run(PATIENCE, () => visit.isOver);
    return visit;
  }

  private async resolve(stack: Stack): Promise<Ip> {
    let found: Ip | 'none' | undefined;
    void stack.resolve(SERVICE, 4).then((ip) => {
      found = ip ?? 'none';
    });
    await this.world.run(PATIENCE, () => found !== undefined);
    if (found === undefined || found === 'none' || family(found) !== 4)
      throw new Error(`${SERVICE}: ${found}`);
    return found;
  }
}
