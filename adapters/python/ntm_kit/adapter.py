"""The adapter: one UDP socket, the ring of answers for each tester, and the ops."""

from __future__ import annotations

import ipaddress
import socket
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from . import CONTRACT
from .framing import MESSAGE_LIMIT, Framing, Incoming
from .loop import Loop, SocketAddress, udp_socket

ANSWERS = 4096
IN_FLIGHT = 256
INSTANCES = 256
TESTERS = 64
IDLE_TESTER = 300.0
PAGE = 200

Fields = dict[str, Any]


class Instance(Protocol):
    """A role that runs."""

    endpoints: list[str]

    def stop(self, hard: bool) -> None: ...

    def counters(self) -> dict[str, int]: ...

    def events(self, since: int) -> list[Fields]: ...

    def forward(self, milliseconds: int) -> None: ...


Start = Callable[[Loop, Fields, str | None], Instance]  # configuration, and the name of its store
Codec = Callable[[str, Fields], Fields]


@dataclass(frozen=True)
class Implementation:
    """What an adapter is the adapter of."""

    name: str
    version: str
    start: Mapping[str, Start]  # by role; a codec is no role that starts
    codec: Codec | None = None
    calls: tuple[str, ...] = ()
    claims: Fields = field(default_factory=dict)


class Answered(Exception):
    """An answer other than `done`."""

    def __init__(self, answer: str, reason: str) -> None:
        super().__init__(reason)
        self.answer = answer


def not_implemented(reason: str) -> Answered:
    return Answered("not-implemented", reason)


def broken(reason: str) -> Answered:
    return Answered("error", reason)


def _field(fields: Fields, name: str, kind: type) -> Any:
    value = fields.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise broken(f"{name} is missing or of another type")
    return value


@dataclass
class Tester:
    heard: float
    ring: dict[int, tuple[int, list[bytes]]] = field(default_factory=dict)  # slot: id and answer
    instances: dict[int, Instance] = field(default_factory=dict)


