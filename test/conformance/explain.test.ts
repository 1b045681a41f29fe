/** What a target may send without having been asked for it just then: what it forwards. */
import { VALID } from '../../conformance/intent.ts';
import { COPY, Explainer } from '../../conformance/observe/explain.ts';
import type { Received } from '../../conformance/observe/received.ts';
import type { Sent } from '../../conformance/observe/transcript.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import t from '../tap.ts';

const bytes = Uint8Array.of(5, MessageType.data, 1, 2, 3);

/** Why what one end sent into a path may come to each of these peers, one after the other. */
function forwarded(copies: boolean, ...peers: readonly string[]): (string | undefined)[] {
  const explainer = new Explainer(copies);
  const channel = { kind: 'path', peer: { role: 'rs-s' }, optional: new Set() };
  explainer.sent({ intent: VALID, channel, bytes, content: undefined } as unknown as Sent);
  const received = {
    channel,
    bytes,
    type: MessageType.data,
    fault: 'a key ID that the channel does not have',
  };
  return peers.map((peer) => explainer.explain({ ...received, peer } as unknown as Received));
}

t.test('what was sent to be forwarded may come once', (t) => {
  t.same(forwarded(false, 'B', 'B'), ['forwarded', undefined]);
  t.same(forwarded(false, 'B', 'B, elsewhere'), ['forwarded', undefined]);
});

t.test('a copy may come beside it, and leave by where the other end is by then', (t) => {
  t.same(forwarded(true, 'B', 'B', 'B'), ['forwarded', COPY, COPY]);
  t.same(forwarded(true, 'B', 'B, elsewhere', 'B, elsewhere'), ['forwarded', 'forwarded', COPY]);
  t.same(forwarded(true, 'B', 'B, elsewhere', 'C'), ['forwarded', 'forwarded', undefined]);
});
