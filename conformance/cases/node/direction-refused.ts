/** Section 8.5: Route Directions that a node cannot take. */
import fc from 'fast-check';
import { toHex } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { MessageType, Part, Status } from '../../../reference/wire/registry.ts';
import { QTYPE } from '../../application/dns.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body } from '../../fields.ts';
import { body } from '../../fields.ts';
import { answeredFault, silentFault } from '../../intent.ts';
import type { DirectionParts, NodePlan } from '../../played/node-dc.ts';
import type { NodeTestOptions } from '../../target/node-under-test.ts';
import { checkKeys } from '../messages/shape.ts';
import { shownAs } from '../shown.ts';
import { checkFailure } from './answers.ts';
import type { OnPath } from './steps.ts';
import {
  addressOf,
  ask,
  checkDelivers,
  checkSends,
  checkShown,
  directionRequest,
  farEnd,
  lastEvent,
  NODE,
  NODE_USED,
  OWN,
  openPath,
  packetFrom,
  packetTo,
  registered,
} from './steps.ts';

/** Prefix of a link, for the refusal of NODE-22. */
const LINK = '198.19.255.0/24';

interface Refused {
  readonly name: string;
  readonly status: number;
  /** What is refused beside the path that there is. */
  readonly of: (on: OnPath) => { readonly plan: NodePlan; readonly parts?: DirectionParts };
  readonly node?: NodeTestOptions;
}

function withAddresses(plan: NodePlan, virtualAddresses: NodePlan['far']['virtualAddresses']): NodePlan {
  return { ...plan, far: { ...plan.far, virtualAddresses } };
}

/** A kind of relay that is not assigned. */
function unknownRelay(on: OnPath): Body {
  return body({
    kind: 9,
    nodeId: on.dc.peer.stage.fresh(16),
    endpoints: [Uint8Array.of(127, 0, 0, 8, 0, 9)],
  });
}

const REFUSALS: readonly Refused[] = [
  {
    name: 'a Path ID that it has, with another secret',
    status: Status.refused,
    of: ({ dc, plan }) => ({ plan: { ...dc.plan(), pathId: plan.pathId } }),
  },
  {
    name: 'a virtual address of another live path',
    status: Status.refused,
    of: ({ dc, plan }) => ({ plan: withAddresses(dc.plan(), [addressOf(plan, 4)]) }),
  },
  {
    name: 'its own virtual address',
    status: Status.refused,
    of: ({ dc }) => ({ plan: withAddresses(dc.plan(), [OWN[4]]) }),
  },
  {
    name: 'its own virtual IPv6 address',
    status: Status.refused,
    of: ({ dc }) => ({ plan: withAddresses(dc.plan(), [OWN[6]]) }),
  },
  {
    name: 'a virtual address on an attached link',
    status: Status.refused,
    node: { links: [LINK] },
    of: ({ dc }) => ({ plan: withAddresses(dc.plan(), ['198.19.255.7' as (typeof OWN)[4]]) }),
  },
  {
    name: 'replaces a path of another Node ID',
    status: Status.refused,
    of: ({ dc, plan }) => ({ plan: dc.plan(), parts: { fields: { replaces: plan.pathId } } }),
  },
  {
    name: 'a suite that it does not have',
    status: Status.unsupported,
    of: ({ dc }) => ({ plan: dc.plan({ suite: 77 }) }),
  },
  {
    name: 'a relay of a kind that is not assigned',
    status: Status.unsupported,
    of: (on) => ({ plan: on.dc.plan(), parts: { fields: { relay: unknownRelay(on) } } }),
  },
];
const REFUSED = shownAs(({ name }) => name, REFUSALS);

interface Broken {
  readonly fault: string;
  readonly parts: DirectionParts;
}

const LEG = body({ legId: new Uint8Array(16).fill(1), legSecret: new Uint8Array(32).fill(1) });
const SOMEWHERE = Uint8Array.of(127, 0, 0, 8, 0, 9);

function relay(kind: number, leg: CborValue | undefined): Body {
  return body({ kind, nodeId: new Uint8Array(16), endpoints: [SOMEWHERE], leg });
}

