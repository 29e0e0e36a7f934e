"""The audit: what someone without the key did to it is found."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from payerbot.ledger.book import Ledger
from tests.deep import deep
from tests.ledger_support import DAY, LOGIN, PORTAL, Place, answer_all, claims, fetch


@pytest.fixture
def book(place: Place) -> Ledger:
    return place.ledger()


@pytest.fixture
def kept(book: Ledger) -> Ledger:
    """A ledger with a few entries."""
    for n in range(5):
        book.log("Robin", "look", f"P{n}", f"entry {n}")
    assert book.verify_audit() == []
    return book


def tamper(book: Ledger, *statements: str) -> None:
    """What someone does who may write the database and has no key."""
    if book.engine.dialect.name == "sqlite":
        off = ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
    else:
        off = ["ALTER TABLE audit DISABLE TRIGGER ALL"]
    with book.engine.begin() as connection:
        for statement in (*off, *statements):
            connection.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'Kim'", "DELETE FROM audit", "DELETE FROM audit WHERE n = 1"])
def test_the_database_itself_refuses_to_change_an_entry(kept: Ledger, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), kept.engine.begin() as connection:
        connection.execute(text(statement))
    assert kept.verify_audit() == []


@pytest.mark.parametrize(
    "change",
    ["actor = 'Kim'", "action = 'load'", "subject = ''", "at = '2026-11-20 10:00:00.000000'", "mac = (SELECT mac FROM audit WHERE n = 2)"],
)
def test_an_edited_entry_is_found(kept: Ledger, change: str) -> None:
    tamper(kept, f"UPDATE audit SET {change} WHERE n = 3")  # noqa: S608  the words stand above
    assert "Audit entry 3 was changed." in kept.verify_audit()


def test_a_text_put_in_from_another_entry_is_found(kept: Ledger) -> None:
    tamper(kept, "UPDATE audit SET detail = (SELECT detail FROM audit WHERE n = 2) WHERE n = 3")
    assert kept.verify_audit() == ["Audit entry 3 was changed."]


def test_a_damaged_text_is_found_and_the_rest_is_still_checked(kept: Ledger) -> None:
    damage = "UPDATE audit SET detail = (SELECT mac FROM audit WHERE n = 2) WHERE n = 3"
    tamper(kept, damage, "UPDATE audit SET actor = 'Kim' WHERE n = 5")
    assert kept.verify_audit() == ["Audit entry 3 was changed.", "Audit entry 5 was changed."]


def test_a_deleted_entry_is_found(kept: Ledger) -> None:
    tamper(kept, "DELETE FROM audit WHERE n = 3")
    assert "Audit entries 3 to 3 are missing." in kept.verify_audit()


def test_a_deleted_entry_is_found_also_when_the_rest_is_numbered_anew(kept: Ledger) -> None:
    tamper(kept, "DELETE FROM audit WHERE n = 3", "UPDATE audit SET n = 3 WHERE n = 4", "UPDATE audit SET n = 4 WHERE n = 5")
    assert "Audit entry 3 was changed." in kept.verify_audit()


def test_a_cut_off_end_is_found_by_the_head_in_the_database(kept: Ledger) -> None:
    tamper(kept, "DELETE FROM audit WHERE n > 3")
    problems = " ".join(kept.verify_audit())
    assert "says 6 entries, the last one there is 3" in problems


def test_a_cut_off_end_with_a_head_to_match_is_found_by_the_copy_outside(kept: Ledger) -> None:
    tamper(kept, "DELETE FROM audit WHERE n > 3", "UPDATE audit_head SET n = 3, mac = (SELECT mac FROM audit WHERE n = 3)")
    assert kept.verify_audit() == ["The audit ends at 3, although 6 entries were written: it was cut off, or is an older copy."]


def test_a_head_that_does_not_fit_is_found(kept: Ledger) -> None:
    tamper(kept, "UPDATE audit_head SET mac = (SELECT mac FROM audit WHERE n = 2)")
    assert "The audit's head does not fit its last entry." in kept.verify_audit()


def test_an_entry_written_while_the_audit_is_checked_is_no_false_alarm(kept: Ledger, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    beside, walk = place.ledger(), kept._walk

    def walk_slowly(connection: Connection) -> object:
        found = walk(connection)
        beside.log("Kim", "look")  # in the ledger and told outside, before the copy outside is compared
        return found

    monkeypatch.setattr(kept, "_walk", walk_slowly)
    assert kept.verify_audit() == []
    monkeypatch.undo()
    assert kept.verify_audit() == []


def outside(home: Path) -> int:
    """The number of the last entry that a home's copy of the head knows of."""
    return int(json.loads((home / "audit.head").read_text("utf-8"))["oak"]["n"])


