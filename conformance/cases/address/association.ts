/** Section 5.8: the addresses of a DC on its association. */

import { toHex } from '../../../reference/bytes.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import { HABITS } from '../../played/habits.ts';
import type { World } from '../../world.ts';
import { takeProbe } from '../nodes.ts';
import { isRegistration, transactionOf } from '../relays/registrations.ts';
import { associated, RS_S_CONFIGURED } from '../steps.ts';

/** Seconds: the renewal is due after half of it. */
const LIFETIME = 2;
const RENEWAL = 1100;
/** For the host, milliseconds. */
const LATE = 500;

/** A DC that moves to another socket, to which the next request of the RS-S has to go. */
async function moveDc(world: World, options: { readonly family: 4 | 6 }): Promise<void> {
  const habits = { registrationLifetime: LIFETIME };
  const { rs, peer: before, association } = await associated(world, { habits });
  const after = await world.peer('DC, moved', rs.endpoint(options.family), options);
  Object.assign(after.habits, HABITS, habits);
  after.hold(association);
  world.status(await after.probe(association), Status.ok);
  await takeProbe(world, after, association, 'KEY-31: a message from another address nominates it.');
  world.status(await after.probe(association), Status.ok);
  const old = new Set(before.inbox.filter(isRegistration).map(keyOf));
  const timeout = 2 * RENEWAL + LATE;
  const came = await after.take(isRegistration, timeout);
  world.came(came, `the next Registration Request at ${after.name}`);
  // One can have been on its way.
  const since = before.inbox.filter((mail) => isRegistration(mail) && !old.has(keyOf(mail)));
  world.check(since.length <= 1, `no other one at ${before.name}`, `${since.length} there`);
}

function keyOf(mail: Received): string {
  return toHex(transactionOf(mail));
}

export const ASSOCIATION_ADDRESS_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.association',
    title: 'When its DC has moved, an RS-S sends its next request to the new address.',
    clauses: ['KEY-34', 'KEY-31', 'KEY-32'],
    catches: 'Requests to the address in the configuration for ever.',
    waits: 2 * RENEWAL + LATE,
    script: (world) => moveDc(world, { family: 4 }),
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.association-family',
    title: 'An address of the other family that became valid last is the one in use on an association.',
    clauses: ['KEY-34', 'KEY-31'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'One family that is always preferred.',
    waits: 2 * RENEWAL + LATE,
    script: (world) => moveDc(world, { family: 6 }),
  }),
];
