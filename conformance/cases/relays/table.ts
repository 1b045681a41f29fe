/** Section 9: the Relay Table, as a DC sees it. */
import type { AsyncCommand } from 'fast-check';
import fc from 'fast-check';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { modelCase } from '../../case.ts';
import type { PathPlan, PlayedDc } from '../../played/dc.ts';
import type { World } from '../../world.ts';

/** Which of a few paths the relay has to have. */
interface Table {
  readonly live: Set<number>;
}

interface Real {
  readonly world: World;
  readonly dc: PlayedDc;
  readonly plans: readonly PathPlan[];
}

const PATHS = 3;

class Direct implements AsyncCommand<Table, Real> {
  readonly path: number;

  constructor(path: number) {
    this.path = path;
  }

  check(): boolean {
    return true;
  }

  async run(table: Table, { world, dc, plans }: Real): Promise<void> {
    const plan = plans[this.path];
    if (plan === undefined) return;
    world.status(await dc.direct(dc.relayDirection(plan)), Status.ok);
    table.live.add(this.path);
  }

  toString(): string {
    return `direct(${this.path})`;
  }
}

class Withdraw implements AsyncCommand<Table, Real> {
  readonly path: number;

  constructor(path: number) {
    this.path = path;
  }

  check(): boolean {
    return true;
  }

  async run(table: Table, { world, dc, plans }: Real): Promise<void> {
    const plan = plans[this.path];
    if (plan === undefined) return;
    world.status(await dc.direct(dc.withdrawal(plan)), Status.ok);
    table.live.delete(this.path);
  }

  toString(): string {
    return `withdraw(${this.path})`;
  }
}

/** The same Path ID with other content: refused while it is live, taken when it is not. */
class DirectOtherwise implements AsyncCommand<Table, Real> {
  readonly path: number;

  constructor(path: number) {
    this.path = path;
  }

  check({ live }: Readonly<Table>): boolean {
    return live.has(this.path);
  }

  async run(_: Table, { world, dc, plans }: Real): Promise<void> {
    const plan = plans[this.path];
    if (plan === undefined) return;
    const other = { ...dc.plan(), pathId: plan.pathId };
    world.status(await dc.direct(dc.relayDirection(other)), Status.refused);
  }

  toString(): string {
    return `directOtherwise(${this.path})`;
  }
}

const path = fc.integer({ min: 0, max: PATHS - 1 });

export const TABLE_CASES: readonly Case[] = [
  modelCase<Table, Real>({
    id: 'rs-s.table.model',
    title: 'Whatever the order of Relay Directions and withdrawals, each is answered as the table stands.',
    clauses: ['RS-02', 'RS-10', 'RS-11'],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'own',
    catches: 'Entries that outlive their withdrawal, or that other content overwrites.',
    commands: [
      path.map((number) => new Direct(number)),
      path.map((number) => new Withdraw(number)),
      path.map((number) => new DirectOtherwise(number)),
    ],
    maxCommands: 12,
    async setup(world) {
      const { dc } = await world.rs();
      const plans = Array.from({ length: PATHS }, () => dc.plan());
      return { model: { live: new Set() }, real: { world, dc, plans } };
    },
  }),
];
