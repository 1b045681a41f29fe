/** Section 5.8: when an address is valid, and what may go to one that is not. */
import fc from 'fast-check';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { body, bytesField } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedNode } from '../../played/node.ts';
import { probeAnswer } from '../../played/probe-answer.ts';
import type { World } from '../../world.ts';
import {
  answerProbe,
  bound,
  checkNotProbed,
  directed,
  openUnanswered,
  socketOf,
  takeProbe,
} from '../nodes.ts';
import {
  checkAbsent,
  checkForwarded,
  checkHeld,
  checkNotForwarded,
  NOT_A_LEG,
  sendOpaque,
} from '../relayed.ts';
import { RS_S, withBitFlipped } from '../steps.ts';
import { checkAmplification } from './amplification.ts';

/** GEN-11: the last try of a probe, and time to spare. */
const PROBE_TRIES_OVER = 1900;

const WRONG = ['nothing', 'an error', 'a failing schema', 'another transaction', 'a wrong tag'] as const;
type Wrong = (typeof WRONG)[number];

function answerWrongly(
  world: World,
  { peer, leg }: Pick<PlayedNode, 'peer' | 'leg'>,
  probe: Received,
  wrong: Wrong,
): void {
  const type = MessageType.probeResponse;
  switch (wrong) {
    case 'nothing':
      return;
    case 'an error': {
      const transaction = bytesField(probe.body, 'transaction');
      peer.sendSealed(leg, type, body({ transaction, status: Status.malformed }), { auto: true });
      return;
    }
    case 'a failing schema': {
      const content = body({ transaction: bytesField(probe.body, 'transaction'), status: 'ok' });
      const intent = silentFault('a status that is text', 'schema');
      peer.sendSealed(leg, type, content, { auto: true, intent });
      return;
    }
    case 'another transaction': {
      const content = new Map([...probeAnswer(probe), ...body({ transaction: world.fresh(8) })]);
      peer.sendSealed(leg, type, content, { intent: silentFault(wrong, 'transaction') });
      return;
    }
    case 'a wrong tag': {
      const bytes = leg.seal(type, probeAnswer(probe));
      const last = 8 * bytes.length - 1;
      peer.send(withBitFlipped(bytes, last), undefined, { channel: leg, intent: silentFault(wrong, 'tag') });
      return;
    }
  }
}

const FROM_ELSEWHERE = ['an answer', 'an error', 'a failing schema'] as const;

/** The probe has not ended, so that an answer to it is good still. Where answers can be lost it may be over. */
async function checkGoesOn(
  world: World,
  a: PlayedNode,
  b: PlayedNode,
  probe: Received,
  held: Uint8Array,
): Promise<void> {
  if (world.impaired) return await checkBecomesValid(world, a, b, probe, held);
  answerProbe(a.peer, a.leg, probe);
  await checkHeld(world, a, held, 'ERR-03: a probe ends only with an answer from where it went to.');
  a.peer.habits.answerProbes = true;
  await checkForwarded(world, a, b);
}

/** In the end the address becomes valid, and what was held comes. */
async function checkBecomesValid(
  world: World,
  a: PlayedNode,
  b: PlayedNode,
  probe: Received,
  held: Uint8Array,
): Promise<void> {
  // An RS-S that took the first answer as the end of its probe sends another one.
  a.peer.habits.answerProbes = true;
  answerProbe(a.peer, a.leg, probe);
  world.status(await a.peer.probe(a.leg), Status.ok);
  await checkHeld(world, a, held);
  await checkForwarded(world, a, b);
}

export const VALIDATION_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.address.validate',
    title: 'Before its address was found valid nothing is relayed from a leg or to it, whatever its keys.',
    clauses: ['KEY-30', 'RS-09', 'KEY-29', 'RS-03'],
    catches: 'The source of an opening or of a probe taken for the address of the leg.',
    arbitrary: fc.constantFrom(...WRONG),
    boundaries: WRONG,
    async script(world, wrong) {
      const { a, b } = await directed(world);
      await b.openLeg();
      const probe = await openUnanswered(world, a);
      answerWrongly(world, a, probe, wrong);
      const held = sendOpaque(world, b);
      await checkNotForwarded(world, a, NOT_A_LEG, () => b.peer.probe(b.leg));
      world.status(await a.peer.probe(a.leg), Status.ok);
      checkAbsent(world, a.peer, held);
      await checkBecomesValid(world, a, b, probe, held);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.address.answer-from-elsewhere',
    title:
      'An answer to a probe from another address makes neither that address valid nor the probed one, and ends nothing.',
    clauses: ['KEY-30', 'RS-09', 'ERR-03'],
    catches:
      'The answer is matched by its transaction alone, its source is taken as the address, or the probe is given up.',
    arbitrary: fc.constantFrom(...FROM_ELSEWHERE),
    boundaries: FROM_ELSEWHERE,
    async script(world, what) {
      const { rs, a, b } = await directed(world);
      await b.openLeg();
      const probe = await openUnanswered(world, a);
      const elsewhere = await socketOf(world, rs, a, 'elsewhere', { answersProbes: false });
      if (what === 'an answer') answerProbe(elsewhere, a.leg, probe);
      else answerWrongly(world, { peer: elsewhere, leg: a.leg }, probe, what);
      const held = sendOpaque(world, b);
      await world.silence({
        bad: () => sendOpaque(world, a, { from: elsewhere, fault: NOT_A_LEG }),
        fence: () => b.peer.probe(b.leg),
      });
      await checkNotForwarded(world, a, NOT_A_LEG, () => b.peer.probe(b.leg));
      world.status(await a.peer.probe(a.leg), Status.ok);
      checkAbsent(world, a.peer, held);
      checkAbsent(world, elsewhere, held);
      const requirement = 'KEY-31: an answer to a probe nominates nothing.';
      checkNotProbed(world, elsewhere, a.leg, requirement);
      await checkGoesOn(world, a, b, probe, held);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.address.amplification',
    title: 'To an address that is not valid an RS-S sends at most three times what came from it.',
    clauses: ['DOS-02', 'RS-09'],
    catches: 'Every try of a probe sent, or data relayed, to an address that nobody has answered from.',
    waits: PROBE_TRIES_OVER,
    async script(world) {
      const { rs, a, b } = await bound(world);
      const claimed = await socketOf(world, rs, a, 'claimed', { answersProbes: false });
      // The smallest request there is.
      world.status(await claimed.probe(a.leg), Status.ok);
      await takeProbe(world, claimed, a.leg);
      for (let i = 0; i < 4; i++) await checkForwarded(world, b, a);
      await world.sleep(PROBE_TRIES_OVER);
      checkAmplification(world, claimed);
    },
  }),
];
