/** Exchanges as they would be recorded: what goes from whom to whom, and what whoever has the secrets reads in it. */
import { concat, toHex, u64ToBytes } from '../../../reference/bytes.ts';
import { aes256Gcm, chacha20Poly1305 } from '../../../reference/crypto/aead.ts';
import { writeHeader } from '../../../reference/wire/header.ts';
import type { MessageType } from '../../../reference/wire/registry.ts';
import type { Value } from '../bodies/body.ts';
import { encoded, notation } from '../bodies/body.ts';
import type { Kind, Message1, Opened, Setting } from '../noise.ts';
import { message1, message2, publicOf, sharedOf } from '../noise.ts';
import { draw } from '../random.ts';
import type { GivenFields } from '../vector.ts';

/** Who takes part. */
export interface Party {
  readonly nodeId: Uint8Array;
  readonly role: 'node' | 'dc' | 'rs';
  /** As others see it. */
  readonly endpoint: string;
}

export type Entry = readonly [key: number, value: Value];

/** What an opening gave, with the next sequence of each end. */
interface Keys {
  readonly opened: Opened;
  readonly initiator: Party;
  readonly next: Map<Party, bigint>;
}

/** How one datagram differs from what is usual on its channel. */
export interface Way {
  /** Its context, where it is an alias. */
  readonly context?: Uint8Array | undefined;
  /** Under the keys of this opening, counted from 0; else under those of the last. */
  readonly under?: number | undefined;
}

export class Recording {
  readonly #label: string;
  readonly #channels: GivenFields[] = [];
  readonly #datagrams: GivenFields[] = [];
  readonly #findings: GivenFields[] = [];
  #drawn = 0;

  constructor(label: string) {
    this.#label = `sequences ${label}`;
  }

