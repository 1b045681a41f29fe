"""Every golden vector that concerns a codec. Those of `refused` are in test_refused.py."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from ntmobile import cbor, codec, noise, sealing
from ntmobile.header import Header
from ntmobile.registry import Kind, Refused
from ntmobile.schema import BODY_DEPTH

from .vectors import FOLDER, vectors

TEXT = {"kind"}
INTEGERS = {"sequence", "order"}


def to_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Hex to bytes, decimal text to integers."""

    def convert(name: str, value: Any) -> Any:
        if name in TEXT or isinstance(value, int):
            return value
        if name in INTEGERS:
            return int(value)
        if name == "sequences":
            return [int(item) for item in value]
        if isinstance(value, list):
            return [convert("", item) for item in value]
        return bytes.fromhex(value)

    return {name: convert(name, value) for name, value in given.items()}


def to_json(result: dict[str, Any]) -> dict[str, Any]:
    def convert(name: str, value: Any) -> Any:
        if isinstance(value, bytes):
            return value.hex()
        return str(value) if name in INTEGERS else value

    return {name: convert(name, value) for name, value in result.items()}


def cases(*families: str) -> list[Any]:
    return [pytest.param(v, id=v["id"]) for name in families for v in vectors(name)]


CODEC = ["header", "key-schedule", "openings", "sealed", "replay", "bodies", "data"]


@pytest.mark.parametrize("vector", cases(*CODEC))
def test_codec(vector: dict[str, Any]) -> None:
    given = to_fields(vector["input"])
    name = vector["call"]
    if name == "prologue":
        of = noise.ChannelSecret(Kind(given["kind"]), b"", b"", given["initiator"], given["responder"], given["suite"])
        result: dict[str, Any] = {"prologue": noise.prologue(of, given["header"])}
    elif name == "nonce":
        result = {"nonce": sealing.nonce(given["sequence"])}
    elif name == "endpoint":
        result = {"endpoint": given["address"] + given["port"].to_bytes(2, "big")}
    else:
        result = codec.call(name, given)
    if name == "replay":
        expected = vector["output"]["accepted"]
        assert [e if e is None else a for e, a in zip(expected, result["accepted"], strict=True)] == expected
    elif vector["result"] == "invalid":
        assert result == vector["refused"]
    else:
        assert to_json(result) == vector["output"]


@pytest.mark.parametrize("vector", [v for v in cases("bodies") if v.values[0]["result"] == "valid"])
def test_body_round_trip(vector: dict[str, Any]) -> None:
    if vector["call"] == "decode-body":
        body = bytes.fromhex(vector["input"]["body"])
        assert cbor.encode(cbor.decode(body)) == body


@pytest.mark.parametrize("vector", cases("building-blocks"))
def test_building_blocks(vector: dict[str, Any]) -> None:
    name = vector["call"]
    if name == "cbor":
        check_cbor(vector)
        return
    given = to_fields(vector["input"])
    if name == "sha256":
        result = {"digest": hashlib.sha256(given["message"]).digest()}
    elif name == "hmac-sha256":
        result = {"digest": hmac.digest(given["key"], given["data"], "sha256")}
    elif name == "hkdf-sha256":
        prk = hmac.digest(given["salt"], given["ikm"], "sha256")
        result = {"prk": prk, "okm": noise.hkdf_expand(prk, given["info"], given["length"])}
    elif name == "x25519":
        result = {"result": x25519(given["scalar"], given["u"])}
    elif name in ("chacha20-poly1305", "aes-256-gcm"):
        aead = (AESGCM if name == "aes-256-gcm" else ChaCha20Poly1305)(given["key"])
        result = {"sealed": aead.encrypt(given["nonce"], given["plaintext"], given["ad"])}
    else:
        assert name == "chacha20-poly1305-open"
        try:
            opened = ChaCha20Poly1305(given["key"]).decrypt(given["nonce"], given["sealed"], given["ad"])
        except Exception:
            assert vector["refused"] == {"layer": "tag"}
            return
        result = {"plaintext": opened}
    assert to_json(result) == vector["output"]


def x25519(scalar: bytes, u: bytes) -> bytes:
    try:
        return noise.x25519(scalar, u)
    except Refused:
        return bytes(32)


