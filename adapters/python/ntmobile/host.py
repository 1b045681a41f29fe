"""An RS-S on real sockets, with its own clock: what the adapter starts, and a program could."""

from __future__ import annotations

import socket
from typing import Any

from ntm_kit.loop import Loop, SocketAddress, send_with_class, udp_socket

from .addresses import Endpoint
from .clock import Clock
from .config import read_config
from .rs_s import RsS

EVENTS_KEPT = 1024


class RsSHost:
    """One instance: a socket for each family, by which all is received and sent (GEN-15)."""

    def __init__(self, loop: Loop, config: dict[str, Any], store: str | None = None) -> None:
        given = read_config(config)
        self._loop = loop
        self._clock = Clock()
        self._sockets: dict[int, socket.socket] = {}
        self._events: list[dict[str, Any]] = []
        self._event_count = 0
        try:
            for endpoint in given.listen:
                self._sockets[endpoint.family] = udp_socket(*endpoint.socket_address)
        except OSError:
            for made in self._sockets.values():
                made.close()
            raise
        bound = tuple(Endpoint.of_socket(made.getsockname()) for made in self._sockets.values())
        self.endpoints = [str(endpoint) for endpoint in bound]
        if given.test_profile:  # GEN-16
            self._show("the test profile is on", "profile")
        self.role = RsS(given, self._clock, bound, self._send, self._show)
        for made in self._sockets.values():
            loop.add_socket(made, self._receive)
        loop.add_clock(self._clock)
        self.role.start()

    def _receive(self, datagram: bytes, source: SocketAddress, traffic_class: int) -> None:
        self.role.receive(datagram, Endpoint.of_socket(source), traffic_class)

    def _send(self, endpoint: Endpoint, datagram: bytes, traffic_class: int = 0) -> None:
        sending = self._sockets.get(endpoint.family)
        if sending is None:
            return
        try:
            if traffic_class:
                send_with_class(sending, datagram, endpoint.socket_address, traffic_class)
            else:
                sending.sendto(datagram, endpoint.socket_address)
        except OSError as error:  # as if the network had lost it
            self._show(f"not sent to {endpoint}: {error.strerror}")

    def _show(self, text: str, what: str = "error") -> None:
        self._event_count += 1
        self._events.append({"number": self._event_count, "what": what, "text": text})
        del self._events[:-EVENTS_KEPT]

    def stop(self, hard: bool) -> None:
        """A relay says no good-bye: an orderly stop and a crash look alike from outside."""
        self._loop.remove_clock(self._clock)
        for made in self._sockets.values():
            self._loop.remove_socket(made)
        self.role.stop()

    def counters(self) -> dict[str, int]:
        return self.role.counters.all()

    def events(self, since: int) -> list[dict[str, Any]]:
        """What was asked past is forgotten."""
        self._events = [event for event in self._events if event["number"] > since]
        return self._events

    def forward(self, milliseconds: int) -> None:
        self._clock.forward(milliseconds / 1000)
