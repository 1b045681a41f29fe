/** Sections 8.1 and 8.3: which relays a DC asks, and what MN is told when they fail in several ways. */
import fc from 'fast-check';
import { toHex } from '../../../reference/bytes.ts';
import { Feature, RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import type { RelayAnswer } from '../../played/registering-relay.ts';
import { accepting, isWithdrawal } from '../../played/registering-relay.ts';
import { generalRoute, PEER4, PEER6, wantingGeneral, wish } from './general-steps.ts';
import { checkRoute, checkSame, DC, DC_CONFIGURED, situate } from './steps.ts';

const ANSWERS: Readonly<Record<string, RelayAnswer>> = {
  busy: { status: Status.busy },
  'pool-empty': { status: Status.poolEmpty },
  refused: { status: Status.refused },
  unsupported: { status: Status.unsupported },
  'no endpoints': { status: Status.ok, fields: { endpoints: undefined } },
  nothing: { status: 'silent' },
};
const { s, n, t } = RelayKind;

interface Mixed {
  readonly kind: number;
  /** What two relays answer, in either order. */
  readonly answers: readonly [string, string];
}

function mixed(kind: number, first: string, second: string): Mixed {
  return { kind, answers: [first, second] };
}

const MIXED: readonly Mixed[] = [
  mixed(s, 'busy', 'refused'),
  mixed(s, 'busy', 'nothing'),
  mixed(s, 'unsupported', 'busy'),
  mixed(n, 'busy', 'pool-empty'),
  mixed(n, 'refused', 'busy'),
  mixed(t, 'pool-empty', 'refused'),
  mixed(t, 'pool-empty', 'busy'),
  mixed(t, 'no endpoints', 'pool-empty'),
];

export const DC_RELAY_CHOICE_CASES: readonly Case[] = [
  propertyCase<Mixed>({
    ...DC,
    id: 'dc.relay.mixed',
    title: 'When relays fail in several ways MN is told no-relay, whichever was asked first or last.',
    clauses: ['DC-32', 'DC-19'],
    catches:
      'The last word of the relays, or the first, taken for that of all: a node that waits for room there is.',
    arbitrary: fc.constantFrom(...MIXED),
    boundaries: MIXED,
    async script(world, { kind, answers }) {
      const { dc, mn, relays } = await wantingGeneral(world, { relays: 2 });
      await situate(world, dc.node(1), 'G4');
      const fields: Fields = kind === s ? { peerFqdn: dc.node(1).fqdn, want: s } : wish(kind, PEER4);
      const ask = () => mn.ask(fields);
      if (kind === s) checkRoute(world, await ask());
      else generalRoute(world, await ask());
      const before = relays.map(({ directions }) => directions.length);
      for (const [index, relay] of relays.entries())
        relay.answers = ({ body }) => {
          const answer = ANSWERS[answers[index] ?? ''];
          return isWithdrawal(body) || answer === undefined ? accepting() : answer;
        };
      const requirement = 'DC-32: not all in the same way.';
      world.status(await ask(), Status.noRelay, requirement);
      const asked = relays.map(({ directions }, index) => directions.length - (before[index] ?? 0));
      if (!world.impaired) checkSame(world, 'Relay Directions at each', '1,1', asked.join(), 'DC-19');
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.general.pool-family',
    title: 'For a general peer an RS-T is asked only if it may lend an address of the peer’s family.',
    clauses: ['DC-17', 'DC-32'],
    catches:
      'A relay without addresses of IPv4 asked to lend one, or one of IPv6 lent to reach a peer of IPv4.',
    async script(world) {
      const general = await wantingGeneral(world, {
        relays: 2,
        lent: [
          ['2001:db8:1e::1', '2001:db8:1e::2'],
          ['203.0.113.1', '203.0.113.2'],
        ],
      });
      const { mn, relays } = general;
      const [six, four] = relays;
      if (six === undefined || four === undefined) throw new Error('two relays were asked for');
      const requirement = 'DC-17: to one that may lend an address of the peer’s family.';
      // Whatever chooses relays otherwise, it would have to come out so each time.
      for (const [peer, good, bad] of [
        [PEER4, four, six],
        [PEER6, six, four],
        [PEER4, four, six],
        [PEER6, six, four],
      ] as const) {
        const before = bad.directions.length;
        const route = generalRoute(world, await mn.ask(wish(t, peer)), requirement);
        checkSame(world, `the relay for ${peer}`, toHex(good.nodeId), route.relay?.nodeId, requirement);
        checkSame(world, 'Relay Directions at the other', before, bad.directions.length, requirement);
      }
      // The other one alone is none that the path could go by.
      await four.register({ anew: false, kinds: [s, n] });
      const before = six.directions.length;
      world.status(await mn.ask(wish(t, PEER4)), Status.noRelay, 'DC-32: that the path could go by.');
      checkSame(world, 'Relay Directions', before, six.directions.length, requirement);
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.relay.forbidden',
    title:
      'Where policy forbids an RS-S the answer is refused: at once if it is asked for, else when it is needed.',
    clauses: ['DC-32'],
    catches:
      'A policy that is looked at only where a relay is asked for; a relay or CN that hears of the path.',
    async script(world) {
      const { dc, mn, relay } = await wantingGeneral(world, { access: { relayKinds: ['N', 'T'] } });
      const cn = dc.node(1);
      await situate(world, cn, 'G4');
      const gone = dc.node(2);
      await gone.register();
      await gone.deregister();
      const requirement = 'DC-32: the first stage that fails.';
      checkRoute(world, await mn.ask({ peerFqdn: cn.fqdn }));
      const before = cn.directions.length;
      for (const { fqdn: peerFqdn } of [cn, gone])
        world.status(await mn.ask({ peerFqdn, want: s }), Status.refused, `${requirement} Policy.`);
      await situate(world, mn, 'G4', 0, { features: [Feature.relayOnly] });
      const answer = await mn.ask({ peerFqdn: cn.fqdn });
      world.status(answer, Status.refused, 'DC-32: the route needs an RS-S.');
      const late = await mn.ask({ peerFqdn: gone.fqdn });
      world.status(late, Status.notRegistered, `${requirement} Node Information.`);
      checkSame(world, 'Relay Directions', 0, relay.directions.length);
      checkSame(world, 'Route Directions at CN since', before, cn.directions.length);
    },
  }),
];
