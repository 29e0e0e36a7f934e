"""The named steps of a share, said aloud as they are reached: the watchdog times them, crash tests kill at them."""

from __future__ import annotations

import time
from collections.abc import Callable

NAMES = (
    "share.started",
    "lease.taken",
    "browser.started",
    "sign_in.form",
    "sign_in.intent",
    "sign_in.clicked",
    "sign_in.code",
    "sign_in.done",
    "state.saved",
    "item.taken",
    "search.filled",
    "search.sent",
    "answer.read",
    "evidence.kept",
    "answer.filed",
    "sign_out.asked",
    "sign_out.done",
    "lease.released",
)
AUTHS = (  # further ones between "item.taken" and "answer.read", of an authorization request
    "auth.looked_up",
    "auth.filled",
    "auth.read_back",
    "auth.prepared",
    "submit.intended",
    "submit.pressing",
    "submit.pressed",
    "submit.answered",
    "submit.counted",
    "submit.settled",
    "auth.followed",
)

listeners: list[Callable[[str], None]] = []
last: tuple[str, float] = ("", time.monotonic())


def reached(name: str) -> None:
    """Say that a named step was reached."""
    global last  # noqa: PLW0603  one process, one share, one place where it stands
    last = (name, time.monotonic())
    for listener in listeners:
        listener(name)
