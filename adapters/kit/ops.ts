/** What each op does with an implementation: a table of handlers, one for each. */
import type { Fields } from '../cbor.ts';
import { CODEC, isCodecCall } from '../codec.ts';
import type { AnswerWord, Limits, Op, Request, RequestFields, ResultInput } from '../contract.ts';
import { CONTRACT_VERSION, isOp, OPS, REQUESTS, speaks } from '../contract.ts';
import type { Codec, Implementation, Instance } from './implementation.ts';
import { NotImplementedError, RefusedError } from './implementation.ts';
import type { Instances } from './instances.ts';

const COUNTERS_PER_PAGE = 64;

/** Everything that a handler may need. */
export interface World {
  readonly implementation: Implementation;
  readonly instances: Instances;
  readonly limits: Limits;
  readonly now: () => number;
}

/** The word of an answer and its content: the result of `done`, the reason of the others. */
export type Answered = readonly [AnswerWord, Fields | string];

type Handler<O extends Op> = (
  world: World,
  fields: RequestFields<O>,
  tester: string,
) => ResultInput<O> | Promise<ResultInput<O>>;

const HANDLERS: { readonly [O in Op]: Handler<O> } = {
  hello: ({ implementation, limits }, { nonce }) => ({
    nonce,
    name: implementation.name,
    version: implementation.version,
    contract: CONTRACT_VERSION,
    roles: [...implementation.roles],
    ops: Object.keys(OPS).filter((op) => isOp(op) && has(implementation, op)),
    calls: Object.keys(implementation.codec ?? {}),
    claims: implementation.claims,
    limits,
  }),
  reset: async ({ instances }, _, tester) => ({ ended: await instances.reset(tester) }),
  start: ({ instances, now }, fields, tester) => instances.start(tester, fields, now()),
  stop: async ({ instances }, fields, tester) => {
    await instances.stop(tester, fields);
    return {};
  },
  counters: async ({ instances }, { instance, after }, tester) => {
    const counters = (await instances.get(tester, instance).counters?.()) ?? missing('counters');
    const names = Object.keys(counters)
      .sort()
      .filter((name) => after === undefined || name > after);
    const page = names.slice(0, COUNTERS_PER_PAGE).map((name) => [name, counters[name] ?? 0]);
    return { counters: Object.fromEntries(page), more: names.length > page.length };
  },
  trigger: async ({ instances }, fields, tester) => {
    const instance = instances.get(tester, fields.instance);
    switch (fields.what) {
      case 'resolve':
        return await resolve(instance, fields);
      case 'packet':
        await (instance.packet?.(fields.packet) ?? missing('trigger packet'));
        return {};
      case 'move':
        await (instance.move?.(fields.addresses) ?? missing('trigger move'));
        return {};
    }
  },
  events: ({ instances }, fields, tester) => instances.events(tester, fields),
  codec: ({ implementation }, fields) => callCodec(implementation.codec ?? {}, fields),
  time: async ({ instances }, { instance, forward }, tester) => {
    await (instances.get(tester, instance).advance?.(forward) ?? missing('time'));
    return {};
  },
};

/** Does what a request asks. Never throws: each failure has its word. */
export async function perform(world: World, request: Request, tester: string): Promise<Answered> {
  const { op } = request;
  if (!speaks(request.v)) return ['error', `this adapter speaks contract ${CONTRACT_VERSION}`];
  if (!isOp(op) || !has(world.implementation, op)) return ['not-implemented', `op ${op}`];
  const fields = REQUESTS[op].safeParse(request);
  if (!fields.success) return ['error', `${op}: ${fault(fields.error)}`];
  try {
    const handler = HANDLERS[op] as Handler<Op>;
    return ['done', (await handler(world, fields.data as RequestFields<Op>, tester)) as Fields];
  } catch (error) {
    return [wordFor(error), error instanceof Error ? error.message : String(error)];
  }
}

function has(implementation: Implementation, op: Op): boolean {
  switch (op) {
    case 'hello':
    case 'reset':
      return true;
    case 'start':
    case 'stop':
    case 'counters':
      return implementation.start !== undefined;
    case 'codec':
      return implementation.codec !== undefined;
    case 'trigger':
    case 'events':
    case 'time':
      return implementation.ops?.includes(op) ?? false;
  }
}

async function resolve(
  instance: Instance,
  { query, transport }: Extract<RequestFields<'trigger'>, { what: 'resolve' }>,
): Promise<ResultInput<'trigger'>> {
  const response = await (instance.resolve?.(query, transport) ?? missing('trigger resolve'));
  return response === undefined ? {} : { response };
}

function callCodec(codec: Codec, fields: RequestFields<'codec'>): Fields {
  const { call } = fields;
  if (!isCodecCall(call) || codec[call] === undefined) throw new NotImplementedError(`codec ${call}`);
  const request = CODEC[call].request.safeParse(fields);
  if (!request.success) throw new Error(`codec ${call}: ${fault(request.error)}`);
  return (codec[call] as (request: unknown) => Fields)(request.data);
}

function missing(what: string): never {
  throw new NotImplementedError(what);
}

function wordFor(error: unknown): AnswerWord {
  if (error instanceof RefusedError) return 'refused';
  return error instanceof NotImplementedError ? 'not-implemented' : 'error';
}

function fault(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
