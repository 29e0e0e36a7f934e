"""Whether a document is the one that was asked for: this check, this payee, this amount, and the claim where one was asked about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbot.practice import words as plain
from payerbot.remittance import EobRequest, ListedPayment, RemitClaim, Remittance, same_number


class Proof(NamedTuple):
    """What agrees with the question and the portal's row, and what contradicts them, in our own words."""

    match: tuple[str, ...]
    against: tuple[str, ...]


def of(remittance: Remittance, ask: EobRequest, listed: ListedPayment | None = None) -> Proof:
    """Compare a remittance with the question and with the row in which the portal lists it."""
    found = dict(_compared(remittance, ask, listed))
    return Proof(tuple(name for name, why in found.items() if not why), tuple(why for why in found.values() if why))


def _compared(remittance: Remittance, ask: EobRequest, listed: ListedPayment | None) -> Iterator[tuple[str, str]]:
    """Each identifier that can be compared, with why it does not agree; "" where it does."""
    row = listed or ListedPayment(check_no="")
    numbers = [number for number in (ask.check_no, row.check_no) if number]
    if numbers:
        yield "check_no", _unless(all(same_number(remittance.check_no, number) for number in numbers), "another check's number is in it")
    amounts: list[Decimal] = [amount for amount in (ask.amount, row.amount) if amount is not None]
    if amounts:
        yield "amount", _unless(all(remittance.amount == amount for amount in amounts), "the check's amount in it is another")
    days: list[date] = [day for day in (ask.check_date, row.check_date) if day is not None]
    if days and remittance.check_date is not None:
        yield "check_date", _unless(all(remittance.check_date == day for day in days), "the check's date in it is another")
    yield "payee", _unless(_pays(remittance, ask, row), "it is made out to another payee, or does not show one")
    if by_claim(ask):
        claims = claims_asked(remittance, ask)
        yield "payer_claim_no" if ask.payer_claim_no else "claim_id", _unless(bool(claims), "the claim that was asked about is not in it")


def _unless(agrees: object, why: str) -> str:
    return "" if agrees else why


def _pays(remittance: Remittance, ask: EobRequest, row: ListedPayment) -> bool:
    """By the payee's numbers as far as they are shown, else by its name."""
    own = {ask.billing_npi, *ask.group_npis}
    if remittance.payee_npi:
        return remittance.payee_npi in own and remittance.payee_tin in {"", ask.billing_tin}
    if remittance.payee_tin:
        return remittance.payee_tin == ask.billing_tin
    names = {plain(name) for name in (ask.organization, row.payee) if name}
    return bool(remittance.payee) and plain(remittance.payee) in names


def by_claim(ask: EobRequest) -> bool:
    """Whether the question names a claim."""
    return bool(ask.claim_id or ask.payer_claim_no)


def claims_asked(remittance: Remittance, ask: EobRequest) -> list[RemitClaim]:
    """The claims that fit the question: by the payer's number, else by the practice's; days and charge must not contradict."""
    return [claim for claim in remittance.claims if _named(claim, ask) and _fits(claim, ask)]


def _named(claim: RemitClaim, ask: EobRequest) -> bool:
    if ask.payer_claim_no and claim.payer_claim_no:
        return plain(claim.payer_claim_no) == plain(ask.payer_claim_no)
    return bool(ask.claim_id) and plain(claim.claim_id) == plain(ask.claim_id)


def _fits(claim: RemitClaim, ask: EobRequest) -> bool:
    """A reversal's charge is the claim's with another sign."""
    days = ask.dos_from is None or claim.dos_from is None or (claim.dos_from, claim.dos_to) == (ask.dos_from, ask.dos_to or ask.dos_from)
    return days and (ask.charge is None or abs(claim.charge) == ask.charge)


def the_one(claims: Sequence[RemitClaim]) -> RemitClaim | None:
    """The claim itself, not its reversal; None where two stand there."""
    standing = [claim for claim in claims if claim.outcome != "reversal"] or claims
    return standing[0] if len(standing) == 1 else None
