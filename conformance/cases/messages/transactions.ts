/** Section 6.2: transactions. */
import fc from 'fast-check';
import { sameBytes } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body } from '../../fields.ts';
import { body, bytesField } from '../../fields.ts';
import type { Intent } from '../../intent.ts';
import { answeredFault, silentFault, VALID } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PathPlan, PlayedDc } from '../../played/dc.ts';
import { HABITS } from '../../played/habits.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import { associated, openLeg, RS_S, RS_S_CONFIGURED } from '../steps.ts';

/** GEN-27: what is kept is kept so long; here shorter. */
const KEPT_SECONDS = 3;
/** Well before it is over. */
const STILL_KEPT = 2200;
/** GEN-27: in milliseconds, where the configuration says nothing else. */
const LEAST_KEPT = 30_000;
/** GEN-27 */
const LEAST_BOUND = 4096;
/** In flight at once. */
const BATCH = 64;

interface Asked {
  readonly content: Body;
  readonly intent: Intent;
  readonly status: number;
}

const KINDS = ['ok', 'withdrawal', 'malformed', 'unsupported', 'refused'] as const;
type Kind = (typeof KINDS)[number];

/** A request that is answered like that. */
async function asked(world: World, dc: PlayedDc, plan: PathPlan, kind: Kind): Promise<Asked> {
  switch (kind) {
    case 'ok':
      return { content: dc.relayDirection(plan), intent: VALID, status: Status.ok };
    case 'withdrawal':
      await dc.relay(plan);
      return { content: dc.withdrawal(plan), intent: VALID, status: Status.ok };
    case 'malformed': {
      const status = Status.malformed;
      return {
        content: dc.relayDirection(plan, { lifetime: 0 }),
        intent: answeredFault(kind, status),
        status,
      };
    }
    case 'unsupported': {
      const content = body({ transaction: world.fresh(8), pathId: plan.pathId, kind: 4 });
      return { content, intent: VALID, status: Status.unsupported };
    }
    case 'refused':
      await dc.relay(plan);
      return { content: dc.relayDirection(plan, { lifetime: 60 }), intent: VALID, status: Status.refused };
  }
}

/** Judges that an answer is the same as before, sealed anew. */
function checkSame(world: World, first: Received, again: Received | undefined): void {
  const second = world.came(again, 'the same answer again');
  const { plaintext } = first;
  const isSame = plaintext !== undefined && second.plaintext !== undefined;
  world.check(
    isSame && sameBytes(plaintext, second.plaintext) && first.type === second.type,
    'the same answer byte for byte before sealing',
    'another one',
  );
  const isNew = first.header?.sequence !== second.header?.sequence || first.keys !== second.keys;
  world.check(isNew, 'an answer that is sealed anew', 'a sequence number that was used');
}

/** An answer that nobody asked for: of a type that a DC may send to an RS. */
const UNMATCHED = ['registration', 'probe', 'probe on a leg'] as const;