def check_cbor(vector: dict[str, Any]) -> None:
    encoded = bytes.fromhex(vector["input"]["encoded"])
    try:
        facts = cbor.scan(encoded)
    except cbor.NotDeterministic:
        assert vector["refused"] == {"layer": "encoding"}
        return
    if facts.forbidden or facts.depth > BODY_DEPTH:
        assert vector["refused"] == {"layer": "schema"}
        return
    assert vector["result"] == "valid"
    assert cbor.encode(cbor.decode(encoded)) == encoded


class Stream:
    """The inputs of a digest, from the front."""

    def __init__(self, primitive: str) -> None:
        label = f"NTMobile golden vectors: digests {primitive}: "
        self._blocks: Iterator[bytes] = (hashlib.sha256(f"{label}{n}".encode()).digest() for n in range(1 << 40))
        self._rest = b""

    def take(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._rest += next(self._blocks)
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


SEALED_TYPES = [*range(1, 0x0B), *range(0x0D, 0x12)]
KINDS = [Kind.ASSOCIATION, Kind.PATH, Kind.LEG]


def one_round(primitive: str, s: Stream, i: int, state: dict[str, Any]) -> bytes:
    kind = KINDS[i % 3]
    if primitive == "header":
        key_id = int.from_bytes(s.take(2), "big") or 1
        context = s.take(16)
        return Header(SEALED_TYPES[i % 15], key_id, context, int.from_bytes(s.take(8), "big")).encode()
    if primitive == "integers":
        return cbor.encode(int.from_bytes(s.take(8), "big") >> i % 65)
    if primitive == "psk":
        return noise.derive_psk(kind, s.take(16), s.take(32))
    if primitive == "keys":
        k1, k2, h = s.take(32), s.take(32), s.take(32)
        keys = noise.derive_keys(kind, 1 + i % 2, k1, k2, h)
        return keys.initiator_key + keys.responder_key + h[:2]
    if primitive == "opening":
        channel, secret, initiator, responder = s.take(16), s.take(32), s.take(16), s.take(16)
        e, r = s.take(32), s.take(32)
        order = 0 if kind is Kind.ASSOCIATION else int.from_bytes(s.take(8), "big")
        of = noise.ChannelSecret(kind, channel, secret, initiator, responder)
        request = noise.initiate(of, channel, order, e)
        response, finished = noise.respond(of, request, (), lambda: r)
        return request + response + finished.keys.initiator_key + finished.keys.responder_key
    if primitive.startswith("seal-suite-"):
        key, sequence = s.take(32), int.from_bytes(s.take(8), "big")
        key_id, context = int.from_bytes(s.take(2), "big") or 1, s.take(16)
        header = Header(0x10, key_id, context, sequence)
        return sealing.SealingKey(int(primitive[-1]), key).seal(header, s.take(i))
    assert primitive == "replay"
    n, highest = int.from_bytes(s.take(2), "big"), state.setdefault("highest", 8191)
    window = state.setdefault("window", sealing.ReplayWindow())
    sequence = highest + 1 + n % 512 if i % 3 == 0 else highest - n % 8192
    state["highest"] = max(highest, sequence)
    return b"\1" if window.accept(sequence) else b"\0"


@pytest.mark.parametrize("vector", cases("digests"))
def test_digests(vector: dict[str, Any]) -> None:
    primitive, rounds = vector["input"]["primitive"], vector["input"]["rounds"]
    stream, digest, state = Stream(primitive), hashlib.sha256(), {}
    for i in range(rounds):
        digest.update(one_round(primitive, stream, i, state))
    assert digest.hexdigest() == vector["output"]["digest"]


ELSEWHERE = {"refused", "sequences"}  # in their own tests
OF_OTHER_ROLES = {"routes", "ntm-record", "dns-answers"}  # what a DC decides, what DNS says


def test_no_family_is_forgotten() -> None:
    no_vectors = {"manifest", "schema"}
    families = {file.stem for file in FOLDER.glob("*.json")} - no_vectors
    assert families == {*CODEC, "building-blocks", "digests"} | ELSEWHERE | OF_OTHER_ROLES
