"""``python -m sandbox``: the simulated payers on loopback until SIGTERM, Ctrl-C, or until the parent process is gone."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import psutil
import uvicorn

from sandbox.faults import KINDS, FaultBoard, UnknownFault
from sandbox.line import Wire
from sandbox.logins import Logins, default_logins, logins_from
from sandbox.records import Recorder
from sandbox.server import CONTROL_HOST, Sandbox, application, hosts
from sandbox.world import AS_OF, AVAILITY, EVERYONE, PAYERS, SEED, World

EXIT_USAGE = 2


def main(argv: list[str] | None = None) -> int:
    """Run the sandbox; returns the exit code."""
    asked = _parser().parse_args(argv)
    records = Recorder(asked.records)
    try:
        box = _sandbox(asked, records)
        with _listener(asked.port) as listener:
            _serve(box, listener, asked)
    except (UnknownFault, ValueError, OSError) as wrong:
        print(f"sandbox: {wrong}", file=sys.stderr)  # noqa: T201 -- a command prints
        return EXIT_USAGE
    finally:
        records.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    faults = "\n".join(f"  {name:20} {kind.says}" for name, kind in KINDS.items())
    parser = argparse.ArgumentParser(
        "python -m sandbox", description=__doc__, epilog=f"faults:\n{faults}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=SEED, help="same seed, same world")
    parser.add_argument("--members", type=int, default=40, help="how many visits the practice has")
    parser.add_argument("--claims", type=int, default=60, help="how many open claims")
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF, help="the portals' today on the first night")
    parser.add_argument("--payers", type=_payers, default=AVAILITY, help="whose members and claims there are, comma-separated; or everyone")
    parser.add_argument("--night", type=int, default=0, help="start this many nights later")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME@STEP[:ARG]", help="switch a fault on (repeatable)")
    parser.add_argument("--records", type=Path, help="append what the server sees to this file, as JSON lines")
    parser.add_argument("--users", type=Path, help="JSON list of logins instead of the made-up ones")
    parser.add_argument("--staging-ms", type=_span, default=(50, 150), metavar="LOW-HIGH", help="how long a payer takes to answer")
    parser.add_argument("--idle-seconds", type=float, default=1800, help="signed out after so long without a real input event")
    parser.add_argument("--parent-pid", type=int, default=0, help="end when this process is gone")
    parser.add_argument("--json", action="store_true", help="print one line of JSON when it listens")
    return parser


def _span(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def _payers(text: str) -> tuple[str, ...]:
    named = EVERYONE if text == "everyone" else tuple(text.split(","))
    if unknown := set(named) - set(PAYERS):
        raise argparse.ArgumentTypeError(f"no payer is called {', '.join(sorted(unknown))}; there are {', '.join(PAYERS)}")
    return named


def _sandbox(asked: argparse.Namespace, records: Recorder) -> Sandbox:
    world = World.generate(asked.seed, asked.members, asked.claims, asked.as_of, payers=asked.payers)
    logins = logins_from(asked.users) if asked.users else default_logins(asked.seed)
    box = Sandbox(world, FaultBoard(tuple(asked.fault)), records, Logins(logins, records, asked.idle_seconds), asked.staging_ms)
    if asked.night:
        box.move_to(asked.night)
    return box


@contextmanager
def _listener(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        yield listener


def _serve(box: Sandbox, listener: socket.socket, asked: argparse.Namespace) -> None:
    config = uvicorn.Config(
        application(box),
        http=Wire,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
    )
    ready = _ready(box, listener.getsockname()[1])
    server = _Server(config, json.dumps(ready) if asked.json else _readable(ready), asked.parent_pid)
    asyncio.run(server.serve(sockets=[listener]))


class _Server(uvicorn.Server):
    """Says when it really listens, leaves quietly on a signal, and does not outlive its parent."""

    def __init__(self, config: uvicorn.Config, ready: str, parent_pid: int) -> None:
        super().__init__(config)
        self._ready = ready
        self._parent = _process(parent_pid) if parent_pid else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._ready, flush=True)  # noqa: T201 -- a command prints

    async def on_tick(self, counter: int) -> bool:
        ended = await super().on_tick(counter)
        return ended or (self._parent is not None and counter % 10 == 0 and not _alive(self._parent))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {sig: signal.signal(sig, self.handle_exit) for sig in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)


def _alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _process(pid: int) -> psutil.Process:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        raise ValueError("the parent process is gone already") from None


def _ready(box: Sandbox, port: int) -> dict[str, object]:
    return {
        "port": port,
        "hosts": {"control": CONTROL_HOST} | hosts(),
        "users": [login.shown() for login in box.logins.all()],
        "control_token": box.token,
        "seed": box.world.seed,
        "as_of": box.world.as_of.isoformat(),
        "faults": box.faults.on(),
    }


def _readable(ready: dict[str, object]) -> str:
    hosts, users = ready["hosts"], ready["users"]
    assert isinstance(hosts, dict)  # noqa: S101 -- for mypy
    assert isinstance(users, list)  # noqa: S101 -- for mypy
    lines = [f"{portal:10} http://{host}:{ready['port']}" for portal, host in hosts.items()]
    lines += [f"{u['user_id']:15} password {u['password']}   authenticator seed {u['totp_seed']}" for u in users]
    return "\n".join([*lines, f"control token {ready['control_token']}", "Everything above is made up. Stop with Ctrl-C."])


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
