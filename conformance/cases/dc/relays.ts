/** Sections 7.5 and 8.4: relays of a DC, and what it directs them. */
import fc from 'fast-check';
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body } from '../../fields.ts';
import { bytesField, isBody, listField, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { RegisteringRelay, RelayAnswer } from '../../played/registering-relay.ts';
import { accepting, isWithdrawal } from '../../played/registering-relay.ts';
import type { DcTestOptions, DcUnderTest } from '../../target/dc-under-test.ts';
import { OTHERS } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { abroad } from './abroad.ts';
import { checkRoute, checkSame, DC, DC_CONFIGURED, hexField, routeOf, situate } from './steps.ts';

/** DC-33, seconds. */
const ENTRY_LIFETIME = 120;

export interface Relayed {
  readonly dc: DcUnderTest;
  readonly mn: RegisteringNode;
  readonly cn: RegisteringNode;
}

/** Two nodes that asked for a relay would get one, as far as relays are registered. */
export async function wantingRelay(world: World, options: DcTestOptions = {}): Promise<Relayed> {
  const dc = await world.dc(options);
  const [mn, cn] = [dc.node(0), dc.node(1)];
  await situate(world, mn, 'G4');
  await situate(world, cn, 'G4');
  return { dc, mn, cn };
}

/** MN asks for a path by a relay. */
export function askRelayed({ mn, cn }: Relayed): Promise<Received | undefined> {
  return mn.ask({ peerFqdn: cn.fqdn, want: RelayKind.s });
}

interface Leg {
  readonly nodeId: string;
  readonly legId: string;
  readonly legSecret: string;
}

export function legsOf(content: Body | undefined): Leg[] {
  return listField(content, 'legs')
    .filter(isBody)
    .map((leg) => ({
      nodeId: hexField(leg, 'nodeId'),
      legId: hexField(leg, 'legId'),
      legSecret: hexField(leg, 'legSecret'),
    }));
}

/** What a relay can do wrong, and which status it leaves for MN when all do. */
const FAILURES: Readonly<Record<string, { readonly answer: RelayAnswer; readonly status: number }>> = {
  busy: { answer: { status: Status.busy }, status: Status.busy },
  refused: { answer: { status: Status.refused }, status: Status.noRelay },
  unsupported: { answer: { status: Status.unsupported }, status: Status.noRelay },
  malformed: { answer: { status: Status.malformed }, status: Status.noRelay },
  'a status that is not assigned': { answer: { status: 77 }, status: Status.noRelay },
  'no endpoints': { answer: { status: Status.ok, fields: { endpoints: undefined } }, status: Status.noRelay },
  nothing: { answer: { status: 'silent' }, status: Status.noRelay },
};
const NAMES = Object.keys(FAILURES);
/** Those that take no time. */
const AT_ONCE = NAMES.filter((name) => name !== 'nothing');

function failing(name: string) {
  return FAILURES[name] ?? { answer: accepting(), status: Status.ok };
}

/** The relay that is asked first fails; which one that is, is the DC's to say. */
function failFirst(relays: readonly RegisteringRelay[], name: string): void {
  let first: RegisteringRelay | undefined;
  for (const relay of relays) {
    relay.answers = () => {
      first ??= relay;
      return first === relay ? failing(name).answer : accepting();
    };
  }
}

/** A relayed path with the second DC's node, so that just one node of it is the DC's own. */
export async function relayedAbroad(world: World, options: DcTestOptions = {}) {
  const dc = await world.dc({ relays: 1, ...options });
  const [mn, relay, other] = [dc.node(0), dc.relay(), dc.other()];
  await relay.register();
  await other.attach();
  await situate(world, mn, 'G4');
  const fqdn = `cn.${OTHERS[0].zone}`;
  other.nodes.set(fqdn, abroad(world, 'G4'));
  const ask = () => mn.ask({ peerFqdn: fqdn, want: RelayKind.s });
  const route = checkRoute(world, await ask());
  return { dc, mn, relay, other, fqdn, route, ask };
}

export const DC_RELAY_CASES: readonly Case[] = [
  scriptCase({
    ...DC,
    id: 'dc.relay.registration',
    title: 'A relay registration is granted for a lifetime within bounds, each time that it comes.',
    clauses: ['DC-40'],
    catches: 'A lifetime that is missing or without bounds; a pool for a relay that lends nothing.',
    async script(world) {
      const relay = (await world.dc()).relay();
      for (const instance of [world.fresh(8), world.fresh(8)]) {
        relay.instance = instance;
        const { body } = world.status(await relay.request(), Status.ok);
        const lifetime = numberField(body, 'lifetime') ?? 0;
        world.check(lifetime >= 30 && lifetime <= 120, 'a lifetime of 30 to 120 s', `${lifetime} s`);
        checkSame(world, 'addresses to lend', 0, listField(body, 'pool').length);
      }
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.relay.unregistered',
    title: 'A relay that has not registered, or whose registration is over, is not used.',
    clauses: ['DC-40', 'DC-32'],
    catches: 'Relays used because they are configured; registrations that never end.',
    waits: 3500,
    async script(world) {
      const timers = { 'relay-registration-lifetime': 1, 'registration-lifetime-min': 1 };
      const relayed = await wantingRelay(world, { timers, relays: 1 });
      const relay = relayed.dc.relay();
      await relay.attach();
      world.status(await askRelayed(relayed), Status.noRelay);
      await relay.register();
      world.status(await askRelayed(relayed), Status.ok);
      await world.sleep(2200);
      // The nodes' own registrations may have ended with the same timer.
      await relayed.mn.register();
      await relayed.cn.register();
      const before = relay.directions.length;
      world.status(
        await askRelayed(relayed),
        Status.noRelay,
        'DC-40: only relays whose registration has not ended.',
      );
      checkSame(world, 'Relay Directions since', before, relay.directions.length);
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.relay.kinds',
    title: 'A relay is used for those kinds only that it registered and that its association allows.',
    clauses: ['DC-40'],
    catches: 'An RS-N asked to switch; a relay that makes itself an RS-S.',
    async script(world) {
      const offersOther = await wantingRelay(world, { relays: 1 });
      await offersOther.dc.relay().register({ kinds: [RelayKind.n, RelayKind.t] });
      world.status(
        await askRelayed(offersOther),
        Status.noRelay,
        'DC-40: of the kinds that they registered.',
      );
      const mayNot = await wantingRelay(world, { relays: 1, relayKinds: ['N', 'T'] });
      // How such a registration is answered is not said.
      await mayNot.dc.relay().request({ instance: world.fresh(8) });
      world.status(await askRelayed(mayNot), Status.noRelay, 'DC-40: and that the association allows.');
      for (const { dc } of [offersOther, mayNot])
        checkSame(world, 'Relay Directions', 0, dc.relay().directions.length);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.relay.direction',
    title: 'The relay is told of both legs and not the path’s secret; each node of its own leg only.',
    clauses: ['DC-34', 'KEY-04', 'DC-23', 'DC-33', 'DC-20'],
    catches:
      'An RS-S that could read; a node that could play the other one at the relay; legs with one secret.',
    async script(world) {
      const relayed = await wantingRelay(world, { relays: 1 });
      const { dc, mn, cn } = relayed;
      const relay = dc.relay();
      await relay.register();
      const own = checkRoute(world, await askRelayed(relayed));
      const [direction] = relay.directions;
      const [atCn] = cn.directions;
      if (direction === undefined || atCn === undefined)
        return world.stage.violated('directions for relay, CN and MN', 'one is missing');
      const other = routeOf(atCn);
      const { body } = direction;
      checkSame(world, 'Path ID at the relay', own.pathId, hexField(body, 'pathId'));
      checkSame(world, 'kind', RelayKind.s, numberField(body, 'kind'));
      checkSame(world, 'lifetime of the entry', ENTRY_LIFETIME, numberField(body, 'lifetime'), 'DC-33');
      const hasSecret = bytesField(body, 'pathSecret') !== undefined;
      world.check(
        !hasSecret,
        'no path secret at the relay',
        'one',
        'KEY-04: an RS-S is given secrets of legs only.',
      );
      const legs = legsOf(body);
      for (const [node, route] of [
        [mn, own],
        [cn, other],
      ] as const) {
        const its = legs.find(({ nodeId }) => nodeId === toHex(node.nodeId));
        const told = `${route.relay?.legId} ${route.relay?.legSecret}`;
        checkSame(
          world,
          `the leg of ${node.name}`,
          `${its?.legId} ${its?.legSecret}`,
          told,
          'DC-34: to each node its own.',
        );
        checkSame(world, 'kind of the relay', RelayKind.s, route.relay?.kind);
        checkSame(world, 'Node ID of the relay', toHex(relay.nodeId), route.relay?.nodeId);
        const reached = formatEndpoint(relay.peer.local);
        checkSame(world, 'endpoints of the relay', reached, route.relay?.endpoints.join(' '));
      }
      const secrets = [own.pathSecret, ...legs.map(({ legSecret }) => legSecret)];
      world.check(new Set(secrets).size === 3, 'three secrets that differ', secrets.join(', '));
      const ids = [own.pathId, ...legs.map(({ legId }) => legId)];
      world.check(new Set(ids).size === 3, 'three IDs that differ', ids.join(', '), 'DC-20');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.relay.order',
    title: 'CN is directed only when the relay has answered, and MN only when CN has acknowledged.',
    clauses: ['DC-18', 'DC-21', 'GEN-11'],
    catches: 'Nodes that send to a relay which does not know them yet; MN directed to a CN that has refused.',
    waits: 2000,
    async script(world) {
      const relayed = await wantingRelay(world, { relays: 1 });
      const { dc, cn } = relayed;
      const relay = dc.relay();
      await relay.register();
      // Both leave the first try unanswered.
      relay.deafTo = 1;
      cn.deafTo = 1;
      const seen: string[] = [];
      const stop = world.stage.transcript.onReceived(({ type, body }) => {
        const isAnswer = numberField(body, 'status') !== undefined;
        if (type === MessageType.relayDirection) seen.push('relay');
        if (type === MessageType.routeDirection) seen.push(isAnswer ? 'MN' : 'CN');
      });
      world.status(await askRelayed(relayed), Status.ok);
      stop();
      const requirement =
        'DC-21: to the relay first, then to CN, then to MN, each after the one before was acknowledged.';
      if (world.impaired) return;
      checkSame(world, 'directions', 'relay relay CN CN MN', seen.join(' '), requirement);
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.relay.second',
    title: 'A relay that does not answer, or not as it has to, is replaced by another one, with new legs.',
    clauses: ['DC-19', 'DC-41', 'ERR-08'],
    catches: 'A direction that fails with the first relay; legs of one relay told to another.',
    arbitrary: fc.constantFrom(...AT_ONCE),
    boundaries: [
      'busy',
      'no endpoints',
      'nothing',
      'refused',
      'unsupported',
      'a status that is not assigned',
    ],
    async script(world, failure) {
      const relayed = await wantingRelay(world, { relays: 2 });
      const { relays } = relayed.dc;
      for (const relay of relays) await relay.register();
      failFirst(relays, failure);
      const route = checkRoute(
        world,
        await askRelayed(relayed),
        'DC-19: the DC MUST try another registered relay.',
      );
      const used = relays.find(({ nodeId }) => toHex(nodeId) === route.relay?.nodeId);
      const failed = relays.find((relay) => relay !== used);
      const [bad, good] = [failed?.directions[0], used?.directions[0]];
      if (bad === undefined || good === undefined)
        return world.stage.violated('a Relay Direction to each of the two', 'only one of them got one');
      const legs = [...legsOf(bad.body), ...legsOf(good.body)];
      const ids = new Set(legs.map(({ legId }) => legId));
      const secrets = new Set(legs.map(({ legSecret }) => legSecret));
      const isNew = ids.size === 4 && secrets.size === 4;
      world.check(isNew, 'new Leg IDs and secrets for the second', 'some of the first', 'DC-19');
      if (failure !== 'no endpoints') return;
      const withdrawal = await world.stage.until(() => failed?.withdrawals[0]);
      world.came(withdrawal, 'a withdrawal at the first', 'DC-41: the relay has the path.');
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.relay.none',
    title: 'When every relay fails MN is told so: busy if all were, else no-relay; CN hears nothing.',
    clauses: ['DC-32', 'DC-19', 'DC-41', 'GEN-28'],
    catches: 'The status of the relay passed on as it is; a CN that is directed to a relay which refused.',
    arbitrary: fc.constantFrom(...AT_ONCE),
    boundaries: ['busy', 'refused', 'no endpoints', 'nothing'],
    async script(world, failure) {
      const relayed = await wantingRelay(world, { relays: 2 });
      for (const relay of relayed.dc.relays) {
        await relay.register();
        relay.answers = () => failing(failure).answer;
      }
      world.status(await askRelayed(relayed), failing(failure).status);
      checkSame(world, 'Route Directions at CN', 0, relayed.cn.directions.length, 'DC-18');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.relay.withdrawn',
    title: 'When CN refuses after the relay has accepted, the relay’s part is withdrawn.',
    clauses: ['DC-37', 'DC-21', 'DC-32'],
    catches: 'Entries at relays of paths that nobody ever uses; an answer to MN that waits for the relay.',
    async script(world) {
      const relayed = await wantingRelay(world, { relays: 1 });
      const relay = relayed.dc.relay();
      await relay.register();
      relayed.cn.acknowledges = Status.refused;
      // The answer does not wait for the withdrawal.
      relay.answers = ({ body }) => (isWithdrawal(body) ? { status: 'silent' } : accepting());
      world.status(await askRelayed(relayed), Status.refused);
      const withdrawal = await world.stage.until(() => relay.withdrawals[0]);
      const came = world.came(withdrawal, 'a withdrawal at the relay', 'DC-37');
      const [direction] = relay.directions;
      checkSame(world, 'Path ID', hexField(direction?.body, 'pathId'), hexField(came.body, 'pathId'));
    },
  }),
];
