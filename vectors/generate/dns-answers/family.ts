/** What a DC answers as an authoritative server of DNS: section 11.3. */
import { DnsAnswers } from './answers.ts';
import { broken, NOTES } from './broken.ts';
import { apex, names } from './names.ts';
import { nodes } from './nodes.ts';
import { transport } from './transport.ts';
import { SITUATIONS, WORLD } from './world.ts';

export function dnsAnswers(): DnsAnswers {
  const about = 'Answers of the DNS of a DC, with the zones and the registrations behind them.';
  const shared = { world: WORLD, situations: SITUATIONS };
  const family = new DnsAnswers('dns-answers', 1, about, NOTES, shared);
  apex(family);
  nodes(family);
  names(family);
  transport(family);
  const found = (id: string) => {
    const vector = family.vectors.find((one) => one.id === `dns-answers.${id}`);
    if (vector === undefined) throw new Error(`no vector ${id}`);
    return vector;
  };
  broken(family, found('apex.soa'), found('tcp.answer'));
  return family;
}
