"""The flows on a real Prefect server: what may be a parameter, what Prefect gets to keep, how shares run and stop, what is served when."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest
import yaml

from payerbot import host
from payerbot.errors import RunError, UserError
from payerbot.model import Job, Progress
from payerbot.share import ShareReport
from tests import ledger_support as support
from tests.deep import deep
from tests.intake_support import CLAIM, csv_text, table

if TYPE_CHECKING:
    from flows.server import Server
    from payerbot.ledger.book import Ledger
    from payerbot.practice import Practice

ROOT = Path(__file__).resolve().parent.parent
PATIENT = "Quillfeather"
ANSWER_SECONDS = 90


# --- a server for all, a practice for each -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("server")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(home / "prefect"))
        from flows.server import local_server

        with local_server(home) as running:
            yield running


@pytest.fixture
def office(server: Server, home: Path, practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Practice:
    """The example practice with an empty ledger, whose key is made up."""
    from payerbot.settings import settings

    entries = tmp_path / "vault.json"
    entries.write_text("{}")
    monkeypatch.setenv("PAYERBOT_DEMO_VAULT", str(entries))
    settings.cache_clear()
    return practice


@pytest.fixture
def book(office: Practice) -> Iterator[Ledger]:
    from payerbot import run

    with run.opened(office) as ledger:
        yield ledger


def load(book: Ledger, practice: Practice, *portals: str) -> str:
    """A batch of claims, one at each portal."""
    rows = [support.sheet(support.claim_ask(n), portal=portal, login="bot").rows[0] for n, portal in enumerate(portals)]
    sheet = support.claims(1).model_copy(update={"rows": tuple(row.model_copy(update={"line": n}) for n, row in enumerate(rows, 1))})
    return book.add(sheet, business_date=practice.business_date(datetime.now(UTC))).batch


def report(portal: str, ended: Any = "done") -> ShareReport:
    return ShareReport(portal=portal, login="bot", ended=ended)


def shares(monkeypatch: pytest.MonkeyPatch, share: Callable[..., ShareReport]) -> None:
    """Let this function stand in for the child process."""
    monkeypatch.setattr("flows.shares.supervise", share)


def fake(ledger: Ledger) -> Callable[..., ShareReport]:
    """A share that answers whatever is due."""

    def share(portal: str, login: str, batch: str, *, progress: Callable[[Progress], None], stop: threading.Event) -> ShareReport:
        support.answer_all(ledger, batch, portal=portal, login=login)
        progress(Progress(event="ended", at=datetime.now(UTC), portal=portal))
        return report(portal)

    return share


def call(server: Server, method: str, path: str, **body: Any) -> httpx.Response:
    """Speak to Prefect's API as anyone could who knows the key."""
    user, _, password = os.environ["PREFECT_API_AUTH_STRING"].partition(":")
    return httpx.request(method, f"{server.url}{path}", json=body or None, auth=(user, password))


def stored_runs(server: Server) -> list[dict[str, Any]]:
    return list(call(server, "POST", "/flow_runs/filter", sort="START_TIME_DESC").json())


