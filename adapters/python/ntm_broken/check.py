"""Runs the suite against each broken copy: the named case has to fail, at the named clause, and to pass without it.

`python -m ntm_broken.check [NAME...] [--suite COMMAND]`, from the folder of this implementation.
"""

from __future__ import annotations

import argparse
import json
import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .mistakes import MISTAKES

ROOT = Path(__file__).parents[3]
SUITE = "node conformance/bin.js"
# A host that stands still leaves a case without a verdict.
TRIES = 3


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_suite(module: list[str], suite: list[str], cases: list[str]) -> dict[str, Any]:
    """The verdicts of these cases on this adapter, by case."""
    target = f"127.0.0.1:{free_port()}"
    adapter = subprocess.Popen(
        [sys.executable, "-m", *module, "--listen", target],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert adapter.stdout is not None and adapter.stdout.readline(), "the adapter did not start"
        time.sleep(0.1)
        arguments = ["--target", target, "--role", "rs-s,codec", "--reporter", "json", *cases]
        run = subprocess.run([*suite, *arguments], cwd=ROOT, capture_output=True, text=True)
        try:
            return {case["id"]: case for case in json.loads(run.stdout)["cases"]}
        except ValueError:
            sys.exit(f"the suite gave no report: {run.stderr.strip()[:500]}")
    finally:
        adapter.kill()
        adapter.wait()


def check(name: str, suite: list[str]) -> bool:
    mistake = MISTAKES[name]
    for _ in range(TRIES):
        found = run_suite(["ntm_broken", name], suite, [mistake.case])[mistake.case]
        if found["verdict"] != "inconclusive":
            break
    requirement = found["requirement"] or ""
    right = found["verdict"] == "fail" and requirement.startswith(mistake.clause)
    print(f"{'ok  ' if right else 'not ok'} {name}: {mistake.case} {found['verdict']}: {requirement}", flush=True)
    return right


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ntm_broken.check", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MISTAKES], metavar="NAME")
    parser.add_argument("--suite", default=SUITE, help=f"how to run the suite (default: {SUITE})")
    options = parser.parse_args()
    suite, names = shlex.split(options.suite), options.names or list(MISTAKES)
    sound = run_suite(["ntmobile"], suite, sorted({MISTAKES[name].case for name in names}))
    failed = [case for case, found in sound.items() if found["verdict"] != "pass"]
    print(f"{'not ok' if failed else 'ok  '} without a mistake: {len(sound)} cases, failed: {failed or 'none'}")
    wrong = [name for name in names if not check(name, suite)]
    passed = len(names) - len(wrong)
    print(f"{passed} passed, {len(wrong)} failed")
    sys.exit(1 if wrong or failed else 0)


if __name__ == "__main__":
    main()
