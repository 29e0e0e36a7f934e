"""Rows of the two lists and one opened claim in, typed answers out. Imports no browser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbot.errors import PageChanged
from payerbot.model import Adjustment, ClaimState, ClaimStatusRequest, ClaimStatusResult, Outcome, ServiceLine
from portals.text import day, days, money, only_money, pairs, same_id, same_person

Cells = Mapping[str, str]
CRITERIA = (
    "Claim Number", "Member ID", "Last Name", "First Name", "Date of Birth", "Service Date From", "Service Date Through",
)  # fmt: skip
BOTH = ("Claim Number", "Claim Status", "Member Name", "Member ID", "Date of Birth", "Date(s) of Service", "Billed Amount")
COLUMNS = {
    "inquiry": (*BOTH, "Amount Paid", "Processed Date"),
    "submitted": (*BOTH, "Confirmation Number", "Received Date", "Comments"),
}
SUMMARY = (
    *BOTH, "Patient Account Number", "Received Date", "Processed Date", "Allowed Amount", "Amount Paid", "Member Responsibility",
    "Payment Number", "Payment Date", "Status Message", "Information Needed", "Related Claims",
)  # fmt: skip
LINES = (
    "Service Date", "Procedure Code", "Modifiers", "Units", "Billed", "Allowed", "Paid", "Line Status", "Adjustment Codes",
    "Remark Codes",
)  # fmt: skip
STATES = {
    "received": ClaimState.RECEIVED,
    "accepted": ClaimState.ACCEPTED,
    "accepted - split": ClaimState.ACCEPTED_SPLIT,
    "forwarded": ClaimState.FORWARDED,
    "rejected": ClaimState.REJECTED,
    "in process": ClaimState.PENDING,
    "pended - provider information": ClaimState.PENDING_INFO,
    "pended - member information": ClaimState.PENDING_PATIENT,
    "pended - internal review": ClaimState.PENDING_PAYER,
    "denied": ClaimState.DENIED,
    "reversed": ClaimState.REVERSED,
    "finalized": ClaimState.FINALIZED,
}
LOADING = frozenset({"received", "accepted"})  # what a claim that cannot be inquired about yet may be
LINE_WORDS = frozenset({"paid", "denied", ""})
NOTHING = ("--", "Not Assigned")
LATER = ("try again later",)
NO_CLAIMS = "no claims match"
TOTAL = re.compile(r"Claims (\d+) - (\d+) of (\d+)")
CARC = re.compile(r"(?:(CO|PR|OA|PI|CR)-)?(\w{1,4}) (-?\$[\d,.]+\d|--)")
RARC = re.compile(r"[A-Z]{1,2}\d{1,4}")


class Row(NamedTuple):
    """One row of either list."""

    number: str
    status: str
    patient: str
    member_id: str
    born: date
    first: date
    last: date
    charge: Decimal
    received: date | None = None  # My Submitted Claims only, as is what is said
    said: str = ""


def value(text: str) -> str:
    """What a cell holds, "" where it says that it holds nothing."""
    return "" if text.strip() in NOTHING else text.strip()


def criteria(text: str) -> dict[str, str]:
    """What the page says was searched for."""
    return pairs(text, CRITERIA)


def total(label: str) -> int:
    """How many claims the list says that it has."""
    hit = TOTAL.search(label)
    if hit is None:
        raise PageChanged("claim list: it does not say how many claims there are")
    return int(hit[3])


def row(cells: Cells, of: str = "inquiry") -> Row:
    """A row by its own column heads; PageChanged where one is missing or cannot be read, for a claim would be passed over."""
    if missing := [column for column in COLUMNS[of] if column not in cells]:
        raise PageChanged(f"claim list: the column {missing[0]!r} is missing")
    return _row(cells, "claim list")


def _row(cells: Cells, where: str) -> Row:
    born, (first, last) = day(cells["Date of Birth"]), days(cells["Date(s) of Service"])
    charge = only_money(cells["Billed Amount"])
    if born is None or first is None or last is None or charge is None:
        raise PageChanged(f"{where}: a date or an amount is written in a way that is not known")
    return Row(
        number=value(cells["Claim Number"]),
        status=cells["Claim Status"],
        patient=cells["Member Name"],
        member_id=value(cells["Member ID"]),
        born=born,
        first=first,
        last=last,
        charge=charge,
        received=day(cells.get("Received Date")),
        said=value(cells.get("Comments", "")),
    )


def refusal(said: str) -> ClaimStatusResult:
    """What stands in place of a list or of a claim; words that are not known stay unreadable."""
    words = " ".join(said.split())
    if any(phrase in words.casefold() for phrase in LATER):
        return ClaimStatusResult(outcome=Outcome.PORTAL_DOWN, reason="the payer to be back", seen_as=words)
    if NO_CLAIMS in words.casefold():
        return ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="the payer has no such claim", seen_as=words)
    return ClaimStatusResult(outcome=Outcome.UNREADABLE, reason="the payer's words are not known", seen_as=words)


def agrees(found: Row, ask: ClaimStatusRequest) -> tuple[str, ...]:
    """The identifiers of a claim that agree with the question's."""
    who = ask.patient
    told = {
        "payer_claim_no": same_id(found.number, ask.payer_claim_no),
        "member_id": same_id(found.member_id, who.member_id),
        "name": same_person(found.patient, who.last, who.first),
        "birth_date": found.born == who.birth_date,
        "dos": (found.first, found.last) == (ask.dos_from, ask.dos_to),
        "charge": found.charge == ask.charge,
    }
    return tuple(name for name, holds in told.items() if holds)


