/** Which level an adapter has by the ops that it names, and what it lacks for the next one. */
import type { Op, Result } from '../../adapters/contract.ts';
import { OPS } from '../../adapters/contract.ts';
import type { TargetInfo } from '../report.ts';
import type { RoleName } from '../roles.ts';
import { ROLES } from '../roles.ts';
import { TargetError } from './target.ts';

type Named = Pick<Result<'hello'>, 'ops' | 'roles'>;

/** Roles that do something only when they are asked to from inside. */
const TRIGGERED: readonly string[] = ['node', 'ntma', 'rs-n', 'rs-t'];

/** Ops about instances: of use to every role but `codec`, which has none. */
const OF_INSTANCES: readonly Op[] = ['start', 'stop', 'counters', 'time'];

/** An adapter with which no case can run. */
export class TooFewOps extends TargetError {
  readonly info: TargetInfo;

  /** @param name what to call it in the report */
  constructor(hello: Result<'hello'>, name: string) {
    super('contract', whyNoLevel(hello));
    this.info = infoOf(hello, name);
  }
}

/** What the report says of a target behind an adapter. @param name what to call it there */
export function infoOf(hello: Result<'hello'>, name: string): TargetInfo {
  const { version, claims } = hello;
  const roles = hello.roles.filter((role): role is RoleName => (ROLES as readonly string[]).includes(role));
  return { address: name, level: levelOf(hello), name: hello.name, version, roles, claims };
}

/** The highest level of which the adapter has every op that its roles have a use for; 0 if it has none. */
export function levelOf(hello: Named): 0 | 1 | 2 | 3 {
  return ([3, 2, 1] as const).find((level) => missingOps(hello, level).length === 0) ?? 0;
}

/** The ops that are wanting for a level, in the order of the contract. */
export function missingOps({ ops, roles }: Named, level: number): Op[] {
  const useful = (op: Op): boolean => {
    if (op === 'codec') return roles.includes('codec');
    if (op === 'trigger' || op === 'events') return roles.some((role) => TRIGGERED.includes(role));
    return !OF_INSTANCES.includes(op) || roles.some((role) => role !== 'codec');
  };
  return (Object.keys(OPS) as Op[]).filter((op) => OPS[op] <= level && useful(op) && !ops.includes(op));
}

/** `Adapter level reached: none yet; level 1 needs start, stop, counters too.` */
export function levelLine(hello: Named): string {
  const level = levelOf(hello);
  const reached = `Adapter level reached: ${level === 0 ? 'none yet, so no case can run' : level}`;
  if (level === 3) return `${reached}, the highest.`;
  return `${reached}; level ${level + 1} needs ${missingOps(hello, level + 1).join(', ')} too.`;
}

function whyNoLevel(hello: Named): string {
  const missing = missingOps(hello, 1).map((op) => `\`${op}\``);
  const [last] = missing.slice(-1);
  const list = missing.length === 1 ? last : `${missing.slice(0, -1).join(', ')} or ${last}`;
  return `this adapter has no ${list} among the ops of its hello: level 1 needs all of its ops, and below it no case can run.`;
}
