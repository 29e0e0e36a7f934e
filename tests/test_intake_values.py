"""Single cells: dates, money, ids, names; and the checks that need more than one cell. A reason never repeats the cell."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payerbot import intake
from payerbot.intake import values
from payerbot.intake.values import BadValue, Name
from payerbot.model import ClaimStatusRequest, EligibilityRequest, Job
from payerbot.practice import Practice
from payerbot.rows import NewRow
from tests.intake_support import CLAIM, PRACTICE, TODAY, VISIT, claim, csv_text, patient_of, read, reasons, table, visit

DAYS = st.dates(min_value=date(1917, 1, 1), max_value=TODAY)
SERVED = st.dates(min_value=date(2017, 1, 1), max_value=TODAY)


def birth(cell: str) -> date:
    return values.birth_date(cell, TODAY)


def refused(cell: str) -> str:
    with pytest.raises(BadValue) as bad:
        birth(cell)
    return str(bad.value)


class TestDates:
    @pytest.mark.parametrize(
        "cell",
        [
            "03/04/1988",
            "3/4/1988",
            "3-4-1988",
            "3.4.1988",
            "1988-03-04",
            "1988-3-4",
            "1988/03/04",
            "19880304",
            "3/4/88",
            "32206",
            "32206.0",
            " 03/04/1988 ",
            "1988-03-04T00:00:00",
            "03/04/1988 12:00:00 AM",
            "'03/04/1988",
            "\u00a003/04/1988",
        ],
    )
    def test_all_usual_ways_of_writing_one_day(self, cell: str) -> None:
        assert birth(cell) == date(1988, 3, 4)

    @settings(deadline=None)
    @given(DAYS)
    def test_every_day_survives_every_way_of_writing_it(self, day: date) -> None:
        serial = (day - date(1899, 12, 30)).days
        ways = [f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day.year}", day.isoformat(), f"{day:%Y%m%d}"]
        ways += [str(serial)] if serial >= 10_000 else []
        assert {birth(way) for way in ways} == {day}

    @settings(deadline=None)
    @given(DAYS)
    def test_a_two_digit_birth_year_is_right_or_refused(self, day: date) -> None:
        try:
            assert birth(f"{day:%m/%d/%y}") == day
        except BadValue as bad:
            assert "either century" in str(bad)  # noqa: PT017  both ends are right here
            assert abs(TODAY.year - day.year - 100) <= 10 or TODAY.year - day.year <= 10

    @settings(deadline=None)
    @given(SERVED)
    def test_a_two_digit_year_of_service_is_near_today(self, day: date) -> None:
        assert values.past_date(f"{day:%m/%d/%y}", TODAY) == day

    def test_a_birth_date_is_never_in_the_future(self) -> None:
        assert birth("11/21/30") == date(1930, 11, 21)
        assert "future" in refused("11/21/2026")
        assert "either century" in refused("11/20/26")
        assert birth("11/21/26") == date(1926, 11, 21)

    @pytest.mark.parametrize(
        "cell, says",
        [
            ("1985", "no date"),
            ("9999", "no date"),
            ("13/01/1985", "does not exist"),
            ("02/29/1985", "does not exist"),
            ("23/11/1985", "does not exist"),
            ("00/00/0000", "does not exist"),
            ("1/1/198", "no date"),
            ("3/4-1988", "no date"),
            ("1/1/1885", "further back"),
            ("99999", "future"),
            ("March 4", "no date"),
            ("########", "error marks"),
            ("#VALUE!", "error marks"),
            ("=TODAY()", "formula"),
            ("3/4/1988\n3/4/1989", "line breaks"),
            ("٣/٤/١٩٨٨", "no date"),
        ],
    )
    def test_what_is_no_day_is_refused_with_its_reason(self, cell: str, says: str) -> None:
        assert says in refused(cell)

    def test_a_leap_day_of_one_century_only_is_no_question(self) -> None:
        assert birth("2/29/00") == date(2000, 2, 29)

    @pytest.mark.parametrize(
        "cell, day",
        [
            ("2026-11-24T00:30:00Z", date(2026, 11, 23)),
            ("2026-11-23T20:00:00-05:00", date(2026, 11, 23)),
            ("2026-11-23T20:00:00-08:00", date(2026, 11, 23)),
            ("2026-11-23T23:00:00-08:00", date(2026, 11, 24)),
            ("2026-11-23T23:30:00", date(2026, 11, 23)),
            ("11/23/2026 9:00 AM", date(2026, 11, 23)),
            ("11/23/2026, 9:00 p.m.", date(2026, 11, 23)),
            ("46349.375", date(2026, 11, 23)),
        ],
    )
    def test_a_visits_day_is_the_practices(self, cell: str, day: date) -> None:
        assert values.near_date(cell, TODAY, ZoneInfo("America/New_York")) == day

    @pytest.mark.parametrize("cell", ["11/23/2062", "11/23/2006", "11/23/1926", "42349000"])
    def test_a_day_of_service_far_from_today_is_refused(self, cell: str) -> None:
        with pytest.raises(BadValue):
            values.near_date(cell, TODAY)


class TestMoney:
    @pytest.mark.parametrize(
        "cell, amount",
        [
            ("$12.00", "12.00"),
            ("($12.00)", "-12.00"),
            ("(12)", "-12.00"),
            ("-12.50", "-12.50"),
            ("-$12.50", "-12.50"),
            ("$-12.50", "-12.50"),
            ("12.50-", "-12.50"),
            ("$1,234.50", "1234.50"),
            ("1,234,567.8", "1234567.80"),
            (".5", "0.50"),
            ("12.", "12.00"),
            ("$ 180.00", "180.00"),
            ("+3", "3.00"),
            ("180.000", "180.00"),
        ],
    )
    def test_all_usual_ways(self, cell: str, amount: str) -> None:
        assert str(values.money(cell)) == amount

    @pytest.mark.parametrize(
        "cell",
        [
            "12,50",
            "1.234,50",
            "1,23.00",
            "12.345",
            "(12.00",
            "12.00)",
            "--12",
            "$",
            "",
            ".",
            "1e3",
            "twelve",
            "12 USD",
            "+1+1",
            "=12",
            "1" * 40,
            "NaN",
            "∞",
            "\uff11\uff12",
        ],
    )
    def test_what_is_no_clear_amount_is_refused(self, cell: str) -> None:
        with pytest.raises(BadValue):
            values.money(cell)

    @settings(deadline=None)
    @given(st.decimals(min_value=-999_999, max_value=999_999, places=2))
    def test_every_amount_survives_every_way_of_writing_it(self, amount: Decimal) -> None:
        size = f"{abs(amount):,.2f}"
        ways = (
            [f"({size})", f"(${size})", f"-${size}", f"-{abs(amount)}", f"{size}-"] if amount < 0 else [size, f"${size}", str(abs(amount))]
        )
        assert {values.money(way) for way in ways} == {amount}

    @pytest.mark.parametrize("cell", ["-1", "(5.00)", "1,000,000.00"])
    def test_a_charge_is_neither_negative_nor_enormous(self, cell: str) -> None:
        with pytest.raises(BadValue):
            values.charge(cell)


class TestIds:
    @pytest.mark.parametrize(
        "cell, text",
        [
            ("000123", "000123"),
            (" W-12 34/5_6.7#8 ", "W-12 34/5_6.7#8"),
            ('="00123"', "00123"),
            ("'00123", "00123"),
            ("1E10", "1E10"),
            ("XYZ\u00a01", "XYZ 1"),
        ],
    )
    def test_they_are_text(self, cell: str, text: str) -> None:
        assert values.identifier(cell) == text

    @pytest.mark.parametrize(
        "cell, says",
        [
            ("1.23E+11", "scientific notation"),
            ("1.23456789012e+11", "scientific notation"),
            ("5E+09", "scientific notation"),
            ("=cmd|' /C calc'!A0", "formula"),
            ("+1+1", "formula"),
            ("-2+3", "formula"),
            ("@SUM(1)", "formula"),
            ('=HYPERLINK("http://x")', "formula"),
            ("***-**-1234", "masked"),
            ("W****34", "masked"),
            ("W1\u200b2", "invisible"),
            ("W1\x002", "invisible"),
            ("W1\t2", "invisible"),
            ("W1\n2", "invisible"),
            ("W" * 81, "longer than 80"),
            ("Wé", "no id has"),
            ("#N/A", "error marks"),
            ("W\ufffd", "lost"),
        ],
    )
    def test_what_was_ruined_is_refused_with_its_reason(self, cell: str, says: str) -> None:
        with pytest.raises(BadValue, match=re.escape(says)):
            values.identifier(cell)

    @pytest.mark.parametrize("cell, says", [("1999900017", "check digit"), ("199990001", "ten digits"), ("1.9999E+09", "scientific")])
    def test_an_npi_is_checked(self, cell: str, says: str) -> None:
        with pytest.raises(BadValue, match=says):
            values.npi(cell)

    def test_a_tax_id_is_nine_digits_with_or_without_a_dash(self) -> None:
        assert values.tin("54-1234567", ()) == "541234567"

    def test_zeros_that_excel_cut_off_the_practices_own_tax_id_come_back(self) -> None:
        assert values.tin("4719283", ("004719283",)) == "004719283"
        with pytest.raises(BadValue, match="nine digits"):
            values.tin("4719284", ("004719283",))


class TestNames:
    @pytest.mark.parametrize(
        "cell, name",
        [
            ("Okonkwo, Amara", ("Okonkwo", "Amara")),
            ("Okonkwo, Amara Q", ("Okonkwo", "Amara")),
            ("OKONKWO,AMARA Q.", ("OKONKWO", "AMARA")),
            ("Okonkwo, Amara Lee", ("Okonkwo", "Amara Lee")),
            ("Lund Jr, Per", ("Lund Jr", "Per")),
            ("Lund, Per, Jr.", ("Lund Jr.", "Per")),
            ("de la Cruz, Ana", ("de la Cruz", "Ana")),
            ("Amara Okonkwo", ("Okonkwo", "Amara")),
            ("Amara Q. Okonkwo", ("Okonkwo", "Amara")),
            ("Ana de la Cruz", ("de la Cruz", "Ana")),
            ("Per Lund III", ("Lund III", "Per")),
            ("  Amara   Okonkwo ", ("Okonkwo", "Amara")),
            ("O'Neill-García, Zoë", ("O'Neill-García", "Zoë")),
        ],
    )
    def test_both_orders_in_one_cell(self, cell: str, name: tuple[str, str]) -> None:
        assert values.full_name(cell) == Name(*name)

    @pytest.mark.parametrize(
        "cell, says",
        [
            ("Mary Ann Smith", "which words are the last name"),
            ("Cher", "which words are the last name"),
            ("Okonkwo,", "lacks the first name"),
            ("Okonkwo, Jr", "lacks the first name"),
            (", Amara", "no letter"),
            ("12, 34", "no letter"),
            ("=1+1", "formula"),
            ("+A+B", "formula"),
            ("MuÃ±oz, Ana", "garbled"),
            ("Mu\ufffdoz, Ana", "lost"),
            ("A" * 61 + ", B", "longer than 60"),
            ("Oko\u202enkwo, A", "invisible"),
        ],
    )
    def test_what_is_not_plain_is_refused_not_guessed(self, cell: str, says: str) -> None:
        with pytest.raises(BadValue, match=says):
            values.full_name(cell)

    @settings(deadline=None)
    @given(
        st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=20),
        st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=20),
    )
    def test_last_comma_first_always_finds_both(self, last: str, first: str) -> None:
        try:
            found = values.full_name(f"{last}, {first}")
        except BadValue as bad:
            assert str(bad) in {"lacks the first name", "has letters that an earlier export garbled; type it anew"}  # noqa: PT017
        else:
            assert found == Name(values.name(last), values.name(first))


class TestBlank:
    @pytest.mark.parametrize("cell", ["", " ", "--", "-", "---", "\u2014", "\u2013", "n/a", "N/A", "not shown", "\u00a0"])
    def test_marks_for_nothing_are_nothing(self, cell: str) -> None:
        assert values.is_blank(cell)

    @pytest.mark.parametrize("cell", ["0", "-1", "x", "None", "#N/A"])
    def test_other_cells_are_something(self, cell: str) -> None:
        assert not values.is_blank(cell)


class TestRows:
    def test_a_good_row_has_no_rejects(self, tmp_path: Path) -> None:
        assert visit(tmp_path).rejects == ()
        assert claim(tmp_path).rejects == ()

    @pytest.mark.parametrize(
        "column, cell, says",
        [
            ("patient_last", "--", "is empty"),
            ("patient_first", "", "is empty"),
            ("patient_dob", "1/1/2027", "future"),
            ("patient_dob", "11/24/2026", "future"),
            ("member_id", "--", "is empty"),
            ("member_id", "1.23E+11", "scientific notation"),
            ("patient_last", "=cmd|' /C calc'!A0", "formula"),
            ("rendering_npi", "1234567890", "check digit"),
            ("start_at", "soon", "no date"),
            ("payer_name", "Aetna Better Health", "practice.yaml"),
            ("patient_key", "=A1", "formula"),
            ("patient_key", "1.0E+10", "scientific notation"),
        ],
    )
    def test_one_bad_cell_rejects_a_visit_by_column_and_reason(self, tmp_path: Path, column: str, cell: str, says: str) -> None:
        row = visit(tmp_path, **{"payer_key": "", "payer_id": "", column: cell})
        assert row.ask is None
        (reject,) = row.rejects
        assert reject.column == column
        assert says in reject.reason
        assert cell in {"", "--"} or cell not in reject.reason

    @pytest.mark.parametrize(
        "column, cell, says",
        [
            ("claim_id", "=1", "formula"),
            ("claim_id", "", "is empty"),
            ("dos_from", "11/21/2026", "future"),
            ("dos_to", "09/30/2026", "before the first date of service"),
            ("dos_to", "9/30/26", "before the first date of service"),
            ("dos_from", "03/03/1988", "too far"),
            ("charge_amount", "(12.00)", "below zero"),
            ("charge_amount", "abc", "no amount of money"),
            ("first_sent_date", "13/13/2026", "does not exist"),
            ("payer_claim_no", "4.5E+12", "scientific notation"),
            ("payer_name", "Medicare", "HETS 270/271"),
            ("payer_name", "Humana", "no login for humana_portal"),
        ],
    )
    def test_one_bad_cell_rejects_a_claim_by_column_and_reason(self, tmp_path: Path, column: str, cell: str, says: str) -> None:
        path = tmp_path / "claims.csv"
        path.write_text(csv_text(table({**CLAIM, column: cell})), newline="")
        humana = {"payer": "humana", "name": "Humana", "portal": "humana_portal"}
        practice = Practice.model_validate(
            {**PRACTICE.model_dump(by_alias=True), "routes": [*PRACTICE.model_dump(by_alias=True)["routes"], humana]}
        )
        (row,) = intake.read(path, Job.CLAIM_STATUS, practice, TODAY).rows
        assert row.ask is None
        (reject,) = row.rejects
        assert reject.column == column
        assert says in reject.reason

    def test_everything_wrong_is_told_at_once(self, tmp_path: Path) -> None:
        row = claim(tmp_path, patient_dob="x", charge_amount="y", payer_name="z")
        assert set(reasons(row)) == {"patient_dob", "charge_amount", "payer_name"}

    def test_the_files_own_name_of_the_column_is_used(self, tmp_path: Path) -> None:
        renamed = {("Date of Birth" if name == "patient_dob" else name): cell for name, cell in {**VISIT, "patient_dob": "x"}.items()}
        (row,) = read(tmp_path, csv_text(table(renamed))).rows
        assert set(reasons(row)) == {"Date of Birth"}

    def test_a_visit_before_birth_is_rejected(self, tmp_path: Path) -> None:
        row = claim(tmp_path, patient_dob="10/02/2026")
        assert reasons(row) == {"dos_from": "lies before the patient's birth"}

    @pytest.mark.parametrize("status", ["cancelled", "Canceled", "Late cancel", "CANCELLED - clinician", "x Canceled"])
    def test_a_cancelled_appointment_is_not_asked_and_says_only_that(self, tmp_path: Path, status: str) -> None:
        row = visit(tmp_path, appointment_status=status, patient_dob="x")
        assert row.ask is None
        assert reasons(row) == {"appointment_status": "the appointment is cancelled"}

    def test_a_row_of_another_practice_is_not_asked(self, tmp_path: Path) -> None:
        assert "another practice" in reasons(visit(tmp_path, tenant="other"))["tenant"]
        assert visit(tmp_path, tenant="cedar-grove").ask is not None

    def test_a_claim_with_the_payers_number_needs_no_member_id(self, tmp_path: Path) -> None:
        assert claim(tmp_path, member_id="--").ask is not None
        assert reasons(claim(tmp_path, member_id="--", payer_claim_no="--")) == {"member_id": "is empty"}

    def test_a_missing_last_day_is_the_first(self, tmp_path: Path) -> None:
        ask = claim(tmp_path, dos_to="--").ask
        assert isinstance(ask, ClaimStatusRequest)
        assert ask.dos_to == ask.dos_from

    def test_ones_own_service_type_is_asked_first(self, tmp_path: Path) -> None:
        ask = visit(tmp_path, service_type="98").ask
        assert isinstance(ask, EligibilityRequest)
        assert ask.service_types == ("98", "MH", "30")

    def test_a_dependent_comes_with_the_subscriber(self, tmp_path: Path) -> None:
        ask = visit(
            tmp_path, subscriber_relation="Child", subscriber_name="Okonkwo, Ngozi", subscriber_dob="1/2/1960", patient_sex="Female"
        ).ask
        assert ask is not None
        who = patient_of(ask)
        assert (who.relation, who.sex, who.subscriber_last, who.subscriber_first, who.subscriber_dob) == (
            "child",
            "F",
            "Okonkwo",
            "Ngozi",
            date(1960, 1, 2),
        )

    def test_an_unknown_relation_is_not_guessed(self, tmp_path: Path) -> None:
        assert "self, spouse, child or other" in reasons(visit(tmp_path, subscriber_relation="cousin?"))["subscriber_relation"]


class TestWhere:
    def practice(self, **more: object) -> Practice:
        return Practice.model_validate({**PRACTICE.model_dump(by_alias=True), **more})

    def one(self, folder: Path, practice: Practice, built: tuple[str, ...] | None = None, **changed: str) -> NewRow:
        path = folder / "schedule.csv"
        path.write_text(csv_text(table({**VISIT, "payer_key": "", "payer_id": "", **changed})), newline="")
        (row,) = intake.read(path, Job.ELIGIBILITY, practice, TODAY, built=built).rows
        return row

    def test_a_payer_of_a_portal_that_is_not_built_yet_waits_there_without_a_login(self, tmp_path: Path) -> None:
        row = self.one(tmp_path, PRACTICE, ("availity",), payer_name="UHC")
        assert row.ask is not None
        assert (row.portal, row.login, row.ask.payer_label, row.ask.organization) == ("uhc", "", "UNITEDHEALTHCARE", "")

    def test_a_payer_of_a_built_portal_needs_a_login(self, tmp_path: Path) -> None:
        row = self.one(tmp_path, self.practice(logins=[]), ("availity",), payer_name="Aetna")
        assert reasons(row) == {"payer_name": "the practice has no login for availity; add one to practice.yaml"}

    def test_the_practices_own_key_decides_over_name_and_id(self, tmp_path: Path) -> None:
        row = self.one(tmp_path, PRACTICE, payer_key="aetna", payer_name="Whatever Plan", payer_id="61101")
        assert row.ask is not None
        assert row.ask.payer_key == "aetna"

    def test_a_key_of_another_system_leaves_the_name_to_decide(self, tmp_path: Path) -> None:
        row = self.one(tmp_path, PRACTICE, payer_key="INS-17", payer_name="Aetna")
        assert row.ask is not None

    def test_name_and_id_of_different_payers_are_not_guessed(self, tmp_path: Path) -> None:
        assert "contradict" in reasons(self.one(tmp_path, PRACTICE, payer_name="Aetna", payer_id="61101"))["payer_name"]

    def test_a_route_that_has_ended_is_said(self, tmp_path: Path) -> None:
        ended = {"payer": "aetna", "name": "Aetna", "portal": "availity", "until": "2026-11-22"}
        assert "no route for that day" in reasons(self.one(tmp_path, self.practice(routes=[ended]), payer_name="Aetna"))["payer_name"]

    def test_the_region_is_the_routes_else_the_logins_else_the_practices(self, tmp_path: Path) -> None:
        logins = [{"portal": "availity", "name": "a", "owner": "ruth"}]
        routed = {"payer": "aetna", "name": "Aetna", "portal": "availity", "region": "NC"}
        regions = []
        for practice in (self.practice(routes=[routed]), PRACTICE, self.practice(logins=logins)):
            ask = self.one(tmp_path, practice, payer_name="Aetna").ask
            assert ask is not None
            regions.append(ask.region)
        assert regions == ["NC", "MD", "VA"]

    def test_billing_comes_from_the_row_where_the_row_has_it(self, tmp_path: Path) -> None:
        ask = self.one(tmp_path, PRACTICE, payer_name="Aetna", billing_npi="1999900024", billing_tin="00-4719283").ask
        assert ask is not None
        assert (ask.billing_npi, ask.billing_tin, ask.group_npis) == ("1999900024", "004719283", ("1999900016",))

    def test_a_billing_npi_alone_that_is_not_the_practices_needs_its_tax_id(self, tmp_path: Path) -> None:
        row = self.one(tmp_path, PRACTICE, payer_name="Aetna", billing_npi="1234567893")
        assert reasons(row) == {"billing_npi": "is none of the practice's own in practice.yaml"}

    def test_the_only_clinician_renders_every_visit(self, tmp_path: Path) -> None:
        practice = self.practice(clinicians=[{"npi": "1234567893", "name": "Per Lund"}])
        ask = self.one(tmp_path, practice, payer_name="Aetna", rendering_npi="--").ask
        assert ask is not None
        assert ask.rendering_npi == "1234567893"


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(CLAIM)), st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=4, max_size=30))
def test_no_reason_ever_repeats_a_cell(tmp_path: Path, column: str, cell: str) -> None:
    row = claim(tmp_path, **{column: cell})
    said = " ".join(reject.reason for reject in row.rejects)
    assert len(cell.strip()) < len("abcd") or cell.strip() not in said
