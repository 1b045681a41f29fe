/** Numbers of linux/bpf.h and linux/pkt_cls.h that programs of BPF_PROG_TYPE_SCHED_CLS and BPF_PROG_TYPE_XDP use. */

/** enum bpf_func_id */
export const HELPER = {
  map_lookup_elem: 1,
  ktime_get_ns: 5,
  skb_store_bytes: 9,
  l4_csum_replace: 11,
  skb_load_bytes: 26,
  csum_diff: 28,
  skb_change_proto: 31,
  fib_lookup: 69,
  redirect_neigh: 152,
  xdp_load_bytes: 189,
  xdp_store_bytes: 190,
} as const;

/** Their names by number, for listings. */
export const HELPER_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(HELPER).map(([name, number]) => [number, name]),
);

/** Places in `struct __sk_buff`; all are 4 bytes. */
export const SKB = {
  pktType: 4,
  protocol: 16,
  vlanPresent: 20,
  ifindex: 40,
  gsoSize: 176,
} as const;

/** Place in `struct xdp_md`; 4 bytes. */
export const XDP_IFINDEX = 12;

/** What a program returns: go on to the next program of the device, and after the last to the kernel's own stack. */
export const TCX_NEXT = -1;
/** Or: it is well; drop. */
export const TC_ACT_OK = 0;
export const TC_ACT_SHOT = 2;
/** What redirect_neigh returns. */
export const TC_ACT_REDIRECT = 7;

/** What a program in the driver returns: drop; go on as if there were none; send out by the device that it came by. */
export const XDP_DROP = 1;
export const XDP_PASS = 2;
export const XDP_TX = 3;

/** Flags of skb_store_bytes and l4_csum_replace. */
export const BPF_F_RECOMPUTE_CSUM = 1;
export const BPF_F_PSEUDO_HDR = 0x10;
export const BPF_F_MARK_MANGLED_0 = 0x20;

/** Flag of fib_lookup: only the way, not the neighbour. */
export const BPF_FIB_LOOKUP_SKIP_NEIGH = 4;

/**
 *     0       1      2      4      6        8        12   16     32     48   52     58     64
 *    +-------+------+------+------+--------+--------+----+------+------+----+------+------+
 *    |family | l4   | sport| dport| length |ifindex | tos| from | to   | -- | smac | dmac |   struct bpf_fib_lookup
 *    +-------+------+------+------+--------+--------+----+------+------+----+------+------+
 *
 * `to` becomes the next hop, `ifindex` the device that it is behind; `smac` and `dmac`, if they are asked for, what the
 * frame has to have. Ports and addresses: network byte order.
 */
export const FIB = {
  family: 0,
  protocol: 1,
  sourcePort: 2,
  destinationPort: 4,
  length: 6,
  ifindex: 8,
  from: 16,
  to: 32,
  sourceMac: 52,
  destinationMac: 58,
  size: 64,
} as const;

/** `struct bpf_redir_neigh`: family (4 bytes), next hop (16 bytes). */
export const NEXT_HOP_SIZE = 20;

export const AF_INET = 2;
export const AF_INET6 = 10;

/** Ethernet types as a little-endian machine reads them from the wire. */
export const ETH_IPV4 = 0x0008;
export const ETH_IPV6 = 0xdd86;
export const ETHERNET_LENGTH = 14;

/** The device that is the loopback of every network namespace. */
export const LOOPBACK_IFINDEX = 1;
