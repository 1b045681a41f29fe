-- Numbers and names of NTMobile, written by test/wireshark/tables.ts, not by hand.

local T = {}

T.MAGIC = 5
T.HEADER = 28
T.TAG = 16
T.OPENING = 76
T.LONGEST_CONTROL = 1500
T.OPENING_REQUEST = 11
T.OPENING_RESPONSE = 12
T.DATA = 16
T.FIRST_CRITICAL_KEY = 32768
T.TYPES = {
  [1] = "Registration Request",
  [2] = "Registration Response",
  [3] = "Direction Request",
  [4] = "Route Direction",
  [5] = "Node Information Request",
  [6] = "Node Information Response",
  [7] = "Relay Direction",
  [8] = "Direction Response",
  [9] = "Relay Registration Request",
  [10] = "Relay Registration Response",
  [11] = "Tunnel Request, opening",
  [12] = "Tunnel Response, opening",
  [13] = "Tunnel Request, probing",
  [14] = "Tunnel Response, probing",
  [15] = "Path Update",
  [16] = "Data",
  [17] = "Acknowledgement",
}

T.STATUSES = {
  [0] = "ok",
  [1] = "malformed",
  [2] = "unsupported",
  [3] = "not-registered",
  [4] = "unknown-name",
  [5] = "refused",
  [6] = "no-relay",
  [7] = "pool-empty",
  [8] = "no-route",
  [9] = "busy",
}

T.SUITES = {
  [1] = "chacha20-poly1305",
  [2] = "aes256-gcm",
}

T.FEATURES = {
  [1] = "nat64",
  [2] = "relay-only",
}

T.PARTS = {
  [1] = "initiate",
  [2] = "await",
  [3] = "both",
}

T.REASONS = {
  [1] = "moved",
  [2] = "direct-failed",
  [3] = "relay-lost",
}

T.ROUTES = {
  [1] = "direct",
  [2] = "relay",
}

T.RELAY_KINDS = {
  [1] = "RS-S",
  [2] = "RS-N",
  [3] = "RS-T",
}

T.GREASE = { [2570] = true, [6682] = true, [10794] = true, [14906] = true, [19018] = true, [23130] = true, [27242] = true, [31354] = true }

T.KEYS = {
  [0] = { "transaction", "bytes" },
  [1] = { "status", "number", T.STATUSES },
  [2] = { "padding", "bytes" },
  [3] = { "fqdn", "text" },
  [4] = { "node-id", "bytes" },
  [5] = { "instance", "bytes" },
  [6] = { "local-endpoints", "endpoint" },
  [7] = { "features", "number", T.FEATURES },
  [8] = { "suites", "number", T.SUITES },
  [9] = { "lifetime", "number" },
  [10] = { "virtual-addresses", "address" },
  [11] = { "observed-endpoint", "endpoint" },
  [12] = { "keep-alive", "number" },
  [13] = { "aliases", "bytes" },
  [14] = { "peer-fqdn", "text" },
  [15] = { "peer-address", "address" },
  [16] = { "want", "number", T.RELAY_KINDS },
  [17] = { "replaces", "bytes" },
  [18] = { "reason", "number", T.REASONS },
  [19] = { "path-id", "bytes" },
  [20] = { "path-secret", "bytes" },
  [21] = { "suite", "number", T.SUITES },
  [22] = { "part", "number", T.PARTS },
  [23] = { "peer", "map" },
  [24] = { "candidates", "endpoint" },
  [25] = { "relay", "map" },
  [26] = { "kind", "number", T.RELAY_KINDS },
  [27] = { "endpoints", "endpoint" },
  [28] = { "leg-id", "bytes" },
  [29] = { "leg-secret", "bytes" },
  [30] = { "peer-virtual-address", "address" },
  [31] = { "lent-address", "address" },
  [32] = { "for-fqdn", "text" },
  [33] = { "observed-endpoints", "endpoint" },
  [34] = { "natted-families", "number" },
  [35] = { "leg", "map" },
  [36] = { "legs", "map" },
  [37] = { "withdraw", "boolean" },
  [38] = { "allocated-address", "address" },
  [39] = { "kinds", "number", T.RELAY_KINDS },
  [40] = { "capacity", "number" },
  [41] = { "pool", "address" },
  [42] = { "route", "number", T.ROUTES },
  [43] = { "close", "boolean" },
  [44] = { "dc-endpoints", "endpoint" },
}

return T
