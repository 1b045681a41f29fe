/**
 * The DC and all nodes around a relay: makes paths, sends by them, moves a leg, takes them back. It takes a line of JSON
 * at a time and answers each with one.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../../reference/address.ts';
import { systemRandom } from '../../../reference/drivers/random.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';
import type { encodeBody } from '../../../reference/wire/messages.ts';
import type { Place } from '../cast.ts';
import { DC, idsOf, LIFETIME, nameOf, nodeId, PLACES, placesOf } from '../cast.ts';
import type { Path, Peer } from '../peers.ts';
import { hasCome, Peers } from '../peers.ts';

export interface Told {
  /** Makes paths of these numbers, sends by them, moves a leg of each, and sends again. */
  readonly live?: readonly number[];
  /** Seconds that these live without being used. */
  readonly lifetime?: number;
  /** Keeps paths in use. */
  readonly use?: readonly number[];
  /** Has the relay forget paths. */
  readonly withdraw?: readonly number[];
  /** Forgets paths without a word. */
  readonly drop?: readonly number[];
  /** Milliseconds that the clock is put forward by. */
  readonly pass?: number;
}

export interface Done {
  /** What had to be sent again, since nothing came in time. */
  readonly again: number;
  readonly fault?: string;
}

const TRIES = 8;
/** Milliseconds without any datagram until something is tried again, at first; then these, twice as many each time. */
const SOON = 20;
const PATIENCE = 100;
/** Milliseconds for what was sent to be answered. */
const SETTLE = 3;
const SIZES = [44, 300, 1200];
/** After so many tries the other end of a path says where it is too. */
const UNSURE = 2;
/** Of a probe from a new place: more than its answer and the probe back there together are a third of. */
const PADDING = new Uint8Array(70);

const net = udpNet('dgram');
let ahead = 0;
let again = 0;
/** When a datagram came last, for whomever: those that are busy with others are not asked twice. */
let heard = 0;
const now = (): number => net.now() + ahead;
const peers = new Peers(systemRandom, now);
const paths = new Map<number, Path>();

for (const place of ['dc', ...(Object.keys(PLACES) as Place[])] as const) {
  const at = place === 'dc' ? DC : PLACES[place];
  const receive = (bytes: Uint8Array, from: Endpoint): void => {
    heard = net.now();
    peers.receive(bytes, from, place);
  };
  peers.plug(place, await net.bind(at, receive));
}
const ticking = setInterval(() => peers.tick(), 20);
console.log('ready');

for await (const line of createInterface(process.stdin)) {
  const told = JSON.parse(line) as Told;
  let fault: string | undefined;
  try {
    await act(told);
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  console.log(JSON.stringify({ again, fault } satisfies Record<keyof Done, unknown>));
}
clearInterval(ticking);
process.exit(0);

async function act(told: Told): Promise<void> {
  const { live = [], lifetime = LIFETIME, use = [], withdraw = [], drop = [], pass } = told;
  await Promise.all(live.map((number) => lead(number, lifetime)));
  await Promise.all(use.map((number) => carry(pathOf(number), number)));
  await Promise.all(withdraw.map(forget));
  for (const number of [...withdraw, ...drop]) {
    peers.drop(pathOf(number));
    paths.delete(number);
  }
  if (pass === undefined) return;
  ahead += pass;
  peers.tick();
  await sleep(SETTLE);
}

async function lead(number: number, lifetime: number): Promise<void> {
  const path = peers.add(number);
  paths.set(number, path);
  const { pathId, legs } = idsOf(number);
  await ask(number, (transaction) => ({
    type: 0x07,
    transaction,
    pathId,
    kind: 1,
    legs: [
      { nodeId: nodeId('mn'), legId: legs[0].id, legSecret: legs[0].secret },
      { nodeId: nodeId('cn'), legId: legs[1].id, legSecret: legs[1].secret },
    ],
    lifetime,
  }));
  for (const peer of [path.mn, path.cn])
    await until(
      path,
      'a leg is opened',
      () => isValid(peer),
      () => peers.open(peer),
    );
  await carry(path, number);
  path.mn.at = placesOf(number).moved;
  await carry(path, number + 1);
}

/** A datagram each way; the leg's node says where it is, as long as nothing comes. */
async function carry(path: Path, seed: number): Promise<void> {
  for (const [from, to] of [
    [path.mn, path.cn],
    [path.cn, path.mn],
  ] as const) {
    const bytes = datagram(path.pathId, SIZES[seed % SIZES.length] ?? 0);
    const what = `${bytes.length} bytes from ${from.at} to ${to.at}`;
    await until(
      path,
      what,
      () => hasCome(path, bytes, to),
      (tries) => {
        for (const peer of tries < UNSURE ? [path.mn] : [from, to])
          peers.tell(peer, { type: 0x0d, transaction: systemRandom(8), padding: PADDING });
        peers.send(from, bytes);
      },
    );
  }
}

async function forget(number: number): Promise<void> {
  const { pathId } = idsOf(number);
  await ask(number, (transaction) => ({ type: 0x07, transaction, pathId, withdraw: true }));
}

/** Asks the relay something as its DC, until it agrees. */
async function ask(
  number: number,
  make: (transaction: Uint8Array) => Parameters<typeof encodeBody>[0],
): Promise<void> {
  const transaction = systemRandom(8);
  const request = make(transaction);
  const name = nameOf(transaction);
  const path = pathOf(number);
  peers.asking.set(name, path);
  const isAnswered = (): boolean => typeof peers.asking.get(name) === 'number';
  await until(path, 'a direction is answered', isAnswered, () => peers.tell(peers.dc, request));
  const status = peers.asking.get(name);
  peers.asking.delete(name);
  if (status !== 0) throw new Error(`path ${number}: the relay refused a direction by status ${status}`);
}

/** Acts until something is so. @throws Error if it never is. */
async function until(
  path: Path,
  what: string,
  isSo: () => boolean,
  go: (tries: number) => void,
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) again++;
    go(tries);
    const since = net.now();
    const over = (): number => Math.max(since, heard) + (tries === 0 ? SOON : PATIENCE * 2 ** tries);
    while (!isSo() && net.now() < over()) await news(path, over());
    if (isSo()) return;
  }
  throw new Error(`path ${path.number}: never: ${what}`);
}

/** Something came for a path, or to the DC, or it is time. */
function news(path: Path, over: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(1, over - net.now()));
    path.onChange = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function isValid({ channel }: Peer): boolean {
  return channel.validAddress() !== undefined;
}

function pathOf(number: number): Path {
  const path = paths.get(number);
  if (path === undefined) throw new Error(`there is no path ${number}`);
  return path;
}

function datagram(pathId: Uint8Array, size: number): Uint8Array {
  const bytes = systemRandom(size);
  bytes.set([0x05, 0x10, 0xab, 0xcd]);
  bytes.set(pathId, 4);
  return bytes;
}
