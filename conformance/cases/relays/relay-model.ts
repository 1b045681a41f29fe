/** A small model of the Relay Table: what an RS-S has to know after each command, and nothing else. */

/** One end of a path. */
export interface ModelLeg {
  /** A handshake was confirmed and the address found valid. */
  bound: boolean;
  /** Which of the node's sockets is in use. */
  socket: number;
}

export interface ModelPath {
  /** Which DC owns the entry; undefined if there is none. */
  owner: 0 | 1 | undefined;
  /** It had an entry that was withdrawn: forwarding may go on for a second, so it is not looked at. */
  withdrawn: boolean;
  readonly legs: readonly [ModelLeg, ModelLeg];
  /** Datagrams that wait for the one leg that is not bound. */
  held: Uint8Array[];
}

export interface Model {
  readonly paths: readonly ModelPath[];
}

export type Side = 0 | 1;

/** RSS-03 */
const HELD = 4;

export function emptyModel(paths: number): Model {
  return { paths: Array.from({ length: paths }, emptyPath) };
}

function emptyPath(): ModelPath {
  return {
    owner: undefined,
    withdrawn: false,
    legs: [
      { bound: false, socket: 0 },
      { bound: false, socket: 0 },
    ],
    held: [],
  };
}

export function pathOf(model: Readonly<Model>, index: number): ModelPath {
  const path = model.paths[index];
  if (path === undefined) throw new RangeError(`no path ${index}`);
  return path;
}

export function otherSide(side: Side): Side {
  return side === 0 ? 1 : 0;
}

/** Notes a datagram that is held. @returns whether another one had to go for it. */
export function hold(path: ModelPath, datagram: Uint8Array): boolean {
  path.held.push(datagram);
  return path.held.splice(0, path.held.length - HELD).length > 0;
}

export function withdraw(path: ModelPath): void {
  path.owner = undefined;
  path.withdrawn = true;
  path.held = [];
  for (const leg of path.legs) {
    leg.bound = false;
    leg.socket = 0;
  }
}
