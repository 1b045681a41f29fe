/** Sections 4.6, 5.8 and 6.3.7: what comes from another address than the one in use. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { formatEndpoint } from '../../../reference/address.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import { HABITS } from '../../played/habits.ts';
import type { Peer } from '../../played/peer.ts';
import type { RsUnderTest } from '../../target/target.ts';
import type { World } from '../../world.ts';
import { checkProbeAnswer } from '../messages/probes.ts';
import { checkNotProbed, reserve, takeProbe } from '../nodes.ts';
import { associated, current, halfOpen, openLeg, RS_S, RS_S_CONFIGURED } from '../steps.ts';
import { checkAmplification } from './amplification.ts';

/** GEN-11: the last try of a probe, and time to spare; milliseconds. */
const PROBE_TRIES_OVER = 1900;
/** Three times it would be enough for all tries. */
const REFUSED_SIZE = 1000;
const CHANNELS = ['leg', 'association'] as const;

async function openChannel(world: World, where: (typeof CHANNELS)[number]) {
  if (where === 'association') {
    const { rs, association, peer } = await associated(world);
    return { rs, channel: association, peer };
  }
  const { rs, leg, nodePeer } = await openLeg(world);
  return { rs, channel: leg, peer: nodePeer };
}

/** Another socket of who ends a channel; it answers no probes, so that its address does not become valid. */
async function beside(world: World, rs: RsUnderTest, channel: PlayedChannel, name: string): Promise<Peer> {
  const peer = await world.peer(name, rs.endpoint());
  Object.assign(peer.habits, HABITS, { answerProbes: false });
  peer.hold(channel);
  return peer;
}

export const ELSEWHERE_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.probe.elsewhere',
    title: 'A probing request from another address than the one in use is answered there, with that address.',
    clauses: ['GEN-34', 'GEN-26'],
    catches: 'The address in use named, or written to, in place of the source of the request.',
    arbitrary: fc.constantFrom(...CHANNELS),
    boundaries: CHANNELS,
    async script(world, where) {
      const { rs, channel } = await openChannel(world, where);
      const elsewhere = await beside(world, rs, channel, `${where} elsewhere`);
      for (let twice = 0; twice < 2; twice++) {
        const content = body({ transaction: world.fresh(8) });
        const answer = await elsewhere.request(channel, MessageType.probeRequest, content);
        checkProbeAnswer(world, elsewhere, answer);
      }
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.address.old-keys',
    title: 'A message under keys that only receive is answered, but nominates nothing.',
    clauses: ['KEY-31', 'KEY-07', 'GEN-34'],
    catches: 'A leg that follows what was sealed before its keys were replaced, however late it comes.',
    async script(world) {
      const { rs, nodePeer, leg } = await openLeg(world);
      const late = await beside(world, rs, leg, 'late');
      const before = current(leg);
      const after = await halfOpen(nodePeer, leg);
      world.status(await nodePeer.probe(leg, { keys: after }), Status.ok);
      world.status(await late.probe(leg, { keys: before, repeats: [] }), Status.ok);
      // By the time of this answer a probe would have come.
      world.status(await nodePeer.probe(leg), Status.ok);
      checkNotProbed(world, late, leg, 'KEY-31: a message under the keys in use nominates its source.');
      world.status(await late.probe(leg, { keys: after, repeats: [] }), Status.ok);
      await takeProbe(world, late, leg, 'KEY-31: a message under the keys in use nominates its source.');
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.address.overtaken',
    title:
      'A message that a newer one overtook is answered, on a leg or an association, and nominates nothing.',
    clauses: ['KEY-31', 'GEN-34'],
    catches: 'A channel that goes to where its other end was, since a datagram from there was late.',
    arbitrary: fc.constantFrom(...CHANNELS),
    boundaries: CHANNELS,
    async script(world, where) {
      const { rs, channel, peer } = await openChannel(world, where);
      const late = await beside(world, rs, channel, `${where}, overtaken`);
      const sequence = reserve(channel);
      world.status(await peer.probe(channel), Status.ok);
      world.status(await late.probe(channel, { sequence, repeats: [] }), Status.ok);
      // By the time of this answer a probe would have come.
      world.status(await peer.probe(channel), Status.ok);
      checkNotProbed(
        world,
        late,
        channel,
        'KEY-31: only the highest sequence of its key nominates its source.',
      );
      world.status(await late.probe(channel, { repeats: [] }), Status.ok);
      await takeProbe(world, late, channel, 'KEY-31: the highest sequence of its key nominates its source.');
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.address.amplification-refused',
    title: 'What the layer channel-type refused adds nothing to what may go to an address that is not valid.',
    clauses: ['DOS-02', 'GEN-37', 'GEN-18'],
    catches: 'Bytes counted as soon as a tag verified, whatever becomes of the message.',
    waits: PROBE_TRIES_OVER,
    async script(world) {
      const { rs, nodePeer, leg } = await openLeg(world);
      const claimed = await beside(world, rs, leg, 'claimed');
      const type = world.role === 'dc' ? MessageType.data : MessageType.registrationRequest;
      const intent = silentFault('a type that this channel does not carry', 'channel-type');
      claimed.sendSealed(leg, type, world.random(REFUSED_SIZE), { intent });
      world.status(await claimed.probe(leg, { repeats: [] }), Status.ok);
      await takeProbe(world, claimed, leg);
      await world.sleep(PROBE_TRIES_OVER);
      world.status(await nodePeer.probe(leg), Status.ok);
      checkAmplification(world, claimed);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.own',
    title:
      'A message from an endpoint that an RS-S tells others as its own is answered, but nominates nothing.',
    clauses: ['KEY-40', 'GEN-34'],
    catches: 'A relay that can be turned on itself, by its address before a NAT.',
    async script(world) {
      // Where nobody is; it is told the target's own endpoint below.
      const nowhere = { ip: '127.0.0.1' as Ip, port: 9 };
      const { local } = await world.peer('its own endpoint', nowhere);
      const { rs, nodePeer, leg } = await openLeg(world, { advertise: [formatEndpoint(local)] });
      const own = await beside(world, rs, leg, 'its own endpoint');
      world.status(
        await own.probe(leg, { repeats: [] }),
        Status.ok,
        'KEY-40: it is treated like all others.',
      );
      world.status(await nodePeer.probe(leg), Status.ok);
      checkNotProbed(world, own, leg, 'KEY-40: an end does not probe what it tells others as its own.');
    },
  }),
];
