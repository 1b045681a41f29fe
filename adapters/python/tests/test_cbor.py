"""What the vectors of CBOR do not reach."""

from __future__ import annotations

import pytest

from ntmobile import cbor
from ntmobile.registry import Layer, Refused, Status
from ntmobile.schema import decode_body

TRANSACTION = b"\x00\x48" + bytes(8)


def test_depth_costs_no_stack() -> None:
    deep = b"\x81" * 100_000 + b"\x00"
    assert cbor.scan(deep).depth == 100_000
    with pytest.raises(cbor.Unsupported):
        cbor.decode(deep)
    with pytest.raises(cbor.NotDeterministic):
        cbor.scan(deep[:-1])


def test_a_tag_adds_no_depth() -> None:
    assert cbor.scan(b"\xc1\xc1\x81\xc1\x80").depth == 2


INTEGERS = [0, 23, 24, 2**8, 2**16, 2**32, 2**64 - 1, -1, -(2**64)]


@pytest.mark.parametrize("value", [*INTEGERS, "ü", b"", [], {}, None, True])
def test_round_trip(value: cbor.Value) -> None:
    assert cbor.decode(cbor.encode(value)) == value


def test_a_body_of_more_than_23_keys() -> None:
    """The head of the map has two bytes, and the transaction comes after them."""
    body = b"\xb8\x19" + TRANSACTION + b"".join(cbor.encode(key) + b"\xf6" for key in range(50, 74))
    assert decode_body(0x0D, body) == {0: bytes(8)}


def test_length_of_what_cannot_be_there() -> None:
    with pytest.raises(cbor.NotDeterministic):
        cbor.scan(b"\x5b" + b"\xff" * 8)
    with pytest.raises(cbor.NotDeterministic):
        cbor.scan(b"\x9b" + b"\xff" * 8)


@pytest.mark.parametrize(
    ("tail", "status"),
    [
        (b"\x01\x00" + b"\x18\x64\xf9\x00\x00", None),  # an answer with a float
        (b"\x18\x64\xf9\x00\x00", Status.MALFORMED),  # a request with one
    ],
)
def test_route_direction_is_an_answer_by_its_key(tail: bytes, status: Status | None) -> None:
    pairs = 3 if status is None else 2
    with pytest.raises(Refused) as refused:
        decode_body(0x04, bytes([0xA0 + pairs]) + TRANSACTION + tail)
    assert (refused.value.layer, refused.value.status) == (Layer.SCHEMA, status)
