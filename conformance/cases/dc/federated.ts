/** Section 8.2: how a DC begins with others, and what it has no room for. */
import { fromHex } from '../../../reference/bytes.ts';
import { MessageType, RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { body } from '../../fields.ts';
import type { OtherDc } from '../../played/other-dc.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import { direction, neighbours } from './neighbours.ts';
import { checkRoute, checkSame, DC, DC_CONFIGURED, situate } from './steps.ts';

/** Directions that the DC is to have room for, of other DCs under way too. */
const PATHS = 2;
/** GEN-11: all tries of a DC to a node, and more for the way and the host; milliseconds. */
const PASSED_OVER = 3000;

/** Judges that the other DC is opened to, and that what it asks under the new keys is answered. */
async function checkOpened(world: World, other: OtherDc, requirement: string): Promise<void> {
  const [peer] = other.sockets;
  if (peer === undefined) throw new Error('another DC without a socket');
  const isOpening = ({ type, channel }: { readonly type: number | undefined; readonly channel: unknown }) =>
    type === MessageType.openingRequest && channel === other.association;
  world.came(await peer.take(isOpening), `message 1 at ${other.name}`, requirement);
  const isConfirmed = () => other.association.current?.confirmed || undefined;
  checkSame(world, `keys confirmed at ${other.name}`, true, await world.stage.until(isConfirmed), 'KEY-11');
  const content = body({ transaction: world.fresh(8), fqdn: 'www.example' });
  const answer = await peer.request(other.association, MessageType.nodeInformationRequest, content);
  world.status(answer, Status.unknownName);
}

export const DC_FEDERATED_CASES: readonly Case[] = [
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.federation.start',
    title: 'A DC that starts, or starts again, opens its associations with the DCs of its configuration.',
    clauses: ['FED-15', 'KEY-09', 'KEY-11'],
    catches:
      'A DC that others go on to talk to under keys that its restart erased: their first directions come to nothing.',
    async script(world) {
      const dc = await world.dc({ others: 2 });
      const requirement = 'FED-15: when it starts, a DC MUST open its associations with configured DCs.';
      for (const other of dc.others) await checkOpened(world, other, requirement);
      await dc.restart({ hard: true });
      for (const other of dc.others) await checkOpened(world, other, requirement);
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.federation.busy',
    title:
      'A direction of another DC that finds no room beside those that are passed on is answered busy, before its Path ID is looked at.',
    clauses: ['FED-12', 'DOS-04'],
    catches: 'A DC that another one can make wait for nodes without end; a full one that is full for ever.',
    waits: PASSED_OVER,
    async script(world) {
      // A DC tries twice to pass one on: a network that loses both leaves fewer waiting.
      exactNetwork(world);
      const { other, cn } = await neighbours(world, { limits: { paths: PATHS } });
      cn.acknowledges = 'silent';
      const passed = Array.from({ length: PATHS }, () => direction(world, cn.fqdn));
      const answers = passed.map((content) => other.direct(content));
      const areThere = () => cn.directions.length === PATHS || undefined;
      await world.stage.until(areThere);
      checkSame(world, 'Route Directions at CN', PATHS, cn.directions.length, 'FED-06');
      world.status(await other.direct(direction(world, cn.fqdn)), Status.busy);
      const [first] = passed;
      const changed: Fields = { transaction: world.fresh(8), pathSecret: world.fresh(32) };
      const sameId = new Map([...(first ?? []), ...body(changed)]);
      world.status(await other.direct(sameId), Status.busy, 'FED-12: busy before the last check.');
      checkSame(world, 'Route Directions at CN', PATHS, cn.directions.length);
      for (const answer of answers) world.status(await answer, Status.noRoute, 'FED-13');
      cn.acknowledges = Status.ok;
      const requirement = 'FED-12: beside those that it is passing on.';
      world.status(await other.direct(direction(world, cn.fqdn)), Status.ok, requirement);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.federation.own-path',
    title: 'Another DC cannot direct a path that the DC directed itself.',
    clauses: ['FED-12', 'ERR-05'],
    catches: 'A path inside a zone that another operator takes over with a secret of its own.',
    async script(world) {
      const { dc, other, cn } = await neighbours(world);
      const mn = dc.node(1);
      await situate(world, mn, 'G4');
      await situate(world, cn, 'G4');
      await dc.relay().register();
      for (const fields of [{}, { want: RelayKind.s }]) {
        const { pathId } = checkRoute(world, await mn.ask({ peerFqdn: cn.fqdn, ...fields }));
        const before = cn.directions.length;
        const content = direction(world, cn.fqdn, { pathId: fromHex(pathId) });
        const requirement = 'FED-12: a Path ID that DC_CN gave out itself is not new.';
        // The ID is the target's: it is no part of what the seed decides.
        world.status(await other.direct(content, { auto: true }), Status.refused, requirement);
        checkSame(world, 'Route Directions at CN since', before, cn.directions.length);
      }
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.federation.remembers',
    title:
      'A Path ID that another DC directed is remembered beside those that came later, and no path goes by it twice.',
    clauses: ['FED-12', 'DOS-04'],
    catches: 'A DC that knows the last path alone: one that is live, and directed anew with another secret.',
    async script(world) {
      const { other, cn } = await neighbours(world, { limits: { paths: PATHS } });
      const passed = Array.from({ length: PATHS }, () => direction(world, cn.fqdn));
      for (const content of passed) world.status(await other.direct(content), Status.ok);
      const before = cn.directions.length;
      const requirement = 'FED-12: it MUST remember as many as table.paths.bound.';
      for (const content of passed) {
        const changed: Fields = { transaction: world.fresh(8), pathSecret: world.fresh(32) };
        const sameId = new Map([...content, ...body(changed)]);
        world.status(await other.direct(sameId), Status.refused, requirement);
      }
      checkSame(world, 'Route Directions at CN since', before, cn.directions.length, requirement);
    },
  }),
];