const BROKEN = shownAs<Broken>(
  ({ fault }) => fault,
  [
    { fault: 'no Path ID', parts: { fields: { pathId: undefined } } },
    { fault: 'a Path ID of 15 bytes', parts: { fields: { pathId: new Uint8Array(15) } } },
    { fault: 'no secret', parts: { fields: { pathSecret: undefined } } },
    { fault: 'a secret of 31 bytes', parts: { fields: { pathSecret: new Uint8Array(31) } } },
    { fault: 'no suite', parts: { fields: { suite: undefined } } },
    { fault: 'no part', parts: { fields: { part: undefined } } },
    { fault: 'part 0', parts: { fields: { part: 0 } } },
    { fault: 'part 4', parts: { fields: { part: 4 } } },
    { fault: 'no lifetime', parts: { fields: { lifetime: undefined } } },
    { fault: 'lifetime 0', parts: { lifetime: 0 } },
    { fault: 'lifetime 86401', parts: { lifetime: 86_401 } },
    { fault: 'neither peer nor relay', parts: { fields: { peer: undefined } } },
    { fault: 'no peer, and an RS-S', parts: { fields: { peer: undefined, relay: relay(1, LEG) } } },
    { fault: 'an RS-S without a leg', parts: { fields: { relay: relay(1, undefined) } } },
    { fault: 'an RS-N with a leg', parts: { fields: { relay: relay(2, LEG) } } },
    {
      fault: 'a relay without endpoints',
      parts: { fields: { relay: body({ kind: 2, nodeId: new Uint8Array(16) }) } },
    },
    {
      fault: 'a candidate with port 0',
      parts: { fields: { candidates: [Uint8Array.of(127, 0, 0, 8, 0, 0)] } },
    },
    { fault: 'nine candidates', parts: { fields: { candidates: new Array(9).fill(SOMEWHERE) } } },
    {
      fault: 'a peer with two IPv4 addresses',
      parts: {
        fields: {
          peer: body({
            nodeId: new Uint8Array(16),
            virtualAddresses: [Uint8Array.of(198, 19, 9, 1), Uint8Array.of(198, 19, 9, 2)],
          }),
        },
      },
    },
    { fault: 'a peer without Node ID', parts: { fields: { peer: body({ fqdn: 'a.ntmobile.b' }) } } },
    {
      fault: 'a name in upper case',
      parts: { fields: { peer: body({ nodeId: new Uint8Array(16), fqdn: 'A.ntmobile.b' }) } },
    },
  ],
);

/** How a direction comes that no node may act on. */
const FOREIGN = ['an answer to nothing', 'a second answer', 'an answer under another transaction'] as const;

/** Keys that nobody knows, by where they stand in a direction. */
const PLACES = ['body', 'peer', 'relay', 'leg'] as const;
type Place = (typeof PLACES)[number];

function withKey(content: Body, place: Place, key: CborValue, fresh: (length: number) => Uint8Array): Body {
  if (place === 'body') return new Map([...content, [key, 0]]);
  const nodeId = fresh(16);
  const inner = body({ nodeId, instance: fresh(8) });
  if (place === 'peer') return new Map([...content, ...body({ peer: new Map([...inner, [key, 0]]) })]);
  const own = body({ legId: fresh(16), legSecret: fresh(32) });
  const leg = place === 'leg' ? new Map([...own, [key, 0]]) : own;
  const plain = body({ kind: 1, nodeId, endpoints: [SOMEWHERE], leg });
  return new Map([...content, ...body({ relay: place === 'relay' ? new Map([...plain, [key, 0]]) : plain })]);
}

