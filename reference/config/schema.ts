/**
 * A role's configuration, as it stands in a JSON file and in an adapter's `start`: plain values, hex and
 * endpoints as text. What comes out is canonical (lower-case hex, RFC 5952) and has its defaults filled in.
 */
import { z } from 'zod';
import type { Endpoint } from '../address.ts';
import { family, parseEndpoint } from '../address.ts';
import {
  count,
  endpoint,
  id,
  isWildcard,
  list,
  listenEndpoint,
  literal,
  prefix,
  seconds,
  secret,
  strict,
} from './fields.ts';
import { shown, wanted } from './messages.ts';
import type { SettableTimerName } from './timers.ts';
import { isSettable, TIMER_NAMES, TIMERS } from './timers.ts';

/** The timers that are one number. */
const timers = strict(
  'an object of seconds by timer name',
  Object.fromEntries(TIMER_NAMES.filter(isSettable).map((name) => [name, seconds.optional()])) as {
    [Name in SettableTimerName]: z.ZodOptional<typeof seconds>;
  },
);

/** [GEN-16] */
const testProfile = strict('an object', {
  global: list(prefix, 'prefixes', 0, 64).default([]),
  private: list(prefix, 'prefixes', 0, 64).default([]),
});

/** The trust relationship with a DC. [RS-01] */
const association = strict('an object', {
  id,
  secret,
  /** The DC's Node ID. */
  peer: id,
  peerRole: literal('dc', ', a relay has associations with DCs only'),
  /** Where the DC is reached; none: the DC is the one that opens the association. */
  endpoints: list(endpoint, 'endpoints of the DC', 0, 8),
});

const limits = strict('an object', {
  /** Datagrams of one source address that cost cryptography. [DOS-03] */
  perSourcePerSecond: count().default(1000),
  /** Of one path; unlimited if not given. [RS-14] */
  packetsPerSecond: count().optional(),
  bytesPerSecond: count().optional(),
});

const rsS = strict('an object', {
  role: literal('rs-s', ''),
  nodeId: id,
  /** At most one a family. [GEN-15] */
  listen: list(listenEndpoint, 'endpoints to listen on', 1, 2),
  /** What DCs are told to use, if not what `listen` was bound to. */
  advertise: list(endpoint, 'endpoints that others send to', 1, 8).optional(),
  associations: list(association, 'associations with DCs', 1, 1024),
  /** Relay entries at once. [RS-12] */
  capacity: count(1_000_000).default(65_536),
  limits: limits.prefault({}),
  timers: timers.optional(),
  /** Off if not given. [GEN-16] */
  testProfile: testProfile.optional(),
  /** Where packets are forwarded. [RSS-09] */
  datapath: literal('user', ', there is no other data path').default('user'),
});

/** The configuration of an RS-S. */
export const rsConfig = rsS.superRefine((config, context) => {
  for (const { path, message } of [
    ...listenFaults(config),
    ...associationFaults(config),
    ...timerFaults(config),
  ])
    context.addIssue({ code: 'custom', path, message });
});

export type RsConfig = z.output<typeof rsS>;
/** The same as people write it, without the defaults. */
export type RsConfigInput = z.input<typeof rsS>;

/** The configuration of any role, told apart by `role`. */
export const roleConfig = z.discriminatedUnion('role', [rsConfig], {
  error: (issue) => {
    if (issue.code !== 'invalid_union') return wanted('an object').error(issue);
    const { role } = issue.input as { role?: unknown };
    return `${role === undefined ? 'is missing' : `is ${shown(role)}`}: write "rs-s"`;
  },
});

export type RoleConfig = z.output<typeof roleConfig>;

interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

/** [GEN-15] */
function* listenFaults({ listen, advertise }: RsConfig): Generator<Fault> {
  const [first, second] = listen.map((text) => family(endpointFrom(text).ip));
  if (first !== undefined && first === second)
    yield { path: ['listen', 1], message: `is a second IPv${first} endpoint: keep one for each family` };
  const wildcard = listen.find((text) => isWildcard(endpointFrom(text).ip));
  if (wildcard !== undefined && advertise === undefined)
    yield {
      path: ['advertise'],
      message: `is missing: add the endpoints that others send to, since ${wildcard} is none`,
    };
}

function* associationFaults({ nodeId, associations }: RsConfig): Generator<Fault> {
  const seen = new Map<string, number>();
  for (const [index, { id, peer }] of associations.entries()) {
    const before = seen.get(id);
    if (before === undefined) seen.set(id, index);
    else
      yield {
        path: ['associations', index, 'id'],
        message: `is the one of associations[${before}] too: give each association an ID of its own`,
      };
    if (peer === nodeId)
      yield {
        path: ['associations', index, 'peer'],
        message: "is this relay's own nodeId: write the Node ID of the DC",
      };
  }
}

/** [GEN-48] */
function* timerFaults({ timers = {}, testProfile }: RsConfig): Generator<Fault> {
  if (testProfile !== undefined) return;
  const set = TIMER_NAMES.filter((name) => isSettable(name) && timers[name] !== undefined);
  for (const name of set.filter((name) => TIMERS[name].set === 'test'))
    yield {
      path: ['timers', name],
      message: 'is for tests only: remove it, or add a testProfile where this is a test',
    };
}

/**
 * An endpoint of a configuration that has passed its schema.
 * @throws RangeError for any other text.
 */
export function endpointFrom(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new RangeError(`not an endpoint: ${text}`);
  return parsed;
}

/**
 * One line about the first fault, for a person: file, place, what is wrong, how to mend it.
 * @param file what to call the configuration, usually its file name
 */
export function describeConfigError(error: z.ZodError, file: string): string {
  const [first] = error.issues;
  if (first === undefined) throw new RangeError('an error without an issue');
  const others = new Set(error.issues.map(({ path }) => placeOf(path))).size - 1;
  const more = others === 0 ? '' : ` (and ${others} more)`;
  return `${file}: ${placeOf(first.path) || 'the configuration'} ${first.message}${more}`;
}

/** `associations[0].secret` */
function placeOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return steps.join('').replace(/^\./, '');
}
