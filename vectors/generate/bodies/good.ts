/** Bodies of every type, in the forms that each has. */
import type { CborValue } from '../../../reference/wire/cbor.ts';
import type { Bodies, Entry, GoodBody, Value } from './body.ts';
import { body, bytes, changed, hex, inner } from './body.ts';
import {
  ENDPOINT4,
  ENDPOINT6,
  eight,
  GENERAL4,
  INSTANCE,
  LEG_A,
  LEG_B,
  LEG_SECRET_A,
  LEG_SECRET_B,
  NODE,
  OLD_PATH,
  OTHER4,
  PATH,
  PATH_SECRET,
  PEER,
  RELAY,
  VIRTUAL4,
  VIRTUAL6,
} from './values.ts';

export const NAME = 'mn.example';
export const LEGS: readonly CborValue[] = [
  inner([4, NODE], [28, LEG_A], [29, LEG_SECRET_A]),
  inner([4, PEER], [28, LEG_B], [29, LEG_SECRET_B]),
];
const PEER_MAP = inner([3, 'cn.example'], [4, PEER], [5, INSTANCE], [10, [VIRTUAL4, VIRTUAL6]]);
const LEG = inner([28, LEG_A], [29, LEG_SECRET_A]);
export const RELAY_S = inner([4, RELAY], [26, 1], [27, [ENDPOINT4, ENDPOINT6]], [35, LEG]);
export const RELAY_N = inner([4, RELAY], [26, 2], [27, [ENDPOINT4]]);
const RELAY_T = inner([4, RELAY], [26, 3], [27, [ENDPOINT4]]);

/** Those that others are made of, by type. */
export interface Goods {
  readonly registration: GoodBody;
  readonly registered: GoodBody;
  readonly directionRequest: GoodBody;
  readonly byAddress: GoodBody;
  readonly leaseRequest: GoodBody;
  readonly replacing: GoodBody;
  readonly route: GoodBody;
  readonly routeAnswer: GoodBody;
  readonly routeRelayed: GoodBody;
  readonly routeN: GoodBody;
  readonly nodeRequest: GoodBody;
  readonly nodeResponse: GoodBody;
  readonly relayS: GoodBody;
  readonly relayN: GoodBody;
  readonly withdraw: GoodBody;
  readonly directed: GoodBody;
  readonly relayRegistration: GoodBody;
  readonly relayRegistered: GoodBody;
  readonly probe: GoodBody;
  readonly padded: GoodBody;
  readonly probeAnswer: GoodBody;
  readonly update: GoodBody;
  readonly acknowledgement: GoodBody;
  readonly refused: GoodBody;
}

export function goodBodies(family: Bodies): Goods {
  return {
    ...registrations(family),
    ...directions(family),
    ...nodeInformation(family),
    ...relays(family),
    ...tunnels(family),
  };
}

