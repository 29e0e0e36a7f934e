"""Optum Pay's Payment Summary and Remittance Detail in, payments and claims out. Imports no browser."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from payerbot.errors import PageChanged
from payerbot.model import Outcome
from payerbot.remittance import EobDelivery, ListedPayment
from portals.payments import PaidClaim
from portals.text import day, days, lines, only_money, pairs, plain

PAYMENT_COLUMNS = ("Payment Number", "Payment Date", "Payer", "Payee", "Payment Amount")
CLAIM_COLUMNS = ("Claim Number", "Account Number", "Patient Name", "Subscriber ID", "Date(s) of Service", "Charge")
DETAIL = (*PAYMENT_COLUMNS, "Payee NPI", "Payment Method")
ECHO = ("Search by", "Value", "Payments")
SHOWN = re.compile(r"Payments (\d+) to (\d+) of (\d+)")
NONE_FOUND = "no payments were found"
LATER = ("try again later",)


def payment(told: Mapping[str, str], where: str = "payment summary") -> ListedPayment:
    """A payment by its labels; PageChanged where what tells it is missing or not readable, for it would be passed over."""
    _all_there(told, PAYMENT_COLUMNS, where)
    found = ListedPayment(
        check_no=told["Payment Number"],
        check_date=day(told["Payment Date"]),
        amount=only_money(told["Payment Amount"]),
        payer=told["Payer"],
        payee=told["Payee"],
        payee_npi=told.get("Payee NPI", ""),
    )
    if not found.check_no or found.check_date is None or found.amount is None:
        raise PageChanged(f"{where}: a number, a date or an amount is written in a way that is not known")
    return found


def detail(text: str) -> ListedPayment:
    """The payment that a Remittance Detail is about."""
    return payment(pairs(text, DETAIL), "remittance detail")


def claim(told: Mapping[str, str], of: ListedPayment) -> PaidClaim:
    """A claim in the payment whose detail it stands on."""
    _all_there(told, CLAIM_COLUMNS, "remittance detail")
    (first, last), charge = days(told["Date(s) of Service"]), only_money(told["Charge"])
    if first is None or last is None or charge is None:
        raise PageChanged("remittance detail: a date or an amount is written in a way that is not known")
    return PaidClaim(
        number=told["Claim Number"],
        control=told["Account Number"],
        patient=told["Patient Name"],
        member_id=told["Subscriber ID"],
        first=first,
        last=last,
        charge=charge,
        check_no=of.check_no,
        check_date=of.check_date,
    )


def _all_there(told: Mapping[str, str], columns: Sequence[str], where: str) -> None:
    if missing := [column for column in columns if column not in told]:
        raise PageChanged(f"{where}: {missing[0]!r} is missing")


def same_payment(one: ListedPayment, other: ListedPayment) -> bool:
    """Whether a detail is that of the row that led to it."""
    return (one.check_no, one.check_date, one.amount, one.payer) == (other.check_no, other.check_date, other.amount, other.payer)


def echoes(text: str, kind: str, value: str, span: str) -> bool:
    """Whether a summary says that it answers this very search."""
    told = pairs(text, ECHO)
    return (told.get("Search by"), plain(told.get("Value", "")), told.get("Payments")) == (kind, plain(value), span)


def total(shown: str) -> int:
    """How many payments all pages of a summary have."""
    hit = SHOWN.search(" ".join(lines(shown)))
    if hit is None:
        raise PageChanged("payment summary: it does not say how many payments there are")
    return int(hit[3])


def refusal(said: str) -> EobDelivery:
    """What stands in place of payments; words that are not known stay unreadable."""
    words = " ".join(said.split())
    if NONE_FOUND in words.casefold():
        return EobDelivery(outcome=Outcome.NOT_FOUND, reason="the portal lists no such payment", seen_as=words)
    if any(phrase in words.casefold() for phrase in LATER):
        return EobDelivery(outcome=Outcome.PORTAL_DOWN, reason="the portal to be back", seen_as=words)
    return EobDelivery(outcome=Outcome.UNREADABLE, reason="the portal's words are not known", seen_as=words)
