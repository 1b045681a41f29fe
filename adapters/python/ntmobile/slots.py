"""The valid addresses of a channel, and which of them is in use (section 5.8)."""

from __future__ import annotations

from dataclasses import dataclass

from .addresses import Endpoint
from .registry import Kind


@dataclass
class Slot:
    endpoint: Endpoint
    nomination: int
    filled: int  # what became valid last has the highest number


class Slots:
    """KEY-34: an association has one slot for each address family, a leg has one."""

    def __init__(self, kind: Kind) -> None:
        self._by_family = kind is Kind.ASSOCIATION
        self._slots: dict[int, Slot] = {}
        self._nominations = 0
        self._filled = 0

    def _name(self, endpoint: Endpoint) -> int:
        return endpoint.family if self._by_family else 0

    def next_nomination(self) -> int:
        self._nominations += 1
        return self._nominations

    def in_use_for(self, endpoint: Endpoint) -> Endpoint | None:
        """The address in use of the slot that this one belongs to."""
        slot = self._slots.get(self._name(endpoint))
        return slot.endpoint if slot else None

    @property
    def valid(self) -> list[Endpoint]:
        """The address that became valid last comes first."""
        ordered = sorted(self._slots.values(), key=lambda slot: slot.filled, reverse=True)
        return [slot.endpoint for slot in ordered]

    def set(self, endpoint: Endpoint, nomination: int) -> bool:
        """A probe was answered: whether the address is now in use (KEY-32)."""
        slot = self._slots.get(self._name(endpoint))
        if slot is not None and nomination < slot.nomination:
            return False
        self._filled += 1
        self._slots[self._name(endpoint)] = Slot(endpoint, nomination, self._filled)
        return True
