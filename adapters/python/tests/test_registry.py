"""The registries are those of chapter 16, where the specification lies beside this project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ntmobile.registry import Key, Layer, RelayKind, Status, Type
from ntmobile.timers import TimerError, Timers

SPEC = Path(__file__).parents[3] / "conformance" / "spec"
CHAPTER = SPEC / "16-registries.md"
TIMERS = SPEC / "15-timers.md"


def table(section: str) -> list[tuple[int, str]]:
    """Number and name of each row of the first table of a section; rows of ranges are left out."""
    if not CHAPTER.exists():
        pytest.skip("the specification is not there")
    text = CHAPTER.read_text(encoding="utf-8").split(f"## {section} ")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (0x[0-9a-f]+|[0-9]+) \| ([^|]+) \|", text, re.MULTILINE)
    return [(int(number, 0), name.strip()) for number, name in rows]


def name_of(member: Key | Status) -> str:
    return member.name.lower().replace("_", "-")


def test_types() -> None:
    assert [number for number, _ in table("16.1")] == [int(one) for one in Type]


def test_statuses() -> None:
    assert table("16.3") == [(int(one), name_of(one)) for one in Status]


def test_keys() -> None:
    assert table("16.6") == [(int(one), name_of(one)) for one in Key]


def test_kinds_of_relay() -> None:
    assert table("16.9") == [(int(one), one.name.replace("_", "-")) for one in RelayKind]


def test_layers() -> None:
    assert table("16.11") == [(number, one.value) for number, one in enumerate(Layer, 1)]


def test_timers() -> None:
    """Who may set what, and the value of it that holds without."""
    if not TIMERS.exists():
        pytest.skip("the specification is not there")
    rows = re.findall(
        r"^\| `([a-z0-9-]+)` \| ([^|]+) \|[^|]+\|[^|]+\| (always|test|no) \|$",
        TIMERS.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(rows) > 50
    for name, value, settable in rows:
        if settable == "no":
            with pytest.raises(TimerError):
                Timers({name: 1}, test_profile=True)
            continue
        base, _, exponent = value.strip().replace("unlimited", "inf").partition("^")
        meant = float(base) ** int(exponent or 1)
        assert Timers()[name] == meant, name
        assert Timers({name: 7}, test_profile=True)[name] == 7
        if settable == "test":
            with pytest.raises(TimerError):
                Timers({name: 7})
