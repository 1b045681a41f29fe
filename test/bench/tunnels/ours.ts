/** `ntmobile node --tun` on both ends, with a DC and, where it is to be relayed, an RS-S. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { NodeConfigInput } from '../../../reference/config/node.ts';
import { between, nodeId, PORT, testProfile } from '../../../reference/lab/configs.ts';
import type { Host, Program, Way } from './ground.ts';
import { AT } from './ground.ts';

/** Another tree of this project to measure in its place, to compare with. */
const ROOT = process.env.NTM_BENCH_TREE ?? fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAM = `${ROOT}/test/drivers/programs/ntmobile.ts`;
/** Prints the address that a name has, by a DNS server. */
const ASK = `const [, server, name] = process.argv;
const resolver = new (require('node:dns').Resolver)();
resolver.setServers([server]);
resolver.resolve4(name, (error, found) => {
  if (error) throw error;
  console.log(found[0]);
});`;
const RESOLVER = '127.0.0.43';
const ZONE = 'ntmobile.example.net';
const POOL = '198.18.1.0/24';

export interface Runtime {
  readonly name: string;
  readonly command: readonly string[];
  readonly missing?: string | undefined;
}

const node = (program: string): readonly string[] => [program, '--import', `${ROOT}/test/typescript.js`];

export const runtimes: readonly Runtime[] = [
  { name: 'Node', command: node('node') },
  {
    name: 'Node LTS',
    command: node(process.env.NTM_NODE ?? ''),
    missing: process.env.NTM_NODE === undefined ? 'NTM_NODE is to name its program' : undefined,
  },
  { name: 'Deno', command: [`${ROOT}/node_modules/.bin/deno`, 'run', '--allow-all', '--quiet'] },
  { name: 'Bun', command: [`${ROOT}/node_modules/.bin/bun`] },
];

/** @param datapath of the relay between them; direct if not given */
export function ours(runtime: Runtime, datapath?: 'user' | 'ebpf'): Way {
  const by = datapath === undefined ? '' : `, by an RS-S (${datapath})`;
  return {
    name: `NTMobile on ${runtime.name}${by}`,
    missing: runtime.missing,
    start: async (ground) => {
      const isRelayed = datapath !== undefined;
      const run = (host: Host, role: string, config: object, ...flags: string[]): Program => {
        const file = ground.file(`ntmobile-${host}.json`, JSON.stringify(config));
        return ground.start(host, [...runtime.command, PROGRAM, role, '--config', file, ...flags]);
      };
      const dc = run('tndc', 'dc', dcConfig(isRelayed));
      const relay = isRelayed
        ? run('tnrs', 'rs-s', relayConfig(), '--datapath', datapath, '--udp', 'mmsg')
        : undefined;
      await dc.found(/ready on/);
      await relay?.found(/ready on/);
      const ends = (['tna', 'tnb'] as const).map((host) =>
        run(host, 'node', nodeConfig(host, isRelayed), '--tun', 'ntm0'),
      );
      for (const end of ends) await end.found(/ registered /);
      // Nodes reach each other by name.
      return ground.must('tna', 'node', '-e', ASK, RESOLVER, nameOf('tnb')).trim();
    },
  };
}

const at = (host: Host): string => `${AT[host]}:${PORT}`;
const nameOf = (host: Host): string => `${host}.${ZONE}`;

function dcConfig(isRelayed: boolean): object {
  return {
    role: 'dc',
    testProfile,
    nodeId: nodeId('tndc'),
    listen: [at('tndc')],
    zones: [ZONE],
    pools: [POOL],
    associations: [
      ...(['tna', 'tnb'] as const).map((host) => ({
        ...between('tndc', host),
        peer: nodeId(host),
        peerRole: 'node',
        name: nameOf(host),
      })),
      ...(isRelayed
        ? [{ ...between('tndc', 'tnrs'), peer: nodeId('tnrs'), peerRole: 'rs', kinds: ['S'] }]
        : []),
    ],
  };
}

function relayConfig(): object {
  const dc = { ...between('tndc', 'tnrs'), peer: nodeId('tndc'), peerRole: 'dc', endpoints: [at('tndc')] };
  return { role: 'rs-s', testProfile, nodeId: nodeId('tnrs'), listen: [at('tnrs')], associations: [dc] };
}

function nodeConfig(host: Host, isRelayed: boolean): NodeConfigInput {
  return {
    role: 'node',
    testProfile,
    nodeId: nodeId(host),
    name: nameOf(host),
    listen: [at(host)],
    dns: { listen: [`${RESOLVER}:53`] },
    features: isRelayed ? ['relay-only'] : [],
    association: {
      ...between('tndc', host),
      peer: nodeId('tndc'),
      peerRole: 'dc',
      endpoints: [at('tndc')],
    },
  };
}
