/** The JSON Schemas that are published are those of the code; `npm run schemas` writes them anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { picsJsonSchema } from '../../conformance/pics.ts';
import { reportJsonSchema } from '../../conformance/report.ts';
import t from '../tap.ts';

const PUBLISHED = [
  ['report.schema.json', reportJsonSchema],
  ['pics.schema.json', picsJsonSchema],
] as const;

for (const [name, schema] of PUBLISHED) {
  t.test(name, (t) => {
    const file = new URL(`../../conformance/${name}`, import.meta.url);
    const text = JSON.stringify(schema(), null, 2);
    if (process.env.NTM_GOLDEN === 'write') writeFileSync(file, `${text}\n`);
    t.same(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(text));
  });
}
