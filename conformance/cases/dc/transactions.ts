/** Section 6.2 at a DC: transactions, of its own requests and of those that it answers. */
import fc from 'fast-check';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { MessageType, RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body, Fields } from '../../fields.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { Reply } from '../../played/habits.ts';
import type { Party } from '../../played/party.ts';
import { OTHERS } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { abroad } from './abroad.ts';
import type { Asked } from './requests.ts';
import { ASKED, allAround, requestOf, sent, transactionOf } from './requests.ts';
import { checkRoute, checkSame, DC, situate } from './steps.ts';

/** Judges that an answer is the same as before, sealed anew. */
function checkAgain(world: World, first: Received, again: Received | undefined): void {
  const second = world.came(again, 'the same answer again', 'GEN-10');
  const isSame =
    first.plaintext !== undefined &&
    second.plaintext !== undefined &&
    sameBytes(first.plaintext, second.plaintext);
  world.check(isSame && first.type === second.type, 'the same answer', 'another one', 'GEN-10');
}

/** What a DC asks for, and of whom, when a node asks for a path. */
const ANSWERERS = ['acknowledgement of CN', 'acknowledgement of DC_CN', 'information', 'relay'] as const;
type Answerer = (typeof ANSWERERS)[number];

/** What is wrong in an answer that cannot be used. */
const UNUSABLE: Readonly<Record<string, (content: Body) => Body>> = {
  'a status that is text': (content) => new Map([...content, ...body({ status: 'ok' })]),
  'no status': (content) => new Map([...content].filter(([key]) => key !== 1)),
  'a critical key': (content) => new Map<CborValue, CborValue>([...content, [0x8000, 0]]),
  'a key below 0 under an unknown key': (content) =>
    new Map<CborValue, CborValue>([...content, [0x7000, new Map([[-1, 0]])]]),
};
const FAULTS = Object.keys(UNUSABLE);

/** Has a party answer requests of a type by something that cannot be used. */
function spoil(party: Party, type: number, fault: string): void {
  const intent = silentFault(fault, 'schema');
  for (const peer of party.sockets) {
    const good = peer.habits.reply;
    peer.habits.reply = (mail): Reply | undefined => {
      const reply = good?.(mail);
      if (reply === undefined || mail.type !== type) return reply;
      const content = UNUSABLE[fault]?.(reply.content) ?? reply.content;
      peer.sendSealed(party.association, reply.type, content, { intent, auto: true });
      return undefined;
    };
  }
}

/** A type of answer that a kind of party may send to a DC. */
const UNMATCHED: readonly (readonly [Asked, number, Fields])[] = [
  ['registration', MessageType.acknowledgement, {}],
  ['registration', MessageType.probeResponse, { observedEndpoint: Uint8Array.of(192, 0, 2, 1, 1, 1) }],
  ['information', MessageType.acknowledgement, {}],
  ['relay registration', MessageType.directionResponse, { endpoints: [Uint8Array.of(192, 0, 2, 1, 1, 1)] }],
];

