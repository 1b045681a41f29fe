/** Sections 7.5, 8.1 and 8.4: relays of paths to general peers that fail, are lost or come anew, and what is refused. */
import fc from 'fast-check';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { numberField } from '../../fields.ts';
import type { RegisteringRelay, RelayAnswer } from '../../played/registering-relay.ts';
import { accepting, isWithdrawal } from '../../played/registering-relay.ts';
import type { World } from '../../world.ts';
import type { General, GeneralRoute } from './general-steps.ts';
import {
  address,
  addressOf,
  entryOf,
  generalRoute,
  offer,
  PEER4,
  PEER6,
  toldOf,
  wantingGeneral,
  wish,
} from './general-steps.ts';
import { checkSame, DC, DC_CONFIGURED, hexField, situate } from './steps.ts';

const [MOVED, DIRECT_FAILED, RELAY_LOST] = [1, 2, 3];
/** A Path ID is the DC's, so no part of the hash. */
const TOLD = { auto: true } as const;
const KINDS = [RelayKind.n, RelayKind.t] as const;

/** What a relay can do wrong at once, for which kinds, and which status it leaves for MN when all do. */
interface Failure {
  readonly name: string;
  readonly kind: number;
  readonly answer: RelayAnswer;
  readonly status: number;
  /** It took the path, so it has to be told that it is over. */
  readonly accepted?: true;
}

const STRANGE: Readonly<Record<string, Fields>> = {
  'no lent address': { allocatedAddress: undefined },
  'an address of another pool': { allocatedAddress: address('203.0.113.250') },
  'an address of the other family': { allocatedAddress: address('2001:db8:1e::1') },
};
const FAILURES: readonly Failure[] = KINDS.flatMap((kind): Failure[] => [
  { name: 'busy', kind, answer: { status: Status.busy }, status: Status.busy },
  { name: 'pool-empty', kind, answer: { status: Status.poolEmpty }, status: Status.poolEmpty },
  { name: 'refused', kind, answer: { status: Status.refused }, status: Status.noRelay },
  { name: 'malformed', kind, answer: { status: Status.malformed }, status: Status.noRelay },
  {
    name: 'no endpoints',
    kind,
    answer: { status: Status.ok, fields: { endpoints: undefined } },
    status: Status.noRelay,
    accepted: true,
  },
]).concat(
  Object.entries(STRANGE).map(([name, fields]) => ({
    name,
    kind: RelayKind.t,
    answer: { status: Status.ok, fields },
    status: Status.noRelay,
    accepted: true,
  })),
);

/** How a relay answers what is no withdrawal. */
function answering(relay: RegisteringRelay, answer: () => RelayAnswer): void {
  relay.answers = ({ body }) => (isWithdrawal(body) ? accepting() : answer());
}

async function checkWithdrawn(world: World, relay: RegisteringRelay, pathId: string, clause: string) {
  const withdrawal = await world.stage.until(() =>
    relay.withdrawals.find(({ body }) => hexField(body, 'pathId') === pathId),
  );
  world.came(withdrawal, 'a withdrawal at the relay', clause);
}

/** The relay that a path is by. */
function usedBy({ relays }: General, route: GeneralRoute): RegisteringRelay | undefined {
  return relays.find(({ nodeId }) => toHex(nodeId) === route.relay?.nodeId);
}

