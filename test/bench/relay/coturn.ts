/** coturn beside the relays of ours, with one channel from MN to CN. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Party } from '../party.ts';
import { node } from '../runtimes.ts';
import { program } from '../tool.ts';
import type { RelayBench } from './bench.ts';
import { CN, MN, RS, RS_OUT } from './network.ts';

const AT = `${RS}:3478`;
/** Milliseconds that it takes to start, at most. */
const STARTS = 10_000;

/** Starts it on a processor, and has it lend an address and bind the channel 0x4000. */
export async function startCoturn(
  bench: RelayBench,
  processor: number,
): Promise<{ readonly party: Party; readonly at: string }> {
  const command = [
    // It says what it cannot have, SCTP for one.
    ...['sh', '-c', 'exec "$@" 2>/dev/null', 'sh'],
    ...['turnserver', '-n', '--no-auth', '--no-tls', '--no-dtls', '--no-cli', '--relay-threads=1'],
    ...['--no-stdout-log', '--log-file=/dev/null', '--pidfile=', '--userdb=/dev/null'],
    ...[`--listening-ip=${RS}`, `--relay-ip=${RS_OUT}`],
  ];
  const party = bench.start('rs', command, processor);
  party.ignore();
  for (const over = performance.now() + STARTS; ; ) {
    const client = bench.start('mn', [...node.command, program('turn.ts'), MN, AT, CN]);
    if ((await client.status()) === 0) return { party, at: AT };
    if (performance.now() > over) throw new Error('coturn does not answer');
    await sleep(500);
  }
}
