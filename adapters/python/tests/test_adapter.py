"""The kit: framing and ops, with the worked example of the contract."""

from __future__ import annotations

from typing import Any

import pytest

from ntm_kit.adapter import Adapter, Implementation
from ntm_kit.framing import Framing
from ntm_kit.loop import Loop
from ntmobile import cbor
from ntmobile.__main__ import implementation

HELLO = bytes.fromhex(
    "a5617663312e3062696401626f706568656c6c6f656e6f6e6365486e6f6e636523233166746573746572487465737465722331"
)
RESET = bytes.fromhex(
    "a2636d6163582009f570e5bc784b1ffe886c44e5879902c70d9c50db0beee684c7af04360bce7864626f64795824"
    "a4617663312e306269640262 6f70657265736574 66746573746572487465737465722331".replace(" ", "")
)
TOKEN = b"a shared token"


class Asker:
    """Talks to an adapter whose sending it caught."""

    def __init__(self, of: Implementation, token: bytes | None = None) -> None:
        self.adapter = Adapter(of, Loop(), ("127.0.0.1", 0), token)
        self.answers: list[bytes] = []
        self.adapter._socket.close()
        self.adapter._socket = self  # type: ignore[assignment]
        self.id = 0

    def sendto(self, datagram: bytes, _: Any) -> None:
        self.answers.append(datagram)

    def deliver(self, datagram: bytes) -> list[bytes]:
        self.answers = []
        self.adapter._receive(datagram, ("127.0.0.1", 9))
        return self.answers

    def ask(self, op: str, **fields: Any) -> dict[str, Any]:
        self.id += 1
        request = {"v": "1.0", "tester": b"tester#1", "id": self.id, "op": op, **fields}
        return cbor.decode(self.deliver(cbor.encode(request))[0])


@pytest.fixture
def tester() -> Asker:
    return Asker(implementation())


def test_hello_of_the_contract(tester: Asker) -> None:
    answer = cbor.decode(tester.deliver(HELLO)[0])
    assert answer["answer"] == "done" and answer["result"]["nonce"] == b"nonce##1"
    assert answer["result"]["roles"] == ["rs-s", "codec"]
    assert tester.deliver(HELLO) == [cbor.encode(answer)]


def test_reset_under_a_token() -> None:
    tester = Asker(implementation(), TOKEN)
    answer = cbor.decode(tester.deliver(RESET)[0])
    assert cbor.decode(answer["body"])["result"] == {"ended": 0}
    assert tester.deliver(RESET[:-1] + b"2") == [] and tester.deliver(HELLO) == []


def test_stragglers_are_ignored(tester: Asker) -> None:
    old = cbor.encode({"v": "1.0", "tester": b"tester#1", "id": 1, "op": "reset"})
    newer = cbor.encode({"v": "1.0", "tester": b"tester#1", "id": 1 + 4096, "op": "reset"})
    assert tester.deliver(newer) and not tester.deliver(old)


def test_pieces_in_any_order(tester: Asker) -> None:
    request = {"v": "1.0", "tester": b"tester#1", "id": 1, "op": "reset", "more": bytes(20000)}
    message = cbor.encode(request)
    cut = [message[at : at + 7000] for at in range(0, len(message), 7000)]
    pieces = [
        cbor.encode({"v": "1.0", "tester": b"tester#1", "id": 1, "part": [n, len(cut)], "data": data})
        for n, data in enumerate(cut)
    ]
    assert tester.deliver(pieces[2]) == [] and tester.deliver(pieces[0]) == []
    answer = tester.deliver(pieces[1])
    assert cbor.decode(answer[0])["result"] == {"ended": 0}
    assert [tester.deliver(piece) for piece in pieces] == [[], [], answer]


def test_long_answers_are_cut() -> None:
    answer = {"v": "1.0", "tester": b"tester#1", "id": 1, "answer": "done", "result": {"x": bytes(20000)}}
    pieces = [cbor.decode(piece) for piece in Framing(None, True).wrap(answer)]
    assert all(len(cbor.encode(piece)) <= 8192 for piece in pieces)
    assert cbor.decode(b"".join(piece["data"] for piece in pieces)) == answer


def test_kinds_of_answers(tester: Asker) -> None:
    assert tester.ask("dance")["answer"] == "not-implemented"
    assert tester.ask("counters", instance=1)["answer"] == "error"
    assert tester.ask("counters")["answer"] == "error"
    assert tester.ask("start", role="dc", config={}, case="")["answer"] == "not-implemented"
    assert tester.ask("start", role="rs-s", config={}, case="")["answer"] == "error"
    assert tester.ask("codec", call="decode-header", datagram=b"")["result"] == {"layer": "length"}
    assert tester.deliver(b"\x05" * 50) == [] and tester.deliver(cbor.encode({"v": "1.0"})) == []
