"""The timers and limits of chapter 15 that an RS-S uses, and who may set them (GEN-39, GEN-48)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from math import inf
from typing import Any

OPENING_REPEAT = (0, 0.25, 0.75, 1.75, 3.75)
PROBE_TRY = (0, 0.5, 1.5)
TRY_RS_DC = (0, 0.5, 1.5, 3.5)
UNCONFIRMED_HANDSHAKES = 4
REMEMBERED_SOURCES = 4
LEARNED_DESTINATIONS = 4
OLD_HANDSHAKES = 4
AMPLIFICATION = 3
RENEWAL_PART = 0.5
RENEWAL_JITTER = 0.1
RETRY_JITTER = 0.1

_ALWAYS: dict[str, float] = {
    "opening-rate-source": 8,
    "opening-rate-channel": 64,
    "source-failures": 1000,
    "registration-lifetime": 120,
    "registration-lifetime-min": 30,
    "keep-alive": 25,
    "dns-rate": 100,
    "relay-registration-lifetime": 120,
    "relay-idle": 120,
    "relay-direction-live": 86400,
    "relay-packets": inf,
    "relay-bytes": inf,
    "path-idle": 300,
    "path-idle-relay-end": 7440,
    "dns-wait": 5,
    "optimise-again": 60,
}

_TEST: dict[str, float] = {
    "opening-over": 5,
    "unconfirmed": 10,
    "old-keys": 10,
    "path-rekey": 120,
    "association-rekey": 3600,
    "leg-rekey": 3600,
    "rekey-other-end": 15,
    "key-lifetime-extra": 60,
    "rekey-messages": 2**60,
    "rekey-messages-suite-2": 2**28,
    "failed-tags": 2**36,
    "path-unconfirmed": 30,
    "log-lines": 1,
    "probe-over": 2.5,
    "try-over-path-update": 2.5,
    "try-over-dc-dc": 2.5,
    "try-over-dc-node": 1.5,
    "try-over-dc-rs": 1.5,
    "try-over-node-dc": 5,
    "try-over-rs-dc": 5,
    "try-jitter": 10,
    "direction-answer": 4.5,
    "answer-cache": 30,
    "answer-bound": 4096,
    "answer-bound-other": 64,
    "registration-retry-min": 5,
    "registration-retry-max": 60,
    "dc-lookup": 5,
    "publish": 1,
    "register-retry-min": 5,
    "register-retry-max": 60,
    "relay-idle-late": 5,
    "withdraw": 1,
    "hold-time": 2,
    "hold-count": 4,
    "hold-size": 1500,
    "hold-total": 256,
    "node-information": 5,
    "same-nat-candidates": 1,
    "packet-hold-time": 5,
    "packet-hold-count": 64,
    "relay-direction-replaced": 40,
    "name-memory": 7440,
    "general-address-memory": 7440,
    "close-receive": 10,
    "dns-ttl": 60,
    "dns-negative-ttl": 5,
    "cname-chain": 8,
    "move": 1,
    "heard": 2.5,
    "heard-over": 2.5,
    "replace-repeat": 5,
    "both-move": 5,
    "lowest-path": 30,
    "lowest-path-heard": 5,
    "optimise-candidates": 8,
    "optimise-unanswered": 10,
    "optimise-size": 200,
    "optimise-again-max": 960,
    "optimise-back": 7,
    "nat-udp": 120,
    "nat-tcp": 7440,
    "nat-tcp-transitory": 240,
    "nat-echo": 60,
    "nat-released": 120,
    "lease-quarantine": 120,
}


class TimerError(ValueError):
    """A name or value that a configuration may not have."""


def number(value: Any) -> float:
    """A number, or the decimal text that stands for one with a fraction."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    try:
        return float(Decimal(value)) if isinstance(value, str) else _fail(value)
    except InvalidOperation:
        return _fail(value)


def _fail(value: Any) -> float:
    raise TimerError(f"no number: {value!r}")


class Timers:
    """Values by name."""

    def __init__(self, given: Mapping[str, Any] | None = None, test_profile: bool = False) -> None:
        self._values = {**_ALWAYS, **_TEST}
        for name, value in (given or {}).items():
            if name not in self._values:
                raise TimerError(f"no timer that can be set: {name}")
            if name in _TEST and not test_profile:
                raise TimerError(f"to be set in a test profile only: {name}")
            self._values[name] = number(value)
            if self._values[name] < 0:
                raise TimerError(f"below 0: {name}")

    def __getitem__(self, name: str) -> float:
        return self._values[name]
