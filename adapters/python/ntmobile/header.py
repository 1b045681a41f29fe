"""The 28 bytes of section 4.1, and the checks that need no key (GEN-03 to GEN-05)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .registry import (
    HEADER_SIZE,
    LARGEST_CONTROL,
    MAGIC,
    OPENING_SIZE,
    OPENINGS,
    SMALLEST_DATAGRAM,
    TYPES,
    Layer,
    Refused,
    Type,
)

_LAYOUT = struct.Struct(">BBH16sQ")


@dataclass(frozen=True)
class Header:
    type: int
    key_id: int
    context: bytes
    sequence: int

    def encode(self) -> bytes:
        return _LAYOUT.pack(MAGIC, self.type, self.key_id, self.context, self.sequence)


def read_header(datagram: bytes) -> Header:
    """The header of a datagram that is long enough and has the magic; nothing else is checked (RSS-10)."""
    if len(datagram) < SMALLEST_DATAGRAM:
        raise Refused(Layer.LENGTH)
    magic, kind, key_id, context, sequence = _LAYOUT.unpack_from(datagram)
    if magic != MAGIC:
        raise Refused(Layer.MAGIC)
    return Header(kind, key_id, context, sequence)


def check_header(header: Header, size: int) -> None:
    """The bounds by type, the type itself and the key ID: layers `length`, `type` and `key-id-zero`."""
    opening = header.type in OPENINGS
    if opening and size != OPENING_SIZE:
        raise Refused(Layer.LENGTH)
    if header.type in TYPES and header.type != Type.DATA and size > LARGEST_CONTROL:
        raise Refused(Layer.LENGTH)
    if header.type not in TYPES:
        raise Refused(Layer.TYPE)
    if opening != (header.key_id == 0):
        raise Refused(Layer.KEY_ID_ZERO)


def decode_header(datagram: bytes) -> Header:
    header = read_header(datagram)
    check_header(header, len(datagram))
    return header


def sealed_part(datagram: bytes) -> bytes:
    return datagram[HEADER_SIZE:]
