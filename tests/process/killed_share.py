"""A share to which something is done: it dies at a step, tells of it, stands still at it or at a download, has no lease, or waits less.

Run like payerbot.share, with a folder first: it may hold one file of wishes per login, and the share leaves its process id and its run's
mark there.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """Do what the wishes say, then be a share."""
    sys.path[0] = str(ROOT)
    folder = Path(sys.argv[1])
    orders = json.loads(sys.stdin.buffer.peek().partition(b"\n")[0])  # type: ignore[union-attr]
    wishes = folder / f"{orders['login']}.wish"
    if wishes.exists():
        _heed(json.loads(wishes.read_text("utf-8")), folder / f"{orders['login']}.told")
    left = folder / f"{orders['login']}-{orders['run']}.pid"
    part = left.with_suffix(".part")
    part.write_text(json.dumps({"pid": os.getpid(), "run": orders["run"]}), "utf-8")
    part.replace(left)
    from payerbot.bot import main as share

    return share()


def _heed(wish: dict[str, Any], told: Path) -> None:
    for what in wish.keys() & AT_A_STEP.keys():
        _at(wish[what], wish.get("nth", 1), AT_A_STEP[what], told)
    if wish.get("hold_download"):
        _hold_download(told)
    if wish.get("lease") == "off":
        _without_lease()
    if "busy_seconds" in wish:
        _busy(wish["busy_seconds"])


def _at(step: str, nth: int, then: Callable[[Path], None], told: Path) -> None:
    from payerbot import steps

    times = itertools.count(1)

    def heard(name: str) -> None:
        if name == step and next(times) == nth:
            then(told)

    steps.listeners.append(heard)


def _hold(told: Path) -> None:
    """Stand still until the test says go."""
    told.touch()
    while not told.with_suffix(".go").exists():
        time.sleep(0.02)


def _two_hours_pass() -> None:
    """For whoever asks whether a login's hours are over."""
    from payerbot import gate

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + timedelta(hours=2)

    gate.datetime = Later  # type: ignore[attr-defined]


AT_A_STEP: dict[str, Callable[[Path], None]] = {
    "die": lambda _told: os.kill(os.getpid(), signal.SIGKILL),
    "freeze": lambda _told: os.kill(os.getpid(), signal.SIGSTOP),
    "tell": lambda told: told.touch(),
    "hold": _hold,
    "two_hours_pass": lambda _told: _two_hours_pass(),
}


def _hold_download(told: Path) -> None:
    """Stand still when a document has come and was not read yet."""
    from payerbot.browser import files

    files.Arrivals._keep = lambda *_: _hold(told)  # type: ignore[method-assign]


def _without_lease() -> None:
    """Everyone gets the login, and nobody ever loses it."""
    from payerbot.ledger import leases

    leases._refuse = lambda *_: None
    leases.Leases.free_taken = lambda *_args, **_more: None  # type: ignore[method-assign]
    leases.Lease.check = lambda *_: None  # type: ignore[method-assign]
    leases.Lease.beat = lambda *_: None  # type: ignore[method-assign]


def _busy(seconds: float) -> None:
    from payerbot.ledger.book import Ledger

    Ledger.open = functools.partial(Ledger.open, busy_seconds=seconds)  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main())
