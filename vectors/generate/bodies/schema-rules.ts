/** Bodies that are encoded well and fail their schema: types, ranges, and what keys must be to each other. */
import type { GoodBody, Make, Value } from './body.ts';
import { bytes, hex, inner } from './body.ts';
import type { Goods } from './good.ts';
import { RELAY_N, RELAY_S } from './good.ts';
import {
  ENDPOINT4,
  LEG_A,
  LEG_B,
  LEG_SECRET_A,
  LEG_SECRET_B,
  MAPPED_ENDPOINT,
  NODE,
  nine,
  PATH,
  PATH_SECRET,
  PEER,
  RELAY,
  VIRTUAL4,
} from './values.ts';

export function typesAndRules(one: Make, goods: Goods): void {
  types(one, goods);
  ranges(one, goods);
  together(one, goods);
  notListed(one, goods);
}

function types(one: Make, goods: Goods): void {
  const { registration, relayS, nodeRequest, padded, route, update, registered } = goods;
  one(nodeRequest, 'wrong-type', 'name-as-bytes', 'A name as a byte string.', 3, hex('6d6e'));
  one(nodeRequest, 'wrong-type', 'name-null', 'null for a name.', 3, null);
  one(
    nodeRequest,
    'wrong-type',
    'name-as-map',
    'A map for a name is no inner map: its critical key does not count.',
    3,
    inner([0x8000, 0]),
  );
  one(
    relayS,
    'wrong-type',
    'legs-as-map',
    'One map for the list of legs is no inner map either.',
    36,
    inner([0x8000, 0]),
  );
  one(
    registration,
    'wrong-type',
    'endpoints-as-bytes',
    'A byte string for a list of endpoints.',
    6,
    bytes(18, 1),
  );
  one(
    goods.routeAnswer,
    'wrong-type',
    'status-as-text',
    'A status that is text makes it an answer all the same.',
    1,
    'ok',
    'GEN-47',
  );
  one(
    registration,
    'wrong-type',
    'node-id-as-text',
    'A Node ID as text of 16 characters.',
    4,
    'a'.repeat(16),
  );
  one(
    registration,
    'wrong-type',
    'endpoint-without-list',
    'One endpoint where a list belongs.',
    6,
    ENDPOINT4,
  );
  one(
    registration,
    'wrong-type',
    'endpoints-as-map',
    'A map where a list belongs.',
    6,
    inner([0, ENDPOINT4]),
  );
  one(registration, 'wrong-type', 'feature-as-text', 'A feature as text.', 7, ['nat64']);
  one(registration, 'wrong-type', 'suite-without-list', 'One suite where a list belongs.', 8, 1);
  one(registration, 'wrong-type', 'negative-lifetime', 'A negative lifetime.', 9, -1);
  one(registration, 'wrong-type', 'lifetime-as-bytes', 'A number as a byte string.', 9, hex('78'));
  one(registration, 'wrong-type', 'negative-suite', 'A negative suite in the list.', 8, [1, -1]);
  one(registered, 'wrong-type', 'negative-status', 'A negative status.', 1, -1);
  one(padded, 'wrong-type', 'padding-as-number', 'Padding as a number.', 2, 40);
  one(padded, 'wrong-type', 'padding-as-text', 'Padding as text.', 2, '0000');
  one(route, 'wrong-type', 'peer-as-list', 'A peer as a list.', 23, [PEER]);
  one(route, 'missing-key', 'peer-empty', 'A peer without a Node ID.', 23, inner());
  one(route, 'wrong-type', 'peer-name', 'A peer whose name is a number.', 23, inner([3, 1], [4, PEER]));
  one(update, 'wrong-type', 'close-as-number', '1 for true.', 43, 1);
  one(relayS, 'wrong-type', 'leg-as-list', 'Legs as lists.', 36, [
    [NODE, LEG_A, LEG_SECRET_A],
    [PEER, LEG_A, LEG_SECRET_A],
  ]);
  one(relayS, 'wrong-type', 'kind-as-text', 'A kind as text.', 26, 'rs-s');
}

