"""The golden vectors of `refused`: whole datagrams to an RS-S, which is brought into each situation by playing it."""

from __future__ import annotations

from typing import Any

import pytest

from ntmobile import cbor
from ntmobile.addresses import Endpoint
from ntmobile.header import Header, decode_header
from ntmobile.registry import Status, Type
from ntmobile.sealing import SealingKey

from .player import Player
from .vectors import family

WORLD = family("refused")["world"]
SITUATIONS = list(family("refused")["situations"])
CHANNELS = WORLD["channels"]


def seal(name: str, message: int, sequence: int, body: bytes) -> bytes:
    channel = CHANNELS[name]
    header = Header(message, channel["keyId"], bytes.fromhex(channel["channel"]), sequence)
    return SealingKey(1, bytes.fromhex(channel["initiatorKey"])).seal(header, body)


def opened(name: str, datagram: bytes) -> tuple[int, dict[int, Any]]:
    header = decode_header(datagram)
    assert header.context.hex() == CHANNELS[name]["channel"]
    key = SealingKey(1, bytes.fromhex(CHANNELS[name]["responderKey"]))
    return header.type, cbor.decode(key.open(header, datagram))


def place(name: str) -> Endpoint:
    return Endpoint.parse(WORLD["places"][name])


def confirm(player: Player, name: str) -> None:
    """A probe in sequence 0, and the answer to the relay's in sequence 1."""
    sent = player.deliver(seal(name, Type.TUNNEL_REQUEST, 0, cbor.encode({0: b"confirms"})), place(name))
    said = [opened(name, datagram) for _, datagram in sent]
    probe = next(body for message, body in said if message == Type.TUNNEL_REQUEST)
    observed = Endpoint.parse(WORLD["relay"]["endpoint"]).encode()
    answer = cbor.encode({0: probe[0], 1: 0, 11: observed})
    player.deliver(seal(name, Type.TUNNEL_RESPONSE, 1, answer), place(name))


def bring_to(situation: str) -> Player:
    dc = CHANNELS["dc"]
    config = {
        "role": "rs-s",
        "nodeId": WORLD["relay"]["nodeId"],
        "listen": [WORLD["relay"]["endpoint"]],
        "associations": [
            {"id": dc["channel"], "secret": dc["secret"], "peer": dc["initiator"], "peerRole": "dc", "endpoints": []}
        ],
    }
    player = Player(config, [bytes.fromhex(CHANNELS[n]["responderEphemeral"]) for n in ("dc", "node-a", "node-b")])
    until = SITUATIONS.index(situation)

    def open_channel(name: str) -> None:
        sent = player.deliver(bytes.fromhex(CHANNELS[name]["message1"]), place(name))
        assert sent == [(place(name), bytes.fromhex(CHANNELS[name]["message2"]))]

    if until >= 1:
        open_channel("dc")
        confirm(player, "dc")
    if until >= 2:
        player.deliver(seal("dc", Type.RELAY_DIRECTION, 2, bytes.fromhex(WORLD["direction"])), place("dc"))
    if until >= 3:
        open_channel("node-a")
    if until >= 4:
        confirm(player, "node-a")
    if until >= 5:
        open_channel("node-b")
        confirm(player, "node-b")
    assert player.refused() == {}
    return player


def channel_of(datagram: bytes) -> str:
    return next(name for name, channel in CHANNELS.items() if bytes.fromhex(channel["channel"]) == datagram[4:20])


def check_answer(sent: list[tuple[Endpoint, bytes]], name: str, source: Endpoint, status: int) -> None:
    assert [to for to, _ in sent] == [source]
    message, body = opened(name, sent[0][1])
    assert message in (Type.DIRECTION_RESPONSE, Type.TUNNEL_RESPONSE)
    assert body[1] == status


@pytest.mark.parametrize("vector", [pytest.param(v, id=v["id"]) for v in family("refused")["vectors"]])
def test_refused(vector: dict[str, Any]) -> None:
    given = vector["input"]
    player = bring_to(given["situation"])
    source, datagram = place(given["from"]), bytes.fromhex(given["datagram"])
    sent = player.deliver(datagram, source)
    refused, effect = vector.get("refused"), vector.get("output")
    if vector["result"] == "implementation-defined":
        assert sent == [] and player.refused() == {"refused.relay-hold": 1}  # this RS-S declines
    elif refused is not None:
        assert player.refused() == {f"refused.{refused['layer']}": 1}
        if "status" in refused:
            check_answer(sent, channel_of(datagram), source, refused["status"])
        else:
            assert sent == []
    else:
        assert player.refused() == {}
        check_effect(player, effect, sent, datagram, source)


def check_effect(
    player: Player, effect: dict[str, Any], sent: list[tuple[Endpoint, bytes]], datagram: bytes, source: Endpoint
) -> None:
    if effect["effect"] == "message-2":
        assert sent == [(source, bytes.fromhex(CHANNELS[channel_of(datagram)]["message2"]))]
    elif effect["effect"] == "answer":
        check_answer(sent, channel_of(datagram), source, Status(effect["status"]))
    elif effect["effect"] == "relayed":
        assert sent == [(place(effect["to"]), datagram)]
    else:
        assert effect["effect"] == "held"
        assert sent == [] and player.count("relay.held") == 1