def until(happened: Callable[[], Any], seconds: float = ANSWER_SECONDS) -> Any:
    """Wait for something that takes its time; what it is, once it is."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen")
        time.sleep(0.1)
    return found


# --- parameters ----------------------------------------------------------------------------------------------------------------------


def test_the_portal_is_chosen_from_a_list_and_the_batch_has_a_pattern(server: Server) -> None:
    from flows.deployments import runners
    from flows.job import portals_for

    schemas = {one.name: one._parameter_openapi_schema.model_dump() for one in runners("America/Chicago")}
    assert set(portals_for(Job.CLAIM_STATUS)) >= {"all", "availity"}
    assert set(schemas["claim-sweep"]["properties"]["portal"]["enum"]) == set(portals_for(Job.CLAIM_STATUS))
    assert re.search(schemas["claim-sweep"]["properties"]["batch"]["pattern"], "claims-20261122-7f3a9c12")
    assert not re.search(schemas["claim-sweep"]["properties"]["batch"]["pattern"], "visits-20261122-7f3a9c12")
    assert schemas["claim-sweep"]["additionalProperties"] is False


@pytest.mark.parametrize(
    "parameters",
    [
        {"batch": PATIENT},
        {"batch": f"claims-20261122-7f3a9c12 {PATIENT}"},
        {"batch": "claims-20261122-7f3a9c12\n"},
        {"batch": "visits-20261122-7f3a9c12"},
        {"batch": 20261122},
        {"portal": PATIENT},
        {"portal": ["all", PATIENT]},
    ],
)
def test_a_call_with_anything_else_is_refused_before_prefect_stores_it(server: Server, parameters: dict[str, Any]) -> None:
    from flows.claim_status import claim_status

    before = len(stored_runs(server))
    with pytest.raises(UserError) as refused:
        claim_status(**parameters)
    assert PATIENT not in str(refused.value)
    assert len(stored_runs(server)) == before


@pytest.fixture(scope="module")
def deployed(server: Server) -> dict[str, str]:
    """The ids of the deployments, by name, as `payerbot serve` makes them."""
    from flows.deployments import runners

    return {one.name: str(one.apply()) for one in runners("America/Chicago")}


@pytest.mark.parametrize("parameters", [{"batch": PATIENT}, {"portal": PATIENT}, {"patient": PATIENT}, {"batch": {"x": PATIENT}}])
def test_a_run_asked_for_with_anything_else_is_refused_by_the_server(
    server: Server, deployed: dict[str, str], parameters: dict[str, Any]
) -> None:
    before = len(stored_runs(server))
    told = call(server, "POST", f"/deployments/{deployed['claim-sweep']}/create_flow_run", parameters=parameters)
    assert told.status_code == httpx.codes.CONFLICT
    assert len(stored_runs(server)) == before


def test_a_run_whose_parameters_came_past_the_server_is_not_begun(
    server: Server, office: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.shares import run_job

    monkeypatch.setattr("flows.shares.run_batch", lambda *_: pytest.fail("it was begun"))
    state = run_job(Job.CLAIM_STATUS, "all", PATIENT)
    assert state.is_failed()
    assert PATIENT not in (state.message or "")


# --- shares --------------------------------------------------------------------------------------------------------------------------


def run_claims(batch: str = "", portal: str = "all") -> Any:
    from flows.claim_status import claim_status

    return claim_status(portal=portal, batch=batch, return_state=True)


def test_a_run_answers_its_batch_and_leaves_the_result_file(
    book: Ledger, office: Practice, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares(monkeypatch, fake(book))
    batch = load(book, office, "availity", "availity", "availity")
    state = run_claims(batch)
    assert (state.type.value, state.name) == ("COMPLETED", "Completed")
    assert f"{batch}: 3 rows; 3 answered" in state.message
    assert len((home / "results" / f"{batch}.csv").read_text(encoding="utf-8-sig").splitlines()) == 4


def test_rows_that_wait_are_said_in_the_final_state(book: Ledger, office: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    shares(monkeypatch, lambda portal, *_, **__: report(portal, "blocked"))
    state = run_claims(load(book, office, "availity"))
    assert (state.type.value, state.name) == ("COMPLETED", "Waits")
    assert "1 waiting" in state.message
    assert "availity bot: blocked" in state.message


def test_shares_run_side_by_side(book: Ledger, office: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(2, timeout=ANSWER_SECONDS)

    def share(portal: str, *_: Any, **__: Any) -> ShareReport:
        together.wait()  # breaks unless the other share runs, too
        return report(portal)

    shares(monkeypatch, share)
    state = run_claims(load(book, office, "availity", "cascade"))
    assert not state.is_failed(), state.message


@pytest.mark.parametrize("trouble", [ValueError(PATIENT), RunError("The disk is full; make room.")])
def test_one_broken_share_does_not_stop_the_others_and_is_told_in_our_words(
    book: Ledger, office: Practice, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def share(portal: str, login: str, batch: str, **_: Any) -> ShareReport:
        if portal == "cascade":
            raise trouble
        support.answer_all(book, batch, portal=portal, login=login)
        return report(portal)

    shares(monkeypatch, share)
    state = run_claims(load(book, office, "availity", "cascade", "evergreen"))
    assert state.is_failed()
    assert "2 answered" in state.message
    assert "cascade bot: failed" in state.message
    assert PATIENT not in state.message
    assert isinstance(trouble, ValueError) or str(trouble) in state.message


def test_only_the_chosen_portal_is_asked(book: Ledger, office: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    shares(monkeypatch, fake(book))
    batch = load(book, office, "availity", "cascade")
    run_claims(batch, portal="availity")
    assert {line.portal: line.state for line in book.lines(batch)} == {"availity": "done", "cascade": "waiting"}


def test_whoever_listens_hears_of_every_step(book: Ledger, office: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import shares as flow_shares

    heard: list[Progress] = []
    monkeypatch.setattr(flow_shares, "listeners", [heard.append])
    shares(monkeypatch, fake(book))
    run_claims(load(book, office, "availity"))
    assert [step.event for step in heard] == ["ended"]


def test_a_run_that_is_much_too_late_is_not_begun(book: Ledger, office: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.shares.WANTED", timedelta(0))
    shares(monkeypatch, lambda *_, **__: pytest.fail("it was begun"))
    state = run_claims(load(book, office, "availity"))
    assert state.is_cancelled()
    assert "hour has passed" in state.message


def test_a_bug_in_the_flow_itself_is_told_without_its_words_and_its_place_is_logged(
    office: Practice, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError(PATIENT)

    monkeypatch.setattr("flows.shares.run_batch", broken)
    state = run_claims("claims-20261122-7f3a9c12")
    assert state.is_failed()
    assert "KeyError" in state.message
    assert PATIENT not in state.message
    logged = (home / "logs" / "payerbot.jsonl").read_text()
    assert "test_flows.py:" in logged
    assert PATIENT not in logged


# --- the inbox -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def inbox_folder(office: Practice, monkeypatch: pytest.MonkeyPatch) -> Path:
    from flows import inbox

    monkeypatch.setattr(inbox, "REST_SECONDS", 0.05)
    return inbox.folder(Job.CLAIM_STATUS)


def export(**changed: str) -> str:
    recent = f"{datetime.now(UTC) - timedelta(days=40):%m/%d/%Y}"
    return csv_text(table({**CLAIM, "dos_from": recent, "dos_to": recent, "first_sent_date": recent, **changed}))


def test_a_file_in_the_inbox_becomes_todays_batch_and_takes_its_name(
    inbox_folder: Path, book: Ledger, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares(monkeypatch, fake(book))
    (inbox_folder / f"{PATIENT} open claims.csv").write_text(export())
    state = run_claims()
    (batch,) = book.batches()
    assert f"{batch.id}: 1 rows; 1 answered" in state.message
    assert [file.name for file in inbox_folder.rglob("*.csv")] == [f"{batch.id}.csv"]
    assert (home / "results" / f"{batch.id}.csv").exists()


def test_a_second_pass_goes_on_with_what_is_there(inbox_folder: Path, book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox_folder / "claims.csv").write_text(export())
    shares(monkeypatch, lambda portal, *_, **__: report(portal, "stopped"))
    assert run_claims().name == "Waits"
    shares(monkeypatch, fake(book))
    assert run_claims().name == "Completed"


def test_a_file_that_cannot_be_read_is_set_aside_and_its_own_name_is_not_told(inbox_folder: Path) -> None:
    (inbox_folder / f"{PATIENT}.csv").write_text("nothing, that, we, know\n1,2,3,4\n")
    state = run_claims()
    assert state.is_failed()
    assert PATIENT not in state.message
    assert [re.sub(r"[0-9a-f]{12}", "#", file.name) for file in inbox_folder.iterdir()] == ["refused-#.csv"]


def test_a_file_that_still_grows_is_left_alone(inbox_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import inbox

    growing = inbox_folder / "claims.csv"
    growing.write_text(export())
    monkeypatch.setattr("flows.inbox.time.sleep", lambda _: growing.write_text(export() + "more"))
    assert inbox.resting(inbox_folder) == []


def test_machines_that_share_a_folder_find_the_export_there_and_leave_the_result_there(
    office: Practice, book: Ledger, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import inbox
    from payerbot.settings import settings

    monkeypatch.setattr(inbox, "REST_SECONDS", 0.05)
    monkeypatch.setenv("PAYERBOT_SHARED", str(tmp_path / "shared"))
    settings.cache_clear()
    shares(monkeypatch, fake(book))
    (inbox.folder(Job.CLAIM_STATUS) / "claims.csv").write_text(export())
    assert run_claims().name == "Completed"
    assert [file.parent.name for file in (tmp_path / "shared").rglob("*.csv")].count("results") == 1
    assert not (home / "inbox").exists()
    assert not (home / "results").exists()


def test_a_file_that_another_machine_took_meanwhile_is_its_business(inbox_folder: Path, office: Practice, book: Ledger) -> None:
    from flows import inbox

    assert inbox._load(office, Job.CLAIM_STATUS, inbox_folder / "claims.csv") == ""
    assert book.batches() == []


def test_no_file_today_turns_the_run_red(inbox_folder: Path) -> None:
    state = run_claims()
    assert state.is_failed()
    assert "no claim-status file of today" in state.message


# --- stopping ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the shares of every process started from here leave their marks: theirs is the fake program."""
    place, patched = tmp_path / "marks", tmp_path / "patched"
    place.mkdir()
    patched.mkdir()
    command = (sys.executable, str(ROOT / "tests" / "fake_share.py"), str(place))
    (patched / "sitecustomize.py").write_text(
        "import sys\n"
        "if any(name in ' '.join(sys.orig_argv) for name in ('prefect.engine', 'flows')):\n"
        f"    import payerbot.share\n    payerbot.share.COMMAND = {command!r}\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(patched), str(ROOT)]))
    return place


def left(marks: Path) -> list[int]:
    """The shares that still run."""
    return [pid for mark in marks.glob("started-*") if psutil.pid_exists(pid := int(mark.name.partition("-")[2]))]


@pytest.mark.parametrize("order", [signal.SIGTERM, *deep(signal.SIGINT)])
def test_a_flow_that_is_told_to_stop_signs_its_shares_out(book: Ledger, office: Practice, marks: Path, order: signal.Signals) -> None:
    batch = load(book, office, "availity", "cascade")
    flow = subprocess.Popen([sys.executable, "-c", f"from flows.claim_status import claim_status; claim_status(batch={batch!r})"])
    try:
        until(lambda: len(list(marks.glob("started-*"))) == 2)
        flow.send_signal(order)
        flow.wait(ANSWER_SECONDS)
    finally:
        flow.kill()
        flow.wait()
    assert len(list(marks.glob("signed-out-*"))) == 2
    assert left(marks) == []


@pytest.fixture
def serving(server: Server, office: Practice, marks: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """`payerbot serve` on the server there is."""
    monkeypatch.setenv("PREFECT_RUNNER_POLL_FREQUENCY", "1")
    script = "from flows.serve import serve_all; from payerbot.practice import Practice; from payerbot.settings import settings; "
    process = subprocess.Popen([sys.executable, "-c", script + "serve_all(Practice.load(settings().practice))"])
    yield process
    for one in reversed(host.tree(process.pid)) if process.poll() is None else ():
        one.kill()
    process.wait()


def started_run(server: Server, deployed: dict[str, str], batch: str, marks: Path, shares_then: int) -> str:
    """A run asked for as Prefect's pages do; its id, once its share runs."""
    told = call(server, "POST", f"/deployments/{deployed['claim-sweep']}/create_flow_run", parameters={"batch": batch})
    until(lambda: len(list(marks.glob("started-*"))) == shares_then)
    return str(told.json()["id"])


def cancel(server: Server, run: str) -> None:
    """As Prefect's pages do; it takes until the run is called cancelled."""
    call(server, "POST", f"/flow_runs/{run}/set_state", state={"type": "CANCELLING"})
    until(lambda: call(server, "GET", f"/flow_runs/{run}").json()["state"]["type"] == "CANCELLED")


@pytest.mark.parametrize("order", deep(signal.SIGTERM, signal.SIGINT))
def test_a_cancelled_run_and_serving_that_is_told_to_stop_sign_out_and_leave_nothing(
    server: Server,
    deployed: dict[str, str],
    serving: subprocess.Popen[bytes],
    book: Ledger,
    office: Practice,
    marks: Path,
    order: signal.Signals,
) -> None:
    batch = load(book, office, "availity")
    cancel(server, started_run(server, deployed, batch, marks, 1))
    assert (len(list(marks.glob("signed-out-*"))), left(marks)) == (1, [])
    started_run(server, deployed, batch, marks, 2)
    family = psutil.Process(serving.pid).children(recursive=True)
    serving.send_signal(order)
    serving.wait(ANSWER_SECONDS)
    _, alive = psutil.wait_procs(family, ANSWER_SECONDS)
    assert alive == []
    assert len(list(marks.glob("signed-out-*"))) == 2


# --- the server ----------------------------------------------------------------------------------------------------------------------


def test_the_server_is_private_and_tells_nobody_of_itself(server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Path(os.environ["PREFECT_HOME"])
    assert home.stat().st_mode & 0o777 == 0o700
    said = psutil.Process(server.process).environ()
    assert said["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert said["DO_NOT_TRACK"] == "1"
    assert {found.laddr.ip for found in psutil.Process(server.process).net_connections()} == {"127.0.0.1"}


def test_the_server_answers_only_who_has_its_key_and_calls_it_by_its_own_name(server: Server) -> None:
    assert httpx.post(f"{server.url}/flow_runs/filter", json={}).status_code == httpx.codes.UNAUTHORIZED
    assert httpx.get(f"{server.url}/health", headers={"Host": "payer.example"}).status_code == httpx.codes.BAD_REQUEST
    assert call(server, "GET", "/health").status_code == httpx.codes.OK


def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = "import pathlib, sys, time; from flows.server import local_server\n"
    script += "with local_server(pathlib.Path(sys.argv[1])) as server:\n    print(server.process, flush=True)\n    time.sleep(600)"
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        running = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs([running], ANSWER_SECONDS)
    assert alive == []


def test_a_taken_port_is_said_in_a_sentence(server: Server, tmp_path: Path) -> None:
    from flows.server import local_server

    port = int(re.findall(r":(\d+)/", server.url)[0])
    with pytest.raises(UserError, match=f"port {port}"), local_server(tmp_path, port=port):
        pytest.fail("two servers on one port")
    assert os.environ["PREFECT_API_URL"] == server.url


# --- what is served when -------------------------------------------------------------------------------------------------------------


def test_the_deployments_keep_the_practices_clock_and_no_hour_that_some_nights_lack(server: Server) -> None:
    from flows.deployments import DEPLOYMENTS, runners

    deployed = {one.name: one.apply() for one in runners("America/Denver")}
    for deployment in DEPLOYMENTS:
        minute, hour, *_ = deployment.cron.split()
        assert int(minute) in range(60)
        assert int(hour) not in {1, 2, 3}
        (schedule,) = call(server, "GET", f"/deployments/{deployed[deployment.name]}").json()["schedules"]
        assert schedule["active"]
        assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == (deployment.cron, "America/Denver")


def test_prefect_yaml_is_written_from_the_list(server: Server) -> None:
    from flows.deployments import DEPLOYMENTS, ZONE, prefect_yaml

    assert (ROOT / "prefect.yaml").read_text() == prefect_yaml(ZONE)
    assert [one["name"] for one in yaml.safe_load(prefect_yaml())["deployments"]] == [one.name for one in DEPLOYMENTS]


@pytest.mark.deep
def test_prefect_deploy_takes_prefect_yaml_as_it_is(server: Server) -> None:
    from flows.deployments import DEPLOYMENTS, WORK_POOL

    assert call(server, "POST", "/work_pools/", name=WORK_POOL, type="process").status_code == httpx.codes.CREATED
    subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"], cwd=ROOT, check=True, capture_output=True, timeout=120
    )
    found = call(server, "POST", "/deployments/filter", work_pools={"name": {"any_": [WORK_POOL]}}).json()
    assert {one["name"]: one["schedules"][0]["schedule"]["cron"] for one in found} == {one.name: one.cron for one in DEPLOYMENTS}
    assert {one["enforce_parameter_schema"] for one in found} == {True}
    before = len(stored_runs(server))
    for one in found:
        told = call(server, "POST", f"/deployments/{one['id']}/create_flow_run", parameters={"patient": PATIENT})
        assert told.status_code == httpx.codes.CONFLICT
    assert len(stored_runs(server)) == before


# --- privacy -------------------------------------------------------------------------------------------------------------------------


def holders(folder: Path, text: str) -> list[str]:
    return [str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


def test_prefect_keeps_no_word_of_a_patient(server: Server, office: Practice, book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    import prefect
    from prefect.logging.handlers import APILogWorker

    def share(*_: Any, **__: Any) -> ShareReport:
        raise LookupError(f"no member {PATIENT}")

    @prefect.flow(name="planted")
    def planted(who: str) -> None:
        raise ValueError

    shares(monkeypatch, share)
    batch, kept = load(book, office, "availity"), Path(os.environ["PREFECT_HOME"])
    assert run_claims(batch).is_failed()
    with pytest.raises(UserError):
        run_claims(PATIENT)
    planted("Planted-Leak", return_state=True)
    APILogWorker.drain_all()
    until(lambda: holders(kept, batch) and holders(kept, "Planted-Leak"))  # the search finds what is there
    assert holders(kept, PATIENT) == []


def test_a_run_at_the_desk_does_without_prefect() -> None:
    script = "import json, sys, payerbot.cli, payerbot.commands.batches; "
    script += "print(json.dumps([name for name in sys.modules if name.split('.')[0] in ('prefect', 'flows')]))"
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    assert json.loads(told.stdout) == []


# --- the follow-up of authorizations -------------------------------------------------------------------------------------------------


def test_the_follow_up_brings_in_no_file_and_prepares_nothing(book: Ledger, office: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import inbox
    from flows.prior_auth import prior_auth
    from tests.auth_support import auth_ask

    asked: list[tuple[str, dict[str, Any]]] = []

    def share(portal: str, _login: str, batch: str, **how: Any) -> ShareReport:
        asked.append((batch, how))
        return report(portal)

    shares(monkeypatch, share)
    left = inbox.folder(Job.AUTHS) / "auth_requests.csv"
    left.write_text("request_id\nR-1\n")
    state = prior_auth(return_state=True)
    assert (state.type.value, asked, left.exists()) == ("COMPLETED", [], True), "nothing is open, and that is no failure"
    sheet = support.sheet(auth_ask(), job=Job.AUTHS, login="bot")
    batch = book.add(sheet, business_date=office.business_date(datetime.now(UTC))).batch
    prior_auth(return_state=True)
    assert [(name, how.get("prepare", False)) for name, how in asked] == [(batch, False)]
