/** A tunnel by wireguard-go between two hosts of the laboratory, beside that of NTMobile. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import type { Ground } from '../../../reference/netns/ground.ts';
import type { End } from './traffic.ts';

const PORT = 51_820;
/** Seconds. What WireGuard's manual advises is 25; less is in its favour. */
export const KEEP_ALIVE = 5;
const MTU = 1280;

interface Keys {
  readonly file: string;
  readonly open: string;
}

/** @param at the address of the far host, which stays where it is */
export async function wireGuard(
  ground: Ground,
  near: string,
  far: string,
  at: string,
): Promise<{ readonly near: End; readonly far: End }> {
  // The programs find each other by sockets of these names, which all namespaces share.
  const name = (side: string): string => `wg${side}${process.pid}`.slice(0, 15);
  const ends = {
    near: { host: near, device: name('a'), address: '10.99.0.1' },
    far: { host: far, device: name('b'), address: '10.99.0.2' },
  };
  const [own, other] = [await keys(ground, 'near'), await keys(ground, 'far')];
  await begin(ground, ends.near);
  await begin(ground, ends.far);
  const peer = ['endpoint', `${at}:${PORT}`, 'persistent-keepalive', `${KEEP_ALIVE}`];
  await set(ground, ends.near, own, ['peer', other.open, 'allowed-ips', `${ends.far.address}/32`, ...peer]);
  const listen = ['listen-port', `${PORT}`, 'peer', own.open, 'allowed-ips', `${ends.near.address}/32`];
  await set(ground, ends.far, other, listen);
  return ends;
}

async function begin(ground: Ground, { host, device }: End): Promise<void> {
  const program = ground.start(host, ['wireguard-go', '-f', device], device);
  for (let tries = 100; (await ground.run(host, ['wg', 'show', device])).status !== 0; tries--) {
    if (tries === 0 || !program.isRunning) throw new Error(`wireguard-go did not start: ${program.text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function set(ground: Ground, end: End, { file }: Keys, rest: readonly string[]): Promise<void> {
  const { host, device, address } = end;
  const { status, err } = await ground.run(host, ['wg', 'set', device, 'private-key', file, ...rest]);
  if (status !== 0) throw new Error(`wg set: ${err}`);
  await ground.ip(host, `address add ${address}/24 dev ${device}`, `link set ${device} mtu ${MTU} up`);
}

async function keys(ground: Ground, side: string): Promise<Keys> {
  const secret = said('', 'genkey');
  return { file: await ground.file(`wireguard-${side}.key`, `${secret}\n`), open: said(secret, 'pubkey') };
}

function said(input: string, word: string): string {
  return spawnSync('wg', [word], { input, encoding: 'utf8' }).stdout.trim();
}
