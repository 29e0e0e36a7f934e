"""Two nights with the same file: what changed at the payer is seen; the same file again on one day asks nothing twice."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from payerbot import intake
from payerbot.model import Job
from payerbot.outlet import files
from payerbot.outlet.columns import Run
from payerbot.settings import settings
from portals import KNOWN
from sandbox import truth
from sandbox.world import AS_OF
from tests.process import support

if TYPE_CHECKING:
    from payerbot.rows import BatchReport

NIGHTS = 3


def changing(count: int) -> list[Mapping[str, str]]:
    """Open claims that stand elsewhere within the next nights."""
    later = support.world().on_night(NIGHTS)
    rows = support.answerable(Job.CLAIM_STATUS)
    found = [row for row in rows if truth.claim(support.world(), row).fields["state"] != truth.claim(later, row).fields["state"]]
    assert len(found) >= count
    return list(found[:count])


def loaded(office: support.Office, rows: list[Mapping[str, str]], day: date) -> BatchReport:
    path = office.folder / "open_claims.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    sheet = intake.read(path, Job.CLAIM_STATUS, office.practice, day, built=KNOWN)
    with office.ledger() as ledger:
        return ledger.add(sheet, business_date=day)


def answers(office: support.Office, batch: str, out: Path) -> list[dict[str, str]]:
    with office.ledger() as ledger:
        info = ledger.batch(batch)
        files.write(ledger.lines(batch), info.header, info.job, out, Run(batch, office.practice.zone))
    with out.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


@pytest.mark.deep
def test_the_next_night_sees_what_changed_and_the_same_file_on_one_day_asks_nothing_twice(
    office: support.Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = changing(2)
    first = loaded(office, rows, AS_OF)
    office.run(first.batch)
    before = answers(office, first.batch, office.folder / "first.csv")
    assert [truth.disagreements(line, truth.claim(support.world(), row)) for line, row in zip(before, rows, strict=True)] == [[], []]

    searches = len(office.twin.records("search"))
    again = loaded(office, rows, AS_OF)
    assert (again.batch, again.resumed, again.added) == (first.batch, True, 0)
    office.run(again.batch)
    assert len(office.twin.records("search")) == searches

    later = AS_OF + timedelta(days=NIGHTS)
    office.twin.night(NIGHTS)
    monkeypatch.setenv("PAYERBOT_DEV_TODAY", later.isoformat())
    settings.cache_clear()
    second = loaded(office, rows, later)
    assert second.batch != first.batch
    office.run(second.batch)
    after = answers(office, second.batch, office.folder / "second.csv")
    world = support.world().on_night(NIGHTS)
    assert [truth.disagreements(line, truth.claim(world, row)) for line, row in zip(after, rows, strict=True)] == [[], []]
    assert all(old["state"] != new["state"] for old, new in zip(before, after, strict=True))


@pytest.mark.deep
def test_a_row_that_was_not_asked_yet_shows_the_last_good_answer_with_its_date(office: support.Office) -> None:
    rows = changing(1)
    first = loaded(office, rows, AS_OF)
    office.run(first.batch)
    known = answers(office, first.batch, office.folder / "first.csv")[0]
    assert (known["last_answer"], known["last_answer_at"]) == ("", "")

    second = loaded(office, rows, AS_OF + timedelta(days=1))
    line = answers(office, second.batch, office.folder / "second.csv")[0]
    assert (line["to_do"], line["state"], line["outcome"]) == ("NOT CHECKED", "", "waiting")
    assert (line["last_answer"], line["last_answer_at"]) == (f"{known['to_do']}: {known['why']}", known["answered_at"])
