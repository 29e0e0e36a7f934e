"""Rows of the claim list and the parts of an opened claim in, typed answers out. Imports no browser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbot.errors import PageChanged
from payerbot.model import (
    Adjustment,
    ClaimListRequest,
    ClaimState,
    ClaimStatusRequest,
    ClaimStatusResult,
    ListedClaim,
    Outcome,
    ServiceLine,
)
from portals.text import day, days, lines, money, only_money, pairs, same_id, same_last, same_person

Cells = Mapping[str, str]
COLUMNS = (
    "Claim reference number", "Claim status", "Patient name", "Date of birth", "Dates of service", "Provider account number", "Tax ID",
    "Amount billed", "Provider name",
)  # fmt: skip
FACTS = (
    "Claim reference number", "Claim status", "Member name", "Service provider", "Date received", "Date processed", "Claim amount due",
    "Total paid", "Payment to provider", "Patient responsibility",
)  # fmt: skip
NOTES = ("Claim message", "Information requested", "Related claims")
PAYMENT_COLUMNS = ("Payee name/address", "Payment amount", "Remittance tracking number", "Payment status", "Issued", "Cleared", "Method")
NO_PAYMENT = "no payment information"
PROCEDURE_COLUMNS = (
    "Procedure code", "Date of service", "Place of service", "Amount charged", "Allowed amount", "Not covered", "Deductible/Copay",
    "Covered balance", "Plan coinsurance/paid", "Patient coinsurance", "Patient responsibility", "Remark codes",
)  # fmt: skip
STATES = {
    "received": ClaimState.RECEIVED,
    "accepted": ClaimState.ACCEPTED,
    "split": ClaimState.ACCEPTED_SPLIT,
    "forwarded": ClaimState.FORWARDED,
    "returned": ClaimState.REJECTED,
    "in process": ClaimState.PENDING,
    "pended - information needed from provider": ClaimState.PENDING_INFO,
    "pended - information needed from customer": ClaimState.PENDING_PATIENT,
    "on hold": ClaimState.PENDING_PAYER,
    "denied": ClaimState.DENIED,
    "reversed": ClaimState.REVERSED,
    "finalized": ClaimState.FINALIZED,
}
NOTHING = ("--", "Not assigned", "")
NONE_FOUND = "no results for the parameters chosen"
CARC = re.compile(r"(CO|PR|OA|PI|CR)-(\w{1,4})")
RARC = re.compile(r"(?:N|M|MA)\d{1,4}")


class Row(NamedTuple):
    """One row of the list."""

    number: str
    status: str
    patient: str
    born: date
    first: date
    last: date
    account: str  # the practice's own number, as the payer gives it back
    charge: Decimal


class Detail(NamedTuple):
    """One opened claim."""

    facts: str
    notes: str
    payments: str  # the section's words
    payment_rows: Sequence[Cells]
    procedures: Sequence[Cells]
    remarks: tuple[str, ...] = ()


def value(text: str | None) -> str:
    """What stands there, "" where it is a dash."""
    return "" if text is None or text.strip() in NOTHING else text.strip()


def row(cells: Cells) -> Row:
    """A row by its own column heads; PageChanged where one is missing or cannot be read, for a claim would be passed over."""
    if any(column not in cells for column in COLUMNS):
        raise PageChanged("claim list: a column that is known is missing")
    born, (first, last), charge = day(cells["Date of birth"]), days(cells["Dates of service"]), only_money(cells["Amount billed"])
    if born is None or first is None or last is None or charge is None:
        raise PageChanged("claim list: a date or an amount is written in a way that is not known")
    return Row(
        number=value(cells["Claim reference number"]),
        status=cells["Claim status"],
        patient=cells["Patient name"],
        born=born,
        first=first,
        last=last,
        account=value(cells["Provider account number"]),
        charge=charge,
    )


def refusal(said: str) -> ClaimStatusResult:
    """What stands in place of a list; words that are not known stay unreadable."""
    words = " ".join(said.split())
    if "try again later" in words.casefold():
        return ClaimStatusResult(outcome=Outcome.PORTAL_DOWN, reason="the payer to be back", seen_as=words)
    if NONE_FOUND in words.casefold():
        return ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="the payer has no such claim", seen_as=words)
    return ClaimStatusResult(outcome=Outcome.UNREADABLE, reason="the payer's words are not known", seen_as=words)


def agrees(found: Row, ask: ClaimStatusRequest) -> tuple[str, ...]:
    """The identifiers of a row that agree with the question's."""
    told = {
        "payer_claim_no": same_id(found.number, ask.payer_claim_no),
        "claim_id": same_id(found.account, ask.claim_id),
        "name": same_person(found.patient, ask.patient.last, ask.patient.first),
        "birth_date": found.born == ask.patient.birth_date,
        "dos": (found.first, found.last) == (ask.dos_from, ask.dos_to),
        "charge": found.charge == ask.charge,
    }
    return tuple(name for name, holds in told.items() if holds)


