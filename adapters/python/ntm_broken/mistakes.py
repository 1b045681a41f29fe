"""Each mistake as a small patch of the running program, with the clause that it breaks and the case that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ntmobile import cbor, channel, handshakes, limits, relay, schema, sealing, transactions
from ntmobile.addresses import Endpoint


@dataclass(frozen=True)
class Mistake:
    what: str
    clause: str
    case: str
    apply: Callable[[], None]


def _loose_cbor() -> None:
    """Reads what a lenient CBOR library would: keys in any order, heads of any length."""
    cbor.check_shortest = lambda size, argument: None
    cbor.check_order = lambda before, key: None


def _nonce_byte_order() -> None:
    """The sequence stands in the nonce as the machine has it: right for 0, wrong from 1 on."""
    sealing.nonce = lambda sequence: bytes(4) + sequence.to_bytes(8, "little")


def _no_replay_window() -> None:
    """What opens is taken, however often it comes."""

    def accept(window: sealing.ReplayWindow, sequence: int) -> bool:
        window.highest = max(window.highest, sequence)
        return True

    setattr(sealing.ReplayWindow, "accept", accept)


def _repeat_takes_effect() -> None:
    """No answer is kept: a request that comes again is obeyed again."""
    setattr(transactions.Answers, "find", lambda answers, transaction: None)


def _believes_the_source() -> None:
    """An address is valid as soon as a message came from it; no own probe is waited for."""
    nominate = channel.Channel._probe

    def probe(of: channel.Channel, endpoint: Endpoint, nomination: int) -> None:
        nominate(of, endpoint, nomination)
        if of.may_be_other_end(endpoint) and of.slots.set(endpoint, nomination):
            of.address_changed()

    setattr(channel.Channel, "_probe", probe)


def _relays_from_anywhere() -> None:
    """The Path ID alone decides: whatever does not come from leg B is for leg B."""

    def leg_at(entry: relay.Entry, source: Endpoint) -> relay.Leg:
        a, b = entry.legs
        return b if b.address == source else a

    setattr(relay.Entry, "leg_at", leg_at)


def _direction_refreshes() -> None:
    """A repeated Relay Direction keeps an idle entry alive."""
    obey = relay.RelayTable.obey

    def refreshing(table: relay.RelayTable, owner: Any, body: schema.Body) -> Any:
        answer = obey(table, owner, body)
        entry = table.paths.get(body[19])
        if entry is not None:
            entry.refresh()
        return answer

    setattr(relay.RelayTable, "obey", refreshing)


def _last_confirmed_wins() -> None:
    """Keys are ordered by the time of their confirmation, not by rank."""
    setattr(handshakes.Handshakes, "_outranks", lambda table, later, before: True)


def _no_old_keys() -> None:
    """New keys replace the old ones at once: what was under way is lost."""
    setattr(handshakes.Handshakes, "_retire", lambda table, handshake: table.erase(handshake))


def _no_amplification_limit() -> None:
    """Answers and probes go to any address, however little came from there."""
    setattr(limits.Budget, "spend", lambda budget, address, size: True)


MISTAKES: dict[str, Mistake] = {
    "loose-cbor": Mistake("reads CBOR that is not deterministic", "GEN-08", "rs-s.body.encoding", _loose_cbor),
    "nonce-byte-order": Mistake("writes the nonce little-endian", "TUN-02", "codec.seal", _nonce_byte_order),
    "no-replay-window": Mistake("has no replay window", "TUN-04", "rs-s.sealed.replay", _no_replay_window),
    "repeat-takes-effect": Mistake(
        "obeys a repeated request again", "GEN-10", "rs-s.transaction.retransmission", _repeat_takes_effect
    ),
    "believes-the-source": Mistake(
        "takes a source for valid without an own probe", "KEY-30", "rs-s.address.validate", _believes_the_source
    ),
    "relays-from-anywhere": Mistake(
        "relays whatever has the Path ID", "RSS-12", "rs-s.forward.source", _relays_from_anywhere
    ),
    "direction-refreshes": Mistake(
        "renews an idle entry by a repeated direction",
        "RS-08",
        "rs-s.entry.opening-does-not-refresh",
        _direction_refreshes,
    ),
    "last-confirmed-wins": Mistake(
        "sends under the keys confirmed last, whatever their rank",
        "KEY-49",
        "rs-s.keys.association-rank",
        _last_confirmed_wins,
    ),
    "no-old-keys": Mistake("erases replaced keys at once", "KEY-07", "rs-s.keys.old-receive", _no_old_keys),
    "no-amplification-limit": Mistake(
        "sends to unproven addresses without measure", "DOS-02", "rs-s.address.amplification", _no_amplification_limit
    ),
}
