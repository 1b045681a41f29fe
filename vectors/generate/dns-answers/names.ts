/** The apex, names that are there or not, names of others, and how names compare: DNS-20 and DNS-23. */
import { fromHex } from '../../../reference/bytes.ts';
import type { Body } from '../bodies/body.ts';
import type { Answered, DnsAnswers } from './answers.ts';
import { address, nameServer, ntm, soa } from './answers.ts';
import type { Name } from './messages.ts';
import { labelsOf, nameBytes, TYPE } from './messages.ts';
import { DC_ENDPOINTS } from './nodes.ts';
import { DC_ID, NAME, OTHER_ZONE, ZONE } from './world.ts';

const DC: Body = new Map<number, Uint8Array | Uint8Array[]>([
  [4, fromHex(DC_ID)],
  [44, DC_ENDPOINTS],
]) as Body;
const SERVERS = [nameServer(nameBytes(NAME.server)), nameServer(nameBytes('ns.example.com'))];

export function apex(family: DnsAnswers): void {
  const one = (
    name: string,
    comment: string,
    clauses: readonly string[],
    rest: Omit<Answered, 'clauses' | 'comment'>,
  ) => family.answered(`apex.${name}`, { clauses, comment, ...rest });
  const asked = (type: number, name = ZONE) => ({ name, type });
  one('soa', 'The SOA: its negative TTL is 5 s at most, the rest is free.', ['DNS-23', 'DNS-24'], {
    asked: asked(TYPE.SOA),
    records: [soa(ZONE)],
  });
  one('ns', 'The name servers, in any order.', ['DNS-23'], { asked: asked(TYPE.NS), records: SERVERS });
  const comment = 'The DC of the zone, with endpoints of both families.';
  one('ntm', comment, ['DNS-19', 'DNS-20'], { asked: asked(TYPE.NTM), records: [ntm(DC, null)] });
  one('ntm-nobody', 'It is there while nobody is registered.', ['DNS-19', 'DNS-20'], {
    situation: 'nobody',
    asked: asked(TYPE.NTM),
    records: [ntm(DC, null)],
  });
  one('ntm-full', 'With the policy full it is the same.', ['DNS-19', 'DNS-20'], {
    situation: 'full',
    asked: asked(TYPE.NTM),
    records: [ntm(DC, null)],
  });
  one('ntm-other', 'The other zone has it too.', ['DNS-19', 'DNS-20'], {
    asked: asked(TYPE.NTM, OTHER_ZONE),
    records: [ntm(DC, null)],
  });
  for (const [name, type] of Object.entries({ a: TYPE.A, cname: TYPE.CNAME, txt: TYPE.TXT }))
    family.negative(`apex.${name}`, 0, {
      clauses: ['DNS-23', 'DNS-24'],
      comment: `An apex without a record of type ${name.toUpperCase()}: no data.`,
      asked: asked(type),
    });
}

export function names(family: DnsAnswers): void {
  there(family);
  missing(family);
  outside(family);
  cases(family);
  anyType(family);
}

function there(family: DnsAnswers): void {
  const server = (name: string, type: number, data: string) =>
    family.answered(`name.${name}`, {
      clauses: ['DNS-22', 'DNS-23'],
      comment: 'A name server in the zone has its address there.',
      asked: { name: NAME.server, type },
      records: [address(data)],
    });
  server('server', TYPE.A, 'c0000235');
  server('server-6', TYPE.AAAA, '20010db8000000000000000000000053');
  family.answered('name.below', {
    clauses: ['DNS-22', 'DNS-23'],
    comment: 'Two labels below the apex.',
    asked: { name: NAME.below, type: TYPE.A },
    records: [address('c0000252')],
  });
  family.answered('name.no-recursion', {
    clauses: ['DNS-23'],
    comment: 'A query without RD gets an answer without RD.',
    asked: { name: NAME.server, type: TYPE.A, recursion: false },
    records: [address('c0000235')],
  });
  family.negative('name.empty', 0, {
    clauses: ['DNS-23'],
    comment: 'A name without records that has one below it is there: no data.',
    asked: { name: NAME.empty, type: TYPE.A },
  });
}

/** With the zone's apex behind it 255 bytes, the most that a name has. */
const LONGEST = [...Array.from({ length: 3 }, () => 'a'.repeat(63)), 'a'.repeat(40), ...labelsOf(ZONE)];