function ranges(one: Make, goods: Goods): void {
  one(goods.route, 'range', 'part-0', 'Part 0.', 22, 0);
  one(goods.route, 'range', 'part-4', 'Part 4.', 22, 4);
  one(goods.update, 'range', 'route-0', 'Route 0.', 42, 0);
  one(goods.update, 'range', 'route-3', 'Route 3.', 42, 3);
  one(goods.update, 'range', 'close-false', 'A path that is not closed has no key for it.', 43, false);
  one(goods.withdraw, 'range', 'withdraw-false', 'A withdrawal that is none.', 37, false);
  one(goods.relayS, 'range', 'lifetime-0', 'An entry with lifetime 0.', 9, 0, 'RSS-14');
  one(goods.relayS, 'range', 'lifetime-86401', 'An entry with lifetime 86401.', 9, 86_401, 'RSS-14');
  one(goods.relayN, 'range', 'rs-n.lifetime-0', 'An entry of an RS-N with lifetime 0.', 9, 0, 'RSS-14');
  one(goods.route, 'range', 'lifetime-0', 'A path with lifetime 0.', 9, 0);
  one(goods.route, 'range', 'lifetime-86401', 'A path with lifetime 86401.', 9, 86_401);
  one(goods.registered, 'range', 'keep-alive-0', 'A keep-alive interval of 0.', 12, 0);
  one(goods.registered, 'range', 'keep-alive-26', 'A keep-alive interval of 26 s.', 12, 26);
  const wide = (base: GoodBody, name: string, comment: string, key: number, value: Value) =>
    one(base, 'above-32-bits', name, comment, key, value, 'GEN-41');
  const beyond = 2 ** 32;
  wide(goods.registration, 'lifetime-above-32-bits', 'A lifetime of 2^32.', 9, beyond);
  wide(goods.registration, 'lifetime-largest', 'A lifetime of 2^64 - 1.', 9, 2n ** 64n - 1n);
  wide(goods.registration, 'feature-above-32-bits', 'A feature of 2^32.', 7, [1, beyond]);
  wide(goods.relayRegistration, 'capacity-above-32-bits', 'A capacity of 2^32.', 40, beyond);
  wide(goods.registered, 'status-above-32-bits', 'A status of 2^32.', 1, beyond);
  wide(goods.acknowledgement, 'status-above-53-bits', 'A status of 2^53 + 1.', 1, 2n ** 53n + 1n);
  wide(
    goods.probe,
    'not-listed.capacity-above-32-bits',
    'A capacity of 2^32, where it is not listed.',
    40,
    beyond,
  );
  wide(
    goods.directionRequest,
    'want-above-32-bits',
    'A kind of 2^32 + 1, whose low half is 1.',
    16,
    beyond + 1,
  );
  one(goods.relayRegistered, 'range', 'lifetime-0', 'A registration with lifetime 0.', 9, 0);
}

