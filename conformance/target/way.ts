/** The way to a target, as it was found out: all that it takes to connect, on whichever network. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, parseEndpoint } from '../../reference/address.ts';
import type { Random } from '../../reference/core.ts';
import type { Net } from '../../reference/net/net.ts';
import type { Need } from '../case.ts';
import { isLoopback, LOOPBACK_LISTEN } from '../command/addresses.ts';
import type { Tap } from '../played/stage.ts';
import { Stage } from '../played/stage.ts';
import { adapterTarget } from './adapter-target.ts';
import { level0Target } from './level0.ts';
import { level0DcTarget } from './level0-dc.ts';
import { level0EndTarget } from './level0-end.ts';
import type { OutsidePlace } from './outside.ts';
import { outsideNet } from './outside.ts';
import type { Provisioned } from './provisioned.ts';
import type { Target } from './target.ts';

/** Where the target's adapter or role is, and the tester's own side of it. */
export interface Surroundings {
  readonly at: Endpoint;
  /** `embedded` for the reference that was started for the occasion. */
  readonly name: string;
  readonly sources: readonly Ip[];
  /** That of the sources which has the family of the target. */
  readonly own: Ip;
  readonly has: ReadonlySet<Need>;
}

export interface Way extends Surroundings {
  /** What a target without an adapter was configured with. */
  readonly config?: Provisioned | undefined;
  /** Where DCs are played for such a target, if not where its configuration has them. */
  readonly listen: readonly Endpoint[];
  /** Shared with the adapter. */
  readonly token?: Uint8Array | undefined;
}

/**
 * @param random for what has to be new; each run draws it anew
 * @param tap sees what comes and goes between cases
 * @throws TargetError
 */
export async function connect(way: Way, net: Net, random: Random, tap?: Tap): Promise<Target> {
  const { config } = way;
  return config === undefined
    ? await behindAdapter(way, net, random)
    : await atItsPort(way, config, net, random, tap);
}

async function behindAdapter(
  { at, own, sources, has, name, token }: Way,
  net: Net,
  random: Random,
): Promise<Target> {
  const here = LOOPBACK_LISTEN.filter((ip) => family(ip) === 4 || has.has('ipv6'));
  return await adapterTarget({
    net,
    adapter: at,
    local: { ip: own, port: 0 },
    random,
    ...(token !== undefined && { token }),
    name,
    sources,
    listen: isLoopback(at.ip) ? here : [at.ip],
  });
}

async function atItsPort(
  { at, listen, sources }: Way,
  config: Provisioned,
  net: Net,
  random: Random,
  tap: Tap | undefined,
): Promise<Target> {
  const others = (config.advertise ?? config.listen).map(parseEndpoint);
  const alsoAt = others.find(
    (other) => other !== undefined && other.port !== 0 && family(other.ip) !== family(at.ip),
  );
  const played = outsideNet(net, placesOf(config, listen));
  const between = { caseId: 'between cases', net: played, timeout: 2000, requirement: '' };
  const stage = new Stage({ ...between, ...(tap && { tap }) });
  stage.startRow(random);
  if (config.role === 'dc') return await level0DcTarget({ target: at, config, stage, sources });
  const relay = { target: at, ...(alsoAt && { alsoAt }), stage };
  if (config.role === 'rs-s') return await level0Target({ ...relay, config });
  return await level0EndTarget({ ...relay, config });
}

/** Where the configuration has the DCs, and where they are bound if that is elsewhere. */
function placesOf({ associations }: Provisioned, listen: readonly Endpoint[]): OutsidePlace[] {
  const dcs = [...associations].filter(({ peerRole }) => peerRole === 'dc');
  return listen.flatMap((inside, at) => {
    const outside = parseEndpoint(dcs[at]?.endpoints?.[0] ?? '');
    return outside === undefined ? [] : [{ outside, inside }];
  });
}
