/** Chapters 4 and 5 at a DC: its one port, what goes to addresses that are not valid, its tables, its aliases. */
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { listField } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import { COPY } from '../../observe/explain.ts';
import type { Received } from '../../observe/received.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import { informed } from './known.ts';
import { askRelayed, wantingRelay } from './relays.ts';
import { allAround } from './requests.ts';
import { checkRoute, checkSame, DC, DC_CONFIGURED, situate } from './steps.ts';

/** DOS-02 */
const TIMES = 3;
/** GEN-11: all tries of a probe, milliseconds. */
const TRIES_OVER = 2800;
/** Tables of section 16.12 that a DC has. */
const TABLES = ['associations', 'paths', 'handshakes', 'answers', 'sources'] as const;
const PATHS = 2;

/** The aliases that a node is given with a registration. @throws Unjudged if there are none */
async function aliasesOf(node: RegisteringNode): Promise<Uint8Array[]> {
  const { body } = await node.register();
  const aliases = listField(body, 'aliases').filter((item) => item instanceof Uint8Array);
  node.association.aliases.push(...aliases);
  if (aliases.length > 0) return aliases;
  throw new Unjudged('not-exercised', 'target', 'the DC gives no aliases');
}

function checkContext(world: World, mail: Received, expected: Uint8Array, requirement: string): void {
  const context = toHex(mail.header?.context ?? new Uint8Array(0));
  checkSame(world, 'context', toHex(expected), context, requirement);
}

