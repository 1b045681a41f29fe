"""A monotonic clock that a test may move forward, and what is due on it (GEN-38)."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable


class Timer:
    """Something that is due once, unless it is cancelled."""

    __slots__ = ("due", "_action")

    def __init__(self, due: float, action: Callable[[], None]) -> None:
        self.due = due
        self._action: Callable[[], None] | None = action

    @property
    def pending(self) -> bool:
        return self._action is not None

    def cancel(self) -> None:
        self._action = None

    def fire(self) -> None:
        action, self._action = self._action, None
        if action is not None:
            action()


class Clock:
    """Seconds since some time, and the timers on it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._offset = 0.0
        self._frozen: float | None = None
        self._heap: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self._monotonic() + self._offset if self._frozen is None else self._frozen

    def after(self, delay: float, action: Callable[[], None]) -> Timer:
        timer = Timer(self.now() + delay, action)
        heapq.heappush(self._heap, (timer.due, next(self._numbers), timer))
        return timer

    def until_next(self) -> float | None:
        """Seconds until something is due; None if nothing is."""
        while self._heap and not self._heap[0][2].pending:
            heapq.heappop(self._heap)
        return max(0.0, self._heap[0][0] - self.now()) if self._heap else None

    def run_due(self) -> None:
        self._run_until(self.now(), freeze=False)

    def forward(self, seconds: float) -> None:
        """Moves the clock; what is due by then happens at its own time, in order."""
        target = self.now() + seconds
        self._run_until(target, freeze=True)
        self._offset += seconds

    def _run_until(self, target: float, freeze: bool) -> None:
        try:
            while self._heap and self._heap[0][0] <= target:
                timer = heapq.heappop(self._heap)[2]
                if freeze:
                    self._frozen = max(timer.due, self.now())
                timer.fire()
        finally:
            self._frozen = None
