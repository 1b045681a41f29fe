/** What is answered about nodes: DNS-21, DNS-22, DNS-24, and DC-08. */
import { fromHex } from '../../../reference/bytes.ts';
import type { Body } from '../bodies/body.ts';
import type { DnsAnswers, Wanted } from './answers.ts';
import { address, ntm } from './answers.ts';
import { TYPE } from './messages.ts';
import { NAME, OTHER_ZONE } from './world.ts';

/** Keys of chapter 11. */
const [FQDN, NODE_ID, REAL, VIRTUAL, OBSERVED, DC] = [3, 4, 6, 10, 33, 44];
export const DC_ENDPOINTS = [
  fromHex('c000020a'.concat('10ea')),
  fromHex('20010db8000000000000000000000010'.concat('10ea')),
];

function free(nodeId: string): Body {
  return new Map<number, Uint8Array | Uint8Array[]>([
    [NODE_ID, fromHex(nodeId)],
    [DC, DC_ENDPOINTS],
  ]) as Body;
}

/** All keys; lists as hex. */
function whole(
  name: string,
  nodeId: string,
  real: readonly string[],
  virtual: readonly string[],
  observed: readonly string[],
): Body {
  const lists: [number, Uint8Array[]][] = [
    [REAL, real.map((hex) => fromHex(hex))],
    [VIRTUAL, virtual.map((hex) => fromHex(hex))],
    [OBSERVED, observed.map((hex) => fromHex(hex))],
  ];
  return new Map<number, string | Uint8Array | Uint8Array[]>([
    [FQDN, name],
    ...free(nodeId),
    ...lists,
  ] as never) as Body;
}

const ALICE = 'a1000000000000000000000000000001';
const BOB = 'b0000000000000000000000000000002';
const ALICE_FULL = whole(
  NAME.alice,
  ALICE,
  ['0a0000021388'],
  ['c6120001', 'fd000001000000000000000000000001'],
  ['cb0071059c40'],
);
const BOB_FULL = whole(
  NAME.bob,
  BOB,
  ['c0a801031388', '20010db80002000000000000000000031388'],
  ['c6120002', 'fd000001000000000000000000000002'],
  ['cb0071061388', '20010db80002000000000000000000031388'],
);
const DAVE_FULL = whole(
  NAME.dave,
  'd0000000000000000000000000000004',
  ['c0a807071388'],
  ['c6120004', 'fd000001000000000000000000000004'],
  ['c0a807071388'],
);
const SHOP = '50000000000000000000000000000005';
const SHOP_FOUR = [address('c0000250'), address('c0000251')];

const asked = (name: string, type: number) => ({ name, type });

function records(family: DnsAnswers): void {
  const one = (
    name: string,
    comment: string,
    clauses: readonly string[],
    fqdn: string,
    wanted: Wanted,
    situation: 'free' | 'full' = 'free',
  ) =>
    family.answered(`ntm.${name}`, {
      clauses: ['DNS-19', 'DNS-21', ...clauses],
      comment,
      situation,
      asked: asked(fqdn, TYPE.NTM),
      records: [wanted],
    });
  one(
    'free',
    'The policy locator-free: Node ID and DC, for no longer than what is left.',
    ['DNS-24'],
    NAME.alice,
    ntm(free(ALICE), 1800),
  );
  one('granted', 'Registered just now, for 30 s.', ['DNS-24'], NAME.bob, ntm(free(BOB), 30));
  one(
    'left',
    'Of 600 s that were granted 12 are left.',
    ['DNS-24'],
    NAME.dave,
    ntm(free('d0000000000000000000000000000004'), 12),
  );
  one(
    'service',
    'A node that is registered and has public addresses too.',
    ['DNS-22'],
    NAME.shop,
    ntm(free(SHOP), 600),
  );
  one(
    'other-zone',
    'In the other zone of the DC.',
    ['DNS-23'],
    NAME.erin,
    ntm(free('e0000000000000000000000000000006'), 300),
  );
  one(
    'full',
    'The policy full: all six keys, of a node behind a NAT.',
    ['DNS-24'],
    NAME.alice,
    ntm(ALICE_FULL, 1800),
    'full',
  );
  one('full-both', 'The same of a node with both families.', [], NAME.bob, ntm(BOB_FULL, 30), 'full');
  one(
    'full-private',
    'An observed endpoint that is no global one stands in the record all the same.',
    [],
    NAME.dave,
    ntm(DAVE_FULL, 12),
    'full',
  );
}

