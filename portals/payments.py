"""Which payment of a portal's list is the one asked about, by its own row or by a claim that it paid. Imports no browser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbot.remittance import EobRequest, ListedPayment, bare_number, same_number
from portals.text import plain, same_id, same_person


class PaidClaim(NamedTuple):
    """One claim in one payment, as a list of claims shows it."""

    number: str
    control: str  # the practice's own number, as the payer gives it back
    patient: str
    member_id: str
    first: date
    last: date
    charge: Decimal
    check_no: str
    check_date: date | None = None


class Choice(NamedTuple):
    """Which rows are what was asked for, and whether others had the number and nothing else of it."""

    rows: tuple[int, ...]
    others: int = 0


def same_payer(shown: str, label: str) -> bool:
    """Whether the list's name of a payer and the route's are one: word for word, or all words of the one are in the other."""
    theirs, mine = (set(re.findall(r"[a-z0-9]+", name.casefold())) for name in (shown, label))
    return bool(theirs and mine) and (plain(shown) == plain(label) or theirs <= mine or mine <= theirs)


def holds(shown: Sequence[str], typed: str) -> bool:
    """Whether rows with these numbers can be the answer to a search for `typed`: one that does not hold it is the search before."""
    return all(bare_number(typed) in bare_number(number) for number in shown)


def agrees(found: ListedPayment, ask: EobRequest) -> tuple[str, ...]:
    """What of a row agrees with the question."""
    told = {
        "check_no": same_number(found.check_no, ask.check_no),
        "check_date": ask.check_date is not None and found.check_date == ask.check_date,
        "amount": ask.amount is not None and found.amount == ask.amount,
        "payer": same_payer(found.payer, ask.payer_label),
    }
    return tuple(name for name, holds in told.items() if holds)


def differs(found: ListedPayment, ask: EobRequest) -> bool:
    """True where payer, date or amount are known and others: then it is not the payment, whatever its number."""
    if found.payer and not same_payer(found.payer, ask.payer_label):
        return True
    return ask.check_date not in (None, found.check_date) or ask.amount not in (None, found.amount)


def choose(rows: Sequence[ListedPayment], ask: EobRequest) -> Choice:
    """The rows that are this payment: its number, and nothing that speaks against it."""
    numbered = [at for at, found in enumerate(rows) if same_number(found.check_no, ask.check_no)]
    fit = tuple(at for at in numbered if not differs(rows[at], ask))
    return Choice(fit, len(numbered) - len(fit))


def claim_agrees(found: PaidClaim, ask: EobRequest) -> tuple[str, ...]:
    """What of a claim's row agrees with the question."""
    who = ask.patient
    told = {
        "payer_claim_no": same_id(found.number, ask.payer_claim_no),
        "claim_id": same_id(found.control, ask.claim_id),
        "dos": ask.dos_from is not None and (found.first, found.last) == (ask.dos_from, ask.dos_to or ask.dos_from),
        "charge": ask.charge is not None and found.charge == ask.charge,
        "member_id": who is not None and same_id(found.member_id, who.member_id),
        "name": who is not None and same_person(found.patient, who.last, who.first),
    }
    return tuple(name for name, holds in told.items() if holds)


def choose_claim(rows: Sequence[PaidClaim], ask: EobRequest) -> Choice:
    """The rows that are this claim: one of its numbers, and nothing that speaks against it."""
    judged = [set(claim_agrees(found, ask)) for found in rows]
    numbered = [at for at, agree in enumerate(judged) if agree & {"payer_claim_no", "claim_id"}]
    fit = [at for at in numbered if _is_claim(rows[at], judged[at], ask)]
    return Choice(tuple(fit), len(numbered) - len(fit))


def _is_claim(found: PaidClaim, agree: set[str], ask: EobRequest) -> bool:
    """Day, charge, patient and check, as far as the question has them; a payment that was taken back shows its charge the other way."""
    wanted = {"dos": ask.dos_from, "charge": ask.charge, "payer_claim_no": ask.payer_claim_no or None}
    if any(value is not None and name not in agree for name, value in wanted.items()):
        return False
    if ask.patient is not None and not agree & {"member_id", "name"}:
        return False
    return not ask.check_no or same_number(found.check_no, ask.check_no)


def payments_of(rows: Sequence[PaidClaim]) -> list[tuple[str, date | None]]:
    """The payments that these rows are part of, each once: number and day."""
    return list(dict.fromkeys((found.check_no, found.check_date) for found in rows))
