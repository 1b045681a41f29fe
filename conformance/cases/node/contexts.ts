/** Sections 5.9 and 6.2 at a node: aliases of its association, and Path Updates that were overtaken. */
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import { isRegistrationRequest } from '../../played/node-dc.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import type { Registered } from './steps.ts';
import {
  checkDelivers,
  checkSends,
  detach,
  NODE,
  NODE_USED,
  openPath,
  packetFrom,
  packetTo,
  registered,
} from './steps.ts';

const ALIASES = [0xa1, 0xa2, 0xa3, 0xa4].map((byte) => new Uint8Array(16).fill(byte));

/** Here 1 s, and time for openings that get lost; an opening is over after 5 s. */
const REQUEST_OVER = 3000;

function isAlias(context: Uint8Array | undefined): boolean {
  return context !== undefined && ALIASES.some((alias) => sameBytes(alias, context));
}

/** The node loses its network and is attached to one again. @returns its next Registration Request, or what matches */
async function attached(
  world: World,
  { node, dc }: Registered,
  timeout: number,
  match: (mail: Received) => boolean = isRegistrationRequest,
): Promise<Received> {
  const { ip } = node.endpoint();
  await detach(node, [dc.peer]);
  await node.move([ip]);
  const mail = await dc.peer.take(match, timeout);
  return world.came(mail, 'a Registration Request', 'NODE-01, HO-02: it registers again.');
}

export const NODE_CONTEXT_CASES: readonly Case[] = [
  scriptCase({
    ...NODE,
    id: 'node.alias.accepted',
    title: 'What comes under an alias is taken like what comes under the ID, openings too, with one window.',
    clauses: ['KEY-14', 'TUN-04'],
    catches: 'A DC that cannot be heard by a node which it gave aliases to; a window for each context.',
    async script(world) {
      const { dc } = await registered(world, { habits: { aliases: ALIASES } });
      const { peer, association } = dc;
      for (const context of ALIASES) {
        world.status(await peer.probe(association, { context }), Status.ok, 'KEY-14: under each live alias.');
        world.status(await dc.direct(dc.routeDirection(dc.plan()), { context }), Status.ok);
      }
      const [context] = ALIASES;
      const keys = association.current;
      if (context === undefined || keys === undefined) throw new Error('an open association with aliases');
      const sequence = keys.next;
      keys.next += 1n;
      world.status(await peer.probe(association, { context, sequence }), Status.ok);
      const content = body({ transaction: world.fresh(8) });
      const again = association.seal(MessageType.probeRequest, content, { sequence });
      await world.silence({
        bad: () => {
          const intent = silentFault('a sequence that was used under an alias', 'replay');
          peer.send(again, undefined, { channel: association, content, intent });
        },
        fence: () => peer.probe(association),
        requirement: 'KEY-14: one counter and one window for all.',
      });
      const attempt = peer.sendOpening(association, { context });
      const { header } = world.came(await peer.message2(attempt), 'message 2 to an opening under an alias');
      const isSame = header !== undefined && sameBytes(header.context, context);
      world.check(isSame, `context ${toHex(context)}`, `${header && toHex(header.context)}`, 'KEY-38.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.alias.fresh',
    title: 'After a change of network a node speaks to its DC under an alias that it has not used.',
    clauses: ['KEY-42'],
    level: 'SHOULD',
    catches: 'A node that can be followed from network to network by the ID of its association.',
    async script(world) {
      const on = await registered(world, { habits: { aliases: ALIASES } });
      const used: string[] = [];
      for (let moves = 0; moves < 2; moves++) {
        const { header } = await attached(world, on, world.stage.timeout);
        const context = toHex(header?.context ?? new Uint8Array());
        const isFresh = isAlias(header?.context) && !used.includes(context);
        world.check(isFresh, 'an alias that was not used', `context ${context}`, 'KEY-42.');
        used.push(context);
      }
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.alias.unanswered',
    title: 'A node whose DC does not know its alias any more comes back under the ID of the association.',
    clauses: ['KEY-41'],
    catches: 'A node that is lost for good after its DC was started again.',
    waits: 12_000,
    async script(world) {
      const timers = { 'try-over-node-dc': 1, 'registration-retry-min': 1 };
      const on = await registered(world, { habits: { aliases: ALIASES }, timers });
      const { peer, association } = on.dc;
      association.aliases.length = 0;
      peer.habits.aliases = [];
      const { header, at } = await attached(world, on, 6000, (mail) => mail.channel === association);
      const isOwn = header !== undefined && sameBytes(header.context, association.id);
      world.check(isOwn, 'the ID of the association', 'another context', 'KEY-41.');
      // What went under the alias was for nobody.
      const inVain = peer.inbox.find(({ channel }) => channel === undefined);
      while (peer.takeNow(({ channel }) => channel === undefined) !== undefined);
      const ms = Math.round(at - (inVain?.at ?? at));
      const requirement =
        'KEY-41: a request that is over, here after 1 s, is enough; no opening has to fail, too.';
      world.timely(ms <= REQUEST_OVER, `within ${REQUEST_OVER} ms`, `after ${ms} ms`, requirement);
      const registration = await peer.take(isRegistrationRequest, 6000);
      world.came(registration, 'a Registration Request', 'NODE-18: it registers again.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.update.stale',
    title: 'A Path Update that is older than the last one that took effect is discarded in silence.',
    clauses: ['GEN-32'],
    catches: 'A close that was kept back, or overtaken, ends a path long after.',
    async script(world) {
      const on = await openPath(world);
      const { far, node } = on;
      const content = body({ transaction: world.fresh(8), close: true });
      const old = far.path.seal(MessageType.pathUpdate, content);
      const later = body({ transaction: world.fresh(8), candidates: [Uint8Array.of(127, 0, 0, 8, 0, 9)] });
      world.status(await far.peer.request(far.path, MessageType.pathUpdate, later), Status.ok);
      await world.silence({
        bad: () => {
          const intent = silentFault('an older one', 'stale');
          far.peer.send(old, undefined, { channel: far.path, content, intent });
        },
        fence: () => far.peer.probe(far.path),
        requirement: 'GEN-32: another one is discarded silently.',
      });
      await checkSends(world, { node, far }, packetTo(world, on.plan), 'GEN-32: the path goes on.');
      await checkDelivers(world, { node, far }, packetFrom(world, on.plan));
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.update.kept',
    title: 'What a node keeps for repeats of Path Updates counts among the answers that it keeps.',
    clauses: ['GEN-17', 'DOS-04'],
    catches: 'A table that can grow with each path, and that no counter shows.',
    async script(world) {
      exactNetwork(world);
      const { far, node } = await openPath(world);
      const kept = async () => (await node.counters())['table.answers.size'] ?? 0;
      const before = await kept();
      const candidates = [Uint8Array.of(127, 0, 0, 8, 0, 9)];
      const updates = [1, 2].map(() => body({ transaction: world.fresh(8), candidates }));
      for (const content of updates)
        world.status(await far.peer.request(far.path, MessageType.pathUpdate, content), Status.ok);
      const rose = (await kept()) - before;
      world.check(rose === updates.length, `${updates.length} more in table.answers.size`, `${rose} more`);
    },
  }),
];
