"""Remittances: rows of Availity's Remittance Viewer in, the row that is the payment out. Imports no browser."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbot.errors import PageChanged
from payerbot.remittance import EobRequest, ListedPayment
from portals.text import day, days, only_money, plain, same_id, same_person

CHECK_COLUMNS = ("Check / EFT Number", "Check / EFT Date", "Check / EFT Amount", "Payer", "Payee")
CLAIM_COLUMNS = (
    "Claim Number", "Patient Control Number", "Patient Name", "Member ID", "Service Dates", "Charge Amount", "Check / EFT Number",
    "Check / EFT Date",
)  # fmt: skip
EMPTY = ("\N{EM DASH}", "--", "-")
NONE_FOUND = ("did not find remittance data",)
GATE = ("manage access", "authenticate a check")
WHOLE = ("full", "check")  # of the documents a payer offers, the one that shows the whole payment


class ClaimRow(NamedTuple):
    """One row of the claims' list: one claim in one payment."""

    number: str
    control: str  # the practice's own number, as the payer gives it back
    patient: str
    member_id: str
    dates: str
    charge: Decimal | None
    check_no: str
    check_date: date | None


class Choice(NamedTuple):
    """Which rows are what was asked for, and whether others had the number and nothing else of it."""

    rows: tuple[int, ...]
    others: int = 0


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


def claim(cells: Mapping[str, str]) -> ClaimRow:
    """A row of the claims' list, by its own column heads."""
    _all_there(cells, CLAIM_COLUMNS)
    said = {label: _value(text) for label, text in cells.items()}
    found = ClaimRow(
        number=said["Claim Number"],
        control=said["Patient Control Number"],
        patient=said["Patient Name"],
        member_id=said["Member ID"],
        dates=said["Service Dates"],
        charge=only_money(said["Charge Amount"]),
        check_no=said["Check / EFT Number"],
        check_date=day(said["Check / EFT Date"]),
    )
    if not found.check_no or found.check_date is None or found.charge is None or days(found.dates)[1] is None:
        raise PageChanged("remittance list: a number, a date or an amount is written in a way that is not known")
    return found


def _all_there(cells: Mapping[str, str], columns: Sequence[str]) -> None:
    if missing := [column for column in columns if column not in cells]:
        raise PageChanged(f"remittance list: the column {missing[0]!r} is missing")


def _value(text: str) -> str:
    return "" if text.strip() in EMPTY else text.strip()


def bare(number: str) -> str:
    """A check number without what portals, banks and spreadsheets change in it: case, blanks, dashes, leading zeros."""
    return plain(number).lstrip("0")


def same_check(one: str, other: str) -> bool:
    """Whether two check numbers are the same but for those; two empty ones are not."""
    return bool(bare(one)) and bare(one) == bare(other)


def belongs(shown: Sequence[str], typed: str) -> bool:
    """Whether rows with these numbers can be the answer to a search for `typed`: one that does not hold it is the search before."""
    return all(bare(typed) in bare(number) for number in shown)


def agrees(found: ListedPayment, ask: EobRequest) -> tuple[str, ...]:
    """What of a row agrees with the question."""
    agree = []
    if same_check(found.check_no, ask.check_no):
        agree.append("check_no")
    if ask.check_date is not None and found.check_date == ask.check_date:
        agree.append("check_date")
    if ask.amount is not None and found.amount == ask.amount:
        agree.append("amount")
    if same_payer(found.payer, ask.payer_label):
        agree.append("payer")
    return tuple(agree)


def same_payer(shown: str, label: str) -> bool:
    """Whether the list's name of a payer and its picker's are one: word for word, or all words of the one are in the other."""
    theirs, mine = (set(re.findall(r"[a-z0-9]+", name.casefold())) for name in (shown, label))
    return bool(theirs and mine) and (plain(shown) == plain(label) or theirs <= mine or mine <= theirs)


def differs(found: ListedPayment, ask: EobRequest) -> bool:
    """True where the date or the amount is known and another one: then it is not the payment, whatever its number."""
    return ask.check_date not in (None, found.check_date) or ask.amount not in (None, found.amount)


def choose(rows: Sequence[ListedPayment], ask: EobRequest) -> Choice:
    """The rows that are this payment: its number, its payer, and nothing that speaks against it."""
    numbered = [at for at, found in enumerate(rows) if same_check(found.check_no, ask.check_no)]
    fit = tuple(at for at in numbered if "payer" in agrees(rows[at], ask) and not differs(rows[at], ask))
    return Choice(fit, len(numbered) - len(fit))


def claim_agrees(found: ClaimRow, ask: EobRequest) -> tuple[str, ...]:
    """What of a claim's row agrees with the question."""
    agree = []
    if same_id(found.number, ask.payer_claim_no):
        agree.append("payer_claim_no")
    if same_id(found.control, ask.claim_id):
        agree.append("claim_id")
    if ask.dos_from is not None and days(found.dates) == (ask.dos_from, ask.dos_to or ask.dos_from):
        agree.append("dos")
    if ask.charge is not None and found.charge == ask.charge:
        agree.append("charge")
    if ask.patient is not None and same_id(found.member_id, ask.patient.member_id):
        agree.append("member_id")
    if ask.patient is not None and same_person(found.patient, ask.patient.last, ask.patient.first):
        agree.append("name")
    return tuple(agree)


def choose_claim(rows: Sequence[ClaimRow], ask: EobRequest) -> Choice:
    """The rows that are this claim: one of its numbers, and nothing that speaks against it."""
    judged = [set(claim_agrees(found, ask)) for found in rows]
    numbered = [at for at, agree in enumerate(judged) if agree & {"payer_claim_no", "claim_id"}]
    fit = [at for at in numbered if _is_claim(rows[at], judged[at], ask)]
    return Choice(tuple(fit), len(numbered) - len(fit))


def _is_claim(found: ClaimRow, agree: set[str], ask: EobRequest) -> bool:
    """Day, charge, patient and check, as far as the question has them; a payment that was taken back shows its charge the other way."""
    wanted = {"dos": ask.dos_from, "charge": ask.charge}
    if any(value is not None and name not in agree for name, value in wanted.items()):
        return False
    if ask.payer_claim_no and "payer_claim_no" not in agree:
        return False
    if ask.patient is not None and not agree & {"member_id", "name"}:
        return False
    return not ask.check_no or same_check(found.check_no, ask.check_no)


def holds(found: ClaimRow, typed: str) -> bool:
    """Whether a claim's row can be the answer to a search for `typed`."""
    return any(plain(typed) in plain(number) for number in (found.number, found.control))


def checks_of(rows: Sequence[ClaimRow]) -> list[tuple[str, date | None]]:
    """The payments that these rows are part of, each once."""
    return list(dict.fromkeys((found.check_no, found.check_date) for found in rows))


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
