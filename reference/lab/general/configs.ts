/** One DC, two nodes, two RS-Ns and an RS-T, and what the general hosts beside them have as addresses. */
import { toHex } from '../../bytes.ts';
import type { DcConfigInput } from '../../config/dc.ts';
import type { NodeConfigInput } from '../../config/node.ts';
import type { RsNConfigInput } from '../../config/rs-n.ts';
import type { RsTConfigInput } from '../../config/rs-t.ts';
import { Chance } from '../chance.ts';
import { PORT, testProfile } from '../configs.ts';

export type Server = 'dc' | 'rsn1' | 'rsn2' | 'rst';
export type Wanderer = 'alice' | 'bob';
export type Member = Server | Wanderer;

type Addresses = readonly [v4: string, v6: string];

/** Where associations and paths lead. */
const TUNNEL_SIDE: Readonly<Record<Server, Addresses>> = {
  dc: ['192.0.2.11', '2001:db8::d1'],
  rsn1: ['192.0.2.61', '2001:db8::f1'],
  rsn2: ['192.0.2.62', '2001:db8::f2'],
  rst: ['192.0.2.63', '2001:db8::f3'],
};

/** What general hosts see of a relay. */
const GENERAL_SIDE: Readonly<Record<'rsn1' | 'rsn2' | 'rst', Addresses>> = {
  rsn1: ['192.0.2.71', '2001:db8::71'],
  rsn2: ['192.0.2.72', '2001:db8::72'],
  rst: ['192.0.2.73', '2001:db8::73'],
};

/** What the RS-T lends. */
export const POOL = ['192.0.2.101', '192.0.2.102', '2001:db8::101', '2001:db8::102'];

export const WANDERERS: readonly Wanderer[] = ['alice', 'bob'];

export const nameOf = (node: Wanderer): string => `${node}.ntmobile.one.example`;

/** All addresses of a server's host. */
export function hostAddresses(name: Server): readonly string[] {
  const own = TUNNEL_SIDE[name];
  if (name === 'dc') return own;
  return [...own, ...GENERAL_SIDE[name], ...(name === 'rst' ? POOL : [])];
}

const nodeId = (name: Member): string => toHex(new Chance(`node id ${name}`).bytes(16));
const listen = (name: Server): string[] => {
  const [v4, v6] = TUNNEL_SIDE[name];
  return [`${v4}:${PORT}`, `[${v6}]:${PORT}`];
};

function withDc(name: Exclude<Member, 'dc'>): { readonly id: string; readonly secret: string } {
  const { bytes } = new Chance(`dc ${name}`);
  return { id: toHex(bytes(16)), secret: toHex(bytes(32)) };
}

export const DC: DcConfigInput = {
  role: 'dc',
  testProfile,
  nodeId: nodeId('dc'),
  listen: listen('dc'),
  zones: ['ntmobile.one.example'],
  pools: ['198.18.1.0/24', 'fd00:1::/64'],
  access: { relayKinds: ['S', 'N', 'T'] },
  associations: [
    ...WANDERERS.map((node) => ({
      ...withDc(node),
      peer: nodeId(node),
      peerRole: 'node' as const,
      name: nameOf(node),
    })),
    ...(['rsn1', 'rsn2'] as const).map((name) => ({
      ...withDc(name),
      peer: nodeId(name),
      peerRole: 'rs' as const,
      kinds: ['N' as const],
    })),
    { ...withDc('rst'), peer: nodeId('rst'), peerRole: 'rs', kinds: ['T'], pool: POOL },
  ],
};

function relay(name: 'rsn1' | 'rsn2' | 'rst') {
  return {
    testProfile,
    nodeId: nodeId(name),
    listen: listen(name),
    associations: [{ ...withDc(name), peer: nodeId('dc'), peerRole: 'dc' as const, endpoints: listen('dc') }],
    general: { addresses: [...GENERAL_SIDE[name]] },
  };
}

export function rsNConfigOf(name: 'rsn1' | 'rsn2'): RsNConfigInput {
  return { role: 'rs-n', ...relay(name) };
}

export const RS_T: RsTConfigInput = { role: 'rs-t', ...relay('rst') };

/** @param at where its sockets are at first */
export function nodeConfigOf(
  node: Wanderer,
  at: readonly string[],
  general: NodeConfigInput['general'],
): NodeConfigInput {
  return {
    role: 'node',
    testProfile,
    nodeId: nodeId(node),
    name: nameOf(node),
    listen: [...at],
    general,
    association: { ...withDc(node), peer: nodeId('dc'), peerRole: 'dc', endpoints: listen('dc') },
  };
}
