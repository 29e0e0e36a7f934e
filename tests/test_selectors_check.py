"""`payerbot selectors check` and `payerbot portals`: one real sign-in at a simulated portal, and what is said without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from payerbot import logs
from payerbot.cli import app
from payerbot.settings import settings
from payerbot.vault import KeyringVault, Part

if TYPE_CHECKING:
    from sandbox.client import Twin
    from tests.keyring_session import KeyringSession

TENANT = "harborlight"  # the example practice's


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    from sandbox.client import running

    with running(staging_ms=(0, 1)) as found:
        yield found


@pytest.fixture
def payerbot(home: Path) -> Iterator[Any]:
    """Runs one command in this process; the share is a process of its own."""

    def command(*arguments: str) -> tuple[int, str, str]:
        settings.cache_clear()
        done = CliRunner().invoke(app, list(arguments), prog_name="payerbot")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    yield command
    logs.file.close()


@pytest.fixture
def login(os_keyring: KeyringSession, practice_file: Path) -> KeyringVault:
    return KeyringVault(TENANT)


@pytest.fixture
def simulated(login: KeyringVault, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> Twin:
    """The portal is a twin, and the login's secrets are in the keyring."""
    user = twin.users[0]
    for part, secret in ((Part.USER, user.user_id), (Part.PASSWORD, user.password), (Part.TOTP, user.totp_seed)):
        login.put("availity", "automation-1", part, secret)
    monkeypatch.setenv("PAYERBOT_DEV_PORTALS", f"availity={twin.base_url('availity')}")
    monkeypatch.setenv("PAYERBOT_DEV_TODAY", twin.as_of.isoformat())
    settings.cache_clear()
    return twin


def test_it_signs_in_goes_through_the_forms_and_says_what_finds_each_element(
    payerbot: Any, simulated: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "availity.yaml").write_text(
        "screens:\n  eligibility_form:\n    payer:\n"
        "      - {css: '#long-gone', why: the old page had it, from: forum}\n      - {label: Payer, from: guide}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PAYERBOT_SELECTORS_OVERLAY", str(overlay))
    simulated.reset_records()
    code, out, err = payerbot("selectors", "check", "availity", "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    found = {(one["screen"], one["element"]): one for one in told["found"]}
    assert {screen for screen, _ in found} >= {"shell", "eligibility_form", "claim_form", "remits"}
    assert found["eligibility_form", "payer"] | {"screen": "", "element": ""} == {
        "screen": "", "element": "", "matched": 2, "ways": 2, "how": "label", "origin": "guide"
    }  # fmt: skip
    assert found["shell", "leave"]["matched"] == 1
    assert found["claim_form", "not_served"]["matched"] is None
    assert "claim_detail" in told["not_looked_at"]
    assert found["remits", "csv"]["matched"] == 1
    assert [one["app"] for one in simulated.records("search")] == ["remits"]  # the viewer lists the last days' checks by itself
    assert len(simulated.records("sign_in")) == 1
    assert simulated.records("session_end")


@pytest.mark.deep
def test_a_dead_element_is_said_in_the_table(payerbot: Any, simulated: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "availity.yaml").write_text(
        "screens:\n  shell:\n    claims_menu: {css: '#long-gone', why: the old page had it, from: forum}\n", encoding="utf-8"
    )
    monkeypatch.setenv("PAYERBOT_SELECTORS_OVERLAY", str(overlay))
    code, out, _ = payerbot("selectors", "check", "availity")
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "shell claims_menu nothing forum" in lines
    assert "shell leave css (way 1 of 1) code" in lines
    assert lines[-1].startswith("Not looked at")


def test_without_a_twin_it_waits_for_the_owners_permission(payerbot: Any, login: KeyringVault) -> None:
    login.put("availity", "automation-1", Part.USER, "someone")
    login.put("availity", "automation-1", Part.PASSWORD, "a-made-up-password")
    code, out, _ = payerbot("selectors", "check", "availity")
    assert code == 3
    assert "payerbot permit availity" in out


def test_portals_are_listed_without_a_practice_file(payerbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYERBOT_PRACTICE", str(tmp_path / "none.yaml"))
    code, out, err = payerbot("portals")
    assert (code, err) == (0, "")
    (availity,) = [line for line in out.splitlines() if line.startswith("availity")]
    assert "not known: there is no practice file" in availity


def test_the_table_for_documents_names_each_capability_and_how_well_it_is_documented(payerbot: Any) -> None:
    code, out, _ = payerbot("portals", "--markdown")
    assert code == 0
    head, rule, *rows = out.splitlines()
    assert head == "| portal | eligibility | claim-status | eobs | auths | letters | rule on automated use |"
    assert rule == "| --- | --- | --- | --- | --- | --- | --- |"
    assert any(
        row.startswith("| Availity Essentials (`availity`) | partly documented | partly documented | partly documented |") for row in rows
    )
