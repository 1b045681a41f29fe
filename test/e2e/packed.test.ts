/** The package as somebody gets it: packed, installed with its dependencies alone, run by its name. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { Report } from '../../conformance/report.ts';
import { folder } from '../conformance/terminal.ts';
import t from '../tap.ts';
import { isLong, onlyOnNode, root } from './runtimes.ts';

function run(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ status: number; out: string }> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        out += String(chunk);
      });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status: status ?? -1, out }));
  });
}

t.test('packed, installed elsewhere and run', { skip: onlyOnNode }, async (t) => {
  const at = folder(t);
  const app = at('app');
  await mkdir(app);
  await writeFile(`${app}/package.json`, '{"private": true}');
  // Its scripts would build dist/ anew, from which other tests run programs.
  const packed = await run(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', at('.')],
    root,
  );
  t.equal(packed.status, 0, packed.out);
  const options = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
  const installed = await run('npm', ['install', ...options, at(packed.out.trim())], app);
  t.equal(installed.status, 0, installed.out);

  const report = at('report.json');
  const cases = isLong ? [] : ['codec.*', 'rs-s.header.*', 'rs-s.forward.*'];
  const args = ['--no-install', 'ntm-conform', '--depth', 'quick', '--reporter', `json=${report}`, ...cases];
  const ran = await run('npx', args, app);
  t.equal(ran.status, 0, ran.status === 0 ? 'ends well' : ran.out);
  const { complete, summary, target } = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
  t.same([complete, target.address, summary.fail], [true, 'embedded', 0]);
  t.ok(summary.pass > 15, `${summary.pass} of ${summary.total} cases pass`);
});
