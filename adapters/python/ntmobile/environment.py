"""What every channel of a role shares."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from .addresses import AddressPolicy, Endpoint
from .clock import Clock
from .counters import Counters
from .limits import BucketTable
from .registry import GREASE_KEYS
from .timers import Timers

GREASE_PART = 0.25
LARGEST_GREASE = 16


class Send(Protocol):
    """Sends a datagram from the role's own endpoint of that family, with this DSCP and ECN."""

    def __call__(self, endpoint: Endpoint, datagram: bytes, traffic_class: int = 0) -> None: ...


@dataclass
class Environment:
    node_id: bytes
    clock: Clock
    timers: Timers
    counters: Counters
    policy: AddressPolicy
    failures: BucketTable  # of DOS-03, by source address
    send: Send
    families: frozenset[int]
    show: Callable[[str], None] = lambda text: None  # an event for the operator
    # Ephemeral keys and transactions come from `randomness`, a cryptographic source; times and grease from `dice`.
    randomness: Callable[[int], bytes] = random.SystemRandom().randbytes
    dice: random.Random = field(default_factory=random.Random)

    def jittered(self, seconds: float, part: float) -> float:
        return seconds * self.dice.uniform(1 - part, 1 + part)

    def grease(self) -> dict[int, bytes]:
        """Now and then a key that nobody may give a meaning (GEN-21)."""
        if self.dice.random() >= GREASE_PART:
            return {}
        return {self.dice.choice(GREASE_KEYS): self.dice.randbytes(self.dice.randrange(LARGEST_GREASE + 1))}
