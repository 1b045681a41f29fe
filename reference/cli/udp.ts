import { Option } from 'commander';
import { formatEndpoint } from '../address.ts';
import type { Note } from '../core.ts';
import type { UdpNet } from '../net/udp/udp.ts';
import { backendNames } from '../net/udp/udp.ts';

/** `--udp`; what this runtime has not got is said as it starts. */
export function udpOption(): Option {
  return new Option('--udp <way>', 'how it has its sockets, auto: what fits the runtime')
    .choices(backendNames)
    .default('auto');
}

/** By what a role has its sockets, and what room they have; for the log, once they are bound. */
export function openedNotes(net: UdpNet): readonly Note[] {
  return net
    .counts()
    .map(({ local, receiveBuffer }) =>
      event('udp-open', { local: formatEndpoint(local), by: net.backend, room: receiveBuffer }),
    );
}

/**
 * What went through them, and what was lost; for the log, before they are closed.
 * @param isAll of those that lost nothing, too
 */
export function closedNotes(net: UdpNet, isAll: boolean): readonly Note[] {
  return net
    .counts()
    .filter(({ unsent, dropped = 0 }) => isAll || unsent > 0 || dropped > 0)
    .map(({ local, received, batches, sent, unsent, dropped }) =>
      event('udp-close', { local: formatEndpoint(local), received, batches, sent, unsent, dropped }),
    );
}

function event(name: string, detail: Readonly<Record<string, string | number | undefined>>): Note {
  const known: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(detail)) if (value !== undefined) known[key] = value;
  return { what: 'event', event: name, detail: known };
}
