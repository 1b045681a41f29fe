"""Endpoints, and which of them can be the other end's (KEY-40, GEN-16)."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from typing import NamedTuple

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Endpoint(NamedTuple):
    """An address of 4 or 16 bytes, and a port."""

    address: bytes
    port: int

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """`192.0.2.1:4330` or `[2001:db8::1]:4330`."""
        host, separator, port = text.rpartition(":")
        if not separator or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ValueError(f"no endpoint: {text}")
        ipv6 = host.startswith("[") and host.endswith("]")
        address = ipaddress.IPv6Address(host[1:-1]) if ipv6 else ipaddress.IPv4Address(host)
        return cls(address.packed, int(port))

    @classmethod
    def of_socket(cls, address: tuple) -> Endpoint:
        host = address[0].partition("%")[0]
        return cls(socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host), address[1])

    @property
    def family(self) -> int:
        return 4 if len(self.address) == 4 else 6

    @property
    def socket_address(self) -> tuple[str, int]:
        return socket.inet_ntop(socket.AF_INET if self.family == 4 else socket.AF_INET6, self.address), self.port

    @property
    def unspecified(self) -> bool:
        return not any(self.address)

    def encode(self) -> bytes:
        """As bodies have it."""
        return self.address + self.port.to_bytes(2, "big")

    def __str__(self) -> str:
        host, port = self.socket_address
        return f"{host}:{port}" if self.family == 4 else f"[{host}]:{port}"


class AddressPolicy:
    """What KEY-40 excludes, a test profile (GEN-16) counted."""

    def __init__(self, test_prefixes: Collection[Network] = ()) -> None:
        self._test_prefixes = tuple(test_prefixes)
        self.own: set[Endpoint] = set()

    def can_be_other_end(self, endpoint: Endpoint, provisioned: Collection[Endpoint]) -> bool:
        address = ipaddress.ip_address(endpoint.address)
        if endpoint in self.own or endpoint.port == 0:
            return False
        if address.is_unspecified or address.is_multicast or endpoint.address == b"\xff\xff\xff\xff":
            return False
        if not (address.is_loopback or address.is_link_local):
            return True
        return endpoint in provisioned or any(
            address in prefix for prefix in self._test_prefixes if prefix.version == address.version
        )
