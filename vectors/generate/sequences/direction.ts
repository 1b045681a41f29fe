/** Directions of paths between nodes of two DCs, as in section 8.6. */
import type { Value } from '../bodies/body.ts';
import { inner } from '../bodies/body.ts';
import type { NodeParty } from './play.ts';
import { CN, DC_CN, DC_MN, MN, Play, peer, RS, wire } from './play.ts';
import type { Entry, Line, Recording } from './recording.ts';

/** Where CN listens behind its NAT. */
const INNER = '192.168.7.7:5000';

/** Padding that makes a probe one of 1324 bytes: room for an inner packet of 1280. [TUN-06] */
const PADDING = 1265;

/** Associations of the two nodes and between their DCs. */
export interface Sites {
  readonly mn: Line;
  readonly cn: Line;
  readonly dcs: Line;
}

export function sites(play: Play): Sites {
  return {
    mn: play.association('mn', [MN, DC_MN]),
    dcs: play.association('dcs', [DC_MN, DC_CN]),
    cn: play.association('cn', [CN, DC_CN]),
  };
}

/** What the route decision gave. */
export interface Plan {
  readonly path: Line;
  readonly suite: number;
  /** Parts of MN and CN. */
  readonly parts: readonly [number, number];
  /** Endpoints of MN and CN that the other one gets. */
  readonly candidates?: readonly [readonly string[], readonly string[]];
  readonly legs?: readonly [Line, Line];
  readonly replaces?: Line;
}

/** The keys of a Route Direction for one end. */
function route({ path, suite, parts, candidates, legs, replaces }: Plan, end: 0 | 1): Entry[] {
  const other: NodeParty = end === 0 ? CN : MN;
  const entries: Entry[] = [
    [9, 300],
    [19, path.id],
    [20, path.secret],
    [21, suite],
    [22, parts[end]],
    [23, peer(other)],
  ];
  const told = candidates?.[end === 0 ? 1 : 0] ?? [];
  if (told.length > 0) entries.push([24, told.map(wire)]);
  const leg = legs?.[end];
  if (leg !== undefined) entries.push([25, relay(leg)]);
  if (replaces !== undefined) entries.push([17, replaces.id]);
  return entries;
}

function relay(leg: Line): Value {
  const secret = inner([28, leg.id], [29, leg.secret]);
  return inner([4, RS.nodeId], [26, 1], [27, [wire(RS.endpoint)]], [35, secret]);
}

/** What happens on the way, by the moments at which it does. */
interface Meanwhile {
  /** The relay is prepared. */
  readonly relay?: () => void;
  /** CN has its direction and has not acknowledged it. */
  readonly directed?: () => void;
  /** CN acknowledged. */
  readonly acknowledged?: () => void;
}

/** From the Direction Request to its answer. */
export function direct(
  play: Play,
  { mn, cn, dcs }: Sites,
  plan: Plan,
  natted: readonly number[],
  meanwhile: Meanwhile = {},
): void {
  const asked = play.transaction();
  const { replaces } = plan;
  const again: Entry[] =
    replaces === undefined
      ? []
      : [
          [17, replaces.id],
          [18, 1],
        ];
  mn.body(MN, 0x03, [asked, [14, CN.name], ...again]);
  const information: Entry[] = [
    [1, 0],
    [4, CN.nodeId],
    [5, CN.instance],
    [6, (natted.includes(4) ? [INNER] : CN.local).map(wire)],
    [7, []],
    [8, plan.suite === 2 ? [2, 1] : [1]],
    [10, [...CN.virtual]],
    [33, [wire(CN.endpoint)]],
    [34, [...natted]],
  ];
  play.exchange(dcs, DC_MN, [0x05, [[3, CN.name]]], [0x06, information]);
  meanwhile.relay?.();
  const [between, passedOn] = [play.transaction(), play.transaction()];
  dcs.body(DC_MN, 0x04, [between, ...route(plan, 1), [32, CN.name]]);
  cn.body(DC_CN, 0x04, [passedOn, ...route(plan, 1)]);
  meanwhile.directed?.();
  cn.body(CN, 0x11, [passedOn, [1, 0]]);
  dcs.body(DC_CN, 0x11, [between, [1, 0]]);
  meanwhile.acknowledged?.();
  mn.body(DC_MN, 0x04, [asked, [1, 0], ...route(plan, 0)]);
}

