"""What the server saw: one numbered event per request, sign-in, search, press and session, and never a password or a code.

Exactly-once is counted here, not in the product's own books.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

Event = dict[str, Any]

KINDS = (
    "request",  # method, path, session, device, step
    "sign_in",  # user, outcome, session, device, known_device
    "code_sent",  # user, way
    "code",  # user, way, outcome, session
    "session_start",  # user, session, device
    "session_end",  # user, session, reason
    "press",  # form, nonce, session: somebody pressed this form's button
    "search",  # app, payer, session, found: a search was answered
    "opened",  # app, payer, session: one claim was opened
    "download",  # path, session
    "eob",  # payer, check_no, source, session: a document was handed out
    "auth",  # reference, payer, nonce, session: a request was taken
    "draft",  # reference, payer, session: a draft was kept
    "fault",  # fault, step, session: it happened now
    "tried",  # way, host: a page tried to reach another host
    "night",  # night: the world moved on
)


class Recorder:
    """Keeps the events in order, and in a JSON-lines file when there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self._events: list[Event] = []
        self._seq = 0
        self._file: IO[str] | None = path.open("a", encoding="utf-8") if path else None

    def add(self, kind: str, **what: Any) -> Event:  # noqa: ANN401 -- an event holds whatever its kind needs
        if kind not in KINDS:
            raise ValueError(f"no event is called {kind!r}")
        self._seq += 1
        event: Event = {"seq": self._seq, "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "kind": kind, **what}
        self._events.append(event)
        if self._file:
            self._file.write(json.dumps(event, default=str) + "\n")
            self._file.flush()
        return event

    def events(self, since: int = 0, kind: str = "") -> list[Event]:
        return [e for e in self._events if e["seq"] > since and kind in {"", e["kind"]}]

    def clear(self) -> None:
        """Forget the events; the numbers go on."""
        self._events.clear()

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