class Adapter:
    def __init__(
        self, implementation: Implementation, loop: Loop, listen: tuple[str, int], token: bytes | None
    ) -> None:
        loopback = ipaddress.ip_address(listen[0]).is_loopback
        if not loopback and token is None:
            raise ValueError("beyond loopback an adapter needs a token")
        self._of = implementation
        self._loop = loop
        self._framing = Framing(token, loopback)
        self._testers: OrderedDict[bytes, Tester] = OrderedDict()
        self._started = 0
        self._socket: socket.socket = udp_socket(*listen)
        self._ops: dict[str, Callable[[Tester, Fields], Fields]] = {
            "hello": self._hello,
            "reset": self._reset,
            "start": self._start,
            "stop": self._stop,
            "counters": self._counters,
            "events": self._events,
            "time": self._time,
        }
        if implementation.codec:
            self._ops["codec"] = self._codec
        loop.add_socket(self._socket, self._receive)

    @property
    def address(self) -> tuple[str, int]:
        return self._socket.getsockname()[:2]

    # ---- requests and answers ----

    def _receive(self, datagram: bytes, source: SocketAddress, _: int = 0) -> None:
        incoming = self._framing.unwrap(datagram)
        if incoming is None:
            return
        tester = self._tester(incoming.tester)
        slot = incoming.id % ANSWERS
        kept = tester.ring.get(slot)
        if kept is not None and kept[0] > incoming.id:
            return
        if kept is None or kept[0] < incoming.id:
            if incoming.fields is None:
                return
            kept = (incoming.id, self._framing.wrap(self._answer(tester, incoming, incoming.fields)))
            tester.ring[slot] = kept
        elif not incoming.last:
            return
        for piece in kept[1]:
            try:
                self._socket.sendto(piece, source)
            except OSError as error:
                print(f"an answer was not sent: {error}", file=sys.stderr)

    def _tester(self, name: bytes) -> Tester:
        now = time.monotonic()
        tester = self._testers.setdefault(name, Tester(now))
        tester.heard = now
        self._testers.move_to_end(name)
        if len(self._testers) > TESTERS:
            self._end_all(self._testers.popitem(last=False)[1])
        return tester

    def _answer(self, tester: Tester, incoming: Incoming, request: Fields) -> Fields:
        answer: Fields = {"v": CONTRACT, "tester": incoming.tester, "id": incoming.id}
        try:
            if request["v"].split(".")[0] != CONTRACT.split(".")[0]:
                raise broken("another major version of the contract")
            op = self._ops.get(request["op"])
            if op is None:
                raise not_implemented(f"no such op: {request['op']}")
            return {**answer, "answer": "done", "result": op(tester, request)}
        except Answered as other:
            return {**answer, "answer": other.answer, "reason": str(other)}
        except Exception as error:  # the contract's `error`: the adapter failed, and goes on
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:500]
            return {**answer, "answer": "error", "reason": reason}

    # ---- ops ----

    def _hello(self, tester: Tester, request: Fields) -> Fields:
        nonce = _field(request, "nonce", bytes)
        roles = [*self._of.start, *(["codec"] if self._of.codec else [])]
        return {
            "nonce": nonce,
            "name": self._of.name,
            "version": self._of.version,
            "contract": CONTRACT,
            "roles": roles,
            "ops": list(self._ops),
            "calls": list(self._of.calls),
            "claims": self._of.claims,
            "limits": {
                "instances": INSTANCES,
                "inFlight": IN_FLIGHT,
                "answers": ANSWERS,
                "message": MESSAGE_LIMIT,
            },
        }

    def _reset(self, tester: Tester, request: Fields) -> Fields:
        return {"ended": self._end_all(tester)}

    def _end_all(self, tester: Tester) -> int:
        ended = len(tester.instances)
        while tester.instances:
            tester.instances.popitem()[1].stop(hard=True)
        return ended

    def _start(self, tester: Tester, request: Fields) -> Fields:
        role, config = _field(request, "role", str), _field(request, "config", dict)
        case = _field(request, "case", str)
        start = self._of.start.get(role)
        if start is None:
            raise not_implemented(f"no such role: {role}")
        self._make_room()
        instance = start(self._loop, config, request.get("store"))
        self._started += 1
        tester.instances[self._started] = instance
        print(f"instance {self._started}: {role} at {' '.join(instance.endpoints)} for {case}", file=sys.stderr)
        return {"instance": self._started, "endpoints": instance.endpoints}

    def _make_room(self) -> None:
        """If there is none, instances end of testers of which nothing was heard for long."""
        for tester in list(self._testers.values()):
            if sum(len(t.instances) for t in self._testers.values()) < INSTANCES:
                return
            if time.monotonic() - tester.heard > IDLE_TESTER:
                self._end_all(tester)
        if sum(len(t.instances) for t in self._testers.values()) >= INSTANCES:
            raise broken("no room for one instance more")

    def _instance(self, tester: Tester, request: Fields) -> Instance:
        number = _field(request, "instance", int)
        if number not in tester.instances:
            raise broken(f"no such instance: {number}")
        return tester.instances[number]

    def _stop(self, tester: Tester, request: Fields) -> Fields:
        instance = self._instance(tester, request)
        del tester.instances[request["instance"]]
        instance.stop(hard=request.get("hard") is True)
        return {}

    def _counters(self, tester: Tester, request: Fields) -> Fields:
        counters, after = self._instance(tester, request).counters(), request.get("after")
        names = [name for name in sorted(counters) if after is None or name > after]
        page = {name: counters[name] for name in names[:PAGE]}
        return {"counters": page, **({"more": True} if len(names) > PAGE else {})}

    def _events(self, tester: Tester, request: Fields) -> Fields:
        events = self._instance(tester, request).events(request.get("since", 0))
        return {"events": events[:PAGE], **({"more": True} if len(events) > PAGE else {})}

    def _time(self, tester: Tester, request: Fields) -> Fields:
        instance, forward = self._instance(tester, request), _field(request, "forward", int)
        if forward < 0:
            raise broken("a clock does not go back")
        instance.forward(forward)
        return {}

    def _codec(self, tester: Tester, request: Fields) -> Fields:
        call = _field(request, "call", str)
        if self._of.codec is None or call not in self._of.calls:
            raise not_implemented(f"no such call: {call}")
        return self._of.codec(call, request)