export const DC_LIMIT_CASES: readonly Case[] = [
  scriptCase({
    ...DC,
    id: 'dc.port.one',
    title: 'What a DC answers and what it asks of nodes, relays and other DCs all leaves from one endpoint.',
    clauses: ['GEN-01', 'GEN-15'],
    catches: 'A socket for each kind of party, or one for what the DC asks, which no NAT lets through.',
    async script(world) {
      const dc = await allAround(world);
      const relayed = { dc, mn: dc.node(0), cn: dc.node(1) };
      await dc.relay().register();
      await situate(world, relayed.mn, 'G4');
      await situate(world, relayed.cn, 'G4');
      const mails = [
        checkRoute(world, await askRelayed(relayed)).mail,
        await informed(world, dc.other(), relayed.cn),
        ...relayed.cn.directions,
        ...dc.relay().directions,
      ];
      checkSame(world, 'messages', 4, mails.length);
      const own = formatEndpoint(dc.endpoint());
      for (const { from } of mails) checkSame(world, 'source', own, formatEndpoint(from));
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.address.amplification',
    title: 'To a source that is not valid a DC sends at most three times what came from it.',
    clauses: ['DOS-02', 'KEY-33'],
    catches: 'A DC that can be made to flood an address which a node claims and does not have.',
    waits: TRIES_OVER,
    async script(world) {
      const dc = await allAround(world);
      const node = dc.node(0);
      const claimed = await node.socket({ socket: 3 });
      Object.assign(claimed.habits, { answerProbes: false });
      // The smallest request there is; each try of the DC's own probe comes on top of the answer.
      const isAnswered = await claimed.probe(node.association);
      world.status(isAnswered, Status.ok);
      await world.sleep(TRIES_OVER);
      let from = 0;
      let to = 0;
      for (const entry of world.stage.transcript.entries) {
        if (entry.kind === 'sent' && entry.sent.peer === claimed.name) from += entry.sent.bytes.length;
        if (entry.kind !== 'received' || entry.received.peer !== claimed.name) continue;
        if (entry.received.explained !== COPY) to += entry.received.bytes.length;
      }
      world.check(to <= TIMES * from, `at most ${TIMES * from} bytes for ${from}`, `${to} bytes`);
      node.forgetPlaces();
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.address.both-families',
    title: 'A request that stays unanswered is repeated to every valid address of the node.',
    clauses: ['KEY-35'],
    level: 'SHOULD',
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'A node that is lost as soon as one of its two families is.',
    waits: 700,
    async script(world) {
      exactNetwork(world);
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await mn.register();
      await cn.deregister();
      await cn.register({ places: [{ family: 4 }, { family: 6 }] });
      // The first try may go to one of them.
      cn.deafTo = 3;
      await mn.ask({ peerFqdn: cn.fqdn });
      const families = [4, 6] as const;
      const reached = families.filter((version) =>
        cn.at(version)?.inbox.some(({ type }) => type === MessageType.routeDirection),
      );
      checkSame(world, 'families over which the Route Direction came', families.join(), reached.join());
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.keys.reopened',
    title: 'When a node answers nothing any more the DC opens the association anew.',
    clauses: ['KEY-27', 'GEN-11'],
    catches: 'A node that has lost its keys, and is told nothing until the DC’s own are old.',
    waits: 2500,
    async script(world) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await mn.register();
      await cn.register();
      cn.acknowledges = 'silent';
      cn.peer.habits.answerProbes = false;
      const isOpening = ({ type }: Received) => type === MessageType.openingRequest;
      world.status(await mn.ask({ peerFqdn: cn.fqdn }), Status.noRoute);
      world.came(await cn.peer.take(isOpening, 1500), 'an opening of the DC at the node');
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.dos.bounds',
    title: 'Every table has a bound that it keeps to; a direction that does not fit is answered busy.',
    clauses: ['DOS-04', 'GEN-17'],
    catches: 'A table of paths that grows without end, or one that forgets live ones for new ones.',
    async script(world) {
      exactNetwork(world);
      const relayed = await wantingRelay(world, { relays: 1, limits: { paths: PATHS } });
      const { dc } = relayed;
      const relay = dc.relay();
      await relay.register();
      const live: string[] = [];
      for (let i = 0; i < PATHS; i++) live.push(checkRoute(world, await askRelayed(relayed)).pathId);
      world.status(
        await askRelayed(relayed),
        Status.busy,
        'DOS-04: busy where there is a request to answer.',
      );
      const counters = await dc.counters();
      for (const table of TABLES) {
        const [size, bound] = [counters[`table.${table}.size`], counters[`table.${table}.bound`]];
        const isKept = size !== undefined && bound !== undefined && bound > 0 && size <= bound;
        world.check(
          isKept,
          `table.${table}.size within table.${table}.bound`,
          `${size} and ${bound}`,
          'DOS-04',
        );
      }
      checkSame(world, 'Relay Directions', PATHS, relay.directions.length);
      // Live rows are unharmed: a new instance is told all of them.
      await relay.register();
      const isTold = () => relay.directions.length === 2 * PATHS || undefined;
      const told = await world.stage.until(isTold);
      checkSame(world, 'live paths told again', true, told, 'DOS-04: live rows are unharmed.');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.alias.used',
    title: 'A message under an alias is taken, and what the DC sends goes under what the node used last.',
    clauses: ['KEY-14', 'KEY-39'],
    catches: 'Aliases that are given out and not known; answers under the ID that the alias was to hide.',
    async script(world) {
      const dc = await world.dc();
      const [mn, node] = [dc.node(0), dc.node(1)];
      await mn.register();
      const aliases = await aliasesOf(node);
      const others = new Set(aliases.map(toHex));
      checkSame(world, 'aliases that differ', aliases.length, others.size, 'KEY-39');
      const requirement = 'KEY-14: the DC MUST send under the context of the latest message of the node.';
      for (const context of [...aliases, node.association.id]) {
        const answer = world.status(await node.peer.probe(node.association, { context }), Status.ok);
        checkContext(world, answer, context, requirement);
        const before = node.directions.length;
        // An Acknowledgement under another context may still be under way.
        await world.arrived();
        world.status(await node.peer.probe(node.association, { context }), Status.ok);
        checkRoute(world, await mn.ask({ peerFqdn: node.fqdn }));
        const direction = world.came(node.directions[before], 'a Route Direction');
        checkContext(world, direction, context, requirement);
      }
      const [alias] = aliases;
      if (alias === undefined) return;
      const attempt = node.peer.sendOpening(node.association, { context: alias });
      const answer = world.came(await node.peer.message2(attempt), 'message 2 to an opening under an alias');
      checkContext(world, answer, alias, 'KEY-38');
      // One counter and one window for all contexts.
      const keys = node.association.current;
      if (keys === undefined) return;
      const sequence = keys.next;
      keys.next += 1n;
      world.status(await node.peer.probe(node.association, { context: alias, sequence }), Status.ok);
      await world.silence({
        bad: () =>
          node.peer.probe(node.association, {
            sequence,
            timeout: 0,
            repeats: [],
            intent: silentFault('a sequence that was used under an alias', 'replay'),
          }),
        fence: () => node.peer.probe(node.association),
        requirement: 'KEY-14: one counter and one window for all.',
      });
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.alias.lives',
    title: 'An alias lives on after the next set was given.',
    clauses: ['KEY-39'],
    catches: 'Aliases that end while a node that missed an answer still uses them.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      const [first] = await aliasesOf(node);
      if (first === undefined) return;
      // A DC may wait with the next set until something of this one was used.
      world.status(await node.peer.probe(node.association, { context: first }), Status.ok);
      const next = await aliasesOf(node);
      const requirement = 'KEY-39: a set MUST live until the next set but one was given.';
      for (const context of [first, ...next])
        world.status(await node.peer.probe(node.association, { context }), Status.ok, requirement);
    },
  }),
];
