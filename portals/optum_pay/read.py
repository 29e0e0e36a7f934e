"""Rows of Optum Pay's search results in, payments and claims out. Imports no browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from payerbot.errors import PageChanged
from payerbot.model import Outcome
from payerbot.remittance import EobDelivery, ListedPayment, same_number
from portals.payments import PaidClaim
from portals.text import day, days, only_money

PAYMENT_COLUMNS = ("Payer", "Payment Date", "NPI", "Payment Number", "Amount", "Type")
CLAIM_COLUMNS = (
    "Payer", "Claim Date", "Patient Name", "Subscriber ID", "Account Number", "Claim #", "Claim Amount", "Payment Number", "Payment Date",
    "Type",
)  # fmt: skip
PAPER = "CHK"
NONE_FOUND = "no records match"
LATER = ("try again later", "unable to process", "not available")
NO_ACCESS = ("not associated", "no tax identification number")


def cells(rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """A table whose first row has the heads, as ordinary cells; PageChanged where a row does not fit them."""
    heads, *found = [*rows] or [()]
    if not heads or any(len(row) != len(heads) for row in found):
        raise PageChanged("search results: a row does not fit the column heads")
    return [dict(zip(heads, row, strict=True)) for row in found]


def payment(told: Mapping[str, str]) -> ListedPayment:
    """A row of payments; PageChanged where what tells a payment is missing or not readable, for it would be passed over."""
    _all_there(told, PAYMENT_COLUMNS)
    found = ListedPayment(
        check_no=told["Payment Number"],
        check_date=day(told["Payment Date"]),
        amount=only_money(told["Amount"]),
        payer=told["Payer"],
        payee_npi=told["NPI"],
    )
    if not found.check_no or found.check_date is None or found.amount is None:
        raise PageChanged("search results: a number, a date or an amount is written in a way that is not known")
    return found


def claim(told: Mapping[str, str]) -> PaidClaim:
    """A row of claims."""
    _all_there(told, CLAIM_COLUMNS)
    (first, last), charge = days(told["Claim Date"]), only_money(told["Claim Amount"])
    if first is None or last is None or charge is None or not told["Payment Number"]:
        raise PageChanged("search results: a number, a date or an amount is written in a way that is not known")
    return PaidClaim(
        number=told["Claim #"],
        control=told["Account Number"],
        patient=told["Patient Name"],
        member_id=told["Subscriber ID"],
        first=first,
        last=last,
        charge=charge,
        check_no=told["Payment Number"],
        check_date=day(told["Payment Date"]),
        method=told["Type"],
    )


def _all_there(told: Mapping[str, str], columns: Sequence[str]) -> None:
    if missing := [column for column in columns if column not in told]:
        raise PageChanged(f"search results: the column {missing[0]!r} is missing")


def total(count: str) -> int:
    """How many rows all pages have."""
    number = count.rpartition(":")[2].strip()
    if not number.isdecimal():
        raise PageChanged("search results: they do not say how many there are")
    return int(number)


def echoes(criteria: str, kind: str, value: str) -> bool:
    """Whether the results say that they answer this very search."""
    told = dict(part.partition(": ")[::2] for part in criteria.split("; "))
    return same_number(told.get(kind, ""), value)


def refusal(said: str) -> EobDelivery:
    """What stands in place of results; words that are not known stay unreadable."""
    words = " ".join(said.split())
    if NONE_FOUND in words.casefold():
        return EobDelivery(outcome=Outcome.NOT_FOUND, reason="the portal lists no such payment", seen_as=words)
    if any(phrase in words.casefold() for phrase in NO_ACCESS):
        return EobDelivery(outcome=Outcome.NEEDS_PERSON, reason="the user is not linked to the practice", seen_as=words)
    if any(phrase in words.casefold() for phrase in LATER):
        return EobDelivery(outcome=Outcome.PORTAL_DOWN, reason="the portal to be back", seen_as=words)
    return EobDelivery(outcome=Outcome.UNREADABLE, reason="the portal's words are not known", seen_as=words)
