"""Which process on which machine holds something, and whether it is still there."""

from __future__ import annotations

import os
import platform
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import getnode

import psutil

UNTOLD = "?"  # the system does not tell us about another user's process: it counts as running


class Process(NamedTuple):
    """A process that no later one can be mistaken for."""

    host: str
    boot: str
    pid: int
    started: str

    def gone(self) -> bool:
        """True where it surely no longer runs; a process on another machine is never known to be gone."""
        if self.host != host_id():
            return False
        return self.boot != boot_id() or started(self.pid) not in {self.started, UNTOLD}


def this_process() -> Process:
    """The process this runs in."""
    return Process(host_id(), boot_id(), os.getpid(), started(os.getpid()))


@cache
def host_id() -> str:
    """This machine; two containers with process tables of their own are two machines."""
    told = [platform.node(), str(getnode())]
    if sys.platform == "linux":
        told += [_line("/etc/machine-id"), str(Path("/proc/self/ns/pid").stat().st_ino)]
    return sha256("\n".join(told).encode()).hexdigest()[:32]


@cache
def boot_id() -> str:
    """This machine's present run; "" where only the clock could tell, which may be set."""
    return _line("/proc/sys/kernel/random/boot_id") if sys.platform == "linux" else ""


def started(pid: int) -> str:
    """When a process began, in words that stay the same when the clock is set; "" where there is none or only its remains."""
    try:
        process = psutil.Process(pid)
        if process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}:
            return ""
        return _ticks(pid) if sys.platform == "linux" else f"{process.create_time():.3f}"
    except (psutil.NoSuchProcess, OSError, IndexError):
        return ""
    except psutil.AccessDenied:
        return UNTOLD


def _ticks(pid: int) -> str:
    """Clock ticks from boot to the process's start (proc(5), field 22); a name may hold blanks and brackets."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]


def _line(path: str) -> str:
    try:
        return Path(path).read_text("ascii").strip()
    except OSError:
        return ""
