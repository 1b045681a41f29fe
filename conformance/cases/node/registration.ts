/** Chapter 7: how a node registers with its DC. */
import { endpointToBytes, formatEndpoint, ipToBytes } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Status, Suite } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { FieldName } from '../../fields.ts';
import { bytesField, field, listField, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { NODE_NAME } from '../../target/node-under-test.ts';
import type { World } from '../../world.ts';
import { isRegistration, Registrations, retryTimers, transactionOf } from '../relays/registrations.ts';
import { exactNetwork } from '../steps.ts';
import {
  checkDelivers,
  checkNotDelivered,
  checkSends,
  checkShown,
  isUpdate,
  LATE,
  lastEvent,
  move,
  NODE,
  NODE_USED,
  openPath,
  packetFrom,
  packetTo,
  registered,
} from './steps.ts';

const INSTANCE_LENGTH = 8;
const AT_ONCE = 'NODE-01: a node registers when it starts.';
/** NODE-13 */
const LIFETIME = 120;
/** What a played DC grants where a case waits for half of it; seconds. */
const SHORT = 2;
/** HO-02: milliseconds, and as much for the way and the host as elsewhere. */
const SOON = 1000 + LATE;

function hexList(mail: Received, name: FieldName): string[] {
  return listField(mail.body, name).map((item) => (item instanceof Uint8Array ? toHex(item) : `${item}`));
}

function checkSame(world: World, a: Received, b: Received, name: FieldName, requirement: string): void {
  const both = [a, b].map((mail) => {
    const value = field(mail.body, name);
    return value instanceof Uint8Array ? toHex(value) : hexList(mail, name).join();
  });
  world.check(both[0] === both[1], `the same ${name}`, 'another one', requirement);
}

export const NODE_REGISTRATION_CASES: readonly Case[] = [
  scriptCase({
    ...NODE,
    id: 'node.registration.boot',
    title: 'A node that starts opens its association and registers with all that its DC has to know.',
    clauses: ['NODE-01', 'NODE-02', 'NODE-03', 'NODE-13', 'KEY-43', 'GEN-09'],
    catches: 'A node that waits to be asked; a name, a list or suite 1 missing; an endpoint of another port.',
    async script(world) {
      const { node, dc } = await registered(world, { bare: true });
      const mail = await new Registrations(world, dc.peer).next(AT_ONCE);
      const name = field(mail.body, 'fqdn');
      world.check(name === NODE_NAME, NODE_NAME, `${name}`);
      const nodeId = bytesField(mail.body, 'nodeId');
      world.check(nodeId !== undefined && sameBytes(nodeId, node.nodeId), 'its Node ID', 'another one');
      const { length = 0 } = bytesField(mail.body, 'instance') ?? [];
      world.check(length === INSTANCE_LENGTH, 'an instance of 8 bytes', `${length} bytes`);
      const listed = hexList(mail, 'localEndpoints');
      const own = node.endpoints.map((endpoint) => toHex(endpointToBytes(endpoint)));
      const isRight = listed.length === own.length && own.every((one) => listed.includes(one));
      const all = node.endpoints.map(formatEndpoint).join(' and ');
      world.check(isRight, `the endpoints ${all}`, listed.join(', ') || 'none');
      const suites = listField(mail.body, 'suites');
      world.check(suites.includes(Suite.chacha20Poly1305), 'suite 1 among the suites', suites.join(', '));
      const hasFeatures = Array.isArray(field(mail.body, 'features'));
      world.check(hasFeatures, 'a list of features', 'none');
      const lifetime = numberField(mail.body, 'lifetime');
      world.check(lifetime === LIFETIME, `lifetime ${LIFETIME}`, `${lifetime}`);
      const hasStatus = field(mail.body, 'status') !== undefined;
      world.check(!hasStatus, 'a request without a status', 'one with a status', 'GEN-09');
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.registration.families',
    title: 'A node registers over each family by which it reaches its DC, alike, and waits for no answer.',
    clauses: ['NODE-03', 'GEN-33'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'One request alone; the second one after the answer to the first; two instances or lists.',
    async script(world) {
      const options = { bare: true, families: [4, 6], habits: { answerRegistrations: false } } as const;
      const { dc } = await registered(world, options);
      const [first, second] = await Promise.all(
        dc.sockets.map((socket) => new Registrations(world, socket).next(AT_ONCE)),
      );
      if (first === undefined || second === undefined) throw new Error('a DC with one socket');
      const requirement = 'NODE-03: both requests have the same instance and the same list.';
      for (const name of ['instance', 'localEndpoints', 'fqdn', 'suites'] as const)
        checkSame(world, first, second, name, requirement);
      const isOwn = !sameBytes(transactionOf(first), transactionOf(second));
      world.check(isOwn, 'a transaction of its own for each', 'the same one', 'GEN-33');
      const ms = Math.abs(first.at - second.at);
      // The tries of one request come 0.5 s apart; a second that waits for an answer comes 5 s later.
      world.timely(ms < 400 || world.impaired, 'both at once', `${Math.round(ms)} ms apart`);
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.registration.renew-families',
    title: 'A node renews its registration over each family by which it reaches its DC.',
    clauses: ['NODE-13', 'NODE-03'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'A node that its DC knows in both families for the first two minutes, and in one from then on.',
    waits: (1.1 * 1000 * SHORT) / 2,
    async script(world) {
      const habits = { registrationLifetime: SHORT };
      const { dc } = await registered(world, { bare: true, families: [4, 6], habits });
      const half = 'NODE-13: at half the lifetime, over each family of NODE-03.';
      const renewed = async (registrations: Registrations) => {
        const { at } = await registrations.next(AT_ONCE);
        await registrations.nextAfter(at, 500 * SHORT, half);
      };
      await Promise.all(dc.sockets.map((socket) => renewed(new Registrations(world, socket))));
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.registration.loopback',
    title: 'Without a test profile a node on loopback registers no endpoint: nobody reaches it there.',
    clauses: ['NODE-03', 'GEN-16'],
    catches: 'Loopback or link-local addresses told as places where the node can be reached.',
    async script(world) {
      const { dc } = await registered(world, { bare: true, withoutProfile: true });
      const mail = await new Registrations(world, dc.peer).next(AT_ONCE);
      const listed = hexList(mail, 'localEndpoints');
      world.check(listed.length === 0, 'an empty list', listed.join(', '));
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.registration.instance',
    title: 'A node that was killed and starts again registers with another instance.',
    clauses: ['NODE-01', 'KEY-09'],
    catches:
      'An instance that is configured or stored, so that its peers take it for the one that they knew.',
    async script(world) {
      const { node, dc } = await registered(world);
      const registrations = new Registrations(world, dc.peer);
      const before = await registrations.next(AT_ONCE);
      await node.restart({ hard: true });
      dc.association.current = undefined;
      const after = await registrations.next(AT_ONCE);
      const [old, anew] = [before, after].map(({ body }) =>
        toHex(bytesField(body, 'instance') ?? new Uint8Array(0)),
      );
      world.check(old !== anew, 'a new instance', 'the one of before');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.registration.shown',
    title: 'A registration that is refused is shown to the user.',
    clauses: ['NODE-18', 'ERR-08'],
    catches: 'A node that fails in silence; a status that is not assigned taken for success.',
    async script(world) {
      const timers = retryTimers(world, 1, 60);
      const habits = { registrationStatus: 200 };
      const { node, dc } = await registered(world, { bare: true, timers, habits });
      await new Registrations(world, dc.peer).next(AT_ONCE);
      await checkShown(world, node, 'NODE-18: it shows the status.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.registration.retry-moved',
    title:
      'After a change of network a node that was refused registers at once, and its intervals begin anew.',
    clauses: ['NODE-18', 'NODE-01', 'HO-02'],
    catches: 'A node in a good network that waits a minute because of the bad one before.',
    waits: 4500,
    async script(world) {
      exactNetwork(world);
      const [min, max] = [1, 60];
      const timers = retryTimers(world, min, max);
      const habits = { registrationStatus: Status.refused };
      const { node, dc } = await registered(world, { bare: true, timers, habits });
      const registrations = new Registrations(world, dc.peer);
      const first = await registrations.next(AT_ONCE);
      const again = 'NODE-18: after an error, at intervals that double.';
      const second = await registrations.nextAfter(first.at, 1000 * min, again);
      await registrations.nextAfter(second.at, 2000 * min, again);
      await move({ node, dc }, []);
      const moved = await registrations.next('NODE-18: at once after a change of network.', SOON);
      const anew = 'NODE-18: after a change of network the intervals begin anew.';
      await registrations.nextAfter(moved.at, 1000 * min, anew);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.registration.paths-go-on',
    title: 'Paths go on when the registration has run out and its renewal is refused.',
    clauses: ['NODE-18', 'HO-13'],
    catches: 'Paths that end with the registration, or with the association.',
    waits: 2500,
    async script(world) {
      const timers = retryTimers(world, 1, 60);
      const on = await openPath(world, { node: { timers, habits: { registrationLifetime: 1 } } });
      on.dc.peer.habits.registrationStatus = Status.notRegistered;
      await world.sleep(2500);
      const requirement = 'NODE-18: a live path needs no DC.';
      await checkSends(world, on, packetTo(world, on.plan), requirement);
      await checkDelivers(world, on, packetFrom(world, on.plan), requirement);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.registration.stop',
    title: 'A node that stops closes its paths and deregisters.',
    clauses: ['NODE-14', 'TUN-17'],
    level: 'SHOULD',
    catches: 'A node that others go on calling for two minutes after it has gone.',
    async script(world) {
      const on = await openPath(world);
      const registrations = new Registrations(world, on.dc.peer);
      await registrations.next(AT_ONCE);
      const stopped = on.node.stop(false);
      const last = await registrations.next('NODE-14: a node deregisters when it stops.');
      const lifetime = numberField(last.body, 'lifetime');
      world.check(lifetime === 0, 'lifetime 0', `${lifetime}`);
      await on.far.peer.caughtUp();
      const early = on.far.peer.takeNow(isUpdate);
      world.check(early !== undefined || world.impaired, 'first the paths', 'first the registration');
      const update = early ?? world.came(await on.far.peer.take(isUpdate), 'a Path Update');
      world.check(field(update.body, 'close') === true, 'one with close', 'one without');
      await stopped;
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.registration.addresses',
    title: 'A node has exactly the virtual addresses that its DC gave it.',
    clauses: ['NODE-04', 'TUN-13', 'TUN-18'],
    catches: 'Addresses of its own making; those of earlier registrations; a family that was not given.',
    async script(world) {
      exactNetwork(world);
      const virtualAddresses = [Uint8Array.of(198, 18, 0, 1)];
      const on = await openPath(world, { node: { habits: { virtualAddresses } } });
      await checkDelivers(world, on, packetFrom(world, on.plan));
      await checkNotDelivered(world, on, () => on.far.sendData(packetFrom(world, on.plan, { version: 6 })));
      await on.node.packet(packetTo(world, on.plan, { version: 6 }));
      await checkSends(world, on, packetTo(world, on.plan));
      const others = on.far.peer.inbox.filter(({ type }) => type === MessageType.data);
      world.check(others.length === 0, 'nothing from an address that is not its own', 'Data', 'TUN-18');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.registration.same-addresses',
    title: 'Renewals that give the same addresses leave them and the paths as they are.',
    clauses: ['NODE-04', 'NODE-13'],
    catches: 'Paths that are closed, or an interface that is made anew, at each renewal.',
    waits: 1500,
    async script(world) {
      const on = await openPath(world, { node: { habits: { registrationLifetime: 2 } } });
      const renewed = () => on.dc.peer.inbox.filter(isRegistration)[1];
      world.came(await world.stage.until(renewed, 2500), 'a renewal');
      // So that it has the answer, too.
      await world.sleep(200);
      await checkSends(world, on, packetTo(world, on.plan));
      await checkDelivers(world, on, packetFrom(world, on.plan));
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.registration.other-addresses',
    title: 'When a renewal gives other virtual addresses, a node takes them, closes its paths, and shows it.',
    clauses: ['NODE-19', 'NODE-04'],
    catches: 'Old addresses kept beside the new ones; paths whose far end knows an address that is gone.',
    waits: 1500,
    async script(world) {
      const on = await openPath(world, { node: { habits: { registrationLifetime: 2 } } });
      const before = await lastEvent(on.node);
      on.dc.peer.habits.virtualAddresses = [ipToBytes('198.18.0.77' as Parameters<typeof ipToBytes>[0])];
      const update = world.came(await on.far.peer.take(isUpdate, 2500), 'a Path Update');
      world.check(field(update.body, 'close') === true, 'one with close', 'one without');
      await checkShown(world, on.node, 'NODE-19: it shows the change as an event.', before);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.registration.link',
    title: 'A virtual address inside the prefix of an attached link is not used: the node deregisters.',
    clauses: ['NODE-15'],
    catches: 'A virtual address that hides a neighbour on the link, or that the link hides.',
    async script(world) {
      const { node, dc } = await registered(world, { bare: true, links: ['198.18.0.0/24'] });
      const registrations = new Registrations(world, dc.peer);
      await registrations.next(AT_ONCE);
      const second = await registrations.next('NODE-15: as long as that is so it deregisters.');
      const lifetime = numberField(second.body, 'lifetime');
      world.check(lifetime === 0, 'lifetime 0', `${lifetime}`);
      const shown = 'NODE-15: it shows the address and the link as the cause.';
      await checkShown(world, node, shown);
      const text = (await node.events()).map((event) => event.text ?? '').join(' ');
      const isCause = text.includes('198.18.0.1') && text.includes('198.18.0.0/24');
      world.check(isCause, 'an event that names 198.18.0.1 and 198.18.0.0/24', text, shown);
    },
  }),
];
