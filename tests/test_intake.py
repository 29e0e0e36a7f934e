"""Whole files: encodings, separators, headers, workbooks, and what cannot be read at all."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from payerbot import intake
from payerbot.errors import UserError
from payerbot.intake import files
from payerbot.model import ClaimStatusRequest, EligibilityRequest, Job
from payerbot.rows import Sheet
from tests.intake_support import CLAIM, PRACTICE, TODAY, VISIT, csv_text, patient_of, read, reasons, table

ACCENTED = {**VISIT, "patient_last": "Muñoz-O'Neill", "patient_first": "Zoë"}
WHO = {"Insurance": "Aetna", "Member ID": "W1"}


def refusal(folder: Path, content: str | bytes, job: Job = Job.ELIGIBILITY, name: str = "schedule.csv") -> str:
    with pytest.raises(UserError) as refused:
        read(folder, content, job, name)
    assert "\n" not in str(refused.value)
    return str(refused.value)


class TestQuestions:
    def test_a_visit_becomes_an_eligibility_question(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, csv_text(table(VISIT)))
        row = sheet.rows[0]
        ask = row.ask
        assert isinstance(ask, EligibilityRequest)
        assert (row.line, row.portal, row.login, row.rejects) == (1, "availity", "automation-1", ())
        assert ask.model_dump() == {
            "payer_key": "aetna",
            "payer_label": "AETNA (COMMERCIAL & MEDICARE)",
            "organization": "Cedar Grove Counseling LLC",
            "region": "MD",
            "billing_npi": "1999900016",
            "billing_tin": "004719283",
            "rendering_npi": "1234567893",
            "group_npis": ("1999900024",),
            "patient_key": "P-1",
            "patient": {
                "last": "Okonkwo",
                "first": "Amara",
                "birth_date": date(1988, 3, 4),
                "member_id": "00W123456",
                "sex": "U",
                "relation": "self",
                "subscriber_last": "",
                "subscriber_first": "",
                "subscriber_dob": None,
            },
            "service_date": date(2026, 11, 23),
            "service_types": ("MH", "98", "30"),
        }

    def test_a_claim_becomes_a_claim_status_question(self, tmp_path: Path) -> None:
        ask = read(tmp_path, csv_text(table(CLAIM)), Job.CLAIM_STATUS).rows[0].ask
        assert isinstance(ask, ClaimStatusRequest)
        assert (ask.claim_id, ask.payer_claim_no, ask.dos_from, ask.dos_to) == ("C-0001", "EKJ00017", date(2026, 10, 1), date(2026, 10, 1))
        assert (ask.charge, ask.first_sent, ask.patient.member_id) == (Decimal("1180.00"), date(2026, 10, 3), "00W123456")

    def test_cells_header_and_order_are_kept_for_the_result_file(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, csv_text(table(CLAIM)), Job.CLAIM_STATUS)
        assert sheet.header == tuple(CLAIM)
        assert sheet.rows[0].cells == tuple(CLAIM.values())

    def test_unknown_columns_are_kept_and_reported(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, csv_text(table({**CLAIM, "Referrer": "", "pos": "11"})), Job.CLAIM_STATUS)
        assert sheet.notes == ("columns not known, kept as they are: Referrer",)

    def test_the_digest_is_that_of_the_bytes(self, tmp_path: Path) -> None:
        content = csv_text(table(VISIT)).encode()
        assert read(tmp_path, content).digest == sha256(content).digest()

    def test_nothing_of_a_sheet_is_shown_by_accident(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, csv_text(table(VISIT)))
        assert "Okonkwo" not in f"{sheet!r} {sheet.rows[0]!r} {sheet.rows[0].ask!r}"


class TestEncodings:
    @pytest.mark.parametrize(
        "encoding, note",
        [
            ("utf-8", None),
            ("utf-8-sig", None),
            ("cp1252", "the file was read as Windows-1252"),
            ("utf-16", "the file was read as UTF-16"),
            ("utf-16-le", "the file was read as UTF-16"),
            ("utf-16-be", "the file was read as UTF-16"),
        ],
    )
    @pytest.mark.parametrize("separator, spoken", [(",", None), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
    def test_every_encoding_with_every_separator(
        self, tmp_path: Path, encoding: str, note: str | None, separator: str, spoken: str | None
    ) -> None:
        sheet = read(tmp_path, csv_text(table(ACCENTED, ACCENTED), separator).encode(encoding))
        assert [patient_of(row.ask).last if row.ask else row.rejects for row in sheet.rows] == ["Muñoz-O'Neill"] * 2
        assert [note] == [n for n in sheet.notes if "read as" in n] or (note is None and not any("read as" in n for n in sheet.notes))
        assert (f"the columns are separated by {spoken}" in sheet.notes) is bool(spoken)

    def test_commas_in_cells_do_not_mislead_a_file_with_semicolons(self, tmp_path: Path) -> None:
        row = {
            "Patient": "Okonkwo, Amara",
            "DOB": "3/4/1988",
            "Date": "11/23/2026",
            "Insurance": "Aetna",
            "Policy": "W1",
            "a,b,c": "1,2,3,4",
        }
        (found,) = read(tmp_path, csv_text(table(row), ";")).rows
        assert found.ask is not None
        assert patient_of(found.ask).last == "Okonkwo"

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
    def test_every_line_ending_and_a_missing_last_one(self, tmp_path: Path, ending: str) -> None:
        text = csv_text(table(VISIT, VISIT)).replace("\r\n", ending)
        assert len(read(tmp_path, text).rows) == 2
        assert len(read(tmp_path, text.removesuffix(ending)).rows) == 2

    def test_excels_own_hint_of_the_separator_is_no_row(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, "sep=;\r\n" + csv_text(table(VISIT), ";"))
        assert sheet.header == tuple(VISIT)
        assert sheet.rows[0].ask is not None


class TestHeaders:
    def test_case_blanks_and_punctuation_do_not_count(self, tmp_path: Path) -> None:
        renamed = {f" {name.replace('_', ' ').title()}: ": value for name, value in VISIT.items()}
        assert read(tmp_path, csv_text(table(renamed))).rows[0].ask is not None

    def test_what_the_practice_knows_need_not_stand_in_the_file(self, tmp_path: Path) -> None:
        few = {"Client": "Okonkwo, Amara", "DOB": "3/4/88", "Insurance": "Aetna", "Member ID": "W1", "Appointment date": "11/23/26"}
        ask = read(tmp_path, csv_text(table(few))).rows[0].ask
        assert ask is not None
        assert (ask.billing_npi, ask.billing_tin, patient_of(ask).birth_date) == ("1999900016", "004719283", date(1988, 3, 4))

    def test_missing_columns_are_named_with_what_was_found(self, tmp_path: Path) -> None:
        said = refusal(tmp_path, csv_text(table({name: VISIT[name] for name in VISIT if name not in {"patient_dob", "member_id"}})))
        assert "lacks the columns patient_dob, member_id for eligibility" in said
        assert "payer_key" in said

    def test_either_way_of_naming_a_patient_or_payer_is_told(self, tmp_path: Path) -> None:
        said = refusal(
            tmp_path,
            csv_text([["claim_id", "dos", "charge", "dob", "member id"], ["1", "10/1/2026", "1", "1/1/1980", "W1"]]),
            Job.CLAIM_STATUS,
        )
        assert "patient_last+patient_first or patient_name, payer_key or payer_name or payer_id" in said

    def test_without_a_header_no_patient_is_shown(self, tmp_path: Path) -> None:
        said = refusal(tmp_path, csv_text([list(VISIT.values())] * 3))
        assert "no header row" in said
        assert not any(value in said for value in VISIT.values())

    def test_a_title_above_the_header_is_left_out(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, "Schedule for Monday\r\n\r\n" + csv_text(table(VISIT)))
        assert sheet.header == tuple(VISIT)
        assert [row.line for row in sheet.rows] == [1]
        assert "1 line(s) above the header left out" in sheet.notes

    def test_a_used_column_that_occurs_twice_is_refused(self, tmp_path: Path) -> None:
        rows = table(VISIT)
        said = refusal(tmp_path, csv_text([[*rows[0], "Patient DOB"], [*rows[1], "1990-01-01"]]))
        assert "more than one column" in said

    def test_a_second_name_for_the_same_thing_is_kept_but_not_used(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, csv_text(table({**VISIT, "Birthdate": "1970-01-01"})))
        assert sheet.rows[0].ask is not None
        assert patient_of(sheet.rows[0].ask).birth_date == date(1988, 3, 4)
        assert "columns not known, kept as they are: Birthdate" in sheet.notes

    def test_a_job_without_questions_of_its_own_is_refused(self, tmp_path: Path) -> None:
        assert "eobs" in refusal(tmp_path, csv_text(table(VISIT)), Job.EOBS)


class TestProfiles:
    @pytest.mark.parametrize(
        "job, row, note",
        [
            (
                Job.ELIGIBILITY,
                {"Client": "Amara Okonkwo", "Appointment Status": "Show", "Date of service": "11/23/2026", "DOB": "3/4/1988", **WHO},
                "SimplePractice, appointment status",
            ),
            (
                Job.CLAIM_STATUS,
                {
                    "Client": "Amara Okonkwo",
                    "Date": "10/01/2026",
                    "Clearinghouse Reference": "C-0001",
                    "Payer Claim number": "--",
                    "Fee": "$180.00",
                    "Ins. Paid": "--",
                    "DOB": "3/4/1988",
                    **WHO,
                },
                "SimplePractice, unpaid insurance appointments",
            ),
            (
                Job.ELIGIBILITY,
                {
                    "Provider": "Lund",
                    "Date": "2026-11-23",
                    "Time": "09:00",
                    "Patient": "Okonkwo, Amara",
                    "Address": "",
                    "DOB": "1988-03-04",
                    "Type": "Office",
                    "Status": "-",
                    **WHO,
                },
                "OpenEMR, appointments",
            ),
            (
                Job.CLAIM_STATUS,
                {
                    "Aging Days by DOS": "50",
                    "Chart": "P-1",
                    "Claim ID": "C-0001",
                    "Primary Payer": "Aetna",
                    "Status": "Open",
                    "DOB": "03/04/1988",
                    "DOS": "10/01/2026",
                    "Charges": "180",
                    "Patient Name": "Okonkwo, Amara Q",
                    "Policy Number": "W1",
                },
                "OfficeEMR, aged receivables",
            ),
            (
                Job.CLAIM_STATUS,
                {
                    "PatNum": "P-1",
                    "patName": "Okonkwo, Amara",
                    "InsWoEst": "0",
                    "InsPayEst": "90",
                    "Birthdate": "3/4/1988",
                    "Claim ID": "C-0001",
                    "DOS": "10/1/2026",
                    "Fee": "180",
                    "Carrier": "Aetna",
                    "Subscriber ID": "W1",
                },
                "Open Dental pattern",
            ),
            (
                Job.CLAIM_STATUS,
                {
                    "Therapist": "Lund",
                    "Client ID": "P-1",
                    "Client Name": "Amara Okonkwo",
                    "Date of Service (DOS)": "10/1/2026",
                    "CPT": "90837",
                    "Fee": "180.00",
                    "Claim no.": "C-0001",
                    "DOB": "3/4/1988",
                    **WHO,
                },
                "My Best Practice, billing",
            ),
        ],
    )
    def test_the_exports_of_known_systems_are_read(self, tmp_path: Path, job: Job, row: dict[str, str], note: str) -> None:
        sheet = read(tmp_path, csv_text(table(row)), job)
        assert f"the columns are those of {note}" in sheet.notes
        ask = sheet.rows[0].ask
        assert ask is not None, sheet.rows[0].rejects
        assert (patient_of(ask).last, patient_of(ask).first, patient_of(ask).birth_date) == ("Okonkwo", "Amara", date(1988, 3, 4))
        if isinstance(ask, ClaimStatusRequest):
            assert (ask.claim_id, ask.dos_from, ask.charge) == ("C-0001", date(2026, 10, 1), Decimal("180.00"))
        else:
            assert isinstance(ask, EligibilityRequest)
            assert ask.service_date == date(2026, 11, 23)

    def test_an_export_without_a_patients_name_says_so(self, tmp_path: Path) -> None:
        row = {
            "Aging Days by DOS": "1",
            "Chart": "7",
            "Claim ID": "1",
            "Primary Payer": "Aetna",
            "DOB": "1/1/1980",
            "DOS": "10/1/2026",
            "Charges": "1",
        }
        said = refusal(tmp_path, csv_text(table(row)), Job.CLAIM_STATUS)
        assert "patient_last+patient_first or patient_name, member_id" in said


class TestRecords:
    def test_blank_lines_are_left_out_with_a_note_and_the_others_keep_their_number(self, tmp_path: Path) -> None:
        lines = csv_text(table(VISIT, VISIT)).splitlines(keepends=True)
        sheet = read(tmp_path, lines[0] + "\r\n" + lines[1] + "," * 11 + "\r\n" + lines[2] + "\r\n\r\n")
        assert [row.line for row in sheet.rows] == [2, 4]
        assert "2 blank line(s) between the rows left out" in sheet.notes

    def test_a_short_record_is_filled_up(self, tmp_path: Path) -> None:
        rows = table(VISIT)
        sheet = read(tmp_path, csv_text([rows[0], rows[1][:-1], rows[1][:6]]))
        assert sheet.rows[0].ask is not None
        assert reasons(sheet.rows[1])["member_id"] == "is empty"
        assert [len(row.cells) for row in sheet.rows] == [len(VISIT)] * 2

    def test_a_record_with_too_many_cells_is_rejected_and_nothing_of_it_is_lost(self, tmp_path: Path) -> None:
        rows = table(VISIT)
        sheet = read(tmp_path, csv_text([rows[0], [*rows[1], "left", "over"], [*rows[1], "", ""]]))
        assert "more cells than the header has names" in reasons(sheet.rows[0])["rendering_npi"]
        assert sheet.rows[0].cells[-1] == "1234567893,left,over"
        assert sheet.rows[1].ask is not None
        assert [len(row.cells) for row in sheet.rows] == [len(VISIT)] * 2

    def test_a_cell_may_have_line_breaks_where_it_is_not_used(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, csv_text(table({**CLAIM, "last_note": "one\r\ntwo, three\nfour"}, CLAIM)), Job.CLAIM_STATUS)
        assert [row.ask is not None for row in sheet.rows] == [True, True]
        assert "two, three" in sheet.rows[0].cells[-1]

    def test_a_quotation_mark_that_is_never_closed_loses_no_rows_silently(self, tmp_path: Path) -> None:
        lines = csv_text(table(CLAIM, CLAIM, CLAIM)).splitlines(keepends=True)
        said = refusal(tmp_path, lines[0] + '"' + "".join(lines[1:]).replace('"', ""), Job.CLAIM_STATUS)
        assert "row 2" in said
        assert "quotation mark" in said

    def test_two_stray_quotation_marks_do_not_hide_the_rows_between_them(self, tmp_path: Path) -> None:
        plain = {**CLAIM, "charge_amount": "1180", "last_note": "x"}
        lines = csv_text(table(plain, plain, plain, plain)).splitlines(keepends=True)
        said = refusal(tmp_path, lines[0] + lines[1] + '"' + lines[2] + lines[3].rstrip() + '"\r\n' + lines[4], Job.CLAIM_STATUS)
        assert "row 3" in said

    def test_the_very_same_row_twice_stays_two_rows(self, tmp_path: Path) -> None:
        assert [row.line for row in read(tmp_path, csv_text(table(VISIT, VISIT))).rows] == [1, 2]

    @pytest.mark.deep
    def test_twenty_thousand_rows_are_all_read(self, tmp_path: Path) -> None:
        rows = [{**CLAIM, "claim_id": f"C-{n:05}", "patient_dob": "not a date" if n % 100 == 7 else "1988-03-04"} for n in range(20_000)]
        sheet = read(tmp_path, csv_text(table(*rows)), Job.CLAIM_STATUS)
        assert [row.line for row in sheet.rows] == list(range(1, 20_001))
        assert sum(row.ask is not None for row in sheet.rows) == 19_800
        assert all(set(reasons(row)) == {"patient_dob"} for row in sheet.rows if row.ask is None)

    @settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=12), min_size=1, max_size=15),
            min_size=1,
            max_size=8,
        )
    )
    def test_whatever_stands_in_the_cells_every_record_gives_one_row(self, tmp_path: Path, records: list[list[str]]) -> None:
        records.append(list(CLAIM.values()))
        sheet = read(tmp_path, csv_text([list(CLAIM), *records]), Job.CLAIM_STATUS)
        assert sheet.rows[-1].ask is not None
        expected = [n for n, cells in enumerate(records, start=1) if any(cell.strip() for cell in cells)]
        assert [row.line for row in sheet.rows] == expected
        assert all(len(row.cells) == len(CLAIM) for row in sheet.rows)
        assert all((row.ask is None) == bool(row.rejects) for row in sheet.rows)


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


class TestWorkbooks:
    def read(self, folder: Path, content: bytes) -> Sheet:
        return read(folder, content, Job.CLAIM_STATUS, "claims.xlsx")

    def test_real_dates_numbers_and_text_are_read(self, tmp_path: Path) -> None:
        row: dict[str, object] = {
            **CLAIM,
            "patient_dob": datetime(1988, 3, 4),  # noqa: DTZ001  Excel's dates have no zone
            "dos_from": datetime(2026, 10, 1, 14, 30),  # noqa: DTZ001
            "dos_to": date(2026, 10, 1),
            "charge_amount": 180.1,
            "claim_id": 4711,
        }
        found = self.read(tmp_path, workbook([list(row), list(row.values())])).rows[0]
        assert isinstance(found.ask, ClaimStatusRequest)
        assert (found.ask.patient.birth_date, found.ask.dos_from, found.ask.charge) == (
            date(1988, 3, 4),
            date(2026, 10, 1),
            Decimal("180.10"),
        )
        assert found.ask.claim_id == "4711"
        assert found.cells[list(CLAIM).index("dos_from")] == "2026-10-01 14:30"

    def test_zeros_that_a_format_shows_are_kept(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(list(CLAIM))
        sheet.append(list(CLAIM.values()))
        cell = sheet.cell(2, list(CLAIM).index("member_id") + 1, 12345)
        cell.number_format = "000000000"
        target = io.BytesIO()
        book.save(target)
        ask = self.read(tmp_path, target.getvalue()).rows[0].ask
        assert ask is not None
        assert patient_of(ask).member_id == "000012345"

    def test_noise_behind_the_fifteenth_digit_is_no_part_of_a_cent(self, tmp_path: Path) -> None:
        row: dict[str, object] = {**CLAIM, "charge_amount": 0.1 + 0.2 + 144.7}
        ask = self.read(tmp_path, workbook([list(row), list(row.values())])).rows[0].ask
        assert isinstance(ask, ClaimStatusRequest)
        assert ask.charge == Decimal("145.00")

    def test_a_number_with_more_digits_than_excel_keeps_is_rejected(self, tmp_path: Path) -> None:
        row: dict[str, object] = {**CLAIM, "member_id": 12345678901234567}
        found = self.read(tmp_path, workbook([list(row), list(row.values())])).rows[0]
        assert "scientific notation" in reasons(found)["member_id"]

    def test_formulas_are_rejected_where_they_are_used_and_kept_as_text(self, tmp_path: Path) -> None:
        row: dict[str, object] = {**CLAIM, "member_id": "=VLOOKUP(A2,B:C,2)", "last_note": "=1+1"}
        found = self.read(tmp_path, workbook([list(row), list(row.values())])).rows[0]
        assert "formula" in reasons(found)["member_id"]
        assert found.cells[-1] == "=1+1"

    def test_other_kinds_of_cells_come_out_as_text(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append([*CLAIM, "sent", "at", "sum"])
        sheet.append([*CLAIM.values(), True, time(9, 30)])
        sheet.cell(2, len(CLAIM) + 3).value = ArrayFormula("P2:P2", "=SUM(A1:A2)")
        target = io.BytesIO()
        book.save(target)
        assert self.read(tmp_path, target.getvalue()).rows[0].cells[-3:] == ("TRUE", "09:30:00", "=SUM(A1:A2)")

    def test_hidden_sheets_are_passed_over_and_more_than_one_is_said(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.worksheets[0].sheet_state = "hidden"
        for title in ("Claims", "Notes"):
            sheet = book.create_sheet(title)
            sheet.append(list(CLAIM))
            sheet.append(list(CLAIM.values()))
        target = io.BytesIO()
        book.save(target)
        found = self.read(tmp_path, target.getvalue())
        assert len(found.rows) == 1
        assert "the first of 2 sheets was read" in found.notes

    def test_a_wrong_dimension_in_the_file_hides_no_columns(self, tmp_path: Path) -> None:
        source = io.BytesIO(workbook([list(CLAIM), list(CLAIM.values())]))
        target = io.BytesIO()
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
            for part in old.infolist():
                data = old.read(part)
                if part.filename.endswith("sheet1.xml"):
                    assert b'<dimension ref="A1:M2"' in data
                    data = data.replace(b'<dimension ref="A1:M2"', b'<dimension ref="A1"')
                new.writestr(part, data)
        assert self.read(tmp_path, target.getvalue()).rows[0].ask is not None

    def test_blank_rows_count_as_in_excel(self, tmp_path: Path) -> None:
        values: list[object] = list(CLAIM.values())
        sheet = self.read(tmp_path, workbook([list(CLAIM), values, [None], values]))
        assert [row.line for row in sheet.rows] == [1, 3]

    @pytest.mark.parametrize("keep", [4, 100, 2000])
    def test_a_damaged_workbook_is_one_sentence(self, tmp_path: Path, keep: int) -> None:
        said = refusal(tmp_path, workbook([list(CLAIM), list(CLAIM.values())])[:keep], Job.CLAIM_STATUS, "claims.xlsx")
        assert "no readable .xlsx workbook" in said

    def test_a_zip_that_is_no_workbook_is_one_sentence(self, tmp_path: Path) -> None:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("a.txt", "hello")
        assert "no readable .xlsx workbook" in refusal(tmp_path, target.getvalue(), name="claims.xlsx")

    def test_a_workbook_that_unpacks_to_too_much_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MAX_UNPACKED", 1000)
        assert "too large when unpacked" in refusal(tmp_path, workbook([list(CLAIM)]), name="claims.xlsx")

    def test_a_workbook_named_csv_is_read_as_what_it_is(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, workbook([list(CLAIM), list(CLAIM.values())]), Job.CLAIM_STATUS, "claims.csv")
        assert sheet.rows[0].ask is not None


class TestUnreadable:
    @pytest.mark.parametrize(
        "content, says",
        [
            (b"", "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            (b" \r\n\r\n", "is empty"),
            (b"\x00" * 5000, "not a text file"),
            (bytes(range(256)) * 40, "not a text file"),
            (b"%PDF-1.7 ...", "a PDF"),
            (b"\x89PNG\r\n\x1a\n....", "a picture"),
            (b"<!DOCTYPE html><table></table>", "a web page"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old .xls"),
            (csv_text([list(VISIT)]).encode(), "no rows"),
            (csv_text(table(VISIT)).encode() + b"\x81\x8d\xff", "unknown encoding"),
        ],
    )
    def test_it_is_said_in_one_sentence_with_the_files_name(self, tmp_path: Path, content: bytes, says: str) -> None:
        said = refusal(tmp_path, content)
        assert says in said
        assert said.startswith("schedule.csv ")

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="was not found"):
            intake.read(tmp_path / "none.csv", Job.ELIGIBILITY, PRACTICE, TODAY)

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="is a folder"):
            intake.read(tmp_path, Job.ELIGIBILITY, PRACTICE, TODAY)

    def test_a_file_that_is_too_large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MAX_BYTES", 100)
        assert "split it" in refusal(tmp_path, csv_text(table(VISIT)))

    def test_a_file_with_too_many_rows(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MAX_ROWS", 3)
        assert "more than 3 rows" in refusal(tmp_path, csv_text(table(*[VISIT] * 4)))

    def test_a_file_with_too_many_columns(self, tmp_path: Path) -> None:
        assert "more than 500 columns" in refusal(tmp_path, ",".join("abc" for _ in range(501)) + "\r\nx\r\n")

    def test_a_cell_of_a_megabyte_rejects_its_row_only(self, tmp_path: Path) -> None:
        sheet = read(tmp_path, csv_text(table({**VISIT, "member_id": "W" * 1_000_000}, VISIT)))
        assert [row.ask is None for row in sheet.rows] == [True, False]
        assert "longer than 80 characters" in reasons(sheet.rows[0])["member_id"]
