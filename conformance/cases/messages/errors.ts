/** Chapter 14: errors. */
import fc from 'fast-check';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { Body, Fields } from '../../fields.ts';
import { body, bytesField } from '../../fields.ts';
import type { Intent } from '../../intent.ts';
import { answeredFault, silentFault, VALID } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PathPlan, PlayedDc } from '../../played/dc.ts';
import { probeAnswer } from '../../played/probe-answer.ts';
import type { World } from '../../world.ts';
import { directed, openUnanswered } from '../nodes.ts';
import { checkAbsent, checkNotForwarded, NOT_A_LEG, sendOpaque, sendVainOpening } from '../relayed.ts';
import { shownAs } from '../shown.ts';
import { associated, opens, RS_S } from '../steps.ts';
import { checkKeys } from './shape.ts';

interface Failing {
  readonly name: string;
  readonly status: number;
  readonly fields: (dc: PlayedDc, plan: PathPlan) => Fields;
  readonly extra?: readonly (readonly [number, CborValue])[];
  /** The schema is right: the relay refuses. */
  readonly isValid?: boolean;
}

const FAILURES: readonly Failing[] = [
  { name: 'lifetime 0', status: Status.malformed, fields: () => ({ lifetime: 0 }) },
  { name: 'a path secret', status: Status.malformed, fields: (_, { pathSecret }) => ({ pathSecret }) },
  { name: 'a critical key', status: Status.unsupported, fields: () => ({}), extra: [[0x8000, 0]] },
  {
    name: 'a kind that is not assigned',
    status: Status.unsupported,
    fields: () => ({ kind: 9 }),
    isValid: true,
  },
  {
    name: 'a Leg ID that an association has',
    status: Status.refused,
    fields: (dc, { legs: [first, second] }) => {
      const { nodeId, legSecret } = second;
      const legId = dc.association.id;
      return { legs: [body({ ...first }), body({ nodeId, legId, legSecret })] };
    },
    isValid: true,
  },
];
const FAILING = shownAs(({ name }) => name, FAILURES);

async function fail(world: World, dc: PlayedDc, plan: PathPlan, failing: Failing): Promise<Received> {
  const { name, status, fields, extra, isValid = false } = failing;
  const intent: Intent = isValid ? VALID : answeredFault(name, status);
  const content = dc.relayDirection(plan, fields(dc, plan), extra);
  return world.status(await dc.direct(content, { intent }), status);
}

interface Useless {
  readonly name: string;
  readonly content: (probe: Received) => Body;
  /** The schema is right. */
  readonly isValid?: boolean;
}

function instead(probe: Received, fields: Fields, drop?: keyof Fields): Body {
  const all = new Map([...probeAnswer(probe), ...body(fields)]);
  for (const key of drop === undefined ? [] : body({ [drop]: 0 }).keys()) all.delete(key);
  return all;
}

function refusal(probe: Received, status: number): Body {
  return body({ transaction: bytesField(probe.body, 'transaction'), status });
}

/** Answers to a probe that say no, or that cannot be used. */
const ANSWERS: readonly Useless[] = [
  { name: 'malformed', content: (probe) => refusal(probe, Status.malformed), isValid: true },
  { name: 'unsupported', content: (probe) => refusal(probe, Status.unsupported), isValid: true },
  { name: 'a status that is not assigned', content: (probe) => refusal(probe, 200), isValid: true },
  { name: 'a status that is text', content: (probe) => instead(probe, { status: 'ok' }) },
  { name: 'no status', content: (probe) => instead(probe, {}, 'status') },
  { name: 'no observed endpoint', content: (probe) => instead(probe, {}, 'observedEndpoint') },
  {
    name: 'an observed endpoint with port 0',
    content: (probe) => instead(probe, { observedEndpoint: Uint8Array.of(192, 0, 2, 1, 0, 0) }),
  },
  { name: 'a critical key', content: (probe) => new Map([...probeAnswer(probe), [0x8000, 0]]) },
  {
    name: 'a critical key in an error',
    content: (probe) => new Map([...refusal(probe, Status.malformed), [0x8000, 0]]),
  },
];
const USELESS = shownAs(({ name }) => name, ANSWERS);

export const ERROR_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.error.shape',
    title: 'An error has the type of its answer, and nothing but transaction and status.',
    clauses: ['ERR-07', 'ERR-02', 'ERR-01'],
    catches: 'A reason, the endpoints or the request itself in an error; an error of another type.',
    arbitrary: fc.constantFrom(...FAILING),
    boundaries: FAILING,
    async script(world, failing) {
      const { dc } = await associated(world);
      const mail = await fail(world, dc, dc.plan(), failing);
      world.check(mail.type === MessageType.directionResponse, 'a Direction Response', `type ${mail.type}`);
      checkKeys(world, mail, ['transaction', 'status']);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.error.no-state',
    title: 'A Relay Direction that is answered by an error leaves no leg and no entry.',
    clauses: ['ERR-05', 'GEN-23', 'RS-07'],
    catches: 'An entry that is made first and checked afterwards; legs that stay when the entry fails.',
    arbitrary: fc.constantFrom(...FAILING),
    boundaries: FAILING,
    async script(world, failing) {
      const { rs, dc, peer, association } = await associated(world);
      const plan = dc.plan();
      await fail(world, dc, plan, failing);
      const a = await world.node(rs, plan, 0);
      const fence = () => peer.probe(association);
      await world.silence({ bad: () => sendVainOpening(a), fence });
      await checkNotForwarded(world, a, silentFault('no such path', 'context'), fence);
      world.status(await dc.direct(dc.relayDirection(plan)), Status.ok);
      world.came(await opens(a.peer, a.leg), 'message 2 on the leg');
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.error.no-answer',
    title: 'An answer that is an error, or that cannot be used, is not answered and validates nothing.',
    clauses: ['ERR-04', 'GEN-24', 'ERR-08', 'KEY-30'],
    catches: 'malformed in answer to an answer; a status that is not known taken for success.',
    arbitrary: fc.constantFrom(...USELESS),
    boundaries: USELESS,
    async script(world, { name, content, isValid = false }) {
      const { a, b } = await directed(world);
      await b.openLeg();
      const probe = await openUnanswered(world, a);
      const intent = isValid ? VALID : silentFault(name, 'schema');
      const { peer, leg } = a;
      await world.silence({
        bad: () => peer.sendSealed(leg, MessageType.probeResponse, content(probe), { intent, auto: true }),
        fence: () => peer.probe(leg),
      });
      const held = sendOpaque(world, b);
      await checkNotForwarded(world, a, NOT_A_LEG, () => b.peer.probe(b.leg));
      world.status(await peer.probe(leg), Status.ok);
      checkAbsent(world, peer, held);
      // Where the first answer was lost the right one is the first.
      if (world.impaired) return;
      const late = silentFault('an answer to a request that is over', 'transaction');
      peer.sendSealed(leg, MessageType.probeResponse, probeAnswer(probe), { intent: late, auto: true });
      const requirement = 'ERR-03: each request ends with the first answer that matches it.';
      await checkNotForwarded(world, a, NOT_A_LEG, () => b.peer.probe(b.leg), requirement);
    },
  }),
];
