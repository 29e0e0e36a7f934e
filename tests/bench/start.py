"""From the command to the first request that reaches the portal, after `payerbot signin` saved its state; directly and with a server."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psutil

from payerbot import deployment
from payerbot.model import Job
from tests.bench.figures import Figure, Options
from tests.bench.office import PATIENCE, PORTAL, ROOT, Office, Row, Trouble, with_claims

if TYPE_CHECKING:
    from sandbox.client import Twin

LIMIT = 4.0
READY, STOPS_WITHIN = 120.0, 40.0
WHAT = "command to first portal page, signed-in state saved"


def measure(options: Options) -> list[Figure]:
    """The median of a few starts, each way."""
    with with_claims(2 * options.repeats) as (twin, place, rows):
        place.run("signin", PORTAL)
        direct = [_started(place, twin, [row], f"direct-{at}") for at, row in enumerate(rows[: options.repeats])]
        with _served(place):
            through = [_started(place, twin, [row], f"served-{at}") for at, row in enumerate(rows[options.repeats :])]
    return [_figure(f"{WHAT}, directly", direct), _figure(f"{WHAT}, with a running server", through)]


def _figure(what: str, seconds: Sequence[float]) -> Figure:
    median = statistics.median(seconds)
    return Figure(what, f"under {LIMIT:.0f} s", f"{median:.1f} s", median < LIMIT, "each: " + ", ".join(f"{one:.1f}" for one in seconds))


def _started(place: Office, twin: Twin, rows: Sequence[Row], name: str) -> float:
    file = place.file(rows, name)
    twin.reset_records()
    began = datetime.now(UTC)
    place.run("run", "claim-status", str(file), "--portal", PORTAL)
    seen = [each for each in twin.records("request") if each["portal"] == PORTAL]
    if not seen:
        raise Trouble("the run asked the portal nothing")
    return (datetime.fromisoformat(seen[0]["at"]) - began).total_seconds()


@contextmanager
def _served(place: Office) -> Iterator[None]:
    """`payerbot serve`, ready to take runs; gone after the block, with all it started."""
    before = os.environ["PREFECT_API_URL"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"} | {"PREFECT_SERVER_API_PORT": port}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(place.command("serve"), cwd=ROOT, env=environment, stdin=quiet, stdout=quiet, stderr=quiet) as server:
        try:
            os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
            _until_ready(server)
            yield
        finally:
            os.environ["PREFECT_API_URL"] = before
            _stop(server)


def _until_ready(server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY
    while deployment.find(Job.CLAIM_STATUS) is None:
        if server.poll() is not None or time.monotonic() > end:
            raise Trouble(f"'payerbot serve' was not ready within {READY:.0f} s")
        time.sleep(0.3)


def _stop(server: subprocess.Popen[bytes]) -> None:
    below = psutil.Process(server.pid).children(recursive=True) if server.poll() is None else []
    server.terminate()
    try:
        server.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        server.kill()
    for process in below:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(below, PATIENCE)
