/** The addresses that an RS-T lends: to one node at a time, of the pool that its DC said last. [RST-04, RST-05, RST-09] */
import type { Association } from '../../../reference/roles/association/association.ts';
import type { End } from '../../../reference/roles/relay/end.ts';
import { Leases } from '../../../reference/roles/rs-t/leases.ts';
import t from '../../tap.ts';
import { addr } from '../relay/world.ts';

const QUARANTINE = 120_000;
const [A, B, SIX] = [addr('192.0.2.101'), addr('192.0.2.102'), addr('2001:db8::101')];
/** Nothing of them is looked at. */
const dc = (): Association => ({}) as Association;
const path = (): End => ({}) as End;

function lending(): { readonly leases: Leases; readonly owner: Association } {
  const leases = new Leases(QUARANTINE);
  const owner = dc();
  leases.pool(owner, [A, B, SIX]);
  return { leases, owner };
}

t.test('each address once, by family, and none when all are lent', (t) => {
  const { leases, owner } = lending();
  t.equal(leases.take('n1', owner, 4, 0)?.address, A);
  t.equal(leases.take('n2', owner, 4, 0)?.address, B);
  t.equal(leases.take('n3', owner, 4, 0), undefined);
  t.equal(leases.take('n3', owner, undefined, 0)?.address, SIX);
  t.equal(leases.take('n3', dc(), undefined, 0), undefined, 'a DC without a pool');
  t.equal(leases.size, 3);
});

t.test('another node gets it 120 s later, the same node at once', (t) => {
  const { leases, owner } = lending();
  leases.pool(owner, [A]);
  const end = path();
  leases.take('n1', owner, 4, 0);
  leases.release(A, end, 1000);
  t.equal(leases.take('n2', owner, 4, 1000 + QUARANTINE - 1), undefined);
  t.equal(leases.take('n1', owner, 4, 1000)?.address, A);
  leases.release(A, end, 2000);
  t.equal(leases.take('n2', owner, 4, 2000 + QUARANTINE)?.address, A);
});

t.test('it stays lent until the last path that has it is gone', (t) => {
  const { leases, owner } = lending();
  const lease = leases.take('n1', owner, 4, 0);
  if (lease === undefined) throw new Error('none');
  const [first, second] = [path(), path()];
  lease.end = first;
  lease.paths++;
  lease.end = second;
  leases.release(A, first, 10);
  t.equal(leases.find(A)?.end, second);
  leases.release(A, second, 20);
  t.equal(leases.find(A), undefined);
  leases.release(A, second, 30);
  t.equal(leases.size, 0);
});

t.test('a later pool counts for what is lent from then on', (t) => {
  const { leases, owner } = lending();
  leases.take('n1', owner, 4, 0);
  leases.pool(owner, [B]);
  t.equal(leases.find(A)?.node, 'n1', 'what is lent stays');
  leases.release(A, path(), 10);
  t.equal(leases.take('n1', owner, 4, 10)?.address, B);
  t.equal(leases.take('n2', owner, 4, 10 + QUARANTINE), undefined);
});

t.test('two DCs with one address: it is lent once', (t) => {
  const { leases, owner } = lending();
  const other = dc();
  leases.pool(other, [A]);
  t.equal(leases.take('n1', owner, 4, 0)?.address, A);
  t.equal(leases.take('n1', other, 4, 0), undefined);
});

t.test('what is lent leads to it still when a later pool has it no more, and is not taken over', (t) => {
  const { leases, owner } = lending();
  leases.take('n1', owner, 4, 0);
  leases.pool(owner, [B]);
  t.same(leases.all(), [B, A]);
  t.same(
    [A, B].map((ip) => leases.isInPool(ip, owner)),
    [false, true],
  );
});
