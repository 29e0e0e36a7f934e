"""A real desktop keyring for tests: a private D-Bus session bus with gnome-keyring unlocked on it.

Nothing of the person's own session is used: the bus has its own socket and can start no services, the keyring its own folders.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import secretstorage
from secretstorage.exceptions import SecretStorageException

if TYPE_CHECKING:
    from collections.abc import Iterator

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
XDG = {"XDG_RUNTIME_DIR": "run", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}
MISSING = "{} is not there, and the tests need a real keyring: install it (Debian: apt-get install dbus gnome-keyring)."
UNLOCK = b"a made-up password for the tests"


class KeyringSession:
    """A bus and a keyring that live as long as the `with` block; `environment` is what a process needs to use them."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pb-bus-"))
        self.environment = {name: str(self.folder / folder) for name, folder in XDG.items()}
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={self.folder / 'bus'}"
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lock(self) -> None:
        """Lock the default collection, as a desktop does when its person logs out."""
        with self.collection() as collection:
            collection.lock()

    def wipe(self) -> None:
        """Remove every entry."""
        with self.collection() as collection:
            for item in collection.get_all_items():
                item.delete()

    @contextlib.contextmanager
    def collection(self) -> Iterator[secretstorage.Collection]:
        """The default collection, on a connection of its own."""
        from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

        with contextlib.closing(open_dbus_connection(self.environment["DBUS_SESSION_BUS_ADDRESS"])) as connection:
            yield secretstorage.get_default_collection(connection)

    def close(self) -> None:
        """End both daemons, by their process objects, and remove their folders."""
        for process in reversed(self._running):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        for folder in XDG.values():
            (self.folder / folder).mkdir(mode=0o700)
        config = self.folder / "bus.conf"
        config.write_text(BUS_CONFIG.format(socket=self.folder / "bus"), encoding="utf-8")
        bus = self._spawn("dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address=1")
        _first_line(bus.stdout)
        self._spawn("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", typed=UNLOCK)
        self._await_keyring()

    def _spawn(self, program: str, *arguments: str, typed: bytes | None = None) -> subprocess.Popen[bytes]:
        path = shutil.which(program)
        if path is None:
            raise RuntimeError(MISSING.format(program))
        process = subprocess.Popen(
            [path, *arguments],
            stdin=subprocess.PIPE if typed is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE if typed is None else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **self.environment, "HOME": str(self.folder)},
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  pytest starts it before any thread
        )
        self._running.append(process)
        if typed is not None and process.stdin is not None:
            process.stdin.write(typed)
            process.stdin.close()
        return process

    def _await_keyring(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                with self.collection() as collection:
                    if not collection.is_locked():
                        return
            except (SecretStorageException, OSError):
                pass
            if time.monotonic() > deadline:
                raise RuntimeError("gnome-keyring-daemon did not come up unlocked within 20 s; start it by hand to see why.")
            time.sleep(0.02)


def _first_line(stream: IO[bytes] | None) -> str:
    if stream is None:
        return ""
    with stream:
        line = stream.readline().decode().strip()
    if not line:
        raise RuntimeError("dbus-daemon ended at once; start it by hand to see why.")
    return line


def _end_with_parent() -> None:
    """Ask Linux to end this child when pytest is killed, so that no daemon outlives it."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
