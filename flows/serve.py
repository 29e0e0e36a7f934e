"""`payerbot serve`: runs the deployments on their schedules until it is told to stop."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prefect import serve

from flows.deployments import runners
from flows.server import local_server
from payerbot.practice import Practice
from payerbot.settings import settings

PORT = 4200  # Prefect's own
LOOKS_EVERY = 1.0  # seconds; Prefect's own ten are a person's wait at the desk


def serve_all(practice: Practice) -> None:
    """Serve every deployment on the practice's clock; blocks. A stop lets the shares sign out first."""
    with _server():
        serve(*runners(practice.time_zone), pause_on_shutdown=False, print_starting_message=False, query_seconds=LOOKS_EVERY)


@contextmanager
def _server() -> Iterator[None]:
    """The server that PREFECT_API_URL names, else one of our own for as long as we serve."""
    if os.environ.get("PREFECT_API_URL"):
        yield
    else:
        with local_server(settings().home, port=int(os.environ.get("PREFECT_SERVER_API_PORT", PORT)), schedules=True):
            yield
