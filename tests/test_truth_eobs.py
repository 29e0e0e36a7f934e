from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from sandbox import truth, truth_eobs
from sandbox.truth import Truth, disagreements
from sandbox.world import SEED, Remit, World

ROOT = Path(__file__).parent.parent
Row = dict[str, str]


@cache
def small() -> World:
    return World.generate(SEED, 40, 60)


def of_check(remit: Remit, **changes: str) -> Truth:
    row = next(row for row in small().payment_rows() if row["check_no"] == remit.check_no and row["payer_key"] == remit.payer)
    return truth_eobs.payment(small(), row | changes)


def check(payer: str = "aetna", case: str = "eob_40_claims") -> Remit:
    return next(r for r in small().remits if r.payer == payer and case in r.cases)


@pytest.mark.parametrize(
    "changes,outcome",
    [
        ({}, "answered"),
        ({"check_no": "17638340"}, "answered"),
        ({"check_date": "", "check_amount": ""}, "answered"),
        ({"check_amount": "$3,983.85", "check_date": "10/5/2026"}, "answered"),
        ({"check_no": "0099887766"}, "not_found"),
        ({"check_no": "1763834"}, "not_found"),
        ({"payer_key": "anthem"}, "not_found"),
        ({"check_amount": "3983.84"}, "not_found"),
        ({"check_date": "2026-10-04"}, "not_found"),
        ({"check_no": ""}, "rejected"),
        ({"check_date": "11/31/2026"}, "rejected"),
        ({"payer_key": "", "payer_name": "Sunrise Mutual Aid"}, "rejected"),
        ({"payer_key": "uhc"}, "wrong_portal"),
    ],
)
def test_which_check_is_meant(changes: Row, outcome: str) -> None:
    assert of_check(check(), **changes).outcome == outcome


def test_a_scan_a_withheld_document_and_a_payer_without_access_are_not_answered() -> None:
    scan = check("magellan", "eob_scanned")
    assert (of_check(scan).outcome, of_check(scan).fields["check_no"]) == ("unreadable", scan.check_no)
    assert of_check(next(r for r in small().remits if r.payer == "magellan" and r.method == "NON")).outcome == "unreadable"
    gated = of_check(next(r for r in small().remits if r.payer == "carelon"))
    assert (gated.outcome, gated.answerable) == ("needs_person", False)
    assert disagreements({"outcome": "answered"}, gated) == ["outcome"]
    assert disagreements({"outcome": ""}, gated) == []


def claim_row(payer: str) -> Row:
    return next(row for row in small().payment_rows() if not row["check_no"] and row["payer_key"] == payer)


def test_a_claim_leads_to_its_check() -> None:
    row = claim_row("humana")
    found = truth_eobs.payment(small(), row)
    assert found.outcome == "answered"
    assert row["payer_claim_no"] in {line["payer_claim_no"] for line in found.lines}
    own_number = truth_eobs.payment(small(), row | {"payer_claim_no": ""})
    assert own_number == found
    assert truth_eobs.payment(small(), row | {"charge_amount": "1.00"}).outcome == "not_found"
    assert truth_eobs.payment(small(), row | {"dos_from": "2026-01-05", "dos_to": "2026-01-05"}).outcome == "not_found"


def test_a_claim_that_was_taken_back_is_on_two_checks_unless_its_charge_or_number_says_which() -> None:
    taken = next(c for r in small().remits if r.payer == "humana" for c in r.claims if c.state == "reversed")
    row = claim_row("humana") | {"claim_id": taken.claim_id, "payer_claim_no": "", "dos_from": "", "dos_to": "", "charge_amount": ""}
    assert truth_eobs.payment(small(), row).outcome == "ambiguous"
    by_charge = truth_eobs.payment(small(), row | {"charge_amount": str(-taken.charge)})
    by_number = truth_eobs.payment(small(), row | {"payer_claim_no": taken.payer_claim_no})
    assert by_charge.outcome == by_number.outcome == "answered"
    assert by_charge.fields["check_no"] != by_number.fields["check_no"]


def test_the_lines_are_the_whole_remittance_to_the_cent() -> None:
    remit = check("aetna", "posted_L6")
    found = of_check(remit)
    assert len(found.lines) == sum(len(c.lines) for c in remit.claims) == 10
    assert {line["balance_ok"] for line in found.lines} == {"Y"}
    assert found.plbs == f"L6 {remit.plbs[0].reference}:-3.42"
    assert tuple(found.lines[0]) == truth_eobs.LINE_COLUMNS
    assert any(line["adjustments"].count("CO-") == 2 for line in found.lines)
    assert {"4", "1"} == {line["clp_status"] for line in found.lines}


def test_a_wrong_cent_a_missing_and_a_foreign_line_are_seen() -> None:
    found = of_check(check("aetna", "posted_L6"))
    said = [dict(line) for line in reversed(found.lines)]
    assert truth_eobs.line_disagreements(said, found) == []
    spelled = [
        line | {"check_or_eft": line["check_or_eft"].lstrip("0"), "mods": line["mods"].replace(" ", ";"), "allowed": ""} for line in said
    ]
    assert truth_eobs.line_disagreements(spelled, found) == []
    said[3]["paid"] = "0.01"
    assert [text.partition(": ")[2] for text in truth_eobs.line_disagreements(said, found)] == ["paid"]
    assert truth_eobs.line_disagreements(said[:3] + said[4:], found) == ["missing"]
    assert "too many" in truth_eobs.line_disagreements([*found.lines, found.lines[0]], found)


def test_a_result_row_is_compared_with_the_check() -> None:
    found = of_check(check())
    said = {"payerbot_outcome": "answered", **{f"payerbot_{k}": v for k, v in found.fields.items()}}
    assert disagreements(said | {"payerbot_check_no": "17638340"}, found) == []
    assert disagreements(said | {"payerbot_check_amount": "3983.84"}, found) == ["check_amount"]


def test_every_row_of_the_example_file_has_a_truth_and_each_end_occurs(tmp_path: Path) -> None:
    path = ROOT / "examples" / "payments.csv"
    printed = subprocess.run(
        [sys.executable, "-m", "sandbox.truth", str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    truths = truth.from_json(printed)
    assert truths == truth.of_file(small(), path)
    ends = {t.outcome for t in truths.values()}
    assert ends == {"answered", "not_found", "unreadable", "needs_person", "wrong_portal", "rejected"}
    assert sum(t.outcome == "answered" for t in truths.values()) > 15


def test_large_worlds_answer_every_check_of_theirs() -> None:
    world = World.generate(12, 400, 800)
    rows = [row for row in world.payment_rows() if row["check_no"]]
    ends = [truth_eobs.payment(world, row).outcome for row in rows]
    assert len(rows) > 60
    assert {"answered", "needs_person"} <= set(ends) <= {"answered", "unreadable", "needs_person", "wrong_portal"}