export const NODE_DIRECTION_REFUSED_CASES: readonly Case[] = [
  propertyCase({
    ...NODE,
    id: 'node.direction.refused',
    title: 'A direction that a node cannot take is answered by the right error, and what it has stays.',
    clauses: ['NODE-22', 'NODE-25', 'KEY-45', 'ERR-05', 'ERR-01', 'ERR-02', 'ERR-07'],
    catches:
      'A peer that takes the address of another one, or of the node; a path that others can take over.',
    adapterLevel: 2,
    arbitrary: fc.constantFrom(...REFUSED),
    boundaries: REFUSED,
    async script(world, { status, of, node: options }) {
      const on = await openPath(world, { ...(options && { node: options }), direction: { lifetime: 600 } });
      const { plan, parts } = of(on);
      const content = on.dc.routeDirection(plan, parts);
      const error = world.status(await on.dc.direct(content), status);
      world.check(error.type === MessageType.acknowledgement, 'an Acknowledgement', `type ${error.type}`);
      checkKeys(world, error, ['transaction', 'status']);
      if (plan.pathId !== on.plan.pathId) {
        const far = await farEnd(world, on.node, plan, { name: 'refused' });
        const { message1 } = far.path.message1(world.stage.fresh);
        await world.silence({
          bad: () => {
            const intent = silentFault('no such path', 'context');
            far.peer.send(message1, undefined, { intent, content: new Uint8Array(0) });
          },
          fence: () => on.dc.peer.probe(on.dc.association),
          requirement: 'ERR-05: a request that was answered with an error leaves no state.',
        });
      }
      await checkSends(world, on, packetTo(world, on.plan), 'NODE-22: it keeps what it has.');
      await checkDelivers(world, on, packetFrom(world, on.plan), 'NODE-22: it keeps what it has.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.direction.busy',
    title: 'A direction for which there is no room is answered busy, and the paths that there are go on.',
    clauses: ['NODE-22', 'DOS-04'],
    catches: 'A table without a bound; a path that has to go for a newer one.',
    async script(world) {
      const on = await openPath(world, { node: { limits: { paths: 1 } } });
      world.status(await on.dc.direct(on.dc.routeDirection(on.dc.plan())), Status.busy);
      await checkSends(world, on, packetTo(world, on.plan), 'NODE-22: it keeps what it has.');
      await checkDelivers(world, on, packetFrom(world, on.plan), 'NODE-22: it keeps what it has.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.direction.given-up',
    title: 'As the one that asked, a node gives up a direction that it cannot take: SERVFAIL, and an event.',
    clauses: ['NODE-22', 'NODE-25', 'DNS-11', 'ERR-06'],
    catches: 'Checks that are made for requests alone, so that an answer takes over a path.',
    arbitrary: fc.constantFrom(...REFUSED),
    boundaries: REFUSED,
    async script(world, { of, node: options }) {
      const on = await openPath(world, { ...(options && { node: options }) });
      const { plan, parts } = of(on);
      const before = await lastEvent(on.node);
      const asked = ask(world, on.node, `h${toHex(world.fresh(4))}.ntmobile.two.example`, QTYPE.A);
      const request = await directionRequest(world, on.dc);
      on.dc.answer(request, on.dc.routeDirection(plan, parts));
      checkFailure(world, asked, await asked.answer);
      await checkShown(world, on.node, 'NODE-22, NODE-25: the direction is given up with an event.', before);
      await checkSends(world, on, packetTo(world, on.plan), 'NODE-22: it keeps what it has.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.direction.foreign',
    title: 'A Route Direction with a status that answers no outstanding request brings no path.',
    clauses: ['NODE-12', 'ERR-03', 'GEN-47', 'GEN-46'],
    catches: 'A direction taken because it came, whoever asked for it.',
    arbitrary: fc.constantFrom(...FOREIGN),
    boundaries: FOREIGN,
    async script(world, how) {
      const { node, dc } = await registered(world);
      const plan = dc.plan();
      const far = await farEnd(world, node, plan, { name: 'foreign' });
      const direction = dc.routeDirection(plan, { part: Part.initiate, candidates: [far.peer.local] });
      const status = body({ status: Status.ok });
      const intent = silentFault(how, 'transaction');
      const send = (fields: Body) =>
        dc.peer.sendSealed(
          dc.association,
          MessageType.routeDirection,
          new Map([...direction, ...status, ...fields]),
          {
            intent,
            auto: true,
          },
        );
      if (how === 'an answer to nothing') send(body({}));
      else {
        const asked = ask(world, node, `h${toHex(world.fresh(4))}.ntmobile.two.example`, QTYPE.A);
        const request = await directionRequest(world, dc);
        if (how === 'an answer under another transaction') send(body({ transaction: world.fresh(8) }));
        dc.answer(request, Status.unknownName);
        if (how === 'a second answer') {
          const transaction = request.body?.get(0) as Uint8Array;
          send(body({ transaction }));
        }
        checkFailure(world, asked, await asked.answer);
      }
      world.status(await dc.peer.probe(dc.association), Status.ok);
      world.status(await dc.peer.probe(dc.association), Status.ok);
      const opened = far.peer.inbox.length > 0;
      world.check(!opened, 'nothing at the candidate', 'an opening', 'NODE-12.');
    },
  }),
  propertyCase({
    ...NODE,
    id: 'node.direction.malformed',
    title: 'A Route Direction with one field that is missing or not as registered is answered malformed.',
    clauses: [
      'GEN-23',
      'GEN-22',
      'GEN-44',
      'GEN-45',
      'GEN-13',
      'GEN-31',
      'GEN-41',
      'GEN-42',
      'GEN-43',
      'ERR-05',
    ],
    catches: 'A field that is not checked; silence where an answer is due; half a path that stays.',
    arbitrary: fc.constantFrom(...BROKEN),
    boundaries: BROKEN,
    async script(world, { fault, parts }) {
      const { dc } = await registered(world);
      const plan = dc.plan();
      const intent = answeredFault(fault, Status.malformed);
      world.status(await dc.direct(dc.routeDirection(plan, parts), { intent }), Status.malformed);
      const other = { ...dc.plan(), pathId: plan.pathId };
      const requirement = 'A request that fails changes no state.';
      world.status(await dc.direct(dc.routeDirection(other)), Status.ok, requirement);
    },
  }),
  propertyCase({
    ...NODE,
    id: 'node.direction.critical',
    title:
      'An unknown key from 0x8000 up, in the body or in a map of it, is answered unsupported; others are ignored.',
    clauses: ['GEN-07', 'GEN-23'],
    catches: 'Critical keys looked for in the body alone; a closed schema.',
    arbitrary: fc.record({
      key: fc.oneof(fc.integer({ min: 45, max: 0x7fff }), fc.integer({ min: 0x8000, max: 0xffff_ffff })),
      place: fc.constantFrom(...PLACES),
    }),
    boundaries: PLACES.flatMap((place) => [0x8000, 0x7fff].map((key) => ({ key, place }))),
    async script(world, { key, place }) {
      const { dc } = await registered(world);
      const content = withKey(dc.routeDirection(dc.plan()), place, key, world.stage.fresh);
      if (key >= 0x8000) {
        const intent = answeredFault(`key ${key} in the ${place}`, Status.unsupported);
        world.status(await dc.direct(content, { intent }), Status.unsupported);
      } else world.status(await dc.direct(content), Status.ok);
    },
  }),
];
