import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../stage.ts';
import { firstContact } from './first-contact.ts';

/** Seconds of iperf3, and between its reports. */
const DURATION = 16;
const REPORT = 0.1;
const MOVE_AFTER = 5000;

interface Report {
  readonly intervals?: readonly { readonly sum: { readonly bytes: number; readonly seconds: number } }[];
  readonly end?: { readonly sum_received?: { readonly bits_per_second: number } };
  readonly error?: string;
}

export const handoverIperf3: Scenario = {
  title: 'Alice moves to another network while iperf3 measures the way to bob',
  programs: ['iperf3'],
  members: firstContact.members,
  play: async (stage) => {
    const { ground, cast, choice } = stage;
    // A line for each packet would be what is measured.
    cast.isTraced = false;
    await cast.servers();
    await cast.node('alice', await ground.site(choice.alice ?? 'PR'));
    const bob = await cast.node('bob', await ground.site(choice.bob ?? 'G4'));
    const to = choice.to ?? 'SY';
    const site = await ground.site(to);
    const server = ground.start('bob', ['iperf3', '-s', '--forceflush'], 'iperf3-bob');
    await server.found(/listening/);
    const words = [
      'iperf3',
      '-c',
      bob.fqdn,
      '-4',
      '-t',
      `${DURATION}`,
      '-i',
      `${REPORT}`,
      '-b',
      '5M',
      '--json',
    ];
    const client = ground.start('alice', words, 'iperf3-alice');
    stage.remark(`iperf3 sends to ${bob.fqdn} for ${DURATION} s`);
    await sleep(MOVE_AFTER);
    stage.remark(`alice moves to ${to}`);
    await ground.bring('alice', site);
    await client.over();
    const report = JSON.parse(client.text) as Report;
    stage.expect(
      'iperf3 ends well',
      client.ended === 0 && report.error === undefined,
      report.error ?? client.ended,
    );
    const { longest, after } = pauses(report);
    stage.expect('data goes on after the move', after > 0, `${after} bytes`);
    const rate = (report.end?.sum_received?.bits_per_second ?? 0) / 1e6;
    stage.remark(
      `${rate.toFixed(1)} Mbit/s received; the longest pause was ${(1000 * longest).toFixed(0)} ms`,
    );
  },
};

/** The longest time in seconds without data, and what was sent in the last quarter. */
function pauses({ intervals = [] }: Report): { readonly longest: number; readonly after: number } {
  let [longest, current] = [0, 0];
  for (const { sum } of intervals) {
    current = sum.bytes === 0 ? current + sum.seconds : 0;
    longest = Math.max(longest, current);
  }
  const last = intervals.slice(Math.floor((3 * intervals.length) / 4));
  return { longest, after: last.reduce((bytes, { sum }) => bytes + sum.bytes, 0) };
}
