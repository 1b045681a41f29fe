/**
 * Rules of nftables by which a gateway behaves like one of the NATs of RFC 4787, or like a firewall without NAT.
 *
 * What Linux does by itself: `masquerade` keeps the inside port where it is free, so a socket has one outside endpoint
 * for all remote ones (EIM), but an entry of conntrack is a pair of endpoints, so only who was sent to gets in (APDF).
 * With `random,fully-random` each pair has a port of its own (APDM). Nothing of it lets others in: for EIF and ADF a map
 * from port to inside address is written by what goes out, and read by what comes in. Two inside sockets with one port
 * are no longer told apart there, and one of them has another port where both send to the same remote endpoint.
 *
 * A new packet from the outside is dropped before conntrack confirms it. Else the probe of a peer, come before the
 * probe to it has left, would hold its pair of endpoints, and the one that leaves would get another port.
 */
import type { NatOptions } from '../../net/sim/nat.ts';

/** How a gateway's interfaces are called. */
export const OUTSIDE = 'wan';
export const INSIDE = 'lan';

export interface GatewayRules {
  /** Translates IPv4; without it, addresses are as they are. */
  readonly nat?: Pick<NatOptions, 'mapping' | 'filtering'>;
  /** Lets in what answers only: IPv6, and IPv4 where nothing is translated. */
  readonly isFirewall?: boolean;
  /** Lets no UDP through. */
  readonly blocksUdp?: boolean;
}

/** Seconds; what Linux gives a UDP session with traffic both ways is 120. */
const KEPT = '300s';

/**
 * The ruleset of a gateway, for `nft -f`.
 * @throws RangeError for a NAT that these rules cannot be
 */
export function gatewayRules({ nat, isFirewall = false, blocksUdp = false }: GatewayRules): string {
  return [
    'flush ruleset',
    'table inet gateway {',
    '  chain input {',
    '    type filter hook input priority filter;',
    `    iifname "${OUTSIDE}" meta l4proto { tcp, udp } ct state new drop`,
    '  }',
    '  chain forward {',
    '    type filter hook forward priority filter;',
    ...(blocksUdp ? ['    meta l4proto udp drop'] : []),
    ...(isFirewall ? [`    iifname "${OUTSIDE}" ct state new ct status & dnat == 0 drop`] : []),
    '  }',
    ...(nat === undefined ? [] : translation(nat)),
    '}',
    '',
  ].join('\n');
}

function translation({ mapping, filtering }: NonNullable<GatewayRules['nat']>): string[] {
  const kind = `${mapping}/${filtering}`;
  const change = mapping === 'APDM' ? 'masquerade random,fully-random' : 'masquerade';
  const isOpen = kind === 'EIM/EIF' || kind === 'EIM/ADF';
  if (!isOpen && kind !== 'EIM/APDF' && kind !== 'APDM/APDF')
    throw new RangeError(`no rules make a NAT that is ${kind}`);
  return [
    ...(isOpen ? opening(filtering === 'EIF') : []),
    '  chain change {',
    '    type nat hook postrouting priority srcnat;',
    `    oifname "${OUTSIDE}" meta nfproto ipv4 ${change}`,
    '  }',
  ];
}

/** @param toAll to whoever sends; else to who was sent to at that address */
function opening(toAll: boolean): string[] {
  const known = toAll ? '' : 'ip saddr . udp dport @told ';
  return [
    `  map owner { type inet_service : ipv4_addr; flags dynamic,timeout; timeout ${KEPT}; size 65536; }`,
    `  set told { type ipv4_addr . inet_service; flags dynamic,timeout; timeout ${KEPT}; size 65536; }`,
    // A chain for NAT sees the first packet of a session only; what goes on keeps its entry too.
    '  chain learn {',
    '    type filter hook postrouting priority srcnat - 1;',
    `    oifname "${OUTSIDE}" meta nfproto ipv4 meta l4proto udp update @owner { udp sport : ip saddr } update @told { ip daddr . udp sport }`,
    '  }',
    '  chain admit {',
    '    type nat hook prerouting priority dstnat;',
    `    iifname "${OUTSIDE}" fib daddr type local meta l4proto udp ${known}dnat ip to udp dport map @owner`,
    '  }',
  ];
}