export const TRANSACTION_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.transaction.retransmission',
    title: 'A request that comes again, sealed anew, gets the same answer and has no further effect.',
    clauses: ['GEN-10', 'GEN-27', 'RS-11'],
    catches: 'A repeat that takes effect again, is judged again, or is not answered.',
    arbitrary: fc.constantFrom(...KINDS),
    boundaries: KINDS,
    async script(world, kind) {
      const { dc } = await associated(world);
      const plan = dc.plan();
      const { content, intent, status } = await asked(world, dc, plan, kind);
      const first = world.status(await dc.direct(content, { intent }), status);
      // What would answer it otherwise now, if it were taken for new: the entry is there, or gone.
      const hasEntry = kind === 'ok' || kind === 'refused';
      const change = hasEntry ? dc.withdrawal(plan) : dc.relayDirection(plan);
      world.status(await dc.direct(change), Status.ok);
      checkSame(world, first, await dc.direct(content, { intent }));
      const requirement = 'GEN-10: a repeat MUST NOT take effect again.';
      // Other content is refused while there is an entry, and taken when there is none.
      const other = dc.relayDirection({ ...dc.plan(), pathId: plan.pathId });
      world.status(await dc.direct(other), hasEntry ? Status.ok : Status.refused, requirement);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.transaction.elsewhere',
    title: 'A request, and its repeat, is answered to where it came from, though another address is in use.',
    clauses: ['GEN-26', 'GEN-10'],
    catches: 'Answers to the address in use, which an end that moved can no longer hear.',
    async script(world) {
      const { rs, dc, association } = await associated(world);
      const elsewhere = await world.peer('DC elsewhere', rs.endpoint());
      Object.assign(elsewhere.habits, HABITS, { answerProbes: false });
      elsewhere.hold(association);
      const ask = (content: Body) => elsewhere.request(association, dc.directionType, content);
      const content = dc.relayDirection(dc.plan());
      const first = world.status(await dc.direct(content), Status.ok);
      checkSame(world, first, await ask(content));
      world.status(
        await ask(dc.relayDirection(dc.plan())),
        Status.ok,
        'GEN-26: to the source of the request.',
      );
      checkSame(world, first, await dc.direct(content));
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.transaction.reuse',
    title: 'A transaction that was used with another body gets no answer and has no effect.',
    clauses: ['GEN-10', 'GEN-46'],
    catches: 'Transactions kept without the body, or only of requests that succeeded.',
    arbitrary: fc.record({
      first: fc.constantFrom(...KINDS),
      second: fc.constantFrom('another path', 'padding', 'withdrawal', 'malformed'),
    }),
    parameters: {
      values: { first: KINDS, second: ['another path', 'padding', 'withdrawal', 'malformed'] },
    },
    boundaries: [
      { first: 'ok', second: 'another path' },
      { first: 'ok', second: 'padding' },
      { first: 'ok', second: 'withdrawal' },
      { first: 'malformed', second: 'another path' },
      { first: 'refused', second: 'malformed' },
    ],
    async script(world, { first, second }) {
      const { dc, peer, association } = await associated(world);
      const plan = dc.plan();
      const { content, intent, status } = await asked(world, dc, plan, first);
      world.status(await dc.direct(content, { intent }), status);
      const transaction = bytesField(content, 'transaction') ?? new Uint8Array();
      const others: Record<typeof second, () => Body> = {
        'another path': () => dc.relayDirection(dc.plan(), { transaction }),
        padding: () => new Map([...content, ...body({ padding: new Uint8Array(1) })]),
        withdrawal: () =>
          new Map([...dc.withdrawal(plan), ...body({ transaction, padding: new Uint8Array(2) })]),
        malformed: () =>
          new Map([...dc.relayDirection(dc.plan(), { transaction }), ...body({ lifetime: 0 })]),
      };
      const bad = others[second]();
      const bytes = association.seal(MessageType.relayDirection, bad);
      // The twin keeps no transactions: where the schema fails too it is not asked.
      const channel = second === 'malformed' || first === 'malformed' ? undefined : association;
      const why = silentFault(second, 'transaction');
      await world.silence({
        bad: () => peer.send(bytes, undefined, { channel, intent: why, content: bad }),
        fence: () => peer.probe(association),
      });
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.transaction.kept',
    title:
      'An answer is kept as long as it has to be, errors too, and a repeat does not start the time anew.',
    clauses: ['GEN-27', 'GEN-10'],
    catches: 'Answers kept for a shorter time, or only for as long as a DC repeats a request.',
    waits: STILL_KEPT,
    async script(world) {
      const { dc } = await associated(world, { timers: { 'answer-cache': KEPT_SECONDS } });
      const plan = dc.plan();
      const content = dc.relayDirection(plan);
      const asked = world.net.now();
      const first = world.status(await dc.direct(content), Status.ok);
      const bad = dc.relayDirection(dc.plan(), { lifetime: 0 });
      const intent = answeredFault('lifetime 0', Status.malformed);
      const error = world.status(await dc.direct(bad, { intent }), Status.malformed);
      world.status(await dc.direct(dc.withdrawal(plan)), Status.ok);
      await world.sleep(STILL_KEPT);
      const again = [await dc.direct(content), await dc.direct(bad, { intent })];
      if (world.net.now() - asked > 1000 * KEPT_SECONDS) {
        throw new Unjudged('inconclusive', 'host', 'the tester asked too late', true);
      }
      checkSame(world, first, again[0]);
      checkSame(world, error, again[1]);
      const requirement = 'GEN-10: a repeat MUST NOT take effect again.';
      const other = dc.relayDirection({ ...dc.plan(), pathId: plan.pathId });
      world.status(await dc.direct(other), Status.ok, requirement);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.transaction.bound',
    title: 'The first of 4096 answers on an association is there still after the last.',
    clauses: ['GEN-27'],
    needs: ['slow'],
    catches: 'A cache of answers that holds fewer.',
    async script(world) {
      const { dc } = await associated(world);
      const plan = dc.plan();
      const content = dc.relayDirection(plan);
      const asked = world.net.now();
      const first = world.status(await dc.direct(content), Status.ok);
      // If it were taken for new it would be refused from now on.
      const others = [dc.withdrawal(plan), dc.relayDirection({ ...dc.plan(), pathId: plan.pathId })];
      for (const other of others) world.status(await dc.direct(other), Status.ok);
      for (let left = LEAST_BOUND - 1 - others.length; left > 0; left -= BATCH) {
        const batch = Array.from({ length: Math.min(BATCH, left) }, () =>
          dc.direct(dc.withdrawal(dc.plan())),
        );
        for (const answer of await Promise.all(batch)) world.status(answer, Status.ok);
      }
      const again = await dc.direct(content);
      if (world.net.now() - asked > LEAST_KEPT)
        throw new Unjudged('inconclusive', 'host', 'so many requests took longer than one is kept', true);
      checkSame(world, first, again);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.transaction.unmatched',
    title: 'An answer that nothing was asked for gets no answer and changes nothing.',
    clauses: ['ERR-03', 'GEN-46'],
    catches: 'Answers matched by their type alone; an error sent in answer to an answer.',
    arbitrary: fc.record({ what: fc.constantFrom(...UNMATCHED), status: fc.integer({ min: 0, max: 255 }) }),
    boundaries: UNMATCHED.flatMap((what) => [
      { what, status: 0 },
      { what, status: 5 },
    ]),
    async script(world, { what, status }) {
      const { peer, channel } = await answering(world, what === 'probe on a leg');
      const isProbe = what !== 'registration';
      const ok = isProbe ? { observedEndpoint: Uint8Array.of(192, 0, 2, 1, 1, 1) } : { lifetime: 60 };
      const content = body({ transaction: world.fresh(8), status, ...(status === 0 ? ok : {}) });
      const type = isProbe ? MessageType.probeResponse : MessageType.relayRegistrationResponse;
      await world.silence({
        bad: () => peer.sendSealed(channel, type, content, { intent: silentFault(what, 'transaction') }),
        fence: () => peer.probe(channel),
      });
    },
  }),
];

async function answering(world: World, onLeg: boolean) {
  if (onLeg) {
    const { nodePeer, leg } = await openLeg(world);
    return { peer: nodePeer, channel: leg };
  }
  const { peer, association } = await associated(world);
  return { peer, channel: association };
}
