import { initialConfigs } from '../../reference/config/initial.ts';
import { roleConfig } from '../../reference/config/schema.ts';
import t from '../tap.ts';

function counting() {
  let drawn = 0;
  return (length: number) => {
    drawn++;
    return new Uint8Array(length).fill(drawn);
  };
}

t.test('what everybody is configured with is without a fault, and fits together', (t) => {
  for (const hasIpv6 of [true, false]) {
    const configs = initialConfigs({ random: counting(), hasIpv6, port: 6000 });
    for (const [party, config] of Object.entries(configs)) {
      t.ok(roleConfig.safeParse(config).success, party);
      t.equal(config.listen.length, hasIpv6 ? 2 : 1);
    }
    const { alice, bob, ...others } = configs;
    const lists: { id: string; secret: string }[][] = Object.values(others).map((one) => one.associations);
    const ends = [...lists.flat(), alice.association, bob.association];
    const keys = ends.map(({ id, secret }) => `${id} ${secret}`);
    t.equal(ends.length, 10);
    t.equal(new Set(keys).size, 5, 'a key for two ends');
    t.equal(new Set(keys.flatMap((key) => key.split(' '))).size, 10, 'and another one for each pair');
    t.equal(new Set(Object.values(configs).flatMap(({ listen }) => listen)).size, hasIpv6 ? 10 : 5);
    t.same(
      [configs['dc-one'], configs['dc-two']].flatMap(({ dns }) => dns?.listen),
      ['127.0.0.1:6005', '127.0.0.1:6006'],
      'where their DNS is',
    );
  }
});
