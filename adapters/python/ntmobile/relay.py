"""The Relay Table of an RS-S: entries, legs, forwarding and holding (chapter 9)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .addresses import Endpoint
from .channel import Channel, Totals
from .clock import Timer
from .environment import Environment
from .limits import TokenBucket
from .registry import Key, Kind, Layer, Refused, RelayKind, Status, Type
from .schema import INNER_FORMS, Body

HELD_BOUND = 1024


class Leg(Channel):
    """The channel between one node and this RS-S."""

    kind = Kind.LEG
    accepted = frozenset((Type.TUNNEL_REQUEST, Type.TUNNEL_RESPONSE))

    def __init__(self, env: Environment, totals: Totals, entry: Entry, fields: Body) -> None:
        super().__init__(env, totals, fields[Key.LEG_ID], fields[Key.LEG_SECRET], fields[Key.NODE_ID])
        self.entry = entry
        self.other: Leg
        self.held: deque[Held] = deque()

    @property
    def address(self) -> Endpoint | None:
        """Tunnel IP and Tunnel Port (RS-03)."""
        valid = self.slots.valid
        return valid[0] if valid else None

    def may_be_other_end(self, endpoint: Endpoint) -> bool:
        return endpoint != self.other.address and super().may_be_other_end(endpoint)  # RSS-15

    def message_opened(self) -> None:
        self.entry.refresh()

    def address_changed(self) -> None:
        self.entry.table.send_held(self)


@dataclass(frozen=True)
class Relayed:
    """What is to go out as it came: the UDP payload, and DSCP and ECN of the outer header (RSS-02, RSS-11)."""

    datagram: bytes
    traffic_class: int = 0


@dataclass(eq=False)
class Held:
    """A datagram that waits for a leg to be valid (RSS-03)."""

    relayed: Relayed
    timer: Timer


class Entry:
    """One row of the Relay Table."""

    def __init__(self, table: RelayTable, owner: Any, body: Body, same_content: Body) -> None:
        self.table = table
        self.owner = owner
        self.content = same_content
        self.path_id: bytes = body[Key.PATH_ID]
        self.lifetime: int = body[Key.LIFETIME]
        a, b = (Leg(table.env, table.totals, self, fields) for fields in body[Key.LEGS])
        a.other, b.other = b, a
        self.legs = (a, b)
        now = table.env.clock.now()
        self._packets = TokenBucket(table.env.timers["relay-packets"], now)
        self._bytes = TokenBucket(table.env.timers["relay-bytes"], now)
        self.refresh_time = now
        self.idle_timer = table.env.clock.after(self.lifetime, self._check_idle)

    def refresh(self) -> None:
        self.refresh_time = self.table.env.clock.now()

    def _check_idle(self) -> None:
        """RS-08."""
        left = self.refresh_time + self.lifetime - self.table.env.clock.now()
        if left > 0:
            self.idle_timer = self.table.env.clock.after(left, self._check_idle)
        else:
            self.table.erase(self)

    def leg_at(self, source: Endpoint) -> Leg | None:
        return next((leg for leg in self.legs if leg.address == source), None)

    def within_rates(self, size: int) -> bool:
        """RS-14."""
        now = self.table.env.clock.now()
        if not (self._packets.has(now) and self._bytes.has(now, size)):
            return False
        self._packets.take(now)
        self._bytes.take(now, size)
        return True


class RelayTable:
    """Entries by Path ID, and their legs by Leg ID."""

    def __init__(
        self,
        env: Environment,
        totals: Totals,
        capacity: int,
        endpoints: Callable[[], list[bytes]],
        association_ids: Callable[[], set[bytes]],
    ) -> None:
        self.env = env
        self.totals = totals
        self.capacity = capacity
        self.paths: dict[bytes, Entry] = {}
        self.legs: dict[bytes, Leg] = {}
        self.held = 0
        self._endpoints = endpoints
        self._association_ids = association_ids

    # ---- directions ----

    def obey(self, owner: Any, body: Body) -> tuple[Status, Body]:
        """A Relay Direction, judged by the table of section 9.2."""
        entry = self.paths.get(body[Key.PATH_ID])
        if Key.WITHDRAW in body:
            if entry is None:
                return Status.OK, {}
            if entry.owner is not owner:
                return Status.REFUSED, {}
            self.erase(entry)
            return Status.OK, {}
        if body[Key.KIND] != RelayKind.RS_S:
            return Status.UNSUPPORTED, {}
        reachable: Body = {Key.ENDPOINTS: self._endpoints()}
        same_content = _content(body)
        if entry is not None:
            same = entry.owner is owner and entry.content == same_content
            return (Status.OK, reachable) if same else (Status.REFUSED, {})
        if self._in_use(body):
            return Status.REFUSED, {}
        if len(self.paths) >= self.capacity:
            return Status.BUSY, {}
        self._make(owner, body, same_content)
        return Status.OK, reachable

    def _in_use(self, body: Body) -> bool:
        """RS-23."""
        taken = self._association_ids()
        leg_ids = [leg[Key.LEG_ID] for leg in body[Key.LEGS]]
        return (
            body[Key.PATH_ID] in taken
            or body[Key.PATH_ID] in self.legs
            or any(leg_id in taken or leg_id in self.legs or leg_id in self.paths for leg_id in leg_ids)
        )

    def _make(self, owner: Any, body: Body, same_content: Body) -> None:
        entry = Entry(self, owner, body, same_content)
        self.paths[entry.path_id] = entry
        for leg in entry.legs:
            self.legs[leg.id] = leg

    def erase(self, entry: Entry) -> None:
        """RS-11, RSS-17."""
        entry.idle_timer.cancel()
        del self.paths[entry.path_id]
        for leg in entry.legs:
            del self.legs[leg.id]
            while leg.held:
                self._discard(leg, leg.held[0])
            leg.close()

    # ---- forwarding ----

    def relay(self, entry: Entry, relayed: Relayed, source: Endpoint) -> None:
        """Section 9.7."""
        leg = entry.leg_at(source)
        if leg is None:
            raise Refused(Layer.RELAY_SOURCE)
        if leg.other.address is None:
            self._hold(leg.other, relayed)
        else:
            self._forward(leg.other, leg.other.address, relayed)

    def _forward(self, leg: Leg, address: Endpoint, relayed: Relayed) -> None:
        size = len(relayed.datagram)
        if not leg.entry.within_rates(size):
            raise Refused(Layer.RELAY_RATE)
        leg.entry.refresh()
        self.env.counters.count("relay.packets")
        self.env.counters.count("relay.bytes", size)
        self.env.send(address, relayed.datagram, relayed.traffic_class)

    def _hold(self, leg: Leg, relayed: Relayed) -> None:
        timers = self.env.timers
        full = len(leg.held) >= timers["hold-count"]
        if len(relayed.datagram) > timers["hold-size"] or (self.held >= HELD_BOUND and not full):
            raise Refused(Layer.RELAY_HOLD)
        if full:
            self._discard(leg, leg.held[0])
        held = Held(relayed, self.env.clock.after(timers["hold-time"], lambda: self._discard(leg, held)))
        leg.held.append(held)
        self.held += 1
        leg.entry.refresh()
        self.env.counters.count("relay.held")

    def _take(self, leg: Leg, held: Held) -> None:
        held.timer.cancel()
        leg.held.remove(held)
        self.held -= 1

    def _discard(self, leg: Leg, held: Held) -> None:
        self._take(leg, held)
        self.env.counters.refused(Layer.RELAY_HOLD)

    def send_held(self, leg: Leg) -> None:
        """What waited for this leg, in its order."""
        while leg.held and leg.address:
            held = leg.held[0]
            self._take(leg, held)
            try:
                self._forward(leg, leg.address, held.relayed)
            except Refused as refused:
                self.env.counters.refused(refused.layer)

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self.paths.values()))


def _content(body: Body) -> Body:
    """RS-10: the values of the listed keys, without the transaction."""
    listed = INNER_FORMS[Key.LEGS].listed
    same = {key: value for key, value in body.items() if key != Key.TRANSACTION}
    same[Key.LEGS] = [{key: leg[key] for key in listed} for leg in body[Key.LEGS]]
    return same
