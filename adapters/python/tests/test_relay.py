"""The relay, played: what the golden vectors, which stand still in time, do not reach."""

from __future__ import annotations

import pytest

from ntmobile import noise
from ntmobile.addresses import Endpoint
from ntmobile.config import ConfigError, read_config
from ntmobile.registry import Kind, Status, Type
from ntmobile.timers import TimerError

from .player import (
    ASSOCIATION,
    DC,
    DC_ID,
    NODE_A,
    NODE_B,
    PATH,
    RELAY_ID,
    SECRET,
    Player,
    bound_path,
    configuration,
    dc_of,
    direction,
    node_of,
)

ELSEWHERE = Endpoint.parse("203.0.113.77:7777")


def of_path(length: int = 100, first: int = 0) -> bytes:
    return b"\x05\x10\xab\xcd" + PATH + first.to_bytes(8, "big") + bytes(length - 28)


def dc_endpoints(player_config: dict) -> dict:
    player_config["associations"][0]["endpoints"] = [str(DC)]
    return player_config


def test_an_attempt_repeats_the_same_bytes() -> None:
    player = Player(dc_endpoints(configuration()))
    first = player.sent
    assert [to for to, _ in first] == [DC] and len(first[0][1]) == 76
    assert player.wait(4.9) == first * 4
    assert player.wait(0.2) == []  # over
    again = player.wait(6)
    assert again[0][1][28:60] != first[0][1][28:60]  # a new ephemeral key


def test_message_2_comes_again() -> None:
    player = Player(dc_endpoints(configuration()))
    request = player.sent[0][1]
    of = noise.ChannelSecret(Kind.ASSOCIATION, ASSOCIATION, SECRET, RELAY_ID, DC_ID)
    response, finished = noise.respond(of, request)
    probes = player.deliver(response, DC)
    assert [(to, datagram[1], datagram[2:4]) for to, datagram in probes] == [
        (DC, Type.TUNNEL_REQUEST, finished.keys.key_id.to_bytes(2, "big"))
    ]
    assert player.deliver(response, DC) == [] and player.refused() == {}
    other, _ = noise.respond(of, request)
    assert player.deliver(other, DC) == [] and player.refused() == {"refused.handshake": 1}


def test_registers_when_confirmed_and_renews() -> None:
    player = Player()
    dc = dc_of(player)
    dc.open()
    said = dc.say(Type.TUNNEL_REQUEST, {})
    assert [message for message, _ in said] == [Type.TUNNEL_REQUEST, Type.TUNNEL_RESPONSE, 9]
    registration = said[2][1]
    assert registration[39] == [1] and registration[27] == [bytes([192, 0, 2, 100]) + (4330).to_bytes(2, "big")]
    dc.answer_probes(said)
    dc.say(Type.RELAY_REGISTRATION_RESPONSE, {1: 0, 9: 100}, transaction=registration[0])
    assert player.wait(44.9) == []
    message, renewed = dc.read(player.wait(10.2)[0][1])
    assert message == 9 and renewed[5] == registration[5] and renewed[0] != registration[0]


def test_tries_to_register_after_intervals_that_double() -> None:
    player = Player()
    dc = dc_of(player)
    dc.open()
    said = dc.say(Type.TUNNEL_REQUEST, {})
    dc.answer_probes(said)
    for interval in (5, 10, 20, 40, 60, 60):
        registration = said[-1][1]
        assert dc.say(Type.RELAY_REGISTRATION_RESPONSE, {1: 9}, transaction=registration[0]) == []
        assert player.wait(interval * 0.89) == []
        said = [dc.read(player.next(interval * 0.22))]
        assert said[0][0] == Type.RELAY_REGISTRATION_REQUEST and said[0][1][0] != registration[0]
    dc.say(Type.RELAY_REGISTRATION_RESPONSE, {1: 9}, transaction=said[0][1][0])
    dc.open()  # the DC opens: the interval begins anew
    said = dc.say(Type.TUNNEL_REQUEST, {})
    dc.answer_probes(said)
    registration = next(body for message, body in said if message == Type.RELAY_REGISTRATION_REQUEST)
    dc.say(Type.RELAY_REGISTRATION_RESPONSE, {1: 9}, transaction=registration[0])
    assert player.next(5.6)[1] == Type.RELAY_REGISTRATION_REQUEST


