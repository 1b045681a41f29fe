/** By which interfaces the host has a way to everywhere. */
import { readFileSync } from 'node:fs';

const [UP, REJECT] = [0x1, 0x200];

interface Route {
  readonly device: string;
  readonly metric: number;
}

/** Interfaces with a default route of a family, the best one first; none where the system does not show its routes. */
export function defaultDevices(version: 4 | 6): string[] {
  try {
    return version === 4
      ? devicesIn4(readFileSync('/proc/net/route', 'utf8'))
      : devicesIn6(readFileSync('/proc/net/ipv6_route', 'utf8'));
  } catch {
    return [];
  }
}

/** From `/proc/net/route`: interface, destination, gateway, flags, two counts, metric and mask, numbers in hex but the metric. */
export function devicesIn4(table: string): string[] {
  return devices(table, ([device = '', destination, , flags = '', , , metric, mask]) =>
    destination === '00000000' && mask === '00000000' && isOpen(flags)
      ? { device, metric: Number(metric) }
      : undefined,
  );
}

/** From `/proc/net/ipv6_route`: destination, length, source, length, next hop, metric, two counts, flags, interface, all in hex. */
export function devicesIn6(table: string): string[] {
  return devices(table, ([destination = '', length, , , , metric = '', , , flags = '', device = '']) =>
    /^0+$/.test(destination) && length === '00' && isOpen(flags)
      ? { device, metric: Number.parseInt(metric, 16) }
      : undefined,
  );
}

function devices(table: string, read: (fields: readonly string[]) => Route | undefined): string[] {
  const routes = table.split('\n').flatMap((line) => read(line.trim().split(/\s+/)) ?? []);
  return [...new Set(routes.sort((a, b) => a.metric - b.metric).map(({ device }) => device))];
}

function isOpen(flags: string): boolean {
  return (Number.parseInt(flags, 16) & (UP | REJECT)) === UP;
}
