"""The signed-in state of a login (cookies, local storage, IndexedDB), encrypted on disk between runs."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from payerbot.browser.locate import in_our_words

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

KEPT_FOR = timedelta(days=30)  # a remembered device may live that long; the portal decides earlier


class Seals(Protocol):
    """What encrypts and opens (ledger/seal.py)."""

    def seal(self, data: bytes, context: str) -> bytes: ...
    def open(self, sealed: bytes, context: str) -> bytes: ...


class SavedState:
    """One login's state file. A state that is too old, or not ours, counts as none."""

    def __init__(self, path: Path, sealer: Seals, context: str) -> None:
        self._path = path
        self._sealer = sealer
        self._context = context

    def load(self, now: datetime | None = None) -> dict[str, Any] | None:
        """The state as the browser takes it, or None."""
        try:
            held = json.loads(self._sealer.open(self._path.read_bytes(), self._context))
        except (OSError, ValueError):
            return None
        if datetime.fromisoformat(held["until"]) < (now or datetime.now(UTC)):
            return None
        state: dict[str, Any] = held["state"]
        return state

    def save(self, context: BrowserContext) -> None:
        """Write what the browser holds now, in one step."""
        with in_our_words("signed-in state"):
            state: dict[str, Any] = dict(context.storage_state(indexed_db=True))
        held = {"until": (datetime.now(UTC) + KEPT_FOR).isoformat(), "state": state}
        sealed = self._sealer.seal(json.dumps(held).encode(), self._context)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)

    def forget(self) -> None:
        """Remove it."""
        self._path.unlink(missing_ok=True)
