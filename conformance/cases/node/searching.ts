/** Section 13.3: how often a direct route is looked for where none is found. */
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Peer } from '../../played/peer.ts';
import { exactNetwork } from '../steps.ts';
import { isProbe, onRelay, tell } from './route-steps.ts';
import { checkSends, LATE, NODE_USED, nowhere, packetFrom, packetTo } from './steps.ts';

/** OPT-04, here shorter: seconds, and when rounds begin then, in milliseconds from the first. */
const AGAIN = 4;
const [SECOND, THIRD] = [4000, 12_000];
/** OPT-02: when the last probe of a round is sent, in milliseconds, and what somebody unknown gets in a minute. */
const ROUND = 3000;
const MOST = 10;
/** More than an end need keep. [KEY-34] */
const PLACES = 12;
/** How late its last probe may be, and come; milliseconds. */
const SLACK = 0.1 * ROUND + LATE;

const isAny = (): boolean => true;

export const NODE_SEARCHING_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.seldom',
    title:
      'A search that fails is repeated after intervals that double; who never said a word gets few of its probes.',
    clauses: ['OPT-04', 'OPT-02'],
    catches:
      'A node that looks for ever at one pace; one that a peer has send more and more to somebody who is no peer.',
    waits: THIRD + 1000,
    async script(world) {
      exactNetwork(world);
      const on = await onRelay(world, { timers: { 'optimise-again': AGAIN } });
      const { direct, far, node } = on;
      const mute = await world.peer('somebody', node.endpoint());
      mute.hold(far.path);
      for (const peer of [direct, mute]) peer.habits.answerProbes = false;
      await tell(world, on, [direct.local, mute.local]);
      const first = world.came(await direct.take(isProbe(far)), 'a probing request', 'OPT-02.');
      // It is the far end for sure, so that rounds are not cut short there.
      const speak = () => direct.sendSealed(far.path, MessageType.data, packetFrom(world, on.plan));
      speak();
      const pass = (ms: number) => world.sleep(first.at + ms - world.net.now());
      const taken = () => {
        const times: number[] = [];
        for (let mail = direct.takeNow(isAny); mail !== undefined; mail = direct.takeNow(isAny))
          times.push(Math.round(mail.at - first.at));
        return times;
      };
      await pass(SECOND - LATE);
      taken();
      await pass(SECOND + ROUND / 2);
      speak();
      await pass(SECOND + ROUND + SLACK);
      const second = taken();
      world.check(second.length > 0, `a round at ${SECOND} ms`, 'none', 'OPT-04.');
      await pass(THIRD - LATE);
      const early = taken().join(', ');
      world.check(early === '', `none before ${THIRD} ms`, `at ${early} ms`, 'OPT-04: the interval doubles.');
      await pass(THIRD + 2 * LATE);
      world.check(taken().length > 0, `a round at ${THIRD} ms`, 'none', 'OPT-04: the interval doubles.');
      const count = mute.inbox.length;
      world.check(count <= MOST, `${MOST} datagrams or fewer to who never answered`, `${count}`, 'OPT-02.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.many-places',
    title: 'A far end that was at many places is still reached by the relay.',
    clauses: ['KEY-34', 'HO-16', 'DOS-04'],
    catches: 'A table of addresses in which those of yesterday push the fall-back out.',
    async script(world) {
      exactNetwork(world);
      const on = await onRelay(world);
      const { far, node, relay } = on;
      const places: Peer[] = [];
      for (let number = 1; number <= PLACES; number++) {
        const place = await world.peer(`B at ${number}`, node.endpoint());
        place.hold(far.path);
        world.status(await place.probe(far.path), Status.ok);
        world.came(await place.take(isProbe(far)), `a probing request at ${place.name}`, 'KEY-31, OPT-02.');
        // Behind the answer to the node's own probe: that address is valid when this is answered.
        world.status(await place.probe(far.path), Status.ok);
        places.push(place);
      }
      for (const { habits } of places) Object.assign(habits, { answerProbes: false, acknowledges: false });
      await tell(world, on, [nowhere()]);
      const requirement =
        'HO-16: by the relay, which KEY-34 has no end forget, until a direct probe is answered.';
      await checkSends(world, on, packetTo(world, on.plan), requirement, relay.peer);
    },
  }),
];
