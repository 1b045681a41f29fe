/** What roles in namespaces are configured with: as in the simulated laboratory, with DNS, and any number of nodes. */
import type { DcConfigInput } from '../../config/dc.ts';
import type { NodeConfigInput } from '../../config/node.ts';
import type { DcName } from '../configs.ts';
import { between, dcConfigOf, listen, nodeId, PORT, SERVERS, testProfile, ZONES } from '../configs.ts';

/** The name servers of the Internet. */
export const NAME_SERVER = ['192.0.2.53', '2001:db8::53'] as const;
/** Where applications of a node ask. */
export const STUB = '127.0.0.1';

/** A node by its name, which is the first label of its NTM FQDN. */
export interface Member {
  readonly name: string;
  readonly dc: DcName;
}

export const fqdnOf = ({ name, dc }: Member): string => `${name}.${ZONES[dc]}`;

/** @param members nodes of any DC, beside those of the simulated laboratory */
export function dcConfig(dc: DcName, members: readonly Member[]): DcConfigInput {
  const config = dcConfigOf(dc);
  const name = `ns.${ZONES[dc]}`;
  const known = new Set(
    config.associations?.map((association) => ('name' in association ? association.name : '')),
  );
  const own = members.filter((member) => member.dc === dc && !known.has(fqdnOf(member)));
  return {
    ...config,
    associations: [
      ...(config.associations ?? []),
      ...own.map((member) => ({
        ...between(dc, member.name),
        peer: nodeId(member.name),
        peerRole: 'node' as const,
        name: fqdnOf(member),
      })),
    ],
    dns: {
      listen: [`${SERVERS[dc][0]}:53`, `[${SERVERS[dc][1]}]:53`],
      nameServers: [name],
      addresses: [{ name, addresses: [...SERVERS[dc]] }],
    },
    resolver: `${NAME_SERVER[0]}:53`,
  };
}

export interface NodeOptions {
  /** It has no IPv4 where it starts. */
  readonly isIpv6Only?: boolean;
  readonly features?: NodeConfigInput['features'];
  readonly general?: NodeConfigInput['general'];
}

/** A node that follows the addresses of its host, and answers DNS for the programs there. */
export function nodeConfig(member: Member, options: NodeOptions = {}): NodeConfigInput {
  const { isIpv6Only = false, features = [], general } = options;
  return {
    role: 'node',
    testProfile,
    nodeId: nodeId(member.name),
    name: fqdnOf(member),
    listen: [`0.0.0.0:${PORT}`, `[::]:${PORT}`],
    features,
    association: {
      ...between(member.name, member.dc),
      peer: nodeId(member.dc),
      peerRole: 'dc',
      endpoints: listen(member.dc),
    },
    dns: { listen: [`${STUB}:53`] },
    resolver: isIpv6Only ? `[${NAME_SERVER[1]}]:53` : `${NAME_SERVER[0]}:53`,
    ...(general !== undefined && { general }),
  };
}
