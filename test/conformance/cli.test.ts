import { readFileSync, writeFileSync } from 'node:fs';
import { suiteVersion } from '../../conformance/cli/suite-version.ts';
import { writeToken } from '../../conformance/runner/token.ts';
import t from '../tap.ts';
import { cli, folder } from './terminal.ts';

const token = (caseId: string): string =>
  writeToken({
    suite: suiteVersion(),
    caseId,
    seed: '1',
    depth: 'quick',
    path: '',
    commands: '',
    network: '',
  });

/** What somebody types wrong, and the one line that says so. */
const mistakes: readonly (readonly [args: string, line: string])[] = [
  ['--strikt', "Unknown option '--strikt'. Did you mean --strict?"],
  ['--target', "Option '--target <host:port>' argument missing. See ntm-conform --help."],
  ['explain', "Missing required argument 'names'. See ntm-conform --help."],
  [
    'rs-s.forward.unchangd',
    'No case matches rs-s.forward.unchangd: see what there is with --list. Did you mean rs-s.forward.unchanged?',
  ],
  ['xyz.*', 'No case matches xyz.*: see what there is with --list.'],
  ['KEY-18', 'No case is about KEY-18 (it takes 2^36 datagrams): see what there is with --list.'],
  ['--clause XX-01', 'No case matches XX-01: see what there is with --list.'],
  ['--grep nowhere-at-all', 'No case matches the text nowhere-at-all: see what there is with --list.'],
  ['--role rs_s', '--role rs_s is none of dc, node, rs-s, rs-n, rs-t, ntma, dns, codec. Did you mean rs-s?'],
  ['--level muss', '--level muss is none of MUST, SHOULD, MAY. Did you mean MUST?'],
  ['--profile easy', '--profile easy is none of core, open, hardened.'],
  ['--depth deep', '--depth deep is none of quick, default, pairwise, exhaustive.'],
  ['--runs 0', '--runs 0 is no whole number from 1 to 1000000.'],
  ['--jobs many', '--jobs many is no whole number from 1 to 1024.'],
  ['--shard 3/2', '--shard 3/2 is no part of a run: write it like 2/4, the second of four.'],
  ['--budget 1ms dc.model', 'No case is left: give a longer --budget, or fewer shards.'],
  ['--waive none.json', 'none.json cannot be read: there is no such file: check the path.'],
  [
    '--impair loss=many',
    '--impair: loss=many is no share below 100%: write it like loss=2%,duplicate=1%,reorder=5%,delay=5-40ms.',
  ],
  [
    '--impair delay=9-3ms',
    '--impair: delay=9-3ms is no delay up to 1000ms: write it like loss=2%,duplicate=1%,reorder=5%,delay=5-40ms.',
  ],
  ['--timeout 0', '--timeout 0 is no time from 1ms to 600s: write it like 500ms or 2s.'],
  [
    '--reporter xml',
    '--reporter xml is none of pretty, tap, json, junit, markdown, html. Did you mean junit?',
  ],
  [
    '--reporter jso',
    '--reporter jso is none of pretty, tap, json, junit, markdown, html. Did you mean json?',
  ],
  [
    'explain RSS-3',
    'There is no clause and no case RSS-3: see them with ntm-conform --list. Did you mean RSS-03?',
  ],
  ['provision --role rs', '--role rs is none of rs-s, rs-n, rs-t, dc. Did you mean rs-s?'],
  ['--reporter json=', '--reporter json= names no file.'],
  [
    '--list --reporter html=x.html',
    '--reporter html is for a run, and --list runs nothing: use --reporter json.',
  ],
  [
    '--spec-url javascript:alert(1)',
    '--spec-url javascript:alert(1) is no place for a page: give an address that begins with https://, or a path as seen from the report.',
  ],
  ['--pcap-keys', '--pcap-keys writes the keys of a capture: add --pcap FILE.'],
  ['--list --pcap x', '--pcap records a run, and --list runs nothing: leave one of them away.'],
  [
    '--reporter tap --reporter json',
    '--reporter json is a second one for the console: write the other into a file, as in --reporter json=FILE.',
  ],
  [
    '--target localhost',
    '--target localhost is no address with a port: write it like 192.0.2.1:4330 or [2001:db8::1]:4330.',
  ],
  [
    '--target rs-x=127.0.0.1:1',
    'The role of --target rs-x is none of dc, node, rs-s, rs-n, rs-t, ntma, dns, codec. Did you mean rs-s?',
  ],
  [
    '--target 127.0.0.1:1 --target 127.0.0.1:2',
    'Two targets at once: run the suite once for each, this version plays all others itself.',
  ],
  [
    '--target [2001:db8::1]:4330 --source 192.0.2.9',
    '--source has no IPv6 address, which [2001:db8::1]:4330 takes: add one.',
  ],
  ['--source here', '--source here is no address: write it like 192.0.2.9 or 2001:db8::9.'],
  ['--config x.json', '--config is about a target: say with --target HOST:PORT where it is.'],
  [
    '--target 127.0.0.1:1 --listen 127.0.0.1:2',
    '--listen says where DCs are played for a target without an adapter: add --config FILE, or use --source.',
  ],
  [
    '--target 127.0.0.1:1 --config x.json --listen 127.0.0.1:2,127.0.0.1:1',
    '--listen 127.0.0.1:1 is where the target listens: name other places, at which the tester plays the DCs.',
  ],
  [
    'provision --target 127.0.0.1:4402',
    '--listen 127.0.0.1:4402 is where the target listens: name other places, at which the tester plays the DCs.',
  ],
  [
    'provision --role dc --dns 127.0.0.1:4330',
    'The DC cannot answer DNS at 127.0.0.1:4330, where it or a DC that is played takes something else: name another place with --dns.',
  ],
  [
    'provision --role dc --target 127.0.0.1:5300',
    'The DC cannot answer DNS at 127.0.0.1:5300, where it or a DC that is played takes something else: name another place with --dns.',
  ],
  [
    'provision --role dc --dns 127.0.0.1:4402',
    'The DC cannot answer DNS at 127.0.0.1:4402, where it or a DC that is played takes something else: name another place with --dns.',
  ],
  [
    '--target 127.0.0.1:1 --config /nowhere/x.json',
    '/nowhere/x.json cannot be read: there is no such file: check the path.',
  ],
  ['--replay abc', '--replay: the replay token is cut short or is none: copy all of it.'],
  [
    `--replay ${token('rs-s.no.such-case')}`,
    '--replay: the replay token is for rs-s.no.such-case, which this suite does not have.',
  ],
  [
    `--replay ${token('rs-s.header.magic')} rs-s.*`,
    '--replay names its case itself: leave the other choices away.',
  ],
  [
    'explain RSS-99',
    'There is no clause and no case RSS-99: see them with ntm-conform --list. Did you mean RSS-09?',
  ],
  [
    'provision --role ntma',
    '--role ntma: without an adapter only rs-s, rs-n, rs-t and dc can be tested. How to write an adapter: adapters/README.md.',
  ],
  ['provision --relay 9', '--relay 9 is no whole number from 1 to 8.'],
  [
    'provision --listen 127.0.0.1:1',
    '--listen takes two endpoints, for the two DCs that are played: HOST:PORT,HOST:PORT.',
  ],
  ['pics --reporter xml', '--reporter xml is none of markdown, json.'],
  ['pics --role all', '--role all is none of dc, node, rs-s, rs-n, rs-t, ntma, dns, codec.'],
];

