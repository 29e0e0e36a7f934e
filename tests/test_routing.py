"""Where a question goes on to, and how two payers' answers about one patient become one."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from payerbot.model import (
    CarveOut,
    ClaimStatusRequest,
    ClaimStatusResult,
    Coverage,
    EligibilityRequest,
    EligibilityResult,
    Job,
    OtherPayer,
    Outcome,
    Patient,
)
from payerbot.practice import Practice
from payerbot.routing import Onward, onward
from payerbot.rows import Answer, Ask, Item, joined
from payerbot.run import SENT_ON, in_rounds
from payerbot.share import ShareReport

PRACTICE = """
name: Oak Street Counseling
tenant: oak
time_zone: America/New_York
state: VA
billing: [{npi: "1999900016", tin: "004719283"}]
staff: [{id: ruth, name: Ruth, roles: [owner], reach: desk}]
logins:
  - {portal: cascade, name: bot, owner: ruth, organization: Oak Street}
  - {portal: maple, name: second, owner: ruth, region: MD}
routes:
  - {payer: cascade, name: Cascade Health, portal: cascade, label: CASCADE}
  - {payer: maple, name: Maple Behavioral, aliases: [Maple BH], payer_ids: ["55511"], portal: maple, label: MAPLE BH}
  - {payer: birch, name: Birch Behavioral, portal: birch}
  - {payer: paper, name: Paper Trust, portal: none, note: call them}
