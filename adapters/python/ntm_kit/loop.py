"""One thread that waits for datagrams and for what is due on any number of clocks."""

from __future__ import annotations

import selectors
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Protocol

RECEIVE_BUFFER = 1 << 21
AT_ONCE = 64
LARGEST_DATAGRAM = 65535
ANCILLARY = 64

SocketAddress = tuple
OnDatagram = Callable[[bytes, SocketAddress, int], None]  # the last one: DSCP and ECN of the outer header


class Due(Protocol):
    """A clock with timers on it."""

    def until_next(self) -> float | None: ...

    def run_due(self) -> None: ...


def udp_socket(host: str, port: int) -> socket.socket:
    """A socket for one address family that receives at this address and port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        else:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        made.setblocking(False)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made


def _traffic_class(ancillary: list[tuple[int, int, bytes]]) -> int:
    """DSCP and ECN of a datagram that was received."""
    for level, kind, data in ancillary:
        if (level, kind) in ((socket.IPPROTO_IP, socket.IP_TOS), (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)):
            return data[0] if sys.byteorder == "little" else data[-1]
    return 0


def send_with_class(of: socket.socket, datagram: bytes, to: SocketAddress, traffic_class: int) -> None:
    """Sends one datagram with this DSCP and ECN."""
    ipv6 = of.family == socket.AF_INET6
    level, kind = (socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if ipv6 else (socket.IPPROTO_IP, socket.IP_TOS)
    of.sendmsg([datagram], [(level, kind, struct.pack("i", traffic_class))], 0, to)


class Loop:
    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._clocks: list[Due] = []
        self._running = False
        self._complained = 0.0

    def add_socket(self, of: socket.socket, on_datagram: OnDatagram) -> None:
        self._selector.register(of, selectors.EVENT_READ, on_datagram)

    def remove_socket(self, of: socket.socket) -> None:
        self._selector.unregister(of)
        of.close()

    def add_clock(self, clock: Due) -> None:
        self._clocks.append(clock)

    def remove_clock(self, clock: Due) -> None:
        self._clocks.remove(clock)

    def run(self) -> None:
        self._running = True
        while self._running:
            self.step()

    def stop(self) -> None:
        self._running = False

    def step(self, longest: float | None = None) -> None:
        """Waits until something arrives or is due, and deals with it."""
        waits = [wait for clock in self._clocks if (wait := clock.until_next()) is not None]
        if longest is not None:
            waits.append(longest)
        ready = self._selector.select(min(waits) if waits else None)
        for clock in list(self._clocks):
            self._guarded(clock.run_due)
        for key, _ in ready:
            assert isinstance(key.fileobj, socket.socket)
            self._read(key.fileobj, key.data)

    def _read(self, of: socket.socket, on_datagram: OnDatagram) -> None:
        for _ in range(AT_ONCE):
            try:
                datagram, ancillary, _, address = of.recvmsg(LARGEST_DATAGRAM, ANCILLARY)
            except OSError:  # nothing more to read, or closed meanwhile
                return
            self._guarded(partial(on_datagram, datagram, address, _traffic_class(ancillary)))

    def _guarded(self, action: Callable[[], None]) -> None:
        """No input ends the program; what went wrong is written, one traceback a second at most."""
        try:
            action()
        except Exception:
            now = time.monotonic()
            if now - self._complained >= 1:
                self._complained = now
                traceback.print_exc(file=sys.stderr)
