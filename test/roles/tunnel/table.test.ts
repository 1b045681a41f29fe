import type { Endpoint, Ip } from '../../../reference/address.ts';
import { fromHex } from '../../../reference/bytes.ts';
import type { Carrier } from '../../../reference/core.ts';
import { TunnelTable } from '../../../reference/roles/tunnel/table.ts';
import t from '../../tap.ts';

const FROM: Endpoint = { ip: '192.0.2.1' as Ip, port: 1 };
const [ONE, TWO] = ['11'.repeat(16), '22'.repeat(16)];

const carrier = (mark: number): Carrier => ({ seal: () => undefined, open: () => Uint8Array.of(mark) });

const data = (pathId: string): Uint8Array => fromHex(`05100001${pathId}${'00'.repeat(24)}`);

t.test('Data goes to the path that it names, whichever came before, and to none that is gone', (t) => {
  const table = new TunnelTable();
  const opened = (...pathIds: string[]) => pathIds.map((pathId) => table.open(data(pathId), FROM, 0)?.[0]);
  const set = (pathId: string, mark: number): void =>
    table.apply({ kind: 'tunnel-set', path: { pathId, destinations: [], carrier: carrier(mark) } });
  t.same(opened(ONE), [undefined]);
  set(ONE, 1);
  set(TWO, 2);
  t.same(opened(ONE, ONE, TWO, TWO, ONE, '33'.repeat(16), ONE), [1, 1, 2, 2, 1, undefined, 1]);
  set(ONE, 3);
  t.same(opened(ONE, TWO), [3, 2], 'a path that was written anew');
  table.apply({ kind: 'tunnel-remove', pathId: TWO });
  t.same(opened(TWO, ONE, TWO), [undefined, 3, undefined]);
  const almost = `${'22'.repeat(15)}23`;
  set(TWO, 2);
  t.same(opened(TWO, almost, TWO), [2, undefined, 2], 'the last byte counts');
});
