"""Document Library and TrackIt: rows by their heads in, payments, paid claims, letters and tasks out. Imports no browser."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from payerbot.errors import PageChanged
from payerbot.letters import FoundLetter, Kind
from payerbot.remittance import ListedPayment
from portals.payments import PaidClaim
from portals.text import day, only_money, plain

PAYMENT_COLUMNS = ("Payment Number", "Payment Date", "Payment Amount")
CLAIM_COLUMNS = (*PAYMENT_COLUMNS, "Claim Number", "Patient Account Number", "Member Name", "Member ID", "First Date of Service",
                 "Last Date of Service", "Billed Amount")  # fmt: skip
LETTER_COLUMNS = ("Letter Number", "Subject", "Letter Date", "Response Due", "Claim Number", "Member Name", "Member ID")
TASK_COLUMNS = ("Item", "Action Needed", "Claim Number", "Member Name", "Due Date", "Status")
EMPTY = ("\N{EM DASH}", "--", "-")
NOTHING = ("no documents match",)
NO_ROLE = ("role does not include",)
DOWN = ("try again later",)
REFUSED = ("check your entries",)
CLOSED = ("closed", "completed")
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("overpayment", "overpayment"),
    ("record", "records_request"),
    ("authorization", "authorization"),
    ("claim", "claim"),
)


def payment(cells: Mapping[str, str]) -> ListedPayment:
    """A row of the payment documents; PageChanged where what tells a payment is missing or not readable."""
    said = _said(cells, PAYMENT_COLUMNS)
    amount, on = only_money(said["Payment Amount"]), day(said["Payment Date"])
    if not said["Payment Number"] or on is None or amount is None:
        raise PageChanged("document list: a number, a date or an amount is written in a way that is not known")
    return ListedPayment(check_no=said["Payment Number"], check_date=on, amount=amount, payee=said.get("Provider", ""))


def claim(cells: Mapping[str, str]) -> PaidClaim:
    """A row of one member's payment documents: one claim in one payment."""
    said = _said(cells, CLAIM_COLUMNS)
    first, last, charge = day(said["First Date of Service"]), day(said["Last Date of Service"]), only_money(said["Billed Amount"])
    if not said["Payment Number"] or first is None or last is None or charge is None:
        raise PageChanged("document list: a number, a date or an amount is written in a way that is not known")
    return PaidClaim(
        number=said["Claim Number"],
        control=said["Patient Account Number"],
        patient=said["Member Name"],
        member_id=said["Member ID"],
        first=first,
        last=last,
        charge=charge,
        check_no=said["Payment Number"],
        check_date=day(said["Payment Date"]),
    )


def letter(cells: Mapping[str, str]) -> FoundLetter:
    """A row of the letters; a day that is shown and cannot be read is a changed page, one that is not shown is None."""
    said = _said(cells, LETTER_COLUMNS)
    if not said["Letter Number"] or not said["Subject"]:
        raise PageChanged("letter list: a letter has no number or no subject")
    return FoundLetter(
        number=said["Letter Number"],
        kind=kind_of(said["Subject"]),
        title=said["Subject"],
        dated=_day(said["Letter Date"]),
        due=_day(said["Response Due"]),
        payer_claim_no=said["Claim Number"],
        auth_number=said.get("Authorization Number", ""),
        patient=said["Member Name"],
        member_id=said["Member ID"],
        amount=_amount(said.get("Amount", "")),
    )


def task(cells: Mapping[str, str]) -> FoundLetter | None:
    """An item of TrackIt; None for one that is done."""
    said = _said(cells, TASK_COLUMNS)
    if not said["Item"]:
        raise PageChanged("TrackIt: an item has no number")
    if any(word in said["Status"].casefold() for word in CLOSED):
        return None
    return FoundLetter(
        number=said["Item"],
        source="task",
        kind=kind_of(said["Action Needed"]),
        title=said["Action Needed"],
        due=_day(said["Due Date"]),
        state=said["Status"],
        payer_claim_no=said["Claim Number"],
        patient=said["Member Name"],
    )


def kind_of(subject: str) -> Kind:
    """What a subject is about; one that is not known is another letter."""
    said = subject.casefold()
    return next((kind for word, kind in _KINDS if word in said), "other")


def total(label: str) -> int:
    """How many documents the list says it has."""
    found = re.search(r"of (\d+)$", label.strip())
    if found is None:
        raise PageChanged("document list: it does not say how many documents it has")
    return int(found[1])


def count(says: str) -> int:
    """How many items TrackIt says it has."""
    found = re.match(r"(\d+) open item", says.strip())
    if found is None:
        raise PageChanged("TrackIt: it does not say how many items are open")
    return int(found[1])


def echoes(says: str, wanted: Sequence[str], start: date, end: date) -> bool:
    """Whether the words above a list name this very search: what was asked for, from when until when."""
    said = plain(says)
    return all(plain(part) in said for part in (*wanted, f"{start:%m/%d/%Y}{end:%m/%d/%Y}"))


def says(text: str, words: Sequence[str]) -> bool:
    """Whether a notice says one of these things."""
    return any(word in text.casefold() for word in words)


def _said(cells: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    if missing := [column for column in columns if column not in cells]:
        raise PageChanged(f"document list: the column {missing[0]!r} is missing")
    return {label: "" if text.strip() in EMPTY else text.strip() for label, text in cells.items()}


def _amount(text: str) -> Decimal | None:
    found = only_money(text)
    if text and found is None:
        raise PageChanged("document list: an amount is written in a way that is not known")
    return found


def _day(text: str) -> date | None:
    found = day(text)
    if text and found is None:
        raise PageChanged("document list: a day is written in a way that is not known")
    return found