function addresses(family: DnsAnswers): void {
  const some = (
    name: string,
    comment: string,
    fqdn: string,
    wanted: readonly Wanted[],
    more: { situation?: 'free' | 'full' | 'nobody'; clauses?: readonly string[] } = {},
  ) =>
    family.answered(`address.${name}`, {
      clauses: ['DNS-22', ...(more.clauses ?? [])],
      comment,
      situation: more.situation ?? 'free',
      asked: asked(fqdn, wanted[0]?.type ?? TYPE.A),
      records: wanted,
    });
  const full = { situation: 'full', clauses: ['DNS-24'] } as const;
  some(
    'full',
    'The global address that the node was observed with.',
    NAME.alice,
    [address('cb007105', 1800)],
    full,
  );
  some('full-4', 'Of two families the one that is asked for.', NAME.bob, [address('cb007106', 30)], full);
  some('full-6', 'And the other one.', NAME.bob, [address('20010db8000200000000000000000003', 30)], full);
  some('service', 'Public addresses that are provisioned, in any order.', NAME.shop, SHOP_FOUR);
  some('service-6', 'The one of the other family.', NAME.shop, [address('20010db8000000000000000000000080')]);
  some('service-full', 'They go before what was observed.', NAME.shop, SHOP_FOUR, { situation: 'full' });
  some('service-gone', 'They are there while nobody is registered.', NAME.shop, SHOP_FOUR, {
    situation: 'nobody',
  });

  const none = (
    name: string,
    comment: string,
    fqdn: string,
    type: number,
    situation: 'free' | 'full' = 'free',
  ) =>
    family.negative(`address.${name}`, 0, {
      clauses: ['DNS-22', 'DNS-23', 'DNS-24'],
      comment,
      situation,
      asked: asked(fqdn, type),
    });
  none('free', 'A registered node has no address in public.', NAME.alice, TYPE.A);
  none('free-6', 'Nor one of IPv6.', NAME.bob, TYPE.AAAA);
  none(
    'full-other',
    'Observed over IPv4 alone: no data for AAAA, no virtual address.',
    NAME.alice,
    TYPE.AAAA,
    'full',
  );
  none('full-private', 'Observed with a private address: no data.', NAME.dave, TYPE.A, 'full');
}

function absent(family: DnsAnswers): void {
  const types = { ns: TYPE.NS, cname: TYPE.CNAME, soa: TYPE.SOA, txt: TYPE.TXT };
  for (const [name, type] of Object.entries(types))
    family.negative(`node.${name}`, 0, {
      clauses: ['DNS-23'],
      comment: `A node has no ${name.toUpperCase()} record: no data, with the SOA of its zone.`,
      asked: asked(NAME.alice, type),
    });
  family.negative('node.other-zone', 0, {
    clauses: ['DNS-23'],
    comment: 'No data, with the SOA of the other zone.',
    asked: asked(NAME.erin, TYPE.TXT),
    soa: OTHER_ZONE,
  });
  const gone = (name: string, comment: string, fqdn: string, type: number, nobody: boolean) =>
    family.negative(`node.${name}`, 3, {
      clauses: ['DC-08', 'DNS-23', 'DNS-24'],
      comment,
      situation: nobody ? 'nobody' : 'free',
      asked: asked(fqdn, type),
    });
  gone(
    'not-registered',
    'Provisioned, and not registered: there is no such name.',
    NAME.carol,
    TYPE.NTM,
    false,
  );
  gone('not-registered-a', 'Nor for an address.', NAME.carol, TYPE.A, false);
  gone('gone', 'Registered no more.', NAME.alice, TYPE.NTM, true);
  family.negative('node.service-gone', 0, {
    clauses: ['DC-08', 'DNS-22', 'DNS-23'],
    comment: 'Registered no more, but its public addresses are there: no data.',
    situation: 'nobody',
    asked: asked(NAME.shop, TYPE.NTM),
  });
}

export function nodes(family: DnsAnswers): void {
  records(family);
  addresses(family);
  absent(family);
}