t.test('each mistake of a person gets one line and status 2', async (t) => {
  for (const [args, line] of mistakes) {
    const ran = await cli(args.split(' '));
    t.same(ran, { status: 2, out: '', err: `ntm-conform: ${line}\n` }, args);
  }
});

t.test('a file that is no configuration, or no secret', async (t) => {
  const file = folder(t);
  const [config, secret] = [file('config.json'), file('secret')];
  const err = async (...args: string[]) => (await cli(['--target', '127.0.0.1:1', ...args])).err;
  writeFileSync(config, '{"role": "rs-s",}');
  t.equal(
    await err('--config', config),
    `ntm-conform: ${config}:1:16: a comma stands before "}": remove it.\n`,
  );
  writeFileSync(config, '{"role": "rs-s"}');
  t.match(await err('--config', config), `ntm-conform: ${config}: nodeId is missing: `);
  writeFileSync(secret, 'not hex');
  t.equal(
    await err('--secret-file', secret),
    `ntm-conform: ${secret} holds no 64 hex digits: "openssl rand -hex 32 > ${secret}" makes them.\n`,
  );
});

t.test('help and version', async (t) => {
  t.same(await cli(['--version']), { status: 0, out: `${suiteVersion()}\n`, err: '' });
  const help = await cli(['--help']);
  t.equal(help.status, 0);
  t.match(help.out, 'Usage: ntm-conform [options] [command] [patterns...]');
  t.match(help.out, 'Exit status: 0 good; 1 a MUST failed');
  t.match((await cli(['provision', '--help'])).out, '--relay <n>');
});