function registrations(family: Bodies) {
  const request = body(
    [3, NAME],
    [4, NODE],
    [5, INSTANCE],
    [6, [ENDPOINT4, ENDPOINT6]],
    [7, [1, 2]],
    [8, [2, 1]],
    [9, 120],
  );
  const one = (name: string, comment: string, ...change: Entry[]) =>
    family.good(0x01, name, comment, changed(request, ...change));
  const registration = one('both-families', 'Endpoints of both families, both features, both suites.');
  one('least', 'Empty lists where they may be empty, and suite 1 alone.', [6, []], [7, []], [8, [1]]);
  one('eight-endpoints', 'As many endpoints as a list has.', [6, eight(ENDPOINT4)]);
  one('deregistration', 'Lifetime 0.', [9, 0]);
  one('longest-lifetime', 'Any number of 32 bits is a lifetime.', [9, 4_294_967_295]);
  one('suites-without-1', 'Suite 1 counts as there.', [8, [2]]);
  one(
    'values-twice',
    'Values may be in a list twice.',
    [6, [ENDPOINT4, ENDPOINT4]],
    [7, [1, 1]],
    [8, [1, 1]],
  );
  one('unknown-numbers', 'Features and suites that nobody knows.', [7, [4711]], [8, [65_535, 1]]);
  one('name-of-253', 'The longest name.', [3, `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}`]);
  one('name-of-one-label', 'A name of one label.', [3, 'localhost']);
  one('name-characters', 'Digits, hyphens and underscores wherever they stand.', [3, '-0_.9.xn--a-']);
  const withStatus = changed(request, [1, 0]);
  family.good(
    0x01,
    'with-status',
    'A status in a request is of the right type and not listed: ignored.',
    withStatus,
    {
      ignored: [1],
      clauses: ['GEN-22'],
    },
  );
  const padded = changed(request, [2, bytes(5, 0)]);
  family.good(0x01, 'padded', 'Padding may be added to any body.', padded, {
    ignored: [2],
    clauses: ['GEN-22'],
  });

  const response = body(
    [1, 0],
    [9, 60],
    [10, [VIRTUAL4, VIRTUAL6]],
    [11, ENDPOINT4],
    [12, 25],
    [13, [bytes(16, 0x91), bytes(16, 0x92)]],
  );
  const two = (name: string, comment: string, ...change: Entry[]) =>
    family.good(0x02, name, comment, changed(response, ...change));
  const registered = two('ok', 'All that a registration grants.');
  two('shortest-keep-alive', 'Keep-alives each second.', [12, 1]);
  two('no-aliases', 'Aliases are optional.', [13, undefined]);
  two('zero-aliases', 'A list of no aliases.', [13, []]);
  two('four-aliases', 'As many aliases as there can be.', [13, [1, 2, 3, 4].map((n) => bytes(16, 0x90 + n))]);
  two('ipv6-only', 'One virtual address, an IPv6 endpoint.', [10, [VIRTUAL6]], [11, ENDPOINT6]);
  two('deregistered', 'Lifetime 0 and no virtual address.', [9, 0], [10, []]);
  const refusal = body([1, 7]);
  family.good(0x02, 'pool-empty', 'An error: transaction and status.', refusal, { clauses: ['ERR-07'] });
  const unknown = body([1, 4711]);
  family.good(0x02, 'unknown-status', 'A status that nobody knows is an error.', unknown, {
    clauses: ['ERR-08'],
  });
  family.good(0x02, 'highest-status', 'The highest status there can be.', body([1, 4_294_967_295]), {
    clauses: ['ERR-08', 'GEN-41'],
  });
  family.good(0x02, 'error-with-more', 'What an error has besides is ignored.', changed(response, [1, 9]), {
    out: body([1, 9]),
    clauses: ['GEN-22', 'ERR-07'],
  });
  return { registration, registered };
}

function directions(family: Bodies) {
  const request = (name: string, comment: string, ...entries: (readonly [number, Value])[]) =>
    family.good(0x03, name, comment, body(...entries));
  const directionRequest = request('by-name', 'A path to a node.', [14, 'cn.example']);
  const byAddress = request('by-ipv4', 'A path to a general peer.', [15, GENERAL4]);
  request('by-ipv6', 'A path to a general peer over IPv6.', [15, hex('20010db8000000000000000000000007')]);
  const leaseRequest = request('lease', 'No peer: a lease of an RS-T alone.', [16, 3]);
  request('want', 'A peer by name and a kind of relay.', [14, 'cn.example'], [16, 1]);
  request(
    'name-and-want-2',
    'By name and with a relay that is for general peers: not for the schema to judge.',
    [14, 'cn.example'],
    [16, 2],
  );
  request('unknown-want', 'A kind of relay that nobody knows.', [14, 'cn.example'], [16, 99]);
  request('unknown-want-alone', 'No peer, and a kind of relay that nobody knows.', [16, 99]);
  const replacing = request(
    'replaces',
    'A path in place of another.',
    [14, 'cn.example'],
    [17, OLD_PATH],
    [18, 1],
  );
  request('unknown-reason', 'A reason that nobody knows.', [14, 'cn.example'], [17, OLD_PATH], [18, 99]);

  const order = body(
    [9, 300],
    [19, PATH],
    [20, PATH_SECRET],
    [21, 1],
    [22, 1],
    [23, PEER_MAP],
    [24, [OTHER4]],
  );
  const four = (name: string, comment: string, ...change: Entry[]) =>
    family.good(0x04, name, comment, changed(order, ...change));
  const route = four('request', 'Without a status: a request.');
  const routeAnswer = four('answer', 'With status 0: an answer.', [1, 0]);
  four('await-suite-2', 'The part await, and suite 2.', [22, 2], [21, 2]);
  four('both', 'The part both.', [22, 3]);
  four('no-candidates', 'A list of no candidates.', [24, []]);
  four('eight-candidates', 'As many candidates as a list has.', [24, eight(ENDPOINT6)]);
  four('least-peer', 'A peer of which there is nothing but the Node ID.', [23, inner([4, PEER])]);
  const routeRelayed = four('by-rs-s', 'By an RS-S, with the own leg.', [24, undefined], [25, RELAY_S]);
  const relayed = [
    [23, undefined],
    [24, undefined],
  ] as const;
  const routeN = four(
    'by-rs-n',
    'To an RS-N: no peer, the relay is the far end.',
    ...relayed,
    [25, RELAY_N],
    [30, VIRTUAL4],
    [15, GENERAL4],
  );
  four('by-rs-t', 'To an RS-T, with the address that it lends.', ...relayed, [25, RELAY_T], [31, GENERAL4]);
  four('unknown-relay', 'A relay of a kind that nobody knows, beside a peer.', [
    25,
    inner([4, RELAY], [26, 9], [27, [ENDPOINT4]]),
  ]);
  const unknown = inner([4, RELAY], [26, 9], [27, [ENDPOINT4]]);
  four('unknown-relay-alone', 'A relay of a kind that nobody knows can be a far end.', ...relayed, [
    25,
    unknown,
  ]);
  const withLeg = new Map(unknown).set(35, LEG);
  four('unknown-relay-with-leg', 'A relay of a kind that nobody knows can have a leg.', [25, withLeg]);
  four('shortest-lifetime', 'Lifetime 1.', [9, 1]);
  four('longest-lifetime', 'Lifetime 86400.', [9, 86_400]);
  four('replaces', 'In place of another path.', [17, OLD_PATH]);
  four('between-dcs', 'From one DC to the other, with the node that it is for.', [32, 'cn.example']);
  const refusal = body([1, 8]);
  family.good(0x04, 'no-route', 'An error: transaction and status.', refusal, { clauses: ['ERR-07'] });
  return { directionRequest, byAddress, leaseRequest, replacing, route, routeAnswer, routeRelayed, routeN };
}

