"""A PostgreSQL server for the tests: started when the first test asks for one, shared by pytest's workers, gone with the last of them.

Its guard (this file, run as a program) holds one end of a pipe with a name; each worker holds the other. When the last worker is gone, also
by SIGKILL, the kernel tells the guard, which stops the server and removes its folder.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from payerbot.ledger.files import alone

ROOT = Path(__file__).resolve().parent.parent
USER = "payerbot_tests"
TEMPLATE = "ledger_template"
READY_SECONDS = 60.0
TRIES = 5  # another program may take the port between looking and listening
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "Asia/Kathmandu",  # the ledger's times do not depend on the server's
    "lc_messages": "C",
}
MISSING = "PostgreSQL was not found: run `make test-tools`, or install Debian's package postgresql."


class Programs(NamedTuple):
    """The server's own two programs."""

    initdb: str
    postgres: str


@contextlib.contextmanager
def server(shared: Path) -> Iterator[str]:
    """The URL of a server that lives as long as someone uses this folder."""
    pipe, told = shared / "postgres.pipe", shared / "postgres.url"
    with alone(shared / "postgres.lock"):
        held = _join(pipe) if told.exists() else None
        if held is None:
            held = _start(shared, pipe, told)
    try:
        yield told.read_text("utf-8")
    finally:
        os.close(held)


def _join(pipe: Path) -> int | None:
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # nobody reads: the guard is gone
        return None


def _start(shared: Path, pipe: Path, told: Path) -> int:
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe, 0o600)
    read = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    held = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    command = [sys.executable, "-m", "tests.postgres_support", str(read), str(shared)]
    with (shared / "postgres.log").open("ab") as log:
        guard = subprocess.Popen(
            command, pass_fds=[read], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, start_new_session=True
        )
    os.close(read)
    assert guard.stdout is not None
    with guard.stdout as out:
        url = out.readline().decode().strip()
    if not url:
        os.close(held)
        guard.wait()
        raise AssertionError(f"PostgreSQL did not start: {(shared / 'postgres.log').read_text('utf-8', 'replace')[-2000:]}")
    told.write_text(url, "utf-8")
    guard.returncode = 0  # it outlives this worker where others go on
    return held


# --- the guard's own process -------------------------------------------------------------------------------------------------------------


def main() -> int:
    """Run the server until nobody holds the pipe any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe, shared = int(sys.argv[1]), Path(sys.argv[2])
    programs = find_programs()
    if programs is None:
        sys.stderr.write(MISSING)
        return 1
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=_memory()))
    try:
        with _running(programs, folder, shared) as url:
            _make_template(url)
            sys.stdout.write(url + "\n")
            sys.stdout.close()
            _until_alone(pipe, shared)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def find_programs() -> Programs | None:
    """On the path, or where Debian keeps them."""
    folders = [None, *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)]
    for folder in folders:
        initdb, postgres = shutil.which("initdb", path=folder), shutil.which("postgres", path=folder)
        if initdb and postgres:
            return Programs(initdb, postgres)
    return None


def _memory() -> str | None:
    memory = Path("/dev/shm")  # noqa: S108  a private folder is made in it
    return str(memory) if os.access(memory, os.W_OK) else None


@contextlib.contextmanager
def _running(programs: Programs, folder: Path, shared: Path) -> Iterator[str]:
    """A cluster of its own in a folder of its own, as a user who is not root."""
    who = _unprivileged()
    if who:
        shutil.chown(folder, who["user"], who["group"])
    word, data = secrets.token_hex(16), folder / "data"
    word_file = folder / "word"
    word_file.write_text(word, "ascii")
    made = [programs.initdb, "-D", str(data), "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync", "--auth=scram-sha-256"]
    if who:
        shutil.chown(word_file, who["user"], who["group"])
    subprocess.run([*made, f"--pwfile={word_file}"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)
    word_file.unlink()
    for _ in range(TRIES):
        port = _free_port()
        url = f"postgresql+psycopg://{USER}@127.0.0.1:{port}/postgres?passfile={_password_file(shared, port, word)}"
        process = subprocess.Popen(_command(programs, data, folder, port), stdout=sys.stderr, cwd=folder, **who)
        try:
            if _answers(url, process):
                yield url
                return
        finally:
            _stop(process)
    raise AssertionError("no port was free")


def _password_file(shared: Path, port: int, word: str) -> Path:
    """No URL of a ledger holds a password, in the tests neither."""
    path = shared / "postgres.pass"
    path.touch(0o600)
    path.write_text(f"127.0.0.1:{port}:*:{USER}:{word}\n", "ascii")
    return path


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; as anyone else there is nothing to change."""
    import pwd

    if os.geteuid() != 0:
        return {}
    names = [entry.pw_name for entry in pwd.getpwall() if entry.pw_name in {"postgres", "nobody"}]
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _command(programs: Programs, data: Path, sockets: Path, port: int) -> list[str]:
    chosen = {**SETTINGS, "listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(sockets)}
    return [programs.postgres, "-D", str(data), *(part for name, value in chosen.items() for part in ("-c", f"{name}={value}"))]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    import psycopg

    end = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url.replace("+psycopg", "")):
            return True
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGQUIT)  # at once: nothing in it is kept
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _make_template(url: str) -> None:
    """A ledger without a practice, of which each test gets a copy."""
    import psycopg
    from sqlalchemy import make_url

    from payerbot.ledger.store import connect
    from payerbot.ledger.upgrade import bring_up_to_date

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    engine = connect(make_url(url).set(database=TEMPLATE).render_as_string(hide_password=False), busy_seconds=30)
    bring_up_to_date(engine)
    engine.dispose()


def _until_alone(pipe: int, shared: Path) -> None:
    watch = select.poll()
    watch.register(pipe, select.POLLHUP)
    while True:
        watch.poll()
        with contextlib.suppress(FileNotFoundError), alone(shared / "postgres.lock"):  # whoever comes now waits, and then starts another
            if watch.poll(0):
                (shared / "postgres.url").unlink(missing_ok=True)
                os.close(pipe)
                return
            continue
        return  # the folder is gone, and with it everyone


if __name__ == "__main__":
    sys.exit(main())
