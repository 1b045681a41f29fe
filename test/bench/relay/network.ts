/**
 * Three network namespaces in a row: MN - RS - CN, a pair of virtual devices between neighbours. RS forwards, and sends
 * on from another endpoint than the one that it is addressed at where both are wanted.
 */
import { makeSpaces, run, runIn } from '../../drivers/tun/space.ts';
import type { Undo } from '../undo.ts';

export const MN = '10.0.1.2:5000';
export const CN = '10.0.2.2:5000';
/** What MN knows the relay by, and what its other side has. */
export const RS = '10.0.1.1';
export const RS_OUT = '10.0.2.1';
/** The relay's device on that side. */
export const TO_CN = 'cn';

export interface Network {
  readonly mn: string;
  readonly rs: string;
  readonly cn: string;
}

/** @throws Error if a device or an address cannot be had. */
export function network(undo: Undo): Network {
  const spaces = makeSpaces(['bpmn', 'bprs', 'bpcn'], (body) => undo.add(body));
  const [mn, rs, cn] = [spaces.bpmn, spaces.bprs, spaces.bpcn];
  for (const [space, peer, number] of [
    [mn, 'mn', 1],
    [cn, TO_CN, 2],
  ] as const) {
    must('ip', 'link', 'add', 'eth0', 'netns', space, 'type', 'veth', 'peer', 'name', peer, 'netns', rs);
    must('ip', '-n', space, 'address', 'add', `10.0.${number}.2/24`, 'dev', 'eth0');
    must('ip', '-n', rs, 'address', 'add', `10.0.${number}.1/24`, 'dev', peer);
    must('ip', '-n', space, 'link', 'set', 'eth0', 'up');
    // What a process sends at once is parted before the device, as for one that cannot do that.
    must('ip', '-n', rs, 'link', 'set', peer, 'up', 'gso_max_segs', '1');
    must('ip', '-n', space, 'route', 'add', 'default', 'via', `10.0.${number}.1`);
  }
  mustIn(rs, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  return { mn, rs, cn };
}

/** Runs something that has to succeed. @throws Error with what it says if not. */
export function must(program: string, ...args: readonly string[]): void {
  const { status, text } = run(program, ...args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${text}`);
}

/** The same in a namespace. */
export function mustIn(space: string, ...command: readonly string[]): void {
  must('ip', 'netns', 'exec', space, ...command);
}

/** Has a namespace keep rules of nft, all in one table, until the answer is called. */
export function withRules(space: string, table: string, rules: string): () => void {
  mustIn(space, 'nft', `table ${table} {\n${rules}\n}`);
  return () => mustIn(space, 'nft', `delete table ${table}`);
}

/** RS translates addresses and ports both ways, by connections: what MN sends to its endpoint goes to CN. */
export function translate(rs: string, port: number): () => void {
  const [ip] = CN.split(':');
  return withRules(
    rs,
    'ip bench_nat',
    `chain pre { type nat hook prerouting priority dstnat; ip daddr ${RS} udp dport ${port} dnat to ${CN}; }
     chain post { type nat hook postrouting priority srcnat; ip daddr ${ip} udp dport 5000 snat to ${RS_OUT}:${port}; }`,
  );
}

/** A namespace takes nothing for port 5000, or for any, and tells nobody so. */
export function dropAll(space: string, what: string): () => void {
  return withRules(
    space,
    'inet bench_drop',
    `chain in { type filter hook prerouting priority raw; policy accept; ${what} drop; }`,
  );
}

/** Packets that have come to a namespace by its one device. */
export function arrived(space: string): number {
  return Number(runIn(space, 'cat', '/sys/class/net/eth0/statistics/rx_packets').text);
}