  /** @param relay an RS-S by which all of a path goes */
  channel(
    kind: Kind,
    name: string,
    ends: readonly [Party, Party],
    more: { readonly suite?: number; readonly aliases?: readonly Uint8Array[]; readonly relay?: Party } = {},
  ): Line {
    const { suite = 1, aliases = [], relay } = more;
    const [id, secret] = [this.draw(`${name} ID`, 16), this.draw(`${name} secret`, 32)];
    this.#channels.push({
      kind,
      id,
      secret,
      suite,
      ends: ends.map(({ nodeId, role, endpoint }) => ({ nodeId, role, endpoint })),
      aliases,
    });
    return new Line(this, { kind, suite, channel: id, secret }, ends, relay);
  }

  draw(name: string, length: number): Uint8Array {
    return draw(`${this.#label}: ${name}`, length);
  }

  /** The next bytes that an end would draw at random. */
  fresh(length: number): Uint8Array {
    return this.draw(`${this.#drawn++}`, length);
  }

  add(from: Party, to: Party, bytes: Uint8Array, finding: GivenFields, ephemeral?: Uint8Array): void {
    this.#datagrams.push({ from: from.nodeId, to: to.nodeId, bytes, ephemeral });
    this.#findings.push(finding);
  }

  get input(): GivenFields {
    return { channels: this.#channels, datagrams: this.#datagrams };
  }

  get output(): GivenFields {
    return { findings: this.#findings };
  }
}

/** One channel of a recording. */
export class Line {
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
  readonly #recording: Recording;
  readonly #setting: Omit<Setting, 'initiator' | 'responder'>;
  readonly #ends: readonly [Party, Party];
  readonly #relay: Party | undefined;
  readonly #keys: Keys[] = [];

  constructor(
    recording: Recording,
    setting: Omit<Setting, 'initiator' | 'responder'>,
    ends: readonly [Party, Party],
    relay: Party | undefined,
  ) {
    this.#recording = recording;
    this.#setting = setting;
    this.id = setting.channel;
    this.secret = setting.secret;
    this.#ends = ends;
    this.#relay = relay;
  }

  far(from: Party): Party {
    const [a, b] = this.#ends;
    return from === a ? b : a;
  }

  /** A fresh message 1, not sent yet. */
  attempt(initiator: Party, { context = this.id }: Way = {}): Attempt {
    const order = this.#setting.kind === 'association' ? 0n : BigInt(this.#keys.length + 1);
    const setting = { ...this.#setting, initiator: initiator.nodeId, responder: this.far(initiator).nodeId };
    const ephemeral = this.#recording.fresh(32);
    const first = message1(setting, context, order, publicOf(ephemeral));
    return { initiator, setting, ephemeral, first, order };
  }

  /** Message 1 of an attempt goes out, the first time or again. */
  ask({ initiator, ephemeral, first, order }: Attempt, layer?: string): void {
    this.#hop(
      initiator,
      first.datagram,
      { type: 0x0b, keyId: 0, sequence: order, ...refused(layer) },
      ephemeral,
    );
  }

  /** Message 2 answers it, and there are new keys. @returns message 2 again */
  answer({ initiator, setting, first, order }: Attempt): (layer?: string) => void {
    const ephemeral = this.#recording.fresh(32);
    const { datagram, opened } = message2(setting, first, publicOf(ephemeral), sharedOf(ephemeral, first.E));
    if (opened.keyId === 0 || this.#keys.some((one) => one.opened.keyId === opened.keyId))
      throw new Error('a key ID that cannot be used: draw under another label');
    const responder = this.far(initiator);
    this.#keys.push({ opened, initiator, next: new Map() });
    const finding = { type: 0x0c, keyId: 0, sequence: order };
    this.#hop(responder, datagram, finding, ephemeral);
    return (layer) => this.#hop(responder, datagram, { ...finding, ...refused(layer) }, ephemeral);
  }

  /** Seals a body and sends it. @returns the same datagram again */
  body(from: Party, type: MessageType, entries: readonly Entry[], way: Way = {}): (layer: string) => void {
    const body = new Map<number, Value>(entries);
    return this.#sealed(from, type, encoded(body), { body: notation(body) }, way);
  }

  data(from: Party, payload: Uint8Array, way: Way = {}): (layer: string) => void {
    return this.#sealed(from, 0x10, payload, { payload }, way);
  }

  /** A datagram of somebody else who saw one on the way: its last bit is another one. */
  forged(from: Party, payload: Uint8Array): void {
    const { datagram, header } = this.#seal(from, 0x10, payload, {});
    const last = datagram.length - 1;
    datagram[last] = (datagram[last] ?? 0) ^ 1;
    this.#hop(from, datagram, { ...header, ...refused('tag') });
  }

  #sealed(from: Party, type: MessageType, content: Uint8Array, shown: GivenFields, way: Way) {
    const { datagram, header } = this.#seal(from, type, content, way);
    this.#hop(from, datagram, { ...header, ...shown });
    return (layer: string) => this.#hop(from, datagram, { ...header, ...refused(layer) });
  }

  #seal(from: Party, type: MessageType, content: Uint8Array, { context = this.id, under = -1 }: Way) {
    const keys = this.#keys.at(under);
    if (keys === undefined) throw new Error('not opened yet');
    const { opened, initiator, next } = keys;
    const sequence = next.get(from) ?? 0n;
    next.set(from, sequence + 1n);
    const key = from === initiator ? opened.initiatorKey : opened.responderKey;
    const aead = this.#setting.suite === 2 ? aes256Gcm(key) : chacha20Poly1305(key);
    const ad = writeHeader({ type, keyId: opened.keyId, context, sequence });
    const datagram = concat(ad, aead.seal(concat(new Uint8Array(4), u64ToBytes(sequence)), ad, content));
    return { datagram, header: { type, keyId: opened.keyId, sequence } };
  }

  /** To the other end, or first to the relay and then, unchanged, from there. */
  #hop(from: Party, bytes: Uint8Array, finding: GivenFields, ephemeral?: Uint8Array): void {
    const { kind } = this.#setting;
    const about = { channel: toHex(this.id), kind, ...finding };
    const places = this.#relay === undefined ? [from] : [from, this.#relay];
    places.forEach((place, i) => {
      this.#recording.add(place, places[i + 1] ?? this.far(from), bytes, about, ephemeral);
    });
  }
}

export interface Attempt {
  readonly initiator: Party;
  readonly setting: Setting;
  readonly ephemeral: Uint8Array;
  readonly first: Message1;
  readonly order: bigint;
}

function refused(layer: string | undefined): GivenFields {
  return layer === undefined ? {} : { refused: { layer } };
}
