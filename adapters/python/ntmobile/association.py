"""A relay's association with one of its DCs: opening it, and registering (RS-16, RS-18, KEY-05, KEY-26)."""

from __future__ import annotations

from collections.abc import Callable

from .channel import Channel, Totals
from .clock import Timer
from .config import AssociationConfig
from .environment import Environment
from .handshakes import Handshake
from .registry import Key, Kind, Status, Type
from .schema import Body
from .timers import RENEWAL_JITTER, RENEWAL_PART, RETRY_JITTER, TRY_RS_DC
from .transactions import Failure, Request


class Association(Channel):
    kind = Kind.ASSOCIATION
    accepted = frozenset(
        (Type.RELAY_DIRECTION, Type.RELAY_REGISTRATION_RESPONSE, Type.TUNNEL_REQUEST, Type.TUNNEL_RESPONSE)
    )

    def __init__(
        self,
        env: Environment,
        totals: Totals,
        config: AssociationConfig,
        registration: Callable[[], Body],
        obey: Callable[[Association, Body], tuple[Status, Body]],
    ) -> None:
        super().__init__(env, totals, config.id, config.secret, config.peer, config.endpoints)
        self._registration = registration
        self._obey = obey
        self._registered_until = 0.0
        self._renewal: Timer | None = None
        self._retry: Timer | None = None
        self._retry_after = env.timers["register-retry-min"]
        self._opening_failed = False
        self._retry_registers = False
        self._waits_for_keys = False
        self._requests_out = 0

    @property
    def registered(self) -> bool:
        return self.env.clock.now() < self._registered_until

    # ---- opening ----

    def open(self) -> None:
        """KEY-43, KEY-27."""
        self.openings.begin([*self.provisioned, *self.slots.valid])

    open_again = open

    def opening_unanswered(self) -> None:
        self.env.show("an opening was not answered")
        self._opening_failed = True
        self._try_later()

    def confirmed(self, handshake: Handshake) -> None:
        self._opening_failed = False
        if not handshake.own:
            self._begin_interval_anew()
        if self._waits_for_keys or (not self.registered and self._requests_out == 0):
            self._register()

    def message_sent(self) -> None:
        """KEY-05, KEY-26: a message that is due renews keys that are old, or worn."""
        keys = self.handshakes.in_use
        if keys is None or self.openings.attempt or self._opening_failed or self.handshakes.unconfirmed(own=True):
            return
        age = self.env.clock.now() - keys.confirmed_at
        patience = 0 if keys.own else self.env.timers["rekey-other-end"]
        if age >= self.handshakes.rekey_age + patience or keys.sealed >= self.env.timers["rekey-messages"]:
            self.open()

    # ---- registering ----

    def _register(self) -> None:
        self._waits_for_keys = self.handshakes.in_use is None
        if self._waits_for_keys:
            self.open()
            return
        self._requests_out += 1
        fields = {**self._registration(), **self.env.grease()}
        over = self.env.timers["try-over-rs-dc"]
        self.requests.start(
            Type.RELAY_REGISTRATION_REQUEST, fields, TRY_RS_DC, over, self._send, self._registered, self._failed
        )

    def _send(self, request: Request) -> None:
        if self.handshakes.in_use is None:
            self.open()
        for endpoint in self.destinations(every=request.tries > 1):
            self.send(request.type, request.body, endpoint)

    def _registered(self, _: Request, answer: Body) -> None:
        lifetime = answer[Key.LIFETIME]
        self._requests_out -= 1
        self._retry_registers = False
        self._registered_until = self.env.clock.now() + lifetime
        self._retry_after = self.env.timers["register-retry-min"]
        if self._retry and not self._opening_failed:
            self._retry.cancel()
        if self._renewal:
            self._renewal.cancel()
        after = self.env.jittered(lifetime * RENEWAL_PART, RENEWAL_JITTER)
        self._renewal = self.env.clock.after(after, self._register)

    def _failed(self, failure: Failure) -> None:
        self.env.show(f"registration failed: {'no answer' if not failure.answered else failure.status}")
        self._requests_out -= 1
        self._retry_registers = True
        self._try_later()
        if not failure.answered:
            self.open()

    def _begin_interval_anew(self) -> None:
        """A retry that is due late comes after the shortest interval."""
        self._retry_after = self.env.timers["register-retry-min"]
        if self._retry and self._retry.pending:
            self._retry.cancel()
            self._try_later()

    def _try_later(self) -> None:
        """RS-18."""
        if self._retry and self._retry.pending:
            return
        after = self.env.jittered(self._retry_after, RETRY_JITTER)
        self._retry_after = min(2 * self._retry_after, self.env.timers["register-retry-max"])
        self._retry = self.env.clock.after(after, self._try_again)

    def _try_again(self) -> None:
        if self._opening_failed or self.handshakes.in_use is None:
            self._opening_failed = False
            self.open()
        if self._retry_registers and self.handshakes.in_use is not None:
            self._retry_registers = False
            self._register()

    # ---- directions ----

    def answer_request(self, message: int, body: Body) -> tuple[Status, Body]:
        return self._obey(self, body)
