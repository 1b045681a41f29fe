/** What has to be done to the system for a topology, as values: lines for `ip -batch`, rulesets, settings. */

/** One thing to be done, in the order in which it stands among others. */
export type Step =
  /** Lines for `ip -batch` in a namespace; without one, in that of the caller. */
  | { readonly kind: 'ip'; readonly namespace?: string; readonly lines: readonly string[] }
  /** A ruleset for `nft -f` in a namespace. */
  | { readonly kind: 'nft'; readonly namespace: string; readonly rules: string }
  /** Names and values of sysctl in a namespace. */
  | { readonly kind: 'set'; readonly namespace: string; readonly values: Readonly<Record<string, string>> };

/** A namespace by its short name becomes one by its name on this machine. */
export type Naming = (short: string) => string;

/** What makes a namespace pass packets on. */
export const FORWARDS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv6.conf.all.forwarding': '1',
};

/** An IPv6 address is good at once, also one of the link: no search for another that has it, which takes seconds. */
export const QUICK: Readonly<Record<string, string>> = {
  'net.ipv6.conf.all.accept_dad': '0',
  'net.ipv6.conf.default.accept_dad': '0',
};
