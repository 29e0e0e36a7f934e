"""What a payer wrote, from a file of payers to the list of letters and the documents, through a real share at a simulated portal."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from payerbot.model import Job
from payerbot.vault import Part
from sandbox import letters
from sandbox.world import AS_OF, SEED, World
from tests.process import support

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.client import Twin

pytestmark = pytest.mark.deep
PORTAL = "uhc"
MONTH = timedelta(days=30)


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    from sandbox.client import running

    with running(seed=SEED, members=support.MEMBERS, claims=support.CLAIMS, payers=(PORTAL,), staging_ms=(10, 30)) as found:
        yield found


@pytest.fixture
def at_uhc(office: support.Office, twin: Twin) -> support.Office:
    """The office with its login at another portal."""
    office.said["logins"] = [{**office.said["logins"][0], "portal": PORTAL}]
    office.write_practice()
    office.set_variable("PAYERBOT_DEV_PORTALS", f"{PORTAL}={twin.base_url(PORTAL)}")
    parts = {Part.USER: office.user.user_id, Part.PASSWORD: office.user.password, Part.TOTP: office.user.totp_seed}
    for part, value in parts.items():
        office.vault.put(PORTAL, support.LOGIN, part, value)
    return office


def written() -> list[letters.Mail]:
    world = World.generate(SEED, support.MEMBERS, support.CLAIMS, AS_OF, payers=(PORTAL,))
    return letters.between(world, PORTAL, AS_OF - MONTH, AS_OF)


def payerbot(office: support.Office, *words: str) -> tuple[int, str]:
    """Run a command; its exit code and what it printed."""
    with office.cli(*words) as command:
        code, out, _ = command.ended()
    return code, out


def asked(office: support.Office) -> int:
    """`payerbot run letters` with a file of one payer; its exit code."""
    file = office.folder / "payers.csv"
    file.write_text("payer\nUnitedHealthcare\n", encoding="utf-8")
    return payerbot(office, "run", "letters", str(file), "--json")[0]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_every_letter_stands_in_the_list_by_its_day_and_can_be_taken_out(at_uhc: support.Office) -> None:
    assert asked(at_uhc) == 0
    folder = at_uhc.folder
    (line,) = rows(folder / "payers.answers.csv")
    assert (line["to_do"], line["outcome"]) == ("ANSWER", "answered")
    listed = [row for row in rows(folder / "payers.letters.csv") if row["source"] == "letter"]
    assert {row["number"]: row["due"] for row in listed} == {one.number: one.due.isoformat() if one.due else "" for one in written()}
    assert {row["document_proved"] for row in listed} == {"Y"}
    code, out = payerbot(at_uhc, "letters", "export", "--to", str(folder / "out"), "--as", support.OWNER, "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["documents"], told["gone"]) == (len(written()), 0)
    assert {path.read_bytes() for path in (folder / "out").iterdir()} == {letters.pdf(one) for one in written()}
    assert not [one for one in written() if one.patient in out]


def test_a_user_without_the_role_gets_a_question_not_an_empty_list(at_uhc: support.Office) -> None:
    at_uhc.twin.change_user(at_uhc.user.user_id, lacks=["letters"])
    assert asked(at_uhc) == 3
    (line,) = rows(at_uhc.folder / "payers.answers.csv")
    assert (line["outcome"], line["to_do"]) == ("needs_person", "NOT CHECKED")
    assert [question.kind for question in at_uhc.questions()] == ["access_wanted"]


def test_without_a_file_every_payer_is_asked_whose_portal_hands_letters_out(at_uhc: support.Office) -> None:
    from flows import inbox

    (batch,) = inbox.batches(at_uhc.practice, Job.LETTERS)
    with at_uhc.ledger() as ledger:
        assert {line.portal for line in ledger.lines(batch)} == {PORTAL}
        assert ledger.batch(batch).job is Job.LETTERS
    assert inbox.batches(at_uhc.practice, Job.LETTERS) == [batch], "the same day it is the same batch"
