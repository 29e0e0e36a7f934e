"""Log lines for whoever keeps payerbot running: JSON, one event a line, fields from an allow-list, never a patient, never a secret.

What a library says of its own accord is not kept: its words can repeat what was typed into a page or stored in a table.
"""

from __future__ import annotations

import atexit
import json
import logging
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import structlog

from payerbot.host import private_folder

FIELDS = frozenset({
    "event", "level", "at", "tenant",  # every line
    "batch", "job", "portal", "login", "item", "line", "question", "kind", "staff", "run", "epoch", "pid", "command",  # ids of ours
    "outcome", "state", "step", "screen", "error", "where", "note", "why",  # our own words: errors' class names, screens, steps
    "count", "done", "total", "attempts", "seconds", "bytes", "status", "version",
})  # fmt: skip
QUIET = (
    "playwright",
    "sqlalchemy",
    "alembic",
    "asyncio",
    "keyring",
    "secretstorage",
    "jeepney",
    "httpx",
    "httpcore",
    "urllib3",
    "prefect",
    "PIL",
)
LONGEST = 200
MASK = "[number]"
_NUMBER = re.compile(r"\d{6,}")  # member ids, claim numbers, codes: none of our own words has one
_IDS = frozenset({"batch", "item", "run", "at", "tenant", "version", "pid"})
_KEEP = 5_000_000  # bytes of one log file before it is put aside


class LogFile:
    """The file the lines go to; before `set_up` they go nowhere."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self._stream: IO[str] | None = None

    def open(self, path: Path) -> None:
        """Write to this file from now on."""
        self.close()
        if path.exists() and path.stat().st_size > _KEEP:
            path.replace(path.with_suffix(".1.jsonl"))
        path.touch(mode=0o600)
        self._stream = path.open("a", encoding="utf-8", buffering=1)
        self.path = path

    def close(self) -> None:
        """Write nowhere from now on."""
        if self._stream is not None:
            self._stream.close()
        self._stream, self.path = None, None

    def write(self, line: str) -> None:
        """One line; a full disk must not stop the work."""
        if self._stream is not None:
            try:
                self._stream.write(line + "\n")
            except OSError:
                self.close()


file = LogFile()
atexit.register(file.close)


def set_up(home: Path) -> Path:
    """Log into `home`/logs from now on; returns the file."""
    path = private_folder(home / "logs") / "payerbot.jsonl"
    try:
        file.open(path)
    except OSError:
        file.close()
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return path


def allowed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the fields on the list, as short plain values; long numbers in words are masked."""
    return {name: _plain(name, value) for name, value in event.items() if name in FIELDS}


def _plain(name: str, value: Any) -> str | int | float | bool | None:  # noqa: ANN401  whatever someone logs
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else f"<{type(value).__name__}>"
    return text[:LONGEST] if name in _IDS else _NUMBER.sub(MASK, text[:LONGEST])


def _written(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    file.write(json.dumps(event, ensure_ascii=False, default=lambda other: f"<{type(other).__name__}>"))
    raise structlog.DropEvent


log: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
    None,
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        allowed,
        _written,
    ],
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
)


def place(trace: TracebackType | None) -> str:
    """File name and line where an exception came from: all of it that may be kept."""
    found = ""
    while trace is not None:
        found = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def unexpected(bug: BaseException, command: str) -> None:
    """Note an error nobody expected: its class and its place, not its words."""
    log.error("unexpected", command=command, error=type(bug).__name__, where=place(bug.__traceback__), version=sys.version.split()[0])
