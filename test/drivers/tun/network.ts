/** A small Internet of network namespaces: one link, to which each namespace has an interface. */
import { makeSpaces, run, runIn } from './space.ts';

/** Addresses of a namespace's interface, with their prefix lengths. */
export type Places<Name extends string> = Readonly<Record<Name, readonly string[]>>;

/** @returns the namespaces by name; they are removed at the end of a test. */
export function makeNetwork<Name extends string>(
  places: Places<Name>,
  teardown: (body: () => void) => void,
): Record<Name, string> {
  const names = Object.keys(places) as Name[];
  const { net, ...spaces } = makeSpaces(['net' as const, ...names], teardown);
  must(runIn(net, 'ip', 'link', 'add', 'middle', 'type', 'bridge'));
  must(runIn(net, 'ip', 'link', 'set', 'middle', 'up'));
  for (const [index, name] of names.entries()) {
    const space = (spaces as Record<Name, string>)[name];
    must(
      run(
        'ip',
        'link',
        'add',
        `to${index}`,
        'netns',
        net,
        'type',
        'veth',
        'peer',
        'name',
        'eth0',
        'netns',
        space,
      ),
    );
    must(runIn(net, 'ip', 'link', 'set', `to${index}`, 'master', 'middle', 'up'));
    for (const address of places[name]) {
      const flag = address.includes(':') ? ['nodad'] : [];
      must(runIn(space, 'ip', 'address', 'add', address, 'dev', 'eth0', ...flag));
    }
    must(runIn(space, 'ip', 'link', 'set', 'eth0', 'up'));
  }
  return spaces as Record<Name, string>;
}

function must({ status, text }: ReturnType<typeof run>): void {
  if (status !== 0) throw new Error(text);
}