t.test('--list', async (t) => {
  const machine = await cli(['--list', '--reporter', 'json', 'rs-s.forward.*']);
  const { cases } = JSON.parse(machine.out) as { cases: { id: string }[] };
  t.ok(cases.length > 0 && cases.every(({ id }) => id.startsWith('rs-s.forward.')));
  t.same(Object.keys(cases[0] ?? {}), [
    ...['id', 'title', 'clauses', 'level', 'roles', 'adapterLevel', 'features', 'needs', 'catchesAlone'],
  ]);
  const person = await cli(['--list', 'rs-s.forward.unchanged']);
  t.match(
    person.out,
    /^case +role +level +adapter +clauses +needs +catches alone\nrs-s\.forward\.unchanged +rs-s +MUST/,
  );
  t.match(person.out, /\n1 case\n$/);
});

t.test('a clause chooses its cases, whatever its case', async (t) => {
  const ids = async (...args: string[]) => {
    const { out } = await cli(['--list', '--reporter', 'json', ...args]);
    return (JSON.parse(out) as { cases: { id: string }[] }).cases.map(({ id }) => id);
  };
  t.ok((await ids('rss-02')).includes('rs-s.forward.unchanged'));
  t.same(await ids('rss-02'), await ids('--clause', 'RSS-02'));
  t.ok((await ids('--profile', 'core')).length < (await ids()).length);
});

t.test('explain', async (t) => {
  const clause = await cli(['explain', 'rss-02']);
  t.match(clause.out, /^RSS-02 \(MUST, mandatory, since 0\.1; rs-s\)\n09-relays\.md, 9\.7 /);
  t.match(clause.out, 'rs-s.forward.unchanged');
});

t.test('spec writes the page, or says in one line why it cannot', async (t) => {
  const name = folder(t);
  const [out, file] = [await cli(['spec']), name('spec.html')];
  t.same(await cli(['spec', '--output', file]), { status: 0, out: '', err: '' });
  t.equal(readFileSync(file, 'utf8'), out.out);
  t.ok(out.out.includes('<div class="clause must" id="GEN-01">'));
  const { status, err } = await cli(['spec', '--output', name('none/spec.html')]);
  t.equal(status, 4);
  t.match(err, /^ntm-conform: .*spec\.html cannot be written: there is no such folder: make it first\.\n$/);
});

t.test('pics has every clause of a role', async (t) => {
  const { out, status } = await cli(['pics', '--role', 'rs-s']);
  t.equal(status, 0);
  t.match(out, /^\| RSS-02 \| MUST \| m \(mandatory\) \| 0\.1 \| .* \| yes \| \|$/m);
  t.notOk(out.includes('## dc'));
});

t.test('provision writes what it reads back', async (t) => {
  const file = folder(t)('relay.json');
  const args = ['provision', '--relay', '3', '--target', '192.0.2.1:4330'];
  const [out, saved] = [await cli(args), await cli([...args, '--out', file])];
  t.same(saved, {
    status: 0,
    out: '',
    err: `Put ${file} into the target, start it, then: ntm-conform --target 192.0.2.1:4330 --config ${file}\n`,
  });
  const config = JSON.parse(out.out) as { listen: string[]; associations: unknown[] };
  t.same(config.listen, ['192.0.2.1:4330']);
  t.equal(config.associations.length, 2);
  t.same(await cli([...args, '--out', '/nowhere/relay.json']), {
    status: 4,
    out: '',
    err: 'ntm-conform: /nowhere/relay.json cannot be written: there is no such folder: make it first.\n',
  });
});
