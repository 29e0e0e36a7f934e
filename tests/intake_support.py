"""Files as practices export them, for the tests of intake and outlet. All people are made up."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from payerbot import intake
from payerbot.model import Job, Patient
from payerbot.practice import Practice
from payerbot.rows import Ask, NewRow, Sheet

TODAY = date(2026, 11, 20)  # a Friday
PRACTICE = Practice.model_validate(
    {
        "name": "Cedar Grove Counseling",
        "tenant": "cedar-grove",
        "time_zone": "America/New_York",
        "state": "VA",
        "billing": [{"npi": "1999900016", "tin": "004719283"}, {"npi": "1999900024", "tin": "004719283"}],
        "staff": [{"id": "ruth", "name": "Ruth Okafor", "roles": ["owner"], "reach": "extension 11"}],
        "logins": [
            {"portal": "availity", "name": "automation-1", "owner": "ruth", "organization": "Cedar Grove Counseling LLC", "region": "MD"}
        ],
        "routes": [
            {"payer": "aetna", "name": "Aetna", "payer_ids": ["60054"], "portal": "availity", "label": "AETNA (COMMERCIAL & MEDICARE)"}
        ],
    }
)

VISIT = {
    "appointment_id": "A-1",
    "start_at": "2026-11-23T09:00:00-05:00",
    "appointment_status": "confirmed",
    "patient_key": "P-1",
    "patient_last": "Okonkwo",
    "patient_first": "Amara",
    "patient_dob": "1988-03-04",
    "payer_key": "aetna",
    "payer_name": "Aetna",
    "payer_id": "60054",
    "member_id": "00W123456",
    "rendering_npi": "1234567893",
}
CLAIM = {
    "claim_id": "C-0001",
    "patient_key": "P-1",
    "patient_last": "Okonkwo",
    "patient_first": "Amara",
    "patient_dob": "1988-03-04",
    "payer_name": "Aetna",
    "member_id": "00W123456",
    "payer_claim_no": "EKJ00017",
    "dos_from": "10/01/2026",
    "dos_to": "10/01/2026",
    "charge_amount": "$1,180.00",
    "first_sent_date": "10/03/2026",
    "last_note": "called, left a message",
}


def csv_text(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue()


def table(*rows: Mapping[str, str]) -> list[list[str]]:
    """Header and records; every row has the same columns."""
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def read(folder: Path, content: str | bytes, job: Job = Job.ELIGIBILITY, name: str = "schedule.csv") -> Sheet:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return intake.read(path, job, PRACTICE, TODAY)


def visit(folder: Path, **changed: str) -> NewRow:
    """One visit, some cells changed, read from a file."""
    (row,) = read(folder, csv_text(table({**VISIT, **changed}))).rows
    return row


def claim(folder: Path, **changed: str) -> NewRow:
    """One claim, some cells changed, read from a file."""
    (row,) = read(folder, csv_text(table({**CLAIM, **changed})), Job.CLAIM_STATUS).rows
    return row


def patient_of(ask: Ask | None) -> Patient:
    """The patient of a question that was read."""
    found = getattr(ask, "patient", None)
    assert isinstance(found, Patient)
    return found


def reasons(row: NewRow) -> dict[str, str]:
    return {reject.column: reject.reason for reject in row.rejects}
