"""How long `payerbot --help` takes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.figures import Figure, Options

LIMIT = 0.4
TIMES = 9


def measure(_options: Options) -> list[Figure]:
    """The median of several, the first one's warming-up left out."""
    seconds = [_once() for _ in range(TIMES + 1)][1:]
    median = statistics.median(seconds)
    note = f"median of {TIMES}; the quickest took {min(seconds):.2f} s"
    return [Figure("`payerbot --help`", f"under {LIMIT} s", f"{median:.2f} s", median < LIMIT, note)]


def _once() -> float:
    script = Path(sys.executable).with_name("payerbot")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "payerbot"]
    began = time.monotonic()
    subprocess.run([*command, "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began
