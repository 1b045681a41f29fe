/** What the configurations of all roles have alike. */
import { z } from 'zod';
import { family } from '../address.ts';
import {
  count,
  endpoint,
  endpointFrom,
  isWildcard,
  list,
  listenEndpoint,
  prefix,
  seconds,
  strict,
} from './fields.ts';
import { shown } from './messages.ts';
import type { CountName, SettableTimerName } from './timers.ts';
import { COUNT_NAMES, isSettable, TIMER_NAMES, TIMERS } from './timers.ts';

const SUITES_MEND = 'write 1 or 2';
const suite = z.literal([1, 2], { error: ({ input }) => `is ${shown(input)}: ${SUITES_MEND}` });
/** Of a tunnel end, by their numbers, in the order of preference. [RS-19] */
export const SUITES = list(suite, 'suites', 1, 2).default([1, 2]);

/** Datagrams of one source address that cost cryptography. [DOS-03] */
export const perSourcePerSecond = count().default(1000);

/** Where a role is. [GEN-15] */
export const PLACE = {
  /** At most one a family. */
  listen: list(listenEndpoint, 'endpoints to listen on', 1, 2),
  /** What others are told to use, if not what `listen` was bound to. */
  advertise: list(endpoint, 'endpoints that others send to', 1, 8).optional(),
};

const messages = count();

export const TESTS = {
  /** The timers that are one number, and counts. [GEN-39] */
  timers: strict('an object of seconds by timer name', {
    ...(Object.fromEntries(TIMER_NAMES.filter(isSettable).map((name) => [name, seconds.optional()])) as {
      [Name in SettableTimerName]: z.ZodOptional<typeof seconds>;
    }),
    ...(Object.fromEntries(COUNT_NAMES.map((name) => [name, messages.optional()])) as {
      [Name in CountName]: z.ZodOptional<typeof messages>;
    }),
  }).optional(),
  /** Off if not given. [GEN-16] */
  testProfile: strict('an object', {
    global: list(prefix, 'prefixes', 0, 64).default([]),
    private: list(prefix, 'prefixes', 0, 64).default([]),
  }).optional(),
};

type Place = z.output<z.ZodObject<typeof PLACE>>;
type Tests = z.output<z.ZodObject<typeof TESTS>>;

/** What no field shows by itself. */
export interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

/** A schema that also looks for the faults between fields, once each field is right by itself. */
export function withFaults<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  faults: (config: z.output<z.ZodObject<Shape>>) => Iterable<Fault>,
) {
  return schema.superRefine((config, context) => {
    if (context.issues.length > 0) return;
    for (const { path, message } of faults(config as z.output<z.ZodObject<Shape>>))
      context.addIssue({ code: 'custom', path, message });
  });
}

/** [GEN-15] */
/** @param follows a wildcard stands for the addresses that the host has, whatever they are */
export function* placeFaults({ listen, advertise }: Place, follows = false): Generator<Fault> {
  const [first, second] = listen.map((text) => family(endpointFrom(text).ip));
  if (first !== undefined && first === second)
    yield { path: ['listen', 1], message: `is a second IPv${first} endpoint: keep one for each family` };
  const wildcard = listen.find((text) => isWildcard(endpointFrom(text).ip));
  if (wildcard !== undefined && advertise === undefined && !follows)
    yield {
      path: ['advertise'],
      message: `is missing: add the endpoints that others send to, since ${wildcard} is none`,
    };
}

/** [GEN-48] */
export function* timerFaults({ timers = {}, testProfile }: Tests): Generator<Fault> {
  if (testProfile !== undefined) return;
  const ofTests = TIMER_NAMES.filter(isSettable).filter((name) => TIMERS[name].set === 'test');
  for (const name of [...ofTests, ...COUNT_NAMES].filter((name) => timers[name] !== undefined))
    yield {
      path: ['timers', name],
      message: 'is for tests only: remove it, or add a testProfile where this is a test',
    };
}

/** Later items of a list that have what an earlier one has: their index and the earlier one's. */
export function* repeats<Item>(
  items: readonly Item[],
  key: (item: Item) => string | undefined,
): Generator<readonly [index: number, before: number]> {
  const seen = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const value = key(item);
    if (value === undefined) continue;
    const before = seen.get(value);
    if (before === undefined) seen.set(value, index);
    else yield [index, before];
  }
}

interface Association {
  readonly id: string;
  readonly peer: string;
}

/** @param self what the role is called, `wanted` whose Node ID belongs there */
export function* associationFaults(
  nodeId: string,
  associations: readonly Association[],
  self: string,
  wanted: string,
): Generator<Fault> {
  for (const [index, before] of repeats(associations, ({ id }) => id))
    yield {
      path: ['associations', index, 'id'],
      message: `is the one of associations[${before}] too: give each association an ID of its own`,
    };
  for (const [index, { peer }] of associations.entries())
    if (peer === nodeId)
      yield {
        path: ['associations', index, 'peer'],
        message: `is this ${self}'s own nodeId: write the Node ID of ${wanted}`,
      };
}
