"""Remittances: rows of Availity's Remittance Viewer in, the row that is the payment out. Imports no browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from payerbot.errors import PageChanged
from payerbot.remittance import EobRequest, ListedPayment
from portals import payments
from portals.payments import PaidClaim
from portals.text import day, days, only_money, plain

CHECK_COLUMNS = ("Check / EFT Number", "Check / EFT Date", "Check / EFT Amount", "Payer", "Payee")
CLAIM_COLUMNS = (
    "Claim Number", "Patient Control Number", "Patient Name", "Member ID", "Service Dates", "Charge Amount", "Check / EFT Number",
    "Check / EFT Date",
)  # fmt: skip
EMPTY = ("\N{EM DASH}", "--", "-")
NONE_FOUND = ("did not find remittance data",)
GATE = ("manage access", "authenticate a check")
WHOLE = ("full", "check")  # of the documents a payer offers, the one that shows the whole payment


def payment(cells: Mapping[str, str]) -> ListedPayment:
    """A row of the checks' list, by its own column heads; PageChanged where one that tells a payment is missing or not readable."""
    _all_there(cells, CHECK_COLUMNS)
    said = {label: _value(text) for label, text in cells.items()}
    found = ListedPayment(
        check_no=said["Check / EFT Number"],
        check_date=day(said["Check / EFT Date"]),
        amount=only_money(said["Check / EFT Amount"]),
        payer=said["Payer"],
        payee=said["Payee"],
    )
    if not found.check_no or found.check_date is None or found.amount is None:  # else a payment would be passed over
        raise PageChanged("remittance list: a number, a date or an amount is written in a way that is not known")
    return found


def claim(cells: Mapping[str, str]) -> PaidClaim:
    """A row of the claims' list, by its own column heads."""
    _all_there(cells, CLAIM_COLUMNS)
    said = {label: _value(text) for label, text in cells.items()}
    (first, last), charge = days(said["Service Dates"]), only_money(said["Charge Amount"])
    number, paid_on = said["Check / EFT Number"], day(said["Check / EFT Date"])
    if not number or paid_on is None or charge is None or first is None or last is None:
        raise PageChanged("remittance list: a number, a date or an amount is written in a way that is not known")
    return PaidClaim(
        number=said["Claim Number"],
        control=said["Patient Control Number"],
        patient=said["Patient Name"],
        member_id=said["Member ID"],
        first=first,
        last=last,
        charge=charge,
        check_no=number,
        check_date=paid_on,
    )


def _all_there(cells: Mapping[str, str], columns: Sequence[str]) -> None:
    if missing := [column for column in columns if column not in cells]:
        raise PageChanged(f"remittance list: the column {missing[0]!r} is missing")


def _value(text: str) -> str:
    return "" if text.strip() in EMPTY else text.strip()


def choose(rows: Sequence[ListedPayment], ask: EobRequest) -> payments.Choice:
    """The rows that are this payment; many payers' payments stand in one list, so that one without its payer is nobody's."""
    choice = payments.choose(rows, ask)
    named = tuple(at for at in choice.rows if rows[at].payer)
    return payments.Choice(named, choice.others + len(choice.rows) - len(named))


def holds(found: PaidClaim, typed: str) -> bool:
    """Whether a claim's row can be the answer to a search for `typed`."""
    return any(plain(typed) in plain(number) for number in (found.number, found.control))


def found_nothing(text: str) -> bool:
    """Whether the page says that there is none."""
    return any(words in text.casefold() for words in NONE_FOUND)


def is_gate(notice: str, payer: str) -> bool:
    """Whether a notice says that an administrator must first set up the access to this payer's remittances."""
    said = notice.casefold()
    return any(words in said for words in GATE) and (not payer or plain(payer) in plain(notice))


def preferred(options: Sequence[str]) -> list[str]:
    """The documents a payer offers, the whole payment's first."""
    return sorted(options, key=lambda option: next((n for n, word in enumerate(WHOLE) if word in option.casefold()), len(WHOLE)))
