import type { Ip } from '../../reference/address.ts';
import { takenBefore, takenOver } from '../../reference/host/resolv-conf.ts';
import t from '../tap.ts';

const server = '127.0.0.43' as Ip;
const text = '# of the network\nsearch example.net\nnameserver 192.0.2.53\noptions edns0 timeout:1\n';

t.test('a node is the one server, and search list and options stay', (t) => {
  t.equal(
    takenOver({ text, link: undefined }, server, '4711/99'),
    `# ntmobile 4711/99: a node answers DNS here. What follows the # below comes back when it ends or starts anew.
nameserver 127.0.0.43
search example.net
options edns0 timeout:1
#ntmobile-line # of the network
#ntmobile-line search example.net
#ntmobile-line nameserver 192.0.2.53
#ntmobile-line options edns0 timeout:1
`,
  );
});

t.test('what it was is in it', (t) => {
  for (const before of [
    { text, link: undefined },
    { text: '', link: undefined },
    { text: '\n\nnameserver 192.0.2.53\n', link: undefined },
    { text, link: '../run/systemd/resolve/stub-resolv.conf' },
  ])
    t.same(takenBefore(takenOver(before, server, '4711/99')), { ...before, owner: '4711/99' });
});

t.test('a file that no node wrote is none', (t) => {
  for (const other of ['', text, '# ntmobile-ish\n']) t.equal(takenBefore(other), undefined);
});