def test_forwards_both_ways_unchanged() -> None:
    player = Player()
    bound_path(player)
    assert player.deliver(of_path(), NODE_A) == [(NODE_B, of_path())]
    assert player.deliver(of_path(), NODE_B) == [(NODE_A, of_path())]
    assert player.deliver(of_path(), ELSEWHERE) == []
    assert player.refused() == {"refused.relay-source": 1}
    assert player.count("relay.packets") == 2 and player.count("relay.bytes") == 200


def test_holds_the_last_four_and_for_two_seconds() -> None:
    player = Player()
    dc = dc_of(player)
    dc.bind()
    dc.say(Type.RELAY_DIRECTION, direction())
    node_of(player, 1, NODE_A).bind()
    for number in range(6):
        assert player.deliver(of_path(first=number), NODE_A) == []
    assert player.count("table.held.size") == 4 and player.count("refused.relay-hold") == 2
    b = node_of(player, 2, NODE_B)
    b.open()
    said = b.say(Type.TUNNEL_REQUEST, {})
    probe = next(body for message, body in said if message == Type.TUNNEL_REQUEST)
    sent = player.deliver(b.seal(Type.TUNNEL_RESPONSE, {1: 0, 11: NODE_B.encode()}, probe[0]), NODE_B)
    assert sent == [(NODE_B, of_path(first=number)) for number in range(2, 6)]
    assert player.count("table.held.size") == 0


def test_held_too_long_is_discarded() -> None:
    player = Player()
    dc = dc_of(player)
    dc.bind()
    dc.say(Type.RELAY_DIRECTION, direction())
    node_of(player, 1, NODE_A).bind()
    player.deliver(of_path(), NODE_A)
    player.wait(2)
    assert player.count("refused.relay-hold") == 1 and player.count("table.held.size") == 0


def test_withdrawal_erases_the_entry_and_what_is_held() -> None:
    player = Player()
    dc = dc_of(player)
    dc.bind()
    dc.say(Type.RELAY_DIRECTION, direction())
    node_of(player, 1, NODE_A).bind()
    player.deliver(of_path(), NODE_A)
    assert dc.say(Type.RELAY_DIRECTION, {19: PATH, 37: True})[0][1][1] == Status.OK
    assert player.deliver(of_path(), NODE_A) == []
    assert player.refused() == {"refused.relay-hold": 1, "refused.context": 1}
    assert player.count("table.legs.size") == player.count("table.paths.size") == 0
    assert player.count("table.handshakes.size") == 0


def test_an_entry_goes_when_idle_and_stays_when_used() -> None:
    player = Player()
    dc, a, _ = bound_path(player)
    player.wait(100)
    player.deliver(of_path(), NODE_A)
    player.wait(100)
    dc.say(Type.RELAY_DIRECTION, direction())  # renews nothing
    assert player.count("table.paths.size") == 1
    player.wait(21)
    assert player.count("table.paths.size") == 0


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (direction(lifetime=121), Status.REFUSED),
        (direction() | {99: 1, 2: b"padding"}, Status.OK),
        (direction(path=b"\x71" * 16), Status.REFUSED),  # Leg IDs in use
        (direction(path=ASSOCIATION, first_leg=5), Status.REFUSED),
        (direction(path=b"\x71" * 16, first_leg=5), Status.OK),
        (direction() | {26: 2}, Status.MALFORMED),  # an RS-N's keys are not there
        ({19: b"\x71" * 16, 26: 9}, Status.UNSUPPORTED),
        ({19: b"\x71" * 16, 37: True}, Status.OK),
        (direction() | {20: bytes(32)}, Status.MALFORMED),
    ],
)
def test_how_a_direction_is_judged(asked: dict, status: Status) -> None:
    player = Player()
    dc = dc_of(player)
    dc.bind()
    dc.say(Type.RELAY_DIRECTION, direction())
    message, answer = dc.say(Type.RELAY_DIRECTION, asked)[0]
    assert (message, answer[1]) == (Type.DIRECTION_RESPONSE, status)
    assert (27 in answer) == (status == Status.OK and 37 not in asked)


def test_busy_when_full() -> None:
    player = Player(configuration(capacity=1))
    dc = dc_of(player)
    dc.bind()
    assert dc.say(Type.RELAY_DIRECTION, direction())[0][1][1] == Status.OK
    assert dc.say(Type.RELAY_DIRECTION, direction(b"\x71" * 16, first_leg=5))[0][1][1] == Status.BUSY
    assert player.count("answered.busy") == 1


