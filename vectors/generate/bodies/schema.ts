/** Bodies that are encoded well and fail their schema: what has to be there, and what a key's value is. */
import type { Bodies, GoodBody, Make, Value } from './body.ts';
import { bytes, changed, hex, inner } from './body.ts';
import type { Goods } from './good.ts';
import { typesAndRules } from './schema-rules.ts';
import {
  ENDPOINT4,
  LEG_A,
  LEG_B,
  LEG_SECRET_A,
  LEG_SECRET_B,
  MAPPED,
  MAPPED_ENDPOINT,
  NODE,
  nine,
  OTHER4,
  PEER,
  VIRTUAL4,
  VIRTUAL6,
} from './values.ts';

/** A request is answered `malformed`; an answer, which has key 1, fails its request. */
function make(family: Bodies): Make {
  return (base, flag, name, comment, key, value, clause) => {
    const answer = ANSWERS.has(base.type) || base.body.has(1);
    const due = answer ? 'GEN-24' : 'GEN-23';
    const clauses = clause === undefined ? [due] : [clause, due];
    family.bad(
      base,
      name,
      { clauses, flags: [flag], comment },
      changed(base.body, [key, value]),
      answer ? 0 : 1,
    );
  };
}

const ANSWERS: ReadonlySet<number> = new Set([0x02, 0x06, 0x08, 0x0a, 0x0e, 0x11]);

export function misfits(family: Bodies, goods: Goods): void {
  const one = make(family);
  missing(one, goods);
  lengths(one, goods);
  addresses(one, goods);
  lists(one, goods);
  names(one, goods);
  typesAndRules(one, goods);
}

const KEY_NAMES: Readonly<Record<number, string>> = {
  1: 'status',
  3: 'fqdn',
  4: 'node-id',
  5: 'instance',
  6: 'local-endpoints',
  7: 'features',
  8: 'suites',
  9: 'lifetime',
  10: 'virtual-addresses',
  11: 'observed-endpoint',
  12: 'keep-alive',
  19: 'path-id',
  20: 'path-secret',
  21: 'suite',
  22: 'part',
  26: 'kind',
  27: 'endpoints',
  33: 'observed-endpoints',
  34: 'natted-families',
  36: 'legs',
  39: 'kinds',
  40: 'capacity',
};

/** Each key that has to be there is missing once. */
function missing(one: Make, goods: Goods): void {
  const cases: readonly (readonly [GoodBody, string, readonly number[]])[] = [
    [goods.registration, '', [3, 4, 5, 6, 7, 8, 9]],
    [goods.registered, '', [1, 9, 10, 11, 12]],
    [goods.route, '', [9, 19, 20, 21, 22]],
    [goods.nodeRequest, '', [3]],
    [goods.nodeResponse, '', [1, 4, 5, 6, 7, 8, 10, 33, 34]],
    [goods.relayS, 'rs-s.', [9, 19, 26, 36]],
    [goods.relayN, 'rs-n.', [4, 9, 10, 19, 20, 21]],
    [goods.withdraw, 'withdraw.', [19]],
    [goods.relayRegistration, '', [5, 8, 27, 39, 40]],
    [goods.relayRegistered, '', [1, 9]],
    [goods.probeAnswer, '', [1, 11]],
    [goods.acknowledgement, '', [1]],
  ];
  for (const [base, form, keys] of cases) {
    for (const key of keys) {
      const name = KEY_NAMES[key] ?? String(key);
      one(base, 'missing-key', `${form}no-${name}`, `Key ${key}, ${name}, is missing.`, key, undefined);
    }
  }
}

