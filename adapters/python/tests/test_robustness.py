"""No input ends the relay (DOS-05): random and mutated datagrams, and sealed bodies of any content."""

from __future__ import annotations

import random
from typing import Any

from ntmobile import cbor
from ntmobile.header import Header
from ntmobile.registry import Type
from ntmobile.schema import KEY_TYPES

from .player import NODE_A, Peer, Player, bound_path, direction


def any_value(dice: random.Random, depth: int = 0) -> Any:
    choice = dice.randrange(9 if depth < 4 else 6)
    if choice == 0:
        return dice.choice([0, 1, 2, 26, 120, 2**32 - 1, 2**32, 2**64 - 1, -1])
    if choice <= 2:
        return dice.randbytes(dice.choice([0, 4, 6, 8, 16, 18, 32]))
    if choice == 3:
        return dice.choice(["a", "mn.example", "A", ""])
    if choice <= 5:
        return dice.choice([True, False, None])
    if choice == 6:
        return [any_value(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice([*KEY_TYPES, 99, 0x8000]): any_value(dice, depth + 1) for _ in range(dice.randrange(4))}


def mutated(dice: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(changed) + 1)
        if dice.random() < 0.3:
            del changed[at:]
        elif at < len(changed):
            changed[at] = dice.randrange(256)
    return bytes(changed)


def sealed(peer: Peer, message: int, content: bytes) -> bytes:
    assert peer.sealing is not None
    header = Header(message, peer.key_id, peer.of.channel, peer.sequence)
    peer.sequence += 1
    return peer.sealing.seal(header, content)


def test_anything_may_come() -> None:
    dice = random.Random(5)
    player = Player()
    dc, a, _ = bound_path(player)
    for number in range(3000):
        peer = dice.choice([dc, a])
        message = dice.choice(list(Type))
        body = {0: number.to_bytes(8, "big"), **any_value_map(dice)}
        if message == Type.RELAY_DIRECTION and dice.random() < 0.5:
            body = {**direction(dice.randbytes(16), first_leg=dice.randrange(5, 70)), **body}
        content = cbor.encode(body)
        if dice.random() < 0.5:
            content = mutated(dice, content)
        datagram = sealed(peer, message, content)
        if dice.random() < 0.2:
            datagram = mutated(dice, datagram)
        player.deliver(datagram, peer.at)
        if number % 100 == 0:
            player.deliver(mutated(dice, peer.request()), peer.at)
            player.wait(1)
    assert [message for message, _ in a.say(Type.TUNNEL_REQUEST, {}, NODE_A)][-1] == Type.TUNNEL_RESPONSE


def any_value_map(dice: random.Random) -> dict[int, Any]:
    return {dice.choice([*KEY_TYPES, 99, 0x8000]): any_value(dice) for _ in range(dice.randrange(5))}
