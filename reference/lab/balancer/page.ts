/** What came of the experiment, as text. */
import { readTransport } from '../../packet/transport.ts';
import type { Algorithm } from './algorithms.ts';
import { ALGORITHMS } from './algorithms.ts';
import { BALANCER, GENERAL, PUBLIC, SERVERS, SERVICE } from './configs.ts';
import type { Outcome } from './experiment.ts';
import { FIRST_PORT, MOVES, PERSISTENCE, PLACES, VISITS } from './experiment.ts';
import type { Captured } from './wire.ts';
import { shown } from './wire.ts';

/** Packets of a capture that are shown. */
const SHOWN = 8;
const NAMES = SERVERS.map(({ addresses: [name] }) => name);

export function head(): string {
  return `# A load balancer behind an NTMA

Written by \`npx ntmobile lab --balancer --svg reference/lab/balancer.svg > reference/lab/balancer.md\`: the experiment
of the paper on load balancers, in its topology, on the simulated Internet and in virtual time. In place of its packet
generator stand ${PLACES.length} clients with a node each (at ${PLACES.join(', ')}, as in [the grid](connectivity.md)) and an NTMA in front of
the balancer, all of them the real roles. The balancer knows nothing of NTMobile: it sees virtual addresses and forwards
by address and port, as IPVS does. Tests play it again.

![The topology](balancer.svg)

Everybody asks DNS for \`${SERVICE}\`, which has a CNAME to the NTMA's NTM FQDN. A node gets the NTMA's virtual
address by that; a host that runs nothing of NTMobile, ${GENERAL}, gets the public address ${PUBLIC}, by which
the site's router reaches the balancer at ${BALANCER.outside}, without the NTMA.

Each client visits ${VISITS} times. The first one then keeps a connection and moves through ${MOVES.length} networks (${MOVES.join(', ')}), and begins
another one in each. A client stays at its server for ${PERSISTENCE / 1000} s after its last session began; "free" is the same
without that.`;
}

export function summary(outcomes: readonly Outcome[]): string {
  const count = `sessions at ${NAMES.join(', ')}`;
  const split = 'clients at more than one server';
  return [
    '## All algorithms',
    '',
    `What became of the ${PLACES.length * VISITS} visits, and of the client that moves then.`,
    '',
    `| algorithm | free: ${count} | ${split} | persistent: ${count} | ${split} | servers of who moves | its inner source |`,
    `|${' --- |'.repeat(7)}`,
    ...outcomes.map(summaryRow),
  ].join('\n');
}

export function summaryRow({ algorithm, free, servers, stays, mover }: Outcome): string {
  const met = new Set([...(servers[0] ?? []), ...stays.flatMap(({ kept, begun }) => [kept, begun])]);
  const cells = [
    title(algorithm),
    ...[free, servers].flatMap((visits) => [
      NAMES.map((name) => visits.flat().filter((server) => server === name).length).join(', '),
      visits.filter((own) => new Set(own).size > 1).length,
    ]),
    [...met].join(', '),
    mover,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** What is said of one algorithm. */
export function section(outcome: Outcome): string {
  const { algorithm, servers, stays, general, table, since, outside, inside } = outcome;
  const capture = (name: string, captured: readonly Captured[]): string[] => [
    `${name}, the first client’s first session:`,
    '',
    '| s | | source | destination | | |',
    '| --- | --- | --- | --- | --- | --- |',
    ...captured
      .filter(isFirst)
      .slice(0, SHOWN)
      .map((one) => `| ${shown(one, since).join(' | ')} |`),
    '',
  ];
  return [
    `## ${title(algorithm)}`,
    '',
    ...capture(`Between the NTMA and the balancer (${BALANCER.outside})`, outside),
    ...capture(`Between the balancer (${BALANCER.inside}) and the servers`, inside),
    '| client | servers of its visits |',
    '| --- | --- |',
    ...servers.map((own, index) => `| client ${index + 1}, ${PLACES[index]} | ${own.join(', ')} |`),
    `| ${GENERAL}, no NTMobile | ${general} |`,
    '',
    '| client 1 moves to | answered within | its connection is at | a new one is at |',
    '| --- | --- | --- | --- |',
    ...stays.map(
      ({ place, time, kept, begun }) => `| ${place} | ${(time / 1000).toFixed(2)} s | ${kept} | ${begun} |`,
    ),
    '',
    'The session table in the end:',
    '',
    '```',
    ...table,
    '```',
  ].join('\n');
}

export function page(outcomes: readonly Outcome[]): string {
  return `${[head(), summary(outcomes), ...outcomes.map(section)].join('\n\n')}\n`;
}

/** Whether a packet is one of the first session. */
function isFirst({ packet }: Captured): boolean {
  const read = readTransport(packet);
  return read !== undefined && [read.from.port, read.to.port].includes(FIRST_PORT);
}

function title(algorithm: Algorithm): string {
  const { title: words } = ALGORITHMS[algorithm];
  const weights = algorithm === 'wrr' ? `, ${SERVERS.map(({ weight }) => weight).join(' to ')}` : '';
  return `${words[0]?.toUpperCase()}${words.slice(1)} (\`${algorithm}\`${weights})`;
}
