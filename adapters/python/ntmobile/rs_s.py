"""The role RS-S: the order of checks on what arrives, and all tables of the relay."""

from __future__ import annotations

from collections.abc import Callable

from .addresses import AddressPolicy, Endpoint
from .association import Association
from .channel import Totals
from .clock import Clock
from .config import RsSConfig
from .counters import Counters
from .environment import Environment, Send
from .handshakes import HANDSHAKES_BOUND
from .header import check_header, read_header
from .limits import BucketTable
from .registry import LAYERS_OF_ENDS, Key, Kind, Layer, Refused, RelayKind, Status
from .relay import HELD_BOUND, Relayed, RelayTable
from .schema import Body

SOURCES_BOUND = 4096
INSTANCE_SIZE = 8
LARGEST_CAPACITY = 2**32 - 1
_LAYERS = [layer for layer in Layer if layer not in LAYERS_OF_ENDS and layer is not Layer.STALE]
_STATUSES = (Status.OK, Status.MALFORMED, Status.UNSUPPORTED, Status.REFUSED, Status.BUSY)


class RsS:
    """A relay of kind S. It gets datagrams by `receive` and sends them by the function that it was given."""

    def __init__(
        self,
        config: RsSConfig,
        clock: Clock,
        endpoints: tuple[Endpoint, ...],
        send: Send,
        show: Callable[[str], None] = lambda text: None,
    ) -> None:
        timers = config.timers
        self.counters = Counters(_LAYERS, _STATUSES, (Kind.ASSOCIATION, Kind.LEG))
        policy = AddressPolicy(config.test_prefixes)
        self._advertised = list(config.advertise or endpoints)
        policy.own.update(endpoints, self._advertised)
        self.env = Environment(
            node_id=config.node_id,
            clock=clock,
            timers=timers,
            counters=self.counters,
            policy=policy,
            failures=BucketTable(timers["source-failures"], SOURCES_BOUND),
            send=send,
            families=frozenset(endpoint.family for endpoint in endpoints),
            show=show,
        )
        self._config = config
        self.totals = Totals()
        self.instance = self.env.randomness(INSTANCE_SIZE)  # RS-15
        self.associations: dict[bytes, Association] = {}
        self.table = RelayTable(self.env, self.totals, config.capacity, self._reachable, lambda: set(self.associations))
        for association in config.associations:
            self.associations[association.id] = Association(
                self.env, self.totals, association, self._registration, self.table.obey
            )
        self._show_tables()
        for name in ("relay.packets", "relay.bytes", "relay.held"):
            self.counters.count(name, 0)

    def start(self) -> None:
        for association in self.associations.values():
            association.open()

    def stop(self) -> None:
        """Erases all keys."""
        for entry in self.table:
            self.table.erase(entry)
        for association in self.associations.values():
            association.close()

    def receive(self, datagram: bytes, source: Endpoint, traffic_class: int = 0) -> None:
        """One datagram, through the layers of section 16.11."""
        try:
            self._receive(datagram, source, traffic_class)
        except Refused as refused:
            self.counters.refused(refused.layer)
            if refused.layer in (Layer.HANDSHAKE, Layer.TAG):
                self.env.failures.take(source.address, self.env.clock.now())

    def _receive(self, datagram: bytes, source: Endpoint, traffic_class: int) -> None:
        header = read_header(datagram)
        entry = self.table.paths.get(header.context)
        if entry is not None:
            self.table.relay(entry, Relayed(datagram, traffic_class), source)
            return
        check_header(header, len(datagram))
        channel = self.associations.get(header.context) or self.table.legs.get(header.context)
        if channel is None:
            raise Refused(Layer.CONTEXT)
        channel.receive(header, datagram, source)

    def _reachable(self) -> list[bytes]:
        """RS-21."""
        return [endpoint.encode() for endpoint in self._advertised]

    def _registration(self) -> Body:
        """RS-19."""
        return {
            Key.INSTANCE: self.instance,
            Key.SUITES: [1],
            Key.ENDPOINTS: self._reachable(),
            Key.KINDS: [int(RelayKind.RS_S)],
            Key.CAPACITY: min(self._config.capacity, LARGEST_CAPACITY),
        }

    def _show_tables(self) -> None:
        associations = len(self._config.associations)
        capacity = self._config.capacity
        show = self.counters.table
        show("associations", lambda: len(self.associations), associations)
        show("paths", lambda: len(self.table.paths), capacity)
        show("legs", lambda: len(self.table.legs), 2 * capacity)
        show("handshakes", lambda: self.totals.handshakes, HANDSHAKES_BOUND * (associations + 2 * capacity))
        show("answers", self._answers_kept, int(self.env.timers["answer-bound"]) * associations)
        show("held", lambda: self.table.held, HELD_BOUND)
        show("sources", self._sources, SOURCES_BOUND)

    def _answers_kept(self) -> int:
        for association in self.associations.values():
            association.answers.forget_old()
        return self.totals.answers

    def _sources(self) -> int:
        self.env.failures.forget_full(self.env.clock.now())
        return len(self.env.failures)
