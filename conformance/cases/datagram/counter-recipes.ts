/** Datagrams that exactly one layer has to refuse, one or more for each layer that can be had at will. [16.11] */
import { encodeCbor } from '../../../reference/wire/cbor.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { body } from '../../fields.ts';
import { answeredFault, RELAYED, silentFault } from '../../intent.ts';
import type { World } from '../../world.ts';
import { associated, newLeg, openLeg, withBitFlipped } from '../steps.ts';

/** Makes all ready and returns what sends the one datagram, and then, perhaps, what tidies up. */
export type Recipe = (
  world: World,
) => Promise<(() => unknown) | { send(): unknown; tidy(): Promise<unknown> }>;

/** A probe on the association with something done to its bytes. */
function probe(
  layer: Parameters<typeof silentFault>[1],
  fault: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Recipe {
  return async (world) => {
    const { peer, association } = await associated(world);
    return () => {
      const bytes = change(association.seal(MessageType.probeRequest, body({ transaction: world.fresh(8) })));
      peer.send(bytes, undefined, { channel: association, intent: silentFault(fault, layer) });
    };
  };
}

function set(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at] = value;
  return changed;
}

/** Something sealed on the association. */
function sealed(
  type: number,
  layer: Parameters<typeof silentFault>[1],
  content: (world: World) => Parameters<typeof encodeCbor>[0],
): Recipe {
  return async (world) => {
    const { peer, association } = await associated(world);
    const plaintext = content(world);
    const bytes = plaintext instanceof Uint8Array ? plaintext : encodeCbor(plaintext);
    return () => peer.sendSealed(association, type, bytes, { intent: silentFault(layer, layer) });
  };
}

export const RECIPES = {
  length: probe('length', 'cut', (bytes) => bytes.slice(0, 43)),
  'length before magic': probe('length', 'cut, another magic', (bytes) => set(bytes, 0, 4).slice(0, 43)),
  magic: probe('magic', 'another magic', (bytes) => set(bytes, 0, 4)),
  'magic before the length of an opening': probe('magic', 'another magic', (bytes) =>
    set(set(bytes, 0, 4), 1, 0x0b),
  ),
  type: probe('type', 'no such type', (bytes) => set(bytes, 1, 0x12)),
  'type before context': probe('type', 'no such type, another context', (bytes) =>
    set(set(bytes, 1, 0x12), 4, 0xff),
  ),
  'key-id-zero': probe('key-id-zero', 'key ID 0', (bytes) => set(set(bytes, 2, 0), 3, 0)),
  context: probe('context', 'another context', (bytes) => withBitFlipped(bytes, 8 * 20 - 1)),
  'key-id': probe('key-id', 'another key ID', (bytes) => withBitFlipped(bytes, 8 * 2)),
  tag: probe('tag', 'another tag', (bytes) => withBitFlipped(bytes, 8 * bytes.length - 1)),
  order: async (world) => {
    const { nodePeer, leg } = await openLeg(world);
    return () =>
      nodePeer.sendOpening(leg, { order: 1n, intent: silentFault('a confirmed order number', 'order') });
  },
  'order before handshake': async (world) => {
    const { nodePeer, leg } = await openLeg(world);
    const intent = silentFault('a confirmed order number, another secret', 'order');
    return () => nodePeer.sendOpening(leg, { order: 1n, secret: world.random(32), intent });
  },
  handshake: async (world) => {
    const { nodePeer, leg } = await newLeg(world);
    return () =>
      nodePeer.sendOpening(leg, {
        secret: world.random(32),
        intent: silentFault('another secret', 'handshake'),
      });
  },
  'handshake, message 2': async (world) => {
    const { peer, association } = await associated(world);
    const { message1 } = association.message1(world.stage.fresh);
    const bytes = set(message1, 1, MessageType.openingResponse);
    return () =>
      peer.send(bytes, undefined, { channel: association, intent: silentFault('nobody asked', 'handshake') });
  },
  replay: async (world) => {
    const { peer, association } = await associated(world);
    const content = body({ transaction: world.fresh(8) });
    const bytes = peer.sendSealed(association, MessageType.probeRequest, content);
    await peer.take(({ channel, type }) => channel === association && type === MessageType.probeResponse);
    return () =>
      peer.send(bytes, undefined, { channel: association, content, intent: silentFault('again', 'replay') });
  },
  'channel-type': sealed(MessageType.pathUpdate, 'channel-type', (world) =>
    body({ transaction: world.fresh(8) }),
  ),
  // A map of one pair, its key 0 in two bytes.
  encoding: sealed(MessageType.probeRequest, 'encoding', (world) =>
    Uint8Array.from([0xa1, 0x18, 0x00, 0x48, ...world.fresh(8)]),
  ),
  'transaction, a request': async (world) => {
    const { dc } = await associated(world);
    const first = dc.withdrawal({ pathId: world.fresh(16) });
    world.status(await dc.direct(first), Status.ok);
    const other = new Map([...first, ...body({ pathId: world.fresh(16) })]);
    return () =>
      dc.peer.sendSealed(dc.association, MessageType.relayDirection, other, {
        intent: silentFault('another body', 'transaction'),
      });
  },
  'transaction, an answer': async (world) => {
    const { peer, association } = await associated(world);
    const content = body({ transaction: world.fresh(8), status: 1 });
    return () =>
      peer.sendSealed(association, MessageType.probeResponse, content, {
        intent: silentFault('nobody asked', 'transaction'),
      });
  },
  'transaction, an answer whose schema fails': async (world) => {
    const { peer, association } = await associated(world);
    const content = body({ transaction: world.fresh(8), status: 'ok' });
    const intent = silentFault('nobody asked, and a status that is text', 'transaction');
    // The twin keeps no transactions: what fails its schema too it is not asked about.
    return () => {
      const bytes = association.seal(MessageType.probeResponse, content);
      peer.send(bytes, undefined, { channel: undefined, intent, content });
    };
  },
  schema: async (world) => {
    const { peer, association } = await associated(world);
    const content = body({ transaction: world.fresh(8), padding: 'text' });
    return () =>
      peer.sendSealed(association, MessageType.probeRequest, content, {
        intent: answeredFault('padding that is text', Status.malformed),
      });
  },
  'relay-source': async (world) => {
    const { rs, a } = await world.relayed();
    const stranger = await world.stranger(rs);
    return () =>
      stranger.send(a.path.seal(MessageType.data, world.random(40)), undefined, {
        channel: a.path,
        intent: silentFault('neither leg', 'relay-source'),
      });
  },
  'relay-hold': async (world) => {
    const { dc, node, nodePeer } = await openLeg(world);
    const context = node.plan.pathId;
    const send = (count: number) => {
      for (let i = 0; i < count; i++) {
        const header = [0x05, MessageType.data, 0, 1, ...context, 0, 0, 0, 0, 0, 0, 0, i];
        const bytes = Uint8Array.from([...header, ...world.random(40)]);
        nodePeer.send(bytes, undefined, { channel: node.path, intent: RELAYED });
      }
    };
    // Four are held; the fifth drives the first out. [RSS-03]
    send(4);
    // What is held still would be counted when its time is over.
    return { send: () => send(1), tidy: () => dc.direct(dc.withdrawal(node.plan)) };
  },
} as const satisfies Readonly<Record<string, Recipe>>;

export type RecipeName = keyof typeof RECIPES;

/** The layer that a recipe is for: the first word of its name. */
export function layerOf(name: RecipeName): string {
  return /^[a-z-]+/.exec(name)?.[0] ?? '';
}
