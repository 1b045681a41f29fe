"""Openings of one channel: attempts of the own end, and answers to those of the other (sections 5.2 to 5.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import noise
from .addresses import Endpoint
from .clock import Timer
from .handshakes import make_handshake, next_moment
from .header import Header
from .registry import HEADER_SIZE, Kind, Layer, Refused
from .timers import LEARNED_DESTINATIONS, OPENING_REPEAT

if TYPE_CHECKING:
    from .environment import Environment
    from .handshakes import Handshakes
    from .limits import BucketTable, Budget, TokenBucket

EPHEMERAL_SIZE = 32


@dataclass(eq=False)
class Attempt:
    request: bytes  # message 1, the same bytes each time
    ephemeral: bytes
    destinations: list[Endpoint]
    begun: int
    learned: int = 0
    timers: list[Timer] = field(default_factory=list)


class OpeningsMixin:
    """The part of a channel that deals with the types 0x0b and 0x0c."""

    kind: Kind
    env: Environment
    id: bytes
    peer: bytes
    handshakes: Handshakes
    budget: Budget
    attempt: Attempt | None
    _opening_rate: TokenBucket
    _opening_rates: BucketTable

    # ---- as the initiator ----

    def begin_attempt(self, destinations: list[Endpoint]) -> None:
        """KEY-16. An association's order number is 0 (KEY-24)."""
        destinations = [to for to in dict.fromkeys(destinations) if self.may_be_other_end(to)]
        if self.attempt is not None or not destinations:
            return
        ephemeral = self.env.randomness(EPHEMERAL_SIZE)
        request = noise.initiate(self.secret_of(own=True), self.id, 0, ephemeral)
        attempt = Attempt(request, ephemeral, destinations, next_moment())
        self.attempt = attempt
        for delay in OPENING_REPEAT[1:]:
            attempt.timers.append(self.env.clock.after(delay, lambda: self._send_attempt(attempt)))
        over = self.env.timers["opening-over"]
        attempt.timers.append(self.env.clock.after(over, self._attempt_over))
        self._send_attempt(attempt)

    def _send_attempt(self, attempt: Attempt) -> None:
        for destination in attempt.destinations:
            self.env.send(destination, attempt.request)

    def _attempt_over(self) -> None:
        self.drop_attempt()
        self.opening_unanswered()

    def drop_attempt(self) -> None:
        if self.attempt is not None:
            for timer in self.attempt.timers:
                timer.cancel()
            self.attempt = None

    def receive_response(self, datagram: bytes, source: Endpoint) -> None:
        """Message 2."""
        attempt = self.attempt
        if attempt is None or datagram[:HEADER_SIZE] != noise.response_header(attempt.request):
            raise Refused(Layer.HANDSHAKE)
        self.check_source(source)
        try:
            finished = noise.finish(
                self.secret_of(own=True), attempt.request, attempt.ephemeral, datagram, self.handshakes.key_ids
            )
        except noise.Unusable:
            finished = None
        self.budget.received(source, len(datagram))  # GEN-40
        self.drop_attempt()
        if finished is None:
            self.begin_attempt(attempt.destinations)  # KEY-50
            return
        handshake = make_handshake(
            self.kind, True, self.env.node_id, attempt.request, datagram, finished, attempt.begun
        )
        self.handshakes.add(handshake)
        self.confirm_by_probes(handshake, source, attempt.destinations)

    # ---- as the responder ----

    def receive_request(self, header: Header, datagram: bytes, source: Endpoint) -> None:
        """Message 1."""
        repeated = self.handshakes.repeated(datagram)
        if repeated is not None:  # KEY-13
            self.budget.received(source, len(datagram))
            repeated.remember(source)
            self._send_response(repeated.response, source)
            return
        self.check_source(source)
        self._check_opening_rate(source)
        if self.kind is not Kind.ASSOCIATION and header.sequence <= self.handshakes.highest_order:
            raise Refused(Layer.ORDER)
        of = self.secret_of(own=False)
        attempt = self.attempt
        if attempt is not None and self.env.node_id < self.peer:  # KEY-06
            noise.verify_request(of, datagram)
            self.budget.received(source, len(datagram))
            self._open_towards(attempt, source)
            return
        response, finished = noise.respond(
            of, datagram, self.handshakes.key_ids, lambda: self.env.randomness(EPHEMERAL_SIZE)
        )
        self.budget.received(source, len(datagram))
        handshake = make_handshake(self.kind, False, self.peer, datagram, response, finished, next_moment())
        handshake.remember(source)
        self.handshakes.add(handshake)
        self._send_response(response, source)

    def _send_response(self, response: bytes, source: Endpoint) -> None:
        """Message 2, which is as long as what it answers."""
        if self.exempt(source) or self.budget.spend(source, len(response)):
            self.env.send(source, response)
        else:
            self.env.counters.refused(Layer.AMPLIFICATION)

    def _check_opening_rate(self, source: Endpoint) -> None:
        """KEY-12."""
        now = self.env.clock.now()
        if not (self._opening_rate.has(now) and self._opening_rates.take(source, now)):
            raise Refused(Layer.RATE_OPENING)
        self._opening_rate.take(now)

    def _open_towards(self, attempt: Attempt, source: Endpoint) -> None:
        """The own opening goes where the other one came from."""
        if source not in attempt.destinations:
            if attempt.learned >= LEARNED_DESTINATIONS or not self.may_be_other_end(source):
                return
            attempt.learned += 1
            attempt.destinations.append(source)
        self.env.send(source, attempt.request)
