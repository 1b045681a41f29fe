/** Sections 4.3 and 4.5: what an attacker can cost a role. */
import fc from 'fast-check';
import { concat } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { body } from '../../fields.ts';
import type { Intent } from '../../intent.ts';
import { silentFault } from '../../intent.ts';
import type { World } from '../../world.ts';
import type { Associated } from '../steps.ts';
import {
  associated,
  current,
  exactNetwork,
  halfOpen,
  newLeg,
  openLeg,
  RS_S,
  RS_S_CONFIGURED,
  withBitFlipped,
} from '../steps.ts';

/** DOS-03, as configured here, and how many fail. */
const FAILURES = 20;
const BURST = 100;
/** The same, so that as many openings of one socket are within KEY-12. */
const FEW = 7;
/** GEN-17: the tables that concern an RS-S. */
const TABLES = ['associations', 'paths', 'legs', 'handshakes', 'answers', 'held', 'sources'] as const;
const MAGIC = 0x05;

interface Garbage {
  /** How much of the datagram is as it should be. */
  readonly good: 'nothing' | 'the header' | 'the header of an opening';
  readonly rest: Uint8Array;
}

/** Random bytes, behind as much of a good datagram as is wanted, and the layer that has to refuse them. */
function garbage(
  { good, rest }: Garbage,
  { association }: Associated,
): { bytes: Uint8Array; intent: Intent } {
  if (good === 'nothing') {
    const bytes = Uint8Array.from(rest);
    if (bytes[0] === MAGIC) bytes[0] = 0;
    return { bytes, intent: silentFault('random bytes', bytes.length < 44 ? 'length' : 'magic') };
  }
  if (good === 'the header') {
    const keys = current(association);
    const sealed = association.seal(MessageType.probeRequest, new Uint8Array(0), { sequence: keys.next });
    const bytes = concat(sealed.slice(0, 28), rest, new Uint8Array(16));
    return {
      bytes,
      intent: silentFault('random bytes behind a good header', bytes.length > 1500 ? 'length' : 'tag'),
    };
  }
  const header = Uint8Array.from([
    MAGIC,
    MessageType.openingRequest,
    0,
    0,
    ...association.id,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  const tail = new Uint8Array(48);
  tail.set(rest.slice(0, 48));
  return { bytes: concat(header, tail), intent: silentFault('a random message 1', 'handshake') };
}

function checkTables(world: World, counters: Readonly<Record<string, number>>): void {
  for (const table of TABLES) {
    const size = counters[`table.${table}.size`];
    const bound = counters[`table.${table}.bound`];
    const isShown = size !== undefined && bound !== undefined && bound > 0;
    world.check(isShown, `table.${table}.size and table.${table}.bound`, `${size} and ${bound}`);
    world.check(
      (size ?? 0) <= (bound ?? 0),
      `a size within the bound of ${table}`,
      `${size}, bound ${bound}`,
    );
  }
}

export const LIMIT_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.dos.garbage',
    title: 'Random bytes, bare or behind a good header, get no answer and disturb nobody.',
    clauses: ['DOS-05', 'DOS-07', 'GEN-20'],
    catches: 'An exception that ends the role; an answer to what nobody sent.',
    arbitrary: fc.record<Garbage>({
      good: fc.constantFrom('nothing', 'the header', 'the header of an opening'),
      rest: fc.uint8Array({ maxLength: 1600, size: 'max' }),
    }),
    boundaries: [
      { good: 'nothing', rest: new Uint8Array(0) },
      { good: 'the header', rest: new Uint8Array(0) },
      { good: 'the header of an opening', rest: new Uint8Array(0) },
      { good: 'nothing', rest: new Uint8Array(1500).fill(0xff) },
      { good: 'the header', rest: new Uint8Array(1500).fill(0xff) },
    ],
    async script(world, value) {
      const on = await associated(world);
      const { peer, association } = on;
      const { bytes, intent } = garbage(value, on);
      await world.silence({
        bad: () => peer.send(bytes, undefined, { channel: association, intent }),
        fence: () => peer.probe(association),
      });
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.dos.rate-source',
    title:
      'An address whose datagrams fail more often than the limit costs no more cryptography for a while; others are served.',
    clauses: ['DOS-03', 'GEN-29', 'DOS-05'],
    needs: ['two-sources'],
    catches: 'No limit on forged datagrams, one for all addresses together, or one that is never lifted.',
    waits: 1500,
    async script(world) {
      exactNetwork(world);
      const limits = { perSourcePerSecond: FAILURES };
      const { rs, peer, association, nodePeer, leg } = await openLeg(world, { limits }, { source: 1 });
      const before = await rs.counters();
      const began = world.net.now();
      for (let i = 0; i < BURST; i++) {
        const good = leg.seal(MessageType.probeRequest, new Uint8Array(0));
        const intent = silentFault('another tag', 'tag');
        nodePeer.send(withBitFlipped(good, 8 * good.length - 1), undefined, { channel: leg, intent });
      }
      world.status(await peer.probe(association), 0, 'DOS-03: requests from other addresses are answered.');
      // Datagrams to two sockets, or from two, are not read in the order in which they were sent.
      let after = before;
      const rise = (layer: string) => (after[`refused.${layer}`] ?? 0) - (before[`refused.${layer}`] ?? 0);
      const isRead = () => rise('tag') + rise('handshake') + rise('rate-source') >= BURST;
      for (let tries = 0; tries < 20 && !isRead(); tries++) {
        if (tries > 0) await world.sleep(50);
        after = await rs.counters();
      }
      const most = Math.floor(FAILURES * ((world.net.now() - began) / 1000 + 1)) + 1;
      const requirement = `DOS-03, GEN-29: after ${FAILURES} failures a second an address costs no more.`;
      const failed = rise('tag') + rise('handshake');
      world.check(failed <= most, `${most} failures at most`, `${failed}`, requirement);
      world.check(failed >= FAILURES, `${FAILURES} failures or more`, `${failed}`, requirement);
      world.check(rise('rate-source') > 0, 'refused.rate-source rises', 'it does not', requirement);
      await world.sleep(1500);
      world.status(await nodePeer.probe(leg), 0, 'GEN-29: a second later the address is let in again.');
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.dos.failures',
    title: 'Openings that do not verify are failures of their address; replays and unknown key IDs are none.',
    clauses: ['DOS-03', 'GEN-20'],
    needs: ['two-sources'],
    catches:
      'A node that is shut out for what its network copied; Diffie-Hellman operations that nobody counts.',
    async script(world) {
      exactNetwork(world);
      const limits = { perSourcePerSecond: FEW };
      const { rs, nodePeer, leg } = await openLeg(world, { limits }, { source: 1 });
      const content = body({ transaction: world.fresh(8) });
      const known = nodePeer.sendSealed(leg, MessageType.probeRequest, content);
      for (let i = 0; i < BURST; i++) {
        const again = silentFault('the same again', 'replay');
        nodePeer.send(known, undefined, { channel: leg, content, intent: again });
        const other = silentFault('another key ID', 'key-id');
        nodePeer.send(withBitFlipped(known, 8 * 2), undefined, { channel: leg, content, intent: other });
      }
      const requirement = 'DOS-03: of failures the layers handshake and tag are counted.';
      world.status(await nodePeer.probe(leg, { repeats: [] }), Status.ok, requirement);
      const before = await rs.counters();
      const none = before['refused.rate-source'] ?? 0;
      world.check(none === 0, 'refused.rate-source 0', `${none}`, requirement);

      const began = world.net.now();
      const intent = silentFault('another secret', 'handshake');
      for (const name of ['A', 'A, second socket', 'A, third socket']) {
        const peer = await world.peer(name, rs.endpoint(), { source: 1 });
        peer.hold(leg);
        for (let i = 0; i < FEW; i++) peer.sendOpening(leg, { secret: world.random(32), intent });
      }
      let after = before;
      const rise = (layer: string) => (after[`refused.${layer}`] ?? 0) - (before[`refused.${layer}`] ?? 0);
      const isRead = () => rise('handshake') + rise('rate-source') >= 3 * FEW;
      for (let tries = 0; tries < 20 && !isRead(); tries++) {
        if (tries > 0) await world.sleep(50);
        after = await rs.counters();
      }
      const most = Math.floor(FEW * ((world.net.now() - began) / 1000 + 1)) + 1;
      const failed = rise('handshake');
      world.check(failed <= most, `${most} failed openings at most`, `${failed}`, requirement);
      world.check(rise('rate-source') > 0, 'refused.rate-source rises', 'it does not', requirement);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.dos.bounds',
    title: 'Every table has a bound that it keeps to, and what does not fit harms no live row.',
    clauses: ['DOS-04', 'RS-12', 'GEN-17'],
    catches: 'A table that grows without end, or a full one that drops what is in use.',
    async script(world) {
      exactNetwork(world);
      const rsOptions = { capacity: 3 };
      const { rs, dc, a, b } = await world.relayed({ rs: rsOptions });
      const { nodePeer, leg } = await newLeg(world, rsOptions);
      for (let i = 0; i < 6; i++) await halfOpen(nodePeer, leg);
      for (let i = 0; i < 4; i++) {
        const allowed = i === 0 ? Status.ok : Status.busy;
        world.status(await dc.direct(dc.relayDirection(dc.plan())), allowed);
      }
      const counters = await rs.counters();
      checkTables(world, counters);
      const paths = counters['table.paths.bound'];
      world.check(paths === 3, 'a bound of 3 for paths', `${paths}`, 'RS-12: as many as were registered.');
      const datagram = a.sendData(world.random(100));
      world.came(
        await b.takeRelayed(datagram),
        'the same bytes at the other end',
        'DOS-04: live rows are unharmed.',
      );
    },
  }),
];
