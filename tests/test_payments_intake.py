"""Files of payments as practices keep them: a check or a claim is a question, and what names neither is not asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from payerbot import intake
from payerbot.errors import UserError
from payerbot.model import Job
from payerbot.practice import Practice
from payerbot.remittance import EobRequest
from payerbot.rows import NewRow
from sandbox import truth_eobs
from sandbox.world import AS_OF, SEED, World
from tests import intake_support
from tests.intake_support import csv_text, reasons, table

EXAMPLES = Path(__file__).parent.parent / "examples"
CHECK = {"payer_name": "Aetna", "check_no": "0013141402", "check_date": "11/12/2026", "check_amount": "$1,347.87"}
CLAIM = {"payer_name": "Aetna", "claim_id": "HL104187", "payer_claim_no": "", "dos_from": "9/18/26", "charge_amount": "180"}
PATIENT = {"patient_last": "Okonkwo", "patient_first": "Amara", "patient_dob": "1988-03-04", "member_id": "00W123456"}


def payment(folder: Path, row: dict[str, str], **changed: str) -> NewRow:
    (found,) = intake_support.read(folder, csv_text(table({**row, **changed})), Job.EOBS, "payments.csv").rows
    return found


def ask_of(row: NewRow) -> EobRequest:
    assert row.rejects == ()
    assert isinstance(row.ask, EobRequest)
    return row.ask


def test_a_check_is_a_question_without_a_patient(tmp_path: Path) -> None:
    ask = ask_of(payment(tmp_path, CHECK))
    assert (ask.check_no, ask.check_date, ask.amount) == ("0013141402", date(2026, 11, 12), Decimal("1347.87"))
    assert (ask.patient, ask.claim_id, ask.payer_key, ask.billing_npi) == (None, "", "aetna", "1999900016")
    assert ask.group_npis == ("1999900024",)


def test_a_claim_is_a_question_with_its_patient_as_far_as_the_row_has_one(tmp_path: Path) -> None:
    bare = ask_of(payment(tmp_path, CLAIM))
    assert (bare.claim_id, bare.charge, bare.patient) == ("HL104187", Decimal(180), None)
    assert bare.dos_from == bare.dos_to == date(2026, 9, 18)
    whole = ask_of(payment(tmp_path, CLAIM | PATIENT))
    assert whole.patient is not None
    assert (whole.patient.last, whole.patient.member_id) == ("Okonkwo", "00W123456")


def test_a_check_of_nothing_is_one(tmp_path: Path) -> None:
    assert ask_of(payment(tmp_path, CHECK, check_amount="0.00")).amount == 0


@pytest.mark.parametrize(
    "row, changed, column, reason",
    [
        (CHECK, {"check_no": ""}, "check_no", "is empty, and so are the claim's numbers; give one of them"),
        (CLAIM, {"claim_id": "--"}, "check_no", "is empty, and so are the claim's numbers; give one of them"),
        (CHECK, {"check_date": "11/31/2026"}, "check_date", "is a day that does not exist; dates are read month first"),
        (CHECK, {"check_date": "2027-01-05"}, "check_date", "lies in the future"),
        (CHECK, {"check_amount": "(12.00)"}, "check_amount", "is less than nothing; a check never is"),
        (CHECK, {"check_amount": "12.345"}, "check_amount", "has parts of a cent"),
        (CLAIM, {"dos_to": "2026-09-01"}, "dos_to", "lies before the first date of service"),
        (CLAIM, {**PATIENT, "patient_dob": "1988-02-30"}, "patient_dob", "is a day that does not exist; dates are read month first"),
        (CHECK, {"check_no": "00***402"}, "check_no", "is masked; export it in full"),
        (CHECK, {"tenant": "another"}, "tenant", "is another practice's; load the row with that practice's set-up"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_says_why(tmp_path: Path, row: dict[str, str], changed: dict[str, str], column: str, reason: str) -> None:
    found = payment(tmp_path, row, **changed)
    assert found.ask is None
    assert reasons(found)[column] == reason


@pytest.mark.parametrize(
    "name",
    ["EFT number", "Trace #", "Trace Number", "Payment Number", "Check/EFT #", "Check No.", "EFT/Check Number", "TRN", "Remit number"],
)
def test_the_number_goes_by_many_names(tmp_path: Path, name: str) -> None:
    text = csv_text([["Insurance", name, "Payment date", "Amount paid"], ["Aetna", "0013141402", "11/12/2026", "347.87"]])
    (row,) = intake_support.read(tmp_path, text, Job.EOBS).rows
    ask = ask_of(row)
    assert (ask.check_no, ask.check_date, ask.amount) == ("0013141402", date(2026, 11, 12), Decimal("347.87"))


def test_a_file_that_names_no_payment_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"lacks the columns check_no or claim_id or payer_claim_no for eobs"):
        intake_support.read(tmp_path, csv_text([["Payer name", "Check date", "Amount"], ["Aetna", "11/12/2026", "1.00"]]), Job.EOBS)


def test_the_practices_own_columns_are_kept_and_known(tmp_path: Path) -> None:
    sheet = intake_support.read(tmp_path, csv_text(table(CHECK | {"payment_id": "PMT1", "Deposit slip": "7"})), Job.EOBS)
    assert sheet.notes == ("columns not known, kept as they are: Deposit slip",)
    assert sheet.rows[0].cells[-2:] == ("PMT1", "7")


def test_of_the_example_exactly_the_rows_that_cannot_be_asked_are_rejected() -> None:
    practice = Practice.load(EXAMPLES / "practice.yaml")
    sheet = intake.read(EXAMPLES / "payments.csv", Job.EOBS, practice, AS_OF, built=("availity",))
    world = World.generate(SEED, 40, 60, AS_OF)
    names = [name.strip() for name in sheet.header]
    said = {row.line: truth_eobs.payment(world, dict(zip(names, row.cells, strict=True))).outcome for row in sheet.rows}
    assert {row.line for row in sheet.rows if row.ask is None} == {line for line, outcome in said.items() if outcome == "rejected"}
    elsewhere = {row.line for row in sheet.rows if row.ask and row.portal != "availity"}
    assert elsewhere == {line for line, outcome in said.items() if outcome == "wrong_portal"}
    assert {"answered", "unreadable", "not_found", "rejected"} <= set(said.values())
