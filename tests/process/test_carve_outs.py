"""A plan that names another administrator of its behavioral benefits: that one is asked in the same run, and the row has both."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from payerbot import intake
from payerbot.model import CarveOut, EligibilityResult, Job, Outcome
from portals import KNOWN
from sandbox.world import AS_OF
from tests.process import support

if TYPE_CHECKING:
    from payerbot.rows import Line


def carved_out(office: support.Office) -> str:
    """A batch of the one visit whose plan names an administrator."""
    member = next(m for m in support.world().members if "carve_out_named" in m.cases)
    row = next(row for row in support.world().schedule_rows() if row["patient_key"] == member.key)
    path = office.folder / "schedule.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(row))
        writer.writeheader()
        writer.writerow(row)
    with office.ledger() as ledger:
        return ledger.add(intake.read(path, Job.ELIGIBILITY, office.practice, AS_OF, built=KNOWN), business_date=AS_OF).batch


def line_of(office: support.Office, batch: str) -> Line:
    (line,) = office.lines(batch)
    return line


@pytest.mark.deep
def test_the_administrator_is_asked_in_the_same_run_and_the_row_has_both_answers_with_their_evidence(office: support.Office) -> None:
    kept = next(route for route in office.said["routes"] if route["payer"] == "carelon") | {"aliases": ["Carelon Behavioral Health"]}
    office.said["routes"] = [kept if route["payer"] == "carelon" else route for route in office.said["routes"]]
    office.write_practice()
    batch = carved_out(office)
    office.run(batch)
    line = line_of(office, batch)
    answer = line.answer
    assert isinstance(answer, EligibilityResult)
    named = CarveOut(name="Carelon Behavioral Health", phone="1-800-555-0167", payer_id="BHOVO")
    assert (answer.outcome, answer.carve_out) == (Outcome.ANSWERED, named)
    assert answer.warnings[-1] == "asked at the administrator of the behavioral benefits: not found"
    assert {event["payer"] for event in office.twin.records("search")} == {"anthem", "carelon"}
    assert len(set(line.evidence)) >= 2, "a page of each"
    assert office.counts(batch) == {"done": 1}


@pytest.mark.deep
def test_an_administrator_that_nobody_can_ask_leaves_the_plans_own_answer(office: support.Office) -> None:
    batch = carved_out(office)
    office.run(batch)
    line = line_of(office, batch)
    assert line.answer is not None
    assert line.answer.outcome is Outcome.ANSWERED
    assert {event["payer"] for event in office.twin.records("search")} == {"anthem"}
