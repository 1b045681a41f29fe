/** Sections 7.4 and 11.1 at a DC: which zone a name is in, and which names it publishes. */
import fc from 'fast-check';
import { toHex } from '../../../reference/bytes.ts';
import { Status } from '../../../reference/wire/registry.ts';
import { QTYPE, RCODE } from '../../application/dns.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { field } from '../../fields.ts';
import { OTHERS, OWN_ZONE } from '../../target/dc-under-test.ts';
import {
  ask,
  checkGone,
  checkNegative,
  checkSays,
  hexOf,
  KEY,
  ntmRecord,
  publishing,
  saying,
} from '../dns/steps.ts';
import { DC, DC_CONFIGURED } from './steps.ts';

const [{ zone: OTHER_ZONE }] = OTHERS;

/** In which zone names are that a node asks for; without one: no NTM FQDN, or of nobody's zone. [DNS-18] */
const ZONES: Readonly<Record<string, 'own' | 'other' | undefined>> = {
  [`cn.${OTHER_ZONE}`]: 'other',
  [`a.b.c.${OTHER_ZONE}`]: 'other',
  [`a.ntmobile.b.${OTHER_ZONE}`]: 'other',
  [`cn.${OWN_ZONE}.${OTHER_ZONE}`]: 'other',
  [`ntmobile.${OTHER_ZONE}`]: 'other',
  [`cn.${OTHER_ZONE}.${OWN_ZONE}`]: 'own',
  [`ntmobile.${OWN_ZONE}`]: 'own',
  [OTHER_ZONE]: undefined,
  'cn.two.example': undefined,
  'cn.myntmobile.two.example': undefined,
  'cn.ntmobile-x.two.example': undefined,
  'cn.ntmobile1.two.example': undefined,
  'cn.xn--ntmobile.two.example': undefined,
  [`cn.${OTHER_ZONE}.example`]: undefined,
};

/** A status that only the other DC gives here: this one knows all the names that could be its own. */
const OF_OTHER = Status.notRegistered;

export const DC_NAME_CASES: readonly Case[] = [
  propertyCase({
    ...DC,
    id: 'dc.names.zone',
    title:
      'The last label that is the marker says whose name it is; a label that has the marker in it says nothing.',
    clauses: ['DNS-18', 'DNS-04', 'DC-32', 'FED-02'],
    catches: 'A zone cut at the first marker, which is somebody’s label; a marker found inside of labels.',
    arbitrary: fc.constantFrom(...Object.keys(ZONES)),
    boundaries: Object.keys(ZONES),
    async script(world, name) {
      const dc = await world.dc();
      await dc.node(0).register();
      const other = dc.other();
      await other.attach();
      other.nodes.set(name, OF_OTHER);
      const answer = await dc.node(0).ask({ peerFqdn: name });
      const isOthers = ZONES[name] === 'other';
      const requirement = 'DNS-18: its zone is the last marker label and the labels after it.';
      world.status(answer, isOthers ? OF_OTHER : Status.unknownName, requirement);
      const names = [...new Set(other.questions.map(({ body }) => `${field(body, 'fqdn')}`))].join(', ');
      world.check(
        names === (isOthers ? name : ''),
        isOthers ? name : 'no question',
        names,
        'DNS-18, FED-02.',
      );
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.names.published',
    title:
      'A node’s record is there from its registration to the end of that, whatever is refused meanwhile.',
    clauses: ['DC-08', 'DNS-19', 'DNS-18', 'DC-07'],
    catches: 'A record for who merely asked; one that goes with a refusal, or when its node begins anew.',
    async script(world) {
      const from = await publishing(world);
      const { dc } = from;
      const [node, other] = [dc.node(0), dc.node(1)];
      const missing = async (name: string) =>
        checkNegative(world, await ask(world, from, name, QTYPE.NTM), RCODE.nameError, OWN_ZONE);
      for (const one of [node, other]) await one.deregister();
      for (const { fqdn } of [node, other]) await checkGone(world, from, fqdn);
      const [refused] = await node.request({ fields: { fqdn: other.fqdn } });
      world.status(refused, Status.refused, 'DC-07: a name that is not its own.');
      for (const { fqdn } of [node, other]) await missing(fqdn);
      await node.register();
      const expected = saying([
        [KEY.nodeId, [toHex(node.nodeId)]],
        [KEY.dc, hexOf(dc.endpoints)],
      ]);
      const published = async (requirement: string) =>
        checkSays(world, await ntmRecord(world, from, node.fqdn), expected, requirement);
      await published('DC-08: within 1 s of the Registration Response.');
      const [again] = await node.request({ fields: { nodeId: other.nodeId } });
      world.status(again, Status.refused, 'DC-07: a Node ID that is not its own.');
      await published('DC-08: its registration goes on.');
      await node.register({ instance: world.fresh(8) });
      await published('DC-08: it has registered again, as another instance.');
      await missing(other.fqdn);
      await node.deregister();
      await checkGone(world, from, node.fqdn);
    },
  }),
];