@pytest.fixture
def machines(book: Ledger, place: Place, tmp_path: Path) -> Iterator[list[Ledger]]:
    """Two machines, each with a home of its own, on one ledger."""
    other = Ledger.open(place.url, tenant="oak", keys=place.keys, home=tmp_path / "other", clock=place.clock)
    yield [book, other]
    other.close()


def test_two_machines_on_one_ledger_write_one_chain_and_neither_gives_a_false_alarm(machines: list[Ledger]) -> None:
    here, there = machines
    assert fetch(there, "SELECT action FROM audit ORDER BY n") == [("ledger made",), ("audit.head begun anew",)]
    for n in range(6):
        machines[n % 2].log("Robin", "look", f"P{n}")
        assert [one.verify_audit() for one in machines] == [[], []]
    here.log("Robin", "look")
    here.log("Robin", "look")
    assert (outside(here.home), outside(there.home)) == (10, 8), "a machine's copy is as new as its own last entry or check"
    assert there.verify_audit() == []
    assert outside(there.home) == 10


def test_what_was_cut_off_is_found_on_the_machine_that_wrote_it(machines: list[Ledger]) -> None:
    here, there = machines
    there.log("Robin", "look")
    assert here.verify_audit() == []
    here.log("Robin", "look")
    tamper(here, "DELETE FROM audit WHERE n > 3", "UPDATE audit_head SET n = 3, mac = (SELECT mac FROM audit WHERE n = 3)")
    assert ["cut off" in problem for problem in here.verify_audit()] == [True]
    assert there.verify_audit() == [], "it had last written, or checked, before that entry"
    there.log("Kim", "something else")
    assert ["is not the one that was written" in problem for problem in here.verify_audit()] == [True]


def test_an_older_copy_of_the_whole_ledger_is_found(home: Path) -> None:
    place = Place(home)
    place.ledger().log("Robin", "look")
    place.close()
    shutil.copyfile(place.file, home / "older.sqlite")
    place.ledger().log("Robin", "look again")
    place.close()
    shutil.copyfile(home / "older.sqlite", place.file)
    problems = place.ledger().verify_audit()
    place.close()
    assert ["older copy" in problem for problem in problems] == [True]


def test_a_history_that_forked_from_an_older_copy_is_found(home: Path) -> None:
    place = Place(home)
    place.ledger().log("Robin", "look")
    place.close()
    shutil.copyfile(place.file, home / "older.sqlite")
    place.ledger().log("Robin", "look again")
    place.close()
    shutil.copyfile(home / "older.sqlite", place.file)
    forked = place.ledger()
    forked.log("Kim", "something else")
    problems = forked.verify_audit()
    place.close()
    assert ["is not the one that was written" in problem for problem in problems] == [True]


@pytest.mark.parametrize(
    "field, value", [("n", 1), ("mac", "00"), ("at", "2026-01-01T00:00:00+00:00"), ("seal", "nonsense"), ("n", "many")]
)
def test_a_changed_copy_of_the_head_is_found(kept: Ledger, field: str, value: object) -> None:
    path = kept.home / "audit.head"
    told = json.loads(path.read_text("utf-8"))
    told["oak"][field] = value
    path.write_text(json.dumps(told), "utf-8")
    assert kept.verify_audit() == ["The copy of the audit's head (audit.head) was changed."]


@pytest.mark.parametrize("content", [None, "", "[]", "{}"])
def test_a_missing_copy_of_the_head_is_found_and_beginning_it_anew_is_on_record(kept: Ledger, place: Place, content: str | None) -> None:
    path = kept.home / "audit.head"
    path.unlink()
    if content is not None:
        path.write_text(content, "utf-8")
    assert kept.verify_audit() == ["The copy of the audit's head (audit.head) is missing or damaged."]
    anew = place.ledger()
    assert anew.verify_audit() == []
    assert fetch(anew, "SELECT action FROM audit ORDER BY n DESC")[0][0] == "audit.head begun anew"


def test_the_copy_outside_is_behind_after_a_crash_and_that_is_no_problem(kept: Ledger) -> None:
    path = kept.home / "audit.head"
    before = path.read_bytes()
    kept.log("Robin", "look")
    path.write_bytes(before)
    assert kept.verify_audit() == []


def test_a_subject_is_a_pseudonym_that_is_the_same_every_time(kept: Ledger) -> None:
    kept.log("Robin", "look", "P1")
    subjects = [subject for (subject,) in fetch(kept, "SELECT subject FROM audit WHERE action = 'look' ORDER BY n")]
    assert subjects[1] == subjects[5] != subjects[2]
    assert "P1" not in subjects
    assert kept.pseudonym("P1") == subjects[1]