function nodeInformation(family: Bodies) {
  const nodeRequest = family.good(0x05, 'plain', 'Where a node is.', body([3, NAME]));
  const response = body(
    [1, 0],
    [4, NODE],
    [5, INSTANCE],
    [6, [ENDPOINT4]],
    [7, []],
    [8, [1]],
    [10, [VIRTUAL4]],
    [33, [OTHER4, ENDPOINT6]],
    [34, [4, 6]],
  );
  const nodeResponse = family.good(0x06, 'ok', 'NATed in both families.', response);
  const bare = changed(response, [6, []], [7, [2]], [10, []], [33, []], [34, []]);
  family.good(0x06, 'empty-lists', 'A node that wants relays alone: no endpoints.', bare);
  const refusal = body([1, 3]);
  family.good(0x06, 'not-registered', 'An error: transaction and status.', refusal, { clauses: ['ERR-07'] });
  return { nodeRequest, nodeResponse };
}

function relays(family: Bodies) {
  const s = body([9, 120], [19, PATH], [26, 1], [36, LEGS]);
  const seven = (name: string, comment: string, ...change: Entry[]) =>
    family.good(0x07, name, comment, changed(s, ...change));
  const relayS = seven('rs-s', 'An entry with two legs.');
  seven('shortest-lifetime', 'Lifetime 1.', [9, 1]);
  seven('longest-lifetime', 'Lifetime 86400.', [9, 86_400]);
  const more = changed(s, [4, NODE], [17, OLD_PATH], [21, 2]);
  family.good(0x07, 'rs-s.not-listed', 'Keys of other kinds of relay are ignored.', more, {
    out: s,
    clauses: ['GEN-22'],
  });
  const n = body(
    [4, NODE],
    [9, 7440],
    [10, [VIRTUAL4]],
    [15, GENERAL4],
    [19, PATH],
    [20, PATH_SECRET],
    [21, 1],
    [26, 2],
    [30, VIRTUAL4],
  );
  const relayN = family.good(0x07, 'rs-n', 'An RS-N as the far end of a path.', n);
  family.good(
    0x07,
    'rs-t',
    'An RS-T, no general peer, in place of another path.',
    changed(n, [15, undefined], [17, OLD_PATH], [26, 3], [30, undefined]),
  );
  family.good(
    0x07,
    'rs-n.no-peer',
    'That an RS-N needs the peer is not for the schema to judge.',
    changed(n, [15, undefined]),
    {
      clauses: ['RSN-13'],
    },
  );
  const withdrawal = body([19, PATH], [37, true]);
  const withdraw = family.good(0x07, 'withdraw', 'A withdrawal.', withdrawal);
  family.good(
    0x07,
    'withdraw.whatever-else',
    'With key 37 it is a withdrawal: lifetime 0 and a path secret are ignored.',
    changed(s, [9, 0], [20, PATH_SECRET], [37, true]),
    {
      out: withdrawal,
      clauses: ['RS-11', 'GEN-22'],
    },
  );
  const other = body([19, PATH], [26, 4]);
  family.good(
    0x07,
    'unassigned-kind',
    'A kind that is not assigned does not fail the schema: a relay says unsupported.',
    other,
    {
      clauses: ['RS-17'],
    },
  );

  const directed = family.good(
    0x08,
    'ok',
    'Where the ends reach the relay.',
    body([1, 0], [27, [ENDPOINT4, ENDPOINT6]]),
  );
  family.good(
    0x08,
    'allocated',
    'With the address that an RS-N allocated.',
    body([1, 0], [27, [ENDPOINT4]], [38, GENERAL4]),
  );
  family.good(0x08, 'withdrawn', 'The answer to a withdrawal has no endpoints.', body([1, 0]));
  family.good(0x08, 'busy', 'An error: transaction and status.', body([1, 9]), { clauses: ['ERR-07'] });

  const nine = body([5, INSTANCE], [8, [1]], [27, [ENDPOINT4, ENDPOINT6]], [39, [1]], [40, 65_536]);
  const relayRegistration = family.good(0x09, 'rs-s', 'An RS-S with endpoints of both families.', nine);
  family.good(
    0x09,
    'all-kinds',
    'All kinds, and one that nobody knows.',
    changed(nine, [39, [1, 2, 3, 99]], [8, [2, 1]]),
  );
  const relayRegistered = family.good(0x0a, 'ok', 'A lifetime.', body([1, 0], [9, 120]));
  family.good(
    0x0a,
    'pool',
    'Addresses that an RS-T may lend.',
    body([1, 0], [9, 120], [41, [GENERAL4, VIRTUAL6]]),
  );
  family.good(0x0a, 'empty-pool', 'A pool of no addresses.', body([1, 0], [9, 120], [41, []]));
  family.good(0x0a, 'refused', 'An error: transaction and status.', body([1, 5]), { clauses: ['ERR-07'] });
  return { relayS, relayN, withdraw, directed, relayRegistration, relayRegistered };
}