def test_rates_of_a_path() -> None:
    player = Player(configuration(limits={"packetsPerSecond": 10, "bytesPerSecond": 100000}))
    bound_path(player)
    sent = sum(len(player.deliver(of_path(), NODE_A if n % 2 else NODE_B)) for n in range(20))
    assert sent == 10 and player.refused() == {"refused.relay-rate": 10}
    player.wait(0.5)
    assert sum(len(player.deliver(of_path(), NODE_A)) for n in range(20)) == 5


def test_a_moved_node_is_probed_before_it_is_used() -> None:
    player = Player()
    _, a, _ = bound_path(player)
    said = a.say(Type.TUNNEL_REQUEST, {}, at=ELSEWHERE)
    assert sorted(message for message, _ in said) == [Type.TUNNEL_REQUEST, Type.TUNNEL_RESPONSE]
    assert player.deliver(of_path(), NODE_B) == [(NODE_A, of_path())]
    a.answer_probes(said, at=NODE_A)  # from where the probe did not go
    assert player.deliver(of_path(), NODE_B) == [(NODE_A, of_path())]
    a.answer_probes(said, at=ELSEWHERE)
    assert player.deliver(of_path(), NODE_B) == [(ELSEWHERE, of_path())]
    assert player.refused() == {}


def test_the_address_of_the_other_leg_is_not_probed() -> None:
    player = Player()
    _, a, _ = bound_path(player)
    assert [message for message, _ in a.say(Type.TUNNEL_REQUEST, {}, at=NODE_B)] == [Type.TUNNEL_RESPONSE]


def test_no_more_than_three_times_what_came() -> None:
    player = Player()
    dc = dc_of(player)
    dc.bind()
    dc.say(Type.RELAY_DIRECTION, direction())
    a = node_of(player, 1, NODE_A)
    a.open()
    first = a.seal(Type.TUNNEL_REQUEST, {})
    sent = player.deliver(first, NODE_A)
    later = player.wait(60)
    out = 76 + sum(len(datagram) for to, datagram in sent + later if to == NODE_A)
    assert out <= 3 * (76 + len(first))


def test_a_second_opening_keeps_the_old_keys_for_10_s() -> None:
    player = Player()
    _, a, _ = bound_path(player)
    old = (a.key_id, a.sealing, a.opening, a.sequence)
    a.open()
    a.say(Type.TUNNEL_REQUEST, {})
    new_opening = a.opening
    a.key_id, a.sealing, a.opening, a.sequence = old
    a.opening = new_opening  # the answer goes under the keys in use
    assert [message for message, _ in a.say(Type.TUNNEL_REQUEST, {})] == [Type.TUNNEL_RESPONSE]
    player.wait(10.1)
    assert player.deliver(a.seal(Type.TUNNEL_REQUEST, {}), NODE_A) == []
    assert player.refused() == {"refused.key-id": 1}


def test_failures_of_one_address() -> None:
    player = Player(configuration(limits={"perSourcePerSecond": 5}))
    dc = dc_of(player)
    dc.bind()
    dc.say(Type.RELAY_DIRECTION, direction())
    a = node_of(player, 1, NODE_A)
    broken = a.request()[:-1] + b"\0"
    for _ in range(8):
        player.deliver(broken, NODE_A)
    assert player.refused() == {"refused.handshake": 5, "refused.rate-source": 3}
    assert player.count("table.sources.size") == 1
    player.wait(1)
    a.open()
    assert player.count("table.sources.size") == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"listens": []},
        {"capacity": "many"},
        {"timers": {"opening-repeat": 1}},
        {"timers": {"opening-over": 1}},  # without a test profile
        {"listen": ["0.0.0.0:1"]},
        {"datapath": "kernel"},
        {"testProfile": {"public": []}},
    ],
)
def test_configurations_that_are_none(changed: dict) -> None:
    with pytest.raises((ConfigError, TimerError)):
        read_config(configuration(**changed))


def test_timers_in_a_test_profile() -> None:
    given = read_config(configuration(timers={"opening-over": "0.25", "relay-idle": 9}, testProfile={}))
    assert given.timers["opening-over"] == 0.25 and given.timers["relay-idle"] == 9