export const DC_GENERAL_RELAY_CASES: readonly Case[] = [
  propertyCase<Failure>({
    ...DC,
    id: 'dc.general.second',
    title:
      'A relay that fails is followed by another one, with a path of its own and the same address for the peer.',
    clauses: ['DC-19', 'DC-23', 'DC-36', 'DC-41', 'DC-44'],
    catches: 'A direction that fails with the first relay; a relay that refused and could read the path.',
    arbitrary: fc.constantFrom(...FAILURES),
    boundaries: FAILURES,
    async script(world, failure) {
      const general = await wantingGeneral(world, { relays: 2 });
      const { mn, relays } = general;
      let first: RegisteringRelay | undefined;
      for (const relay of relays)
        answering(relay, () => {
          first ??= relay;
          return first === relay ? failure.answer : accepting();
        });
      const route = generalRoute(world, await mn.ask(wish(failure.kind, PEER4)), 'DC-19');
      const used = usedBy(general, route);
      const [bad, good] = [first?.directions.at(-1), used && toldOf(used, route)];
      if (first === used || bad === undefined || good === undefined)
        return world.stage.violated('a Relay Direction to each of the two', 'only one of them got one');
      for (const name of ['pathId', 'pathSecret'] as const)
        world.check(
          hexField(bad.body, name) !== hexField(good.body, name),
          `another ${name}`,
          'that of the first',
          'DC-19',
        );
      const stands = addressOf(bad.body, 'peerVirtualAddress');
      checkSame(
        world,
        'what stands for the peer',
        stands,
        addressOf(good.body, 'peerVirtualAddress'),
        'DC-36',
      );
      if (failure.accepted && first !== undefined)
        await checkWithdrawn(world, first, hexField(bad.body, 'pathId'), 'DC-41, DC-44');
    },
  }),
  propertyCase<Failure>({
    ...DC,
    id: 'dc.general.none',
    title: 'When every relay fails MN is told why: busy or pool-empty if all say so, else no-relay.',
    clauses: ['DC-32', 'DC-19', 'DC-41', 'DC-44'],
    catches:
      'The status of the relay passed on as it is; a node that sends from an address that nobody lends.',
    arbitrary: fc.constantFrom(...FAILURES),
    boundaries: FAILURES,
    async script(world, failure) {
      const { mn, relays } = await wantingGeneral(world, { relays: 2 });
      generalRoute(world, await mn.ask(wish(failure.kind, PEER4)));
      for (const relay of relays) answering(relay, () => failure.answer);
      world.status(await mn.ask(wish(failure.kind, PEER4)), failure.status);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.general.no-relay',
    title: 'Without a registered relay of the kind that reaches the peer’s family the answer is no-relay.',
    clauses: ['DC-32', 'DC-16', 'DC-40'],
    catches: 'An RS-S directed to translate; an RS-N without IPv6 for a peer of IPv6.',
    async script(world) {
      const { mn, relay } = await wantingGeneral(world);
      for (const kind of KINDS) generalRoute(world, await mn.ask(wish(kind, PEER4)));
      const before = relay.directions.length;
      await relay.register({ anew: false, kinds: [RelayKind.s] });
      for (const kind of KINDS) world.status(await mn.ask(wish(kind, PEER4)), Status.noRelay, 'DC-40');
      world.status(await mn.ask(wish(undefined)), Status.noRelay);
      // Of IPv4 alone.
      await relay.register({ anew: false, kinds: [RelayKind.n] });
      world.status(
        await mn.ask(wish(RelayKind.n, PEER6)),
        Status.noRelay,
        'DC-16: that can reach the peer’s family.',
      );
      checkSame(world, 'Relay Directions', before, relay.directions.length);
      generalRoute(world, await mn.ask(wish(RelayKind.n, PEER4)));
    },
  }),
  propertyCase<{ readonly fields: Fields; readonly kind: number }>({
    ...DC,
    id: 'dc.general.want',
    title: 'An address without `want` means an RS-N, neither peer nor `want` an RS-T.',
    clauses: ['DC-42', 'DC-31'],
    catches:
      'A lease for a node that asked for a path; an answer that depends on the kind of relay that was registered first.',
    arbitrary: fc.constantFrom(...wishes()),
    boundaries: wishes(),
    async script(world, { fields, kind }) {
      const { mn, relay } = await wantingGeneral(world);
      const route = generalRoute(world, await mn.ask(fields));
      checkSame(world, 'kind for the node', kind, route.relay?.kind, 'DC-42');
      checkSame(world, 'kind for the relay', kind, numberField(toldOf(relay, route)?.body, 'kind'), 'DC-42');
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.general.refused',
    title:
      'Kinds that the DC does not offer, and peers that it forbids to a node, are refused; no relay hears of it.',
    clauses: ['DC-16', 'DC-17', 'DC-32', 'FED-07'],
    catches: 'A policy that is looked at by nobody; one that is taken for a lack of relays.',
    async script(world) {
      const none = await wantingGeneral(world, { access: { relayKinds: ['S'] } });
      const onlyT = await wantingGeneral(world, { relayKinds: ['S', 'T'] });
      const general = { from: '*', to: '198.51.100.0/25' };
      const forbidden = await wantingGeneral(world, { access: { general: [general] } });
      for (const kind of KINDS) {
        world.status(await none.mn.ask(wish(kind, PEER4)), Status.refused, 'DC-16, DC-17');
        world.status(await forbidden.mn.ask(wish(kind, PEER4)), Status.refused, 'DC-32');
      }
      world.status(await none.mn.ask(wish(RelayKind.t)), Status.refused, 'DC-17');
      world.status(
        await onlyT.mn.ask(wish(RelayKind.n, PEER4)),
        Status.refused,
        'DC-16: or the DC offers none.',
      );
      for (const { relay } of [none, onlyT, forbidden])
        checkSame(world, 'Relay Directions', 0, relay.directions.length);
      generalRoute(world, await onlyT.mn.ask(wish(RelayKind.t, PEER4)));
      generalRoute(world, await forbidden.mn.ask(wish(RelayKind.n, '198.51.100.200')));
    },
  }),
  propertyCase<{ readonly kind: number; readonly reason: number | undefined }>({
    ...DC,
    id: 'dc.general.replaced',
    title:
      'A path that replaces another one is new, says so to relay and node, and is by the same relay unless that was lost.',
    clauses: ['DC-38', 'DC-23', 'DC-36'],
    catches: 'Mappings and leases lost with each move; the relay that was lost directed again.',
    arbitrary: fc.constantFrom(...replacedPaths()),
    boundaries: replacedPaths(),
    async script(world, { kind, reason }) {
      const general = await wantingGeneral(world, { relays: 3 });
      const { mn } = general;
      let route = generalRoute(world, await mn.ask(wish(kind, PEER4)));
      // Whatever chooses relays otherwise, it would have to come out so three times.
      for (let i = 0; i < 3; i++) {
        const replaces = reason === undefined ? world.fresh(16) : fromHex(route.pathId);
        const fields = { ...wish(kind, PEER4), replaces, reason: reason ?? MOVED };
        const next = generalRoute(world, await mn.ask(fields, TOLD));
        const used = usedBy(general, next);
        const told = used && toldOf(used, next);
        checkSame(world, 'replaces at the node', toHex(replaces), next.replaces, 'DC-38');
        checkSame(world, 'replaces at the relay', toHex(replaces), hexField(told?.body, 'replaces'), 'DC-38');
        for (const name of ['pathId', 'pathSecret'] as const)
          world.check(next[name] !== route[name], `another ${name}`, 'the old one', 'DC-38');
        checkSame(world, 'what stands for the peer', route.standsFor, next.standsFor, 'DC-36');
        const isSame = next.relay?.nodeId === route.relay?.nodeId;
        // One that was not heard is asked after the others.
        if (reason !== undefined && isSame !== (reason !== RELAY_LOST))
          world.stage.violated(reason === RELAY_LOST ? 'another relay' : 'the same relay', 'not so', {
            timedOut: world.impaired,
          });
        route = next;
      }
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.general.not-theirs',
    title: 'A path of another node to a general peer, that the DC knows, is not replaced.',
    clauses: ['DC-32'],
    catches: 'A node that takes another one’s mappings or address by naming its path.',
    async script(world) {
      const { dc, mn, relay } = await wantingGeneral(world);
      const second = dc.node(1);
      await situate(world, second, 'G4');
      for (const kind of KINDS) {
        const { pathId } = generalRoute(world, await mn.ask(wish(kind, PEER4)));
        const before = relay.directions.length;
        const fields = { ...wish(kind, PEER4), replaces: fromHex(pathId), reason: MOVED };
        world.status(await second.ask(fields, TOLD), Status.refused, 'DC-32: (N, T) not its own.');
        checkSame(world, 'Relay Directions', before, relay.directions.length);
      }
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.general.repeated',
    title:
      'A relay that comes anew is told of its live paths again; one that then lends another address has to let go.',
    clauses: ['DC-39', 'DC-44'],
    catches: 'Paths that are gone when their relay was started again; one that lives and carries nothing.',
    async script(world) {
      const { mn, relay } = await wantingGeneral(world);
      const routes: GeneralRoute[] = [];
      for (const kind of KINDS) routes.push(generalRoute(world, await mn.ask(wish(kind, PEER4))));
      const before = routes.map((route) => toldOf(relay, route));
      const again = async () => {
        const known = new Set(relay.directions);
        await offer(relay);
        for (const [index, route] of routes.entries()) {
          const mail = await world.stage.until(() => {
            const latest = toldOf(relay, route);
            return latest === undefined || known.has(latest) ? undefined : latest;
          });
          const came = world.came(mail, 'the Relay Direction again', 'DC-39');
          checkSame(world, 'content', entryOf(before[index]), entryOf(came), 'RS-15: with the same content.');
        }
      };
      await again();
      world.status(await mn.peer.probe(mn.association), Status.ok);
      checkSame(world, 'withdrawals', 0, relay.withdrawals.length);
      const [, lease] = routes;
      const other = relay.pool.filter(({ length }) => length === 4)[1];
      relay.answers = ({ body }) =>
        numberField(body, 'kind') === RelayKind.t
          ? { status: Status.ok, fields: { allocatedAddress: other } }
          : accepting();
      await again();
      await checkWithdrawn(world, relay, lease?.pathId ?? '', 'DC-44');
      checkSame(world, 'withdrawals', 1, relay.withdrawals.length);
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.general.room',
    title: 'Who is not registered, and what there is no room for, gets no path.',
    clauses: ['DC-32', 'DOS-04'],
    catches: 'Paths to general peers that are counted by nobody.',
    async script(world) {
      const { dc, mn } = await wantingGeneral(world, { limits: { paths: 2 } });
      const left = dc.node(1);
      await left.register();
      await left.deregister();
      world.status(await left.ask(wish(RelayKind.n, PEER4)), Status.notRegistered);
      for (const kind of KINDS) generalRoute(world, await mn.ask(wish(kind, PEER4)));
      for (const kind of KINDS) world.status(await mn.ask(wish(kind, PEER4)), Status.busy, 'DC-32');
    },
  }),
];

function wishes() {
  return [
    { fields: wish(undefined, PEER4), kind: RelayKind.n },
    { fields: wish(undefined), kind: RelayKind.t },
    { fields: wish(RelayKind.n, PEER4), kind: RelayKind.n },
    { fields: wish(RelayKind.t, PEER4), kind: RelayKind.t },
    { fields: wish(RelayKind.t), kind: RelayKind.t },
  ];
}

/** Without a reason: a path that the DC does not know. */
function replacedPaths() {
  return KINDS.flatMap((kind) =>
    [MOVED, DIRECT_FAILED, RELAY_LOST, undefined].map((reason) => ({ kind, reason })),
  );
}
