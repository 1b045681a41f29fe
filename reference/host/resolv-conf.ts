/**
 * The file that tells programs of their DNS server, while a node is that. All that is needed to put it back is in
 * the file itself, so that it can be done after a crash too.
 *
 * ```
 * # ntmobile 4711/887123: a node answers DNS here. What follows the # below comes back when it ends or starts anew.
 * nameserver 127.0.0.43
 * options edns0
 * #ntmobile-link ../run/systemd/resolve/stub-resolv.conf
 * #ntmobile-line nameserver 192.0.2.53
 * #ntmobile-line options edns0
 * ```
 *
 * `-link` is there where the file was a link, with its target; `-line` is a line as it was.
 */
import type { Ip } from '../address.ts';

/** What the file was. */
export interface Before {
  readonly text: string;
  /** The target, where it was a link. */
  readonly link: string | undefined;
}

/** A process, by its number and something that no later process with that number has. */
export type Owner = string;

const MARK = '# ntmobile ';
const LINK = '#ntmobile-link ';
const LINE = '#ntmobile-line ';

/** The file with a node as the one DNS server; what is said beside the servers stays. */
export function takenOver({ text, link }: Before, server: Ip, owner: Owner): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  return [
    `${MARK}${owner}: a node answers DNS here. What follows the # below comes back when it ends or starts anew.`,
    `nameserver ${server}`,
    ...lines.filter((line) => /^\s*(search|domain|options|sortlist)\s/.test(line)),
    ...(link === undefined ? [] : [LINK + link]),
    ...lines.map((line) => LINE + line),
    '',
  ].join('\n');
}

/** What it was, and whose node has taken it over; undefined if none has. */
export function takenBefore(text: string): (Before & { readonly owner: Owner }) | undefined {
  const [first = '', ...rest] = text.split('\n');
  if (!first.startsWith(MARK)) return undefined;
  const after = (mark: string) =>
    rest.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  const [link] = after(LINK);
  return {
    owner: first.slice(MARK.length, first.indexOf(':')),
    link,
    text: after(LINE)
      .map((line) => `${line}\n`)
      .join(''),
  };
}
