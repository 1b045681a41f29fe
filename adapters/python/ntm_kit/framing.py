"""Messages of the adapter contract in datagrams: CBOR maps, pieces, and the token."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from ntmobile import cbor

MESSAGE_LIMIT = 65536
PARTS_LIMIT = 64
LOOPBACK_DATAGRAM = 8192
OTHER_DATAGRAM = 1200
ASSEMBLIES = 64
TESTER_SIZE = 8
_WRAPPING = 64  # what `body` and `mac` cost
_PIECE = 80  # what a piece costs beside its data


@dataclass(frozen=True)
class Incoming:
    """A whole request, or a piece of one."""

    tester: bytes
    id: int
    fields: dict[str, Any] | None  # None: pieces are missing
    last: bool  # the datagram on which a known answer is sent again


def _read_map(data: bytes) -> dict[str, Any] | None:
    try:
        value = cbor.decode(data)
    except (cbor.NotDeterministic, cbor.Unsupported):
        return None
    return value if isinstance(value, dict) else None


def _is_message(fields: dict[str, Any]) -> bool:
    tester, number = fields.get("tester"), fields.get("id")
    return (
        isinstance(fields.get("v"), str)
        and isinstance(tester, bytes)
        and len(tester) == TESTER_SIZE
        and isinstance(number, int)
        and not isinstance(number, bool)
        and number >= 0
    )


class Framing:
    """Turns datagrams into requests and answers into datagrams."""

    def __init__(self, token: bytes | None, loopback: bool) -> None:
        self._token = token
        self._datagram = LOOPBACK_DATAGRAM if loopback else OTHER_DATAGRAM
        self._assemblies: OrderedDict[tuple[bytes, int], dict[int, bytes]] = OrderedDict()

    def unwrap(self, datagram: bytes) -> Incoming | None:
        """None for what is no request: it gets no answer at all."""
        if not datagram or datagram[0] < 0xA0:
            return None
        fields = _read_map(datagram)
        if fields is not None and self._token is not None:
            fields = self._verified(fields)
        if fields is None or not _is_message(fields):
            return None
        if "part" in fields:
            return self._piece(fields)
        if not isinstance(fields.get("op"), str):
            return None
        return Incoming(fields["tester"], fields["id"], fields, True)

    def _verified(self, fields: dict[str, Any]) -> dict[str, Any] | None:
        body, mac = fields.get("body"), fields.get("mac")
        if not isinstance(body, bytes) or not isinstance(mac, bytes):
            return None
        if not hmac.compare_digest(hmac.digest(self._token or b"", body, "sha256"), mac):
            return None
        return _read_map(body)

    def _piece(self, fields: dict[str, Any]) -> Incoming | None:
        part, data, key = fields["part"], fields.get("data"), (fields["tester"], fields["id"])
        if not (isinstance(part, list) and len(part) == 2 and isinstance(data, bytes)):
            return None
        index, count = part
        if not all(isinstance(n, int) and not isinstance(n, bool) for n in part):
            return None
        if not 0 <= index < count <= PARTS_LIMIT:
            return None
        pieces = self._assemblies.setdefault(key, {})
        pieces[index] = data
        last = index == count - 1
        if len(self._assemblies) > ASSEMBLIES:
            self._assemblies.popitem(last=False)
        if any(n not in pieces for n in range(count)):
            return Incoming(*key, None, last)
        del self._assemblies[key]
        whole = b"".join(pieces[n] for n in range(count))
        request = _read_map(whole) if len(whole) <= MESSAGE_LIMIT else None
        if request is None or not _is_message(request) or not isinstance(request.get("op"), str):
            return None
        return Incoming(*key, request, last) if (request["tester"], request["id"]) == key else None

    def wrap(self, answer: dict[str, Any]) -> list[bytes]:
        """The datagrams of an answer."""
        message = cbor.encode(answer)
        room = self._datagram - (_WRAPPING if self._token is not None else 0)
        if len(message) <= room:
            return [self._sealed(message)]
        size = room - _PIECE
        pieces = [message[at : at + size] for at in range(0, len(message), size)]
        head = {name: answer[name] for name in ("v", "tester", "id")}
        return [
            self._sealed(cbor.encode({**head, "part": [index, len(pieces)], "data": data}))
            for index, data in enumerate(pieces)
        ]

    def _sealed(self, body: bytes) -> bytes:
        if self._token is None:
            return body
        return cbor.encode({"body": body, "mac": hmac.digest(self._token, body, "sha256")})
