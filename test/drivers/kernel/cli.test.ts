/** `--datapath` of the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { example } from '../../config/example.ts';
import { NTMOBILE } from '../../programs.ts';
import t from '../../tap.ts';
import { start } from '../program.ts';

const ntmobile = (...args: string[]) => start(NTMOBILE, args);

t.test('rs-s forwards with what it is told to, and says so', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'datapath-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'rs.json');
  await writeFile(
    file,
    JSON.stringify({ ...example(), listen: ['0.0.0.0:0'], advertise: ['127.0.0.1:4330'] }),
  );
  const program = ntmobile('rs-s', '--config', file, '--datapath', 'auto');
  t.match(await program.firstLine, /^rs-s ready on 0\.0\.0\.0:\d+$/);
  program.kill('SIGTERM');
  const { status, err } = await program.ended;
  t.equal(status, 0);
  t.match(
    err,
    'rs-s: forwards in user space: it listens on 0.0.0.0, and the kernel needs the address itself\n',
  );

  const wrong = await ntmobile('rs-s', '--config', file, '--datapath', 'dpdk').ended;
  t.equal(wrong.status, 2);
  t.match(
    wrong.err,
    /^ntmobile: option '--datapath <name>' argument 'dpdk' is invalid\. Allowed choices are user, mmsg, ebpf, xdp, nft, auto\.\n$/,
  );
});
