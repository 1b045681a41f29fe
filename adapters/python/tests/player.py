"""An RS-S without sockets, on a clock that stands still, and the other ends of its channels."""

from __future__ import annotations

import itertools
from typing import Any

from ntmobile import cbor, noise
from ntmobile.addresses import Endpoint
from ntmobile.clock import Clock
from ntmobile.config import read_config
from ntmobile.header import Header, decode_header
from ntmobile.registry import Kind, Type
from ntmobile.rs_s import RsS
from ntmobile.sealing import SealingKey

RELAY_ID = b"\xf5" * 16
RELAY = Endpoint.parse("192.0.2.100:4330")
DC_ID = b"\xa1" * 16
DC = Endpoint.parse("192.0.2.11:4411")
ASSOCIATION = b"\xaa" * 16
SECRET = b"\x5a" * 32
NODE_A = Endpoint.parse("203.0.113.1:5000")
NODE_B = Endpoint.parse("198.51.100.2:6000")
PATH = b"\x70" * 16


def configuration(**changed: Any) -> dict[str, Any]:
    association = {"id": ASSOCIATION.hex(), "secret": SECRET.hex(), "peer": DC_ID.hex(), "peerRole": "dc"}
    return {
        "role": "rs-s",
        "nodeId": RELAY_ID.hex(),
        "listen": [str(RELAY)],
        "associations": [association],
        **changed,
    }


class Player:
    """The relay, and what it sent since somebody looked."""

    def __init__(self, config: dict[str, Any] | None = None, ephemerals: list[bytes] | None = None) -> None:
        self.time = 1000.0
        self.clock = Clock(lambda: self.time)
        self.sent: list[tuple[Endpoint, bytes]] = []
        self.events: list[str] = []
        given = read_config(config or configuration())
        self.relay = RsS(given, self.clock, given.listen, self._send, self.events.append)
        if ephemerals is not None:
            drawn, system = iter(ephemerals), self.relay.env.randomness
            self.relay.env.randomness = lambda size: next(drawn) if size == 32 else system(size)
        self.relay.start()

    def _send(self, endpoint: Endpoint, datagram: bytes, traffic_class: int = 0) -> None:
        self.sent.append((endpoint, datagram))

    def deliver(self, datagram: bytes, source: Endpoint) -> list[tuple[Endpoint, bytes]]:
        """What goes out because of a datagram."""
        self.sent = []
        self.relay.receive(datagram, source)
        return self.sent

    def wait(self, seconds: float) -> list[tuple[Endpoint, bytes]]:
        """What goes out in a time."""
        self.sent = []
        self.clock.forward(seconds)
        return self.sent

    def next(self, seconds: float) -> bytes:
        """The first datagram that goes out within a time; the clock stands still then."""
        for _ in range(int(seconds * 20)):
            if sent := self.wait(0.05):
                return sent[0][1]
        raise AssertionError("nothing was sent")

    def refused(self) -> dict[str, int]:
        counters = self.relay.counters.all()
        return {name: count for name, count in counters.items() if name.startswith("refused.") and count}

    def count(self, name: str) -> int:
        return self.relay.counters.all()[name]


class Peer:
    """The other end of an association or leg, which opens it."""

    def __init__(self, player: Player, kind: Kind, channel: bytes, secret: bytes, node_id: bytes, at: Endpoint) -> None:
        self.player = player
        self.of = noise.ChannelSecret(kind, channel, secret, node_id, RELAY_ID)
        self.at = at
        self.order = 0
        self.transactions = itertools.count(1)
        self.sequence = 0
        self.key_id = 0
        self.sealing: SealingKey | None = None
        self.opening: SealingKey | None = None

    def request(self) -> bytes:
        """A new message 1."""
        if self.of.kind is not Kind.ASSOCIATION:
            self.order += 1
        self.ephemeral = bytes([self.order + 1]) * 31 + bytes([next(self.transactions) % 256])
        self.message1 = noise.initiate(self.of, self.of.channel, self.order, self.ephemeral)
        return self.message1

    def take_response(self, response: bytes) -> None:
        finished = noise.finish(self.of, self.message1, self.ephemeral, response)
        self.key_id = finished.keys.key_id
        self.sealing = SealingKey(1, finished.keys.initiator_key)
        self.opening = SealingKey(1, finished.keys.responder_key)
        self.sequence = 0

    def seal(self, message: int, fields: dict[int, Any], transaction: bytes | None = None) -> bytes:
        assert self.sealing is not None
        body = cbor.encode({0: transaction or next(self.transactions).to_bytes(8, "big"), **fields})
        header = Header(message, self.key_id, self.of.channel, self.sequence)
        self.sequence += 1
        return self.sealing.seal(header, body)

    def read(self, datagram: bytes) -> tuple[int, dict[int, Any]]:
        assert self.opening is not None
        header = decode_header(datagram)
        return header.type, cbor.decode(self.opening.open(header, datagram))

    def say(
        self, message: int, fields: dict[int, Any], at: Endpoint | None = None, transaction: bytes | None = None
    ) -> list[tuple[int, dict[int, Any]]]:
        """What the relay says to a message, by type and body, but for what it relays."""
        sent = self.player.deliver(self.seal(message, fields, transaction), at or self.at)
        return [self.read(datagram) for _, datagram in sent if datagram[4:20] == self.of.channel]

    def open(self) -> None:
        sent = self.player.deliver(self.request(), self.at)
        assert [to for to, _ in sent] == [self.at]
        self.take_response(sent[0][1])

    def answer_probes(self, said: list[tuple[int, dict[int, Any]]], at: Endpoint | None = None) -> None:
        for message, body in said:
            if message == Type.TUNNEL_REQUEST:
                self.say(Type.TUNNEL_RESPONSE, {1: 0, 11: RELAY.encode()}, at, body[0])

    def bind(self) -> None:
        """Opens, confirms, and answers the relay's probe: this address is valid then."""
        self.open()
        self.answer_probes(self.say(Type.TUNNEL_REQUEST, {}))


def dc_of(player: Player) -> Peer:
    return Peer(player, Kind.ASSOCIATION, ASSOCIATION, SECRET, DC_ID, DC)


def leg_fields(name: int) -> dict[int, Any]:
    return {4: bytes([0xB0 + name]) * 16, 28: bytes([0x10 + name]) * 16, 29: bytes([0x20 + name]) * 32}


def direction(path: bytes = PATH, lifetime: int = 120, first_leg: int = 1) -> dict[int, Any]:
    return {19: path, 26: 1, 9: lifetime, 36: [leg_fields(first_leg), leg_fields(first_leg + 1)]}


def node_of(player: Player, name: int, at: Endpoint) -> Peer:
    fields = leg_fields(name)
    return Peer(player, Kind.LEG, fields[28], fields[29], fields[4], at)


def bound_path(player: Player) -> tuple[Peer, Peer, Peer]:
    """The DC and both nodes of a path that is forwarded."""
    dc = dc_of(player)
    dc.bind()
    assert dc.say(Type.RELAY_DIRECTION, direction())[0][1][1] == 0
    a, b = node_of(player, 1, NODE_A), node_of(player, 2, NODE_B)
    a.bind()
    b.bind()
    return dc, a, b