def enough(match: Sequence[str]) -> bool:
    """Whether enough identifiers agree to believe that a claim is the one asked about."""
    person = "birth_date" in match and bool({"member_id", "name"} & set(match))
    return {"dos", "charge"} <= set(match) and ("payer_claim_no" in match or person)


def belong(rows: Iterable[Row], ask: ClaimStatusRequest) -> bool:
    """Whether a list of Claim Inquiry can be the answer to a search for this patient or number."""
    return all({"member_id", "name", "payer_claim_no"} & set(agrees(found, ask)) for found in rows)


def choose(rows: Sequence[Row], ask: ClaimStatusRequest) -> tuple[int, ...]:
    """The rows that are this claim: the one with the payer's own number, else all that fit."""
    sure = [(place, agree) for place, found in enumerate(rows) if enough(agree := agrees(found, ask))]
    numbered = tuple(place for place, agree in sure if "payer_claim_no" in agree)
    return numbered or tuple(place for place, _ in sure)


def submitted(found: Row, ask: ClaimStatusRequest) -> ClaimStatusResult:
    """A claim that stands in My Submitted Claims only: known to the payer, as far as that list says what it is."""
    state = STATES[found.status.casefold()] if found.status.casefold() in LOADING else ClaimState.UNKNOWN
    return ClaimStatusResult(
        outcome=Outcome.ANSWERED if state is not ClaimState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not ClaimState.UNKNOWN else "the payer's status words are not known",
        seen_as=found.status or None,
        match=agrees(found, ask),
        state=state,
        payer_claim_no=found.number or None,
        received_date=found.received,
        charge=found.charge,
        portal_text=found.said or None,
        warnings=("it was keyed in the portal and cannot be inquired about yet",) if state is not ClaimState.UNKNOWN else (),
    )


# one claim


def claim(summary: str, lines: Sequence[Cells], one: Row, ask: ClaimStatusRequest) -> ClaimStatusResult | None:
    """What the payer says of one claim; None where the page is another claim's than the row that was opened."""
    told = pairs(summary, SUMMARY)
    if missing := [label for label in SUMMARY if label not in told]:
        raise PageChanged(f"claim detail: the label {missing[0]!r} is missing")
    shown = _row(told, "claim detail")
    if shown[: Row._fields.index("received")] != one[: Row._fields.index("received")]:
        return None
    service, paid = tuple(map(_line, lines)), money(told["Amount Paid"])
    state = claim_state(told["Claim Status"], paid, service)
    return ClaimStatusResult(
        outcome=Outcome.ANSWERED if state is not ClaimState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not ClaimState.UNKNOWN else "the payer's status words are not known",
        seen_as=told["Claim Status"],
        match=agrees(shown, ask),
        state=state,
        payer_claim_no=shown.number or None,
        received_date=day(told["Received Date"]),
        finalized_date=day(told["Processed Date"]),
        charge=shown.charge,
        allowed=money(told["Allowed Amount"]),
        paid=paid,
        patient_resp=money(told["Member Responsibility"]),
        check_no=value(told["Payment Number"]) or None,
        check_date=day(told["Payment Date"]),
        carcs=tuple(dict.fromkeys("-".join(filter(None, (a.group, a.carc))) for line in service for a in line.adjustments)),
        rarcs=tuple(dict.fromkeys(code for line in service for code in line.rarcs)),
        requested_info=value(told["Information Needed"]) or None,
        lines=service,
        related=tuple(filter(None, re.split(r"[,\s]+", value(told["Related Claims"])))),
        portal_text=value(told["Status Message"]) or None,
    )


def claim_state(status: str, paid: Decimal | None, service: Sequence[ServiceLine]) -> ClaimState:
    """Where the claim stands, by the status word and what was paid; a contradiction is unknown."""
    word = status.casefold()
    if word == "paid":
        return _paid_state(paid, service)
    state = STATES.get(word, ClaimState.UNKNOWN)
    return ClaimState.UNKNOWN if state is ClaimState.DENIED and paid else state


def _paid_state(paid: Decimal | None, service: Sequence[ServiceLine]) -> ClaimState:
    """Paid, paid with nothing, or denied in part; all lines denied, money taken back, or a word that is not known contradict it."""
    words = {value(line.status).casefold() for line in service}
    if paid is None or paid < 0 or not LINE_WORDS.issuperset(words) or words == {"denied"}:
        return ClaimState.UNKNOWN
    if "denied" in words:
        return ClaimState.PARTLY_DENIED
    return ClaimState.PAID if paid else ClaimState.PAID_ZERO


def _line(cells: Cells) -> ServiceLine:
    if missing := [column for column in LINES if column not in cells]:
        raise PageChanged(f"claim detail: the column {missing[0]!r} is missing")
    carcs = [CARC.fullmatch(text) for text in _several(cells["Adjustment Codes"])]
    rarcs = _several(cells["Remark Codes"])
    if None in carcs or not all(map(RARC.fullmatch, rarcs)):
        raise PageChanged("claim detail: a code of a line is written in a way that is not known")
    adjustments = (hit.groups() for hit in carcs if hit is not None)
    return ServiceLine(
        dos=day(cells["Service Date"]),
        cpt=cells["Procedure Code"],
        modifiers=tuple(cells["Modifiers"].split()),
        units=cells["Units"],
        charge=money(cells["Billed"]),
        allowed=money(cells["Allowed"]),
        paid=money(cells["Paid"]),
        status=value(cells["Line Status"]),
        adjustments=tuple(Adjustment(group=group or "", carc=carc, amount=money(amount)) for group, carc, amount in adjustments),
        rarcs=tuple(rarcs),
    )


def _several(text: str) -> list[str]:
    return re.split(r",\s+", value(text)) if value(text) else []
