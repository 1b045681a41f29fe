/**
 * The adapter contract, version 1.0: what a tester asks of the shim beside an implementation under
 * test, and what it answers. README.md is the same for people who write a shim in another language.
 *
 * A request is one message, its answer another; framing.ts says how a message becomes datagrams.
 * Requests are repeated until answered, so an adapter answers by (tester, id): it does the work once
 * and gives the same answer to every repetition. Unknown keys are ignored on both sides.
 */
import { z } from 'zod';
import type { Fields, Value } from './cbor.ts';
import { isFields } from './cbor.ts';
import { bytes, uint } from './codec.ts';

/** `major.minor`. Another minor number only adds; another major one is not spoken. */
export const CONTRACT_VERSION = '1.0';

/** The adapter level at which an implementation has an op. */
export const OPS = {
  hello: 1,
  reset: 1,
  start: 1,
  stop: 1,
  counters: 1,
  trigger: 2,
  events: 2,
  codec: 2,
  time: 3,
} as const;

export type Op = keyof typeof OPS;

export const ROLES = ['dc', 'node', 'rs-s', 'rs-n', 'rs-t', 'ntma', 'dns', 'codec'] as const;
export type RoleName = (typeof ROLES)[number];

const fields = z.custom<Fields>((value) => isFields(value as Value), 'a map');
const instance = uint;
/** `192.0.2.1:5000` or `[2001:db8::1]:5000`. */
const endpoint = z.string();

/** What an implementation says of itself; a case for what is not claimed does not apply. */
export const claimsSchema = z.looseObject({
  /** Numbers of the spec's registries. */
  features: z.array(uint).default([]),
  suites: z.array(uint).default([1]),
  /** Outer families that it serves. */
  families: z.array(z.union([z.literal(4), z.literal(6)])).default([4]),
  ecn: z.enum(['normal', 'compatibility', 'none']).optional(),
  dscp: z.enum(['copied', 'zero']).optional(),
  /** Whether a DC can publish into another server. [DNS-26] */
  dnsUpdate: z.boolean().optional(),
  /** Whether relayed packets are forwarded in the kernel. */
  kernel: z.boolean().optional(),
});

/** What the adapter can bear; a tester stays below. */
export const limitsSchema = z.looseObject({
  /** Role instances at once. */
  instances: uint,
  /** Requests without an answer at once. */
  inFlight: uint,
  /** Answers kept: no id may be this much, or more, above the tester's lowest one without an answer. */
  answers: uint,
  /** Bytes of one message, all its parts together. */
  message: uint,
});

const triggers = z.discriminatedUnion('what', [
  /** A DNS query as an application would send it; the answer comes when the application's would. */
  z.object({
    what: z.literal('resolve'),
    instance,
    query: bytes(),
    /** What the application asks over. */
    transport: z.enum(['udp', 'tcp']).default('udp'),
  }),
  /** An inner packet into the virtual interface, or one into the general side of an RS-N or RS-T. */
  z.object({ what: z.literal('packet'), instance, packet: bytes() }),
  /** The host now has these addresses and no others. */
  z.object({ what: z.literal('move'), instance, addresses: z.array(z.string()) }),
]);

const eventSchema = z.looseObject({
  /** Counts up from 1 by instance. */
  number: uint,
  /** `packet`: an inner packet came out; `error`: shown to the user; others are free. */
  what: z.string(),
  packet: bytes().optional(),
  text: z.string().optional(),
});

/** Of each op the request's own fields. */
export const REQUESTS = {
  /** `nonce` comes back in the answer, so that no stray datagram can be taken for it. */
  hello: z.object({ nonce: bytes(8) }),
  reset: z.object({}),
  /**
   * `config`: the role's configuration as a map of text keys, timers and test profile inside;
   * `case`: which case wants it, for the adapter's log; `store`: a name of the tester's choice,
   * instances started with one name after another share what the implementation keeps durably.
   */
  start: z.object({ role: z.string(), config: fields, case: z.string(), store: z.string().optional() }),
  /** `hard`: as by a crash, with no good-bye and nothing written. */
  stop: z.object({ instance, hard: z.boolean().default(false) }),
  /** `after`: the last name of the answer before, when that said `more`. */
  counters: z.object({ instance, after: z.string().optional() }),
  trigger: triggers,
  /** Events with a higher number than `since`. They are kept until they have been asked past. */
  events: z.object({ instance, since: uint.default(0) }),
  /** Further fields by call: see codec.ts. */
  codec: z.looseObject({ call: z.string() }),
  /** Moves the instance's clock `forward` milliseconds; what is due by then has happened. */
  time: z.object({ instance, forward: uint }),
} as const;