function lengths(one: Make, goods: Goods): void {
  const cases: readonly (readonly [GoodBody, string, number, number])[] = [
    [goods.registration, 'node-id', 4, 16],
    [goods.registration, 'instance', 5, 8],
    [goods.route, 'path-id', 19, 16],
    [goods.route, 'path-secret', 20, 32],
    [goods.replacing, 'replaces', 17, 16],
  ];
  for (const [base, name, key, length] of cases) {
    for (const wrong of [length - 1, length + 1]) {
      one(
        base,
        'wrong-length',
        `${name}-of-${wrong}`,
        `A ${name} of ${wrong} bytes.`,
        key,
        bytes(wrong, 0xa1),
      );
    }
  }
  one(goods.registered, 'wrong-length', 'alias-of-15', 'An alias of 15 bytes.', 13, [bytes(15, 0x91)]);
  const legs = (...first: readonly (readonly [number, Uint8Array])[]) => [
    inner([4, NODE], ...first),
    inner([4, PEER], [28, LEG_B], [29, LEG_SECRET_B]),
  ];
  const leg = (flag: string, name: string, comment: string, ...first: (readonly [number, Uint8Array])[]) =>
    one(goods.relayS, flag, name, comment, 36, legs(...first));
  const secret = [29, LEG_SECRET_A] as const;
  leg('wrong-length', 'leg-id-of-15', 'A Leg ID of 15 bytes.', [28, bytes(15, 0xe1)], secret);
  leg('wrong-length', 'leg-secret-of-31', 'A secret of 31 bytes.', [28, LEG_A], [29, bytes(31, 0xf1)]);
  leg('missing-key', 'leg-without-secret', 'A leg without its secret.', [28, LEG_A]);
  leg('missing-key', 'leg-without-id', 'A leg without its ID.', secret);
}

function addresses(one: Make, goods: Goods): void {
  const { probeAnswer, registration, registered, relayN, relayRegistration } = goods;
  for (const length of [0, 4, 5, 7, 16, 17, 19]) {
    one(
      probeAnswer,
      'wrong-length',
      `endpoint-of-${length}`,
      `An endpoint of ${length} bytes.`,
      11,
      bytes(length, 1),
      'GEN-13',
    );
  }
  for (const length of [3, 5, 6, 15, 17]) {
    one(
      relayN,
      'wrong-length',
      `address-of-${length}`,
      `An address of ${length} bytes.`,
      15,
      bytes(length, 1),
      'GEN-13',
    );
  }
  one(
    probeAnswer,
    'mapped',
    'mapped-endpoint',
    'An IPv4 address as an IPv6 one.',
    11,
    MAPPED_ENDPOINT,
    'GEN-13',
  );
  one(
    registration,
    'mapped',
    'mapped-endpoint',
    'The second of two endpoints is a mapped one.',
    6,
    [ENDPOINT4, MAPPED_ENDPOINT],
    'GEN-13',
  );
  one(relayN, 'mapped', 'mapped-address', 'An IPv4 address as an IPv6 one.', 15, MAPPED, 'GEN-13');
  one(
    registered,
    'mapped',
    'mapped-address',
    'A virtual address that is a mapped one.',
    10,
    [MAPPED],
    'GEN-13',
  );
  const port0 = hex('c00002010000');
  one(probeAnswer, 'port-zero', 'port-zero', 'An endpoint with port 0.', 11, port0, 'GEN-31');
  one(
    probeAnswer,
    'port-zero',
    'port-zero-ipv6',
    'An IPv6 endpoint with port 0.',
    11,
    hex('20010db80000000000000000000000010000'),
    'GEN-31',
  );
  one(
    registration,
    'port-zero',
    'port-zero',
    'The second of two endpoints has port 0.',
    6,
    [ENDPOINT4, port0],
    'GEN-31',
  );
  one(relayRegistration, 'port-zero', 'port-zero', 'A relay with port 0.', 27, [port0], 'GEN-31');
  one(
    relayRegistration,
    'wrong-length',
    'address-for-endpoint',
    'An address where an endpoint belongs.',
    27,
    [VIRTUAL4],
    'GEN-13',
  );
}

