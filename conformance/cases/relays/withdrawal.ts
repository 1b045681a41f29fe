/** Section 9.2: withdrawals. */
import fc from 'fast-check';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import { bound, withTwoDcs } from '../nodes.ts';
import { checkForwarded, checkGone, checkNotForwarded, NOT_A_LEG, relay, sendOpaque } from '../relayed.ts';
import { associated, exactNetwork, halfOpen, opens, RS_S, RS_S_CONFIGURED } from '../steps.ts';

/** RS-11: forwarding has stopped by then. */
const STOPPED = 1100;

/** No more than are held. [RSS-03] */
const HELD = 3;

/** What else a withdrawal can have: it stays one. [6.3.5] */
const ALSO: Readonly<Record<string, Fields>> = {
  nothing: {},
  'a kind': { kind: 1 },
  'another kind': { kind: 2 },
  'a lifetime of 0': { lifetime: 0 },
  padding: { padding: new Uint8Array(20) },
};

export const WITHDRAWAL_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.direction.withdraw',
    title: 'After its withdrawal an entry, its legs and their keys are gone; other entries are not.',
    clauses: ['RS-11', 'RS-07', 'KEY-08'],
    catches: 'Forwarding that goes on, legs that still answer, a withdrawal that takes other entries along.',
    waits: STOPPED,
    async script(world) {
      const gone = await bound(world);
      const { dc, a, b } = await bound(world);
      await checkForwarded(world, gone.a, gone.b);
      world.status(await dc.direct(dc.withdrawal(gone.plan)), Status.ok);
      await world.sleep(STOPPED);
      await checkGone(world, gone, () => relay(world, a, b));
      await checkForwarded(world, b, a);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.direction.withdraw-held',
    title: 'What is held for an entry goes with it, and does not come when its path is directed again.',
    clauses: ['RSS-17', 'RS-11'],
    catches: 'Held datagrams kept by Path ID alone.',
    async script(world) {
      const { rs, dc } = await associated(world);
      const plan = await dc.relay();
      const a = await world.node(rs, plan, 0);
      const b = await world.node(rs, plan, 1);
      await a.openLeg();
      const requirement = 'RSS-17: what is held for an entry is discarded with it.';
      await world.silence({
        bad: () => sendOpaque(world, a, { fault: silentFault('its entry is withdrawn', 'relay-hold') }),
        fence: () => a.peer.probe(a.leg),
      });
      world.status(await dc.direct(dc.withdrawal(plan)), Status.ok);
      await dc.relay(plan);
      const again = await world.node(rs, plan, 0);
      await again.openLeg();
      await world.silence({
        bad: () => b.openLeg(),
        fence: () => b.peer.probe(b.leg),
        requirement,
      });
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.direction.withdraw-counted',
    title: 'What is held for an entry is counted as discarded when the entry is withdrawn.',
    clauses: ['RSS-17', 'GEN-19'],
    catches: 'Datagrams that vanish: neither sent, nor held, nor refused by any counter.',
    async script(world) {
      exactNetwork(world);
      const { rs, dc } = await associated(world);
      const plan = await dc.relay();
      const a = await world.node(rs, plan, 0);
      await a.openLeg();
      const before = await rs.counters();
      const fault = silentFault('its entry is withdrawn', 'relay-hold');
      for (let i = 0; i < HELD; i++) sendOpaque(world, a, { fault });
      world.status(await a.peer.probe(a.leg), Status.ok);
      const name = 'refused.relay-hold';
      const rise = async () => ((await rs.counters())[name] ?? 0) - (before[name] ?? 0);
      world.check((await rise()) === 0, `${name} as it was`, 'it rose', 'RSS-03: they are held.');
      world.status(await dc.direct(dc.withdrawal(plan)), Status.ok);
      const by = await rise();
      world.check(by === HELD, `${name} by ${HELD}`, `by ${by}`);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.direction.anew',
    title: 'A withdrawn Path ID can be directed again: a new entry, without keys, addresses and numbers.',
    clauses: ['RS-11', 'RS-22', 'KEY-23'],
    catches: 'Legs that keep keys, addresses or order numbers over a withdrawal; Path IDs burnt for good.',
    async script(world) {
      const { rs, dc, plan, a, b } = await bound(world);
      // Order number 2, so that a number that was kept would refuse 1.
      await halfOpen(a.peer, a.leg);
      world.status(await a.peer.probe(a.leg), Status.ok);
      world.status(await dc.direct(dc.withdrawal(plan)), Status.ok);
      world.status(await dc.direct(dc.relayDirection(plan)), Status.ok);
      const old = a.leg.seal(0x0d, body({ transaction: world.fresh(8) }));
      const anew = await world.node(rs, plan, 0);
      await world.silence({
        bad: () => {
          const intent = silentFault('keys of the entry that was withdrawn', 'key-id');
          a.peer.send(old, undefined, { channel: anew.leg, intent, content: new Uint8Array(0) });
        },
        fence: () => opens(anew.peer, anew.leg),
      });
      await checkNotForwarded(world, b, NOT_A_LEG, () => dc.peer.probe(dc.association));
      const again = await world.node(rs, plan, 1);
      await anew.openLeg();
      await again.openLeg();
      await checkForwarded(world, anew, again);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.direction.withdraw-unknown',
    title: 'A withdrawal of a Path ID that the relay does not have is answered ok.',
    clauses: ['RS-22'],
    catches: 'An error to a DC that withdraws twice; a withdrawal that is judged by its other keys.',
    arbitrary: fc.constantFrom(...Object.keys(ALSO)),
    boundaries: Object.keys(ALSO),
    async script(world, also) {
      const { dc } = await associated(world);
      const withdrawal = dc.withdrawal(dc.plan());
      const content = new Map([...withdrawal, ...body(ALSO[also] ?? {})]);
      world.status(await dc.direct(content), Status.ok);
      const plan = await dc.relay();
      const again = () => new Map([...dc.withdrawal(plan), ...body(ALSO[also] ?? {})]);
      world.status(await dc.direct(again()), Status.ok);
      world.status(await dc.direct(again()), Status.ok);
      // It is gone: other content is taken.
      await dc.relay({ ...dc.plan(), pathId: plan.pathId });
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.direction.withdraw-other',
    title: 'A DC cannot withdraw an entry that another DC made.',
    clauses: ['RS-22', 'RS-24'],
    catches: 'Withdrawals by whoever knows the Path ID.',
    async script(world) {
      const { other } = await withTwoDcs(world);
      const { plan, a, b } = await bound(world, { dcs: 2 });
      world.status(await other.direct(other.withdrawal(plan)), Status.refused);
      await checkForwarded(world, a, b);
      await checkForwarded(world, b, a);
    },
  }),
];
