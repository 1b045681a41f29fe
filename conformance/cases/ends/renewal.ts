/** Section 5.7 at an RS-N and an RS-T: what makes it open a path that its node opened before. */
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { EndKind } from '../../played/end-dc.ts';
import { inTime } from '../channel/key-times.ts';
import { checkRenewed, forgetOpenings } from '../node/renewal.ts';
import { isOpeningOf, LATE } from '../node/steps.ts';
import { current, exactNetwork } from '../steps.ts';
import { checkBack, checkFlows, dataWith, endCommon, NAMES, opened, packetBack } from './steps.ts';

/** KEY-05, here fewer. */
const MESSAGES = 20;
/** Here: when keys are old, and how much longer the other end waits; milliseconds. */
const OLD = 1000;
const OTHER_END = 3000;
/** Milliseconds. */
const MAY_COME = 200;

export function renewalCases(role: EndKind): readonly Case[] {
  const name = NAMES[role];
  const used = endCommon(role);
  return [
    scriptCase({
      ...used,
      id: `${role}.path.rekey-messages`,
      title: `An ${name} that sealed as many messages as it may opens the path anew, though its node opened it.`,
      clauses: ['KEY-05', 'KEY-26', 'KEY-24'],
      catches: 'Keys of paths that are renewed by their age alone, or by nodes alone.',
      async script(world) {
        exactNetwork(world);
        const { node } = await opened(world, { end: { timers: { 'rekey-messages': MESSAGES } } });
        const { peer, path } = node;
        const before = current(path);
        forgetOpenings(peer, path);
        for (let i = 0; i <= MESSAGES && current(path) === before; i++)
          world.status(await peer.probe(path, { keys: before }), Status.ok);
        await checkRenewed(
          world,
          peer,
          path,
          `KEY-05: the first message due after ${MESSAGES} makes it open.`,
        );
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.rekey-other-end`,
      title: `When its node does not open a path anew, an ${name} does with what it sends 15 s after the keys are old.`,
      clauses: ['KEY-26', 'KEY-05', 'KEY-24', 'KEY-21'],
      catches:
        'Two ends that open at each renewal; packets of peers that end with keys which nodes alone renew.',
      waits: OLD + OTHER_END + 1000,
      async script(world) {
        exactNetwork(world);
        const timers = { 'path-rekey': OLD / 1000, 'rekey-other-end': OTHER_END / 1000 };
        const began = world.net.now();
        const on = await opened(world, { end: { timers } });
        const { peer, path } = on.node;
        const since = world.net.now();
        const out = await checkFlows(world, on, 'The path works.');
        await world.sleep(OLD + 500);
        await checkBack(world, on, out, 'The flow goes on.');
        world.status(await peer.probe(path), Status.ok);
        inTime(world, began, OLD + OTHER_END - LATE);
        const early = peer.inbox.find(isOpeningOf(path));
        const requirement = 'KEY-26: the other end opens if it has something to send 15 s later.';
        world.check(early === undefined, 'no opening yet', 'message 1 of the path', requirement);
        await world.sleep(since + OLD + OTHER_END + 200 - world.net.now());
        await checkBack(world, on, out, 'KEY-05: data goes on under the keys that there are.');
        await checkRenewed(world, peer, path, requirement);
        await checkFlows(world, on, 'KEY-21: under the new keys.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.without-keys`,
      title: `A packet for a path whose keys are gone makes an ${name} open it.`,
      clauses: ['KEY-27', 'KEY-25', 'KEY-24', 'HO-13'],
      catches:
        'Calls that come to nothing until the node happens to send; a new path where the old one is there.',
      waits: 3500,
      async script(world) {
        exactNetwork(world);
        const timers = { 'path-rekey': 1, 'key-lifetime-extra': 1, 'rekey-other-end': 10 };
        const on = await opened(world, { end: { timers } });
        const { peer, path } = on.node;
        const out = await checkFlows(world, on, 'The path works.');
        forgetOpenings(peer, path);
        // 2 s in all, and the second that GEN-38 allows.
        await world.sleep(3200);
        const packet = packetBack(world, out);
        await on.end.packet(packet);
        await checkRenewed(world, peer, path, 'KEY-27: a message is due and it has no keys.');
        // Whether it waited for the keys is up to the relay.
        await peer.take(dataWith(on.node, packet.slice(28)), MAY_COME);
        await checkFlows(world, on, 'KEY-27: the path goes on.');
      },
    }),
  ];
}
