/** Section 5.8: the addresses of a DC on its association. */

import { toHex } from '../../../reference/bytes.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { Peer } from '../../played/peer.ts';
import { HABITS } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { takeProbe } from '../nodes.ts';
import { isRegistration, transactionOf } from '../relays/registrations.ts';
import { associated, RS_S_CONFIGURED } from '../steps.ts';

/** Seconds: the renewal is due after half of it. */
const LIFETIME = 1;
const RENEWAL = 700;

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
  const seen = new Set([...before.inbox, ...after.inbox].filter(isRegistration).map(keyOf));
  const isNew = (mail: Received) => isRegistration(mail) && !seen.has(keyOf(mail));
  const came = await nextOf(world, [before, after], isNew);
  const where = came === undefined ? 'none came' : `one at ${came.peer}`;
  world.check(came?.peer === after.name, `the next Relay Registration Request at ${after.name}`, where);
}

function keyOf(mail: Received): string {
  return toHex(transactionOf(mail));
}

function nextOf(
  world: World,
  peers: readonly Peer[],
  match: (mail: Received) => boolean,
): Promise<Received | undefined> {
  return world.stage.until(() => peers.flatMap(({ inbox }) => inbox).find(match), 2 * RENEWAL);
}

export const ASSOCIATION_ADDRESS_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.association',
    title: 'When its DC has moved, an RS-S sends its next request to the new address.',
    clauses: ['KEY-34', 'KEY-31', 'KEY-32'],
    catches: 'Requests to the address in the configuration for ever.',
    waits: 2 * RENEWAL,
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
    waits: 2 * RENEWAL,
    script: (world) => moveDc(world, { family: 6 }),
  }),
];
