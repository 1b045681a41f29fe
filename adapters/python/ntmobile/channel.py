"""One channel at one end: sealed messages, confirmation, addresses, transactions (chapters 5 and 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .addresses import Endpoint
from .cbor import Scan
from .environment import Environment
from .handshakes import Handshake, Handshakes, State
from .header import Header
from .limits import Budget
from .noise import ChannelSecret
from .openings import Openings
from .registry import HEADER_SIZE, TAG_SIZE, Key, Kind, Layer, Refused, Status, Type
from .schema import Body, Form, check_body, is_request, read_body
from .slots import Slots
from .timers import AMPLIFICATION, PROBE_TRY
from .transactions import ANSWER_OF, Answers, Failure, Request, Requests, answer_body


@dataclass
class Totals:
    """Rows of all channels of a role, for the sizes of tables."""

    handshakes: int = 0
    answers: int = 0

    def handshakes_changed(self, by: int) -> None:
        self.handshakes += by

    def answers_changed(self, by: int) -> None:
        self.answers += by


class Channel:
    """What associations and legs have in common. A kind of channel overrides what stands under "hooks"."""

    kind: Kind
    accepted: frozenset[int]  # types that the other end may send here (GEN-18)

    def __init__(
        self,
        env: Environment,
        totals: Totals,
        channel_id: bytes,
        secret: bytes,
        peer: bytes,
        provisioned: tuple[Endpoint, ...] = (),
    ) -> None:
        self.env = env
        self.id = channel_id
        self.secret = secret
        self.peer = peer
        self.provisioned = provisioned
        self.handshakes = Handshakes(self.kind, env, totals.handshakes_changed)
        self.requests = Requests(env)
        bound = "answer-bound" if self.kind is Kind.ASSOCIATION else "answer-bound-other"
        self.answers = Answers(env, int(env.timers[bound]), totals.answers_changed)
        self.slots = Slots(self.kind)
        self.budget = Budget(AMPLIFICATION)
        self.fallback: Endpoint | None = None  # KEY-33
        self.openings = Openings(self)

    def secret_of(self, own: bool) -> ChannelSecret:
        """The channel as the initiator named by `own` opens it."""
        initiator, responder = (self.env.node_id, self.peer) if own else (self.peer, self.env.node_id)
        return ChannelSecret(self.kind, self.id, self.secret, initiator, responder)

    def close(self) -> None:
        """Erases keys and whatever is under way."""
        self.openings.drop()
        self.requests.drop_all()
        self.handshakes.erase_all()
        self.secret = b""

    # ---- hooks ----

    def may_be_other_end(self, endpoint: Endpoint) -> bool:
        """KEY-40."""
        return self.env.policy.can_be_other_end(endpoint, self.provisioned)

    def message_opened(self) -> None:
        """A message opened, whatever its body."""

    def confirmed(self, handshake: Handshake) -> None:
        """A handshake was confirmed, and the message that did it is dealt with."""

    def address_changed(self) -> None:
        """An address became valid and is in use."""

    def message_sent(self) -> None:
        """A message was due, and was sent under the keys in use."""

    def opening_unanswered(self) -> None:
        """An attempt is over without message 2."""

    def open_again(self) -> None:
        """KEY-27: this end may open, and has to."""

    def answer_request(self, message: int, body: Body) -> tuple[Status, Body]:
        """Obeys a request other than a probing one."""
        raise NotImplementedError

    # ---- receiving ----

    def receive(self, header: Header, datagram: bytes, source: Endpoint) -> None:
        """A datagram with this channel's context that passed the layers before `rate-source`."""
        if header.type == Type.OPENING_REQUEST:
            self.openings.receive_request(header, datagram, source)
        elif header.type == Type.OPENING_RESPONSE:
            self.openings.receive_response(datagram, source)
        else:
            self._receive_sealed(header, datagram, source)

    def check_source(self, source: Endpoint) -> None:
        """DOS-03, before what costs cryptography."""
        if not self.env.failures.has(source.address, self.env.clock.now()):
            raise Refused(Layer.RATE_SOURCE)

    def _receive_sealed(self, header: Header, datagram: bytes, source: Endpoint) -> None:
        handshake = self.handshakes.of_key_id(header.key_id)
        if handshake is None:
            raise Refused(Layer.KEY_ID)
        self.check_source(source)
        try:
            plaintext = handshake.receiving.open(header, datagram)
        except Refused:
            handshake.failed_tags += 1
            if handshake.failed_tags >= self.env.timers["failed-tags"]:
                self.handshakes.erase(handshake)
            raise
        if not handshake.window.accept(header.sequence):
            raise Refused(Layer.REPLAY)
        if header.type not in self.accepted:
            raise Refused(Layer.CHANNEL_TYPE)
        self.budget.received(source, len(datagram))
        confirms = handshake.state is State.UNCONFIRMED
        if confirms:
            self._confirm(handshake, source)
        newest = header.sequence == handshake.window.highest
        if newest and handshake is self.handshakes.in_use and header.type != Type.TUNNEL_RESPONSE:
            if source != self.slots.in_use_for(source):
                self._nominate(source)
        self.message_opened()
        try:
            self._receive_body(header.type, plaintext, source)
        finally:
            if confirms:
                self.confirmed(handshake)

    def _receive_body(self, message: int, encoded: bytes, source: Endpoint) -> None:
        body, facts = read_body(encoded)
        if is_request(message, body):
            self._receive_request_body(Type(message), encoded, body, facts, source)
            return
        request = self.requests.match(message, body[Key.TRANSACTION])
        if request is None:
            raise Refused(Layer.TRANSACTION)
        elsewhere = request.endpoint is not None and request.endpoint != source
        try:
            check_body(message, body, facts, request=False)
        except Refused:
            if not elsewhere:
                self.requests.fail(request, Failure(answered=True))
            raise
        if not elsewhere:
            self.requests.answer(request, body)

    def _receive_request_body(self, message: Type, encoded: bytes, body: Body, facts: Scan, source: Endpoint) -> None:
        transaction = body[Key.TRANSACTION]
        probing = message == Type.TUNNEL_REQUEST
        digest = self.answers.digest(message, encoded)
        kept = None if probing else self.answers.find(transaction)
        if kept is not None:
            if kept.digest != digest:
                raise Refused(Layer.TRANSACTION)
            self.send(kept.type, kept.body, source)
            return
        refused: Refused | None = None
        status = Status.OK
        fields: Body = {}
        try:
            form: Form = check_body(message, body, facts, request=True)
        except Refused as error:
            refused = error
            status = error.status or Status.MALFORMED
        else:
            if probing:
                fields = {Key.OBSERVED_ENDPOINT: source.encode()}
            else:
                status, fields = self.answer_request(message, {k: v for k, v in body.items() if k in form.listed})
        if source.port != 0:  # GEN-34: no answer would arrive
            answer = answer_body(transaction, status, {**fields, **self.grease_for(source)})
            if not probing:
                self.answers.keep(transaction, digest, ANSWER_OF[message], answer)
            if self.send(ANSWER_OF[message], answer, source) and not probing:
                self.env.counters.answered(status)
        if refused is not None:
            raise refused

    # ---- sending ----

    def exempt(self, endpoint: Endpoint) -> bool:
        """Addresses that DOS-02 does not bound."""
        return endpoint in self.provisioned or endpoint == self.slots.in_use_for(endpoint)

    def grease_for(self, endpoint: Endpoint) -> Body:
        """Grease, but not where each byte counts (DOS-02)."""
        return self.env.grease() if self.exempt(endpoint) else {}

    def send(
        self, message: Type, body: bytes, endpoint: Endpoint, under: Handshake | None = None, unbounded: bool = False
    ) -> bool:
        """Seals a body under the keys in use, or those of one handshake, and sends it, if it may."""
        handshake = under or self.handshakes.in_use
        if handshake is None or endpoint.port == 0 or endpoint.family not in self.env.families:
            return False
        if not unbounded and not self.exempt(endpoint):
            if not self.budget.spend(endpoint, HEADER_SIZE + len(body) + TAG_SIZE):
                self.env.counters.refused(Layer.AMPLIFICATION)
                return False
        header = Header(message, handshake.key_id, self.id, handshake.sealed)
        handshake.sealed += 1
        self.env.send(endpoint, handshake.sending.seal(header, body))
        self.message_sent()
        return True

    # ---- confirmation and addresses ----

    def _confirm(self, handshake: Handshake, source: Endpoint) -> None:
        self.handshakes.confirm(handshake)
        self.env.counters.opened(self.kind)
        if handshake.own:
            return
        self.fallback = source
        self.openings.drop()
        for remembered in [source] if self.kind is Kind.LEG else handshake.sources:
            self._probe(remembered, self.slots.next_nomination())  # KEY-29

    def _nominate(self, source: Endpoint) -> None:
        """KEY-31: probes the source, unless a probe to it is outstanding; that one then counts as the newest."""
        nomination = self.slots.next_nomination()
        outstanding = self.requests.probes_to(source)
        for probe in outstanding:
            probe.nomination = nomination
        if not outstanding:
            self._probe(source, nomination)

    def _probe(self, endpoint: Endpoint, nomination: int) -> None:
        """A probe of a nominated address: if nobody answers it, nothing changes."""
        if self.may_be_other_end(endpoint):
            self._start_probe(endpoint, nomination, self._probe_answered, lambda _: None)

    def _start_probe(
        self,
        endpoint: Endpoint,
        nomination: int,
        done: Callable[[Request, Body], None],
        failed: Callable[[Failure], None],
        confirming: Handshake | None = None,
    ) -> None:
        """A probing Tunnel Request with its tries; a confirming one goes under the keys that it confirms."""

        def send(request: Request) -> None:
            under = confirming if confirming and confirming.state is State.UNCONFIRMED else None
            self.send(Type.TUNNEL_REQUEST, request.body, endpoint, under, unbounded=confirming is not None)

        over = self.env.timers["probe-over"]
        grease = self.grease_for(endpoint)
        self.requests.start(Type.TUNNEL_REQUEST, grease, PROBE_TRY, over, send, done, failed, endpoint, nomination)

    def _probe_answered(self, probe: Request, _: Body) -> None:
        """KEY-30, KEY-32."""
        endpoint = probe.endpoint
        if endpoint and self.may_be_other_end(endpoint) and self.slots.set(endpoint, probe.nomination):
            self.address_changed()

    def confirm_by_probes(self, handshake: Handshake, source: Endpoint, sent_to: list[Endpoint]) -> None:
        """KEY-11: probes to the source of message 2 and wherever else message 1 went."""
        endpoints = [source] + [endpoint for endpoint in sent_to if endpoint != source]
        endpoints = [endpoint for endpoint in endpoints if self.may_be_other_end(endpoint)]
        nomination = self.slots.next_nomination()
        unanswered = len(endpoints)

        def done(probe: Request, body: Body) -> None:
            self._probe_answered(probe, body)

        def failed(failure: Failure) -> None:
            nonlocal unanswered
            unanswered -= 0 if failure.answered else 1
            if unanswered == 0 and not failure.answered:
                self.open_again()  # KEY-48: nobody answered, not even by an error

        self.fallback = source
        for endpoint in endpoints:
            self._start_probe(endpoint, nomination, done, failed, handshake)

    def destinations(self, every: bool) -> list[Endpoint]:
        """Where a message goes that is no answer: the address in use, a repeat to all valid ones (KEY-33, KEY-35)."""
        valid = self.slots.valid
        if valid:
            return valid if every else valid[:1]
        return [self.fallback] if self.fallback else []
