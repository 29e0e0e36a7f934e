"""The whole product reaches no host but the portal's, whatever its pages try; without permission there is not even a browser."""

from __future__ import annotations

import contextlib
import csv
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.conftest import ROOT, TENANT, browser_switches
from tests.outlet_support import Server, reply

if TYPE_CHECKING:
    from payerbot.run import RunSummary
    from payerbot.vault import KeyringVault
    from sandbox.client import Twin
    from sandbox.world import World

PORTAL, LOGIN = "availity", "automation-1"
WRAPPER = Path(__file__).with_name("watched_share.py")
MEMBERS, CLAIMS = 12, 14
PROXY_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
WAYS = {
    "fetch", "fetch-redirect", "image", "image-redirect", "frame", "frame-redirect", "script", "style", "prefetch", "beacon", "websocket",
    "event-source", "download", "download-redirect", "pop-up", "form", "service-worker",
}  # fmt: skip


class Elsewhere:
    """Another host: whoever connects, by either address family, is written down, with the first that is said."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        first = self._listener(socket.AF_INET, ("127.0.0.1", 0))
        self.port: int = first.getsockname()[1]
        self._listeners = [first]
        with contextlib.suppress(OSError):
            self._listeners.append(self._listener(socket.AF_INET6, ("::1", self.port)))
        self._threads = [threading.Thread(target=self._hear, args=(listener,), daemon=True) for listener in self._listeners]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _listener(family: socket.AddressFamily, address: tuple[str, int]) -> socket.socket:
        listener = socket.socket(family)
        try:
            listener.bind(address)
            listener.listen(64)
            listener.settimeout(0.2)
        except OSError:
            listener.close()
            raise
        return listener

    def _hear(self, listener: socket.socket) -> None:
        while listener.fileno() != -1:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(0.5)
                    self.heard.append(b"(connected)")
                    with contextlib.suppress(OSError):
                        self.heard.append(connection.recv(200))
                        connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()
        for thread in self._threads:
            thread.join(5)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    found = Elsewhere()
    yield found
    found.close()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """A proxy that the person's environment names for everything."""
    found = Elsewhere()
    for name in PROXY_NAMES:
        monkeypatch.setenv(name, f"http://127.0.0.1:{found.port}")
    yield found
    found.close()


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    from sandbox.client import running
    from sandbox.world import SEED

    with running(seed=SEED, members=MEMBERS, claims=CLAIMS, staging_ms=(5, 15)) as found:
        yield found


class Office:
    """A practice whose browser writes down each time it is started, and whose shares write down whom they call."""

    def __init__(self, folder: Path, vault: KeyringVault, twin: Twin) -> None:
        self.folder, self.vault = folder, vault
        self.watched, self.starts, self.browser = folder / "watched", folder / "starts", folder / "browser"
        self.watched.mkdir()
        self.browser.write_text(f'#!/bin/sh\necho started >> "{self.starts}"\nexec "{os.environ["PAYERBOT_BROWSER"]}" "$@"\n')
        self.browser.chmod(0o700)
        said = yaml.safe_load((ROOT / "examples" / "practice.yaml").read_text("utf-8"))
        (folder / "practice.yaml").write_text(yaml.safe_dump({**said, "tenant": TENANT}), encoding="utf-8")
        self.keep_secrets(twin)

    def keep_secrets(self, twin: Twin) -> None:
        from payerbot.vault import Part

        user = twin.users[0]
        for part, value in ((Part.USER, user.user_id), (Part.PASSWORD, user.password), (Part.TOTP, user.totp_seed)):
            self.vault.put(PORTAL, LOGIN, part, value)

    def run(self, job: str) -> RunSummary:
        """One row of the world, asked by the product; an authorization request is filled up to the page before Submit."""
        from payerbot import intake
        from payerbot.model import Job
        from payerbot.practice import Practice
        from payerbot.run import opened, run_batch
        from payerbot.settings import settings
        from portals import KNOWN
        from sandbox.world import AS_OF, SEED, World

        world = World.generate(SEED, MEMBERS, CLAIMS)
        rows = {"eligibility": world.schedule_rows, "claim-status": world.open_claim_rows, "eobs": lambda: in_a_tab(world)}
        row = {**rows[job]()[0], "tenant": TENANT} if job in rows else asked_for(world)
        path = self.folder / f"{job}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(row))
            writer.writeheader()
            writer.writerow(row)
        practice = Practice.load(settings().practice)
        sheet = intake.read(path, Job(job), practice, AS_OF, built=KNOWN)
        with opened(practice) as ledger:
            batch = ledger.add(sheet, business_date=AS_OF).batch
        return run_batch(practice, batch, prepare=job == "auths")

    def browsers(self) -> int:
        """How many browsers were started."""
        return len(self.starts.read_text().splitlines()) if self.starts.exists() else 0

    def calls(self) -> set[str]:
        """Whom the shares' own processes looked up or connected to, but for sockets of this machine's own desktop."""
        told = [line for path in self.watched.glob("*/network") for line in path.read_text("utf-8").splitlines()]
        assert told, "no share was watched"
        return {line for line in told if not line.startswith("connect '/")}


def in_a_tab(world: World) -> list[dict[str, str]]:
    """Payments whose document comes as a blob in a new tab, or in a frame of it."""
    return [row for row in world.payment_rows() if row["payer_key"] == "anthem" and row["check_no"] == "0097131408"]


