import type { Test } from 'tap';
import type { RootSink, Sink } from './sink.ts';

/** Reports to tap, which runs on Node only and so is loaded there only. */
export async function nodeSink(): Promise<RootSink> {
  const { default: tap } = await import('tap');
  return {
    ...sinkOf(tap),
    atEnd: (body) => {
      tap.teardown(body);
    },
  };
}

function sinkOf(test: Test): Sink {
  return {
    pass: (name) => {
      test.pass(name);
    },
    fail: (name, { at, ...why }) => {
      // A stack of our own: tap's would point here, not at the test.
      test.fail(name, { ...why, stack: at ?? '' });
    },
    comment: (text) => test.comment(text),
    test: async (name, skip, body) => {
      await test.test(name, { skip, at: null, stack: '' }, (inner) => body(sinkOf(inner)));
    },
  };
}
