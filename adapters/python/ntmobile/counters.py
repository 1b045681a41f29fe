"""The counters of section 16.12 (GEN-17)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection

from .registry import Kind, Layer, Status


class Counters:
    """Counts by name, and tables whose size is looked up when somebody asks."""

    def __init__(self, layers: Collection[Layer], statuses: Collection[Status], kinds: Collection[Kind]) -> None:
        self._counts: Counter[str] = Counter()
        self._tables: dict[str, tuple[Callable[[], int], int]] = {}
        names = [f"refused.{layer.value}" for layer in layers]
        names += [f"answered.{status.text}" for status in statuses]
        names += [f"opened.{kind.value}" for kind in kinds]
        for name in names:
            self._counts[name] = 0

    def count(self, name: str, by: int = 1) -> None:
        self._counts[name] += by

    def refused(self, layer: Layer) -> None:
        self._counts[f"refused.{layer.value}"] += 1

    def answered(self, status: int) -> None:
        self._counts[f"answered.{Status(status).text}"] += 1

    def opened(self, kind: Kind) -> None:
        self._counts[f"opened.{kind.value}"] += 1

    def table(self, name: str, size: Callable[[], int], bound: int) -> None:
        self._tables[name] = (size, bound)

    def all(self) -> dict[str, int]:
        shown = dict(self._counts)
        for name, (size, bound) in self._tables.items():
            shown[f"table.{name}.size"] = size()
            shown[f"table.{name}.bound"] = bound
        return dict(sorted(shown.items()))
