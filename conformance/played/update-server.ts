/** A server whose zone a DC keeps by DNS UPDATE with TSIG (RFC 2136, RFC 8945), in plain code: nothing of the reference's. */
import { createHmac } from 'node:crypto';
import type { Endpoint } from '../../reference/address.ts';
import { concat, sameBytes, toHex } from '../../reference/bytes.ts';
import { nameBytes, readDnsAnswer, u16 } from '../application/dns.ts';
import { two } from '../application/dns-answers.ts';
import type { DnsQuestion } from './dns-server.ts';
import { PlayedDnsServer } from './dns-server.ts';
import type { Stage } from './stage.ts';

/** The key that the DC signs with. */
export const UPDATE_KEY = {
  name: 'suite-update',
  secret: new Uint8Array(32).fill(0x5a),
  base64: `${'Wlpa'.repeat(10)}Wlo=`,
} as const;

export interface Kept {
  readonly type: number;
  readonly ttl: number;
  readonly data: Uint8Array;
}

const ALGORITHM = nameBytes('hmac-sha256');
const [TSIG, ANY, NONE] = [250, 255, 254];
const [UPDATE, RESPONSE, NOT_AUTHORISED] = [0x2800, 0x8000, 9];
const HEADER = 12;

export class UpdateServer {
  /** What the zone has, by name. */
  readonly zone = new Map<string, Kept[]>();
  /** What was wrong with messages that came, if anything was. */
  readonly faults: string[] = [];
  readonly #server: PlayedDnsServer;

  private constructor(server: PlayedDnsServer) {
    this.#server = server;
    server.serve((question) => this.#take(question));
  }

  static async bind(stage: Stage, at: Endpoint): Promise<UpdateServer> {
    return new UpdateServer(await PlayedDnsServer.bind(stage, at));
  }

  get local(): Endpoint {
    return this.#server.local;
  }

  at(name: string, type: number): readonly Kept[] {
    return (this.zone.get(name) ?? []).filter((kept) => kept.type === type);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #take({ bytes }: DnsQuestion): Uint8Array | undefined {
    const read = readDnsAnswer(bytes);
    const tsig = read?.others.at(-1);
    if (read === undefined || tsig === undefined || (read.flags & 0xf800) !== UPDATE) {
      this.faults.push(`no UPDATE: ${toHex(bytes)}`);
      return undefined;
    }
    const mac = macOf(tsig.data);
    const start = bytes.length - (nameBytes(UPDATE_KEY.name).length + 10 + tsig.data.length);
    const unsigned = concat(bytes.slice(0, start));
    unsigned.set(two(u16(bytes, 10) - 1), 10);
    const isSigned =
      tsig.type === TSIG &&
      tsig.name === UPDATE_KEY.name &&
      sameBytes(tsig.data.slice(0, ALGORITHM.length), ALGORITHM) &&
      sameBytes(mac, hmac(unsigned, variables(timeOf(tsig.data))));
    if (!isSigned) this.faults.push('not signed with hmac-sha256 under the key');
    else for (const change of changesOf(bytes, start)) this.#apply(change);
    return answered(bytes, tsig.data, mac, isSigned ? 0 : NOT_AUTHORISED);
  }

  /** RFC 2136, 3.4.2 */
  #apply({ name, type, class: klass, ttl, data }: Change): void {
    const there = this.zone.get(name) ?? [];
    const others = there.filter((kept) => {
      if (klass === ANY) return type !== ANY && kept.type !== type;
      return kept.type !== type || !sameBytes(kept.data, data);
    });
    if (klass === ANY || klass === NONE) this.zone.set(name, others);
    else this.zone.set(name, [...others, { type, ttl, data }]);
  }
}

interface Change extends Kept {
  readonly name: string;
  readonly class: number;
}

/** The records of the update section, which begins after the zone. */
function changesOf(bytes: Uint8Array, end: number): Change[] {
  const changes: Change[] = [];
  let at = nameAt(bytes, HEADER).end + 4;
  while (at < end) {
    const { text, end: after } = nameAt(bytes, at);
    const length = u16(bytes, after + 8);
    changes.push({
      name: text,
      type: u16(bytes, after),
      class: u16(bytes, after + 2),
      ttl: u16(bytes, after + 4) * 65_536 + u16(bytes, after + 6),
      data: bytes.slice(after + 10, after + 10 + length),
    });
    at = after + 10 + length;
  }
  return changes;
}

/** A name, compressed or not. */
function nameAt(bytes: Uint8Array, start: number): { readonly text: string; readonly end: number } {
  const labels: string[] = [];
  let [at, end] = [start, 0];
  for (let steps = 0; steps < 128; steps++) {
    const length = bytes[at] ?? 0;
    if (length >= 0xc0) {
      end ||= at + 2;
      at = u16(bytes, at) & 0x3fff;
    } else if (length === 0) break;
    else {
      labels.push(new TextDecoder().decode(bytes.subarray(at + 1, at + 1 + length)).toLowerCase());
      at += 1 + length;
    }
  }
  return { text: labels.join('.'), end: end || at + 1 };
}

function timeOf(tsig: Uint8Array): Uint8Array {
  return tsig.slice(ALGORITHM.length, ALGORITHM.length + 6);
}

function macOf(tsig: Uint8Array): Uint8Array {
  const at = ALGORITHM.length + 8;
  return tsig.slice(at + 2, at + 2 + u16(tsig, at));
}

/** RFC 8945, 4.3.3, without an error. */
function variables(time: Uint8Array): Uint8Array {
  const head = concat(nameBytes(UPDATE_KEY.name), two(ANY), new Uint8Array(4), ALGORITHM);
  return concat(head, time, two(300), new Uint8Array(4));
}

function hmac(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHmac('sha256', UPDATE_KEY.secret);
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** The answer: the zone section, signed with the key. */
function answered(request: Uint8Array, tsig: Uint8Array, requestMac: Uint8Array, rcode: number): Uint8Array {
  const zone = request.slice(HEADER, nameAt(request, HEADER).end + 4);
  const header = concat(request.slice(0, 2), two(RESPONSE | UPDATE | rcode), two(1), new Uint8Array(6));
  const message = concat(header, zone);
  const time = timeOf(tsig);
  const mac = hmac(two(requestMac.length), requestMac, message, variables(time));
  const front = concat(ALGORITHM, time, two(300), two(mac.length), mac);
  const data = concat(front, request.slice(0, 2), new Uint8Array(4));
  const fixed = concat(two(TSIG), two(ANY), new Uint8Array(4), two(data.length));
  const signed = concat(message, nameBytes(UPDATE_KEY.name), fixed, data);
  signed.set(two(1), 10);
  return signed;
}
