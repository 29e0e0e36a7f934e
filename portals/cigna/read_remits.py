"""Remittance Reports: rows of its lists in, payments and paid claims out. Imports no browser."""

from __future__ import annotations

from collections.abc import Mapping

from payerbot.errors import PageChanged
from payerbot.model import Outcome
from payerbot.remittance import EobDelivery, ListedPayment
from portals.cigna.read import value
from portals.payments import PaidClaim
from portals.text import day, days, only_money

COLUMNS = ("Remittance tracking number", "Deposit date", "Deposit amount", "Payee")
CLAIM_COLUMNS = (
    "Claim reference number", "Provider account number", "Patient name", "Patient ID", "Dates of service", "Amount billed",
    "Remittance tracking number", "Deposit date",
)  # fmt: skip
NONE_FOUND = "no remittance reports match"


def payment(cells: Mapping[str, str]) -> ListedPayment:
    """A row of the deposits, by its own column heads; PageChanged where one that tells a payment is missing or not readable."""
    if any(column not in cells for column in COLUMNS):
        raise PageChanged("remittance list: a column that is known is missing")
    found = ListedPayment(
        check_no=value(cells["Remittance tracking number"]),
        check_date=day(cells["Deposit date"]),
        amount=only_money(cells["Deposit amount"]),
        payee=cells["Payee"],
    )
    if not found.check_no or found.check_date is None or found.amount is None:  # else a payment would be passed over
        raise PageChanged("remittance list: a number, a date or an amount is written in a way that is not known")
    return found


def paid_claim(cells: Mapping[str, str]) -> PaidClaim:
    """A row of the claims, by its own column heads."""
    if any(column not in cells for column in CLAIM_COLUMNS):
        raise PageChanged("remittance list: a column that is known is missing")
    (first, last), charge = days(cells["Dates of service"]), only_money(cells["Amount billed"])
    number, when = value(cells["Remittance tracking number"]), day(cells["Deposit date"])
    if first is None or last is None or charge is None or not number or when is None:
        raise PageChanged("remittance list: a number, a date or an amount is written in a way that is not known")
    return PaidClaim(
        number=value(cells["Claim reference number"]),
        control=value(cells["Provider account number"]),
        patient=cells["Patient name"],
        member_id=value(cells["Patient ID"]),
        first=first,
        last=last,
        charge=charge,
        check_no=number,
        check_date=when,
    )


def refusal(said: str) -> EobDelivery:
    """What stands in place of a list; words that are not known stay unreadable."""
    words = " ".join(said.split())
    if "try again later" in words.casefold():
        return EobDelivery(outcome=Outcome.PORTAL_DOWN, reason="the payer to be back", seen_as=words)
    if NONE_FOUND in words.casefold():
        return EobDelivery(outcome=Outcome.NOT_FOUND, reason="the portal lists no such payment", seen_as=words)
    return EobDelivery(outcome=Outcome.UNREADABLE, reason="the portal's words are not known", seen_as=words)
