/** The page of configurations names the keys that the schemas have, and no others. */
import { readFile } from 'node:fs/promises';
import {
  dcConfig,
  nodeConfig,
  ntmaConfig,
  rsConfig,
  rsNConfig,
  rsTConfig,
} from '../../reference/config/schema.ts';
import t from '../tap.ts';
import { dcExample, example, nodeExample } from './example.ts';

const page = await readFile(new URL('../../adapters/configuration.md', import.meta.url), 'utf8');
const SCHEMAS = {
  dc: dcConfig,
  node: nodeConfig,
  'rs-s': rsConfig,
  'rs-n': rsNConfig,
  'rs-t': rsTConfig,
  ntma: ntmaConfig,
} as const;

/** First cells of the table after a mark. */
function keysOf(name: string): string[] {
  const [, rest = ''] = page.split(`<!-- config: ${name} -->\n`);
  const [table = ''] = rest.split('\n\n');
  return [...table.matchAll(/^\| `([A-Za-z0-9.]+)` \|/gm)].map(([, key]) => key ?? '');
}

function keysIn(role: keyof typeof SCHEMAS): string[] {
  const { shape } = SCHEMAS[role];
  const limits = Object.keys(SCHEMAS[role].shape.limits.unwrap().shape).map((key) => `limits.${key}`);
  return [...Object.keys(shape).filter((key) => key !== 'limits'), ...limits].sort();
}

for (const role of ['dc', 'node', 'rs-s'] as const) {
  t.test(`the page has the keys of ${role}`, (t) => {
    const written = [...keysOf('all').filter((key) => key !== 'limits'), ...keysOf(role)];
    t.same([...written, 'limits.perSourcePerSecond'].sort(), keysIn(role));
  });
}

t.test('the page has the keys of rs-n and rs-t', (t) => {
  const alike = keysOf('rs-s').filter((key) => key !== 'datapath');
  const written = [...keysOf('all').filter((key) => key !== 'limits'), ...alike, ...keysOf('relay-end')];
  for (const role of ['rs-n', 'rs-t'] as const)
    t.same([...written, 'limits.perSourcePerSecond'].sort(), keysIn(role));
});

t.test('an NTMA has the keys of a node but for dns and general', (t) => {
  t.same(
    keysIn('ntma'),
    keysIn('node').filter((key) => key !== 'dns' && key !== 'general'),
  );
});

t.test('the defaults of the page are those of the schemas', (t) => {
  const rs = rsConfig.parse(example());
  for (const schema of [rsNConfig, rsTConfig]) {
    const { addresses, mtu, allow, ...own } = schema.shape.general.parse({ addresses: ['192.0.2.1'] });
    t.same([addresses, mtu, allow], [['192.0.2.1'], 1500, []]);
    t.same(own, schema === rsNConfig ? { mappings: 65_536, mappingsPerNode: 2048 } : { inbound: 'all' });
  }
  t.same([rs.capacity, rs.datapath, rs.limits], [65_536, 'user', { perSourcePerSecond: 1000 }]);
  const dc = dcConfig.parse(dcExample());
  t.same(dc.limits, { perSourcePerSecond: 1000, paths: 65_536, dnsPerSecond: 100 });
  t.same(dc.access, { nodeInformation: [], directions: [], general: [], relayKinds: ['S', 'N', 'T'] });
  const { marker, suites, features, links, limits, dns } = nodeConfig.parse(nodeExample());
  t.same([marker, suites, features, links], ['ntmobile', [1, 2], [], []]);
  t.same(limits, { perSourcePerSecond: 1000, paths: 1024 });
  t.same(dns, { listen: [], onFailure: 'servfail' });
});
