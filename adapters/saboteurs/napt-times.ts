/** Faults of the translator of an RS-N in how long it minds something. */
import type { Instant } from '../../reference/core.ts';
import type { Head } from '../../reference/packet/head.ts';
import { Reassembly } from '../../reference/packet/reassembly.ts';
import type { Flow } from '../../reference/roles/rs-n/napt/flow.ts';
import type { Session } from '../../reference/roles/rs-n/napt/records.ts';
import type { NaptTimers } from '../../reference/roles/rs-n/napt/types.ts';
import { World } from '../../reference/roles/rs-n/napt/world.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';
import { withSettings } from './translating.ts';

const RST = 4;

/** A translator with other times than it was given, in milliseconds. */
function withTimers(timers: Partial<NaptTimers>): void {
  withSettings((config) => ({ ...config, timers: { ...config.timers, ...timers } }));
}

/** Forgets a connection at once after some segments. */
function ending(isEnd: (flow: Flow, session: Session) => boolean): void {
  replace(World.prototype, 'passed', (original) => (self, mapping, session, way, flow, now) => {
    original(self, mapping, session, way, flow, now);
    if (isEnd(flow as Flow, session as Session)) (session as Session).until = now as Instant;
  });
}

interface Row {
  readonly scope: string;
  readonly parts: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

export const NAPT_TIMES: readonly Saboteur[] = [
  {
    name: 'rs-n-reset-ends',
    title: 'forgets a connection at once when an RST goes by',
    clause: 'RSN-06',
    caughtBy: 'rs-n.mapping.reset',
    patch: () => ending(({ flags }) => (flags & RST) !== 0),
  },
  {
    name: 'rs-n-reset-soon-ends',
    title: 'forgets a connection half a minute after an RST',
    clause: 'RSN-06',
    caughtBy: 'rs-n.mapping.reset',
    patch: () =>
      replace(World.prototype, 'passed', (original) => (self, mapping, session, way, flow, now) => {
        original(self, mapping, session, way, flow, now);
        if (((flow as Flow).flags & RST) !== 0) (session as Session).until = (now as Instant) + 30_000;
      }),
  },
  {
    name: 'rs-n-close-ends',
    title: 'forgets a connection at once when both sides have closed it',
    clause: 'RSN-06',
    caughtBy: 'rs-n.mapping.transitory',
    patch: () => ending((_, { state }) => state === 'closed'),
  },
  {
    name: 'rs-n-hasty-openings',
    title: 'gives a connection that opens or closes a minute',
    clause: 'RSN-06',
    caughtBy: 'rs-n.mapping.transitory',
    patch: () => withTimers({ transitory: 60_000 }),
  },
  {
    name: 'rs-n-hasty-echoes',
    title: 'forgets an echo after ten seconds',
    clause: 'RSN-06',
    caughtBy: 'rs-n.mapping.transitory',
    patch: () => withTimers({ echo: 10_000 }),
  },
  {
    name: 'rs-n-ports-soon',
    title: 'gives the port of a path that is gone to others after half a minute',
    clause: 'RSN-16',
    caughtBy: 'rs-n.mapping.held',
    patch: () => withTimers({ released: 30_000 }),
  },
  {
    name: 'rs-n-patient-fragments',
    title: 'keeps fragments for ever',
    clause: 'RSN-11',
    caughtBy: 'rs-n.fragment.late',
    patch: () => replace(Reassembly.prototype, 'expire', () => () => 0),
  },
  {
    name: 'rs-n-uncounted-fragments',
    title: 'does not count fragments that waited in vain',
    clause: 'RSN-11',
    caughtBy: 'rs-n.fragment.late',
    patch: () =>
      replace(Reassembly.prototype, 'expire', (original) => (self, now) => {
        original(self, now);
        return 0;
      }),
  },
  {
    name: 'rs-n-first-fragment-wins',
    title: 'leaves out a fragment that overlaps another one, and joins the rest',
    clause: 'RSN-11',
    caughtBy: 'rs-n.fragment.overlap',
    patch: () =>
      replace(Reassembly.prototype, 'take', (original) => (self, fragment, scope, now) => {
        const { offset, length, payload } = fragment as Head;
        const end = offset + length - payload;
        const rows = [...field<Map<string, Row>>(self, 'unfinished').values()];
        const overlaps = rows.some(
          (row) =>
            row.scope === scope && row.parts.some(({ at, bytes }) => at < end && at + bytes.length > offset),
        );
        return overlaps ? { is: 'discarded', count: 1 } : original(self, fragment, scope, now);
      }),
  },
];
