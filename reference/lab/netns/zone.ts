/** The Internet's DNS: BIND 9 with the root zone, which leads to the DCs' zones and has the names of general hosts. */
import type { DcName } from '../configs.ts';
import { SERVERS, ZONES } from '../configs.ts';
import { NAME_SERVER } from './configs.ts';

const DCS: readonly DcName[] = ['dc1', 'dc2'];

/** Of a name: its addresses, or what it is another name of. */
export type Names = Readonly<Record<string, readonly string[] | string>>;

/** The configuration of `named`. @param folder where it finds the zone */
export function namedConfig(folder: string): string {
  return `options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  listen-on { ${NAME_SERVER[0]}; };
  listen-on-v6 { ${NAME_SERVER[1]}; };
  recursion yes;
  allow-query { any; };
  allow-recursion { any; };
  dnssec-validation no;
  notify no;
};
controls { };
zone "." { type primary; file "root.zone"; };
`;
}

/** The root zone as text (RFC 1035, 5). */
export function rootZone(names: Names): string {
  const delegations = DCS.flatMap((dc) => [
    `${ZONES[dc]}. NS ns.${ZONES[dc]}.`,
    ...addresses(`ns.${ZONES[dc]}`, SERVERS[dc]),
  ]);
  const others = Object.entries(names).flatMap(([name, value]) =>
    typeof value === 'string' ? [`${name}. CNAME ${value}.`] : addresses(name, value),
  );
  return [
    '$TTL 60',
    '. SOA ns.example. hostmaster.example. 1 3600 600 86400 5',
    '. NS ns.example.',
    ...addresses('ns.example', NAME_SERVER),
    ...delegations,
    ...others,
    '',
  ].join('\n');
}

function addresses(name: string, values: readonly string[]): string[] {
  return values.map((address) => `${name}. ${address.includes(':') ? 'AAAA' : 'A'} ${address}`);
}
