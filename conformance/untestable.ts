/**
 * Clauses that no case judges, each with the reason; with a role behind it (`GEN-25 rs-s`), of that role alone.
 * What has a case, or is not of this version, has no business here: a test holds this list to that.
 */
export const UNTESTABLE: Readonly<Record<string, string>> = {
  'GEN-25 rs-s': 'an RS-S answers at once: no request is still at work when its repeat comes',
  'GEN-25 rs-n': 'an RS-N answers at once: no request is still at work when its repeat comes',
  'GEN-25 rs-t': 'an RS-T answers at once: no request is still at work when its repeat comes',
  'GEN-39': 'how a configuration looks is an implementation’s own; the adapter’s start relies on it',
  'GEN-48': 'an adapter’s start may set timers by other means than a configuration',
  'HO-15 rs-n': 'a path to an RS-N goes by no other relay',
  'HO-15 rs-t': 'a path to an RS-T goes by no other relay',
  'KEY-18': 'it takes 2^36 datagrams',
  'KEY-50': 'a key ID that is 0 or held comes once in 65,536 handshakes, more than fit into one attempt',
  'KEY-44': 'what memory holds is not seen from outside',
  'NODE-23': 'the contract leaves what other events are called, and what they say, to each implementation',
  'NTMA-06':
    'it is about the service’s ordinary name and its balancer; of the NTMA itself nothing is to be seen',
  'NTMA-07 ntma': 'what other clients reach does not pass the NTMA; the DC’s DNS is judged',
  'NTMA-08': 'several NTMAs share a balancer and a name, and nothing of their own',
  'RSS-11': 'a tester’s UDP socket neither sets nor shows the ECN and DSCP bits of outer packets',
  'RST-04 dc': 'the RS-T lends; of a DC only the pools are seen, which its configuration gives it',
  'TUN-10 node': 'a tester’s UDP socket neither sets nor shows the ECN and DSCP bits of outer packets',
  'TUN-10 rs-n': 'a tester’s UDP socket neither sets nor shows the ECN and DSCP bits of outer packets',
  'TUN-10 rs-t': 'a tester’s UDP socket neither sets nor shows the ECN and DSCP bits of outer packets',
  'TUN-10 ntma': 'a tester’s UDP socket neither sets nor shows the ECN and DSCP bits of outer packets',
  'TUN-14 ntma': 'a tester’s UDP socket does not show whether outer packets have DF, and sees no ICMP',
  'TUN-14 node': 'a tester’s UDP socket does not show whether outer packets have DF, and sees no ICMP',
  'TUN-14 rs-n': 'a tester’s UDP socket does not show whether outer packets have DF, and sees no ICMP',
  'TUN-14 rs-t': 'a tester’s UDP socket does not show whether outer packets have DF, and sees no ICMP',
};

/** Why no case judges a clause, for one of its roles or for all. */
export function whyUntestable(id: string): string | undefined {
  const reasons = Object.entries(UNTESTABLE).filter(([key]) => key === id || key.startsWith(`${id} `));
  return reasons.length === 0 ? undefined : [...new Set(reasons.map(([, reason]) => reason))].join('; ');
}
