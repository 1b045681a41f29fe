"""The adapter of this implementation: `python -m ntmobile --listen 127.0.0.1:4400`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from ntm_kit.adapter import Adapter, Implementation
from ntm_kit.loop import Loop

from . import __version__, codec
from .addresses import Endpoint
from .host import RsSHost


def implementation() -> Implementation:
    return Implementation(
        name="ntmobile-python",
        version=__version__,
        start={"rs-s": RsSHost},
        codec=codec.call,
        calls=tuple(codec.CALLS),
        claims={"features": [], "suites": [1, 2], "families": [4, 6], "kernel": False},
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m ntmobile", description=__doc__)
    parser.add_argument("--listen", type=Endpoint.parse, default=Endpoint.parse("127.0.0.1:4400"))
    parser.add_argument("--token-file", type=Path, help="the token shared with the tester; needed beyond loopback")
    options = parser.parse_args(arguments)
    token = options.token_file.read_bytes().strip() if options.token_file else None
    loop = Loop()
    adapter = Adapter(implementation(), loop, options.listen.socket_address, token)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    print(f"adapter at {Endpoint.of_socket(adapter.address)}", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
