"""The configuration of an RS-S: the JSON object of the contract's configuration page."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from .addresses import Endpoint, Network
from .timers import Timers, number

DEFAULT_CAPACITY = 65536


class ConfigError(ValueError):
    """What a configuration must not have, or lacks."""


@dataclass(frozen=True)
class AssociationConfig:
    id: bytes
    secret: bytes
    peer: bytes
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True)
class RsSConfig:
    node_id: bytes
    listen: tuple[Endpoint, ...]
    advertise: tuple[Endpoint, ...] | None
    associations: tuple[AssociationConfig, ...]
    capacity: int
    timers: Timers
    test_prefixes: tuple[Network, ...]
    test_profile: bool


def _only(given: Any, what: str, allowed: set[str], required: Set[str] = frozenset()) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ConfigError(f"{what}: no object")
    if given.keys() - allowed:
        raise ConfigError(f"{what}: unknown key {sorted(given.keys() - allowed)[0]}")
    if required - given.keys():
        raise ConfigError(f"{what}: {sorted(required - given.keys())[0]} is missing")
    return given


def _hex(value: Any, size: int, what: str) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * size:
        raise ConfigError(f"{what}: not {2 * size} hexadecimal digits")
    return bytes.fromhex(value)


def _list(value: Any, what: str, low: int, high: int, item: Callable[[str], Any]) -> tuple[Any, ...]:
    if not isinstance(value, list) or not low <= len(value) <= high:
        raise ConfigError(f"{what}: not a list of {low} to {high}")
    return tuple(item(entry) for entry in value)


def _association(given: Any) -> AssociationConfig:
    keys = {"id", "secret", "peer", "peerRole", "endpoints"}
    fields = _only(given, "association", keys, {"id", "secret", "peer", "peerRole"})
    if fields["peerRole"] != "dc":
        raise ConfigError("association: an RS-S has associations with DCs only")
    return AssociationConfig(
        _hex(fields["id"], 16, "id"),
        _hex(fields["secret"], 32, "secret"),
        _hex(fields["peer"], 16, "peer"),
        _list(fields.get("endpoints", []), "endpoints", 0, 64, Endpoint.parse),
    )


def _prefixes(profile: Mapping[str, Any]) -> tuple[Network, ...]:
    both = [*profile.get("global", []), *profile.get("private", [])]
    return tuple(ipaddress.ip_network(prefix) for prefix in both)


def read_config(given: Mapping[str, Any]) -> RsSConfig:
    """The configuration, checked. Whatever is wrong is a ValueError."""
    optional = {"advertise", "limits", "timers", "testProfile", "capacity", "datapath"}
    required = {"role", "nodeId", "listen", "associations"}
    fields = _only(given, "configuration", required | optional, required)
    if fields["role"] != "rs-s":
        raise ConfigError("role: not rs-s")
    if fields.get("datapath", "user") != "user":
        raise ConfigError("datapath: there is no other than user")
    profile = fields.get("testProfile")
    if profile is not None:
        _only(profile, "testProfile", {"global", "private"})
    limits = _only(fields.get("limits", {}), "limits", {"perSourcePerSecond", "packetsPerSecond", "bytesPerSecond"})
    by_limit = {
        "source-failures": limits.get("perSourcePerSecond"),
        "relay-packets": limits.get("packetsPerSecond"),
        "relay-bytes": limits.get("bytesPerSecond"),
    }
    timers = {**{k: v for k, v in by_limit.items() if v is not None}, **fields.get("timers", {})}
    listen = _list(fields["listen"], "listen", 1, 2, Endpoint.parse)
    if len({endpoint.family for endpoint in listen}) != len(listen):
        raise ConfigError("listen: two endpoints of one family")
    advertise = None
    if "advertise" in fields:
        advertise = _list(fields["advertise"], "advertise", 1, 8, Endpoint.parse)
    elif any(endpoint.unspecified for endpoint in listen):
        raise ConfigError("advertise: needed, since listen has a wildcard")
    capacity = number(fields.get("capacity", DEFAULT_CAPACITY))
    return RsSConfig(
        node_id=_hex(fields["nodeId"], 16, "nodeId"),
        listen=listen,
        advertise=advertise,
        associations=_list(fields["associations"], "associations", 1, 1 << 16, _association),
        capacity=int(capacity),
        timers=Timers(timers, profile is not None),
        test_prefixes=_prefixes(profile or {}),
        test_profile=profile is not None,
    )
