"""The handshakes of one channel at one end: their states, ranks and times (section 5.5)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from . import noise
from .addresses import Endpoint
from .clock import Timer
from .environment import Environment
from .registry import Kind
from .sealing import ReplayWindow, SealingKey
from .timers import OLD_HANDSHAKES, REMEMBERED_SOURCES, UNCONFIRMED_HANDSHAKES

OWN_UNCONFIRMED = 4
HANDSHAKES_BOUND = UNCONFIRMED_HANDSHAKES + OWN_UNCONFIRMED
_moments = itertools.count(1)


def next_moment() -> int:
    """A number that grows: what happened first has the lower one."""
    return next(_moments)


class State(Enum):
    UNCONFIRMED = "unconfirmed"
    IN_USE = "in use"
    OLD = "old"
    ERASED = "erased"


@dataclass(eq=False)
class Handshake:
    own: bool  # this end initiated it
    initiator: bytes
    order: int
    request: bytes  # message 1
    response: bytes  # message 2
    key_id: int
    sending: SealingKey
    receiving: SealingKey
    requested: int  # the moment when message 1 was sent or came
    made: int = field(default_factory=next_moment)
    state: State = State.UNCONFIRMED
    confirmed: int = 0  # the moment
    confirmed_at: float = 0.0
    sealed: int = 0  # messages, and so the next sequence (TUN-03)
    failed_tags: int = 0
    window: ReplayWindow = field(default_factory=ReplayWindow)
    sources: list[Endpoint] = field(default_factory=list)
    expiry: Timer | None = None

    def remember(self, source: Endpoint) -> None:
        """KEY-22: the first sources that message 2 was sent to."""
        if source not in self.sources and len(self.sources) < REMEMBERED_SOURCES:
            self.sources.append(source)


def make_handshake(
    kind: Kind, own: bool, initiator: bytes, request: bytes, response: bytes, finished: noise.Finished, requested: int
) -> Handshake:
    keys = finished.keys
    first, second = SealingKey(1, keys.initiator_key), SealingKey(1, keys.responder_key)
    return Handshake(
        own=own,
        initiator=initiator,
        order=int.from_bytes(request[20:28], "big"),
        request=request,
        response=response,
        key_id=keys.key_id,
        sending=first if own else second,
        receiving=second if own else first,
        requested=requested,
    )


class Handshakes:
    """All that one end holds of one channel."""

    def __init__(self, kind: Kind, env: Environment, changed: Callable[[int], None]) -> None:
        self._kind = kind
        self._env = env
        self._changed = changed  # told how the number of unconfirmed ones changed
        self._held: dict[int, Handshake] = {}
        self.in_use: Handshake | None = None
        self.highest_order = 0

    @property
    def key_ids(self) -> set[int]:
        return set(self._held)

    def of_key_id(self, key_id: int) -> Handshake | None:
        return self._held.get(key_id)

    def unconfirmed(self, own: bool) -> list[Handshake]:
        return [h for h in self._held.values() if h.state is State.UNCONFIRMED and h.own == own]

    def repeated(self, request: bytes) -> Handshake | None:
        """The unconfirmed handshake whose message 1 this is, byte for byte (KEY-13)."""
        return next((h for h in self.unconfirmed(own=False) if h.request == request), None)

    def was_taken(self, response: bytes) -> bool:
        """Whether this message 2 made keys that are still held (KEY-52)."""
        return any(h.own and h.response == response for h in self._held.values())

    def add(self, handshake: Handshake) -> None:
        """KEY-22: of the unconfirmed ones the oldest is replaced, and each has its time."""
        others = self.unconfirmed(handshake.own)
        if len(others) >= (OWN_UNCONFIRMED if handshake.own else UNCONFIRMED_HANDSHAKES):
            self.erase(min(others, key=lambda h: h.made))
        self._held[handshake.key_id] = handshake
        self._changed(1)
        self._expire_after(handshake, self._env.timers["unconfirmed"])

    def confirm(self, handshake: Handshake) -> None:
        """The first message opened under it (KEY-21, KEY-49, KEY-07, KEY-37)."""
        assert handshake.state is State.UNCONFIRMED
        self._changed(-1)
        handshake.confirmed = next_moment()
        handshake.confirmed_at = self._env.clock.now()
        self.highest_order = max(self.highest_order, handshake.order)
        before = self.in_use
        if before is None or self._outranks(handshake, before):
            handshake.state = State.IN_USE
            self.in_use = handshake
            self._expire_after(handshake, self._lifetime())
            if before is not None:
                self._retire(before)
        else:
            self._retire(handshake)
        if self._kind is not Kind.ASSOCIATION:
            for other in self.unconfirmed(own=True) + self.unconfirmed(own=False):
                if self._rank(other) < self._rank(handshake):
                    self.erase(other)

    def erase(self, handshake: Handshake) -> None:
        if handshake.state is State.ERASED:
            return
        if handshake.state is State.UNCONFIRMED:
            self._changed(-1)
        if self.in_use is handshake:
            self.in_use = None
        if handshake.expiry:
            handshake.expiry.cancel()
        handshake.state = State.ERASED
        del self._held[handshake.key_id]

    def erase_all(self) -> None:
        for handshake in list(self._held.values()):
            self.erase(handshake)

    @property
    def rekey_age(self) -> float:
        return self._env.timers[f"{self._kind.value}-rekey"]

    def _lifetime(self) -> float:
        return self.rekey_age + self._env.timers["key-lifetime-extra"]

    def _retire(self, handshake: Handshake) -> None:
        """It only receives, for 10 s, and no longer than its keys live."""
        handshake.state = State.OLD
        left = handshake.confirmed_at + self._lifetime() - self._env.clock.now()
        self._expire_after(handshake, min(self._env.timers["old-keys"], left))
        old = [h for h in self._held.values() if h.state is State.OLD]
        if len(old) > OLD_HANDSHAKES:
            self.erase(min(old, key=lambda h: h.expiry.due if h.expiry else 0))

    def _expire_after(self, handshake: Handshake, seconds: float) -> None:
        if handshake.expiry:
            handshake.expiry.cancel()
        handshake.expiry = self._env.clock.after(seconds, lambda: self.erase(handshake))

    @staticmethod
    def _rank(handshake: Handshake) -> tuple[int, int]:
        """On paths and legs: the higher order number, then the lower Node ID."""
        return handshake.order, -int.from_bytes(handshake.initiator, "big")

    def _outranks(self, later: Handshake, before: Handshake) -> bool:
        if self._kind is not Kind.ASSOCIATION:
            return self._rank(later) > self._rank(before)
        if later.made > before.confirmed:
            return True
        if later.own != before.own:
            return later.initiator < before.initiator
        return later.requested > before.requested
