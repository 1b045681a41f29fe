"""Openings: Noise_NNpsk0_25519_ChaChaPoly_SHA256 as channels use it (chapter 5)."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from .header import Header, decode_header
from .registry import HEADER_SIZE, MAGIC, Kind, Layer, Refused, Type

PROTOCOL_NAME = b"Noise_NNpsk0_25519_ChaChaPoly_SHA256"
_NO_NONCE = bytes(12)


class Unusable(Exception):
    """The handshake verifies, but its key ID is 0 or held already (KEY-17, KEY-50)."""

    def __init__(self, key_id: int) -> None:
        super().__init__(str(key_id))
        self.key_id = key_id


@dataclass(frozen=True)
class ChannelSecret:
    """What both ends know of a channel before it has keys. The Node IDs stand in the order of the opening."""

    kind: Kind
    channel: bytes
    secret: bytes
    initiator: bytes
    responder: bytes
    suite: int = 1


@dataclass(frozen=True)
class Keys:
    """The outcome of an opening; each key is named by the end that seals with it."""

    initiator_key: bytes
    responder_key: bytes
    key_id: int


@dataclass(frozen=True)
class Finished:
    k1: bytes
    k2: bytes
    hash: bytes
    keys: Keys


def hkdf_expand(prk: bytes, info: bytes, length: int = 32) -> bytes:
    block, out, count = b"", b"", 0
    while len(out) < length:
        count += 1
        block = hmac.digest(prk, block + info + bytes([count]), "sha256")
        out += block
    return out[:length]


def hkdf_noise(ck: bytes, data: bytes) -> tuple[bytes, bytes, bytes]:
    """HKDF3 of section 5.1; HKDF2 is its first two outputs."""
    t = hmac.digest(ck, data, "sha256")
    o1 = hmac.digest(t, b"\x01", "sha256")
    o2 = hmac.digest(t, o1 + b"\x02", "sha256")
    return o1, o2, hmac.digest(t, o2 + b"\x03", "sha256")


def derive_psk(kind: Kind, channel: bytes, secret: bytes) -> bytes:
    return hkdf_expand(hmac.digest(channel, secret, "sha256"), b"ntmobile/1 psk " + kind.value.encode())


def derive_keys(kind: Kind, suite: int, k1: bytes, k2: bytes, handshake_hash: bytes) -> Keys:
    info = b"ntmobile/1 key " + kind.value.encode() + bytes([suite])
    return Keys(hkdf_expand(k1, info), hkdf_expand(k2, info), int.from_bytes(handshake_hash[:2], "big"))


def prologue(of: ChannelSecret, header: bytes) -> bytes:
    label = b"ntmobile/1 open " + of.kind.value.encode()
    return label + header + of.initiator + of.responder + bytes([of.suite])


def public_key(ephemeral: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(ephemeral).public_key().public_bytes_raw()


def x25519(secret: bytes, public: bytes) -> bytes:
    """DH of section 5.1; 32 zero bytes are refused (KEY-19)."""
    try:
        return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise Refused(Layer.HANDSHAKE) from error


def _tag(key: bytes, h: bytes) -> bytes:
    return ChaCha20Poly1305(key).encrypt(_NO_NONCE, b"", h)


def _mix(h: bytes, data: bytes) -> bytes:
    return sha256(h + data).digest()


@dataclass(frozen=True)
class _FirstHalf:
    """State of the handshake after message 1."""

    ck: bytes
    h: bytes
    tag: bytes


def _first_half(of: ChannelSecret, header: bytes, e_public: bytes) -> _FirstHalf:
    ck = sha256(PROTOCOL_NAME).digest()
    h = _mix(ck, prologue(of, header))
    ck, x, _ = hkdf_noise(ck, derive_psk(of.kind, of.channel, of.secret))
    h = _mix(_mix(h, x), e_public)
    ck, k, _ = hkdf_noise(ck, e_public)
    tag = _tag(k, h)
    return _FirstHalf(ck, _mix(h, tag), tag)


def _second_half(of: ChannelSecret, first: _FirstHalf, r_public: bytes, shared: bytes) -> tuple[bytes, Finished]:
    """T2, and what both ends have after message 2."""
    h = _mix(first.h, r_public)
    ck = hkdf_noise(first.ck, r_public)[0]
    ck, k, _ = hkdf_noise(ck, shared)
    tag = _tag(k, h)
    h = _mix(h, tag)
    k1, k2, _ = hkdf_noise(ck, b"")
    return tag, Finished(k1, k2, h, derive_keys(of.kind, of.suite, k1, k2, h))


def initiate(of: ChannelSecret, context: bytes, order: int, ephemeral: bytes) -> bytes:
    """Message 1, with its header."""
    header = Header(Type.OPENING_REQUEST, 0, context, order).encode()
    e_public = public_key(ephemeral)
    return header + e_public + _first_half(of, header, e_public).tag


def verify_request(of: ChannelSecret, request: bytes) -> _FirstHalf:
    """Checks the tag of message 1, before anything is drawn or computed for it (DOS-01)."""
    first = _first_half(of, request[:HEADER_SIZE], request[28:60])
    if not hmac.compare_digest(first.tag, request[60:76]):
        raise Refused(Layer.HANDSHAKE)
    return first


def respond(
    of: ChannelSecret,
    request: bytes,
    held: Collection[int] = (),
    draw: Callable[[], bytes] = lambda: os.urandom(32),
    tries: int = 1000,
) -> tuple[bytes, Finished]:
    """Message 2, with its header, and the keys. Draws again while the key ID is 0 or held (KEY-17)."""
    if decode_header(request).type != Type.OPENING_REQUEST:
        raise Refused(Layer.HANDSHAKE)
    first = verify_request(of, request)
    finished: Finished | None = None
    for _ in range(tries):
        ephemeral = draw()
        r_public = public_key(ephemeral)
        tag, finished = _second_half(of, first, r_public, x25519(ephemeral, request[28:60]))
        if finished.keys.key_id != 0 and finished.keys.key_id not in held:
            return response_header(request) + r_public + tag, finished
    assert finished is not None
    raise Unusable(finished.keys.key_id)


def response_header(request: bytes) -> bytes:
    """The header of message 2: that of message 1 but for the type (KEY-38)."""
    return bytes([MAGIC, Type.OPENING_RESPONSE]) + request[2:HEADER_SIZE]


def finish(
    of: ChannelSecret, request: bytes, ephemeral: bytes, response: bytes, held: Collection[int] = ()
) -> Finished:
    """The initiator's keys, from message 2."""
    decode_header(response)
    if response[:HEADER_SIZE] != response_header(request):
        raise Refused(Layer.HANDSHAKE)
    first = _first_half(of, request[:HEADER_SIZE], request[28:60])
    tag, finished = _second_half(of, first, response[28:60], x25519(ephemeral, response[28:60]))
    if not hmac.compare_digest(tag, response[60:76]):
        raise Refused(Layer.HANDSHAKE)
    if finished.keys.key_id == 0 or finished.keys.key_id in held:
        raise Unusable(finished.keys.key_id)
    return finished
