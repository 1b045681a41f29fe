"""Numbers and names of chapter 16."""

from __future__ import annotations

from enum import IntEnum, StrEnum

MAGIC = 0x05
HEADER_SIZE = 28
TAG_SIZE = 16
SMALLEST_DATAGRAM = 44
OPENING_SIZE = 76
LARGEST_CONTROL = 1500
GREASE_KEYS = (0x0A0A, 0x1A1A, 0x2A2A, 0x3A3A, 0x4A4A, 0x5A5A, 0x6A6A, 0x7A7A)
FIRST_CRITICAL_KEY = 0x8000


class Type(IntEnum):
    """Message types, section 16.1."""

    REGISTRATION_REQUEST = 0x01
    REGISTRATION_RESPONSE = 0x02
    DIRECTION_REQUEST = 0x03
    ROUTE_DIRECTION = 0x04
    NODE_INFORMATION_REQUEST = 0x05
    NODE_INFORMATION_RESPONSE = 0x06
    RELAY_DIRECTION = 0x07
    DIRECTION_RESPONSE = 0x08
    RELAY_REGISTRATION_REQUEST = 0x09
    RELAY_REGISTRATION_RESPONSE = 0x0A
    OPENING_REQUEST = 0x0B
    OPENING_RESPONSE = 0x0C
    TUNNEL_REQUEST = 0x0D
    TUNNEL_RESPONSE = 0x0E
    PATH_UPDATE = 0x0F
    DATA = 0x10
    ACKNOWLEDGEMENT = 0x11


TYPES = frozenset(int(t) for t in Type)
OPENINGS = frozenset((Type.OPENING_REQUEST, Type.OPENING_RESPONSE))
REQUESTS = frozenset(
    (
        Type.REGISTRATION_REQUEST,
        Type.DIRECTION_REQUEST,
        Type.NODE_INFORMATION_REQUEST,
        Type.RELAY_DIRECTION,
        Type.RELAY_REGISTRATION_REQUEST,
        Type.TUNNEL_REQUEST,
        Type.PATH_UPDATE,
    )
)


class Kind(StrEnum):
    """Kinds of channel, section 16.2; the value stands in the labels of chapter 5."""

    ASSOCIATION = "association"
    PATH = "path"
    LEG = "leg"


class Status(IntEnum):
    """Section 16.3."""

    OK = 0
    MALFORMED = 1
    UNSUPPORTED = 2
    NOT_REGISTERED = 3
    UNKNOWN_NAME = 4
    REFUSED = 5
    NO_RELAY = 6
    POOL_EMPTY = 7
    NO_ROUTE = 8
    BUSY = 9

    @property
    def text(self) -> str:
        """The name as counters have it."""
        return self.name.lower().replace("_", "-")


class Layer(StrEnum):
    """Refusing layers, section 16.11, in their order."""

    LENGTH = "length"
    MAGIC = "magic"
    TYPE = "type"
    KEY_ID_ZERO = "key-id-zero"
    CONTEXT = "context"
    RATE_SOURCE = "rate-source"
    RATE_OPENING = "rate-opening"
    ORDER = "order"
    HANDSHAKE = "handshake"
    KEY_ID = "key-id"
    TAG = "tag"
    REPLAY = "replay"
    CHANNEL_TYPE = "channel-type"
    ENCODING = "encoding"
    TRANSACTION = "transaction"
    SCHEMA = "schema"
    STALE = "stale"
    RELAY_SOURCE = "relay-source"
    RELAY_HOLD = "relay-hold"
    RELAY_RATE = "relay-rate"
    AMPLIFICATION = "amplification"
    INNER_LENGTH = "inner-length"
    INNER_SOURCE = "inner-source"
    INNER_DESTINATION = "inner-destination"
    TRANSLATION = "translation"
    FRAGMENT = "fragment"
    MAPPING = "mapping"
    MAPPING_ROOM = "mapping-room"


# Of whoever is the end of a tunnel, and of the translator of an RS-N: none of them is an RS-S's.
LAYERS_OF_ENDS = frozenset(
    (
        Layer.INNER_LENGTH,
        Layer.INNER_SOURCE,
        Layer.INNER_DESTINATION,
        Layer.TRANSLATION,
        Layer.FRAGMENT,
        Layer.MAPPING,
        Layer.MAPPING_ROOM,
    )
)


class RelayKind(IntEnum):
    """Section 16.9."""

    RS_S = 1
    RS_N = 2
    RS_T = 3


class Key(IntEnum):
    """Body keys, section 16.6."""

    TRANSACTION = 0
    STATUS = 1
    PADDING = 2
    FQDN = 3
    NODE_ID = 4
    INSTANCE = 5
    LOCAL_ENDPOINTS = 6
    FEATURES = 7
    SUITES = 8
    LIFETIME = 9
    VIRTUAL_ADDRESSES = 10
    OBSERVED_ENDPOINT = 11
    KEEP_ALIVE = 12
    ALIASES = 13
    PEER_FQDN = 14
    PEER_ADDRESS = 15
    WANT = 16
    REPLACES = 17
    REASON = 18
    PATH_ID = 19
    PATH_SECRET = 20
    SUITE = 21
    PART = 22
    PEER = 23
    CANDIDATES = 24
    RELAY = 25
    KIND = 26
    ENDPOINTS = 27
    LEG_ID = 28
    LEG_SECRET = 29
    PEER_VIRTUAL_ADDRESS = 30
    LENT_ADDRESS = 31
    FOR_FQDN = 32
    OBSERVED_ENDPOINTS = 33
    NATTED_FAMILIES = 34
    LEG = 35
    LEGS = 36
    WITHDRAW = 37
    ALLOCATED_ADDRESS = 38
    KINDS = 39
    CAPACITY = 40
    POOL = 41
    ROUTE = 42
    CLOSE = 43
    DC_ENDPOINTS = 44


class Refused(Exception):
    """A layer refuses a datagram; a request is answered with `status` where there is one."""

    def __init__(self, layer: Layer, status: Status | None = None) -> None:
        super().__init__(layer.value)
        self.layer = layer
        self.status = status
