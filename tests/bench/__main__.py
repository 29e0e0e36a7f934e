"""`python -m tests.bench`: every measurement in turn, then the table. A miss is printed as a miss."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence

from tests.bench import machine
from tests.bench.figures import Figure, Options, as_markdown, as_table

MEASUREMENTS = {
    "claim-loop": "claim_loop",
    "list-first": "list_first",
    "help": "help_text",
    "start": "start",
    "memory": "memory",
    "load": "loading",
    "suite": "suite",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 where something could not be measured; a missed target is no failure."""
    usual = Options()
    options = argparse.ArgumentParser(prog="python -m tests.bench", description="Measured figures beside their targets.")
    options.add_argument("--only", choices=sorted(MEASUREMENTS), action="append", help="this measurement only; may be given several times")
    options.add_argument(
        "--claims", type=int, default=usual.claims, help=f"claims of the memory measurement (default {usual.claims}; full: 2000)"
    )
    options.add_argument("--rounds", type=int, default=usual.rounds, help="turns that the share and the plain loop take")
    options.add_argument("--per-round", type=int, default=usual.per_round, help="claims in each turn")
    options.add_argument("--repeats", type=int, default=usual.repeats, help="starts of the command, each way")
    options.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    chosen = options.parse_args(arguments)
    how = Options(chosen.claims, chosen.rounds, chosen.per_round, chosen.repeats)
    began = time.monotonic()
    about = machine.facts()
    figures = [figure for name in chosen.only or MEASUREMENTS for figure in _measured(name, how)]
    show = as_markdown if chosen.markdown else as_table
    print(f"{about}\n{_settings(how)}\n\n{show(figures)}\n\n{time.monotonic() - began:.0f} seconds in all.")
    return 1 if any(one.measured.startswith("failed") for one in figures) else 0


def _measured(name: str, how: Options) -> list[Figure]:
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    try:
        measured: list[Figure] = importlib.import_module(f"tests.bench.{MEASUREMENTS[name]}").measure(how)
    except Exception as trouble:  # noqa: BLE001  the other figures are still wanted
        return [Figure(name, "", f"failed ({type(trouble).__name__})", False, " ".join(str(trouble).split())[:300])]
    return measured


def _settings(how: Options) -> str:
    return (
        f"{how.claims} claims in the memory measurement; {how.rounds} x {how.per_round} claims against the plain loop; {how.repeats} starts"
    )


if __name__ == "__main__":
    sys.exit(main())
