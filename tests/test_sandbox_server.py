"""The sandbox as a process: hosts, control desk, faults, records, sign-in by calls alone, and its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import httpx
import psutil
import pytest

from sandbox import faults
from sandbox.client import PortalUser, SandboxTrouble, Twin, running
from sandbox.logins import Login, default_logins
from sandbox.records import Recorder

API = "/ms/api/availity/internal/v1"
SIGN_IN = "/static/public/onb/onboarding-ui-apps/availity-fr-ui/"
SHELL = "/static/web/onb/onboarding-ui-apps/navigation/"
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def server() -> Iterator[Twin]:
    with running(staging_ms=(0, 0)) as twin:
        yield twin


@pytest.fixture
def twin(server: Twin) -> Twin:
    server.reset()
    server.change(idle_seconds=1800)
    return server


@pytest.fixture
def user(twin: Twin) -> PortalUser:
    return twin.users[0]


class Browser:
    """A browser without pages: it keeps cookies and makes the calls that the pages make."""

    def __init__(self, twin: Twin, *, timeout: float = 10) -> None:
        host = f"{twin.host('availity')}:{twin.port}"
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{twin.port}", headers={"Host": host}, timeout=timeout, trust_env=False)
        self.get(SIGN_IN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def post(self, call: str, **body: object) -> dict[str, Any]:
        answer = self.http.post(API + call, json=body)
        told: dict[str, Any] = answer.json()
        return {**told, "http": answer.status_code}

    def password(self, user: PortalUser, password: str = "") -> str:
        outcome: str = self.post("/authenticate", userId=user.user_id, password=password or user.password)["outcome"]
        return outcome

    def code(self, code: str, way: str = "app") -> str:
        assert self.post("/two-step/method", way=way)["http"] == 200
        outcome: str = self.post("/two-step/verify", code=code)["outcome"]
        return outcome

    def sign_in(self, user: PortalUser) -> str:
        first = self.password(user)
        return self.code(user.code()) if first == "code_wanted" else first

    def is_in(self) -> bool:
        return self.get(f"{API}/users/me").status_code == 200


@pytest.fixture
def browser(twin: Twin) -> Iterator[Browser]:
    with Browser(twin) as made:
        yield made


@pytest.fixture
def other(twin: Twin) -> Iterator[Browser]:
    with Browser(twin) as made:
        yield made


def wrong_code(user: PortalUser) -> str:
    return next(c for c in ("000000", "111111", "222222", "333333") if c not in {user.code(-30), user.code(), user.code(30)})


# hosts and desk


@pytest.mark.parametrize("host", ["localhost", "availity.localhost", "essentials.availity.localhost.example", "127.0.0.1"])
def test_an_unknown_host_is_not_found(twin: Twin, host: str) -> None:
    assert httpx.get(f"http://127.0.0.1:{twin.port}{SIGN_IN}", headers={"Host": host}, trust_env=False).status_code == 404


def test_the_portal_answers_at_its_own_host_only(twin: Twin, browser: Browser) -> None:
    assert browser.get(SIGN_IN).status_code == 200
    assert httpx.get(f"http://127.0.0.1:{twin.port}{SIGN_IN}", headers={"Host": twin.host("control")}, trust_env=False).status_code == 404


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong"])
def test_the_control_desk_wants_its_token(twin: Twin, token: str) -> None:
    headers = {"Host": twin.host("control"), "Authorization": token}
    answer = httpx.get(f"http://127.0.0.1:{twin.port}/records", headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()) == (401, {"error": "the control desk wants its token"})


def test_a_page_without_a_session_leads_to_the_sign_in_page(browser: Browser) -> None:
    answer = browser.get("/static/web/pres/web/eligibility/")
    assert (answer.status_code, answer.headers["location"]) == (302, f"{SIGN_IN}#/login")


def test_the_desk_moves_the_world_to_another_night_and_reset_brings_it_back(twin: Twin) -> None:
    twin.night(1)
    assert [e["night"] for e in twin.records("night")] == [1]
    twin.reset()
    assert twin.records() == []


def test_the_desk_says_what_it_does_not_know(twin: Twin) -> None:
    with pytest.raises(SandboxTrouble, match="no such login"):
        twin.read_user("nobody")
    with pytest.raises(SandboxTrouble, match="a login has no colour"):
        twin.change_user(twin.users[0].user_id, colour="red")
    with pytest.raises(SandboxTrouble, match="no setting is called speed"):
        twin.change(speed=3)


# faults by name and step


@pytest.mark.parametrize(
    "spec,reason",
    [
        ("flood@claims", "no fault is called 'flood'"),
        ("slow", "slow can stand at"),
        ("terms@claims", "terms can stand at home, not at 'claims'"),
        ("error-503@claims:often", "wants a whole number"),
        ("slow@claims:soon", "wants seconds"),
        ("outage@claims:3", "takes no argument"),
        ("code-wanted@sign-in:pigeon", "app, text or email"),
    ],
)
def test_a_fault_that_is_not_there_is_refused_with_a_reason(twin: Twin, spec: str, reason: str) -> None:
    with pytest.raises(SandboxTrouble, match=reason):
        twin.fault(spec)
    assert twin.faults() == []


def test_a_fault_is_read_back_as_it_was_written() -> None:
    specs = ["slow@any:2.5", "availity/error-503@claims:2"]
    assert str(faults.Fault.parse(specs[0])) == specs[0]
    assert str(faults.Fault.parse("error-503@availity/claims:2")) == "error-503@availity/claims:2"
    assert faults.Fault.parse("exfiltrate@home:elsewhere.localhost:9999").arg == "elsewhere.localhost:9999"


def test_faults_count_their_passes_and_stay_with_their_portal() -> None:
    board = faults.FaultBoard(("error-503@availity/claims:2", "session-expiry@coverage:3"))
    assert [board.fires("error-503", "other", "claims") is not None for _ in range(2)] == [False, False]
    assert [board.fires("error-503", "availity", "claims") is not None for _ in range(4)] == [True, True, False, False]
    assert [board.fires("session-expiry", "availity", "coverage") is not None for _ in range(4)] == [False, False, True, False]
    assert board.switch_off("error-503@availity/claims") == 1
    assert board.on() == ["session-expiry@coverage:3"]


def test_every_step_a_fault_can_stand_at_is_a_known_step() -> None:
    for name, kind in faults.KINDS.items():
        assert kind.steps <= {*faults.STEPS, faults.ANY}, name
        for step in kind.steps:
            faults.Fault.parse(f"{name}@{step}")


def test_503_comes_so_often_and_then_no_more(twin: Twin, browser: Browser) -> None:
    twin.fault("error-503@sign-in:2")
    assert [browser.get(SIGN_IN).status_code for _ in range(4)] == [503, 503, 200, 200]
    assert [e["fault"] for e in twin.records("fault")] == ["error-503", "error-503"]


def test_a_slow_step_is_late_for_whoever_does_not_wait(twin: Twin, browser: Browser) -> None:
    twin.fault("slow@sign-in:1")
    browser.http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        browser.get(SIGN_IN)
    browser.http.timeout = httpx.Timeout(10)
    assert browser.get(SIGN_IN).status_code == 200


def test_an_outage_lasts_until_it_is_cleared(twin: Twin, browser: Browser) -> None:
    with twin.with_fault("outage@any"):
        assert [browser.get(path).status_code for path in (SIGN_IN, SHELL, SIGN_IN)] == [503, 503, 503]
    assert browser.get(SIGN_IN).status_code == 200


def test_a_bot_wall_stands_before_pages_and_calls_and_counts_no_attempt(twin: Twin, browser: Browser, user: PortalUser) -> None:
    with twin.with_fault("bot-wall@any"):
        assert (browser.get(SIGN_IN).status_code, "Access Denied" in browser.get(SIGN_IN).text) == (403, True)
        assert browser.post("/authenticate", userId=user.user_id, password=user.password)["http"] == 403
    assert twin.records("sign_in") == []


def test_a_hanging_call_is_answered_once_the_fault_is_cleared(twin: Twin, user: PortalUser) -> None:
    twin.fault("hang@password")
    with Browser(twin, timeout=0.4) as impatient, pytest.raises(httpx.ReadTimeout):
        impatient.password(user)
    assert twin.records("sign_in") == []
    with Browser(twin) as patient, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(patient.password, user)
        while not [e for e in twin.records("fault") if e["fault"] == "hang"][1:]:
            assert not waiting.done()
        twin.clear_faults()
        assert waiting.result(timeout=10) == "code_wanted"


# sign-in, as the server judges it


def test_a_new_device_needs_a_code_and_a_known_one_does_not(twin: Twin, browser: Browser, user: PortalUser) -> None:
    assert (browser.password(user), browser.is_in()) == ("code_wanted", False)
    assert (browser.code(user.code()), browser.is_in()) == ("ok", True)
    assert browser.post("/logout")["http"] == 200
    assert (browser.is_in(), browser.password(user), browser.is_in()) == (False, "ok", True)
    attempts = twin.records("sign_in")
    assert [(e["outcome"], e["known_device"]) for e in attempts] == [("code_wanted", False), ("ok", True)]
    assert attempts[0]["device"] == attempts[1]["device"] != ""


def test_a_second_sign_in_ends_the_first_session_and_only_it(twin: Twin, browser: Browser, other: Browser, user: PortalUser) -> None:
    with Browser(twin) as bystander:
        assert [browser.sign_in(user), bystander.sign_in(twin.users[1]), other.sign_in(user)] == ["ok", "ok", "ok"]
        assert [browser.is_in(), bystander.is_in(), other.is_in()] == [False, True, True]
    assert browser.get(f"{API}/users/me").json()["reason"] == "concurrent"
    ends = twin.records("session_end")
    assert [(e["user"], e["reason"]) for e in ends] == [(user.user_id, "second sign-in")]


def test_requests_after_the_end_of_a_session_are_seen_under_its_label(twin: Twin, browser: Browser, user: PortalUser) -> None:
    browser.sign_in(user)
    mine = twin.records("session_start")[0]["session"]
    twin.person_signs_in(user.user_id)
    ended = twin.records("session_end")[0]
    assert (ended["session"], browser.is_in()) == (mine, False)
    assert [e["session"] for e in twin.records("request", since=ended["seq"])] == [mine]


def test_wrong_passwords_are_counted_and_the_fifth_locks(twin: Twin, browser: Browser, user: PortalUser) -> None:
    assert [browser.password(user, "guess") for _ in range(5)] == ["refused"] * 4 + ["locked"]
    assert browser.password(user) == "locked"
    assert [e["outcome"] for e in twin.records("sign_in")] == ["refused"] * 4 + ["locked"] * 2
    twin.change_user(user.user_id, locked=False, wrong_passwords=0)
    assert browser.password(user) == "code_wanted"


def test_an_unknown_user_id_is_not_written_down(twin: Twin, browser: Browser) -> None:
    assert browser.post("/authenticate", userId="Sommer2026!", password="x")["outcome"] == "refused"
    assert "Sommer2026!" not in json.dumps(twin.records())


def test_neither_password_nor_code_nor_seed_is_ever_written_down(twin: Twin, browser: Browser, user: PortalUser) -> None:
    code = user.code()
    browser.password(user, "not-this-one")
    browser.sign_in(user)
    written = json.dumps(twin.records())
    assert {"sign_in", "code", "session_start"} <= {e["kind"] for e in twin.records()}
    for secret in (user.password, "not-this-one", code, user.totp_seed, *user.backup_codes):
        assert secret not in written


def test_the_code_is_really_checked(twin: Twin, browser: Browser, user: PortalUser) -> None:
    browser.password(user)
    assert (browser.code(wrong_code(user)), browser.is_in()) == ("refused", False)
    assert (browser.code(user.code(-3600)), browser.is_in()) == ("refused", False)
    assert (browser.code(user.code()), browser.is_in()) == ("ok", True)
    assert [e["outcome"] for e in twin.records("code")] == ["refused", "refused", "ok"]


def test_several_wrong_codes_lock_the_account(browser: Browser, other: Browser, user: PortalUser) -> None:
    browser.password(user)
    assert [browser.code(wrong_code(user)) for _ in range(5)] == ["refused"] * 4 + ["locked"]
    assert other.password(user) == "locked"


def test_a_texted_code_is_sent_once_chosen_and_works_once(twin: Twin, browser: Browser, other: Browser, user: PortalUser) -> None:
    browser.password(user)
    assert twin.records("code_sent") == []
    browser.post("/two-step/method", way="text")
    code = twin.sent_code(user.user_id)
    assert browser.post("/two-step/verify", code=code)["outcome"] == "ok"
    assert [(e["user"], e["way"]) for e in twin.records("code_sent")] == [(user.user_id, "text")]
    other.password(user)
    other.post("/two-step/method", way="text")
    assert other.post("/two-step/verify", code=code)["outcome"] == "refused"


def test_a_backup_code_works_once(browser: Browser, other: Browser, user: PortalUser) -> None:
    browser.password(user)
    assert browser.code(user.backup_codes[0], "backup") == "ok"
    other.password(user)
    assert other.code(user.backup_codes[0], "backup") == "refused"
    assert other.code(user.backup_codes[1], "backup") == "ok"


def test_an_expired_password_must_be_changed_before_anything_else(twin: Twin, browser: Browser, user: PortalUser) -> None:
    twin.change_user(user.user_id, password_days_left=0)
    assert (browser.sign_in(user), browser.is_in()) == ("password_expired", False)
    assert browser.post("/password/later")["http"] == 401
    new = "A-new-one-2026"
    assert browser.post("/password", current=user.password, new=new, confirm="other")["outcome"] == "refused"
    assert browser.post("/password", current=user.password, new=new, confirm=new)["outcome"] == "ok"
    assert (browser.is_in(), twin.read_user(user.user_id)["password_days_left"]) == (True, 60)


@pytest.mark.parametrize("days,outcome", [(6, "ok"), (5, "password_expiring"), (1, "password_expiring")])
def test_the_last_five_days_of_a_password_bring_a_warning(twin: Twin, browser: Browser, user: PortalUser, days: int, outcome: str) -> None:
    twin.change_user(user.user_id, password_days_left=days)
    assert browser.sign_in(user) == outcome
    if outcome != "ok":
        assert (browser.is_in(), browser.post("/password/later")["outcome"], browser.is_in()) == (False, "ok", True)
        assert [e["form"] for e in twin.records("press")] == ["password-later"]


def test_outside_the_usual_hours_a_known_device_is_asked_for_a_code(twin: Twin, browser: Browser, user: PortalUser) -> None:
    browser.sign_in(user)
    twin.change_user(user.user_id, usual_hours=(0, 0))
    assert browser.password(user) == "code_wanted"
    twin.change_user(user.user_id, usual_hours=(0, 24))
    assert browser.password(user) == "ok"


@pytest.mark.parametrize(
    "fault,outcome",
    [
        ("wrong-password@sign-in", "refused"),
        ("locked@sign-in", "locked"),
        ("password-expired@sign-in", "password_expired"),
        ("password-expiring@sign-in:3", "password_expiring"),
        ("code-wanted@sign-in", "code_wanted"),
        ("unusual-time@sign-in", "code_wanted"),
    ],
)
def test_sign_in_faults_end_a_good_sign_in_their_own_way(twin: Twin, browser: Browser, user: PortalUser, fault: str, outcome: str) -> None:
    browser.sign_in(user)
    browser.post("/logout")
    with twin.with_fault(fault):
        assert (browser.password(user), browser.is_in()) == (outcome, False)
    assert [e["fault"] for e in twin.records("fault")] == [fault.partition("@")[0]]


def test_a_code_can_be_wanted_by_e_mail_although_the_user_has_no_such_way(twin: Twin, browser: Browser, user: PortalUser) -> None:
    twin.fault("code-wanted@sign-in:email")
    told = browser.post("/authenticate", userId=user.user_id, password=user.password)
    assert [way["value"] for way in told["ways"]] == ["email", "app", "text", "backup"]
    assert browser.post("/two-step/method", way="email")["http"] == 200
    assert browser.post("/two-step/verify", code=twin.sent_code(user.user_id))["outcome"] == "ok"


def test_a_right_code_can_be_rejected(twin: Twin, browser: Browser, user: PortalUser) -> None:
    twin.fault("code-rejected@code")
    browser.password(user)
    assert (browser.code(user.code()), browser.is_in()) == ("refused", False)


@pytest.mark.parametrize("trusts,next_time", [(True, "ok"), (False, "code_wanted")])
def test_only_a_trusted_device_is_remembered_where_the_page_asks(
    twin: Twin, browser: Browser, user: PortalUser, *, trusts: bool, next_time: str
) -> None:
    twin.fault("trust-device@code")
    browser.password(user)
    assert (browser.code(user.code()), browser.is_in()) == ("trust", False)
    assert browser.post("/two-step/trust", trust=trusts)["outcome"] == "ok"
    assert (browser.is_in(), browser.password(user)) == (True, next_time)


def test_idle_time_ends_a_session_and_only_input_counts(twin: Twin, browser: Browser, user: PortalUser) -> None:
    browser.sign_in(user)
    twin.change(idle_seconds=0)
    assert (browser.is_in(), browser.post("/activity")["http"]) == (False, 401)
    assert [e["reason"] for e in twin.records("session_end")] == ["idle"]


@pytest.mark.parametrize("fault,reason", [("session-expiry@home:2", "expired"), ("second-sign-in@home:2", "second sign-in")])
def test_a_session_ends_at_the_pass_that_is_named(twin: Twin, browser: Browser, user: PortalUser, fault: str, reason: str) -> None:
    twin.fault(fault)
    browser.sign_in(user)
    seen = []
    for _ in range(2):
        browser.get(SHELL)
        seen.append(browser.is_in())
    assert seen == [True, False]
    assert [e["reason"] for e in twin.records("session_end")] == [reason]
    assert ("fault" in {e["by"] for e in twin.records("sign_in")}) == (reason == "second sign-in")


def test_the_state_is_remembered_for_the_user(twin: Twin, browser: Browser, other: Browser, user: PortalUser) -> None:
    browser.sign_in(user)
    assert browser.post("/regions", region="XX")["http"] == 400
    assert browser.post("/regions", region="MD")["region"] == "MD"
    other.sign_in(user)
    assert other.get(f"{API}/users/me").json()["region"] == "MD"
    labels = {p["label"] for p in other.get(f"{API}/eligibility/setup").json()["payers"]}
    assert ("HUMANA" in labels, "ANTHEM BLUE CROSS BLUE SHIELD" in labels) == (True, False)


# records


def test_records_are_numbered_without_a_gap_and_the_numbers_go_on_after_a_reset(twin: Twin, browser: Browser, user: PortalUser) -> None:
    browser.sign_in(user)
    numbers = [e["seq"] for e in twin.records()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    twin.reset_records()
    browser.is_in()
    assert [e["seq"] for e in twin.records()] == [numbers[-1] + 1]


def test_every_request_is_written_down_before_it_is_answered(twin: Twin, browser: Browser) -> None:
    twin.reset_records()
    browser.get("/no/such/page")
    browser.get(SIGN_IN)
    assert [(e["portal"], e["method"], e["path"]) for e in twin.records("request")] == [
        ("availity", "GET", "/no/such/page"),
        ("availity", "GET", SIGN_IN),
    ]


def test_an_event_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no event is called 'gossip'"):
        Recorder().add("gossip")


# the process


def run_to_the_first_line(*options: str, through: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    command = [*through, sys.executable, "-m", "sandbox", "--json", "--members", "12", "--claims", "12", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_listens_and_ends_cleanly_on_a_signal(tmp_path: Path, sign: signal.Signals) -> None:
    book = tmp_path / "records.jsonl"
    with run_to_the_first_line("--records", str(book), "--night", "2", "--fault", "slow@claims:1") as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        host = {"Host": f"{ready['hosts']['availity']}:{ready['port']}"}
        assert httpx.get(f"http://127.0.0.1:{ready['port']}{SIGN_IN}", headers=host, trust_env=False).status_code == 200
        process.send_signal(sign)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
    assert ready["faults"] == ["slow@claims:1"]
    written = [json.loads(line) for line in book.read_text(encoding="utf-8").splitlines()]
    assert [e["kind"] for e in written] == ["night", "request"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_hanging_page_does_not_keep_it_from_ending(twin: Twin) -> None:
    with running(staging_ms=(0, 0), members=12, claims=12, faults=["hang@sign-in"]) as hanging:
        host = {"Host": f"{hanging.host('availity')}:{hanging.port}"}
        with httpx.Client(headers=host, timeout=0.3, trust_env=False) as http, pytest.raises(httpx.ReadTimeout):
            http.get(f"http://127.0.0.1:{hanging.port}{SIGN_IN}")
        process = psutil.Process(hanging.pid)
    assert not process.is_running()
    assert twin.faults() == []


def test_it_does_not_outlive_its_parent() -> None:
    parent = textwrap.dedent(
        """
        import os, subprocess, sys
        command = [sys.executable, "-m", "sandbox", "--json", "--members", "12", "--claims", "12", "--parent-pid", str(os.getpid())]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        child.stdout.readline()
        print(child.pid, flush=True)
        sys.stdin.readline()
        os._exit(0)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ}
    ) as outer:
        assert outer.stdout
        orphan = psutil.Process(int(outer.stdout.readline()))
        outer.communicate("\n", timeout=20)
    _, alive = psutil.wait_procs([orphan], timeout=20)
    assert alive == [] or alive[0].status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    "options,reason",
    [(["--fault", "flood@claims"], "no fault is called 'flood'"), (["--parent-pid", "999999999"], "the parent process is gone already")],
)
def test_wrong_usage_ends_with_2_and_one_sentence(options: list[str], reason: str) -> None:
    with run_to_the_first_line(*options) as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.count("\n")) == (2, "", 1)
    assert reason in err


