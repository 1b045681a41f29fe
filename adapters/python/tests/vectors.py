"""The golden vectors: beside this project as it lies in the repository, or where NTMOBILE_VECTORS says."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("NTMOBILE_VECTORS", Path(__file__).parents[3] / "vectors"))


@cache
def family(name: str) -> dict[str, Any]:
    with open(FOLDER / f"{name}.json", encoding="utf-8") as file:
        return json.load(file)


def vectors(name: str) -> list[Any]:
    return family(name)["vectors"]