function lists(one: Make, goods: Goods): void {
  const { registration, registered, route, relayRegistration, update, nodeResponse, relayS, directed } =
    goods;
  one(registration, 'list-length', 'nine-endpoints', 'Nine endpoints.', 6, nine(ENDPOINT4));
  one(update, 'list-length', 'nine-candidates', 'Nine candidates.', 24, nine(ENDPOINT4));
  one(route, 'list-length', 'nine-candidates', 'Nine candidates.', 24, nine(ENDPOINT4));
  one(relayRegistration, 'list-length', 'nine-endpoints', 'Nine endpoints.', 27, nine(ENDPOINT4));
  one(relayRegistration, 'list-length', 'no-endpoint', 'A relay that is nowhere.', 27, []);
  one(directed, 'list-length', 'no-endpoint', 'A relay that is nowhere.', 27, []);
  one(relayRegistration, 'list-length', 'no-kind', 'A relay of no kind.', 39, []);
  one(registration, 'list-length', 'no-suite', 'A list of no suites.', 8, []);
  one(
    registered,
    'list-length',
    'five-aliases',
    'Five aliases.',
    13,
    [1, 2, 3, 4, 5].map((n) => bytes(16, n)),
  );
  const twice = (base: GoodBody, name: string, comment: string, key: number, value: Value) =>
    one(base, 'family-twice', name, comment, key, value, 'GEN-43');
  twice(registered, 'two-ipv4-addresses', 'Two virtual addresses of IPv4.', 10, [VIRTUAL4, hex('c6120006')]);
  twice(registered, 'same-address-twice', 'One virtual address twice.', 10, [VIRTUAL6, VIRTUAL6]);
  twice(nodeResponse, 'two-ipv4-observed', 'Two observed endpoints of IPv4.', 33, [ENDPOINT4, OTHER4]);
  twice(nodeResponse, 'natted-twice', 'NATed in IPv4, twice.', 34, [4, 4]);
  one(nodeResponse, 'range', 'natted-in-5', 'NATed in a family that there is not.', 34, [5], 'GEN-43');
  const leg = (value: number) =>
    inner([4, bytes(16, value)], [28, bytes(16, value + 1)], [29, bytes(32, value + 2)]);
  one(relayS, 'list-length', 'no-leg', 'A list of no legs.', 36, []);
  one(relayS, 'list-length', 'one-leg', 'One leg.', 36, [leg(1)]);
  one(relayS, 'list-length', 'three-legs', 'Three legs.', 36, [leg(1), leg(11), leg(21)]);
}

function names(one: Make, { nodeRequest, registration, directionRequest }: Goods): void {
  const name = (id: string, comment: string, value: string) =>
    one(nodeRequest, 'name', `name.${id}`, comment, 3, value, 'GEN-42');
  name('empty', 'An empty name.', '');
  name('upper-case', 'An upper-case letter.', 'mN.example');
  name('final-dot', 'A final dot.', 'mn.example.');
  name('leading-dot', 'A leading dot.', '.mn.example');
  name('empty-label', 'An empty label.', 'mn..example');
  name('dot', 'The root.', '.');
  name('label-of-64', 'A label of 64 characters.', `${'a'.repeat(64)}.example`);
  name('of-254', 'A name of 254 characters.', `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(62)}`);
  name('space', 'A space.', 'mn example');
  name('line-break', 'A line break at the end.', 'mn.example\n');
  name('not-ascii', 'A letter that is not ASCII, in good UTF-8.', 'm\u00e9.example');
  name('wide-letter', 'A letter that only looks like one of ASCII.', 'mn\uff0eexample');
  name('zero', 'A zero byte.', 'mn\u0000.example');
  one(registration, 'name', 'name.upper-case', 'An upper-case letter.', 3, 'MN.example', 'GEN-42');
  one(directionRequest, 'name', 'name.final-dot', 'A final dot.', 14, 'cn.example.', 'GEN-42');
}
