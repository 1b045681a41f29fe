/** Section 4.1 and chapter 17: one port, the test profile, grease. */
import { GREASE_KEYS, MessageType } from '../../../reference/wire/registry.ts';
import type { Case, Watch } from '../../case.ts';
import { scanCase, scriptCase } from '../../case.ts';
import { isLoopback } from '../../command/addresses.ts';
import type { Received } from '../../observe/received.ts';
import { Unjudged, Violation } from '../../verdict.ts';
import { isRegistration } from '../relays/registrations.ts';
import { associated, halfOpen, newLeg, RS_S, RS_S_CONFIGURED } from '../steps.ts';

/** Bodies of associations among which one with grease can be expected. */
const ENOUGH_BODIES = 50;

export const GENERAL_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.port.one',
    title: 'Answers to a DC, answers on a leg and relayed datagrams all leave from the one endpoint.',
    clauses: ['GEN-01'],
    catches: 'A socket for each channel, or one for control and one for data, which no NAT lets through.',
    async script(world) {
      const { rs, dc, a, b } = await world.relayed();
      const mails = [
        world.came(await dc.peer.probe(dc.association), 'an answer on the association'),
        world.came(await a.peer.probe(a.leg), 'an answer on the leg'),
        world.came(await b.takeRelayed(a.sendData(world.random(64))), 'the Data at the other end'),
      ];
      const { ip, port } = rs.endpoint();
      for (const { from } of mails) {
        world.check(
          from.ip === ip && from.port === port,
          `${ip} port ${port}`,
          `${from.ip} port ${from.port}`,
        );
      }
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.profile.off',
    title: 'Without a test profile a node on loopback is answered, but not probed and not relayed to.',
    clauses: ['GEN-16', 'KEY-40'],
    catches: 'Loopback taken for a locator, so that a relay can be turned against its own host.',
    async script(world) {
      const { nodePeer, leg } = await newLeg(world, { withoutProfile: true });
      if (!isLoopback(nodePeer.local.ip))
        throw new Unjudged('not-exercised', 'network', 'the tester does not send from loopback');
      const keys = await halfOpen(nodePeer, leg);
      world.status(await nodePeer.probe(leg, { keys }), 0);
      // What the RS-S had to send because of the first probe left before its answer to the second.
      world.status(await nodePeer.probe(leg, { keys }), 0);
      const probes = nodePeer.inbox.filter(({ type }) => type === MessageType.probeRequest).length;
      world.check(probes === 0, 'no probe to the loopback address', `${probes} probes`);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.before-valid',
    title:
      'Before the address of a DC is valid, the registration goes to where the confirming message came from.',
    clauses: ['KEY-33'],
    catches:
      'A relay that says nothing until its own probe is answered, or that goes by the configuration alone.',
    async script(world) {
      // Its probes stay unanswered, so its address never becomes valid.
      const habits = { answerProbes: false };
      const { peer, association } = await associated(world, { bare: true, silentStart: true, habits });
      const { keys } = world.came(await peer.message2(peer.sendOpening(association)), 'message 2');
      if (keys === undefined) world.stage.violated('a message 2 that verifies', 'one that does not');
      // Padded, so that DOS-02 lets a registration of any reasonable size out.
      else world.status(await peer.probe(association, { keys, padding: 300 }), 0);
      world.came(await peer.take(isRegistration), 'a Registration Request at the source of the probe');
    },
  }),
  scanCase({
    ...RS_S,
    id: 'rs-s.run.grease',
    title: 'Of the many bodies that an RS-S sends in a run some have a grease key.',
    clauses: ['GEN-21'],
    level: 'SHOULD',
    catches: 'A sender whose peers come to rely on bodies without unknown keys.',
    watch: () => new GreaseWatch(),
  }),
];

class GreaseWatch implements Watch {
  judged = 0;
  #greased = 0;

  received({ channel, body, keys }: Received): void {
    if (channel?.kind !== 'association' || body === undefined || keys === undefined) return;
    this.judged++;
    if (GREASE_KEYS.some((key) => body.has(key))) this.#greased++;
  }

  /** Known at the end of the run only. */
  get violation(): Violation | undefined {
    if (this.#greased > 0 || this.judged < ENOUGH_BODIES) return undefined;
    const actual = `none in ${this.judged} bodies`;
    return new Violation(
      'GEN-21: a sender puts grease into some bodies.',
      ['a grease key now and then'],
      actual,
    );
  }
}
