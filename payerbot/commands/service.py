"""`payerbot serve`, `payerbot sandbox`, `payerbot audit verify`: what runs beside the daily work."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

import typer

from payerbot import host
from payerbot.commands.office import ledger_of, practice, print_json
from payerbot.errors import RunError

OK, FAILED = 0, 1
SIGN_OFF = 10.0  # seconds the sandbox has to end by itself


def serve() -> int:
    """Serve the deployments until Ctrl-C."""
    mine = practice()
    from flows.serve import serve_all  # noqa: PLC0415  Prefect takes two seconds to import
    from payerbot.run import answers_sent  # noqa: PLC0415  the ledger's imports take a while

    with answers_sent(mine):
        serve_all(mine)
    return OK


def sandbox(*, seed: int | None, members: int | None, claims: int | None, port: int | None, faults: Sequence[str]) -> int:
    """Run the simulated portals as a child process; they end with this one, however it ends."""
    if find_spec("sandbox") is None:
        raise RunError("The sandbox is not installed with this payerbot: run the command in a clone of the source.")
    said = {"--seed": seed, "--members": members, "--claims": claims, "--port": port}
    arguments = [text for name, value in said.items() if value is not None for text in (name, str(value))]
    arguments += [text for fault in faults for text in ("--fault", fault)]
    child = subprocess.Popen([sys.executable, "-m", "sandbox", *arguments], stdin=subprocess.DEVNULL)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return OK
    finally:
        host.kill_tree(child.pid, grace=SIGN_OFF)
        child.wait()


def verify_audit(*, as_json: bool) -> int:
    """Check the record's chain; every break is a sentence."""
    with ledger_of(practice()) as ledger:
        breaks = ledger.verify_audit()
    if as_json:
        print_json({"whole": not breaks, "breaks": breaks})
    else:
        typer.echo("\n".join(breaks) or "The record is whole: nobody without the key has changed it.")
    return FAILED if breaks else OK
