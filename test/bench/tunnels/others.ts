/** Tunnels of others, each as its documentation has it for two hosts, with one MTU for all. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../drivers/tun/space.ts';
import type { Ground, Host, Way } from './ground.ts';
import { AT } from './ground.ts';
import { INNER_MTU } from './probes.ts';

const MTU = `${INNER_MTU}`;

/** The link itself. */
export const plain: Way = { name: 'no tunnel', start: async () => AT.tnb };

/**
 * @param program where it is
 * @param name how it is called in the tables
 */
export function wireguard(program: string, name = 'wireguard-go'): Way {
  return {
    name,
    start: async (ground) => {
      const [a, b] = [x25519(), x25519()];
      await wireguardAt(ground, program, {
        host: 'tna',
        ip: '10.9.0.1',
        own: a,
        peer: b,
        to: AT.tnb,
        far: '10.9.0.2',
      });
      await wireguardAt(ground, program, {
        host: 'tnb',
        ip: '10.9.0.2',
        own: b,
        peer: a,
        to: AT.tna,
        far: '10.9.0.1',
      });
      return '10.9.0.2';
    },
  };
}

interface Keys {
  readonly secret: string;
  readonly open: string;
}

interface End {
  readonly host: Host;
  readonly ip: string;
  readonly own: Keys;
  readonly peer: Keys;
  readonly to: string;
  readonly far: string;
}

async function wireguardAt(ground: Ground, program: string, end: End): Promise<void> {
  const device = `tnw${end.host.at(-1)}`;
  ground.start(end.host, [program, '-f', device], { LOG_LEVEL: 'error' });
  const path = `/var/run/wireguard/${device}.sock`;
  // Its configuration protocol, which `wg` speaks too.
  const told = [
    'set=1',
    `private_key=${end.own.secret}`,
    'listen_port=51820',
    `public_key=${end.peer.open}`,
    `endpoint=${end.to}:51820`,
    `allowed_ip=${end.far}/32`,
  ];
  const said = await retried(() => ask(path, `${told.join('\n')}\n\n`));
  if (!said.includes('errno=0')) throw new Error(`wireguard-go says ${said}`);
  ground.must(end.host, 'ip', 'address', 'add', `${end.ip}/24`, 'dev', device);
  ground.must(end.host, 'ip', 'link', 'set', device, 'mtu', MTU, 'up');
}

function ask(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => socket.write(text));
    socket.on('error', reject);
    socket.on('data', (data) => {
      resolve(String(data));
      socket.destroy();
    });
  });
}

/** Until it is there, for 10 s. */
async function retried<Value>(body: () => Promise<Value>): Promise<Value> {
  for (let tries = 0; ; tries++) {
    try {
      return await body();
    } catch (error) {
      if (tries === 100) throw error;
      await sleep(100);
    }
  }
}

/** In hex, as that protocol has them. */
function x25519(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const hex = (key: typeof privateKey, part: 'd' | 'x'): string =>
    Buffer.from(key.export({ format: 'jwk' })[part] ?? '', 'base64url').toString('hex');
  return { secret: hex(privateKey, 'd'), open: hex(publicKey, 'x') };
}

/** tinc of Debian, 1.0. */
export const tinc: Way = {
  name: 'tinc 1.0',
  start: async (ground) => {
    const places = { tna: '10.8.0.1', tnb: '10.8.0.2' } as const;
    const open = new Map<string, string>();
    for (const [host, ip] of Object.entries(places) as [keyof typeof places, string][]) {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
        publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
      });
      ground.file(`tinc-${host}/rsa_key.priv`, privateKey);
      open.set(host, `Address = ${AT[host]}\nSubnet = ${ip}/32\n${publicKey}`);
      const other = host === 'tna' ? 'tnb' : 'tna';
      ground.file(
        `tinc-${host}/tinc.conf`,
        `Name = ${host}\nInterface = tnt0\nConnectTo = ${other}\nDeviceType = tun\n`,
      );
      const up = `#!/bin/sh\nip address add ${ip}/24 dev tnt0\nip link set tnt0 mtu ${MTU} up\n`;
      ground.file(`tinc-${host}/tinc-up`, up, 0o700);
    }
    for (const host of ['tna', 'tnb'] as const) {
      for (const [name, text] of open) ground.file(`tinc-${host}/hosts/${name}`, text);
      const folder = `${ground.folder}/tinc-${host}`;
      const started = ground.start(host, ['tincd', '-D', '-d1', '-c', folder, `--pidfile=${folder}/pid`]);
      await started.found(/Ready/);
    }
    return '10.8.0.2';
  },
};

const LIGHTHOUSE = '10.7.0.51';

/** nebula with its lighthouse in the place of the relay, which it is too, where the ends know no other way. */
export function nebula(program: string, isRelayed: boolean): Way {
  return {
    name: isRelayed ? 'nebula, relayed' : 'nebula',
    start: async (ground) => {
      const cert = `${program}-cert`;
      // It writes no certificate where there is one.
      const folder = mkdtempSync(join(ground.folder, 'nebula-'));
      const made = (name: string): string => join(folder, name);
      mustRun(cert, 'ca', '-name', 'bench', '-out-crt', made('ca.crt'), '-out-key', made('ca.key'));
      for (const [host, ip] of [
        ['tnrs', LIGHTHOUSE],
        ['tna', '10.7.0.1'],
        ['tnb', '10.7.0.2'],
      ] as const) {
        const ca = ['-ca-crt', made('ca.crt'), '-ca-key', made('ca.key')];
        const own = ['-out-crt', made(`${host}.crt`), '-out-key', made(`${host}.key`)];
        mustRun(cert, 'sign', ...ca, '-name', host, '-ip', `${ip}/24`, ...own);
        const config = nebulaConfig(host, made, isRelayed);
        const file = ground.file(`nebula-${isRelayed}-${host}.yml`, JSON.stringify(config));
        const started = ground.start(host, [program, '-config', file]);
        await started.found(/Nebula interface is active|interface is active/i);
      }
      return '10.7.0.2';
    },
  };
}

/** JSON is YAML. */
function nebulaConfig(host: Host, made: (name: string) => string, isRelayed: boolean): object {
  const isLighthouse = host === 'tnrs';
  const other = host === 'tna' ? AT.tnb : AT.tna;
  return {
    pki: { ca: made('ca.crt'), cert: made(`${host}.crt`), key: made(`${host}.key`) },
    static_host_map: isLighthouse ? {} : { [LIGHTHOUSE]: [`${AT.tnrs}:4242`] },
    lighthouse: {
      am_lighthouse: isLighthouse,
      interval: 5,
      hosts: isLighthouse ? [] : [LIGHTHOUSE],
      ...(isRelayed && !isLighthouse && { remote_allow_list: { '0.0.0.0/0': true, [`${other}/32`]: false } }),
    },
    listen: { host: '0.0.0.0', port: 4242 },
    punchy: { punch: !isRelayed },
    relay: {
      am_relay: isLighthouse && isRelayed,
      use_relays: isRelayed,
      ...(isRelayed && !isLighthouse && { relays: [LIGHTHOUSE] }),
    },
    tun: { dev: 'tnn0', mtu: INNER_MTU },
    logging: { level: 'info' },
    firewall: {
      outbound: [{ port: 'any', proto: 'any', host: 'any' }],
      inbound: [{ port: 'any', proto: 'any', host: 'any' }],
    },
  };
}

function mustRun(program: string, ...args: readonly string[]): void {
  const { status, text } = run(program, ...args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${text}`);
}
