"""Starts the adapter with one mistake in it: `python -m ntm_broken NAME --listen 127.0.0.1:4400`."""

from __future__ import annotations

import sys

from ntmobile.__main__ import main

from .mistakes import MISTAKES


def run() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in MISTAKES:
        for known, mistake in MISTAKES.items():
            print(f"{known:22} {mistake.clause:8} {mistake.case:38} {mistake.what}")
        sys.exit(2)
    MISTAKES[name].apply()
    main(sys.argv[2:])


run()
