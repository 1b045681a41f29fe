/** What somebody most likely meant. */
import { didYouMean, nearest } from '../reference/nearest.ts';
import t from './tap.ts';

const CLAUSES = ['RSS-01', 'RSS-03', 'RSS-13', 'RSS-30'];
const ROLES = ['dc', 'rs-s', 'rs-n', 'rs-t'];

t.test('the same but for zeros comes before any other', (t) => {
  t.equal(nearest('RSS-3', CLAUSES), 'RSS-03');
  t.equal(nearest('rss-003', CLAUSES), 'RSS-03');
  t.equal(nearest('RSS-130', CLAUSES), 'RSS-13');
  t.equal(nearest('RSS-0', ['RSS-10', 'RSS-00']), 'RSS-00');
});

t.test('then what differs least, then what goes on where it ends', (t) => {
  t.equal(nearest('handovr', ['same-lan', 'handover']), 'handover');
  t.equal(nearest('rs', ROLES), 'rs-s');
  t.equal(nearest('r', ['dc', 'rs-s']), undefined);
  t.equal(nearest('RS_N', ROLES), 'rs-n');
  t.equal(nearest('elephant', ROLES), undefined);
  t.equal(didYouMean('rs', ROLES), ' Did you mean rs-s?');
  t.equal(didYouMean('elephant', ROLES), '');
});
