"""One portal's share of a batch, run in a child process that knows no Prefect; here is the supervisor's side.

Nothing can stop a browser that is driven in a thread, so the share is a process: it is asked to stop by a line on its standard input
(or by its end), signs out, and is killed with everything it started when it takes longer than it may.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO, Any, Literal, NamedTuple

from pydantic import ValidationError

from payerbot import host
from payerbot.model import Frozen, Progress
from payerbot.settings import settings

SIGN_OUT_SECONDS = 15.0
COMMAND = (sys.executable, "-m", "payerbot.share")
PASSED_ON = (  # what a share may see of its parent's environment; never DEBUG, PWDEBUG or a secret
    "HOME", "USER", "LOGNAME", "PATH", "LANG", "LC_ALL", "TZ", "SHELL", "PYTHONPATH", "PYTHONSAFEPATH", "VIRTUAL_ENV",
    "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
    "XDG_CURRENT_DESKTOP",     "DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_BACKEND", "PLAYWRIGHT_BROWSERS_PATH", "SSL_CERT_FILE",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "PROGRAMFILES", "PROGRAMDATA",
    "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG",
)  # fmt: skip


class Orders(Frozen):
    """What a share is told on its first line of input."""

    portal: str
    login: str
    batch: str  # "" to sign in and leave again
    run: str
    headed: bool = False
    attended: bool = False  # a person signs in at the window
    desk: bool = False  # someone waits for it: a sweep yields

    def __repr__(self) -> str:
        return f"<Orders {self.portal} {self.batch}>"


Ending = Literal["done", "stopped", "wanted", "breaker", "login", "blocked", "failed", "killed", "late", "person"]


class ShareReport(Frozen):
    """How one share ended; counts and our own words only."""

    portal: str
    login: str
    ended: Ending
    note: str = ""
    signed_out: bool = True

    @property
    def broken(self) -> bool:
        """True where the run must be called failed."""
        return self.ended in ("failed", "killed")


class _Told(NamedTuple):
    line: str | None


def supervise(
    portal: str,
    login: str,
    batch: str,
    *,
    headed: bool = False,
    attended: bool = False,
    desk: bool = False,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> ShareReport:
    """Run one share to its end; an exception in this thread, or `stop`, signs it out and ends it with all it started."""
    orders = Orders(portal=portal, login=login, batch=batch, run=uuid.uuid4().hex, headed=headed, attended=attended, desk=desk)
    with _child(orders) as child:
        lines: queue.SimpleQueue[_Told] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(child.stdout, lines), daemon=True).start()
        last = Progress(event="started", at=datetime.now(UTC), portal=portal)
        asked_at = 0.0
        while True:
            with contextlib.suppress(queue.Empty):
                told = lines.get(timeout=0.2)
                if told.line is None:
                    break
                last = _read(told.line, last)
                if progress is not None:
                    progress(last)
            if stop is not None and stop.is_set() and not asked_at:
                _ask_to_stop(child)
                asked_at = time.monotonic()
            if asked_at and time.monotonic() - asked_at > SIGN_OUT_SECONDS + 2:
                break
        return _reported(orders, child, last)


@contextlib.contextmanager
def _child(orders: Orders) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=environment(orders.run),
        start_new_session=True,  # Ctrl-C is for the supervisor; the share must be able to sign out
    )
    try:
        _tell(child, orders.model_dump_json())
        yield child
    finally:
        _ask_to_stop(child)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(SIGN_OUT_SECONDS + 2)
        host.kill_tree(child.pid, run=orders.run)
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def environment(run: str) -> dict[str, str]:
    """The share's environment: an allow-list, our own settings, and the mark by which its processes are found."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in PASSED_ON}
    mine = settings()
    said: dict[str, Any] = {name: getattr(mine, name) for name in type(mine).model_fields}
    kept.update({f"PAYERBOT_{name.upper()}": str(value) for name, value in said.items() if value not in (None, "")})
    return {**kept, host.RUN_MARK: run, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def _tell(child: subprocess.Popen[str], line: str) -> None:
    if child.stdin is None:
        return
    with contextlib.suppress(OSError, ValueError):  # it is gone already
        child.stdin.write(line + "\n")
        child.stdin.flush()


def _ask_to_stop(child: subprocess.Popen[str]) -> None:
    _tell(child, "stop")
    if child.stdin is not None:
        with contextlib.suppress(OSError, ValueError):
            child.stdin.close()


def _listen(stream: IO[str] | None, lines: queue.SimpleQueue[_Told]) -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in stream or ():
            lines.put(_Told(line))
    lines.put(_Told(None))


def _read(line: str, last: Progress) -> Progress:
    try:
        return Progress.model_validate_json(line)
    except ValidationError:
        return last


def _reported(orders: Orders, child: subprocess.Popen[str], last: Progress) -> ShareReport:
    if last.event != "ended":
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(2)
        return ShareReport(
            portal=orders.portal, login=orders.login, ended="killed", note="the share was ended from outside", signed_out=False
        )
    ended, _, rest = last.outcome.partition(":")
    return ShareReport(portal=orders.portal, login=orders.login, ended=ended or "failed", note=last.note, signed_out=rest != "signed_in")


if __name__ == "__main__":
    from payerbot.bot import main

    sys.exit(main())