/** Of each op the result. */
export const RESULTS = {
  hello: z.object({
    nonce: bytes(8),
    name: z.string(),
    version: z.string(),
    contract: z.string(),
    roles: z.array(z.string()),
    ops: z.array(z.string()),
    /** Calls of `codec`, if that is among the ops. */
    calls: z.array(z.string()).default([]),
    claims: claimsSchema,
    limits: limitsSchema,
  }),
  /** How many instances were ended. */
  reset: z.object({ ended: uint }),
  /**
   * A number that the adapter never uses again, where the instance receives NTMobile datagrams, and where it
   * answers DNS, over UDP and over TCP, if its configuration has it do that.
   */
  start: z.object({ instance, endpoints: z.array(endpoint), dns: z.array(endpoint).default([]) }),
  stop: z.object({}),
  counters: z.object({ counters: z.record(z.string(), uint), more: z.boolean().default(false) }),
  /** `response`: the full DNS message of a `resolve`; left out if the application gets none. */
  trigger: z.object({ response: bytes().optional() }),
  events: z.object({ events: z.array(eventSchema), more: z.boolean().default(false) }),
  codec: z.looseObject({}),
  time: z.object({}),
} as const;

/** A request as it is on the wire, before the op's own fields are looked at. */
export const requestSchema = z.looseObject({
  v: z.string(),
  /** Drawn by the tester for each run: ids count within it, and `reset` ends only what it started. */
  tester: bytes(8),
  id: uint,
  op: z.string(),
});

const answerFrame = { v: z.string(), tester: bytes(8), id: uint };

/**
 * An answer. `refused`: understood, and by design not done. `not-implemented`: the adapter has no
 * such op, call, role or trigger. `error`: the adapter's own failure, or a request that breaks the contract.
 */
export const answerSchema = z.discriminatedUnion('answer', [
  z.looseObject({ ...answerFrame, answer: z.literal('done'), result: fields }),
  z.looseObject({ ...answerFrame, answer: z.literal('refused'), reason: z.string() }),
  z.looseObject({ ...answerFrame, answer: z.literal('not-implemented'), reason: z.string() }),
  z.looseObject({ ...answerFrame, answer: z.literal('error'), reason: z.string() }),
]);

export type Claims = z.input<typeof claimsSchema>;
export type Limits = z.input<typeof limitsSchema>;
export type Request = z.output<typeof requestSchema>;
export type Answer = z.output<typeof answerSchema>;
export type AnswerWord = Answer['answer'];
/** The fields of an op as a tester writes them, and as an adapter reads them. */
export type RequestInput<O extends Op> = z.input<(typeof REQUESTS)[O]>;
export type RequestFields<O extends Op> = z.output<(typeof REQUESTS)[O]>;
/** The result of an op as an adapter writes it, and as a tester reads it. */
export type ResultInput<O extends Op> = z.input<(typeof RESULTS)[O]>;
export type Result<O extends Op> = z.output<(typeof RESULTS)[O]>;

/** Whether a name is an op of this version. */
export function isOp(name: string): name is Op {
  return Object.hasOwn(OPS, name);
}

/** Whether a peer's `v` has this contract's major number. */
export function speaks(version: string): boolean {
  return /^\d+\.\d+$/.test(version) && version.split('.')[0] === CONTRACT_VERSION.split('.')[0];
}

/** A request as a message. `fields` are those of the op. */
export function request<O extends Op>(
  tester: Uint8Array,
  id: number,
  op: O,
  fields: RequestInput<O>,
): Fields {
  return { ...(fields as Fields), v: CONTRACT_VERSION, tester, id, op };
}

/** An answer as a message: a map is the result of `done`, a text the reason of another word. */
export function answer(
  to: { tester: Uint8Array; id: number },
  word: AnswerWord,
  content: Fields | string,
): Fields {
  const frame = { v: CONTRACT_VERSION, tester: to.tester, id: to.id, answer: word };
  return typeof content === 'string' ? { ...frame, reason: content } : { ...frame, result: content };
}
