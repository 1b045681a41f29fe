"""Requests of an end's own, with their tries (GEN-11), and the answers that it keeps for repeats (GEN-27)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from . import cbor
from .addresses import Endpoint
from .clock import Timer
from .environment import Environment
from .registry import Key, Type
from .schema import Body

ANSWER_OF = {
    Type.RELAY_DIRECTION: Type.DIRECTION_RESPONSE,
    Type.RELAY_REGISTRATION_REQUEST: Type.RELAY_REGISTRATION_RESPONSE,
    Type.TUNNEL_REQUEST: Type.TUNNEL_RESPONSE,
}


@dataclass(frozen=True)
class Failure:
    """Why a request failed: the status of its answer, or None where there was no answer that could be used."""

    answered: bool
    status: int | None = None


@dataclass(eq=False)
class Request:
    """One request under way. A probe has the endpoint that it goes to, and ends with an answer from there alone."""

    type: Type
    body: bytes
    transaction: bytes
    send: Callable[[Request], None]
    done: Callable[[Request, Body], None]
    failed: Callable[[Failure], None]
    endpoint: Endpoint | None = None
    nomination: int = 0  # of a probe: which of several nominated addresses is the newest (KEY-32)
    tries: int = 0
    timers: list[Timer] = field(default_factory=list)


class Requests:
    """The outstanding requests of one channel."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._outstanding: dict[bytes, Request] = {}

    def start(
        self,
        message: Type,
        fields: Body,
        schedule: tuple[float, ...],
        over: float,
        send: Callable[[Request], None],
        done: Callable[[Request, Body], None],
        failed: Callable[[Failure], None],
        endpoint: Endpoint | None = None,
        nomination: int = 0,
    ) -> Request:
        transaction = self._env.randomness(8)
        body = cbor.encode({Key.TRANSACTION: transaction, **fields})
        request = Request(message, body, transaction, send, done, failed, endpoint, nomination)
        self._outstanding[transaction] = request
        jitter = self._env.timers["try-jitter"] / 100
        for delay in schedule[1:]:
            after = self._env.jittered(delay, jitter)
            request.timers.append(self._env.clock.after(after, lambda: self._try(request)))
        request.timers.append(self._env.clock.after(over, lambda: self.fail(request, Failure(answered=False))))
        self._try(request)
        return request

    def _try(self, request: Request) -> None:
        request.tries += 1
        request.send(request)

    def match(self, message: int, transaction: bytes) -> Request | None:
        """The outstanding request that an answer of this type and transaction belongs to (ERR-03)."""
        request = self._outstanding.get(transaction)
        return request if request and ANSWER_OF[request.type] == message else None

    def probes_to(self, endpoint: Endpoint) -> list[Request]:
        return [request for request in self._outstanding.values() if request.endpoint == endpoint]

    def answer(self, request: Request, body: Body) -> None:
        self._drop(request)
        if body[Key.STATUS] == 0:
            request.done(request, body)
        else:
            request.failed(Failure(answered=True, status=body[Key.STATUS]))

    def fail(self, request: Request, failure: Failure) -> None:
        self._drop(request)
        request.failed(failure)

    def drop_all(self) -> None:
        for request in list(self._outstanding.values()):
            self._drop(request)

    def _drop(self, request: Request) -> None:
        self._outstanding.pop(request.transaction, None)
        for timer in request.timers:
            timer.cancel()


@dataclass(frozen=True)
class Answer:
    digest: bytes
    type: Type
    body: bytes
    forget_at: float


class Answers:
    """Answers given on one channel, for repeats of their requests. The oldest goes first."""

    def __init__(self, env: Environment, bound: int, changed: Callable[[int], None]) -> None:
        self._env = env
        self._bound = bound
        self._changed = changed
        self._rows: OrderedDict[bytes, Answer] = OrderedDict()

    @staticmethod
    def digest(message: int, body: bytes) -> bytes:
        return sha256(bytes([message]) + body).digest()

    def find(self, transaction: bytes) -> Answer | None:
        self.forget_old()
        return self._rows.get(transaction)

    def keep(self, transaction: bytes, digest: bytes, message: Type, body: bytes) -> None:
        self.forget_old()
        if len(self._rows) >= self._bound:
            self._pop_oldest()
        self._rows[transaction] = Answer(
            digest, message, body, self._env.clock.now() + self._env.timers["answer-cache"]
        )
        self._changed(1)

    def forget_old(self) -> None:
        now = self._env.clock.now()
        while self._rows and next(iter(self._rows.values())).forget_at <= now:
            self._pop_oldest()

    def _pop_oldest(self) -> None:
        self._rows.popitem(last=False)
        self._changed(-1)


def answer_body(transaction: bytes, status: int, fields: dict[int, Any]) -> bytes:
    return cbor.encode({Key.TRANSACTION: transaction, Key.STATUS: int(status), **fields})
