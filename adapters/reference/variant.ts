/** A variant of the reference: the same but for one thing. */
import type { RoleConfig } from '../../reference/config/schema.ts';
import type { Effect, HotTable, Input, Instant } from '../../reference/core.ts';
import type { Codec } from '../kit/implementation.ts';
import type { Created } from './created.ts';

export interface Variant {
  /** Permanent, in kebab-case. */
  readonly name: string;
  /** What it does otherwise than the reference, in one sentence. */
  readonly title: string;
  /** Stands between a role and its loop. */
  readonly wrap?: (created: Created, config: RoleConfig) => Created;
  /** Changes the reference's own classes, in this process for good: a variant has a process of its own. */
  readonly patch?: () => void;
  readonly codec?: Codec;
}

/** An implementation with one fault. */
export interface Saboteur extends Variant {
  /** The clause that it violates. */
  readonly clause: string;
  /** The case that has to catch it. */
  readonly caughtBy: string;
}

/** An implementation that uses a freedom that the specification grants: no case may fail it. */
export interface Oddity extends Variant {
  /** The clause that grants it. */
  readonly clause: string;
}

export type Handle = (input: Input, now: Instant) => Effect[];

/** A role whose `handle` is another one; `wakeAt` too, if given. */
export function withHandle(created: Created, handle: Handle, wakeAt?: () => Instant | undefined): Created {
  const { role } = created;
  return {
    ...created,
    role: { handle, wakeAt: wakeAt ?? (() => role.wakeAt()), counters: () => role.counters() },
  };
}

/** A relay whose table is another one; other roles have none and stay as they are. */
export function withTable(created: Created, change: (table: HotTable) => Partial<HotTable>): Created {
  const { table } = created;
  if (table === undefined) return created;
  const own: HotTable = {
    forward: (bytes, from, now) => table.forward(bytes, from, now),
    apply: (effect) => table.apply(effect),
    lastUse: (pathId) => table.lastUse(pathId),
  };
  return { ...created, table: { ...own, ...change(table) } };
}

/** A role whose effects are changed on their way out. */
export function withEffects(
  created: Created,
  change: (effect: Effect, input: Input) => readonly Effect[],
): Created {
  const { role } = created;
  return withHandle(created, (input, now) =>
    role.handle(input, now).flatMap((effect) => change(effect, input)),
  );
}

/** What was there before each change of a class, latest first; kept only while somebody is to put it back. */
let before: (() => void)[] | undefined;

/** Applies what a variant changes in classes. @returns what puts them back as they were. */
export function patched({ patch }: Variant): () => void {
  const kept: (() => void)[] = [];
  before = kept;
  try {
    patch?.();
  } finally {
    before = undefined;
  }
  return () => {
    for (const put of kept.splice(0)) put();
  };
}

function define(prototype: object, name: string, property: PropertyDescriptor): void {
  const former = Reflect.getOwnPropertyDescriptor(prototype, name);
  before?.unshift(() => {
    if (former === undefined) Reflect.deleteProperty(prototype, name);
    else Reflect.defineProperty(prototype, name, former);
  });
  Reflect.defineProperty(prototype, name, { ...property, configurable: true });
}

/**
 * Replaces a method of a class by one that knows the former: `replace(Class.prototype, 'method', (original) => ...)`.
 * Private methods too: a saboteur is no respecter of interfaces.
 */
export function replace(prototype: object, method: string, make: (original: Method) => Method): void {
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== 'function') throw new Error(`there is no method ${method} to replace`);
  const changed = make((self, ...args) => Reflect.apply(original, self, args));
  define(prototype, method, {
    value(this: object, ...args: readonly unknown[]): unknown {
      return changed(this, ...args);
    },
    writable: true,
  });
}

/** Has a property of a class be what `get` makes of the object. */
export function replaceProperty(prototype: object, name: string, get: (self: object) => unknown): void {
  define(prototype, name, {
    get(this: object): unknown {
      return get(this);
    },
  });
}

/** A method with its object as the first argument. */
export type Method = (self: object, ...args: readonly unknown[]) => unknown;

/** A field of an object, private ones too. */
export function field<T>(object: object, name: string): T {
  if (!(name in object)) throw new Error(`there is no field ${name}`);
  return Reflect.get(object, name) as T;
}

/** Sets a field of an object, private ones too, or a method. @throws Error where there is none: the variant would change nothing. */
export function setField(object: object, name: string, value: unknown): void {
  if (!(name in object)) throw new Error(`there is no field ${name} to set`);
  Reflect.set(object, name, value);
}