/** Both are global in IPv4. */
export function global(recording: Recording): void {
  const play = new Play(recording);
  const all = sites(play);
  const path = recording.channel('path', 'p', [MN, CN]);
  direct(play, all, { path, suite: 1, parts: [1, 2], candidates: [[MN.endpoint], [CN.endpoint]] }, []);
  play.open(path, MN);
  play.talk(path, MN, CN);
  play.probe(path, MN, { padding: PADDING });
  play.probe(path, CN, { padding: PADDING });
}

/** CN is behind a NAT: it opens, the first time before MN knows the path. */
export function natted(recording: Recording): void {
  const play = new Play(recording);
  const all = sites(play);
  const path = recording.channel('path', 'p', [MN, CN], { suite: 2 });
  const attempt = path.attempt(CN);
  const plan: Plan = { path, suite: 2, parts: [2, 1], candidates: [[MN.endpoint], [CN.endpoint]] };
  direct(play, all, plan, [4], { directed: () => path.ask(attempt) });
  path.ask(attempt);
  path.answer(attempt);
  play.probe(path, CN);
  play.probe(path, MN);
  play.talk(path, CN, MN);
}

/** Behind different NATs: two legs, and the path by the relay. */
export function relayed(recording: Recording): void {
  const play = new Play(recording);
  const all = sites(play);
  const control = play.association('rs', [RS, DC_MN]);
  const offer: Entry[] = [
    [5, recording.fresh(8)],
    [8, [2, 1]],
    [27, [wire(RS.endpoint)]],
    [39, [1]],
    [40, 10_000],
  ];
  play.exchange(
    control,
    RS,
    [0x09, offer],
    [
      0x0a,
      [
        [1, 0],
        [9, 120],
      ],
    ],
  );
  const legs: readonly [Line, Line] = [
    recording.channel('leg', 'l1', [MN, RS]),
    recording.channel('leg', 'l2', [CN, RS]),
  ];
  const path = recording.channel('path', 'p', [MN, CN], { relay: RS });
  const parts = [1, 2] as const;
  const told = [MN, CN].map(({ nodeId }, i) => {
    const leg = legs[i === 0 ? 0 : 1];
    return inner([4, nodeId], [28, leg.id], [29, leg.secret]);
  });
  const direction: Entry[] = [
    [9, 120],
    [19, path.id],
    [26, 1],
    [36, told],
  ];
  direct(play, all, { path, suite: 1, parts, legs }, [4], {
    relay: () => {
      const accepted: Entry[] = [
        [1, 0],
        [27, [wire(RS.endpoint)]],
      ];
      play.exchange(control, DC_MN, [0x07, direction], [0x08, accepted]);
    },
    acknowledged: () => play.open(legs[1], CN),
  });
  play.open(legs[0], MN);
  const attempt = path.attempt(MN);
  path.ask(attempt);
  path.answer(attempt);
  play.probe(path, MN, { seen: RS.endpoint });
  play.probe(path, CN, { seen: RS.endpoint });
  play.talk(path, MN, CN);
  close(play, path);
}

/** Path Update with `close`, acknowledged; what is on its way still comes. */
export function close(play: Play, path: Line): void {
  play.exchange(path, MN, [0x0f, [[43, true]]], [0x11, [[1, 0]]]);
}

/** MN moved, and no probe came back: a new path replaces the one that is there. */
export function replaced(recording: Recording): void {
  const play = new Play(recording);
  const all = sites(play);
  const old = recording.channel('path', 'p', [MN, CN], { suite: 2 });
  direct(play, all, { path: old, suite: 2, parts: [1, 2], candidates: [[MN.endpoint], [CN.endpoint]] }, []);
  play.open(old, MN);
  play.talk(old, MN, CN);
  const path = recording.channel('path', 'q', [MN, CN], { suite: 2 });
  const plan: Plan = { path, suite: 2, parts: [1, 2], replaces: old };
  direct(play, all, { ...plan, candidates: [[MN.endpoint], [CN.endpoint]] }, []);
  play.talk(old, MN, CN);
  play.open(path, MN);
  play.talk(path, MN, CN);
  close(play, old);
}
