"""Deterministic CBOR (RFC 8949, 4.2.1), as bodies have it (GEN-08, GEN-30).

`scan` walks the bytes without recursion, so that no depth of nesting can exhaust the stack; `decode` recurses only
into what `scan` found to be shallow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Value = int | bytes | str | bool | None | list | dict

_FALSE, _TRUE, _NULL = 20, 21, 22
DECODE_DEPTH = 64


class NotDeterministic(Exception):
    """The bytes are not exactly one deterministically encoded item."""


class Unsupported(Exception):
    """Deterministic, but it has a tag, a float, another simple value, or is nested too deep to be decoded."""


@dataclass(frozen=True)
class Scan:
    """What is in an item that is deterministic to its last byte."""

    depth: int  # arrays and maps, the item itself included; tags add none
    tag: bool
    float_or_simple: bool  # a float, or a simple value other than false, true and null
    other_key: bool  # a map key that is no unsigned integer

    @property
    def forbidden(self) -> bool:
        """What GEN-30 forbids, but for the depth."""
        return self.tag or self.float_or_simple or self.other_key


@dataclass
class _Frame:
    items: int  # still to come; of a map keys and values
    is_map: bool = False
    is_tag: bool = False
    key_next: bool = False
    key_start: int = 0
    last_key: bytes | None = None


def head_at(data: bytes, at: int) -> tuple[int, int, int, int]:
    """Major type, additional information, argument and the position after the head."""
    if at >= len(data):
        raise NotDeterministic("too few bytes")
    major, info = data[at] >> 5, data[at] & 31
    if info < 24:
        return major, info, info, at + 1
    if info > 27:
        raise NotDeterministic("indefinite length or reserved head")
    size = 1 << (info - 24)
    end = at + 1 + size
    if end > len(data):
        raise NotDeterministic("too few bytes")
    argument = int.from_bytes(data[at + 1 : end], "big")
    if major == 7:
        if info == 24 and argument < 32:
            raise NotDeterministic("simple value below 32 in two bytes")
    else:
        check_shortest(size, argument)
    return major, info, argument, end


def check_shortest(size: int, argument: int) -> None:
    if argument < 24 or (size > 1 and argument < 1 << (4 * size)):
        raise NotDeterministic("not in its shortest form")


def check_order(before: bytes | None, key: bytes) -> None:
    if before is not None and key <= before:
        raise NotDeterministic("keys not in ascending order")


def scan(data: bytes) -> Scan:
    """Checks that `data` is one deterministic item, however deep, and says what is in it."""
    at = depth = deepest = 0
    tag = float_or_simple = other_key = False
    stack: list[_Frame] = []
    while True:
        top = stack[-1] if stack else None
        start = at
        major, info, argument, at = head_at(data, at)
        if top and top.key_next:
            top.key_start = start
            other_key = other_key or major != 0
        if major in (2, 3):
            if argument > len(data) - at:
                raise NotDeterministic("too few bytes")
            if major == 3:
                try:
                    data[at : at + argument].decode("utf-8")
                except UnicodeDecodeError as error:
                    raise NotDeterministic("not UTF-8") from error
            at += argument
        elif major in (4, 5):
            deepest = max(deepest, depth + 1)
            if argument:
                depth += 1
                is_map = major == 5
                stack.append(_Frame(argument * 2 if is_map else argument, is_map=is_map, key_next=is_map))
                continue
        elif major == 6:
            tag = True
            stack.append(_Frame(1, is_tag=True))
            continue
        elif major == 7:
            float_or_simple = float_or_simple or info > 24 or argument not in (_FALSE, _TRUE, _NULL)
        while stack:  # an item is complete, and with it perhaps what it ends
            frame = stack[-1]
            if frame.is_map:
                if frame.key_next:
                    key = data[frame.key_start : at]
                    check_order(frame.last_key, key)
                    frame.last_key = key
                frame.key_next = not frame.key_next
            frame.items -= 1
            if frame.items:
                break
            depth -= 0 if frame.is_tag else 1
            stack.pop()
        if not stack:
            break
    if at != len(data):
        raise NotDeterministic("bytes after the item")
    return Scan(deepest, tag, float_or_simple, other_key)


def decode(data: bytes) -> Any:
    """One item of integers, strings, arrays, maps with integer or text keys, false, true and null."""
    facts = scan(data)
    if facts.tag or facts.float_or_simple or facts.depth > DECODE_DEPTH:
        raise Unsupported("a tag, a float, a simple value, or too deep")
    return _item(data, 0)[0]


def _item(data: bytes, at: int) -> tuple[Any, int]:
    major, _, argument, at = head_at(data, at)
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major == 2:
        return data[at : at + argument], at + argument
    if major == 3:
        return data[at : at + argument].decode("utf-8"), at + argument
    if major == 4:
        items = []
        for _ in range(argument):
            item, at = _item(data, at)
            items.append(item)
        return items, at
    if major == 5:
        pairs = {}
        for _ in range(argument):
            key, at = _item(data, at)
            if not isinstance(key, (int, str)) or isinstance(key, bool):
                raise Unsupported("a map key that is neither integer nor text")
            pairs[key], at = _item(data, at)
        return pairs, at
    return {_FALSE: False, _TRUE: True, _NULL: None}[argument], at


def head(major: int, argument: int) -> bytes:
    """A head in its shortest form."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * size):
            return bytes([major << 5 | info]) + argument.to_bytes(size, "big")
    raise ValueError("an integer of more than 64 bits")


def encode(value: Value) -> bytes:
    """The one deterministic encoding of a value."""
    if value is None:
        return bytes([7 << 5 | _NULL])
    if isinstance(value, bool):
        return bytes([7 << 5 | (_TRUE if value else _FALSE)])
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, (bytes, bytearray)):
        return head(2, len(value)) + bytes(value)
    if isinstance(value, str):
        text = value.encode("utf-8")
        return head(3, len(text)) + text
    if isinstance(value, (list, tuple)):
        return head(4, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, dict):
        return encode_pairs([(encode(key), encode(item)) for key, item in value.items()])
    raise TypeError(f"no CBOR for {type(value).__name__}")


def encode_pairs(pairs: list[tuple[bytes, bytes]]) -> bytes:
    """A map of keys and values that are encoded already."""
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key twice")
    return head(5, len(pairs)) + b"".join(key + item for key, item in sorted(pairs))
