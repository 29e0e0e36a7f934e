"""One portal's share of a batch, run in a child process that knows no Prefect; here is the supervisor's side.

Nothing can stop a browser that is driven in a thread, so the share is a process: it is asked to stop by a line on its standard input
(or by its end), signs out, and is killed with everything it started when it takes longer than it may.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from pydantic import ValidationError

from payerbot import host
from payerbot.model import Frozen, Progress
from payerbot.settings import settings

SIGN_OUT_SECONDS = 15.0
KILLED = "the share was ended before it could sign out; run the same command again, it goes on where it stopped"
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
    prepare: bool = False  # fill authorization requests nobody has seen yet; without it only what is approved or sent is worked on
    look: bool = False  # sign in, look at the screens and leave: for `selectors check`

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
    look: bool = False,
    prepare: bool = False,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> ShareReport:
    """Run one share to its end; an exception in this thread, or `stop`, signs it out and ends it with all it started."""
    how = {"headed": headed, "attended": attended, "desk": desk, "look": look, "prepare": prepare}
    orders = Orders(portal=portal, login=login, batch=batch, run=uuid.uuid4().hex, **how)
    with _child(orders) as child:
        lines: queue.SimpleQueue[_Told] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(child.process.stdout, lines), daemon=True).start()
        last = Progress(event="started", at=datetime.now(UTC), portal=portal, login=login)
        while child.patience() > 0:
            with contextlib.suppress(queue.Empty):
                told = lines.get(timeout=0.2)
                if told.line is None:
                    break
                last = _read(told.line, last)
                if progress is not None:
                    progress(last)
            if last.event == "ended" or (stop is not None and stop.is_set()):
                child.ask_to_stop()
        return _reported(orders, child.process, last)


class _Child:
    """The share's process, and how long it still has once it was asked to stop."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._until: float | None = None

    def ask_to_stop(self) -> None:
        if self._until is None:
            self._until = time.monotonic() + SIGN_OUT_SECONDS + 1
            _tell(self.process, "stop")
            if self.process.stdin is not None:
                with contextlib.suppress(OSError, ValueError):
                    self.process.stdin.close()

    def patience(self) -> float:
        """Seconds it has left; without a stop request there is no end to them."""
        return float("inf") if self._until is None else max(0.0, self._until - time.monotonic())


@contextlib.contextmanager
def _child(orders: Orders) -> Iterator[_Child]:
    process = subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=environment(orders.run),
        start_new_session=True,  # Ctrl-C is for the supervisor; the share must be able to sign out
    )
    child = _Child(process)
    try:
        _tell(process, orders.model_dump_json())
        yield child
    finally:
        child.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(child.patience())
        host.kill_tree(process.pid, run=orders.run, grace=1.0)
        process.wait()
        wipe(run_folder(orders))
        if process.stdout is not None:
            process.stdout.close()


def run_folder(orders: Orders) -> Path:
    """Where one share has its downloads, the files it attaches and the browser's own, in the clear: nobody else's, and gone with it."""
    return settings().home / "run" / f"{orders.portal}-{orders.login}" / orders.run[:8]


def wipe(folder: Path) -> None:
    """Leave nothing of it."""
    shutil.rmtree(folder, ignore_errors=True)


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
        return ShareReport(portal=orders.portal, login=orders.login, ended="killed", note=KILLED, signed_out=False)
    ended, _, rest = last.outcome.partition(":")
    return ShareReport(portal=orders.portal, login=orders.login, ended=ended or "failed", note=last.note, signed_out=rest != "signed_in")


if __name__ == "__main__":
    from payerbot.bot import main

    sys.exit(main())
