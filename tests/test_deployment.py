"""Running a job through a Prefect server, spoken to over plain HTTP: found or not, followed to its end, cancelled on Ctrl-C."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from payerbot import deployment
from payerbot.errors import RunError
from payerbot.model import Job

BATCH = "visits-20261120-7f3a9c12"


class FakeServer:
    """Answers as Prefect's server does, from a list of states a run goes through."""

    def __init__(self) -> None:
        self.deployments: list[dict[str, Any]] = [{"id": "d1", "name": "eligibility-morning", "status": "READY"}]
        self.states: list[dict[str, Any] | None] = [None, {"type": "RUNNING"}, {"type": "COMPLETED", "message": "all done"}]
        self.sent: list[tuple[str, Any]] = []
        self.ill = False
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say({} if self.path.endswith("/health") else {"state": server.states.pop(0)})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.sent.append((self.path.removeprefix("/api"), body))
                self._say(server.deployments if self.path.endswith("/filter") else {"id": "r1"})

            def _say(self, told: object) -> None:
                self.send_response(503 if server.ill else 200)
                self.end_headers()
                self.wfile.write(json.dumps(told).encode())

            def log_message(self, *_: object) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}/api"
        self._thread = threading.Thread(target=self._http.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    fake = FakeServer()
    monkeypatch.setenv("PREFECT_API_URL", fake.url)
    monkeypatch.setattr(deployment, "POLL", 0.01)
    yield fake
    fake.close()


def found() -> deployment.Served:
    served = deployment.find(Job.ELIGIBILITY)
    assert served is not None
    return served


def test_a_server_that_serves_the_job_is_found_and_asked_for_this_flow_only(server: FakeServer) -> None:
    assert found().name == "eligibility-morning"
    assert server.sent[0][1]["flows"] == {"name": {"any_": ["eligibility"]}}


@pytest.mark.parametrize("deployments", [[], [{"id": "d1", "name": "x", "status": "NOT_READY"}]])
def test_a_server_where_nobody_serves_the_job_is_none(server: FakeServer, deployments: list[dict[str, Any]]) -> None:
    server.deployments = deployments
    assert deployment.find(Job.ELIGIBILITY) is None


def test_a_server_that_is_ill_or_gone_is_none(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.ill = True
    assert deployment.find(Job.ELIGIBILITY) is None
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert deployment.find(Job.ELIGIBILITY) is None


def test_a_run_sends_portal_and_batch_and_is_followed_to_its_end(server: FakeServer) -> None:
    ticks: list[int] = []
    ended = deployment.run(found(), BATCH, "availity", tick=lambda: ticks.append(1))
    assert server.sent[1] == ("/deployments/d1/create_flow_run", {"parameters": {"portal": "availity", "batch": BATCH}})
    assert (ended.well, ended.message, len(ticks)) == (True, "all done", 2)


def test_a_run_that_fails_says_so_in_the_flows_own_words(server: FakeServer) -> None:
    server.states = [{"type": "FAILED", "message": "availity broke"}]
    ended = deployment.run(found(), BATCH, "all", tick=lambda: None)
    assert (ended.well, ended.message) == (False, "availity broke")


def test_ctrl_c_cancels_the_run_so_that_its_shares_sign_out(server: FakeServer) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deployment.run(found(), BATCH, "all", tick=press)
    path, state = server.sent[-1]
    assert (path, state["state"]["type"]) == ("/flow_runs/r1/set_state", "CANCELLING")


def test_a_server_that_goes_away_is_one_sentence(server: FakeServer) -> None:
    served = found()
    server.ill = True
    with pytest.raises(RunError, match="went away"):
        deployment.run(served, BATCH, "all", tick=lambda: None)