def asked_for(world: World) -> dict[str, str]:
    """A request for somebody whom the payer knows."""
    from tests.privacy import papers

    row, _ = papers.requests()
    return {**row, "tenant": TENANT, "clinical_form_file": ""}


@pytest.fixture
def system() -> Iterator[Server]:
    """The practice's own system."""
    with Server() as found:
        threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True).start()
        yield found
        found.shutdown()


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Whom the thread that sends answers looks up and connects to."""
    found: list[tuple[str, Any]] = []
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def heard_look_up(host: Any, *more: Any, **how: Any) -> Any:
        if threading.current_thread().name.startswith(("outbox", "asyncio")):
            found.append(("look up", host))
        return look_up(host, *more, **how)

    def heard_connect(mine: socket.socket, address: Any) -> None:
        if threading.current_thread().name == "outbox":
            found.append(("connect", address))
        connect(mine, address)

    monkeypatch.setattr(socket, "getaddrinfo", heard_look_up)
    monkeypatch.setattr(socket.socket, "connect", heard_connect)
    return found


@pytest.fixture
def office(home: Path, vault: KeyringVault, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A practice of its own at a portal that has just been built; the portal's real address is in force until a test says otherwise."""
    from payerbot import share
    from payerbot.settings import settings

    twin.reset()
    found = Office(home.parent, vault, twin)
    monkeypatch.setenv("PAYERBOT_PRACTICE", str(found.folder / "practice.yaml"))
    monkeypatch.setenv("PAYERBOT_BROWSER", str(found.browser))
    monkeypatch.setattr(share, "COMMAND", (sys.executable, str(WRAPPER), str(found.watched)))
    settings.cache_clear()
    yield found
    settings.cache_clear()


def use_twin(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulated portal stands in for the real one."""
    from payerbot.settings import settings
    from sandbox.world import AS_OF

    monkeypatch.setenv("PAYERBOT_DEV_PORTALS", f"{PORTAL}={twin.base_url(PORTAL)}")
    monkeypatch.setenv("PAYERBOT_DEV_TODAY", AS_OF.isoformat())
    settings.cache_clear()


def test_an_ordinary_browser_on_the_same_page_does_reach_the_other_host(twin: Twin, elsewhere: Elsewhere) -> None:
    from playwright.sync_api import sync_playwright

    from portals import KNOWN

    twin.reset()
    twin.fault(f"exfiltrate@sign-in:other.localhost:{elsewhere.port}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["PAYERBOT_BROWSER"], args=list(browser_switches()))
        page = browser.new_page()
        with page.expect_request("**/tried"):
            page.goto(twin.base_url(PORTAL) + KNOWN[PORTAL].settings().sign_in.path)
        browser.close()
    told = b" ".join(elsewhere.heard)
    assert b"GET /fetch" in told
    assert b"GET /image-redirect" in told
    assert b"GET /service-worker" in told


STEPS = ("eligibility", "claim-status", "remits", "checks", "eob-pdf", "auth-home", "auth-form", "auth-next", "auth-list")


@pytest.mark.deep
def test_no_page_of_a_whole_run_reaches_another_host_and_answers_go_to_one_address_only(
    office: Office,
    twin: Twin,
    system: Server,
    called: list[tuple[str, Any]],
    elsewhere: Elsewhere,
    proxy: Elsewhere,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAYERBOT_API_URL", system.url)
    office.vault.put_api_key("k" * 40)
    system.script.append(reply(307, f"Location: http://127.0.0.1:{elsewhere.port}/leads-elsewhere\r\n"))
    use_twin(twin, monkeypatch)
    port = elsewhere.port
    others = {"sign-in": f"sign-in.localhost:{port}", "home": f"127.0.0.1:{port}", "claim-status": f"localhost:{port}"}
    others = {step: f"{step}.localhost:{port}" for step in STEPS} | others
    for step, host in others.items():
        twin.fault(f"exfiltrate@{step}:{host}")
    summaries = [office.run(job) for job in ("eligibility", "claim-status", "eobs", "auths")]
    assert [summary.outcomes.get("answered") for summary in summaries[:2]] == [1, 1]
    assert twin.records("eob"), "no document came"
    tried = {(each["host"], each["way"]) for each in twin.records("tried")}
    assert {way for _, way in tried} == WAYS
    assert {host for host, _ in tried} >= {others[step] for step in STEPS}
    left = [each for each in twin.records("request") if each["path"].endswith("/leave")]
    assert left, "no page asked for a redirect to another host"
    assert elsewhere.heard == []
    assert proxy.heard == []
    assert office.calls() == set()
    assert office.browsers() == len(summaries)
    assert len(system.got) >= 2, "an answer was not sent"
    assert {what for what in called if what[0] == "connect"} == {("connect", ("127.0.0.1", system.server_address[1]))}
    assert {host for what, host in called if what == "look up"} <= {"127.0.0.1", b"127.0.0.1"}


@pytest.mark.parametrize("job", ["eligibility", "claim-status", "eobs", "auths"])
def test_a_portal_without_permission_starts_no_browser_and_is_not_even_looked_up(office: Office, proxy: Elsewhere, job: str) -> None:
    summary = office.run(job)
    assert summary.waiting == 1
    assert [share.ended for share in summary.shares] == ["blocked"]
    assert "permit" in summary.shares[0].note
    assert office.browsers() == 0
    assert office.calls() == set()
    assert proxy.heard == []
