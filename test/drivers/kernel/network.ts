/** Three network namespaces for a relay, with what sends and answers on either side of it. */
import type { T } from '../../tap.ts';
import type { Started } from '../program.ts';
import { start } from '../program.ts';
import { makeSpaces, run, runIn } from '../tun/space.ts';

export const RS = ['10.0.0.1:4330', '[fd00::1]:4330'] as const;
export const MN = ['10.0.1.2:5000', '[fd01::2]:5000', '10.0.1.2:5001'] as const;
/** Of the first of these hosts, for what sends without end. */
export const FLOOD = '10.0.1.2:5002';
export const CN = ['10.0.2.2:5000', '[fd02::2]:5000'] as const;
/** All mixes of families. */
export const PATHS = [0, 1].flatMap((mn) =>
  [0, 1].map((cn) => ({ id: `0${mn}${cn}`.padEnd(32, 'f'), mn, cn })),
);
export const SIZES = [44, 45, 1200];

export interface Status {
  readonly kernel?: {
    readonly paths: number;
    readonly packets: number;
    readonly bytes: number;
    readonly refused: number;
  };
  readonly packets: number;
  readonly seen: number;
  readonly idle: number | null;
  readonly links: number;
}

export interface Sides {
  /** Where the relay is. */
  readonly rs: string;
  readonly mnSpace: string;
  /** Sends what it is told, and says what comes back. */
  readonly mn: Started;
  /** Runs a program until the test ends. */
  program(name: string, space: string, ...args: string[]): Started;
}

type Space = 'mn' | 'rs' | 'cn' | 'way';

/** mn - rs - cn, each pair on a link of its own. */
export async function inARow(t: T): Promise<Sides> {
  const spaces = makeSpaces(['mn', 'rs', 'cn'], t.teardown);
  const { rs } = spaces;
  link(spaces, 'mn', 2, 'rs', 1, 1);
  link(spaces, 'cn', 2, 'rs', 1, 2);
  give(rs, 'lo', '10.0.0.1/32', 'fd00::1/128');
  forward(rs);
  return await sides(t, spaces);
}

/**
 * mn and cn behind a router, and rs with one device on a link to it. Checksums are complete, as on a wire, and the router
 * takes what a driver sends back.
 */
export async function aside(t: T): Promise<Sides> {
  const spaces = makeSpaces(['mn', 'rs', 'cn', 'way'], t.teardown);
  const { rs, way } = spaces;
  link(spaces, 'mn', 2, 'way', 1, 1);
  link(spaces, 'cn', 2, 'way', 1, 2);
  link(spaces, 'rs', 1, 'way', 254, 0);
  for (const space of [rs, way]) forward(space);
  for (const space of [spaces.mn, spaces.cn]) completeChecksums(space, 'eth0');
  const placed = await sides(t, spaces);
  await placed.program('pass', way, 'rs').firstLine;
  return placed;
}

/** A device of one space and one of its router, each with its host number in the subnet with that number. */
function link(
  spaces: Partial<Record<Space, string>>,
  name: Space,
  host: number,
  router: Space,
  own: number,
  number: number,
): void {
  const [space = '', by = ''] = [spaces[name], spaces[router]];
  must(run('ip', 'link', 'add', 'eth0', 'netns', space, 'type', 'veth', 'peer', 'name', name, 'netns', by));
  give(space, 'eth0', `10.0.${number}.${host}/24`, `fd0${number}::${host}/64`);
  give(by, name, `10.0.${number}.${own}/24`, `fd0${number}::${own}/64`);
  must(runIn(space, 'ip', 'route', 'add', 'default', 'via', `10.0.${number}.${own}`));
  must(runIn(space, 'ip', 'route', 'add', 'default', 'via', `fd0${number}::${own}`));
}

function forward(space: string): void {
  must(runIn(space, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'));
}

// linux/ethtool.h, linux/sockios.h
const ETHTOOL_STXCSUM = 0x17;
const SIOCETHTOOL = 0x8946;

/** A device that sends finished checksums: the program ethtool is rarely there, Python is. */
function completeChecksums(space: string, name: string): void {
  const code = [
    'import ctypes, fcntl, socket, struct',
    `value = ctypes.create_string_buffer(struct.pack("II", ${ETHTOOL_STXCSUM}, 0))`,
    `request = struct.pack("16sP", b"${name}", ctypes.addressof(value))`,
    `fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), ${SIOCETHTOOL}, request)`,
  ];
  must(runIn(space, 'python3', '-c', code.join('\n')));
}

async function sides(t: T, { mn, rs, cn }: Record<'mn' | 'rs' | 'cn', string>): Promise<Sides> {
  const program = (name: string, space: string, ...args: string[]): Started => {
    const started = start(new URL(`./programs/${name}.ts`, import.meta.url), args, 60_000, space);
    t.teardown(async () => {
      started.kill('SIGKILL');
      await started.ended;
    });
    return started;
  };
  const near = program('end', mn, 'send', ...MN);
  const far = program('end', cn, 'echo', ...CN);
  for (const { firstLine } of [near, far]) await firstLine;
  return { rs, mnSpace: mn, mn: near, program };
}

function give(space: string, device: string, ...addresses: readonly string[]): void {
  for (const address of addresses)
    must(
      runIn(
        space,
        'ip',
        'address',
        'add',
        address,
        'dev',
        device,
        ...(address.includes(':') ? ['nodad'] : []),
      ),
    );
  must(runIn(space, 'ip', 'link', 'set', device, 'up'));
}

function must({ status, text }: ReturnType<typeof run>): void {
  if (status !== 0) throw new Error(text);
}

export async function tell(relay: Started, what: unknown): Promise<Status> {
  return JSON.parse(await relay.tell(what)) as Status;
}

/** Sends a datagram of that many bytes by a socket of MN, and what comes back. */
export async function ping(
  mn: Started,
  id: string,
  by: number,
  size: number,
  wait: number,
): Promise<unknown> {
  return JSON.parse(await mn.tell({ by, to: RS[by % 2], bytes: datagram(id, size), wait }));
}

export function datagram(id: string, size: number): string {
  return `05100000${id}`.padEnd(2 * size, 'a7');
}
