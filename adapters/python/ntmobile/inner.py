"""The payload of Data: one inner packet and zeros (TUN-11, NODE-11, TUN-13)."""

from __future__ import annotations

from collections.abc import Collection

from .registry import Layer, Refused


def inner_packet(payload: bytes, peer: Collection[bytes], own: Collection[bytes]) -> bytes:
    """The inner packet of an opened payload, its length taken from its own header."""
    version = payload[0] >> 4 if payload else 0
    if version == 4:
        header = (payload[0] & 15) * 4
        if len(payload) < 20 or header < 20 or len(payload) < header:
            raise Refused(Layer.INNER_LENGTH)
        length = int.from_bytes(payload[2:4], "big")
        if length < header:
            raise Refused(Layer.INNER_LENGTH)
        source, destination = payload[12:16], payload[16:20]
    elif version == 6:
        if len(payload) < 40:
            raise Refused(Layer.INNER_LENGTH)
        length = 40 + int.from_bytes(payload[4:6], "big")
        source, destination = payload[8:24], payload[24:40]
    else:
        raise Refused(Layer.INNER_LENGTH)
    if length > len(payload) or any(payload[length:]):
        raise Refused(Layer.INNER_LENGTH)
    if source not in peer:
        raise Refused(Layer.INNER_SOURCE)
    if destination not in own:
        raise Refused(Layer.INNER_DESTINATION)
    return payload[:length]
