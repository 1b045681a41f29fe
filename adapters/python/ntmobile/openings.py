"""Openings of one channel: attempts of the own end, and answers to those of the other (sections 5.2 to 5.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import noise
from .addresses import Endpoint
from .clock import Timer
from .handshakes import make_handshake, next_moment
from .header import Header
from .limits import BucketTable, TokenBucket
from .registry import HEADER_SIZE, Kind, Layer, Refused
from .timers import LEARNED_DESTINATIONS, OPENING_REPEAT

if TYPE_CHECKING:
    from .channel import Channel

EPHEMERAL_SIZE = 32
SOURCES_OF_OPENINGS = 256


@dataclass(eq=False)
class Attempt:
    request: bytes  # message 1, the same bytes each time
    ephemeral: bytes
    destinations: list[Endpoint]
    begun: int
    learned: int = 0
    timers: list[Timer] = field(default_factory=list)


class Openings:
    """The part of a channel that deals with the types 0x0b and 0x0c."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._env = channel.env
        self.attempt: Attempt | None = None
        self._rate = TokenBucket(self._env.timers["opening-rate-channel"], self._env.clock.now())
        self._rates = BucketTable(self._env.timers["opening-rate-source"], SOURCES_OF_OPENINGS)

    # ---- as the initiator ----

    def begin(self, destinations: list[Endpoint]) -> None:
        """KEY-16. An association's order number is 0 (KEY-24)."""
        destinations = [to for to in dict.fromkeys(destinations) if self._channel.may_be_other_end(to)]
        if self.attempt is not None or not destinations:
            return
        ephemeral = self._env.randomness(EPHEMERAL_SIZE)
        request = noise.initiate(self._channel.secret_of(own=True), self._channel.id, 0, ephemeral)
        attempt = Attempt(request, ephemeral, destinations, next_moment())
        self.attempt = attempt
        for delay in OPENING_REPEAT[1:]:
            attempt.timers.append(self._env.clock.after(delay, lambda: self._send(attempt)))
        over = self._env.timers["opening-over"]
        attempt.timers.append(self._env.clock.after(over, self._over))
        self._send(attempt)

    def _send(self, attempt: Attempt) -> None:
        for destination in attempt.destinations:
            self._env.send(destination, attempt.request)

    def _over(self) -> None:
        self.drop()
        self._channel.opening_unanswered()

    def drop(self) -> None:
        if self.attempt is not None:
            for timer in self.attempt.timers:
                timer.cancel()
            self.attempt = None

    def receive_response(self, datagram: bytes, source: Endpoint) -> None:
        """Message 2."""
        if self._channel.handshakes.was_taken(datagram):
            return
        attempt = self.attempt
        if attempt is None or datagram[:HEADER_SIZE] != noise.response_header(attempt.request):
            raise Refused(Layer.HANDSHAKE)
        self._channel.check_source(source)
        try:
            finished = noise.finish(
                self._channel.secret_of(own=True),
                attempt.request,
                attempt.ephemeral,
                datagram,
                self._channel.handshakes.key_ids,
            )
        except noise.Unusable:
            finished = None
        self._channel.budget.received(source, len(datagram))  # GEN-40
        self.drop()
        if finished is None:
            self.begin(attempt.destinations)  # KEY-50
            return
        handshake = make_handshake(
            self._channel.kind, True, self._env.node_id, attempt.request, datagram, finished, attempt.begun
        )
        self._channel.handshakes.add(handshake)
        self._channel.confirm_by_probes(handshake, source, attempt.destinations)

    # ---- as the responder ----

    def receive_request(self, header: Header, datagram: bytes, source: Endpoint) -> None:
        """Message 1."""
        repeated = self._channel.handshakes.repeated(datagram)
        if repeated is not None:  # KEY-13
            self._channel.budget.received(source, len(datagram))
            repeated.remember(source)
            self._send_response(repeated.response, source)
            return
        self._channel.check_source(source)
        self._check_opening_rate(source)
        if self._channel.kind is not Kind.ASSOCIATION and header.sequence <= self._channel.handshakes.highest_order:
            raise Refused(Layer.ORDER)
        of = self._channel.secret_of(own=False)
        attempt = self.attempt
        if attempt is not None and self._env.node_id < self._channel.peer:  # KEY-06
            noise.verify_request(of, datagram)
            self._channel.budget.received(source, len(datagram))
            self._open_towards(attempt, source)
            return
        response, finished = noise.respond(
            of, datagram, self._channel.handshakes.key_ids, lambda: self._env.randomness(EPHEMERAL_SIZE)
        )
        self._channel.budget.received(source, len(datagram))
        handshake = make_handshake(
            self._channel.kind, False, self._channel.peer, datagram, response, finished, next_moment()
        )
        handshake.remember(source)
        self._channel.handshakes.add(handshake)
        self._send_response(response, source)

    def _send_response(self, response: bytes, source: Endpoint) -> None:
        """Message 2, which is as long as what it answers."""
        if source.port == 0:
            return
        if self._channel.exempt(source) or self._channel.budget.spend(source, len(response)):
            self._env.send(source, response)
        else:
            self._env.counters.refused(Layer.AMPLIFICATION)

    def _check_opening_rate(self, source: Endpoint) -> None:
        """KEY-12."""
        now = self._env.clock.now()
        if not (self._rate.has(now) and self._rates.take(source, now)):
            raise Refused(Layer.RATE_OPENING)
        self._rate.take(now)

    def _open_towards(self, attempt: Attempt, source: Endpoint) -> None:
        """The own opening goes where the other one came from."""
        if source not in attempt.destinations:
            if attempt.learned >= LEARNED_DESTINATIONS or not self._channel.may_be_other_end(source):
                return
            attempt.learned += 1
            attempt.destinations.append(source)
        self._env.send(source, attempt.request)
