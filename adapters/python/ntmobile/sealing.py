"""Sealed messages (TUN-02) and the replay window (TUN-04)."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from .header import Header
from .registry import HEADER_SIZE, Layer, Refused

WINDOW = 8192
_AEADS: dict[int, type[ChaCha20Poly1305] | type[AESGCM]] = {1: ChaCha20Poly1305, 2: AESGCM}


def nonce(sequence: int) -> bytes:
    return bytes(4) + sequence.to_bytes(8, "big")


class SealingKey:
    """One key of one direction, with the AEAD of its suite."""

    def __init__(self, suite: int, key: bytes) -> None:
        self._aead = _AEADS[suite](key)

    def seal(self, header: Header, plaintext: bytes) -> bytes:
        ad = header.encode()
        return ad + self._aead.encrypt(nonce(header.sequence), plaintext, ad)

    def open(self, header: Header, datagram: bytes) -> bytes:
        try:
            return self._aead.decrypt(nonce(header.sequence), datagram[HEADER_SIZE:], datagram[:HEADER_SIZE])
        except InvalidTag as error:
            raise Refused(Layer.TAG) from error


class ReplayWindow:
    """The sequences that one key accepted: a bitmap whose lowest bit is the highest one."""

    def __init__(self, width: int = WINDOW) -> None:
        self.width = width
        self.highest = -1
        self._seen = 0
        self._mask = (1 << width) - 1

    def accept(self, sequence: int) -> bool:
        """Whether this sequence is new. Called only for what passed the tag."""
        ahead = sequence - self.highest
        if ahead > 0:
            self._seen = ((self._seen << ahead) | 1) & self._mask if ahead < self.width else 1
            self.highest = sequence
            return True
        if -ahead >= self.width or self._seen >> -ahead & 1:
            return False
        self._seen |= 1 << -ahead
        return True
