"""Search Payment History: rows in, payments and the claims behind them out. Imports no browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from payerbot.errors import PageChanged
from payerbot.model import ClaimStatusRequest, Outcome
from payerbot.remittance import EobDelivery, EobRequest, ListedPayment
from portals.gainwell import read_claims
from portals.payments import PaidClaim, claim_agrees
from portals.text import day, days, only_money

COLUMNS = ("Payment ID", "Payment Date", "Payment Method", "Payment Amount", "Remittance")


def payment(cells: Mapping[str, str]) -> ListedPayment:
    """A row of the list, by its own column heads; PageChanged where one that tells a payment is missing or not readable."""
    if missing := [column for column in COLUMNS if column not in cells]:
        raise PageChanged(f"payment list: the column {missing[0]!r} is missing")
    found = ListedPayment(check_no=cells["Payment ID"], check_date=day(cells["Payment Date"]), amount=only_money(cells["Payment Amount"]))
    if not found.check_no or found.check_date is None or found.amount is None:  # else a payment would be passed over
        raise PageChanged("payment list: a number, a date or an amount is written in a way that is not known")
    return found


def within(rows: Sequence[ListedPayment], start: date, end: date) -> bool:
    """Whether rows can be the answer to a search between these days."""
    return all(row.check_date is not None and start <= row.check_date <= end for row in rows)


def refusal(message: str) -> EobDelivery:
    """What a message in place of a list or a claim means; words that are not known stay unreadable."""
    told = read_claims.refusal(message)
    return EobDelivery(outcome=told.outcome, reason=told.reason, seen_as=told.seen_as)


def question(ask: EobRequest) -> ClaimStatusRequest | None:
    """The same claim as Search Claims is asked for it; None where the question does not say whose it is, of which day and for how much."""
    if ask.patient is None or ask.dos_from is None or ask.charge is None:
        return None
    return ClaimStatusRequest.model_validate(
        ask.model_dump(include=set(ClaimStatusRequest.model_fields)) | {"dos_to": ask.dos_to or ask.dos_from}
    )


def can_be(row: read_claims.Row, ask: EobRequest) -> bool:
    """Whether a claim is worth opening: one of the payer's number, else every one of these days."""
    return bool(ask.payer_claim_no) or days(row.dates) == (ask.dos_from, ask.dos_to or ask.dos_from)


def paid_claim(row: read_claims.Row, detail: read_claims.Detail) -> PaidClaim:
    """An opened claim and the payment that its page names; a claim without one has no check number."""
    shown = read_claims.labels(detail, row)
    (first, last), charge = days(row.dates), only_money(shown["Total Charged Amount"])
    if first is None or last is None or charge is None:
        raise PageChanged("claim detail: a date or an amount is written in a way that is not known")
    return PaidClaim(
        number=row.number,
        control="",
        patient=shown["Member Name"],
        member_id=shown["Member ID"],
        first=first,
        last=last,
        charge=charge,
        check_no=shown.get("Payment ID", ""),
        check_date=day(shown.get("Payment Date")),
    )


def is_the_claim(found: PaidClaim, ask: EobRequest) -> bool:
    """Whether a claim is the one asked about where only the practice's own number is known, which the portal does not show."""
    agree = set(claim_agrees(found, ask))
    return {"dos", "charge"} <= agree and bool(agree & {"member_id", "name"})


def unpaid(row: read_claims.Row) -> EobDelivery:
    """A claim whose page names no payment: not paid yet, or, where it is decided, a page that does not tell."""
    state = read_claims.BY_WORD.get(row.status.strip().casefold())
    if state in read_claims.DECIDED:
        reason = "the portal does not say which payment the claim is part of: give the check number"
        return EobDelivery(outcome=Outcome.UNREADABLE, reason=reason, seen_as=row.status)
    return EobDelivery(outcome=Outcome.NOT_FOUND, reason="the claim is not paid yet", seen_as=row.status)
