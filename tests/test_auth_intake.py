"""Files of authorization requests: what is read, which gates are shut, and which attachments may go."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from fpdf import FPDF
from PIL import Image

from payerbot import intake
from payerbot.authorization import AuthRequest
from payerbot.auths import attachments
from payerbot.auths.attachments import BadFile
from payerbot.intake import authorizations
from payerbot.intake.authorizations import Proved
from payerbot.model import Patient
from tests.intake_support import PRACTICE, TODAY

MINE = Patient(last="Okonkwo", first="Amara", birth_date=date(1988, 3, 4), member_id="00W123456")
OTHER = Patient(last="Quimby", first="Ada", birth_date=date(1990, 2, 3), member_id="W2")
REPORT = "Progress report. Patient: Amara Okonkwo, DOB 03/04/1988. Symptoms are moderate; weekly sessions go on."
FORM = {
    "note": "GAD-7 of 15 on 11/10/2026; weekly CBT, moderate impairment at work.",
    "questionnaire": [{"question": "PHQ-9 score", "answer": "12"}],
    "expedited": {"by": "Dr. Mora", "statement": "Waiting a week would risk an admission."},
}
ROW = {
    "tenant": "cedar-grove",
    "request_id": "R-1",
    "patient_key": "P-1",
    "patient_last": "Okonkwo",
    "patient_first": "Amara",
    "patient_dob": "1988-03-04",
    "payer_key": "aetna",
    "member_id": "00W123456",
    "request_type": "initial",
    "urgency": "standard",
    "level_of_care": "outpatient psychotherapy",
    "service_codes": "90837;90834-95",
    "units": "12;4",
    "unit_type": "VS",
    "frequency": "1 per week",
    "start_date": "2026-12-01",
    "end_date": "2027-02-28",
    "dx": "F41.1;F33.1",
    "requesting_npi": "1234567893",
    "servicing_npi": "1234567893",
    "pos": "11",
    "clinical_form_file": "form.json",
    "attachments": "report.pdf|progress report|1",
    "contact_name": "Dana Whitfield",
    "contact_phone": "(555) 555-0100",
    "approved_by": "Dr. Mora",
    "approved_at": "2026-11-19T15:00-05:00",
    "contains_psychotherapy_notes": "N",
    "submit_mode": "submit",
}


def pdf(*pages: str) -> bytes:
    made = FPDF()
    made.set_font("helvetica", size=11)
    for text in pages:
        made.add_page()
        made.multi_cell(0, 6, text)
    return bytes(made.output())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "form.json").write_text(json.dumps(FORM))
    (tmp_path / "report.pdf").write_bytes(pdf(REPORT))
    return tmp_path


def read(folder: Path, *changes: dict[str, str], others: tuple[Patient, ...] = ()) -> Proved:
    rows = [{**ROW, **change} for change in changes or ({},)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), extrasaction="raise")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "auth_requests.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return intake.read_requests(path, PRACTICE, TODAY, built=("availity",), others=others)


def rejected(folder: Path, **changes: str) -> dict[str, str]:
    (row,) = read(folder, changes).sheet.rows
    return {reject.column: reject.reason for reject in row.rejects}


def test_a_request_is_read_as_it_was_approved(folder: Path) -> None:
    found = read(folder)
    (row,) = found.sheet.rows
    assert row.rejects == ()
    ask = row.ask
    assert isinstance(ask, AuthRequest)
    assert [(one.code, one.modifiers, one.units, one.unit_type, one.frequency) for one in ask.services] == [
        ("90837", (), Decimal(12), "VS", "1 per week"),
        ("90834", ("95",), Decimal(4), "VS", "1 per week"),
    ]
    assert (ask.diagnoses, ask.contact_phone, ask.approved_by) == (("F411", "F331"), "5555550100", "Dr. Mora")
    assert ask.approved_at == datetime(2026, 11, 19, 20, tzinfo=UTC)
    assert ask.note == FORM["note"], "verbatim"
    assert [(one.question, one.answer) for one in ask.questionnaire] == [("PHQ-9 score", "12")]
    (one,) = ask.attachments
    assert (one.kind, one.media, one.pages, one.size) == ("progress report", "pdf", 1, len((folder / "report.pdf").read_bytes()))
    assert found.files.for_a_person == set()
    (addressed,) = authorizations.addressed(found, lambda data: f"at-{len(data)}").rows
    assert isinstance(addressed.ask, AuthRequest)
    assert addressed.ask.attachments[0].address == f"at-{one.size}"


@pytest.mark.parametrize(
    "column, value, words",
    [
        ("approved_by", "", "clinician's approval"),
        ("approved_at", "", "clinician's approval"),
        ("approved_at", "2026-12-24T10:00-05:00", "future"),
        ("contains_psychotherapy_notes", "Y", "never sent"),
        ("contains_psychotherapy_notes", "", "never sent"),
        ("request_type", "cancel", "by a person"),
        ("end_date", "2026-11-30", "before the start"),
        ("units", "0", "more than 0"),
        ("units", "1;2;3", "one for each"),
        ("unit_type", "XX", "must be one of"),
        ("dx", "sad", "ICD-10"),
        ("requesting_npi", "1234567890", "check digit"),
        ("servicing_npi", "", "empty"),
        ("facility_npi", "123", "ten digits"),
        ("pos", "office", "place of service"),
        ("service_codes", "90837x", "service code"),
        ("contact_phone", "12", "ten digits"),
        ("submit_mode", "now", "draft_only"),
        ("attachments", "report.pdf|progress report", "path|kind|pages"),
        ("attachments", "report.pdf|progress report|2", "has 1 page"),
        ("attachments", "report.pdf|psychotherapy notes|1", "never sent"),
        ("attachments", "../report.pdf|progress report|1", "outside the folder"),
        ("attachments", "/etc/passwd|progress report|1", "outside the folder"),
        ("attachments", "gone.pdf|progress report|1", "not there"),
        ("clinical_form_file", "report.pdf.json", "not there"),
    ],
)
def test_a_shut_gate_rejects_the_row(folder: Path, column: str, value: str, words: str) -> None:
    found = rejected(folder, **{"facility_npi": "", column: value})
    assert words in found[column]


@pytest.mark.parametrize(
    "changes",
    [{"part2_flag": "Y"}, {"service_codes": "H0015", "units": "1"}, {"service_type": "AI"}, {"level_of_care": "substance use IOP"}],
)
def test_a_substance_use_record_needs_a_consent(folder: Path, changes: dict[str, str]) -> None:
    blank = {"part2_flag": "", "part2_consent_ref": "", "service_type": ""}
    assert "consent" in rejected(folder, **(blank | changes))["part2_consent_ref"]
    assert rejected(folder, **{**blank, **changes, "part2_consent_ref": "C-1"}) == {}


def test_a_diagnosis_of_substance_use_wants_a_word_about_it(folder: Path) -> None:
    assert "say Y or N" in rejected(folder, dx="F10.20", part2_flag="")["part2_flag"]
    assert rejected(folder, dx="F10.20", part2_flag="N") == {}


def test_expedited_needs_a_named_clinicians_statement(folder: Path) -> None:
    assert rejected(folder, urgency="expedited") == {}
    (folder / "form.json").write_text(json.dumps({**FORM, "expedited": None}))
    assert "statement" in rejected(folder, urgency="expedited")["urgency"]
    (folder / "form.json").write_text(json.dumps({**FORM, "expedited": {"by": "", "statement": "urgent"}}))
    assert "clinical form" in rejected(folder, urgency="expedited")["clinical_form_file"]


@pytest.mark.parametrize("form", ["[]", '{"notes": "x"}', "not json", '{"note": "see psychotherapy notes"}'])
def test_a_clinical_form_is_what_it_should_be(folder: Path, form: str) -> None:
    (folder / "form.json").write_text(form)
    assert "clinical_form_file" in rejected(folder)


def test_a_clinical_form_can_be_a_document(folder: Path) -> None:
    (row,) = read(folder, {"clinical_form_file": "report.pdf", "attachments": ""}).sheet.rows
    assert isinstance(row.ask, AuthRequest)
    assert [(one.kind, one.pages) for one in row.ask.attachments] == [("clinical form", 1)]


def test_two_rows_have_two_numbers(folder: Path) -> None:
    first, second = read(folder, {}, {"start_date": "2027-03-01", "end_date": "2027-04-01"}).sheet.rows
    assert first.rejects == ()
    assert "another row" in second.rejects[0].reason


def test_a_file_about_another_patient_of_this_file_or_of_the_ledger_does_not_go(folder: Path) -> None:
    (folder / "report.pdf").write_bytes(pdf(f"{REPORT} Seen together with Ada Quimby."))
    assert rejected(folder) == {}, "a name nobody knows here"
    (row,) = read(folder, others=(OTHER,)).sheet.rows
    assert "another patient" in row.rejects[0].reason
    other = {"request_id": "R-2", "patient_last": "Quimby", "patient_first": "Ada", "patient_dob": "1990-02-03", "attachments": ""}
    first, second = read(folder, {}, other).sheet.rows
    assert "another patient" in first.rejects[0].reason
    assert second.rejects == ()


def test_a_scan_goes_to_a_person(folder: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(picture, "PNG")
    (folder / "scan.png").write_bytes(picture.getvalue())
    found = read(folder, {"attachments": "scan.png|medical record|1"})
    assert found.sheet.rows[0].rejects == ()
    assert found.files.for_a_person == {1}


# --- what a file is and says ---------------------------------------------------------------------------------------------------------


def words_document(text: str) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        body = f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
        archive.writestr("word/document.xml", f'<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>')
    return made.getvalue()


def picture(kind: str, frames: int = 1) -> bytes:
    made = io.BytesIO()
    first, *rest = (Image.new("L", (40, 40), n) for n in range(frames))
    more: dict[str, Any] = {"save_all": True, "append_images": rest} if rest else {}
    first.save(made, kind, **more)
    return made.getvalue()


@pytest.mark.parametrize(
    "data, media, pages",
    [
        (pdf(REPORT, REPORT), "pdf", 2),
        (words_document(REPORT), "docx", None),
        (REPORT.encode(), "txt", 1),
        (picture("PNG"), "png", 1),
        (picture("JPEG"), "jpg", 1),
        (picture("GIF"), "gif", 1),
        (picture("TIFF", 3), "tif", 3),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "doc", None),
    ],
)
def test_a_file_is_known_by_its_content(data: bytes, media: str, pages: int | None) -> None:
    seen = attachments.looked_at(data)
    assert (seen.media, seen.pages) == (media, pages)
    readable = media in {"pdf", "docx", "txt"}
    assert attachments.checked(seen, "report", pages, MINE, ()) is readable


@pytest.mark.parametrize(
    "data",
    [b"", b"MZ\x90\x00", b"<html><body>x</body></html>", pdf(REPORT)[:300], picture("PNG")[:40], b"PK\x03\x04word/", b"x" * 15_000_001],
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadFile):
        attachments.looked_at(data)


def test_a_locked_document_is_refused() -> None:
    made = FPDF()
    made.set_encryption(owner_password="a", user_password="b")
    made.add_page()
    with pytest.raises(BadFile, match=r"locked|damaged"):
        attachments.looked_at(bytes(made.output()))


def test_a_document_with_one_scanned_page_goes_to_a_person() -> None:
    seen = attachments.looked_at(pdf(REPORT, " "))
    assert attachments.checked(seen, "report", 2, MINE, ()) is False


@pytest.mark.parametrize(
    "text, words",
    [
        ("Progress report. Patient: DOB 03/04/1988. Symptoms are moderate and go on.", "name"),
        ("Progress report. Patient: Amara Okonkwo. Symptoms are moderate and go on.", "birth date"),
        (f"{REPORT} Partner's DOB: 05/06/1990.", "another birth date"),
        (f"{REPORT} Adult sibling: QUIMBY, ADA.", "another patient"),
        (f"{REPORT} The Quimby case, seen 02/03/1990.", "another patient"),
        (f"{REPORT} From the psychotherapy notes of May.", "never sent"),
    ],
)
def test_a_file_is_about_this_patient_and_nobody_else(text: str, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        attachments.checked(attachments.looked_at(text.encode()), "report", 1, MINE, [MINE, OTHER])


@pytest.mark.parametrize(
    "text",
    [
        "Okonkwo, Amara   born on March 4, 1988. Diagnosis F41.1; weekly sessions.",
        "AMARA B OKONKWO 1988-03-04: the plan of treatment follows here.",
        "Client Amara Okonkwo (date of birth 3/4/88), seen 11/10/2026 and before.",
    ],
)
def test_the_ways_a_practice_writes_a_name_and_a_birth_date(text: str) -> None:
    assert attachments.checked(attachments.looked_at(text.encode()), "report", 1, MINE, [OTHER])


def test_files_are_laid_out_under_names_of_ours(tmp_path: Path, folder: Path) -> None:
    found = read(folder)

    class Store:
        def read(self, address: str) -> bytes:
            return found.files.data[address]

    (row,) = authorizations.addressed(found, lambda data: next(key for key, held in found.files.data.items() if held == data)).rows
    assert isinstance(row.ask, AuthRequest)
    laid = attachments.laid_out(row.ask, Store(), tmp_path / "run")
    assert laid is not None
    assert [path.name for path in laid.values()] == ["progress-report-1.pdf"]
    assert next(iter(laid.values())).read_bytes() == (folder / "report.pdf").read_bytes()
