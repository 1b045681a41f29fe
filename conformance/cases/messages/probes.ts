/** Section 6.3.7: probing requests and their answers. */
import fc from 'fast-check';
import { endpointToBytes } from '../../../reference/address.ts';
import { sameBytes } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { Body } from '../../fields.ts';
import { body, bytesField } from '../../fields.ts';
import { answeredFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { Peer } from '../../played/peer.ts';
import type { NodeOptions, World } from '../../world.ts';
import { associated, openLeg, RS_S } from '../steps.ts';
import { checkKeys } from './shape.ts';

/** So that the whole datagram is at most 1500 bytes. [GEN-05] */
const MOST_PADDING = 1400;
const CHANNELS = ['association', 'leg'] as const;
type Where = (typeof CHANNELS)[number];

async function openChannel(world: World, where: Where, options: NodeOptions = {}) {
  if (where === 'leg') {
    const { nodePeer, leg } = await openLeg(world, {}, options);
    return { peer: nodePeer, channel: leg };
  }
  const { peer, association } = await associated(world);
  return { peer, channel: association };
}

/** Judges an answer that has to be right in all. */
export function checkProbeAnswer(world: World, peer: Peer, answer: Received | undefined): void {
  const mail = world.status(answer, Status.ok);
  world.check(mail.type === MessageType.probeResponse, 'a probing Tunnel Response', `type ${mail.type}`);
  checkKeys(world, mail, ['transaction', 'status', 'observedEndpoint']);
  const source = endpointToBytes(peer.local);
  const observed = bytesField(mail.body, 'observedEndpoint');
  world.check(
    observed !== undefined && sameBytes(observed, source),
    'observed-endpoint: the source of the request',
    'another one',
  );
}

/** Asks twice with the same body: both times an answer of its own. */
async function checkTwice(world: World, peer: Peer, channel: PlayedChannel, padding: number | undefined) {
  const content = body({
    transaction: world.fresh(8),
    padding: padding === undefined ? undefined : new Uint8Array(padding),
  });
  checkProbeAnswer(world, peer, await peer.request(channel, MessageType.probeRequest, content));
  checkProbeAnswer(world, peer, await peer.request(channel, MessageType.probeRequest, content));
}

interface Bad {
  readonly fault: string;
  readonly status: number;
  readonly entries: readonly (readonly [number, CborValue])[];
}

const { malformed, unsupported } = Status;
const BAD: readonly Bad[] = [
  { fault: 'padding that is text', status: malformed, entries: [[2, '']] },
  { fault: 'padding that is a number', status: malformed, entries: [[2, 0]] },
  { fault: 'a status that is text', status: malformed, entries: [[1, '']] },
  {
    fault: 'an observed endpoint with port 0',
    status: malformed,
    entries: [[11, Uint8Array.of(1, 1, 1, 1, 0, 0)]],
  },
  { fault: 'a Node ID of 15 bytes', status: malformed, entries: [[4, new Uint8Array(15)]] },
  { fault: 'key 0x8000', status: unsupported, entries: [[0x8000, 0]] },
  {
    fault: 'key 0xffff and padding that is text',
    status: unsupported,
    entries: [
      [2, ''],
      [0xffff, null],
    ],
  },
];

export const PROBE_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.probe.answer',
    title: 'A probing request is answered each time, to its source, with that source and no padding.',
    clauses: ['GEN-34', 'GEN-36', 'GEN-10', 'RS-05'],
    catches: 'A repeat that is dropped; another endpoint, a padded answer, one that goes to the old address.',
    arbitrary: fc.record({
      where: fc.constantFrom(...CHANNELS),
      padding: fc.option(fc.integer({ min: 0, max: MOST_PADDING }), { nil: undefined }),
    }),
    parameters: { values: { where: CHANNELS, padding: [undefined, 0, 23, 24, 255, 256, MOST_PADDING] } },
    boundaries: [
      { where: 'leg', padding: undefined },
      { where: 'association', padding: undefined },
      { where: 'leg', padding: MOST_PADDING },
      { where: 'association', padding: 0 },
    ],
    async script(world, { where, padding }) {
      const { peer, channel } = await openChannel(world, where);
      await checkTwice(world, peer, channel, padding);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.probe.answer-ipv6',
    title: 'A probing request over IPv6 is answered with its source in 18 bytes.',
    clauses: ['GEN-34', 'RS-13'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'Endpoints of one length only; an IPv6 address that is cut or mapped.',
    arbitrary: fc.record({ padding: fc.integer({ min: 0, max: MOST_PADDING }) }),
    boundaries: [{ padding: 0 }],
    async script(world, { padding }) {
      const { peer, channel } = await openChannel(world, 'leg', { family: 6 });
      await checkTwice(world, peer, channel, padding);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.probe.malformed',
    title: 'A probing request that fails its schema is answered by an error in a probing response.',
    clauses: ['GEN-23', 'GEN-36', 'GEN-07', 'ERR-07'],
    catches: 'Probing requests that skip the checks of a body; an error in another type of message.',
    arbitrary: fc.record({ where: fc.constantFrom(...CHANNELS), bad: fc.constantFrom(...BAD) }),
    parameters: { values: { where: CHANNELS, bad: BAD } },
    boundaries: BAD.flatMap((bad) => CHANNELS.map((where) => ({ where, bad }))),
    async script(world, { where, bad: { fault, status, entries } }) {
      const { peer, channel } = await openChannel(world, where);
      const content: Body = body({ transaction: world.fresh(8) }, entries);
      const intent = answeredFault(fault, status);
      const answer = await peer.request(channel, MessageType.probeRequest, content, { intent });
      const mail = world.status(answer, status);
      world.check(mail.type === MessageType.probeResponse, 'a probing Tunnel Response', `type ${mail.type}`);
      checkKeys(world, mail, ['transaction', 'status']);
    },
  }),
];