def enough(match: Sequence[str]) -> bool:
    """Whether enough identifiers agree to believe that a claim is the one asked about."""
    return {"dos", "charge"} <= set(match) and bool({"payer_claim_no", "name", "birth_date"} & set(match))


def belong(rows: Iterable[Row], ask: ClaimStatusRequest, kind: str) -> bool:
    """Whether a list can be the answer to this kind of search: a row that does not hold what was searched for is the search before's."""
    fits = {
        "number": lambda found: same_id(found.number, ask.payer_claim_no),
        "birth_date": lambda found: found.born == ask.patient.birth_date,
        "name": lambda found: same_last(found.patient, ask.patient.last),
    }[kind]
    return all(map(fits, rows))


def within(rows: Iterable[Row], ask: ClaimListRequest) -> bool:
    """Whether a list can be the answer to a search by these days."""
    return all(found.first <= ask.dos_to and found.last >= ask.dos_from for found in rows)


def choose(rows: Sequence[Row], ask: ClaimStatusRequest) -> tuple[int, ...]:
    """The rows that are this claim: the one with the payer's own number, else all that fit."""
    sure = [(place, agree) for place, found in enumerate(rows) if enough(agree := agrees(found, ask))]
    numbered = tuple(place for place, agree in sure if "payer_claim_no" in agree)
    return numbered or tuple(place for place, _ in sure)


def listed(found: Row) -> ListedClaim:
    """A row as a list of claims shows it."""
    return ListedClaim(
        payer_claim_no=found.number,
        patient=found.patient,
        birth_date=found.born,
        dos_from=found.first,
        dos_to=found.last,
        charge=found.charge,
        status=found.status,
    )


# --- one claim


def facts(found: Detail) -> dict[str, str]:
    """The labels of an opened claim and their values."""
    shown = pairs(found.facts, FACTS)
    if any(label not in shown for label in FACTS):
        raise PageChanged("claim details: a label that is known is missing")
    return shown


def is_of(found: Detail, one: Row) -> bool:
    """Whether the opened claim is that of the row: number, name, status and the days of its procedures."""
    shown = facts(found)
    dates = {day(cells.get("Date of service")) for cells in found.procedures} - {None}
    inside = all(when is not None and one.first <= when <= one.last for when in dates)
    same = (value(shown["Claim reference number"]), shown["Member name"]) == (one.number, one.patient)
    return same and inside and shown["Claim status"] == one.status


