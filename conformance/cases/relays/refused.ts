/** Section 9.7: what an RS-S must not forward. */
import fc from 'fast-check';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import { PlayedNode } from '../../played/node.ts';
import { bound, checkNotProbed, directed, move, settle, socketOf } from '../nodes.ts';
import {
  checkAbsent,
  checkForwarded,
  checkHeld,
  checkNotForwarded,
  NOT_A_LEG,
  relay,
  sendOpaque,
} from '../relayed.ts';
import { RS_S } from '../steps.ts';

export const NOT_FORWARDED_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.forward.source',
    title: 'A datagram of a live path that comes from neither leg is not forwarded.',
    clauses: ['RSS-12', 'RS-04'],
    catches: 'Forwarding by Path ID alone, or by address without port, so that anybody can inject.',
    arbitrary: fc.record({ times: fc.integer({ min: 1, max: 4 }) }),
    boundaries: [{ times: 1 }, { times: 4 }],
    async script(world, { times }) {
      const { rs, a, b } = await bound(world);
      const stranger = await world.stranger(rs);
      await world.silence({
        bad: () => {
          for (let i = 0; i < times; i++) sendOpaque(world, a, { from: stranger, fault: NOT_A_LEG });
        },
        fence: () => relay(world, a, b),
      });
      const requirement = 'RS-04: never from the source of a relayed datagram.';
      const { bytes } = await checkForwarded(world, b, a, requirement);
      checkAbsent(world, stranger, bytes, requirement);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.source-address',
    title: 'The port of a leg at another address is another source.',
    clauses: ['RSS-12'],
    needs: ['two-sources'],
    catches: 'A leg that is known by its port alone.',
    async script(world) {
      const { rs, a, b } = await bound(world);
      const { port } = a.peer.local;
      const stranger = await world.stranger(rs, { source: 1, port });
      await world.silence({
        bad: () => sendOpaque(world, a, { from: stranger, fault: NOT_A_LEG }),
        fence: () => relay(world, a, b),
      });
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.unknown-path',
    title: 'A datagram with a Path ID that the relay does not have is not forwarded, from whatever source.',
    clauses: ['RS-07', 'RS-06', 'GEN-20'],
    catches: 'Forwarding by the source alone.',
    async script(world) {
      const { rs, dc, a, b } = await bound(world);
      const unknown = new PlayedNode(a.peer, dc.plan(), 0, rs.nodeId);
      await checkForwarded(world, a, b);
      const fence = () => relay(world, a, b);
      const fault = silentFault('no such path', 'context');
      await checkNotForwarded(world, unknown, fault, fence);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.leg-id',
    title: 'A datagram with a Leg ID as context is never forwarded, from the leg neither.',
    clauses: ['RSS-10'],
    catches: 'One table of contexts for paths and legs.',
    async script(world) {
      const { rs, plan, a, b } = await bound(world);
      const pathId = plan.legs[1].legId;
      const asPath = new PlayedNode(a.peer, { ...plan, pathId }, 0, rs.nodeId);
      await checkForwarded(world, a, b);
      const before = b.peer.inbox.length;
      await world.silence({
        bad: () => {
          const fault = silentFault('the Leg ID of the other end', 'key-id');
          sendOpaque(world, asPath, { fault, channel: b.leg });
        },
        fence: () => relay(world, a, b),
      });
      world.check(b.peer.inbox.length === before, 'nothing else at the other end', 'a datagram');
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.no-reflect',
    title: 'The address in use of one leg is never that of the other: nothing goes back where it came from.',
    clauses: ['RSS-08', 'RSS-15', 'RSS-03'],
    catches: 'Legs that one sender can tie together, so that a relay sends its datagrams back to it.',
    async script(world) {
      const { rs, plan, a, b } = await directed(world);
      await a.openLeg();
      await settle(a.peer, a.leg);
      // Both legs opened from one socket, with the right secrets of both.
      const both = new PlayedNode(a.peer, plan, 1, rs.nodeId);
      const failed = await a.peer.open(both.leg);
      const requirement = 'RS-05: each leg is answered, whatever the state of the other.';
      world.check(failed === undefined, 'the other leg answered', `no ${failed}`, requirement);
      const datagram = sendOpaque(world, a);
      world.status(await a.peer.probe(both.leg), Status.ok);
      world.status(await a.peer.probe(a.leg), Status.ok);
      checkNotProbed(world, a.peer, both.leg);
      checkAbsent(world, a.peer, datagram);
      // The other node's own address is valid all the same.
      await b.peer.open(b.leg, { order: 2n });
      world.status(await b.peer.probe(b.leg), Status.ok);
      await checkHeld(world, b, datagram);
      await checkForwarded(world, b, a);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.no-reflect-moved',
    title: 'A leg does not move to the address in use of the other leg.',
    clauses: ['RSS-15', 'RSS-08'],
    catches: 'The address of the other leg looked at only when a leg is opened.',
    async script(world) {
      const { a, b } = await bound(world);
      await settle(b.peer, b.leg);
      b.peer.hold(a.leg);
      world.status(await b.peer.probe(a.leg), Status.ok);
      world.status(await b.peer.probe(b.leg), Status.ok);
      checkNotProbed(world, b.peer, a.leg);
      await checkForwarded(world, a, b);
      await checkForwarded(world, b, a);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.rebind',
    title: 'When a leg moves the other leg stays as it is, and both directions use the new address.',
    clauses: ['RSS-06', 'RSS-16', 'RSS-12'],
    catches: 'A move that resets the other leg, probes it, or is seen in one direction only.',
    async script(world) {
      const { rs, a, b } = await bound(world);
      const before = a.peer;
      const after = await socketOf(world, rs, a, 'A, moved');
      const quiet = b.peer.inbox.length;
      await move(world, a, after);
      world.check(b.peer.inbox.length === quiet, 'nothing for the other node', 'a datagram');
      await checkForwarded(world, a, b);
      const { bytes } = await checkForwarded(world, b, a);
      checkAbsent(world, before, bytes);
      await world.silence({
        bad: () => sendOpaque(world, a, { from: before, fault: NOT_A_LEG }),
        fence: () => relay(world, a, b),
      });
      world.status(await b.peer.probe(b.leg), Status.ok, 'The keys of the other leg are what they were.');
    },
  }),
];
