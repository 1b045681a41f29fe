/** DC-35: which endpoints of a node the other end of a path is told. */
import fc from 'fast-check';
import type { Endpoint } from '../../../reference/address.ts';
import { formatEndpoint, ipFromBytes, parseEndpoint } from '../../../reference/address.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { DcUnderTest } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { checkRoute, checkSame, DC_TWO_SOURCES, situate } from './steps.ts';

/** Whom an address may be told to: everybody, those behind the same NAT, or nobody. */
type Reach = 'all' | 'same address' | 'none';

/** Those that a hurried run looks at come first. Where there is no address it depends on the DC. */
const ADDRESSES: Readonly<Record<string, readonly [ip: string | undefined, reach: Reach]>> = {
  global: ['127.0.0.9', 'all'],
  private: ['10.0.1.5', 'same address'],
  'of a relay': [undefined, 'none'],
  virtual: [undefined, 'none'],
  'virtual, of another DC': ['198.19.0.7', 'none'],
  'link-local': ['169.254.1.1', 'none'],
  'not for everybody, by the registry': ['192.88.99.1', 'same address'],
  'global, without a profile': ['9.9.9.9', 'all'],
  'private, 172.31': ['172.31.255.1', 'same address'],
  'of a carrier': ['100.64.0.9', 'same address'],
  'for documentation': ['192.0.2.1', 'same address'],
  reserved: ['240.0.0.1', 'same address'],
  'for everybody, by the registry': ['192.0.0.9', 'all'],
  multicast: ['224.0.0.5', 'none'],
  broadcast: ['255.255.255.255', 'none'],
  unspecified: ['0.0.0.0', 'none'],
  'of this network': ['0.1.2.3', 'none'],
  loopback: ['127.8.8.8', 'none'],
  'virtual, of nobody': ['198.18.0.99', 'none'],
};
const KINDS = Object.keys(ADDRESSES);
/** With the observed one no more than 8. */
const MOST = 7;

/** The situation of both nodes. */
const TOGETHER = ['global', 'same address'] as const;

/** An endpoint of a kind for a node at `own` whose virtual address is given. */
function endpointOf(dc: DcUnderTest, kind: string, own: Endpoint, virtual: string): Endpoint {
  if (kind === 'of a relay') return dc.relay().peer.local;
  const ip = kind === 'virtual' ? virtual : ADDRESSES[kind]?.[0];
  const endpoint = parseEndpoint(`${ip}:${own.port}`);
  if (endpoint === undefined) throw new Error(`${kind} is no endpoint`);
  return endpoint;
}

/** Has CN list endpoints of these kinds, its own last where it is global. @returns what it lists */
async function list(
  dc: DcUnderTest,
  node: RegisteringNode,
  kinds: readonly string[],
  isGlobal: boolean,
): Promise<readonly Endpoint[]> {
  const places = isGlobal ? [{ source: 1 }] : [{}];
  await node.deregister();
  await node.register({ places });
  const virtual = node.virtual.find(({ length }) => length === 4);
  const own = node.peer.local;
  const text = (virtual && ipFromBytes(virtual)) ?? '198.18.0.99';
  const listed = [...kinds.map((kind) => endpointOf(dc, kind, own, text)), ...(isGlobal ? [own] : [])];
  await node.deregister();
  await node.register({ places, locals: listed });
  return listed;
}

async function checkCandidates(world: World, kinds: readonly string[], isGlobal: boolean): Promise<void> {
  const dc = await world.dc();
  const [mn, cn] = [dc.node(0), dc.node(1)];
  await dc.relay().register();
  await situate(world, mn, isGlobal ? 'G4' : 'PR', 0);
  const listed = await list(dc, cn, kinds, isGlobal);
  const observed = formatEndpoint(cn.peer.local);
  const reaches: readonly Reach[] = isGlobal ? ['all'] : ['all', 'same address'];
  const mayBeTold = listed
    .filter((_, index) => reaches.includes(ADDRESSES[kinds[index] ?? '']?.[1] ?? 'all'))
    .map(formatEndpoint);
  const { candidates } = checkRoute(world, await mn.ask({ peerFqdn: cn.fqdn }));
  // A DC may direct two neighbours by a relay alone. [DC-15]
  if (!isGlobal && candidates.length === 0) return;
  const inOrder = isGlobal ? [observed, ...mayBeTold] : [...mayBeTold, observed];
  const requirement = 'DC-35: each once, in this order.';
  checkSame(world, 'candidates', [...new Set(inOrder)].join(' '), candidates.join(' '), requirement);
}

export const DC_CANDIDATE_CASES: readonly Case[] = [
  propertyCase({
    ...DC_TWO_SOURCES,
    id: 'dc.route.candidates',
    title:
      'Of what a node says of itself only global endpoints go to others, private ones to its neighbours alone.',
    clauses: ['DC-35'],
    catches:
      'Private addresses, those of the link or of groups, virtual ones or those of relays, sent to be knocked at.',
    arbitrary: fc.record({
      kinds: fc.shuffledSubarray(KINDS, { maxLength: MOST }),
      together: fc.constantFrom(...TOGETHER),
    }),
    boundaries: [
      { kinds: KINDS.slice(0, MOST), together: 'global' },
      { kinds: KINDS.slice(-MOST), together: 'global' },
      { kinds: KINDS.slice(0, MOST), together: 'same address' },
      { kinds: KINDS.slice(MOST - 2, 2 * MOST - 2), together: 'global' },
      { kinds: KINDS.slice(MOST - 2, 2 * MOST - 2), together: 'same address' },
      { kinds: KINDS.slice(-MOST), together: 'same address' },
      { kinds: [], together: 'global' },
    ],
    script: (world, { kinds, together }) => checkCandidates(world, kinds, together === 'global'),
  }),
];