function tunnels(family: Bodies) {
  const probe = family.good(0x0d, 'plain', 'A probe: the shortest body there is.', body());
  const padded = family.good(0x0d, 'padded', 'A probe with padding.', body([2, bytes(40, 0)]));
  family.good(0x0d, 'padding-not-zero', 'The content of padding is ignored.', body([2, bytes(3, 0xff)]));
  family.good(0x0d, 'empty-padding', 'Padding of no bytes.', body([2, bytes(0, 0)]));
  const probeAnswer = family.good(
    0x0e,
    'ipv4',
    'The source of an IPv4 probe.',
    body([1, 0], [11, ENDPOINT4]),
  );
  family.good(0x0e, 'ipv6', 'The source of an IPv6 probe.', body([1, 0], [11, ENDPOINT6]));
  family.good(0x0e, 'highest-port', 'Port 65535.', body([1, 0], [11, hex('c0000201ffff')]));
  family.good(0x0e, 'unsupported', 'An error: transaction and status.', body([1, 2]), {
    clauses: ['ERR-07'],
  });
  const update = family.good(
    0x0f,
    'candidates',
    'Where else the sender is.',
    body([24, [ENDPOINT4, ENDPOINT6]]),
  );
  family.good(0x0f, 'nothing', 'No key but the transaction.', body());
  family.good(0x0f, 'direct', 'The sender sends directly.', body([42, 1]));
  family.good(0x0f, 'relay', 'The sender sends by the RS-S.', body([42, 2]));
  family.good(0x0f, 'close', 'The path is closed.', body([43, true]));
  const acknowledgement = family.good(0x11, 'ok', 'Acknowledged.', body([1, 0]));
  const refused = family.good(0x11, 'refused', 'An error: transaction and status.', body([1, 5]), {
    clauses: ['ERR-07'],
  });
  return { probe, padded, probeAnswer, update, acknowledgement, refused };
}
