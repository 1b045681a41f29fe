"""The relay on real sockets: DSCP and ECN of what it relays (RSS-11), in both families."""

from __future__ import annotations

import socket

import pytest

from ntm_kit.loop import Loop, send_with_class, udp_socket
from ntmobile.addresses import Endpoint
from ntmobile.host import RsSHost

from .player import PATH, configuration, direction

LOOPBACK = {"global": ["127.0.0.1/32", "::1/128"]}
EXPEDITED_AND_CONGESTED = 0xBB


def _receive(of: socket.socket) -> tuple[bytes, int]:
    of.settimeout(2)
    datagram, ancillary, _, _ = of.recvmsg(2048, 64)
    return datagram, ancillary[0][2][0]


@pytest.mark.parametrize("family", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("traffic_class", [0, EXPEDITED_AND_CONGESTED])
def test_class_is_carried_over(family: str, traffic_class: int) -> None:
    loop = Loop()
    listen = ["127.0.0.1:0", "[::1]:0"]
    host = RsSHost(loop, configuration(listen=listen, testProfile=LOOPBACK))
    ends = udp_socket("127.0.0.1", 0), udp_socket(family, 0)
    role = host.role
    role.table.obey(next(iter(role.associations.values())), {0: bytes(8), **direction()})
    entry = role.table.paths[PATH]
    for leg, end in zip(entry.legs, ends, strict=True):
        leg.slots.set(Endpoint.of_socket(end.getsockname()), 1)
    datagram = b"\x05\x10\0\1" + PATH + bytes(40)
    relay = next(made for made in host._sockets.values() if made.family == socket.AF_INET)
    send_with_class(ends[0], datagram, relay.getsockname(), traffic_class)
    loop.step(2)
    assert _receive(ends[1]) == (datagram, traffic_class)
    host.stop(hard=False)
    for end in ends:
        end.close()
