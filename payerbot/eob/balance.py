"""Whether a remittance adds up to the cent, line by line, claim by claim and as a check; and what became of each claim.

A problem names the claim by its place, never by its number or its patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files

import yaml

from payerbot.model import Adjustment, Frozen
from payerbot.remittance import ClaimOutcome, RemitClaim, RemitLine, Remittance

ZERO = Decimal(0)
CENTS = 2
REVERSAL, DENIED, NO_PAYMENT = "22", "4", "NON"
EXCESS = "45"  # above the contract's rate


class Codes(Frozen):
    """Adjustment reasons by what they mean for the outcome."""

    patient: frozenset[str]
    contract: frozenset[str]
    denial: frozenset[str]


@cache
def codes() -> Codes:
    """The packaged reasons."""
    return Codes.model_validate(yaml.safe_load(files("payerbot.eob").joinpath("_codes.yaml").read_text(encoding="utf-8")))


# --- sums --------------------------------------------------------------------------------------------------------------------------


def problems(remittance: Remittance) -> tuple[str, ...]:
    """What does not add up; nothing where the whole check balances."""
    found = [problem for n, claim in enumerate(remittance.claims, start=1) for problem in _claim(claim, f"claim {n}")]
    return (*found, *_check(remittance))


def _check(check: Remittance) -> Iterator[str]:
    amounts = [check.amount, *(plb.amount for plb in check.plbs)]
    if not all(map(_in_cents, amounts)):
        yield "the check: an amount is not in whole cents"
    if not (check.claims or check.plbs):
        yield "the check: neither a claim nor a provider adjustment is in it"
    if check.amount < 0:
        yield "the check: its amount is below zero"
    if check.method == NO_PAYMENT and check.amount != 0:
        yield "the check: it is called a notice without a payment and has an amount"
    if check.amount != sum((claim.paid for claim in check.claims), ZERO) - sum((plb.amount for plb in check.plbs), ZERO):
        yield "the check: its amount is not its claims' payments less its provider adjustments"


def _claim(claim: RemitClaim, name: str) -> Iterator[str]:
    for n, line in enumerate(claim.lines, start=1):
        yield from _line(line, f"{name}, line {n}")
    yield from _adjustments(claim.adjustments, name)
    if not _in_cents(claim.charge) or not _in_cents(claim.paid):
        yield f"{name}: an amount is not in whole cents"
    if claim.charge != claim.paid + adjusted(claim):
        yield f"{name}: its charge is not its payment and its adjustments"
    if claim.lines and claim.charge != sum((line.charge for line in claim.lines), ZERO):
        yield f"{name}: its lines' charges do not add up to its own"
    if claim.lines and claim.paid != sum((line.paid for line in claim.lines), ZERO) - sum(map(_amount, claim.adjustments), ZERO):
        yield f"{name}: its lines' payments do not add up to its own"
    yield from _sign(claim, name)


def _sign(claim: RemitClaim, name: str) -> Iterator[str]:
    """Only a reversal takes back, and a reversal takes back only."""
    amounts = (claim.charge, claim.paid)
    if claim.clp_status == REVERSAL and max(amounts) > 0:
        yield f"{name}: it is called a reversal and its amounts are above zero"
    if claim.clp_status not in {REVERSAL, ""} and min(amounts) < 0:
        yield f"{name}: its amounts are below zero and it is not called a reversal"


def _line(line: RemitLine, name: str) -> Iterator[str]:
    yield from _adjustments(line.adjustments, name)
    if not all(map(_in_cents, (line.charge, line.paid, line.allowed or ZERO))):
        yield f"{name}: an amount is not in whole cents"
    if line.charge != line.paid + sum(map(_amount, line.adjustments), ZERO):
        yield f"{name}: its charge is not its payment and its adjustments"


def _adjustments(adjustments: Iterable[Adjustment], name: str) -> Iterator[str]:
    for adjustment in adjustments:
        if adjustment.amount is None:
            yield f"{name}: an adjustment's amount is not shown"
        elif not _in_cents(adjustment.amount):
            yield f"{name}: an adjustment is not in whole cents"
        if not adjustment.group or not adjustment.carc:
            yield f"{name}: an adjustment has no {'reason' if adjustment.group else 'group'} code"


def _in_cents(amount: Decimal) -> bool:
    return amount.is_finite() and amount == round(amount, CENTS)


def _amount(adjustment: Adjustment) -> Decimal:
    return adjustment.amount or ZERO


def adjusted(claim: RemitClaim) -> Decimal:
    """Everything that was taken off a claim, its lines' adjustments included."""
    return sum((_amount(each) for each in all_adjustments(claim)), ZERO)


def all_adjustments(claim: RemitClaim) -> Iterator[Adjustment]:
    """The claim's own adjustments and its lines'."""
    yield from claim.adjustments
    for line in claim.lines:
        yield from line.adjustments


def owed(adjustments: Iterable[Adjustment]) -> Decimal:
    """What the patient may be billed: group PR and nothing else."""
    return sum((_amount(each) for each in adjustments if each.group == "PR"), ZERO)


def warnings(remittance: Remittance) -> tuple[str, ...]:
    """What adds up and is still worth a look."""
    return tuple(warning for n, claim in enumerate(remittance.claims, start=1) for warning in _doubtful(claim, remittance, f"claim {n}"))


def _doubtful(claim: RemitClaim, remittance: Remittance, name: str) -> Iterator[str]:
    if claim.patient_resp is not None and claim.patient_resp != owed(all_adjustments(claim)):
        yield f"{name}: what it says the patient owes is not its PR adjustments"
    others = [other for other in remittance.claims if other.outcome != "reversal" and other.claim_id == claim.claim_id]
    if claim.outcome == "reversal" and not others:
        yield f"{name}: a payment is taken back, and the corrected claim is not on this check"


# --- outcome -----------------------------------------------------------------------------------------------------------------------


def outcome(claim: RemitClaim) -> ClaimOutcome:
    """What became of the claim. A deductible, coinsurance or copay that takes it whole is no denial, and neither is a reversal."""
    if claim.clp_status == REVERSAL or claim.charge < 0:
        return "reversal"
    refused = [_refused(line) for line in claim.lines]
    if claim.paid > 0:
        return "partial_denial" if any(refused) else "paid"
    if claim.clp_status == DENIED or (refused and all(refused)) or _denies(claim.adjustments):
        return "denied"
    return "partial_denial" if any(refused) else _of_nothing(claim)


def _of_nothing(claim: RemitClaim) -> ClaimOutcome:
    """Why a claim that was not denied paid nothing."""
    reasons = {(each.group, each.carc) for each in all_adjustments(claim) if each.amount}
    if ("PR" in {group for group, _ in reasons}) and all(
        (group == "PR" and carc in codes().patient) or (group, carc) == ("CO", EXCESS) for group, carc in reasons
    ):
        return "zero_paid_patient_resp"
    if reasons and all(group == "CO" and carc in {EXCESS, "24"} for group, carc in reasons):
        return "zero_paid_contract"
    return "other"


def _refused(line: RemitLine) -> bool:
    """True where a reason that denies takes the whole line, but for what the contract writes off anyway."""
    rest = [each for each in line.adjustments if each.amount and each.carc not in codes().contract]
    return line.paid == 0 and _denies(rest) and all(each.carc in codes().denial for each in rest)


def _denies(adjustments: Iterable[Adjustment]) -> bool:
    return any(each.carc in codes().denial for each in adjustments if each.amount)
