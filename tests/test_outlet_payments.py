"""What staff are to do about a payment, and service lines that add up to the check."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from payerbot.eob import x12
from payerbot.model import Job, Outcome
from payerbot.outlet import columns, eob_lines, files, todo, todo_payments
from payerbot.outlet.columns import Run
from payerbot.outlet.work import Work
from payerbot.remittance import EobResult, ProviderAdjustment, Remittance
from payerbot.rows import Line
from sandbox.eobs.x12 import as_835
from tests.eob_support import adjustment, check, claim, line, world

HEADER = ("payment_id", "check_no")
RUN = Run("eobs-20261120-7f3a9c12", ZoneInfo("America/New_York"))
PAID = claim(line("180.00", "61.60", CO_45="68.40", PR_3="50.00"))
DENIED = claim(line("145.00", "0.00", CO_197="145.00"), clp_status="4", claim_id="HL2")


def answered(said: Remittance, **changed: Any) -> EobResult:
    facts = {
        "outcome": Outcome.ANSWERED,
        "match": ("check_no", "check_date", "amount", "payee"),
        "eob_id": "ab" * 32,
        "file_sha256": "cd" * 32,
        "medium": "pdf",
        "check_no": said.check_no,
        "check_date": said.check_date,
        "check_amount": said.amount,
        "payer_name": said.payer,
        "claim_count": len(said.claims),
        "balance_ok": True,
        "fetched": "now",
        "remittance": said,
    }
    return EobResult(**{**facts, **changed})


def done(answer: EobResult, n: int = 1) -> Line:
    return Line(line=n, cells=(f"PMT{n}", "x"), item=f"i{n}", portal="availity", login="one", state="done", answer=answer)


def written(folder: Path, *lines: Line) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    out = folder / "payments.answers.csv"
    files.write(lines, HEADER, Job.EOBS, out, RUN)
    return read(out), read(folder / "payments.eob_lines.csv")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def cents(rows: list[dict[str, str]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


# --- what staff do -----------------------------------------------------------------------------------------------------------------


def work(answer: EobResult) -> Work:
    return todo.work(done(answer), Job.EOBS)


@pytest.mark.parametrize(
    "answer, to_do, why, person",
    [
        (answered(check(PAID)), "POST", "$61.60 by check 0013141402 of 11/12/2026, 1 claim", False),
        (answered(check(claim(line("180", "0", PR_1="180")))), "POST", "$0.00 by check 0013141402 of 11/12/2026, 1 claim", False),
        (answered(check(PAID, DENIED)), "POST - work denials", "$61.60 by check 0013141402 of 11/12/2026, 2 claims; 1 denied", True),
        (
            answered(check(PAID, plbs=(ProviderAdjustment(code="L6", amount=Decimal("-3.42")),)), fetched="before"),
            "POST",
            "$65.02 by check 0013141402 of 11/12/2026, 1 claim; provider adjustments: L6 -$3.42; fetched before",
            False,
        ),
        (answered(check(PAID), balance_ok=False), "READ IT", "it does not balance: a person has to read it", True),
        (
            EobResult(outcome=Outcome.UNREADABLE, reason="a scan: a person has to read it"),
            "READ IT",
            "a scan: a person has to read it",
            True,
        ),
        (
            EobResult(outcome=Outcome.NOT_FOUND, tried=("check_no",)),
            "NOT FOUND",
            "the portal lists no such payment (tried: check_no)",
            True,
        ),
        (EobResult(outcome=Outcome.AMBIGUOUS), "FIX", "more than one payment fits; give the check number", True),
        (EobResult(outcome=Outcome.BAD_DATA, field="check_date"), "FIX", "the portal refuses check_date", True),
    ],
)
def test_what_staff_do_about_a_payment(answer: EobResult, to_do: str, why: str, person: bool) -> None:
    assert work(answer) == Work(to_do, why, person)  # type: ignore[arg-type]
    assert to_do in todo_payments.PAYMENTS


def test_a_row_that_waits_is_not_checked() -> None:
    waits = Line(line=1, cells=("a", "b"), item="i", portal="availity", login="one", state="waiting", waits_for="the portal to be back")
    assert todo.work(waits, Job.EOBS) == Work("NOT CHECKED", "the portal to be back", person=False)


# --- the result file ---------------------------------------------------------------------------------------------------------------


def test_the_result_has_one_line_a_row_and_no_remittance_in_it(tmp_path: Path) -> None:
    asked = answered(check(PAID), claim=PAID)
    (row, lost), _ = written(tmp_path, done(asked), done(EobResult(outcome=Outcome.NOT_FOUND), 2))
    assert (row["payment_id"], row["check_no"], row["payerbot_check_no"]) == ("PMT1", "x", "0013141402")
    assert (row["outcome"], row["to_do"], row["check_amount"], row["fetched"]) == ("answered", "POST", "61.60", "now")
    assert row["claim"] == "HL1 M1: charge $180.00, paid $61.60, paid"
    assert (row["match_score"], row["confidence"]) == ("1.00", "high")
    assert "remittance" not in row
    assert (lost["outcome"], lost["to_do"], lost["check_amount"]) == ("not_found", "NOT FOUND", "")
    assert set(columns.IDENTIFIERS) >= {Job.ELIGIBILITY, Job.CLAIM_STATUS, Job.EOBS}


# --- the service lines -------------------------------------------------------------------------------------------------------------


def test_every_check_of_the_world_adds_up_in_its_lines(tmp_path: Path) -> None:
    found = [x12.read(as_835(remit))[0] for remit in world(7).remits]
    _, lines = written(tmp_path, *(done(answered(said), n) for n, said in enumerate(found, 1)))
    for said in found:
        of_it = [row for row in lines if row["check_or_eft"] == said.check_no]
        assert cents(of_it, "paid") == Decimal(of_it[0]["check_amount"]) == said.amount
        assert [row["clp_status"] for row in of_it].count("PLB") == len(said.plbs)
    assert all(Decimal(row["charge"]) == Decimal(row["paid"]) + taken(row) for row in lines)


def taken(row: dict[str, str]) -> Decimal:
    return sum((Decimal(part.rpartition(":")[2]) for part in row["adjustments"].split(";") if part), Decimal(0))


def test_a_line_in_its_columns(tmp_path: Path) -> None:
    _, (row,) = written(tmp_path, done(answered(check(PAID))))
    assert tuple(row) == eob_lines.COLUMNS
    assert row == {
        "eob_id": "ab" * 32, "payer": "AETNA", "check_or_eft": "0013141402", "check_date": "2026-11-12", "check_amount": "61.60",
        "claim_id": "HL1", "payer_claim_no": "M1", "clp_status": "1", "dos": "2026-09-18", "cpt": "90837", "mods": "", "units": "1",
        "charge": "180.00", "allowed": "", "paid": "61.60", "pr_deductible": "0.00", "pr_coinsurance": "0.00", "pr_copay": "50.00",
        "co_45": "68.40", "adjustments": "CO-45:68.40;PR-3:50.00", "rarcs": "", "balance_ok": "Y", "file_sha256": "cd" * 32,
    }  # fmt: skip


def test_what_belongs_to_no_line_has_a_row_of_its_own(tmp_path: Path) -> None:
    split = claim(line("180", "100", CO_45="80"), paid=Decimal(95), adjustments=(adjustment("CO-253", "5"),))
    whole = claim(charge=Decimal(60), paid=Decimal(50), adjustments=(adjustment("CO-45", "10"),), claim_id="HL3", dos_from=date(2026, 9, 1))
    said = check(split, whole, plbs=(ProviderAdjustment(code="WO", amount=Decimal(20), reference="M9"),))
    _, lines = written(tmp_path, done(answered(said)))
    assert [(row["claim_id"], row["cpt"], row["charge"], row["paid"], row["adjustments"]) for row in lines] == [
        ("HL1", "90837", "180.00", "100.00", "CO-45:80.00"),
        ("HL1", "", "0.00", "-5.00", "CO-253:5.00"),
        ("HL3", "", "60.00", "50.00", "CO-45:10.00"),
        ("", "", "0.00", "-20.00", "PLB-WO:20.00"),
    ]
    assert (lines[2]["dos"], lines[3]["clp_status"], lines[3]["payer_claim_no"]) == ("2026-09-01", "PLB", "M9")
    assert cents(lines, "paid") == said.amount == Decimal(125)


def test_only_what_balances_is_there_and_each_check_once(tmp_path: Path) -> None:
    said = check(PAID)
    rows, lines = written(
        tmp_path,
        done(answered(said), 1),
        done(answered(said, check_no="13141402", fetched="before"), 2),
        done(answered(said, check_no="0777", balance_ok=False), 3),
        done(EobResult(outcome=Outcome.UNREADABLE, eob_id="ef" * 32, remittance=None), 4),
    )
    assert len(rows) == 4
    assert [row["check_or_eft"] for row in lines] == ["0013141402"]


def test_formulas_are_defused_and_numbers_are_not(tmp_path: Path) -> None:
    taken_back = claim(line("-180", "-61.60", CO_45="-68.40", PR_3="-50"), clp_status="22", claim_id="=HYPERLINK(1)", payer_claim_no="-17")
    said = check(
        taken_back, amount=Decimal(0), plbs=(ProviderAdjustment(code="FB", amount=Decimal("-61.60"), reference="@x"),), payer="+evil"
    )
    _, (row, plb) = written(tmp_path, done(answered(said)))
    assert (row["claim_id"], row["payer"], plb["payer_claim_no"]) == ("'=HYPERLINK(1)", "'+evil", "'@x")
    assert (row["charge"], row["paid"], row["payer_claim_no"], plb["paid"]) == ("-180.00", "-61.60", "-17", "61.60")
    assert cents([row, plb], "paid") == 0


def test_an_older_file_stays_where_the_new_one_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, done(answered(check(PAID))))
    monkeypatch.setattr(eob_lines, "rows", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(Exception, match="disk is full"):
        written(tmp_path, done(answered(check(PAID, PAID))))
    assert len(read(tmp_path / "payments.eob_lines.csv")) == 1
    assert not list(tmp_path.glob(".*.part"))