def claim(found: Detail, one: Row, ask: ClaimStatusRequest) -> ClaimStatusResult:
    """What the payer says of one claim."""
    shown, notes = facts(found), pairs(found.notes, NOTES)
    service, paid = tuple(map(_line, found.procedures)), money(shown["Total paid"])
    if sum((line.charge for line in service if line.charge is not None), Decimal()) != one.charge:
        raise PageChanged("claim details: the procedures do not make up what was billed")
    state = claim_state(shown["Claim status"], paid, found.procedures)
    check_no, check_date, warnings = _payment(found)
    return ClaimStatusResult(
        outcome=Outcome.ANSWERED if state is not ClaimState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not ClaimState.UNKNOWN else "the payer's status words are not known",
        seen_as=shown["Claim status"] or None,
        match=agrees(one, ask),
        warnings=warnings,
        state=state,
        payer_claim_no=one.number or None,
        received_date=day(shown["Date received"]),
        finalized_date=day(shown["Date processed"]),
        charge=one.charge,
        allowed=_sum(service),
        paid=paid,
        patient_resp=money(shown["Patient responsibility"]),
        check_no=check_no,
        check_date=check_date,
        carcs=tuple(dict.fromkeys(f"{a.group}-{a.carc}" for line in service for a in line.adjustments)),
        rarcs=tuple(dict.fromkeys(code for line in service for code in line.rarcs)),
        requested_info=notes.get("Information requested") or None,
        lines=service,
        related=tuple(filter(None, re.split(r"[,\s]+", notes.get("Related claims", "")))),
        portal_text=notes.get("Claim message") or None,
        codes_text=found.remarks,
    )


def _sum(service: Sequence[ServiceLine]) -> Decimal | None:
    """What is allowed of all lines; unknown where that of one is."""
    amounts = [line.allowed for line in service if line.allowed is not None]
    return sum(amounts, Decimal()) if amounts and len(amounts) == len(service) else None


def claim_state(status: str, paid: Decimal | None, procedures: Sequence[Cells]) -> ClaimState:
    """Where the claim stands: the status word, and of a paid one what was paid and what was not covered; a contradiction is unknown."""
    word = status.casefold()
    if word == "paid":
        return _paid_state(paid, [_is_refused(cells) for cells in procedures])
    state = STATES.get(word, ClaimState.UNKNOWN)
    return ClaimState.UNKNOWN if state is ClaimState.DENIED and paid else state


def _paid_state(paid: Decimal | None, refused: Sequence[bool]) -> ClaimState:
    if paid is None or paid < 0 or (refused and all(refused)):
        return ClaimState.UNKNOWN
    if any(refused):
        return ClaimState.PARTLY_DENIED
    return ClaimState.PAID if paid else ClaimState.PAID_ZERO


def _is_refused(cells: Cells) -> bool:
    """Whether nothing of what a line charges is covered."""
    charged, outside = money(cells["Amount charged"]), money(cells["Not covered"])
    return bool(charged) and charged == outside


def _line(cells: Cells) -> ServiceLine:
    if any(column not in cells for column in PROCEDURE_COLUMNS):
        raise PageChanged("claim details: the table of procedures is not the one that is known")
    codes = [code for code in re.split(r"[,\s]+", cells["Remark codes"]) if value(code)]
    carcs, rarcs = [hit for code in codes if (hit := CARC.fullmatch(code))], [code for code in codes if RARC.fullmatch(code)]
    charge, (cpt, *modifiers) = only_money(cells["Amount charged"]), cells["Procedure code"].split() or [""]
    if charge is None or len(carcs) + len(rarcs) != len(codes):
        raise PageChanged("claim details: an amount or a remark code is written in a way that is not known")
    return ServiceLine(
        dos=day(cells["Date of service"]),
        cpt=cpt,
        modifiers=tuple(modifiers),
        charge=charge,
        allowed=money(cells["Allowed amount"]),
        paid=money(cells["Plan coinsurance/paid"]),
        adjustments=tuple(Adjustment(group=hit[1], carc=hit[2]) for hit in carcs),
        rarcs=tuple(rarcs),
    )


def _payment(found: Detail) -> tuple[str | None, date | None, tuple[str, ...]]:
    """Number and day of the payment; none only where the page says that there is none, and none of several."""
    if not found.payment_rows:
        if NO_PAYMENT not in " ".join(lines(found.payments)).casefold():
            raise PageChanged("claim details: the payments are not shown in a way that is known")
        return None, None, ()
    if any(column not in cells for cells in found.payment_rows for column in PAYMENT_COLUMNS):
        raise PageChanged("claim details: the table of payments is not the one that is known")
    told = {(value(cells["Remittance tracking number"]) or None, day(cells["Issued"])) for cells in found.payment_rows}
    if len(told) > 1:
        return None, None, ("the page shows several payments of this claim",)
    return *told.pop(), ()
