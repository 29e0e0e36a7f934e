"""Claim status: rows and labels in, typed answers out. Imports no browser; the status is the Status column's word and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbot.errors import PageChanged
from payerbot.model import Adjustment, ClaimState, ClaimStatusRequest, ClaimStatusResult, Outcome, ServiceLine
from portals.text import day, days, money, only_money, pairs, same_id, same_person

Cells = Mapping[str, str]
LIST_COLUMNS = ("Claim ID", "Member ID", "Service Date", "Status", "Paid Amount")
LABELS = (
    "Claim ID", "Member ID", "Member Name", "Birth Date", "Claim Status", "Total Charged Amount", "Total Allowed Amount",
    "Total Paid Amount",
)  # fmt: skip
PAYMENT = ("Payment ID", "Payment Date")  # of a claim that a remittance names
LINE_COLUMNS = ("From Date", "To Date", "Procedure Code", "Mod", "Units", "Charge Amount", "Allowed Amount")
EOB_COLUMNS = ("Header/Detail", "EOB", "Description")
NO_NUMBER = ("--", "")
BY_WORD = {  # the last two were not seen: the full set is not published
    "paid": ClaimState.PAID,
    "suspended": ClaimState.PENDING,
    "denied": ClaimState.DENIED,
    "rejected": ClaimState.REJECTED,
    "in process": ClaimState.PENDING,
    "processing": ClaimState.PENDING,
    "adjusted": ClaimState.REVERSED,
    "finalized": ClaimState.FINALIZED,
}
DECIDED = (ClaimState.PAID, ClaimState.PAID_ZERO, ClaimState.PARTLY_DENIED, ClaimState.DENIED, ClaimState.REVERSED)
LATER = ("try again later", "hours of operation", "undergoing maintenance")
_TOTAL = re.compile(r"Total Records:\s*(\d+)")
_TITLE = re.compile(r"View Professional Claim - ID\s*(\S*)")
_CARC = re.compile(r"\b(?:adjustment reason(?: code)?|carc)\s+(?:(CO|PR|OA|PI)[- ]?)?([A-Z]?\d{1,3})\b", re.IGNORECASE)
_RARC = re.compile(r"\b(?:remark(?: code)?|rarc)\s+((?:MA|M|N)\d{1,4})\b", re.IGNORECASE)


class Row(NamedTuple):
    """One row of the list."""

    number: str
    member_id: str
    dates: str
    status: str
    paid: str


class Detail(NamedTuple):
    """One opened claim."""

    title: str  # "" where the page shows none
    labels: str
    eobs: Sequence[Cells]
    lines: Sequence[Cells]


def total(text: str, where: str = "claim list") -> int:
    """How many records a list says it has."""
    hit = _TOTAL.search(text)
    if hit is None:
        raise PageChanged(f"{where}: it does not say how many records there are")
    return int(hit[1])


def row(cells: Cells) -> Row:
    """A row by its own column heads; PageChanged where a column is missing or a date cannot be read, for a claim would be passed over."""
    missing = [column for column in LIST_COLUMNS if column not in cells]
    if missing:
        raise PageChanged(f"claim list: the column {missing[0]!r} is missing")
    number, member_id, dates, status, paid = (cells[column] for column in LIST_COLUMNS)
    if None in days(dates) or not member_id:
        raise PageChanged("claim list: a row is written in a way that is not known")
    return Row("" if number in NO_NUMBER else number, member_id, dates, status, paid)


def can_be(found: Row, ask: ClaimStatusRequest) -> bool:
    """Whether a row is worth opening: a list has no charges, so every claim of these days is."""
    return days(found.dates) == (ask.dos_from, ask.dos_to)


def refusal(message: str) -> ClaimStatusResult:
    """What a message in place of a list or a claim means; words that are not known stay unreadable."""
    said = " ".join(message.split())
    if any(phrase in said.casefold() for phrase in LATER):
        return ClaimStatusResult(outcome=Outcome.PORTAL_DOWN, reason="the payer to be back", seen_as=said)
    return ClaimStatusResult(outcome=Outcome.UNREADABLE, reason="the portal's words are not known", seen_as=said)


def enough(match: Sequence[str]) -> bool:
    """Whether enough identifiers agree to believe that an opened claim is the one asked about."""
    return {"dos", "charge"} <= set(match) and ("payer_claim_no" in match or {"member_id", "birth_date"} <= set(match) or "name" in match)


def labels(detail: Detail, found: Row) -> dict[str, str]:
    """The claim's labels and values; PageChanged where one is missing, or where the page is another claim's than the row's."""
    shown = pairs(detail.labels, (*LABELS, *PAYMENT))
    if any(not shown.get(label) for label in LABELS if label != "Claim ID"):
        raise PageChanged("claim detail: a label that is known is missing")
    hit = _TITLE.search(detail.title)
    numbers = [shown.get("Claim ID", ""), *([hit[1]] if hit else [])]
    if any(number != found.number for number in numbers) or not same_id(shown["Member ID"], found.member_id):
        raise PageChanged("claim detail: it is another claim's than the row that was opened")
    if any(column not in cells for cells in detail.lines for column in LINE_COLUMNS):
        raise PageChanged("claim detail: the lines lack a column")
    if any(column not in cells for cells in detail.eobs for column in EOB_COLUMNS):
        raise PageChanged("claim detail: the adjudication lacks a column")
    return shown