/** What keys must be to each other. */
function together(one: Make, goods: Goods): void {
  const { directionRequest, replacing, route, routeRelayed, routeN, relayS } = goods;
  const { leaseRequest, byAddress } = goods;
  one(directionRequest, 'together', 'two-peers', 'A peer by name and by address.', 15, VIRTUAL4, 'DC-31');
  one(byAddress, 'together', 'by-address-want-1', 'An RS-S for a general peer.', 16, 1, 'DC-31');
  one(leaseRequest, 'together', 'no-peer-want-1', 'An RS-S for no peer.', 16, 1, 'DC-31');
  one(leaseRequest, 'together', 'no-peer-want-2', 'An RS-N for no peer.', 16, 2, 'DC-31');
  one(
    replacing,
    'together',
    'replaces-without-reason',
    'A path to be replaced, and no reason.',
    18,
    undefined,
    'DC-31',
  );
  one(
    replacing,
    'together',
    'reason-without-replaces',
    'A reason, and no path to be replaced.',
    17,
    undefined,
    'DC-31',
  );
  one(route, 'together', 'no-far-end', 'No peer and no relay.', 23, undefined, 'GEN-45');
  one(routeRelayed, 'together', 'rs-s-alone', 'An RS-S is no far end.', 23, undefined, 'GEN-45');
  const without = inner([4, RELAY], [26, 1], [27, [ENDPOINT4]]);
  one(routeRelayed, 'together', 'rs-s-without-leg', 'An RS-S, and no leg.', 25, without, 'GEN-45');
  const leg = RELAY_S.get(35);
  one(
    routeN,
    'together',
    'rs-n-with-leg',
    'An RS-N, and a leg.',
    25,
    new Map([...RELAY_N, [35, leg ?? null]]),
    'GEN-45',
  );
  const pair = (key: number, value: Uint8Array) => [
    inner([4, NODE], [28, LEG_A], [29, LEG_SECRET_A]),
    new Map(inner([4, PEER], [28, LEG_B], [29, LEG_SECRET_B])).set(key, value),
  ];
  const legs = (name: string, comment: string, key: number, value: Uint8Array) =>
    one(relayS, 'together', name, comment, 36, pair(key, value), 'RSS-13');
  legs('legs.same-node', 'Two legs of one Node ID.', 4, NODE);
  legs('legs.same-id', 'Two legs with one Leg ID.', 28, LEG_A);
  legs('legs.same-secret', 'Two legs with one secret.', 29, LEG_SECRET_A);
  legs('legs.path-id', 'A Leg ID that is the Path ID.', 28, PATH);
  one(relayS, 'together', 'path-secret', 'A path secret for an RS-S.', 20, PATH_SECRET, 'RSS-04');
  one(
    relayS,
    'together',
    'path-secret-number',
    'A path secret for an RS-S, and it is a number.',
    20,
    5,
    'RSS-04',
  );
}

/** Keys that this body does not have, with another type than theirs. */
function notListed(one: Make, { probe, registration, probeAnswer, relayS, withdraw, refused }: Goods): void {
  one(probe, 'not-listed', 'not-listed.name', 'A name in a probe, and it is a number.', 3, 5, 'GEN-22');
  one(
    probe,
    'not-listed',
    'not-listed.node-id',
    'A Node ID of 15 bytes in a probe.',
    4,
    bytes(15, 1),
    'GEN-22',
  );
  one(
    probe,
    'not-listed',
    'not-listed.close',
    'false under the key of close in a probe.',
    43,
    false,
    'GEN-22',
  );
  one(probe, 'not-listed', 'not-listed.part', 'Part 4 in a probe.', 22, 4, 'GEN-22');
  one(
    probe,
    'not-listed',
    'not-listed.leg',
    'A leg without a secret in a probe.',
    35,
    inner([28, LEG_A]),
    'GEN-22',
  );
  one(
    registration,
    'not-listed',
    'not-listed.status',
    'A status that is text in a request.',
    1,
    'ok',
    'GEN-22',
  );
  one(
    registration,
    'not-listed',
    'not-listed.mapped',
    'A mapped endpoint under a key of other bodies.',
    11,
    MAPPED_ENDPOINT,
    'GEN-22',
  );
  one(
    relayS,
    'not-listed',
    'not-listed.aliases',
    'Five aliases in a Relay Direction.',
    13,
    nine(bytes(16, 1)).slice(0, 5),
    'GEN-22',
  );
  one(
    withdraw,
    'not-listed',
    'withdraw.not-listed',
    'A path secret of 31 bytes in a withdrawal.',
    20,
    bytes(31, 1),
    'GEN-22',
  );
  one(
    refused,
    'not-listed',
    'refused.not-listed',
    'A lifetime that is text in an error.',
    9,
    'soon',
    'GEN-22',
  );
  one(
    probeAnswer,
    'not-listed',
    'not-listed.padding',
    'Padding that is a number, in an answer.',
    2,
    0,
    'GEN-22',
  );
}
