/** Section 9.1: how a relay registers with its DCs. */
import { endpointToBytes, formatEndpoint } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, RelayKind, Status, Suite } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { bytesField, listField, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { Peer } from '../../played/peer.ts';
import type { RoleName } from '../../roles.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import { bound } from '../nodes.ts';
import { checkForwarded } from '../relayed.ts';
import { associated, exactNetwork, RS_S_CONFIGURED } from '../steps.ts';
import { isRegistration, Registrations, retryTimers, transactionOf } from './registrations.ts';

const INSTANCE_LENGTH = 8;
/** RS-18, here shorter. */
const RETRY_MIN = 0.5;
const RETRY_MAX = 1;
/** GEN-11 */
const TRIES = [0, 500, 1500, 3500];
const OVER = 5000;
/** GEN-38, and as much again for the way and the host. */
const LATE = 200;

const AT_ONCE = 'RS-16, NODE-01: it registers as soon as the association has keys after its start.';
const AT_HALF = 'RS-16, NODE-13: it registers again when half of the granted lifetime has passed.';
const AGAIN = 'RS-18, NODE-18: after a failure it tries again, after intervals that double.';

/** What the relay that is judged is, if it is no RS-S. */
const KINDS: Partial<Record<RoleName, number>> = { 'rs-n': RelayKind.n, 'rs-t': RelayKind.t };

function instanceOf(mail: Received): Uint8Array {
  return bytesField(mail.body, 'instance') ?? new Uint8Array(0);
}

/** The DC opens the association. @throws Unjudged */
async function open(peer: Peer, association: PlayedChannel): Promise<void> {
  const failed = await peer.open(association);
  if (failed === undefined) return;
  throw new Unjudged('inconclusive', 'target', `the association could not be opened: no ${failed}`, true);
}

export const REGISTRATION_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.registration.boot',
    title: 'An RS-S that starts opens its association and registers with all that its DC has to know.',
    clauses: ['RS-16', 'RS-19', 'RS-15', 'KEY-43'],
    catches: 'A relay that waits to be asked; an endpoint, the kind or suite 1 missing.',
    async script(world) {
      const { rs, peer } = await associated(world, { bare: true });
      const mail = await new Registrations(world, peer).next(AT_ONCE);
      const { body } = mail;
      const { length } = instanceOf(mail);
      world.check(length === INSTANCE_LENGTH, 'an instance of 8 bytes', `${length} bytes`);
      const kinds = listField(body, 'kinds');
      const kind = KINDS[world.role] ?? RelayKind.s;
      world.check(kinds.includes(kind), `kind ${kind} among the kinds`, `kinds ${kinds.join(', ')}`);
      const suites = listField(body, 'suites');
      world.check(
        suites.includes(Suite.chacha20Poly1305),
        'suite 1 among the suites',
        `suites ${suites.join(', ')}`,
      );
      const capacity = numberField(body, 'capacity') ?? 0;
      world.check(capacity > 0, 'room for an entry or more', `capacity ${capacity}`);
      const listed = listField(body, 'endpoints').map((bytes) =>
        bytes instanceof Uint8Array ? toHex(bytes) : '',
      );
      const missing = rs.endpoints.filter((endpoint) => !listed.includes(toHex(endpointToBytes(endpoint))));
      const all = rs.endpoints.map(formatEndpoint).join(' and ');
      world.check(
        missing.length === 0,
        `endpoints ${all}`,
        `without ${missing.map(formatEndpoint).join(', ')}`,
      );
      const hasStatus = numberField(body, 'status') !== undefined;
      world.check(!hasStatus, 'a request without a status', 'one with a status', 'GEN-09');
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.registration.renew',
    title:
      'An RS-S renews its registration at half the lifetime, each time by a new request of one instance.',
    clauses: ['RS-16', 'RS-15', 'GEN-33'],
    catches: 'A renewal that never comes, comes when the time is over, or repeats an old transaction.',
    waits: 2200,
    async script(world) {
      const { peer } = await associated(world, { bare: true, habits: { registrationLifetime: 2 } });
      const registrations = new Registrations(world, peer);
      const first = await registrations.next(AT_ONCE);
      const second = await registrations.nextAfter(first.at, 1000, AT_HALF);
      const third = await registrations.nextAfter(second.at, 1000, AT_HALF);
      for (const mail of [second, third]) {
        const isSame = sameBytes(instanceOf(mail), instanceOf(first));
        world.check(
          isSame,
          'the same instance',
          'another one',
          'RS-15, NODE-03: it is kept while the role runs.',
        );
      }
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.registration.retry',
    title: 'A registration that is refused is tried again, after intervals that double up to a bound.',
    clauses: ['RS-18', 'GEN-33'],
    catches: 'No second try, a storm of tries, intervals without a bound or that success does not reset.',
    waits: 4300,
    async script(world) {
      const timers = retryTimers(world, RETRY_MIN, RETRY_MAX);
      const habits = { registrationStatus: Status.refused, registrationLifetime: 1 };
      const { peer } = await associated(world, { bare: true, timers, habits });
      const registrations = new Registrations(world, peer);
      const first = await registrations.next(AT_ONCE);
      const second = await registrations.nextAfter(first.at, 1000 * RETRY_MIN, AGAIN);
      const third = await registrations.nextAfter(second.at, 2000 * RETRY_MIN, AGAIN);
      peer.habits.registrationStatus = Status.ok;
      const granted = await registrations.nextAfter(third.at, 1000 * RETRY_MAX, AGAIN);
      peer.habits.registrationStatus = Status.busy;
      const renewal = await registrations.nextAfter(granted.at, 500, AT_HALF);
      const requirement = 'RS-18, NODE-18: after a success the interval is the first one again.';
      await registrations.nextAfter(renewal.at, 1000 * RETRY_MIN, requirement);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.registration.confirmed',
    title: 'An RS-S whose registration has run out registers as soon as its association is confirmed again.',
    clauses: ['RS-16'],
    catches: 'A relay that waits for the next try of its own when its DC is back already.',
    waits: 1300,
    async script(world) {
      exactNetwork(world);
      const { peer, association } = await associated(world, {
        bare: true,
        habits: { registrationLifetime: 1 },
      });
      const registrations = new Registrations(world, peer);
      const granted = await registrations.next(AT_ONCE);
      peer.habits.registrationStatus = Status.busy;
      await registrations.nextAfter(granted.at, 500, AT_HALF);
      // The next try of its own comes 5 s after the error.
      await world.sleep(granted.at + 1000 + LATE - world.net.now());
      peer.habits.registrationStatus = Status.ok;
      await open(peer, association);
      const requirement = 'RS-16: the association is confirmed, and no registration valid: at once.';
      await registrations.next(requirement, LATE);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.registration.interval',
    title: 'When its DC opens the association the interval between the tries of an RS-S begins anew.',
    clauses: ['RS-18', 'RS-16'],
    catches: 'A DC that is back, and waits a minute for a relay that it would not have.',
    waits: 2100,
    async script(world) {
      exactNetwork(world);
      const timers = retryTimers(world, RETRY_MIN, 8 * RETRY_MIN);
      const habits = { registrationStatus: Status.refused };
      const { peer, association } = await associated(world, { bare: true, timers, habits });
      const registrations = new Registrations(world, peer);
      const first = await registrations.next(AT_ONCE);
      const second = await registrations.nextAfter(first.at, 1000 * RETRY_MIN, AGAIN);
      await registrations.nextAfter(second.at, 2000 * RETRY_MIN, AGAIN);
      await open(peer, association);
      const { at } = await registrations.next('RS-16: the association is confirmed: at once.', LATE);
      const requirement = 'RS-18: when the DC opens the association, the interval is the first one again.';
      await registrations.nextAfter(at, 1000 * RETRY_MIN, requirement);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.registration.tries',
    title: 'A request that is not answered is tried four times, given up, and the association opened again.',
    clauses: ['GEN-11', 'KEY-27', 'GEN-10'],
    catches: 'Other intervals, another body in a repeat, a request that is sent for ever or only once.',
    waits: OVER + 1000,
    async script(world) {
      const { peer } = await associated(world, { bare: true, habits: { answerRegistrations: false } });
      const first = await new Registrations(world, peer).next(AT_ONCE);
      const openings = () => peer.inbox.filter(({ type }) => type === MessageType.openingRequest);
      const before = openings().length;
      await world.sleep(first.at + OVER - LATE - world.net.now());
      // Where the host slept longer, later ones are there too.
      const inTime = ({ at }: Received) => at < first.at + OVER - LATE;
      const tries = [first, ...peer.inbox.filter(isRegistration).filter(inTime)];
      const same = tries.filter((mail) => sameBytes(transactionOf(mail), transactionOf(first)));
      if (same.length !== tries.length) {
        const actual = 'another one before the request was over';
        world.stage.violated('one transaction', actual, { timedOut: true });
      }
      const { plaintext } = first;
      const isSame = tries.every(
        (mail) => plaintext && mail.plaintext && sameBytes(mail.plaintext, plaintext),
      );
      world.check(isSame, 'the same body each time', 'another one', 'GEN-10');
      // Where tries are lost nothing can be said about their times.
      if (world.impaired) return;
      checkTimes(
        world,
        tries.map(({ at }) => at - first.at),
      );
      const opened = await world.stage.until(() => openings().length > before || undefined, LATE + 500);
      const requirement = 'KEY-27: an end whose request stayed unanswered opens the channel again.';
      world.check(opened === true, 'an opening of the association', 'none came', requirement);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.registration.instance',
    title: 'An RS-S that starts again registers with another instance.',
    clauses: ['RS-15', 'RS-16', 'KEY-09'],
    catches: 'An instance that is configured or stored, so that no DC notices the restart.',
    async script(world) {
      const { rs, peer } = await associated(world, { bare: true });
      const registrations = new Registrations(world, peer);
      const seen = [instanceOf(await registrations.next(AT_ONCE))];
      for (const hard of [true, false]) {
        await rs.restart({ hard });
        const instance = instanceOf(await registrations.next(AT_ONCE));
        const isNew = seen.every((before) => !sameBytes(before, instance));
        world.check(isNew, 'a new instance', 'one that was used before');
        seen.push(instance);
      }
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.direction.unregistered',
    title: 'An RS-S obeys Relay Directions before it is registered, and after its registration has ended.',
    clauses: ['RS-20'],
    catches: 'Entries that wait for a registration or end with it.',
    waits: 1500,
    async script(world) {
      const habits = { registrationStatus: Status.refused };
      const { dc } = await associated(world, { habits });
      const requirement = 'RS-20: whether it is registered or not.';
      world.status(await dc.direct(dc.relayDirection(dc.plan())), Status.ok, requirement);
      const never = await bound(world, { habits });
      await checkForwarded(world, never.a, never.b);
      const granted = await bound(world, { habits: { registrationLifetime: 1 } });
      granted.dc.peer.habits.answerRegistrations = false;
      await world.sleep(1500);
      await checkForwarded(world, granted.a, granted.b, 'RS-20: entries do not end with a registration.');
      const answer = await granted.dc.direct(granted.dc.relayDirection(granted.dc.plan()));
      world.status(answer, Status.ok, requirement);
    },
  }),
];

/** Judges when the tries of one request came. */
function checkTimes(world: World, times: readonly number[]): void {
  const isRight = TRIES.every((ms, i) => {
    const time = times[i] ?? Number.POSITIVE_INFINITY;
    return time >= 0.9 * ms - LATE && time <= 1.1 * ms + LATE;
  });
  const actual = times.map(Math.round).join(', ');
  if (isRight && times.length === TRIES.length) return;
  // A busy host makes them late too.
  world.stage.violated(`tries at ${TRIES.join(', ')} ms`, `at ${actual} ms`, { timedOut: true });
}
