/** Whole exchanges: who has the secrets reads what every datagram says. */
import { Family } from '../vector.ts';
import { alias, boot, move, restart } from './association.ts';
import { global, natted, relayed, replaced } from './direction.ts';
import { closed, crossing, rekeyed, twice, twiceAmid } from './path.ts';
import { Recording } from './recording.ts';

export function sequences(): Family {
  const about = 'Whole exchanges, datagram by datagram, for whoever has the secrets.';
  const family = new Family('sequences', 2, about, {});
  const one = (name: string, comment: string, clauses: readonly string[], play: (to: Recording) => void) => {
    const recording = new Recording(name);
    play(recording);
    const { input, output } = recording;
    family.valid(name, { clauses, comment, call: 'read-sequence', input, output });
  };
  one(
    'association.boot',
    'A node boots and registers over both families.',
    ['NODE-01', 'NODE-03', 'KEY-11'],
    boot,
  );
  one('association.move', 'A node registers from a new address, with the keys that it has.', ['HO-02'], move);
  one('association.restart', 'The DC opens anew, and its keys are used.', ['KEY-43', 'KEY-49'], restart);
  one('association.alias', 'Contexts that are aliases, on openings too.', ['KEY-14'], alias);
  one('path.global', 'Rule 4: both are global, MN opens.', ['DC-11', 'DC-21', 'FED-06'], global);
  one('path.natted', 'Rule 5: CN opens, first before MN knows the path.', ['DC-12', 'NODE-07'], natted);
  one(
    'path.relayed',
    'Rule 7: by an RS-S, with a leg of each end; closed in the end.',
    ['DC-13', 'RSS-01'],
    relayed,
  );
  one('path.replaced', 'A path that replaces another one.', ['HO-06', 'TUN-17'], replaced);
  one('path.crossing', 'Openings that cross: one of them is answered.', ['KEY-06'], crossing);
  one('path.rekeyed', 'New keys, opened by the other end, while data flows.', ['KEY-07', 'KEY-46'], rekeyed);
  one(
    'path.twice',
    'Openings and data that come twice, and forged data.',
    ['KEY-13', 'KEY-16', 'KEY-52', 'TUN-04'],
    twice,
  );
  one(
    'path.closed',
    'A Path Update with `close`, repeated, and data on its way.',
    ['TUN-17', 'GEN-10'],
    closed,
  );
  one(
    'path.twice-amid',
    'Message 2 of keys that are held comes again while the next attempt is outstanding, which goes on.',
    ['KEY-52', 'KEY-16'],
    twiceAmid,
  );
  return family;
}