"""
WHO = Patient(last="Doe", first="Jane", birth_date=date(1987, 4, 9), member_id="900100200")
BASE: dict[str, Any] = {
    "payer_key": "cascade",
    "payer_label": "CASCADE",
    "organization": "Oak Street",
    "region": "VA",
    "billing_npi": "1999900016",
    "billing_tin": "004719283",
    "patient": WHO,
}
DAY = date(2026, 11, 23)
VISIT = EligibilityRequest(**BASE, service_date=DAY)
CLAIM = ClaimStatusRequest(**BASE, claim_id="C1", payer_claim_no="E1", dos_from=DAY, dos_to=DAY, charge=Decimal(180))


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    path: Path = tmp_path_factory.mktemp("office") / "practice.yaml"
    path.write_text(PRACTICE, encoding="utf-8")
    return Practice.load(path)


def item(ask: Ask) -> Item:
    job = Job.ELIGIBILITY if isinstance(ask, EligibilityRequest) else Job.CLAIM_STATUS
    return Item(id="b.1", batch="b", job=job, portal="cascade", login="bot", ask=ask, attempts=1, epoch=1, asked_on=DAY)


def able(portal: str, _job: Job) -> bool:
    return portal in ("cascade", "maple")


def carved(name: str, payer_id: str = "") -> EligibilityResult:
    return EligibilityResult(outcome=Outcome.ANSWERED, coverage=Coverage.ACTIVE, carve_out=CarveOut(name=name, payer_id=payer_id))


@pytest.mark.parametrize("answer", [carved("Maple Behavioral"), carved("MAPLE BH"), carved("Maple BH", "55511"), carved("Maple BH", "999")])
def test_the_administrator_that_a_page_names_is_asked_with_the_practices_own_login(practice: Practice, answer: Answer) -> None:
    there = {"payer_key": "maple", "payer_label": "MAPLE BH", "organization": "", "region": "MD"}
    assert onward(practice, item(VISIT), answer, able) == Onward("maple", "second", VISIT.model_copy(update=there))


def test_a_claim_is_asked_about_where_the_portal_says_without_the_first_payers_number(practice: Practice) -> None:
    wrong = ClaimStatusResult(outcome=Outcome.WRONG_PORTAL, go_to="Maple Behavioral")
    there = onward(practice, item(CLAIM), wrong, able)
    assert there is not None
    assert isinstance(there.ask, ClaimStatusRequest)
    assert (there.portal, there.ask.payer_key, there.ask.payer_claim_no) == ("maple", "maple", "")


@pytest.mark.parametrize(
    "answer",
    [
        carved(""),
        carved("Nobody Knows BH"),
        carved("Cascade Health"),
        carved("Birch Behavioral"),
        carved("Paper Trust"),
        EligibilityResult(outcome=Outcome.ANSWERED, coverage=Coverage.ACTIVE),
        EligibilityResult(outcome=Outcome.WRONG_PORTAL),
        EligibilityResult(outcome=Outcome.NOT_FOUND),
    ],
)
def test_where_nobody_is_named_or_nobody_can_be_asked_the_answer_stays(practice: Practice, answer: Answer) -> None:
    assert onward(practice, item(VISIT), answer, able) is None


def test_without_a_login_there_the_answer_stays(practice: Practice) -> None:
    assert onward(practice.model_copy(update={"logins": practice.logins[:1]}), item(VISIT), carved("Maple BH"), able) is None


# --- two answers as one


PLAN = EligibilityResult(
    outcome=Outcome.ANSWERED,
    coverage=Coverage.ACTIVE,
    plan="Choice Plus",
    group_no="0099",
    copay=Decimal("60.00"),
    deductible=Decimal("1500.00"),
    deductible_left=Decimal("200.00"),
    carve_out=CarveOut(name="Maple Behavioral"),
    other_payers=(OtherPayer(name="Birch"),),
    transaction_id="T1",
)
KEPT = EligibilityResult(
    outcome=Outcome.ANSWERED, coverage=Coverage.ACTIVE, coinsurance=Decimal("0.20"), group_no="77", transaction_id="T2"
)


def test_the_behavioral_figures_are_the_administrators_and_the_plans_fill_in_what_is_the_plans() -> None:
    both = joined(PLAN, KEPT)
    assert isinstance(both, EligibilityResult)
    assert (both.copay, both.coinsurance) == (None, Decimal("0.20")), "the plan's copay is not that of a session"
    assert (both.plan, both.group_no, both.deductible, both.deductible_left) == ("Choice Plus", "77", Decimal(1500), Decimal(200))
    assert (both.carve_out, both.other_payers, both.transaction_id) == (PLAN.carve_out, PLAN.other_payers, "T1; T2")


def test_a_plan_that_has_ended_covers_nothing_whatever_its_administrator_says() -> None:
    ended = PLAN.model_copy(update={"coverage": Coverage.INACTIVE, "plan_end": date(2026, 10, 31)})
    both = joined(ended, KEPT)
    assert isinstance(both, EligibilityResult)
    assert (both.coverage, both.plan_end) == (Coverage.INACTIVE, date(2026, 10, 31))


def test_a_plan_that_the_administrator_does_not_cover_is_not_covered() -> None:
    both = joined(PLAN, KEPT.model_copy(update={"coverage": Coverage.INACTIVE}))
    assert isinstance(both, EligibilityResult)
    assert both.coverage is Coverage.INACTIVE


def test_answers_about_a_claim_are_not_mixed() -> None:
    kept = ClaimStatusResult(outcome=Outcome.ANSWERED)
    assert joined(ClaimStatusResult(outcome=Outcome.ANSWERED, payer_claim_no="E1"), kept) == kept


# --- who runs what is sent on


def ended(portal: str, how: str = "done") -> ShareReport:
    return ShareReport(portal=portal, login="bot", ended=how)


def rounds(*due: list[str], how: str = "done", stop: bool = False) -> list[list[str]]:
    """Which shares each round ran, of what was due when it began."""
    left, ran = list(due), []
    told = threading.Event()
    if stop:
        told.set()

    def run(shares: Sequence[tuple[str, str]]) -> list[ShareReport]:
        ran.append([portal for portal, _ in shares])
        return [ended(portal, how) for portal, _ in shares]

    def next_ones(*, sent_on: bool) -> list[tuple[str, str]]:
        assert sent_on is bool(ran), "what is due is run once; what comes later was sent on"
        return [(portal, "bot") for portal in left.pop(0)] if left else []

    in_rounds(next_ones, run, told)
    return ran


def test_what_was_sent_on_is_run_in_a_further_round() -> None:
    assert rounds(["cascade"], ["maple"]) == [["cascade"], ["maple"]]
    assert rounds(["cascade", "maple"], ["maple"]) == [["cascade", "maple"], ["maple"]]


def test_a_share_that_did_not_come_to_its_end_is_not_run_again() -> None:
    assert rounds(["cascade"], ["cascade"], how="breaker") == [["cascade"]]


def test_portals_that_send_to_each_other_for_ever_come_to_an_end() -> None:
    assert len(rounds(*[["cascade"]] * 50)) == 1 + SENT_ON


def test_a_run_that_is_told_to_stop_begins_no_round() -> None:
    assert rounds(["cascade"], stop=True) == []