export const DC_TRANSACTION_CASES: readonly Case[] = [
  propertyCase({
    ...DC,
    id: 'dc.transaction.retransmission',
    title: 'A request of any kind that comes again, sealed anew, gets the same answer and no further effect.',
    clauses: ['GEN-10', 'GEN-27', 'GEN-33'],
    catches: 'A second path for one request; a repeat that is judged anew, or passed on again.',
    arbitrary: fc.constantFrom(...ASKED),
    boundaries: ASKED,
    async script(world, kind) {
      const dc = await allAround(world);
      const request = requestOf(world, dc, kind);
      const first = world.status(await sent(request, request.content), Status.ok);
      const counts = () => dc.nodes.map(({ directions }) => directions.length).join();
      const before = counts();
      // What would make a difference if it were taken for new.
      if (kind === 'registration' || kind === 'information') await dc.node(0).register({ features: [7] });
      if (kind === 'route' || kind === 'direction') await dc.node(1).register();
      checkAgain(world, first, await sent(request, request.content));
      checkSame(
        world,
        'Route Directions at the nodes',
        before,
        counts(),
        'GEN-10: it MUST NOT take effect again.',
      );
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.transaction.reuse',
    title: 'A transaction that was used with another body, or by another type, gets no answer and no effect.',
    clauses: ['GEN-10', 'GEN-46'],
    catches: 'Transactions that are kept without the body, or for each type.',
    arbitrary: fc.record({
      first: fc.constantFrom<Asked>('registration', 'direction'),
      second: fc.constantFrom<Asked>('registration', 'direction'),
    }),
    boundaries: [
      { first: 'direction', second: 'direction' },
      { first: 'registration', second: 'direction' },
      { first: 'registration', second: 'registration' },
    ],
    async script(world, { first, second }) {
      const dc = await allAround(world);
      const asked = requestOf(world, dc, first);
      world.status(await sent(asked, asked.content), Status.ok);
      const { of, party, peer, content } = requestOf(world, dc, second, {
        transaction: transactionOf(asked.content),
        padding: new Uint8Array(1),
      });
      const before = dc.node(1).directions.length;
      await world.silence({
        bad: () =>
          peer.sendSealed(party.association, of.type, content, {
            intent: silentFault('another body', 'transaction'),
          }),
        fence: () => peer.probe(party.association),
      });
      checkSame(world, 'Route Directions since', 0, dc.node(1).directions.length - before);
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.transaction.unmatched',
    title: 'An answer that nothing was asked for gets no answer and changes nothing.',
    clauses: ['ERR-03', 'GEN-46'],
    catches: 'Answers matched by their type alone; an error sent in answer to an answer.',
    arbitrary: fc.record({
      what: fc.constantFrom(...UNMATCHED),
      status: fc.integer({ min: 0, max: 255 }),
    }),
    boundaries: UNMATCHED.flatMap((what) => [
      { what, status: 0 },
      { what, status: 5 },
    ]),
    async script(world, { what: [from, type, fields], status }) {
      const dc = await allAround(world);
      const { party, peer } = requestOf(world, dc, from);
      const content = body({ transaction: world.fresh(8), status, ...(status === 0 ? fields : {}) });
      const intent = silentFault('nobody asked', 'transaction');
      await world.silence({
        bad: () => peer.sendSealed(party.association, type, content, { intent }),
        fence: () => peer.probe(party.association),
      });
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.transaction.other-channel',
    title: 'An Acknowledgement on another association than that of the request does not answer it.',
    clauses: ['ERR-03', 'GEN-11'],
    catches: 'Transactions kept in one table for all: a node that answers for another one.',
    async script(world) {
      const dc = await allAround(world);
      const [mn, cn, third] = [dc.node(0), dc.node(1), dc.node(2)];
      await third.register();
      cn.acknowledges = 'silent';
      const asked = mn.ask({ peerFqdn: cn.fqdn });
      const direction = world.came(await cn.take(MessageType.routeDirection), 'a Route Direction at CN');
      const transaction = transactionOf(direction.body ?? new Map());
      const intent = silentFault('the transaction of another channel', 'transaction');
      const content = body({ transaction, status: Status.ok });
      const options = { intent, auto: true } as const;
      third.peer.sendSealed(third.association, MessageType.acknowledgement, content, options);
      world.status(await asked, Status.noRoute, 'ERR-03: of an outstanding request of that channel.');
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.transaction.unusable',
    title: 'An answer that cannot be used causes no datagram to who sent it, and the request has failed.',
    clauses: ['GEN-24', 'ERR-04', 'ERR-08', 'DC-32'],
    catches: 'malformed in answer to an answer; an answer without a good status taken for success.',
    arbitrary: fc.record({ who: fc.constantFrom(...ANSWERERS), fault: fc.constantFrom(...FAULTS) }),
    parameters: { values: { who: ANSWERERS, fault: FAULTS } },
    boundaries: ANSWERERS.map((who, index) => ({ who, fault: FAULTS[index] ?? '' })),
    async script(world, { who, fault }) {
      const dc = await allAround(world);
      const [mn, cn, other, relay] = [dc.node(0), dc.node(1), dc.other(), dc.relay()];
      await situate(world, mn, 'G4');
      const abroadName = `cn${toHex(world.fresh(4))}.${OTHERS[0].zone}`;
      other.nodes.set(abroadName, abroad(world, 'G4'));
      const isAbroad = who === 'information' || who === 'acknowledgement of DC_CN';
      const parties: Readonly<Record<Answerer, readonly [Party, number]>> = {
        'acknowledgement of CN': [cn, MessageType.routeDirection],
        'acknowledgement of DC_CN': [other, MessageType.routeDirection],
        information: [other, MessageType.nodeInformationRequest],
        relay: [relay, MessageType.relayDirection],
      };
      const [party, type] = parties[who];
      if (who === 'relay') await relay.register();
      spoil(party, type, fault);
      const fields = { peerFqdn: isAbroad ? abroadName : cn.fqdn };
      const answer = await mn.ask(who === 'relay' ? { ...fields, want: RelayKind.s } : fields);
      world.status(answer, who === 'relay' ? Status.noRelay : Status.noRoute);
      const tries = party.requests.filter((mail) => mail.type === type).length;
      checkSame(world, 'requests', 1, tries, 'GEN-24: the request has failed.');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.transaction.moved',
    title: 'The answer goes to the source of the latest datagram that carried the request.',
    clauses: ['GEN-26', 'GEN-25'],
    catches: 'An answer to where a node was when it began to ask.',
    async script(world) {
      const dc = await allAround(world);
      const [mn, cn] = [dc.node(0), dc.node(1)];
      const moved = await mn.socket({ socket: 1 });
      // The second try comes 0.5 s later.
      cn.deafTo = 1;
      const content = mn.directionRequest({ peerFqdn: cn.fqdn });
      mn.peer.sendSealed(mn.association, MessageType.directionRequest, content);
      world.came(await cn.take(MessageType.routeDirection), 'a Route Direction at CN');
      // One alone is too small for the answer to go to an address that is not valid yet. [DOS-02]
      for (let i = 0; i < 3; i++) moved.sendSealed(mn.association, MessageType.directionRequest, content);
      const answer = await moved.take(({ type }) => type === MessageType.routeDirection, 4500);
      checkRoute(world, answer, 'GEN-26: to the source of the latest datagram that carried the request.');
      const atFirst = mn.peer.inbox.some(({ type }) => type === MessageType.routeDirection);
      world.check(!atFirst, 'no answer at the first source', 'one', 'GEN-26');
      mn.forgetPlaces();
    },
  }),
];
