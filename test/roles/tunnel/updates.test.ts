import { toHex } from '../../../reference/bytes.ts';
import { timersFrom } from '../../../reference/config/timers.ts';
import { Updates } from '../../../reference/roles/tunnel/updates.ts';
import type { PathUpdate } from '../../../reference/wire/messages.ts';
import { decodeBody } from '../../../reference/wire/messages.ts';
import { seededBytes } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { A, B } from './ends.ts';

const TRANSACTION = new Uint8Array(8).fill(1);

function incoming(transaction: Uint8Array, sequence: bigint, close = true) {
  const message: PathUpdate = { type: 0x0f, transaction, ...(close && { close }) };
  const body = new Uint8Array([...transaction, close ? 1 : 0]);
  const origin = { generation: 1, sequence };
  return { event: { kind: 'message', message, body, from: B, origin } as const, message };
}

/** What an answer says. */
function read(answer: Uint8Array | undefined): unknown {
  const decoded = answer && decodeBody(0x11, answer);
  if (!decoded?.ok || !('status' in decoded.message)) return undefined;
  const { transaction, status } = decoded.message;
  return [toHex(transaction), status];
}

t.test('a Path Update takes effect once, and its repeats get the same answer', (t) => {
  const updates = new Updates(timersFrom(), seededBytes(1));
  const { event, message } = incoming(TRANSACTION, 5n);
  const first = updates.judge(event, message, 0);
  t.same([read(first.answer), first.status, first.update], [[toHex(TRANSACTION), 0], 0, message]);
  const again = updates.judge({ ...event, origin: { generation: 1, sequence: 6n } }, message, 100);
  t.same(again, { answer: first.answer });
  const other = incoming(TRANSACTION, 7n, false);
  t.same(updates.judge(other.event, other.message, 200), { layer: 'transaction' });
});

t.test('one that was sent before the last that took effect is stale', (t) => {
  const updates = new Updates(timersFrom(), seededBytes(1));
  const late = incoming(new Uint8Array(8).fill(2), 9n);
  updates.judge(late.event, late.message, 0);
  const early = incoming(TRANSACTION, 8n);
  t.same(updates.judge(early.event, early.message, 10), { layer: 'stale' });
  t.same(
    updates.judge(early.event, early.message, 20),
    { layer: 'transaction' },
    'and its repeats are no news',
  );
});

t.test('one whose schema fails is answered, and changes nothing', (t) => {
  const updates = new Updates(timersFrom(), seededBytes(1));
  const bad = {
    kind: 'bad-request',
    type: 0x0f,
    status: 1,
    transaction: TRANSACTION,
    body: TRANSACTION,
    from: B,
  } as const;
  const first = updates.judgeBad(bad, 0);
  t.same(
    [read(first.answer), first.status, first.layer, first.update],
    [[toHex(TRANSACTION), 1], 1, 'schema', undefined],
  );
  t.same(updates.judgeBad(bad, 10), { answer: first.answer });
});

t.test('own ones: three tries, given up after 2.5 s, or ended by their answer', (t) => {
  const updates = new Updates(timersFrom(), () => new Uint8Array(8).fill(128));
  updates.tell({ candidates: [A] }, 0);
  const times: number[] = [];
  for (let now = 0; now < 2600; now += 10) {
    for (const { subject, body } of updates.takeDue(true, now)) {
      times.push(now);
      const decoded = decodeBody(0x0f, body);
      t.same(
        [subject, decoded.ok && 'candidates' in decoded.message && decoded.message.candidates],
        [{ candidates: [A] }, [A]],
      );
    }
    if (now < 2500) t.same(updates.takeOver(now), []);
  }
  t.equal(times.length, 3);
  t.same(updates.takeOver(2600), [{ candidates: [A] }]);
  updates.close(3000);
  t.equal(updates.takeDue(true, 3000).length, 1);
  t.equal(updates.answered(new Uint8Array(8).fill(9)), undefined);
  t.equal(updates.answered(new Uint8Array(8).fill(128)), 'close');
  t.same([updates.takeDue(true, 9000), updates.takeOver(9000)], [[], []]);
});