def test_each_question_put_to_a_portal_is_a_look_at_that_patient(book: Ledger) -> None:
    batch = book.add(claims(2), business_date=DAY).batch
    answer_all(book, batch)
    asked = fetch(book, "SELECT actor, subject FROM audit WHERE action = 'ask' ORDER BY n")
    assert asked == [("sweep", book.pseudonym("P1")), ("sweep", book.pseudonym("P2"))]


def test_practices_have_chains_of_their_own(place: Place) -> None:
    oak, elm = place.ledger(tenant="oak"), place.ledger(tenant="elm")
    oak.log("Robin", "look")
    elm.log("Kim", "look")
    oak.log("Robin", "look")
    assert oak.verify_audit() == elm.verify_audit() == []
    tamper(oak, "UPDATE audit SET actor = 'X' WHERE tenant = 'oak' AND n = 2")
    assert oak.verify_audit() == ["Audit entry 2 was changed."]
    assert elm.verify_audit() == []


# As the office does it

TENANT = "harborlight"  # of the example practice
WRITE = f"""
import threading
with place.ledger(tenant="{TENANT}", clock=False) as book:
    def write(who):
        for n in range(50):
            book.log(who, "look", f"P{{n}}", f"entry {{n}}")
    threads = [threading.Thread(target=write, args=(f"{{sys.argv[1]}}.{{n}}",)) for n in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
"""


@pytest.fixture
def office(place: Place, practice_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """The example practice, whose ledger is this place's; its key is made up."""
    from payerbot import logs
    from payerbot.settings import settings
    from payerbot.vault import LEDGER_KEY, derive

    key = os.urandom(32)
    (tmp_path / "vault.json").write_text(json.dumps({LEDGER_KEY: base64.b64encode(key).decode()}), "utf-8")
    for name, value in {"DEMO_VAULT": str(tmp_path / "vault.json"), "LEDGER_URL": place.url}.items():
        monkeypatch.setenv(f"PAYERBOT_{name}", value)
    settings.cache_clear()
    place.keys = derive(key)
    yield place.ledger(tenant=TENANT)
    logs.file.close()


def verify() -> tuple[int, str]:
    """How `payerbot audit verify` ends, and what it says."""
    from payerbot.cli import app

    done = CliRunner().invoke(app, ["audit", "verify"])
    return done.exit_code, done.output.strip()


@pytest.mark.parametrize("database", ["sqlite", *deep("postgresql")], indirect=True)
def test_six_hundred_entries_of_processes_and_threads_at_once_are_one_chain(office: Ledger, place: Place) -> None:
    children = [place.child(WRITE, str(n)) for n in range(3)]
    for child in children:
        child.communicate(timeout=300)
    assert [child.returncode for child in children] == [0] * 3
    assert fetch(office, "SELECT count(*), max(n), min(n) FROM audit") == [(601, 601, 1)]
    assert fetch(office, "SELECT DISTINCT count(*) FROM audit WHERE action = 'look' GROUP BY actor") == [(50,)], "12 writers, none lost"
    assert verify() == (0, "The record is whole: nobody without the key has changed it.")


@pytest.mark.parametrize(
    "statements, words",
    [
        (["UPDATE audit SET actor = 'Kim' WHERE n = 3"], "Audit entry 3 was changed."),
        (["DELETE FROM audit WHERE n = 3"], "Audit entries 3 to 3 are missing."),
        (["DELETE FROM audit WHERE n > 3"], "entries were cut off or added"),
        (["DELETE FROM audit WHERE n > 3", "UPDATE audit_head SET n = 3, mac = (SELECT mac FROM audit WHERE n = 3)"], "it was cut off"),
    ],
    ids=["edited", "deleted", "cut off", "cut off with its head"],
)
def test_the_command_finds_what_was_edited_deleted_or_cut_off(office: Ledger, statements: list[str], words: str) -> None:
    for n in range(5):
        office.log("Robin", "look", f"P{n}", f"entry {n}")
    assert verify()[0] == 0
    tamper(office, *statements)
    code, said = verify()
    assert code == 1
    assert words in said


def _fail(book: Ledger) -> None:
    with book.audited() as connection:
        book.enter(connection, "Robin", "look")
        raise RuntimeError


def test_a_transaction_that_fails_leaves_no_entry(book: Ledger) -> None:
    book.take_lease(PORTAL, LOGIN, life=60)
    before = fetch(book, "SELECT count(*) FROM audit")
    with pytest.raises(RuntimeError):
        _fail(book)
    assert fetch(book, "SELECT count(*) FROM audit") == before
    assert book.verify_audit() == []
