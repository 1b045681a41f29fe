/** The sessions of a balancer as `ipvsadm -L -c -n` shows those of IPVS. */
import type { Instant } from '../../core.ts';
import { SERVERS, SERVICE_PORT } from './configs.ts';
import type { Sessions } from './sessions.ts';

const HEAD = ['pro', 'expire', 'state', 'source', 'virtual', 'destination'];
const GAP = 2;

export function tableLines(sessions: Sessions, now: Instant): string[] {
  const server = (index: number, version: 4 | 6): string =>
    SERVERS[index]?.addresses[version === 4 ? 0 : 1] ?? '?';
  const rows = [
    HEAD,
    ...sessions.all(now).map(({ protocol, client, virtual, server: index, state, until }) => {
      const version = client.ip.includes(':') ? 6 : 4;
      const source = `${client.ip}:${client.port}`;
      const to = `${virtual.ip}:${virtual.port}`;
      return [protocol, left(until - now), state, source, to, `${server(index, version)}:${SERVICE_PORT}`];
    }),
    // A client that stays at its server has a row of its own, without ports.
    ...sessions
      .allKept(now)
      .map(({ client, server: index, until }) => [
        'IP',
        left(until - now),
        'NONE',
        `${client}:0`,
        'any:0',
        `${server(index, client.includes(':') ? 6 : 4)}:0`,
      ]),
  ];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)) + GAP);
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('')
      .trimEnd(),
  );
}

/** Minutes and seconds. */
function left(time: number): string {
  const seconds = Math.max(0, Math.floor(time / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
