/** An RS-S of the reference in the situations of the family `refused`, with the world's keys. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, parseEndpoint } from '../../reference/address.ts';
import { ascii, fromHex, toHex } from '../../reference/bytes.ts';
import { rsConfig } from '../../reference/config/schema.ts';
import type { Effect, Random } from '../../reference/core.ts';
import { chacha20Poly1305 } from '../../reference/crypto/aead.ts';
import { Refusal } from '../../reference/refusal.ts';
import { createRsS } from '../../reference/roles/rs-s/core.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { decodeCbor, encodeCbor } from '../../reference/wire/cbor.ts';
import type { MessageType } from '../../reference/wire/registry.ts';
import { openMessage, sealMessage } from '../../reference/wire/seal.ts';

/** One channel of the world, by its name in `places`. */
export interface WorldChannel {
  readonly channel: string;
  readonly secret: string;
  readonly initiator: string;
  readonly responderEphemeral: string;
  readonly message1: string;
  readonly message2: string;
  readonly keyId: number;
  readonly initiatorKey: string;
  readonly responderKey: string;
}

export interface RelayWorld {
  readonly relay: { readonly nodeId: string; readonly endpoint: string };
  readonly places: Readonly<Record<string, string>>;
  readonly path: string;
  readonly direction: string;
  readonly channels: Readonly<Record<string, WorldChannel>>;
}

export interface Sent {
  readonly bytes: Uint8Array;
  readonly to: string;
}

const SITUATIONS = ['idle', 'associated', 'directed', 'opened', 'half', 'bound'];

export class Relay {
  readonly #world: RelayWorld;
  readonly #created: ReturnType<typeof createRsS>;

  constructor(world: RelayWorld, situation: string) {
    this.#world = world;
    const { relay, channels } = world;
    const dc = this.channel('dc');
    const config = rsConfig.parse({
      role: 'rs-s',
      nodeId: relay.nodeId,
      listen: [relay.endpoint],
      capacity: 8,
      associations: [
        {
          id: dc.channel,
          secret: dc.secret,
          peer: dc.initiator,
          peerRole: 'dc',
          endpoints: [world.places.dc ?? ''],
        },
      ],
    });
    const ephemerals = Object.values(channels).map(({ responderEphemeral }) => responderEphemeral);
    this.#created = createRsS(config, scripted(['ee'.repeat(32), ...ephemerals]));
    this.#perform(this.#created.role.handle({ kind: 'start', locals: [endpoint(relay.endpoint)] }, 0));
    this.#reach(SITUATIONS.indexOf(situation));
  }

  /** A datagram comes from a place of the world; what goes out because of it. */
  arrive(bytes: Uint8Array, place: string): Sent[] {
    const from = endpoint(this.#world.places[place] ?? '');
    const { table, role } = this.#created;
    const to = table.forward(bytes, from, 0);
    if (to !== undefined) return [{ bytes, to: formatEndpoint(to) }];
    return this.#perform(role.handle({ kind: 'datagram', bytes, from }, 0));
  }

  counter(name: string): number {
    return this.#created.role.counters()[name] ?? 0;
  }

  /** The layers that refused something so far, each as often as it did. */
  refusals(): string[] {
    const counters = Object.entries(this.#created.role.counters());
    return counters.flatMap(([name, count]) =>
      name.startsWith('refused.') ? Array<string>(count).fill(name.slice('refused.'.length)) : [],
    );
  }

  channel(name: string): WorldChannel {
    const found = this.#world.channels[name];
    if (found === undefined) throw new Error(`no channel ${name}`);
    return found;
  }

  /** Type and body of a message of the relay to the other end of a channel, if it is one. */
  opened(
    name: string,
    bytes: Uint8Array,
  ): { type: number; body: ReadonlyMap<CborValue, CborValue> } | undefined {
    const plaintext = openMessage(chacha20Poly1305(fromHex(this.channel(name).responderKey)), bytes);
    if (plaintext === undefined) return undefined;
    const decoded = decodeCbor(plaintext);
    if (decoded instanceof Refusal || decoded.kind !== 'value') throw new Error('the relay sent a bad body');
    return { type: bytes[1] ?? 0, body: decoded.value as ReadonlyMap<CborValue, CborValue> };
  }

  #reach(stage: number): void {
    if (stage >= 1) this.#validate('dc');
    if (stage >= 2) this.arrive(this.#sealed('dc', 0x07, 2n, fromHex(this.#world.direction)), 'dc');
    if (stage >= 3) this.arrive(fromHex(this.channel('node-a').message1), 'node-a');
    if (stage >= 4) this.#validate('node-a');
    if (stage >= 5) this.#validate('node-b');
  }

  /** Opens, confirms by a probe, and answers the relay's own. */
  #validate(name: string): void {
    const { message1, message2 } = this.channel(name);
    const [answer] = this.arrive(fromHex(message1), name);
    if (answer === undefined || toHex(answer.bytes) !== message2) throw new Error(`no message 2 for ${name}`);
    const probe = encodeCbor(new Map<CborValue, CborValue>([[0, ascii('confirms')]]));
    const sent = this.arrive(this.#sealed(name, 0x0d, 0n, probe), name);
    const own = sent.map(({ bytes }) => this.opened(name, bytes)).find((message) => message?.type === 0x0d);
    const transaction = own?.body.get(0);
    if (transaction === undefined) throw new Error(`no probe for ${name}`);
    const observed = Uint8Array.of(192, 0, 2, 100, 4330 >> 8, 4330 & 255);
    const body = new Map<CborValue, CborValue>([
      [0, transaction],
      [1, 0],
      [11, observed],
    ]);
    this.arrive(this.#sealed(name, 0x0e, 1n, encodeCbor(body)), name);
  }

  #sealed(name: string, type: MessageType, sequence: bigint, content: Uint8Array): Uint8Array {
    const { channel, keyId, initiatorKey } = this.channel(name);
    const header = { type, keyId, context: fromHex(channel), sequence };
    return sealMessage(chacha20Poly1305(fromHex(initiatorKey)), header, content);
  }

  #perform(effects: readonly Effect[]): Sent[] {
    for (const effect of effects) {
      if (effect.kind === 'relay-set' || effect.kind === 'relay-remove') this.#created.table.apply(effect);
    }
    return effects.flatMap((effect) =>
      effect.kind === 'send' ? [{ bytes: effect.bytes, to: formatEndpoint(effect.to) }] : [],
    );
  }
}

/** Draws of 32 bytes are these, in their order; others count up. */
function scripted(keys: readonly string[]): Random {
  const rest = keys.map(fromHex);
  let count = 0;
  return (length) => {
    if (length === 32) return rest.shift() ?? new Uint8Array(32).fill(0xdd);
    count++;
    return Uint8Array.from({ length }, (_, i) => (count + i) & 255);
  };
}

function endpoint(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new Error(`no endpoint: ${text}`);
  return parsed;
}