def test_logins_come_from_a_file_when_one_is_given() -> None:
    mine = {
        "user_id": "solo",
        "password": "Made-up-1",
        "totp_seed": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "ways": ["app"],
        "regions": ["OH"],
        "region": "OH",
    }
    with running(members=12, claims=12, users=[mine]) as twin:
        assert [(u.user_id, u.password) for u in twin.users] == [("solo", "Made-up-1")]
        with Browser(twin) as browser:
            assert browser.sign_in(twin.users[0]) == "ok"
            assert browser.get(f"{API}/users/me").json()["region"] == "OH"


def test_the_same_seed_makes_the_same_logins_and_another_seed_others() -> None:
    made = [[login.shown() for login in default_logins(seed)] for seed in (5, 5, 6)]
    assert made[0] == made[1]
    assert not {u["password"] for u in made[0]} & {u["password"] for u in made[2]}


def test_a_login_without_a_usable_seed_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="at least 112 bits"):
        Login.read({"user_id": "solo", "password": "Made-up-1", "totp_seed": "JBSWY3DP"})


def test_the_sandbox_imports_nothing_of_the_product() -> None:
    ours = "[m for m in sys.modules if m.split('.')[0] in ('payerbot', 'portals', 'flows')]"
    probe = f"import sandbox.__main__, sandbox.client, sandbox.availity.twin, sys; print({ours})"
    told = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == "[]"
