/** EDNS, sizes, TCP, and what a DC does not serve: DNS-23 and DNS-25. */
import { concat } from '../../../reference/bytes.ts';
import type { Answered, DnsAnswers } from './answers.ts';
import { address } from './answers.ts';
import type { Asked, Edns } from './messages.ts';
import { nameBytes, record, soaData, TYPE } from './messages.ts';
import { NAME, ZONE } from './world.ts';

/** The addresses of names that have many, as the world numbers them. */
const sixes = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    address(`20010db80080000000000000000000${(at + 1).toString(16).padStart(2, '0')}`),
  );
const FOURS = [address('c0000253'), address('c0000254')];

export function transport(family: DnsAnswers): void {
  edns(family);
  sizes(family);
  versions(family);
  declined(family);
}

function edns(family: DnsAnswers): void {
  const asked = (edns?: Edns): Asked => ({ name: NAME.some, type: TYPE.A, ...(edns && { edns }) });
  const one = (name: string, comment: string, rest: Omit<Answered, 'clauses' | 'comment'>) =>
    family.answered(name, { clauses: ['DNS-25'], comment, ...rest });
  const records = FOURS;
  one('tcp.answer', 'Over TCP, without the two bytes of its length.', {
    transport: 'tcp',
    asked: asked(),
    records,
  });
  family.negative('tcp.missing', 3, {
    clauses: ['DNS-23', 'DNS-25'],
    comment: 'No such name, over TCP.',
    transport: 'tcp',
    asked: { name: `nobody.${ZONE}`, type: TYPE.A },
  });
  one('edns.answer', 'A query with OPT gets an answer with OPT.', { asked: asked({ size: 1232 }), records });
  one('edns.tcp', 'Over TCP too.', { transport: 'tcp', asked: asked({ size: 1232 }), records });
  one('edns.dnssec-ok', 'DO comes back, though nothing is signed (RFC 3225).', {
    asked: asked({ size: 1232, dnssecOk: true }),
    records,
  });
  one('edns.option', 'An option that nobody knows is ignored (RFC 6891).', {
    asked: asked({ size: 1232, options: 'fde80003010203' }),
    records,
  });
  one('edns.size-0', 'A size below 512 counts as 512.', { asked: asked({ size: 0 }), records });
  family.negative('edns.no-data', 0, {
    clauses: ['DNS-23', 'DNS-25'],
    comment: 'No data, with OPT.',
    asked: { name: NAME.some, type: TYPE.TXT, edns: { size: 1232 } },
  });
  one('edns.refused', 'Refused, with OPT.', {
    asked: { name: 'www.example.com', type: TYPE.A, edns: { size: 1232 } },
    rcodes: [5],
    authoritative: false,
  });
}

function sizes(family: DnsAnswers): void {
  const one = (
    name: string,
    comment: string,
    [fqdn, count]: readonly [string, number],
    rest: { size?: number; transport?: 'tcp'; truncated?: boolean },
  ) => {
    const { size, ...more } = rest;
    family.answered(`size.${name}`, {
      clauses: ['DNS-25'],
      comment,
      asked: { name: fqdn, type: TYPE.AAAA, ...(size !== undefined && { edns: { size } }) },
      records: sixes(count),
      ...more,
    });
  };
  const some = [NAME.some, 20] as const;
  const many = [NAME.many, 64] as const;
  const truncated = true;
  one('512', 'Twenty addresses do not fit into 512 bytes.', some, { truncated });
  one('tcp', 'Over TCP they are all there.', some, { transport: 'tcp' });
  one('edns-512', 'A size of 512, said with EDNS.', some, { size: 512, truncated });
  one('edns-1', 'A size of 1 counts as 512.', some, { size: 1, truncated });
  one('edns-600', 'A size of 600.', some, { size: 600, truncated });
  one('edns-1232', 'A size of 1232 is enough for them.', some, { size: 1232 });
  one('edns-4096', 'Sixty-four do not fit into 1232 bytes, whatever the asker takes.', many, {
    size: 4096,
    truncated,
  });
  one('edns-65535', 'The largest size there is.', many, { size: 65_535, truncated });
  one('edns-tcp', 'Over TCP the size of OPT does not count.', many, { size: 512, transport: 'tcp' });
}

function versions(family: DnsAnswers): void {
  const one = (name: string, comment: string, version: number, transport: 'udp' | 'tcp') =>
    family.answered(`edns.${name}`, {
      clauses: ['DNS-25'],
      comment,
      transport,
      asked: { name: ZONE, type: TYPE.NTM, edns: { size: 1232, version } },
      rcodes: [16],
      authoritative: null,
    });
  one('version-1', 'A version that there is not: BADVERS, four bits of it in OPT.', 1, 'udp');
  one('version-255', 'The highest one, over TCP.', 255, 'tcp');
}

/** NOTIMP, REFUSED. */
const DECLINED = [4, 5];
const OPCODES = { iquery: 1, status: 2, notify: 4, update: 5, stateful: 6, fifteen: 15 };

function declined(family: DnsAnswers): void {
  for (const [name, opcode] of Object.entries(OPCODES))
    family.answered(`opcode.${name}`, {
      clauses: ['DNS-23'],
      comment: `Opcode ${opcode}, otherwise like a query without RD: NOTIMP or REFUSED.`,
      asked: { name: ZONE, type: TYPE.SOA, opcode, recursion: false },
      rcodes: DECLINED,
      authoritative: null,
      echo: false,
    });
  const transfer = (name: string, comment: string, asked: Asked, transport: 'udp' | 'tcp') =>
    family.answered(`transfer.${name}`, {
      clauses: ['DNS-23'],
      comment,
      transport,
      asked,
      rcodes: DECLINED,
      authoritative: null,
    });
  const soa = record(nameBytes(ZONE), TYPE.SOA, 0, soaData(ZONE, NAME.server));
  transfer('axfr', 'The zone is not transferred.', { name: ZONE, type: TYPE.AXFR }, 'tcp');
  transfer('axfr-udp', 'Nor over UDP.', { name: ZONE, type: TYPE.AXFR }, 'udp');
  transfer('ixfr', 'Nor what changed in it.', { name: ZONE, type: TYPE.IXFR, authority: concat(soa) }, 'tcp');
}
