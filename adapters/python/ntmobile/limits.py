"""Limits by rate (GEN-29) and by bytes (DOS-02). Every table in here is bounded (DOS-04)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from math import inf

_ROUNDING = 1e-6


class TokenBucket:
    """n tokens at most, n more each second."""

    __slots__ = ("rate", "tokens", "at", "asked")

    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        self.tokens = rate
        self.at = now
        self.asked = now  # when somebody last wanted to take

    def has(self, now: float, amount: float = 1) -> bool:
        if self.rate == inf:
            return True
        self.tokens = min(self.rate, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return self.tokens + _ROUNDING >= amount

    def take(self, now: float, amount: float = 1) -> bool:
        self.asked = now
        if not self.has(now, amount):
            return False
        self.tokens -= amount
        return True


class BucketTable:
    """A bucket for each key. A row that is full again is forgotten; if there is no room, the oldest goes."""

    def __init__(self, rate: float, bound: int) -> None:
        self.rate = rate
        self.bound = bound
        self._rows: OrderedDict[Hashable, TokenBucket] = OrderedDict()

    def has(self, key: Hashable, now: float) -> bool:
        row = self._rows.get(key)
        return row is None or row.has(now)

    def take(self, key: Hashable, now: float) -> bool:
        """Takes one token, if there is one; the row counts as the newest either way."""
        self.forget_full(now)
        row = self._rows.pop(key, None)
        if row is None:
            if len(self._rows) >= self.bound:
                self._rows.popitem(last=False)
            row = TokenBucket(self.rate, now)
        self._rows[key] = row
        return row.take(now)

    def forget_full(self, now: float) -> None:
        """A second after somebody last wanted to take from it, each bucket is full."""
        while self._rows:
            key, row = next(iter(self._rows.items()))
            if now - row.asked < 1:
                return
            del self._rows[key]

    def __len__(self) -> int:
        return len(self._rows)


class Budget:
    """Bytes that came from and went to addresses that are not valid (DOS-02)."""

    BOUND = 64

    def __init__(self, factor: int) -> None:
        self._factor = factor
        self._rows: OrderedDict[Hashable, list[int]] = OrderedDict()

    def received(self, address: Hashable, size: int) -> None:
        row = self._rows.setdefault(address, [0, 0])
        row[0] += size
        self._rows.move_to_end(address)
        if len(self._rows) > self.BOUND:
            self._rows.popitem(last=False)

    def spend(self, address: Hashable, size: int) -> bool:
        row = self._rows.get(address)
        if row is None or row[1] + size > self._factor * row[0]:
            return False
        row[1] += size
        return True
