/**
 * A case: one permanent id, the clauses that it judges, and how.
 *
 * A case sees the world only through what its {@link World} hands it, so it is the same case over
 * real UDP, in virtual time, or against a recording.
 */
import type { Arbitrary, AsyncCommand } from 'fast-check';
import type { Received } from './observe/received.ts';
import type { AdapterLevel, Level, RoleName } from './roles.ts';
import type { Violation } from './verdict.ts';
import type { World } from './world.ts';

/** What a case needs of the environment; what is missing makes it `not-exercised`. */
export const NEEDS = ['ipv6', 'two-sources', 'inbound', 'slow'] as const;
export type Need = (typeof NEEDS)[number];

/**
 * `shared`: may run beside others on one instance. `own`: wants an instance of its own where the
 * target can start one. `exclusive`: nothing else may run against the target meanwhile.
 */
export type Isolation = 'shared' | 'own' | 'exclusive';

export interface CaseInfo {
  /** Permanent, never encodes position, never reused: `rs-s.forward.unchanged`. */
  readonly id: string;
  /** One sentence. */
  readonly title: string;
  /** Ids of the clauses that a pass proves and a fail violates. */
  readonly clauses: readonly string[];
  readonly level: Level;
  readonly roles: readonly RoleName[];
  /** The lowest adapter level at which the case can run. */
  readonly adapterLevel: AdapterLevel;
  /** Optional features that the target must claim, by the names of the spec's registry. */
  readonly features: readonly string[];
  readonly needs: readonly Need[];
  readonly isolation: Isolation;
  /** How the spec was read, where it can be read in several ways. */
  readonly note?: string;
  /** The fault in an implementation that this case is there to catch. */
  readonly catches: string;
  /** The case of another role that has the same script. */
  readonly portOf?: string;
  /** Milliseconds of protocol time that the script waits for; such cases start first, side by side. */
  readonly waits?: number;
}

/** One exchange, or one after the other. */
export interface ScriptCase extends CaseInfo {
  readonly kind: 'script';
  script(world: World): Promise<void>;
}

/** One script over many inputs: rows drawn by fast-check, or taken from a parameter model. */
export interface PropertyCase extends CaseInfo {
  readonly kind: 'property';
  readonly arbitrary: Arbitrary<unknown>;
  /** Rows that come first at every depth but `quick`, which runs only the first of them. */
  readonly boundaries: readonly unknown[];
  /** A finite model, where there is one: `pairwise` and `exhaustive` take their rows from it. */
  readonly parameters?: ParameterModel;
  script(world: World, value: unknown): Promise<void>;
}

/** Parameters by name with their values, and which combinations make sense. */
export interface ParameterModel {
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  readonly allows: (row: Readonly<Record<string, unknown>>) => boolean;
}

/** The same for a property whose rows are records of type T. */
export interface ParametersOf<T> {
  readonly values: { readonly [Name in keyof T]: readonly T[Name][] };
  readonly allows?: (row: T) => boolean;
}

/** Random commands against a small model; `setup` makes what the commands act on, anew for each run. */
export interface ModelCase extends CaseInfo {
  readonly kind: 'model';
  readonly commands: readonly Arbitrary<AsyncCommand<object, unknown>>[];
  /** At most so many commands in one run. */
  readonly maxCommands: number;
  setup(world: World): Promise<{ model: object; real: unknown }>;
}

/** Sends nothing of its own: watches the datagrams of all other cases, and is judged at the end. */
export interface ScanCase extends CaseInfo {
  readonly kind: 'scan';
  watch(): Watch;
}

export interface Watch {
  /** One datagram of the target, with the keys under which it opened. */
  received(received: Received, caseId: string): void;
  /** How many datagrams were judged; none makes the case `not-exercised`. */
  readonly judged: number;
  /** The first violation, if there was one. */
  readonly violation: Violation | undefined;
}

export type Case = ScriptCase | PropertyCase | ModelCase | ScanCase;

export function scriptCase(definition: Omit<ScriptCase, 'kind'>): ScriptCase {
  return { ...definition, kind: 'script' };
}

export function scanCase(definition: Omit<ScanCase, 'kind'>): ScanCase {
  return { ...definition, kind: 'scan' };
}

/** A property over what fast-check draws from `arbitrary`. What has to wait is a script: 25 rows would wait 25 times. */
export function propertyCase<T>(
  definition: CaseInfo & {
    readonly waits?: never;
    readonly arbitrary: Arbitrary<T>;
    readonly boundaries?: readonly NoInfer<T>[];
    readonly parameters?: ParametersOf<NoInfer<T>>;
    script(world: World, value: T): Promise<void>;
  },
): PropertyCase {
  const { parameters, ...rest } = definition;
  const allows = parameters?.allows ?? (() => true);
  return {
    ...rest,
    kind: 'property',
    boundaries: definition.boundaries ?? [],
    // Rows of the model have a value of each of T's own names.
    ...(parameters && { parameters: { values: parameters.values, allows: (row) => allows(row as T) } }),
    // The arbitrary and the boundaries give values of T only, so the script never sees another type.
    script: (world, value) => definition.script(world, value as T),
  };
}

export function modelCase<M extends object, R>(
  definition: CaseInfo & {
    readonly commands: readonly Arbitrary<AsyncCommand<M, R>>[];
    readonly maxCommands?: number;
    setup(world: World): Promise<{ model: M; real: R }>;
  },
): ModelCase {
  return {
    ...definition,
    kind: 'model',
    maxCommands: definition.maxCommands ?? 20,
    // Commands and setup share M and R here; fast-check's types are invariant and cannot be erased otherwise.
    commands: definition.commands as unknown as ModelCase['commands'],
  };
}

/** What `--list --reporter json` says about a case. */
export type CaseListing = Pick<
  CaseInfo,
  'id' | 'title' | 'clauses' | 'level' | 'roles' | 'adapterLevel' | 'features' | 'needs'
>;

export function listing(info: CaseInfo): CaseListing {
  const { id, title, clauses, level, roles, adapterLevel, features, needs } = info;
  return { id, title, clauses, level, roles, adapterLevel, features, needs };
}
