import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, UsageError } from '../../reference/drivers/config.ts';
import { example, SECRET } from '../config/example.ts';
import t from '../tap.ts';

const folder = await mkdtemp(join(tmpdir(), 'ntmobile-'));
t.teardown(() => rm(folder, { recursive: true }));

async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'rs.json');
  await writeFile(path, content);
  return path;
}

/** The line of the error, without the folder. */
async function lineOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof UsageError) return error.message.replace(folder, '');
    throw error;
  }
  return 'no error';
}

t.test('a configuration is read, with or without a byte order mark', async (t) => {
  const text = JSON.stringify(example(), undefined, 2);
  const config = await readConfig(await file(text), 'rs-s');
  t.equal(config.associations[0]?.secret, SECRET);
  t.same(await readConfig(await file(`\ufeff${text}`), 'rs-s'), config);
});

t.test('a file that is none is one line', async (t) => {
  t.equal(
    await lineOf(readConfig(join(folder, 'no.json'), 'rs-s')),
    '/no.json: there is no such file: check the path',
  );
  t.equal(await lineOf(readConfig(folder, 'rs-s')), ': is a folder: name a file in it');
});

t.test('what is no JSON is one line with its place and nothing of the text', async (t) => {
  const text = JSON.stringify(example(), undefined, 2).replace(`"${SECRET}",`, `"${SECRET}"`);
  t.equal(await lineOf(readConfig(await file(text), 'rs-s')), '/rs.json:11:7: "," or "}" should be here');
  t.equal(
    await lineOf(readConfig(await file(text.replace(`"${SECRET}"`, SECRET)), 'rs-s')),
    '/rs.json:10:17: a value should be here',
  );
  t.equal(
    await lineOf(readConfig(await file(Uint8Array.of(0x22, 0xff, 0x22)), 'rs-s')),
    '/rs.json: is not UTF-8 text: save it as such',
  );
});

t.test('what is no configuration is one line with its place in the object', async (t) => {
  t.equal(
    await lineOf(readConfig(await file(JSON.stringify({ ...example(), capacity: 0 })), 'rs-s')),
    '/rs.json: capacity is 0: write a whole number, 1 to 1000000',
  );
});

t.test('a configuration of another role is one line', async (t) => {
  t.equal(
    await lineOf(readConfig(await file(JSON.stringify(example())), 'dc')),
    '/rs.json: is the configuration for rs-s: run "ntmobile rs-s" with it',
  );
});
