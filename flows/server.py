"""A Prefect server of our own: on loopback, with a private home, and gone when whoever started it is gone, however that ended.

Run as a program it is the server itself, which serves as long as its standard input stays open.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from payerbot.errors import RunError, UserError
from payerbot.host import private_folder

READY_SECONDS = 180.0  # a first start without the template builds Prefect's tables, which takes a slow disk a minute
END_SECONDS = 3.0
TAKEN = 98  # exit code of a server whose port is not free
DATABASE = "prefect.db"
TEMPLATE = Path(sys.prefix) / "share" / "payerbot" / f"prefect-{version('prefect')}.sqlite"  # empty tables: a first start takes 4 s, not 20
PORT_TAKEN = (
    "Another program listens on port {}; set PREFECT_API_URL if it is a Prefect server to use, or PREFECT_SERVER_API_PORT to a free port."
)
SETTING = {"PREFECT_HOME": "home", "PREFECT_API_URL": "api.url", "PREFECT_API_AUTH_STRING": "api.auth_string"}


class Server(NamedTuple):
    """A server that answers, and its process id."""

    url: str
    process: int


# --- for whoever runs flows ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def local_server(home: Path, *, port: int = 0, schedules: bool = False) -> Iterator[Server]:
    """Start a server below `home`, point Prefect in this process and its children to it, stop it at the end.

    With `schedules` it also plans the deployments' runs and shows Prefect's pages; without, it answers nobody but this process.
    """
    folder = private_folder(home / "prefect")
    said = {"PREFECT_HOME": str(folder)}
    if not schedules:
        said["PREFECT_API_AUTH_STRING"] = f"payerbot:{secrets.token_urlsafe(24)}"
    with _process(folder, said, port=port, schedules=schedules) as process, _environ(said):
        import prefect.settings  # noqa: PLC0415  takes two seconds, which the server needs too

        said["PREFECT_API_URL"] = f"http://127.0.0.1:{_port_told(process, port)}/api"
        with _environ(said), prefect.settings.temporary_settings({SETTING[name]: value for name, value in said.items()}):
            yield Server(said["PREFECT_API_URL"], process.pid)


@contextlib.contextmanager
def _process(folder: Path, said: dict[str, str], *, port: int, schedules: bool) -> Iterator[subprocess.Popen[str]]:
    if TEMPLATE.exists() and not (folder / DATABASE).exists():
        shutil.copyfile(TEMPLATE, folder / DATABASE)
    log = os.open(folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.server", f"--port={port}", *(["--schedules"] if schedules else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=_environment(said),
            start_new_session=True,  # Ctrl-C is for whoever runs flows; their last words still have to reach the server
        )
    finally:
        os.close(log)
    try:
        yield process
    finally:
        _stop(process)


def _environment(said: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {*SETTING, "PREFECT_PROFILE"}}
    if key := said.get("PREFECT_API_AUTH_STRING"):
        kept["PREFECT_SERVER_API_AUTH_STRING"] = key
    return {**kept, "PREFECT_HOME": said["PREFECT_HOME"]}


def _port_told(process: subprocess.Popen[str], port: int) -> int:
    """The port on which the server says it answers; one that stays silent is ended."""
    if process.stdout is None:
        raise AssertionError
    timer = threading.Timer(READY_SECONDS, process.kill)
    timer.start()
    try:
        line = process.stdout.readline().strip()
    finally:
        timer.cancel()
    if line:
        return int(line)
    if process.wait() == TAKEN:
        raise UserError(PORT_TAKEN.format(port))
    raise RunError("Prefect's server did not start; server.log in its folder (PAYERBOT_HOME, prefect) says why.")


def _stop(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()  # the end of its input is the server's order to end
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _environ(said: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


# --- the server's own process --------------------------------------------------------------------------------------------------------


def serve(port: int, *, schedules: bool) -> int:
    """Serve until standard input ends; the port is printed once the server answers."""
    os.umask(0o077)
    with socket.socket() as listener:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return TAKEN
        _serve_on(listener, schedules=schedules)
    return 0


def _serve_on(listener: socket.socket, *, schedules: bool) -> None:
    os.environ |= _server_settings(listener.getsockname()[1], schedules=schedules)
    import uvicorn  # noqa: PLC0415  Prefect reads its settings when it is imported
    from prefect.server.api.server import create_app  # noqa: PLC0415
    from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: PLC0415

    class Said(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            print(listener.getsockname()[1], flush=True)  # noqa: T201  the parent reads it

    app = create_app(webserver_only=not schedules, final=True)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])  # no web page reaches it under a name of its own
    server = Said(uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=1))
    threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def _server_settings(port: int, *, schedules: bool) -> dict[str, str]:
    return {
        "PREFECT_UI_ENABLED": str(schedules).lower(),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
    }


def _end_with_parent(server: object) -> None:
    """Standard input ends when the parent closes it or dies; what does not end soon then is ended the hard way."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdin.buffer.read()
    server.should_exit = True  # type: ignore[attr-defined]
    threading.Event().wait(END_SECONDS)
    os._exit(0)


def prepare(template: Path = TEMPLATE) -> None:
    """Build Prefect's empty tables once, so that no server has to do it at its first start."""
    if template.exists():
        return
    template.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        with local_server(Path(home)):
            pass
        draft = template.with_suffix(f".{os.getpid()}")
        with contextlib.closing(sqlite3.connect(Path(home) / "prefect" / DATABASE)) as tables:
            tables.execute("VACUUM INTO ?", (str(draft),))
        draft.replace(template)


def main() -> int:
    """The server, or its template."""
    options = argparse.ArgumentParser(description="Prefect's server for payerbot; it ends when its standard input does.")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--schedules", action="store_true")
    options.add_argument("--prepare", action="store_true", help="build the empty tables that a first start copies")
    chosen = options.parse_args()
    if chosen.prepare:
        prepare()
        return 0
    return serve(chosen.port, schedules=chosen.schedules)


if __name__ == "__main__":
    sys.exit(main())
