/** The ways in which alice changes her place, each there and back as often as is wanted. */

import { INTERNET } from '../../../reference/lab/netns/segments.ts';
import type { Site } from '../../../reference/lab/netns/sites.ts';
import type { Ground } from '../../../reference/netns/ground.ts';

/** One series of moves. */
export interface Series {
  readonly name: string;
  /** Who alice talks to. */
  readonly peer: 'bob' | 'carol';
  /** WireGuard has no way at all if not. */
  readonly hasRival: boolean;
  /** Where it begins. */
  begin(): Promise<void>;
  /** The steps that follow each other, round and round. */
  readonly steps: readonly { readonly name: string; take(): Promise<void> }[];
}

/** A host of the Internet with both families. */
export const PUBLIC: Site = { name: 'public', segment: INTERNET, versions: [4, 6], gateways: [] };

const ALICE = 'alice';
const [HERE, THERE] = ['192.168.1.2', '192.168.1.77'];
const [GATEWAY, DEVICE] = ['192.168.1.1', 'eth0'];

/** @param home where alice starts, behind a NAT */
export async function allSeries(ground: Ground, home: Site): Promise<Series[]> {
  const [other, six] = [await ground.site('RC'), await ground.site('V6')];
  const symmetric = await ground.site('SY');
  const to = (site: Site) => async (): Promise<void> => void (await ground.bring(ALICE, site));
  const renumber = (from: string, address: string) => () =>
    ground.ip(
      ALICE,
      `address del ${from}/24 dev ${DEVICE}`,
      `address add ${address}/24 dev ${DEVICE}`,
      `route replace default via ${GATEWAY} dev ${DEVICE}`,
    );
  return [
    {
      name: 'another address in the same network',
      peer: 'bob',
      hasRival: true,
      begin: to(home),
      steps: [
        { name: '', take: renumber(HERE, THERE) },
        { name: '', take: renumber(THERE, HERE) },
      ],
    },
    {
      name: 'another NAT',
      peer: 'bob',
      hasRival: true,
      begin: to(home),
      steps: [
        { name: '', take: to(other) },
        { name: '', take: to(home) },
      ],
    },
    {
      name: 'another family',
      peer: 'bob',
      hasRival: false,
      begin: to(home),
      steps: [
        { name: 'IPv4 to IPv6', take: to(six) },
        { name: 'IPv6 to IPv4', take: to(home) },
      ],
    },
    {
      name: 'the relay',
      peer: 'carol',
      hasRival: false,
      begin: to(PUBLIC),
      steps: [
        { name: 'direct to relay', take: to(symmetric) },
        { name: 'relay to direct', take: to(PUBLIC) },
      ],
    },
  ];
}

/** What a step is called on the page. */
export function titleOf(series: Series, step: number): string {
  const { name } = series.steps[step % series.steps.length] ?? { name: '' };
  return name === '' ? series.name : name;
}
