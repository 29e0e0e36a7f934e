"""The signed-in state of a login (cookies, local, session and indexed storage), encrypted on disk between runs."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from playwright.sync_api import Error as BrowserError
from pydantic import AwareDatetime

from payerbot.browser import scripts
from payerbot.browser.trouble import in_our_words
from payerbot.errors import RunError
from payerbot.model import Frozen

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

KEPT_FOR = timedelta(days=30)  # a remembered device may live that long; the portal decides earlier


class Seals(Protocol):
    """What encrypts and opens (ledger/seal.py)."""

    def seal(self, data: bytes, context: str) -> bytes: ...
    def open(self, sealed: bytes, context: str) -> bytes: ...


class _Held(Frozen):
    until: AwareDatetime
    state: dict[str, Any]


class SavedState:
    """One login's state file. A state that is too old, or not ours, counts as none."""

    def __init__(self, path: Path, sealer: Seals, context: str) -> None:
        self._path = path
        self._sealer = sealer
        self._context = context

    def load(self, now: datetime | None = None) -> dict[str, Any] | None:
        """The state as the browser takes it, or None."""
        try:
            held = _Held.model_validate_json(self._sealer.open(self._path.read_bytes(), self._context))
        except (OSError, ValueError, RunError):
            return None
        return held.state if held.until >= (now or datetime.now(UTC)) else None

    def save(self, context: BrowserContext) -> None:
        """Write what the browser holds now, in one step."""
        with in_our_words("signed-in state"):
            state = {**context.storage_state(indexed_db=True), "sessionStorage": _of_this_session(context)}
        held = _Held(until=datetime.now(UTC) + KEPT_FOR, state=state)
        sealed = self._sealer.seal(held.model_dump_json().encode(), self._context)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        part.unlink(missing_ok=True)  # left over from a run that was killed, perhaps with other rights
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)

    def forget(self) -> None:
        """Remove it."""
        self._path.unlink(missing_ok=True)


def _of_this_session(context: BrowserContext) -> dict[str, dict[str, str]]:
    """What the open tabs keep for themselves, by origin; the browser's own saving leaves it out."""
    kept: dict[str, dict[str, str]] = {}
    for frame in (frame for page in context.pages for frame in page.frames):
        try:
            origin, values = frame.evaluate(scripts.SESSION)
        except BrowserError:
            continue  # a frame without storage of its own, or one that is leaving
        if values:
            kept[origin] = {**values, **kept.get(origin, {})}
    return kept
