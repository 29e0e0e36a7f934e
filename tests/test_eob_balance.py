"""A remittance is believed only when it adds up to the cent, and no claim is called denied that is not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payerbot.eob import balance
from payerbot.model import Adjustment
from payerbot.remittance import ProviderAdjustment, RemitClaim, RemitLine, Remittance
from tests.eob_support import adjustment, check, claim, line

CENT = Decimal("0.01")
money = st.integers(0, 90_000).map(lambda cents: Decimal(cents) / 100)
PAID = line("180.00", "61.60", CO_45="68.40", PR_3="50.00")


@st.composite
def lines(draw: st.DrawFn, sign: int) -> RemitLine:
    reasons = draw(st.lists(st.tuples(st.sampled_from(("CO-45", "PR-1", "PR-3", "CO-253", "OA-23")), money), max_size=4))
    paid = draw(money)
    charge = paid + sum((amount for _, amount in reasons), Decimal(0))
    return RemitLine(charge=sign * charge, paid=sign * paid, adjustments=tuple(adjustment(code, sign * amount) for code, amount in reasons))


@st.composite
def claims(draw: st.DrawFn) -> RemitClaim:
    """Balanced, a third of them reversals, some with adjustments of the whole claim."""
    sign, status = draw(st.sampled_from(((1, "1"), (1, "4"), (-1, "22"))))
    found = draw(st.lists(lines(sign), min_size=1, max_size=4))
    whole = draw(st.lists(money.map(lambda amount: adjustment("CO-253", sign * amount)), max_size=1))
    taken = sum((each.amount or Decimal(0) for each in whole), Decimal(0))
    paid = sum((each.paid for each in found), Decimal(0)) - taken
    if paid * sign < 0:
        whole, paid = [], paid + taken
    return claim(*found, clp_status=status, paid=paid, adjustments=tuple(whole))


@st.composite
def checks(draw: st.DrawFn) -> Remittance:
    found = draw(st.lists(claims(), min_size=1, max_size=5))
    amounts = draw(st.lists(st.tuples(st.sampled_from(("WO", "L6", "72", "CS")), money, st.booleans()), max_size=3))
    plbs = [ProviderAdjustment(code=code, amount=-amount if less else amount) for code, amount, less in amounts]
    total = sum((one.paid for one in found), Decimal(0)) - sum((plb.amount for plb in plbs), Decimal(0))
    if total < 0:  # what the check lacks is carried forward
        plbs.append(ProviderAdjustment(code="FB", amount=total))
    return check(*found, plbs=tuple(plbs))


def off_by_a_cent(said: Remittance) -> list[Remittance]:
    """The same check, one of its amounts a cent more: each in turn."""
    found = [said.model_copy(update={"amount": said.amount + CENT})]
    for n, one in enumerate(said.claims):
        changed = [one.model_copy(update={name: getattr(one, name) + CENT}) for name in ("charge", "paid")]
        for at, each in enumerate(one.lines):
            for name in ("charge", "paid"):
                moved = each.model_copy(update={name: getattr(each, name) + CENT})
                changed.append(one.model_copy(update={"lines": (*one.lines[:at], moved, *one.lines[at + 1 :])}))
        found += [said.model_copy(update={"claims": (*said.claims[:n], other, *said.claims[n + 1 :])}) for other in changed]
    return found


@settings(max_examples=60, deadline=None)
@given(checks())
def test_whatever_adds_up_has_no_problem(said: Remittance) -> None:
    assert balance.problems(said) == ()


@settings(max_examples=60, deadline=None)
@given(checks())
def test_a_single_cent_anywhere_is_noticed(said: Remittance) -> None:
    assert all(map(balance.problems, off_by_a_cent(said)))


@pytest.mark.parametrize(
    "said, problem",
    [
        (check(claim(PAID), amount=Decimal("61.61")), "the check: its amount is not its claims' payments less its provider adjustments"),
        (check(claim(line("180", "180", CO_45=None))), "claim 1, line 1: an adjustment's amount is not shown"),
        (check(claim(line("180", "100", _45="80"))), "claim 1, line 1: an adjustment has no group code"),
        (check(claim(line("180.005", "180.005"))), "claim 1: an amount is not in whole cents"),
        (check(claim(PAID), claim(PAID, clp_status="22")), "claim 2: it is called a reversal and its amounts are above zero"),
        (check(claim(line("-180", "-180"))), "claim 1: its amounts are below zero and it is not called a reversal"),
        (check(claim(line("-180", "-180"), clp_status="22")), "the check: its amount is below zero"),
        (check(claim(PAID), method="NON"), "the check: it is called a notice without a payment and has an amount"),
        (check(), "the check: neither a claim nor a provider adjustment is in it"),
        (check(claim(PAID, charge=Decimal(200))), "claim 1: its lines' charges do not add up to its own"),
    ],
)
def test_each_kind_of_problem_is_said_by_its_place(said: Remittance, problem: str) -> None:
    assert problem in balance.problems(said)


def test_provider_adjustments_lower_the_check_and_interest_raises_it() -> None:
    less, more = (
        ProviderAdjustment(code="WO", amount=Decimal("11.60"), reference="M1"),
        ProviderAdjustment(code="L6", amount=Decimal("-3.42")),
    )
    said = check(claim(PAID), plbs=(less, more))
    assert said.amount == Decimal("53.42")
    assert balance.problems(said) == ()
    assert balance.problems(said.model_copy(update={"plbs": (less,)}))


def test_a_claim_without_lines_balances_by_itself() -> None:
    whole = (adjustment("CO-45", "80"),)
    assert balance.problems(check(claim(charge=Decimal(180), paid=Decimal(100), adjustments=whole))) == ()
    assert balance.problems(check(claim(charge=Decimal(180), paid=Decimal(90), adjustments=whole)))


def test_what_adds_up_and_is_worth_a_look() -> None:
    back = claim(line("-180", "-61.60", CO_45="-68.40", PR_3="-50"), clp_status="22")
    assert balance.warnings(check(PAID_CLAIM, back)) == ()
    assert balance.warnings(check(claim(PAID, patient_resp=Decimal(50)))) == ()
    assert balance.warnings(check(claim(PAID, patient_resp=Decimal(60)))) == (
        "claim 1: what it says the patient owes is not its PR adjustments",
    )
    alone = balance.warnings(check(PAID_CLAIM, back.model_copy(update={"claim_id": "HL9"})))
    assert alone == ("claim 2: a payment is taken back, and the corrected claim is not on this check",)


PAID_CLAIM = claim(PAID)
DENIED = {"clp_status": "4"}


@pytest.mark.parametrize(
    "said, outcome",
    [
        (claim(PAID), "paid"),
        (claim(line("180", "0", CO_45="68.40", PR_1="111.60")), "zero_paid_patient_resp"),  # a deductible is no denial
        (claim(line("180", "0", PR_2="80", PR_3="100")), "zero_paid_patient_resp"),
        (claim(line("180", "0", CO_45="100", CO_24="80")), "zero_paid_contract"),
        (claim(line("180", "0", CO_45="180")), "zero_paid_contract"),
        (claim(line("180", "0", CO_197="180")), "denied"),
        (claim(line("180", "0", CO_45="68.40", CO_197="111.60")), "denied"),
        (claim(line("180", "0", PR_204="180")), "denied"),
        (claim(line("180", "0", OA_23="180"), **DENIED), "denied"),
        (claim(line("180", "0", OA_23="180")), "other"),
        (claim(line("180", "0", CO_197="100", PR_1="80")), "other"),  # the denial does not take the whole line
        (claim(PAID, line("95", "0", CO_4="95")), "partial_denial"),
        (claim(line("180", "0", PR_1="180"), line("95", "0", CO_4="95")), "partial_denial"),
        (claim(line("-180", "-61.60", CO_45="-68.40", PR_3="-50"), clp_status="22"), "reversal"),
        (claim(line("-180", "-180"), clp_status=""), "reversal"),
        (claim(charge=Decimal(180), paid=Decimal(0), adjustments=(adjustment("CO-29", "180"),)), "denied"),
    ],
)
def test_what_became_of_a_claim(said: RemitClaim, outcome: str) -> None:
    assert said.outcome == outcome


def test_the_patient_owes_what_is_in_group_pr_and_nothing_else() -> None:
    found = [
        adjustment("PR-1", "10"),
        adjustment("PR-204", "5"),
        adjustment("CO-45", "80"),
        adjustment("PI-50", "7"),
        Adjustment(group="PR"),
    ]
    assert balance.owed(found) == Decimal(15)
