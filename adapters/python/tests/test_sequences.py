"""The golden vectors of `sequences`: whole exchanges, of all types of messages."""

from __future__ import annotations

from typing import Any

import pytest

from .sequence import read_sequence
from .vectors import vectors


@pytest.mark.parametrize("vector", [pytest.param(v, id=v["id"]) for v in vectors("sequences")])
def test_sequence(vector: dict[str, Any]) -> None:
    assert vector["call"] == "read-sequence"
    assert read_sequence(vector["input"]) == vector["output"]["findings"]
