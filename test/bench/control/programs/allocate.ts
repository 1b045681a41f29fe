/**
 * Clients of a TURN server (RFC 8656): `allocate.ts PORT [USER PASSWORD]`. For each line `{"deed", "first", "count"}`
 * that it reads so many of them allocate, or refresh, each from a socket of its own; then it prints how many were
 * answered well, and how long it took.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Ip } from '../../../../reference/address.ts';
import { parseIp } from '../../../../reference/address.ts';
import { ascii, concat } from '../../../../reference/bytes.ts';
import type { Socket } from '../../../../reference/net/net.ts';
import { udpNet } from '../../../../reference/net/udp/udp.ts';

const COOKIE = Uint8Array.of(0x21, 0x12, 0xa4, 0x42);
const TYPES = { allocate: 0x003, refresh: 0x004 } as const;
const [USERNAME, INTEGRITY, REALM, NONCE, REQUESTED_TRANSPORT] = [0x06, 0x08, 0x14, 0x15, 0x19];
const SUCCESS = 0x01;
const INTEGRITY_LENGTH = 24;
const HEADER = 20;
const AT_ONCE = 48;
/** Milliseconds until a request is sent once more, and how often. */
const [AGAIN, MOST] = [1000, 4];

type Deed = keyof typeof TYPES;

const [port = '', user, password = ''] = process.argv.slice(2);
const ip = parseIp('127.0.0.1') as Ip;
const server = { ip, port: Number(port) };
const net = udpNet();

class Client {
  private readonly socket: Socket;
  private readonly take: (take: (bytes: Uint8Array) => void) => void;
  private realm = new Uint8Array();
  private nonce = new Uint8Array();

  private constructor(socket: Socket, take: Client['take']) {
    this.socket = socket;
    this.take = take;
  }

  static async open(): Promise<Client> {
    let taker: (bytes: Uint8Array) => void = () => {};
    const socket = await net.bind({ ip, port: 0 }, (bytes) => taker(bytes.slice()));
    return new Client(socket, (take) => {
      taker = take;
    });
  }

  /** Whether the server does it, at the second try if it wants to know who asks. */
  async perform(deed: Deed): Promise<boolean> {
    for (let tries = 2; tries > 0; tries--) {
      const answer = await this.ask(this.message(deed));
      if (answer === undefined) return false;
      if (answer[0] === SUCCESS && answer[1] === TYPES[deed]) return true;
      this.learn(answer);
    }
    return false;
  }

  private learn(answer: Uint8Array): void {
    const view = new DataView(answer.buffer, answer.byteOffset, answer.length);
    for (let at = HEADER; at + 4 <= answer.length; ) {
      const length = view.getUint16(at + 2);
      const value = answer.slice(at + 4, at + 4 + length);
      if (view.getUint16(at) === REALM) this.realm = value;
      if (view.getUint16(at) === NONCE) this.nonce = value;
      at += 4 + length + (-length & 3);
    }
  }

  private message(deed: Deed): Uint8Array {
    const wanted = deed === 'allocate' ? attribute(REQUESTED_TRANSPORT, Uint8Array.of(17, 0, 0, 0)) : EMPTY;
    const head = (length: number): Uint8Array => concat(u16(TYPES[deed]), u16(length), COOKIE);
    const id = randomBytes(12);
    if (user === undefined || this.nonce.length === 0) return concat(head(wanted.length), id, wanted);
    const asked = [
      attribute(USERNAME, ascii(user)),
      attribute(REALM, this.realm),
      attribute(NONCE, this.nonce),
    ];
    const body = concat(wanted, ...asked);
    const signed = concat(head(body.length + INTEGRITY_LENGTH), id, body);
    const key = createHash('md5')
      .update(ascii(`${user}:`))
      .update(this.realm)
      .update(ascii(`:${password}`));
    const mac = createHmac('sha1', key.digest()).update(signed).digest();
    return concat(signed, attribute(INTEGRITY, mac));
  }

  private ask(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    return new Promise((resolve) => {
      let left = MOST;
      const send = (): void => {
        if (left-- === 0) return end(undefined);
        this.socket.send(bytes, server);
      };
      const end = (answer: Uint8Array | undefined): void => {
        clearInterval(timer);
        resolve(answer);
      };
      const timer = setInterval(send, AGAIN);
      this.take((answer) => {
        if (same(answer.subarray(8, HEADER), bytes.subarray(8, HEADER))) end(answer);
      });
      send();
    });
  }
}

const EMPTY = new Uint8Array();

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function attribute(type: number, value: Uint8Array): Uint8Array {
  return concat(u16(type), u16(value.length), value, new Uint8Array(-value.length & 3));
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

const clients: Client[] = [];

async function perform(deed: Deed, first: number, count: number): Promise<unknown> {
  while (clients.length < first + count) clients.push(await Client.open());
  const since = net.now();
  let [begun, done] = [0, 0];
  const work = async (): Promise<void> => {
    while (begun < count) {
      const client = clients[first + begun++];
      if (await client?.perform(deed)) done++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { done, seconds: (net.now() - since) / 1000 };
}

say({});
for await (const line of createInterface({ input: process.stdin })) {
  const { deed, first, count } = JSON.parse(line);
  say(await perform(deed, first, count));
}
process.exit(0);

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
