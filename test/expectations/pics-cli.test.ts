/** `pics --reporter json`, filled in, and `--pics` on the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Pics } from '../../conformance/pics.ts';
import { Report } from '../../conformance/report.ts';
import { cli, folder, target } from '../conformance/terminal.ts';
import type { T } from '../tap.ts';
import t from '../tap.ts';

const CASES = ['rs-s.forward.unchanged', 'rs-s.header.magic', '--depth', 'quick'];

/** A file of claims of the RS-S with these answers. */
async function claims(t: T, answers: Readonly<Record<string, 'no'>>, more: object = {}): Promise<string> {
  const { out } = await cli(['pics', '--role', 'rs-s', '--reporter', 'json']);
  const asked = Pics.parse(JSON.parse(out));
  const clauses = asked.clauses.map((one) => ({ ...one, support: answers[one.id] ?? 'yes' }));
  const file = folder(t)('claims.json');
  const filled = { ...asked, product: 'Relay', version: '1.0', date: '2026-11-21', clauses, ...more };
  writeFileSync(file, JSON.stringify(filled));
  return file;
}

t.test('an implementer who says yes to all is judged as ever', async (t) => {
  const [at, file] = [await target(t), await claims(t, {})];
  const ran = await cli([...CASES, '--target', at, '--pics', file, '--reporter', 'json']);
  t.same([ran.status, ran.err], [0, '']);
  const report = Report.parse(JSON.parse(ran.out));
  t.same(report.summary.pass, 2);
  t.match(report.pics, { file, product: 'Relay', exceptions: [], remarks: [] });
});

t.test('a "no": the case does not run and fails; evidence of it is judged alike, shards merge', async (t) => {
  const [at, file, place] = [await target(t), await claims(t, { 'RSS-02': 'no' }), folder(t)];
  const bundle = place('bundle');
  const [both, parts] = [place('report.json'), [place('1.json'), place('2.json')]];
  const args = [...CASES, '--target', at, '--pics', file];
  const ran = await cli([...args, '--evidence', bundle, '--reporter', `json=${both}`]);
  t.equal(ran.status, 1);
  t.match(ran.out, /^not ok \d - rs-s\.forward\.unchanged: /m);
  t.match(ran.out, `reason: "${file} says no to RSS-02"`);
  t.match(ran.out, `# Claims: ${file} of 2026-11-21 (Relay 1.0), 1 not supported, 0 not claimed\n`);
  const report = Report.parse(JSON.parse(readFileSync(both, 'utf8')));
  t.match(report.summary, { pass: 1, 'not-implemented': 1 });
  t.same(report.ledger['rs-s']?.violated, ['RSS-02']);
  const again = await cli(['judge', bundle, '--reporter', 'json']);
  t.same([again.status, JSON.parse(again.out)], [1, JSON.parse(JSON.stringify(report))]);
  for (const [i, part] of parts.entries())
    await cli([...args, '--shard', `${i + 1}/2`, '--reporter', `json=${part}`]);
  const merged = await cli(['merge', ...parts, '--reporter', 'json']);
  t.equal(merged.status, 1);
  const whole = Report.parse(JSON.parse(merged.out));
  t.same([whole.ledger, whole.pics], [report.ledger, report.pics]);
});

t.test('what cannot be judged by gets one line and status 2', async (t) => {
  const at = await target(t, { without: 'rs-t' });
  const line = async (file: string) => {
    const { status, out, err } = await cli([...CASES, '--target', at, '--pics', file]);
    t.same([status, out], [2, ''], err);
    return err;
  };
  t.equal(
    await line('/nowhere/claims.json'),
    'ntm-conform: /nowhere/claims.json cannot be read: there is no such file: check the path.\n',
  );
  const blank = folder(t)('blank.json');
  writeFileSync(blank, (await cli(['pics', '--role', 'rs-s', '--reporter', 'json'])).out);
  t.equal(await line(blank), `ntm-conform: ${blank}: product is empty: fill it in.\n`);
  const without6 = await claims(t, {}, { features: [{ feature: 'ipv6', support: 'no' }] });
  t.equal(
    await line(without6),
    `ntm-conform: ${without6} says no to ipv6, which the target claims: answer yes, or take it out of the adapter's hello.\n`,
  );
  const wider = await claims(t, {}, { roles: ['rs-s', 'rs-t'] });
  t.match(await line(wider), `${wider} claims the role rs-t, which the target does not: `);
});

t.test('doctor tells what the claims leave out; the form for people is not read', async (t) => {
  const at = await target(t);
  const file = await claims(t, { 'RSS-02': 'no' });
  const asked = await cli(['doctor', '--target', at, '--pics', file]);
  t.same([asked.status, asked.err], [0, '']);
  t.match(asked.out, `# Claims: ${file} of 2026-11-21 (Relay 1.0), 1 not supported, 0 not claimed\n`);
  t.match(asked.out, /: \d cases can't run \(.*rs-s\.forward\.unchanged.*\) # SKIP .* says no to RSS-02/);
  const form = folder(t)('claims.md');
  writeFileSync(form, (await cli(['pics', '--role', 'rs-s'])).out);
  const { status, err } = await cli([...CASES, '--target', at, '--pics', form]);
  t.equal(status, 2);
  t.match(
    err,
    `${form} is the form for people: fill in the one that ntm-conform pics --reporter json writes.`,
  );
});
