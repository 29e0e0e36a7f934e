"""The example files: exactly the rows that the simulated payers' world calls impossible to ask are rejected."""

from __future__ import annotations

from pathlib import Path

import pytest

from payerbot import intake
from payerbot.model import Job
from payerbot.practice import Practice
from sandbox import truth
from sandbox.world import AS_OF, SEED, World

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize("name, job", [("schedule.csv", Job.ELIGIBILITY), ("open_claims.csv", Job.CLAIM_STATUS)])
def test_the_rows_that_cannot_be_asked_are_rejected_and_no_others(name: str, job: Job) -> None:
    practice = Practice.load(EXAMPLES / "practice.yaml")
    sheet = intake.read(EXAMPLES / name, job, practice, AS_OF, built=("availity",))
    world = World.generate(SEED, 40, 60, AS_OF)
    expected = truth.of_file(world, EXAMPLES / name)
    assert [row.line for row in sheet.rows] == list(expected)
    assert {row.line for row in sheet.rows if row.ask is None} == {line for line, true in expected.items() if true.outcome == "rejected"}
    assert {row.line for row in sheet.rows if row.ask and row.portal != "availity"} == {
        line for line, true in expected.items() if true.outcome == "wrong_portal"
    }
    assert all((row.login == "") == (row.portal != "availity") for row in sheet.rows)
