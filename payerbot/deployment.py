"""Runs a job through the Prefect server where one is up and serves it; plain HTTP, for Prefect itself takes two seconds to import.

Only the portal's name and the batch's id are sent.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from payerbot.errors import RunError
from payerbot.model import Job

DEFAULT = "http://127.0.0.1:4200/api"  # Prefect's own
PATIENCE = 0.5  # seconds a server on this machine may take to say that it is there
POLL = 1.0
FINAL = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})


class Served(NamedTuple):
    """A deployment that someone serves now."""

    url: str
    id: str
    name: str


class Ended(NamedTuple):
    """How a run through the server ended; `message` is our own words, as the flow left them."""

    state: str
    message: str

    @property
    def well(self) -> bool:
        """Whether the flow itself came to its end."""
        return self.state == "COMPLETED"


def find(job: Job) -> Served | None:
    """The deployment that runs this job, where a server is up and someone serves it; None otherwise."""
    url = os.environ.get("PREFECT_API_URL", DEFAULT).rstrip("/")
    try:
        with _client(url) as client:
            if client.get("/health", timeout=PATIENCE).status_code != httpx.codes.OK:
                return None
            asked = {"flows": {"name": {"any_": [job.value]}}, "limit": 20}
            found = client.post("/deployments/filter", json=asked).json()
    except (httpx.HTTPError, ValueError):
        return None
    ready = [one for one in found if isinstance(one, dict) and one.get("status") == "READY"]
    return Served(url, ready[0]["id"], ready[0]["name"]) if ready else None


def run(served: Served, batch: str, portal: str, *, tick: Callable[[], None]) -> Ended:
    """Start the deployment for one batch and wait for its end; an exception here (Ctrl-C) cancels it, so that its shares sign out."""
    with _client(served.url) as client:
        try:
            flow_run = _sent(
                client.post(f"/deployments/{served.id}/create_flow_run", json={"parameters": {"portal": portal, "batch": batch}})
            )
            try:
                return _followed(client, flow_run["id"], tick)
            except BaseException:
                state = {"state": {"type": "CANCELLING", "name": "Cancelling"}, "force": False}
                client.post(f"/flow_runs/{flow_run['id']}/set_state", json=state)
                raise
        except httpx.HTTPError:
            raise RunError("The Prefect server went away; what was asked is kept: start it again, or set PREFECT_API_URL.") from None


def _followed(client: httpx.Client, flow_run: str, tick: Callable[[], None]) -> Ended:
    while True:
        state = _sent(client.get(f"/flow_runs/{flow_run}")).get("state") or {}
        if state.get("type") in FINAL:
            return Ended(state["type"], state.get("message") or "")
        tick()
        time.sleep(POLL)


def _sent(answer: httpx.Response) -> dict[str, Any]:
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    return told


def _client(url: str) -> httpx.Client:
    key = os.environ.get("PREFECT_API_AUTH_STRING", "")
    headers = {"Authorization": "Basic " + base64.b64encode(key.encode()).decode()} if key else {}
    return httpx.Client(base_url=url, headers=headers, timeout=10.0, trust_env=False)
