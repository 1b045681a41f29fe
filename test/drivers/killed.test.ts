/** What commands that were killed leave to the system: nothing, or what their next start puts right. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { example, nodeExample } from '../config/example.ts';
import t from '../tap.ts';
import { start } from './program.ts';
import { begin, giveResolvConf, whyNotWith } from './tun/parties.ts';
import { has, makeSpaces, run, runIn } from './tun/space.ts';

const skip = whyNotWith();
const RELAY = { ...example(), listen: ['192.0.2.51:4330', '[2001:db8::e1]:4330'] };
const BEFORE = 'nameserver 192.0.2.53\noptions timeout:2\n';

function addresses(space: string): void {
  for (const address of ['192.0.2.51/32', '2001:db8::e1/128'])
    runIn(space, 'ip', 'address', 'add', address, 'dev', 'lo', ...(address.includes(':') ? ['nodad'] : []));
}

/** What a namespace has, as soon as it has nothing, or after ten seconds. */
async function left(read: () => string): Promise<string> {
  for (let tries = 0; tries < 500 && read() !== ''; tries++) await sleep(20);
  return read();
}

t.test('node --tun --resolv-conf: the next one puts the file back', { skip }, async (t) => {
  const { host } = makeSpaces(['host'], t.teardown);
  const file = giveResolvConf(t, host, BEFORE);
  const config = { ...nodeExample(), listen: ['127.0.0.1:0'], resolver: '192.0.2.53:53' };
  const node = () => begin(t, host, config, '--tun', 'ntm0', '--resolv-conf');
  const first = node();
  await first.firstLine;
  t.match(readFileSync(file, 'utf8'), /^nameserver 127\.0\.0\.43$/m);
  first.kill('SIGKILL');
  await first.ended;
  t.equal(runIn(host, 'ip', 'link', 'show', 'ntm0').status, 1, 'the interface is gone');
  t.equal(runIn(host, 'ip', 'route', 'show').text, '', 'so are its routes');
  t.match(readFileSync(file, 'utf8'), /^nameserver 127\.0\.0\.43$/m, 'the file is left');
  const next = node();
  await next.firstLine;
  next.kill('SIGTERM');
  await next.ended;
  t.equal(readFileSync(file, 'utf8'), BEFORE);
});

for (const datapath of ['nft', 'ebpf'] as const) {
  const missing = datapath === 'nft' && !has('nft') ? 'no nft here' : false;
  t.test(
    `rs-s --datapath ${datapath}: nothing is left in the kernel`,
    { skip: skip || missing },
    async (t) => {
      const { host } = makeSpaces(['host'], t.teardown);
      addresses(host);
      const tables = () => (has('nft') ? runIn(host, 'nft', 'list', 'tables').text.trim() : '');
      const programs = async () => {
        const { ended } = start(new URL('programs/attached.ts', import.meta.url), [], 30_000, host);
        return Number((await ended).out);
      };
      const relay = begin(t, host, RELAY, '--datapath', datapath);
      t.match(await relay.firstLine, /^rs-s ready on 192\.0\.2\.51:4330/);
      if (datapath === 'nft') t.match(tables(), /^table inet ntmobile_\d+_1$/);
      t.equal(await programs(), datapath === 'ebpf' ? 1 : 0, 'on the one device that there is');
      relay.kill('SIGKILL');
      t.match((await relay.ended).err, new RegExp(`^rs-s: forwards in the kernel by ${datapath}$`, 'm'));
      t.equal(await left(tables), '');
      t.equal(await programs(), 0);
      t.equal(run('ip', 'netns', 'pids', host).text, '', 'no process');
    },
  );
}