function missing(family: DnsAnswers): void {
  const one = (name: string, comment: string, asked: Name, type: number = TYPE.A) =>
    family.negative(`missing.${name}`, 3, {
      clauses: ['DNS-23', 'DNS-24'],
      comment,
      asked: { name: asked, type },
    });
  one('name', 'There is no such name.', `nobody.${ZONE}`);
  one('ntm', 'The same for an NTM record.', `nobody.${ZONE}`, TYPE.NTM);
  one('below-node', 'A name below that of a node.', `www.${NAME.alice}`);
  one('below-empty', 'A name below one that is there without records.', `ftp.${NAME.empty}`);
  one('dot', 'A dot within a label is none between two.', ['www.deep', ...labelsOf(ZONE)]);
  one('marker', 'The marker as a name below the apex.', `ntmobile.${ZONE}`);
  one('byte', 'A label with bytes that are no letters.', ['\xff\x00', ...labelsOf(ZONE)]);
  one('longest', 'A name of 255 bytes, with labels of 63.', LONGEST);
}

function outside(family: DnsAnswers): void {
  const one = (name: string, comment: string, asked: Name, type: number = TYPE.A) =>
    family.answered(`outside.${name}`, {
      clauses: ['DNS-23'],
      comment,
      asked: { name: asked, type },
      rcodes: [5],
      authoritative: false,
    });
  one('other', 'A name in no zone of the DC.', 'www.example.com');
  one('parent', 'The name above the apex.', 'example.net');
  one('sister', 'A name beside the apex.', 'www.example.net');
  one('root', 'The root.', '', TYPE.NS);
  one('suffix', 'A label that ends like the first one of the apex.', `not${ZONE}`);
  one('prefix', 'The apex with a label behind it.', `${ZONE}.example`);
  one('dot', 'A dot within a label is none between two.', ['alice.ntmobile', 'example', 'net']);
  one('marker', 'A zone that is not of this DC.', 'alice.ntmobile.example.com', TYPE.NTM);
}

/** Every second letter a capital. */
const mixed = (name: string): string =>
  [...name].map((letter, at) => (at % 2 === 0 ? letter.toUpperCase() : letter)).join('');

function cases(family: DnsAnswers): void {
  const clauses = ['DNS-04', 'DNS-23'];
  const records = [address('c0000250'), address('c0000251')];
  family.answered('case.upper', {
    clauses,
    comment: 'All in capitals: the same records, and the question as it came.',
    asked: { name: NAME.shop.toUpperCase(), type: TYPE.A },
    records,
  });
  family.answered('case.mixed', {
    clauses,
    comment: 'Capitals that an asker draws to recognise its answer.',
    asked: { name: mixed(NAME.shop), type: TYPE.A },
    records,
  });
  family.negative('case.no-data', 0, {
    clauses,
    comment: 'No data, with the question as it came.',
    asked: { name: mixed(NAME.shop), type: TYPE.TXT },
  });
  family.negative('case.missing', 3, {
    clauses,
    comment: 'No such name, with the question as it came.',
    asked: { name: mixed(`nobody.${ZONE}`), type: TYPE.A },
  });
  family.answered('case.outside', {
    clauses,
    comment: 'Refused, with the question as it came.',
    asked: { name: mixed('www.example.com'), type: TYPE.A },
    rcodes: [5],
    authoritative: false,
  });
}

function anyType(family: DnsAnswers): void {
  const asked = (name: string) => ({ name, type: TYPE.ANY });
  const free = (name: string, comment: string, fqdn: string, shown: Answered['shown']) =>
    family.answered(`any.${name}`, {
      clauses: ['DNS-23'],
      comment,
      source: 'RFC 8482',
      transport: 'tcp',
      asked: asked(fqdn),
      records: null,
      ...(shown && { shown }),
    });
  free('apex', 'All types of the apex: which of them come is free.', ZONE, [soa(ZONE)]);
  free('name', 'All types of a name: which of them come is free.', NAME.shop, [
    address('c0000250'),
    address('c0000251'),
  ]);
  family.negative('any.missing', 3, {
    clauses: ['DNS-23'],
    comment: 'All types of a name that is not there.',
    asked: asked(`nobody.${ZONE}`),
  });
  family.answered('any.outside', {
    clauses: ['DNS-23'],
    comment: 'All types of a name of others.',
    asked: asked('www.example.com'),
    rcodes: [5],
    authoritative: false,
  });
}
