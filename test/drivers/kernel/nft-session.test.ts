/** The order in which a table of nft is changed, and what comes of calls that fail. */
import { NftSession } from '../../../reference/drivers/kernel/nft-session.ts';
import t from '../../tap.ts';

interface Call {
  readonly commands: string;
  readonly end: (answer: { readonly isDone: boolean; readonly text: string }) => void;
  readonly fail: (error: Error) => void;
}

/** A session with a library of which each call ends when it is told to. */
function session() {
  const faults: string[] = [];
  const calls: Call[] = [];
  let isClosed = false;
  const context = {
    run: (commands: string) =>
      new Promise<{ readonly isDone: boolean; readonly text: string }>((end, fail) => {
        calls.push({ commands, end, fail });
      }),
    close: () => {
      isClosed = true;
    },
  };
  const nft = new NftSession((fault) => void faults.push(fault), { found: () => context });
  /** The call that runs ends; what comes after it has begun then. */
  const end = async (isDone: boolean, text = ''): Promise<void> => {
    calls.at(-1)?.end({ isDone, text });
    await turns();
  };
  const fail = async (why: string): Promise<void> => {
    calls.at(-1)?.fail(new Error(why));
    await turns();
  };
  return {
    nft,
    faults,
    end,
    fail,
    given: () => calls.map(({ commands }) => commands),
    closed: () => isClosed,
  };
}

async function turns(): Promise<void> {
  for (let count = 0; count < 10; count++) await Promise.resolve();
}

t.test('a call that fails is told, and those after it have their turn', async (t) => {
  const { nft, faults, end, fail, given } = session();
  nft.change('a');
  await fail('no memory');
  t.same(faults, ['no memory']);
  const asked = nft.ask('b');
  await fail('no thread');
  await t.rejects(asked, /no thread/);
  nft.change('c');
  const settled = nft.settled();
  await end(true);
  await settled;
  t.same(given(), ['a', 'b', 'c']);
  t.equal(nft.settled(), undefined);
});

t.test(
  'what follows a change is another transaction, before what is asked, and follows a refused one too',
  async (t) => {
    const { nft, faults, end, given } = session();
    nft.change('a');
    nft.change('b', () => nft.change('after b'));
    nft.change('c', () => nft.change('after c'));
    const asked = nft.ask('d');
    await end(true);
    t.same(given(), ['a', 'b; c']);
    await end(false, 'Error: no c');
    await end(true);
    await end(false, 'Error: no c');
    for (let left = 2; left > 0; left--) await end(true);
    await asked;
    t.same(given().slice(2), ['b', 'c', 'after b; after c', 'd']);
    t.same(faults, ['Error: no c']);
  },
);

t.test('it ends once all changes are made, those too that are tried alone', async (t) => {
  const { nft, faults, end, fail, given, closed } = session();
  nft.change('a');
  nft.change('b');
  nft.change('c');
  const ends = [nft.close(), nft.close()];
  nft.change('d');
  await t.rejects(nft.ask('e'), /has ended/);
  await end(true);
  t.same(given(), ['a', 'b; c']);
  await end(false, 'Error: no b');
  t.same(given().slice(2), ['b']);
  await end(false, 'Error: no b');
  t.notOk(closed());
  await fail('no memory');
  await Promise.all(ends);
  t.same(given().slice(3), ['c']);
  t.same(faults, ['Error: no b', 'no memory']);
  t.ok(closed());
});
