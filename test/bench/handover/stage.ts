/** The laboratory for the moves: three nodes with virtual interfaces, and a tunnel by wireguard-go beside theirs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { NodeRole } from '../../../reference/netns/cast.ts';
import { Cast } from '../../../reference/netns/cast.ts';
import { Ground } from '../../../reference/netns/ground.ts';
import { filesOf, ownNaming, remove, stale } from '../../../reference/netns/owner.ts';
import { run } from '../../drivers/tun/space.ts';
import type { Series } from './moves.ts';
import { allSeries, PUBLIC } from './moves.ts';
import type { End } from './traffic.ts';
import { wireGuard } from './wireguard.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** On Bun the roles run from their sources, built or not. */
const COMMAND = [`${ROOT}node_modules/.bin/bun`, `${ROOT}reference/bin.js`];
const TUN = 'ntm0';

const MEMBERS = [
  { name: 'alice', dc: 'dc1' },
  { name: 'bob', dc: 'dc2' },
  { name: 'carol', dc: 'dc2' },
] as const;

export interface Stage {
  readonly ground: Ground;
  readonly series: readonly Series[];
  /** Alice's end of the tunnel to a peer, and that peer's, and what it is called. */
  ours(peer: Series['peer']): { readonly near: End; readonly far: End; readonly to: string };
  /** The same of WireGuard, to bob alone. */
  readonly rival: { readonly near: End; readonly far: End };
  close(): Promise<void>;
}

/** Makes all of it; nothing is left if it cannot. */
export async function openStage(progress: (line: string) => void): Promise<Stage> {
  await remove(await stale());
  const folder = mkdtempSync(join(tmpdir(), 'handover-'));
  const ground = new Ground(folder);
  const onExit = (): void => sweep(folder);
  process.once('exit', onExit);
  const close = async (): Promise<void> => {
    await ground.close();
    rmSync(folder, { recursive: true, force: true });
    process.off('exit', onExit);
  };
  try {
    await ground.open();
    const cast = new Cast(ground, COMMAND, MEMBERS);
    cast.isTraced = false;
    progress('DCs, relays and DNS begin');
    await cast.servers();
    progress('nodes begin');
    const home = await ground.site('PR');
    const [alice, bob, carol] = [
      await cast.node('alice', home),
      await cast.node('bob', PUBLIC),
      await cast.node('carol', await ground.site('PR')),
    ];
    const [at = ''] = await ground.bring('bob', PUBLIC);
    const rival = await wireGuard(ground, 'alice', 'bob', at);
    const peers = { bob, carol };
    return {
      ground,
      series: await allSeries(ground, home),
      ours: (peer) => ({ near: endOf(alice), far: endOf(peers[peer]), to: peers[peer].fqdn }),
      rival,
      close,
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}

/** What is left is removed as the process ends amid it, without waiting. */
function sweep(folder: string): void {
  const words = run('ip', 'netns', 'list').text.split(/\s+/);
  for (const name of words.filter((word) => word.startsWith(ownNaming()('')))) {
    const pids = run('ip', 'netns', 'pids', name).text.split('\n').filter(Boolean);
    if (pids.length > 0) run('kill', '-9', ...pids);
    run('ip', 'netns', 'del', name);
    rmSync(filesOf(name), { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
}

function endOf({ name, virtual: [address = ''] }: NodeRole): End {
  return { host: name, device: TUN, address };
}
