"""Result files: one line per row always, staff's words first, the answer under its own names, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import errno
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payerbot import intake
from payerbot.errors import RunError, UserError
from payerbot.model import (
    Adjustment,
    AuthRule,
    Benefit,
    CarveOut,
    ClaimState,
    ClaimStatusResult,
    Coverage,
    EligibilityResult,
    Job,
    Network,
    OtherPayer,
    Outcome,
    ServiceLine,
)
from payerbot.outlet import columns, files, mapping, todo
from payerbot.outlet.cells import harmless
from payerbot.outlet.columns import Run
from payerbot.outlet.table import Totals
from payerbot.outlet.work import Work
from payerbot.rows import Answer, Line, Reject
from tests.intake_support import CLAIM, PRACTICE, TODAY, VISIT, csv_text, patient_of, table

RUN = Run(id="claims-20261122-7f3a9c12", zone=ZoneInfo("America/New_York"))
HEADER = ("patient_key", "note")
AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
COVERED = EligibilityResult(
    outcome=Outcome.ANSWERED,
    seen_as="Active Coverage",
    rung="member id and dates",
    tried=("member id and dates",),
    match=("member_id", "name", "birth_date"),
    coverage=Coverage.ACTIVE,
    plan="Choice POS II",
    plan_begin=date(2026, 1, 1),
    copay=Decimal(25),
    coinsurance=Decimal("0.2"),
    auth=AuthRule.NOT_REQUIRED,
    network=Network.IN,
)
PAID = ClaimStatusResult(
    outcome=Outcome.ANSWERED,
    match=("member_id", "dos", "charge"),
    state=ClaimState.PAID,
    paid=Decimal("96.5"),
    charge=Decimal(180),
    check_no="000123",
    check_date=date(2026, 11, 2),
    lines=(
        ServiceLine(
            dos=date(2026, 10, 1),
            cpt="90837",
            modifiers=("95",),
            units="1",
            charge=Decimal(180),
            paid=Decimal("96.5"),
            status="PAID",
            adjustments=(Adjustment(group="CO", carc="45", amount=Decimal("63.5")),),
            rarcs=("N381",),
        ),
    ),
)


def done(answer: Answer, n: int = 1, **more: Any) -> Line:
    return Line(
        line=n,
        cells=("P-1", ""),
        item=f"i{n}",
        portal="availity",
        login="automation-1",
        state="done",
        answer=answer,
        answered_at=AT,
        **more,
    )


def waiting(n: int = 1, **more: Any) -> Line:
    return Line(
        **{"line": n, "cells": ("P-1", ""), "item": f"i{n}", "portal": "availity", "login": "automation-1", "state": "waiting", **more}
    )


def rejected(n: int = 1, column: str = "dob", reason: str = "is empty") -> Line:
    return Line(line=n, cells=("P-1", ""), state="rejected", rejects=(Reject(column=column, reason=reason),))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def written(folder: Path, *lines: Line, job: Job = Job.ELIGIBILITY, run: Run = RUN) -> list[dict[str, str]]:
    out = folder / "out.csv"
    files.write(lines, HEADER, job, out, run)
    return rows(out)


class TestColumns:
    def test_the_inputs_own_come_first_in_their_order_then_staffs_then_ours(self, tmp_path: Path) -> None:
        (row,) = written(tmp_path, done(COVERED))
        assert list(row)[:5] == ["patient_key", "note", "to_do", "why", "waits_for"]

    @pytest.mark.parametrize("job, answer", [(Job.ELIGIBILITY, COVERED), (Job.CLAIM_STATUS, PAID)])
    def test_every_field_of_the_answer_stands_under_its_own_name(self, tmp_path: Path, job: Job, answer: Answer) -> None:
        (row,) = written(tmp_path, done(answer), job=job)
        assert set(type(answer).model_fields) - {"listed_as"} <= set(row)

    @pytest.mark.parametrize(
        "name",
        [
            "run_id",
            "item_key",
            "portal_key",
            "delegated_user_ref",
            "started_at",
            "finished_at",
            "outcome",
            "attempts",
            "match_score",
            "evidence_path",
            "evidence_sha256",
            "parser_version",
            "confidence",
            "needs_human",
            "human_reason",
            "next_due",
        ],
    )
    def test_the_agreed_columns_are_there(self, name: str) -> None:
        assert name in columns.names((), Job.ELIGIBILITY)
        assert name in columns.names((), Job.CLAIM_STATUS)

    def test_a_column_the_input_has_too_keeps_its_values_and_ours_gets_a_prefix(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        line = done(COVERED).model_copy(update={"cells": ("my id", "mine", "theirs")})
        files.write([line], ("Member_ID", "outcome", "payerbot_outcome"), Job.ELIGIBILITY, out, RUN)
        (row,) = rows(out)
        assert (row["Member_ID"], row["outcome"], row["payerbot_outcome"]) == ("my id", "mine", "theirs")
        assert (row["payerbot_member_id"], row["payerbot_payerbot_outcome"]) == ("not shown", "answered")

    @given(st.lists(st.sampled_from(["to_do", "Outcome", "payerbot_outcome", "a", "copay", "payerbot_copay"]), unique_by=str.casefold))
    def test_no_two_columns_ever_have_one_name(self, header: list[str]) -> None:
        names = [name.casefold() for name in columns.names(header, Job.ELIGIBILITY)]
        assert len(names) == len(set(names))


class TestAnswers:
    def test_what_the_page_does_not_show_is_said_to_be_not_shown(self, tmp_path: Path) -> None:
        (row,) = written(tmp_path, done(COVERED))
        assert (row["visits_left"], row["plan_end"], row["carve_out"], row["deductible"]) == ("not shown",) * 4
        assert (row["auth"], row["coverage"], row["copay"], row["coinsurance"]) == ("not_required", "active", "25.00", "0.2")
        assert row["plan_begin"] == "2026-01-01"

    def test_a_blank_authorization_rule_is_unknown(self, tmp_path: Path) -> None:
        (row,) = written(tmp_path, done(COVERED.model_copy(update={"auth": AuthRule.UNKNOWN})))
        assert row["auth"] == "unknown"
        assert "not shown: authorization rule" in row["why"]

    def test_a_row_that_was_not_found_shows_no_findings(self, tmp_path: Path) -> None:
        answer = EligibilityResult(outcome=Outcome.NOT_FOUND, tried=("member id and dates", "name and birth date"))
        reread = EligibilityResult.model_validate_json(answer.model_dump_json())
        direct, stored = written(tmp_path, done(answer), done(reread, 2))
        assert {name for name in columns.answer_fields(Job.ELIGIBILITY) if direct[name]} == {"tried"}
        assert [direct[name] for name in columns.answer_fields(Job.ELIGIBILITY)] == [
            stored[name] for name in columns.answer_fields(Job.ELIGIBILITY)
        ]

    def test_lines_and_benefits_can_be_read(self, tmp_path: Path) -> None:
        (claim,) = written(tmp_path, done(PAID), job=Job.CLAIM_STATUS)
        assert claim["lines"] == "2026-10-01 90837-95 x1 charge $180.00 paid $96.50 PAID CO-45:63.50 N381"
        benefits = (
            Benefit(service_type="MH", kind="copay", network=Network.IN, period="visit", amount=Decimal(25)),
            Benefit(service_type="30", kind="deductible", level="family", amount=Decimal(1500), remaining=Decimal("12.5"), text="Annual"),
            Benefit(service_type="MH", kind="limit", allowed=20, used=3, left=17),
        )
        answer = COVERED.model_copy(
            update={
                "benefits": benefits,
                "carve_out": CarveOut(name="Brightpath", phone="800-555-0100", payer_id="BP1"),
                "other_payers": (OtherPayer(name="Harbor Mutual", order="secondary", member_id="H1"), OtherPayer(name="Other")),
            }
        )
        (visit,) = written(tmp_path, done(answer))
        assert visit["benefits"] == (
            "MH, copay, in network, per visit, $25.00 | "
            '30, deductible, family, $1,500.00, $12.50 left, "Annual" | '
            "MH, limit, 20 visits allowed, 3 visits used, 17 visits left"
        )
        assert visit["carve_out"] == "Brightpath, 800-555-0100, payer id BP1"
        assert visit["other_payers"] == "Harbor Mutual (secondary) member id H1; Other"

    def test_times_are_the_practices_with_their_offset(self, tmp_path: Path) -> None:
        summer = datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
        (row,) = written(tmp_path, done(COVERED, started_at=summer, finished_at=AT))
        assert (row["started_at"], row["finished_at"]) == ("2026-07-01T12:00:00-04:00", "2026-11-21T22:04:05-05:00")
        assert row["answered_at"] == "2026-11-21T22:04:05-05:00"

    def test_evidence_is_named_by_content_and_by_place(self, tmp_path: Path) -> None:
        run = RUN._replace(evidence_path=lambda address: f"evidence/{address[:2]}/{address}")
        (row,) = written(tmp_path, done(COVERED, evidence=("ab12", "cd34")), run=run)
        assert (row["evidence_sha256"], row["evidence_path"]) == ("ab12; cd34", "evidence/ab/ab12; evidence/cd/cd34")

    @pytest.mark.parametrize(
        "answer, confidence, score",
        [
            (COVERED, "high", "1.00"),
            (PAID, "high", "0.60"),
            (PAID.model_copy(update={"match": ("payer_claim_no", "charge")}), "high", "1.00"),
            (COVERED.model_copy(update={"visits_from": "message"}), "medium", "1.00"),
            (COVERED.model_copy(update={"warnings": ("used exceeds allowed",)}), "medium", "1.00"),
            (COVERED.model_copy(update={"match": ("member_id",)}), "medium", "0.33"),
            (COVERED.model_copy(update={"match": ()}), "low", "0.00"),
            (COVERED.model_copy(update={"coverage": Coverage.UNKNOWN}), "low", "1.00"),
            (PAID.model_copy(update={"state": ClaimState.UNKNOWN}), "low", "0.60"),
            (EligibilityResult(outcome=Outcome.NOT_FOUND), "medium", ""),
            (EligibilityResult(outcome=Outcome.AMBIGUOUS), "low", ""),
            (EligibilityResult(outcome=Outcome.UNREADABLE), "low", ""),
        ],
    )
    def test_confidence_says_how_far_to_rely_on_it(self, tmp_path: Path, answer: Answer, confidence: str, score: str) -> None:
        job = Job.ELIGIBILITY if isinstance(answer, EligibilityResult) else Job.CLAIM_STATUS
        (row,) = written(tmp_path, done(answer), job=job)
        assert (row["confidence"], row["match_score"]) == (confidence, score)


def visit(**changed: Any) -> Work:
    return todo.work(done(COVERED.model_copy(update={"copay": Decimal(0), "coinsurance": None, **changed})), Job.ELIGIBILITY)


def claim(state: ClaimState, **changed: Any) -> Work:
    return todo.work(done(PAID.model_copy(update={"state": state, **changed})), Job.CLAIM_STATUS)


class TestToDoForVisits:
    @pytest.mark.parametrize(
        "changed, to_do, why",
        [
            ({}, "OK", "covered"),
            ({"copay": Decimal(25)}, "COLLECT", "copay $25.00"),
            ({"coinsurance": Decimal("0.15")}, "COLLECT", "coinsurance 15 %"),
            ({"coinsurance": Decimal("0.125")}, "COLLECT", "coinsurance 12.5 %"),
            ({"deductible_left": Decimal("1512.5")}, "COLLECT", "deductible left $1,512.50"),
            ({"coverage": Coverage.INACTIVE, "plan_end": date(2026, 11, 21)}, "NO COVERAGE", "since 11/21/2026"),
            ({"coverage": Coverage.UNKNOWN}, "NOT CHECKED", "does not show whether"),
            ({"visits_left": 0}, "FIX", "no visits left"),
            ({"visits_left": 1}, "OK", "covered"),
            ({"auth": AuthRule.REQUIRED}, "FIX", "authorization required"),
            ({"auth": AuthRule.UNKNOWN}, "OK", "not shown: authorization rule"),
            ({"copay": None}, "OK", "not shown: copay"),
            (
                {"carve_out": CarveOut(name="Brightpath", phone="800-555-0100")},
                "FIX",
                "wrong payer: behavioral benefits are kept by Brightpath 800-555-0100",
            ),
            ({"carve_out": CarveOut(name="", phone="800-555-0100")}, "FIX", "kept by 800-555-0100"),
            ({"other_payers": (OtherPayer(name="Harbor Mutual", order="primary"),)}, "FIX", "Harbor Mutual pays first"),
            ({"other_payers": (OtherPayer(name="Harbor Mutual", order="secondary"),)}, "OK", "covered"),
            ({"network": Network.OUT}, "FIX", "out of network only"),
            ({"benefits": (Benefit(service_type="MH", kind="not_covered", network=Network.IN),)}, "FIX", "mental health is not covered"),
        ],
    )
    def test_a_covered_answer_says_what_to_do(self, changed: dict[str, Any], to_do: str, why: str) -> None:
        work = visit(**changed)
        assert work.to_do == to_do
        assert why in work.why

    def test_a_terminated_policy_is_no_coverage_though_the_question_was_answered(self, tmp_path: Path) -> None:
        (row,) = written(tmp_path, done(COVERED.model_copy(update={"coverage": Coverage.INACTIVE})))
        assert (row["to_do"], row["outcome"], row["needs_human"]) == ("NO COVERAGE", "answered", "Y")

    @pytest.mark.parametrize(
        "outcome, to_do, why",
        [
            (Outcome.NOT_FOUND, "FIX", "fix registration"),
            (Outcome.AMBIGUOUS, "FIX", "more than one member"),
            (Outcome.BAD_DATA, "FIX", "refuses birth_date"),
            (Outcome.UNREADABLE, "NOT CHECKED", "not understood"),
            (Outcome.WRONG_PORTAL, "FIX", "wrong payer: ask Brightpath"),
        ],
    )
    def test_other_final_answers_go_to_a_person(self, outcome: Outcome, to_do: str, why: str) -> None:
        work = todo.work(done(EligibilityResult(outcome=outcome, field="birth_date", go_to="Brightpath")), Job.ELIGIBILITY)
        assert (work.to_do, work.person) == (to_do, True)
        assert why in work.why

    def test_staff_never_read_the_machines_words(self, tmp_path: Path) -> None:
        lines = [done(EligibilityResult(outcome=outcome), n) for n, outcome in enumerate(Outcome, start=1)]
        lines += [waiting(20 + n, last_outcome=outcome) for n, outcome in enumerate(Outcome)]
        words = {outcome.value for outcome in Outcome if "_" in outcome.value}
        for row in written(tmp_path, *lines):
            assert row["to_do"] in todo.VISITS
            assert not words & set(re.split(r"[^a-z_]+", f"{row['why']} {row['waits_for']}"))


class TestAuthorizationOnFile:
    @pytest.mark.parametrize(
        "on_file, to_do",
        [
            (("AU-1", "", ""), "COLLECT"),
            (("AU-1", "11/23/2026", "1"), "COLLECT"),
            (("AU-1", "2026-12-31", "--"), "COLLECT"),
            (("", "12/31/2026", "5"), "FIX"),
            (("--", "", ""), "FIX"),
            (("AU-1", "11/22/2026", "5"), "FIX"),
            (("AU-1", "12/31/2026", "0"), "FIX"),
            (("AU-1", "soon", "5"), "FIX"),
            (("AU-1", "12/31/2026", "some"), "FIX"),
        ],
    )
    def test_only_one_that_holds_on_the_day_of_the_visit_counts(self, tmp_path: Path, on_file: tuple[str, ...], to_do: str) -> None:
        out = tmp_path / "out.csv"
        header = ("Appointment date", "Authorization number", "Auth end", "auth_units_left")
        line = done(COVERED.model_copy(update={"auth": AuthRule.REQUIRED})).model_copy(update={"cells": ("11/23/2026", *on_file)})
        files.write([line], header, Job.ELIGIBILITY, out, RUN)
        (row,) = rows(out)
        assert row["to_do"] == to_do
        assert ("authorization required: one is on file" in row["why"]) is (to_do != "FIX")


class TestToDoForClaims:
    @pytest.mark.parametrize(
        "state, changed, to_do, why",
        [
            (ClaimState.PAID, {}, "PAID", "paid $96.50 by check 000123 on 11/02/2026"),
            (ClaimState.PAID, {"paid": None, "check_no": None, "check_date": None}, "PAID", "paid an amount that is not shown"),
            (ClaimState.PAID_ZERO, {"patient_resp": Decimal(96), "carcs": ("PR-1",)}, "PAID", "the patient owes $96.00: PR-1"),
            (ClaimState.DENIED, {"carcs": ("CO-197",), "rarcs": ("N54",)}, "DENIED - work", "denied: CO-197, N54"),
            (ClaimState.PARTLY_DENIED, {}, "DENIED - work", "a line is denied"),
            (ClaimState.REVERSED, {"related": ("EKJ2",)}, "REVERSED - work", "look at EKJ2"),
            (ClaimState.REJECTED, {}, "FIX", "send a new claim"),
            (ClaimState.FORWARDED, {"go_to": "Brightpath"}, "FIX", "wrong payer: forwarded to Brightpath"),
            (ClaimState.PENDING_INFO, {"requested_info": "treatment plan"}, "FIX", "treatment plan"),
            (ClaimState.PENDING, {}, "WAIT", "in process"),
            (ClaimState.FINALIZED, {}, "NOT CHECKED", "read the remittance"),
            (ClaimState.UNKNOWN, {}, "NOT CHECKED", "does not show"),
        ],
    )
    def test_an_answered_claim_says_what_to_do(self, state: ClaimState, changed: dict[str, Any], to_do: str, why: str) -> None:
        work = claim(state, **changed)
        assert work.to_do == to_do
        assert why in work.why

    @pytest.mark.parametrize("state", ClaimState)
    def test_every_state_has_its_words(self, state: ClaimState) -> None:
        work = claim(state)
        assert work.to_do in todo.CLAIMS
        assert work.why
        assert "{" not in work.why

    def test_a_claim_that_is_not_on_file_is_to_be_fixed(self) -> None:
        work = todo.work(done(ClaimStatusResult(outcome=Outcome.NOT_FOUND, tried=("payer claim number",))), Job.CLAIM_STATUS)
        assert (work.to_do, work.why) == ("FIX", "not on file: the payer finds no such claim (tried: payer claim number)")

    def test_a_payers_words_with_braces_do_no_harm(self) -> None:
        assert claim(ClaimState.PENDING_INFO, requested_info="{paid} {0}").why.endswith("{paid} {0}")

    def test_a_claim_that_is_too_young_waits(self) -> None:
        assert todo.work(waiting(last_outcome=Outcome.NOT_YET), Job.CLAIM_STATUS).to_do == "WAIT"
        assert todo.work(waiting(last_outcome=Outcome.NOT_YET), Job.ELIGIBILITY).to_do == "NOT CHECKED"


class TestRowsWithoutAnAnswer:
    def test_a_rejected_row_comes_out_with_number_column_and_reason(self, tmp_path: Path) -> None:
        (row,) = written(tmp_path, rejected(7))
        assert (row["to_do"], row["why"], row["outcome"], row["needs_human"]) == ("FIX", "dob is empty", "rejected", "Y")
        assert (row["row"], row["rejected_columns"], row["rejected_reasons"]) == ("7", "dob", "is empty")
        assert row["coverage"] == ""

    def test_a_cancelled_appointment_is_nobodys_work(self, tmp_path: Path) -> None:
        (row,) = written(tmp_path, rejected(column="status", reason="the appointment is cancelled"))
        assert (row["to_do"], row["why"], row["outcome"], row["needs_human"]) == (
            "NOT CHECKED",
            "the appointment is cancelled",
            "not_asked",
            "N",
        )

    def test_what_the_set_up_lacks_is_not_the_front_desks_to_fix(self, tmp_path: Path) -> None:
        path = tmp_path / "in.csv"
        path.write_text(csv_text(table({**VISIT, "payer_key": "medicare"})), newline="")
        (read,) = intake.read(path, Job.ELIGIBILITY, PRACTICE, TODAY).rows
        work = todo.work(Line(line=1, cells=read.cells, state="rejected", rejects=read.rejects), Job.ELIGIBILITY)
        assert work.to_do == "NOT CHECKED"
        assert "HETS 270/271" in work.why

    @pytest.mark.parametrize(
        "more, says",
        [
            (
                {"waits_for": "the portal to be back", "next_due": datetime(2026, 11, 22, 11, 0, tzinfo=UTC)},
                "the portal to be back, until 11/22/2026 06:00",
            ),
            ({"waits_for": "question 12 (code)", "question": 12}, "question 12 (code)"),
            ({"waits_for": "code", "question": 12}, "question 12 (code)"),
            ({"question": 12}, "question 12"),
            ({"last_outcome": Outcome.PORTAL_DOWN}, "the portal to be back"),
            ({"last_outcome": Outcome.TERMS_BLOCKED}, "the owner's permission to use this portal"),
            ({}, "its turn"),
            ({"state": "taken"}, "its answer: it is being asked now"),
        ],
    )
    def test_a_waiting_row_says_what_it_waits_for_and_until_when(self, tmp_path: Path, more: dict[str, Any], says: str) -> None:
        (row,) = written(tmp_path, waiting(**more))
        assert row["to_do"] == "NOT CHECKED"
        assert row["waits_for"] == says

    def test_a_row_that_waits_for_a_person_says_so(self, tmp_path: Path) -> None:
        asked, down = written(
            tmp_path, waiting(question=12, last_outcome=Outcome.NEEDS_PERSON), waiting(2, last_outcome=Outcome.PORTAL_DOWN)
        )
        assert (asked["needs_human"], asked["question"], asked["outcome"]) == ("Y", "12", "needs_person")
        assert (down["needs_human"], down["outcome"]) == ("N", "portal_down")

    def test_the_same_question_twice_names_the_other_row(self, tmp_path: Path) -> None:
        (row,) = written(tmp_path, done(COVERED, 5, same_as=2))
        assert row["same_as_row"] == "2"


class TestTotals:
    def test_they_count_every_line_once(self, tmp_path: Path) -> None:
        lines = [done(COVERED, 1), done(EligibilityResult(outcome=Outcome.NOT_FOUND), 2), waiting(3), rejected(4)]
        lines += [rejected(5, "status", "the appointment is cancelled"), waiting(6, last_outcome=Outcome.PORTAL_DOWN)]
        totals = files.write(lines, HEADER, Job.ELIGIBILITY, tmp_path / "out.csv", RUN)
        assert totals.lines == 6
        assert (totals.answered, totals.waiting, totals.rejected, totals.complete) == (2, 2, 1, False)
        assert dict(totals.outcomes()) == {"answered": 1, "not_found": 1, "waiting": 1, "portal_down": 1, "rejected": 1, "not_asked": 1}
        assert dict(totals.to_dos()) == {"OK": 0, "COLLECT": 1, "FIX": 2, "NO COVERAGE": 0, "NOT CHECKED": 3}
        assert sum(totals.by_to_do.values()) == sum(totals.by_outcome.values()) == totals.lines
        assert totals.as_json()["by_to_do"] == {"COLLECT": 1, "FIX": 2, "NOT CHECKED": 3}

    def test_a_cancelled_appointment_leaves_a_run_complete(self) -> None:
        totals = Totals(Job.ELIGIBILITY)
        for line in (done(COVERED), rejected(reason="the appointment is cancelled")):
            totals.count(line, todo.work(line, Job.ELIGIBILITY))
        assert totals.complete


class TestFormulas:
    @pytest.mark.parametrize(
        "cell",
        [
            "=1+1",
            "=cmd|' /C calc'!A0",
            "+1+1",
            "-2+3",
            "@SUM(1)",
            "+cmd",
            "-cmd|x",
            "\t=1",
            "\r=1",
            "  =1",
            "\x00=1",
            "\uff1d1+1",
            "+15551234567 ext 2",
            "-1-1",
            "=",
            "@",
        ],
    )
    def test_what_a_spreadsheet_would_run_gets_an_apostrophe(self, cell: str) -> None:
        assert harmless(cell).startswith("'")

    @pytest.mark.parametrize(
        "cell",
        [
            "-12.50",
            "+12",
            "-1,234.50",
            "-$12.00",
            "($12.00)",
            "$5",
            "-5%",
            "-1E+05",
            "--",
            "-",
            "\u2014",
            "",
            "12/31/2026",
            "O'Brien",
            "a=b",
            "-.5",
        ],
    )
    def test_numbers_and_plain_text_stay_as_they_are(self, cell: str) -> None:
        assert harmless(cell) == cell

    @given(st.text())
    def test_nothing_that_starts_a_formula_gets_through(self, text: str) -> None:
        shown = harmless(text).lstrip(" ")
        if shown[:1] in {"=", "@"}:
            pytest.fail("a formula came through")
        if shown[:1] in {"+", "-"}:
            assert re.fullmatch(r"[-+$0-9.,%Ee()]+[\s]*|[-\u2013\u2014]+\s*", shown)

    def test_input_cells_payers_words_and_column_names_are_all_defused(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        line = done(COVERED.model_copy(update={"seen_as": "=evil()"})).model_copy(update={"cells": ("=A1", "-12.50")})
        files.write([line], ("=name", "note"), Job.ELIGIBILITY, out, RUN)
        (row,) = rows(out)
        assert (row["'=name"], row["note"], row["seen_as"]) == ("'=A1", "-12.50", "'=evil()")

    def test_a_result_file_can_be_read_in_again(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        line = done(COVERED).model_copy(update={"cells": (*VISIT.values(), "=1+1")})
        files.write([line], (*VISIT, "note"), Job.ELIGIBILITY, out, RUN)
        (again,) = intake.read(out, Job.ELIGIBILITY, PRACTICE, TODAY).rows
        assert again.ask is not None
        assert patient_of(again.ask).last == VISIT["patient_last"]


class TestTheFile:
    def test_excel_reads_its_letters_and_its_lines(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        line = done(COVERED).model_copy(update={"cells": ("Zoë", 'a "quoted"\r\nsecond, line')})
        files.write([line, done(COVERED, 2)], HEADER, Job.ELIGIBILITY, out, RUN)
        raw = out.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\r\n") == 4
        assert rows(out)[0]["note"] == 'a "quoted"\r\nsecond, line'

    def test_only_its_owner_may_read_it_also_where_it_was_open_before(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        out.write_text("old")
        out.chmod(0o644)
        files.write([done(COVERED)], HEADER, Job.ELIGIBILITY, out, RUN)
        assert os.name == "nt" or stat.S_IMODE(out.stat().st_mode) == 0o600

    def test_it_grows_while_the_run_goes_on_and_leaves_nothing_else(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        files.write([waiting(1), waiting(2)], HEADER, Job.ELIGIBILITY, out, RUN)
        files.write([done(COVERED, 1), waiting(2)], HEADER, Job.ELIGIBILITY, out, RUN)
        assert [row["to_do"] for row in rows(out)] == ["COLLECT", "NOT CHECKED"]
        assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]

    def test_lines_come_out_in_the_order_of_the_input(self, tmp_path: Path) -> None:
        assert [row["row"] for row in written(tmp_path, done(COVERED, 3), rejected(1), waiting(2))] == ["1", "2", "3"]

    def test_two_lines_for_one_row_are_refused_and_the_old_file_stays(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        out.write_text("old")
        with pytest.raises(RunError, match="Row 2 came out twice"):
            files.write([done(COVERED, 1), done(COVERED, 2), waiting(2)], HEADER, Job.ELIGIBILITY, out, RUN)
        assert out.read_text() == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]

    def test_cells_that_do_not_fit_the_header_move_no_column(self, tmp_path: Path) -> None:
        short = done(COVERED).model_copy(update={"cells": ("P-1",)})
        long = done(COVERED, 2).model_copy(update={"cells": ("P-1", "a", "b")})
        assert [row["to_do"] for row in written(tmp_path, short, long)] == ["COLLECT", "COLLECT"]

    def test_a_link_is_followed_not_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "there").mkdir()
        out = tmp_path / "out.csv"
        out.symlink_to(tmp_path / "there" / "real.csv")
        files.write([done(COVERED)], HEADER, Job.ELIGIBILITY, out, RUN)
        assert out.is_symlink()
        assert len(rows(tmp_path / "there" / "real.csv")) == 1

    def test_what_a_killed_run_left_behind_is_removed(self, tmp_path: Path) -> None:
        ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
        left = tmp_path / f".out.csv.{ended.stdout.strip()}.part"
        others = tmp_path / f".other.csv.{ended.stdout.strip()}.part"
        busy = tmp_path / f".out.csv.{os.getppid()}.part"
        for path in (left, others, busy):
            path.write_text("patients")
        files.write([done(COVERED)], HEADER, Job.ELIGIBILITY, tmp_path / "out.csv", RUN)
        assert not left.exists()
        assert others.exists()
        assert busy.exists()

    @pytest.mark.deep
    def test_twenty_thousand_lines_are_all_written(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        totals = files.write((done(PAID, n) for n in range(20_000, 0, -1)), HEADER, Job.CLAIM_STATUS, out, RUN)
        assert totals.lines == 20_000
        assert [int(row["row"]) for row in rows(out)] == list(range(1, 20_001))

    @settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=10), min_size=1, max_size=20))
    def test_rows_in_are_lines_out(self, tmp_path: Path, notes: list[str]) -> None:
        given = tmp_path / "claims.csv"
        given.write_text(csv_text(table(*({**CLAIM, "claim_id": note, "last_note": note} for note in notes))), newline="", encoding="utf-8")
        sheet = intake.read(given, Job.CLAIM_STATUS, PRACTICE, TODAY)
        lines = [
            Line(line=row.line, cells=row.cells, state="waiting" if row.ask else "rejected", rejects=row.rejects, portal=row.portal)
            for row in sheet.rows
        ]
        out = tmp_path / "out.csv"
        totals = files.write(lines, sheet.header, Job.CLAIM_STATUS, out, RUN)
        assert totals.lines == len(notes) == len(rows(out))
        assert [row["last_note"].lstrip("'") for row in rows(out)] == [harmless(row.cells[-1]).lstrip("'") for row in sheet.rows]

    def test_the_cells_of_a_workbook_come_out_too(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.worksheets[0].append(list(CLAIM))
        book.worksheets[0].append([*list(CLAIM.values())[:-1], "=1+1"])
        book.save(tmp_path / "claims.xlsx")
        sheet = intake.read(tmp_path / "claims.xlsx", Job.CLAIM_STATUS, PRACTICE, TODAY)
        lines = [Line(line=row.line, cells=row.cells, state="waiting") for row in sheet.rows]
        files.write(lines, sheet.header, Job.CLAIM_STATUS, tmp_path / "out.csv", RUN)
        (row,) = rows(tmp_path / "out.csv")
        assert {name: row[name] for name in CLAIM} == {**CLAIM, "last_note": "'=1+1"} | {"payer_claim_no": CLAIM["payer_claim_no"]}


def fails_with(number: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise OSError(number, os.strerror(number))

    return fail


class TestWhereItCannotBeWritten:
    def refusal(self, out: Path) -> UserError:
        with pytest.raises(UserError) as refused:
            files.write([done(COVERED)], HEADER, Job.ELIGIBILITY, out, RUN)
        with pytest.raises(UserError) as before:
            files.check(out)
        assert str(before.value) == str(refused.value)
        assert str(refused.value).endswith(".")
        return refused.value

    def test_a_folder_that_does_not_exist(self, tmp_path: Path) -> None:
        assert "does not exist" in str(self.refusal(tmp_path / "none" / "out.csv"))

    def test_a_file_in_the_place_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "none").write_text("x")
        assert "does not exist" in str(self.refusal(tmp_path / "none" / "out.csv"))

    def test_a_folder_in_the_place_of_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "out.csv").mkdir()
        assert "is a folder" in str(self.refusal(tmp_path / "out.csv"))

    @pytest.mark.parametrize(
        "number, error, says",
        [
            (errno.EACCES, UserError, "close it in Excel"),
            (errno.EROFS, UserError, "cannot be written there"),
            (errno.ENOSPC, RunError, "disk is full"),
        ],
    )
    def test_what_the_system_refuses_is_one_sentence_and_the_old_file_stays(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception], says: str
    ) -> None:
        out = tmp_path / "out.csv"
        out.write_text("old")
        monkeypatch.setattr(os, "fsync", fails_with(number))
        with pytest.raises(error, match=says):
            files.write([done(COVERED)], HEADER, Job.ELIGIBILITY, out, RUN)
        assert out.read_text() == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]

    def test_the_input_itself_is_never_the_result(self, tmp_path: Path) -> None:
        source = tmp_path / "in.csv"
        source.write_text("x")
        with pytest.raises(UserError, match="is the input itself"):
            files.check(tmp_path / "." / "in.csv", source)
        assert source.read_text() == "x"

    def test_a_good_place_is_found_good_and_left_as_it_was(self, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        files.check(out)
        assert list(tmp_path.iterdir()) == []
        out.write_text("old")
        files.check(out, tmp_path / "in.csv")
        assert out.read_text() == "old"


class TestOlderOutcomes:
    def test_every_older_word_has_a_meaning_now(self) -> None:
        older = (
            "ok partial not_found ambiguous blocked_captcha blocked_mfa terms_blocked login_failed portal_down timeout changed_layout error"
        )
        assert set(mapping.OLD) == set(older.split())

    def test_every_outcome_is_in_the_table_of_the_docs(self) -> None:
        printed = mapping.markdown()
        for outcome in Outcome:
            assert f"`{outcome.value}`" in printed
        for word in mapping.OLD:
            assert f"| `{word}` |" in printed
        assert len(printed.strip().splitlines()) == 2 + len(mapping.OLD) + len(mapping.NEW)