def agrees(shown: Mapping[str, str], found: Row, ask: ClaimStatusRequest) -> tuple[str, ...]:
    """The identifiers of an opened claim that agree with the question's."""
    who = ask.patient
    agree = {
        "payer_claim_no": same_id(found.number, ask.payer_claim_no),
        "member_id": same_id(shown["Member ID"], who.member_id),
        "name": same_person(shown["Member Name"], who.last, who.first),
        "birth_date": day(shown["Birth Date"]) == who.birth_date,
        "dos": days(found.dates) == (ask.dos_from, ask.dos_to),
        "charge": money(shown["Total Charged Amount"]) == ask.charge,
    }
    return tuple(name for name, fits in agree.items() if fits)


def claim(detail: Detail, found: Row, ask: ClaimStatusRequest) -> ClaimStatusResult:
    """What the portal says of one claim."""
    shown = labels(detail, found)
    lines = tuple(_line(cells, number, detail.eobs) for number, cells in enumerate(detail.lines, start=1))
    state = claim_state(found, shown, lines)
    decided = state in DECIDED
    number, when = check(shown) if decided else (None, None)
    return ClaimStatusResult(
        outcome=Outcome.ANSWERED if state is not ClaimState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not ClaimState.UNKNOWN else "the payer's status words are not known",
        seen_as=found.status or None,
        match=agrees(shown, found, ask),
        state=state,
        payer_claim_no=found.number or None,
        charge=money(shown["Total Charged Amount"]),
        allowed=money(shown["Total Allowed Amount"]) if decided else None,  # a zero without a decision is no amount
        paid=money(shown["Total Paid Amount"]) if decided else None,
        check_no=number,
        check_date=when,
        carcs=_codes(detail.eobs)[0],
        rarcs=_codes(detail.eobs)[1],
        lines=lines if decided else tuple(line.model_copy(update={"allowed": None}) for line in lines),
        codes_text=tuple(f"{cells['Header/Detail']}: {cells['EOB']} {cells['Description']}" for cells in detail.eobs),
    )


def check(shown: Mapping[str, str]) -> tuple[str | None, date | None]:
    """The check that paid the claim; the number of a notice that brought no money is none."""
    number = shown.get("Payment ID") if money(shown["Total Paid Amount"]) else None
    return number or None, day(shown.get("Payment Date")) if number else None


def claim_state(found: Row, shown: Mapping[str, str], lines: Sequence[ServiceLine]) -> ClaimState:
    """The Status column's word; where the claim's own page or its amounts contradict it, unknown."""
    state, paid = BY_WORD.get(found.status.strip().casefold(), ClaimState.UNKNOWN), money(shown["Total Paid Amount"])
    if found.status.strip().casefold() != shown["Claim Status"].strip().casefold() or only_money(found.paid) != paid or paid is None:
        return ClaimState.UNKNOWN
    if state is ClaimState.PAID:
        return _paid_state(paid, lines)
    return ClaimState.UNKNOWN if state is not ClaimState.REVERSED and paid else state


def _paid_state(paid: Decimal, lines: Sequence[ServiceLine]) -> ClaimState:
    """Paid, paid with nothing, or in part: a line that is allowed nothing was denied (inferred)."""
    if paid < 0:
        return ClaimState.UNKNOWN
    if not paid:
        return ClaimState.PAID_ZERO
    return ClaimState.PARTLY_DENIED if any(line.allowed == 0 and line.charge for line in lines) else ClaimState.PAID


def _codes(eobs: Sequence[Cells]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The national codes that the descriptions name, each once: reasons with their group first, and remarks."""
    reasons = (hit for cells in eobs for hit in _CARC.finditer(cells["Description"]))
    remarks = (hit[1].upper() for cells in eobs for hit in _RARC.finditer(cells["Description"]))
    carcs = ("-".join(filter(None, ((hit[1] or "").upper(), hit[2].upper()))) for hit in reasons)
    return tuple(dict.fromkeys(carcs)), tuple(dict.fromkeys(remarks))


def _line(cells: Cells, number: int, eobs: Sequence[Cells]) -> ServiceLine:
    mine = [one for one in eobs if re.fullmatch(rf"detail {number}", one["Header/Detail"].strip(), re.IGNORECASE)]
    carcs, rarcs = _codes(mine)
    parts = (carc.rpartition("-") for carc in carcs)
    return ServiceLine(
        dos=day(cells["From Date"]),
        cpt=cells["Procedure Code"],
        modifiers=tuple(cells["Mod"].split()),
        units=cells["Units"],
        charge=money(cells["Charge Amount"]),
        allowed=money(cells["Allowed Amount"]),
        adjustments=tuple(Adjustment.model_validate({"group": group, "carc": carc}) for group, _, carc in parts),
        rarcs=rarcs,
    )
