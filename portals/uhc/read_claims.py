"""Rows of the claim list and the parts of an opened claim in, typed answers out. Imports no browser."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbot.errors import PageChanged
from payerbot.model import (
    Adjustment,
    ClaimList,
    ClaimListRequest,
    ClaimState,
    ClaimStatusRequest,
    ClaimStatusResult,
    ListedClaim,
    Outcome,
    ServiceLine,
)
from portals.text import day, lines, money, only_money, pairs, same_id, same_person

COLUMNS = (
    "Claim Number", "Status", "Patient Name", "Member ID", "First Date of Service", "Last Date of Service", "Billed Amount",
    "Paid Amount", "Processed Date",
)  # fmt: skip
LINE_COLUMNS = ("Date of Service", "Procedure Code", "Modifiers", "Units", "Billed", "Allowed", "Paid", "Line Status")
PARTS = {  # element of the screen: the label that stands above its value
    "number": "Claim number",
    "status": "Claim status",
    "adjudication": "Adjudication status",
    "patient": "Patient name",
    "member_id": "Member ID",
    "first_day": "First date of service",
    "last_day": "Last date of service",
    "received": "Received date",
    "processed": "Processed date",
    "billed": "Total billed",
    "message": "Claim message",
    "requested": "Information requested",
    "related": "Related claims",
    "allowed": "Allowed",
    "paid": "Total paid",
    "patient_resp": "Patient responsibility",
}
PAYMENT = ("Payment issue date", "Payment number")
PENDING = {
    "received": ClaimState.RECEIVED,
    "accepted": ClaimState.ACCEPTED,
    "split": ClaimState.ACCEPTED_SPLIT,
    "in process": ClaimState.PENDING,
    "information needed from provider": ClaimState.PENDING_INFO,
    "information needed from member": ClaimState.PENDING_PATIENT,
    "on hold": ClaimState.PENDING_PAYER,
}
STATES = {
    "misdirected": ClaimState.FORWARDED,
    "rejected": ClaimState.REJECTED,
    "denied": ClaimState.DENIED,
    "reversed": ClaimState.REVERSED,
    "finalized": ClaimState.FINALIZED,
}
LINE_WORDS = frozenset({"paid", "denied", ""})
NOTHING = ("--", "Not assigned")
NOT_FOUND: tuple[tuple[str, str], ...] = (
    ("no claim matches", "the payer has no such claim"),
    ("no claims found", "the payer has no such claim"),
    ("member not found", "the payer has no such member"),
)
LATER = ("try again later", "unable to retrieve", "scheduled maintenance")
CARC = re.compile(r"CARC: (?:(CO|PR|OA|PI|CR)-)?(\w{1,4})(?: (-?\$[\d,.]+))?")
RARC = re.compile(r"Remark code: (\w{1,5})")
TOTAL = re.compile(r"(\d+)-(\d+) of (\d+)")


class Row(NamedTuple):
    """One row of the list."""

    number: str
    status: str
    patient: str
    member_id: str
    first: date
    last: date
    charge: Decimal
    paid: Decimal | None
    processed: date | None


class Detail(NamedTuple):
    """One opened claim."""

    parts: Mapping[str, str]
    payment: str = ""
    lines: Sequence[Mapping[str, str]] = ()
    codes: Sequence[Sequence[str]] = ()  # of each line


def value(text: str) -> str:
    """What a cell holds, "" where it holds a dash."""
    return "" if text.strip() in NOTHING else text.strip()


def row(cells: Mapping[str, str]) -> Row:
    """A row by its own column heads; PageChanged where one is missing or cannot be read, for a claim would be passed over."""
    if any(column not in cells for column in COLUMNS):
        raise PageChanged("claim list: a column that is known is missing")
    first, last, charge = day(cells["First Date of Service"]), day(cells["Last Date of Service"]), only_money(cells["Billed Amount"])
    if first is None or last is None or charge is None:
        raise PageChanged("claim list: a date or an amount is written in a way that is not known")
    return Row(
        number=value(cells["Claim Number"]),
        status=cells["Status"],
        patient=cells["Patient Name"],
        member_id=value(cells["Member ID"]),
        first=first,
        last=last,
        charge=charge,
        paid=money(cells["Paid Amount"]),
        processed=day(cells["Processed Date"]),
    )


def total(label: str) -> int:
    """How many claims the list says that it has."""
    hit = TOTAL.search(label)
    if hit is None:
        raise PageChanged("claim list: it does not say how many claims there are")
    return int(hit[3])


def refusal(said: str) -> ClaimStatusResult:
    """What stands in place of a list; words that are not known stay unreadable."""
    words = " ".join(said.split())
    if any(phrase in words.casefold() for phrase in LATER):
        return ClaimStatusResult(outcome=Outcome.PORTAL_DOWN, reason="the payer to be back", seen_as=words)
    for phrase, reason in NOT_FOUND:
        if phrase in words.casefold():
            return ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason=reason, seen_as=words)
    return ClaimStatusResult(outcome=Outcome.UNREADABLE, reason="the payer's words are not known", seen_as=words)


def agrees(found: Row, ask: ClaimStatusRequest) -> tuple[str, ...]:
    """The identifiers of a row that agree with the question's."""
    told = {
        "payer_claim_no": same_id(found.number, ask.payer_claim_no),
        "member_id": same_id(found.member_id, ask.patient.member_id),
        "name": same_person(found.patient, ask.patient.last, ask.patient.first),
        "dos": (found.first, found.last) == (ask.dos_from, ask.dos_to),
        "charge": found.charge == ask.charge,
    }
    return tuple(name for name, holds in told.items() if holds)


def enough(match: Sequence[str]) -> bool:
    """Whether enough identifiers agree to believe that a claim is the one asked about."""
    return {"dos", "charge"} <= set(match) and bool({"payer_claim_no", "member_id", "name"} & set(match))


def belong(rows: Iterable[Row], ask: ClaimStatusRequest) -> bool:
    """Whether a list can be the answer to a search for this patient: a row of another one means that it is the one before."""
    return all({"member_id", "name", "payer_claim_no"} & set(agrees(found, ask)) for found in rows)


def within(rows: Iterable[Row], ask: ClaimListRequest) -> bool:
    """Whether a list can be the answer to a search by these days."""
    return all(found.first <= ask.dos_to and found.last >= ask.dos_from for found in rows)


def choose(rows: Sequence[Row], ask: ClaimStatusRequest) -> tuple[int, ...]:
    """The rows that are this claim: the one with the payer's own number, else all that fit."""
    fits = [(place, agrees(found, ask)) for place, found in enumerate(rows)]
    sure = [(place, agree) for place, agree in fits if enough(agree)]
    numbered = tuple(place for place, agree in sure if "payer_claim_no" in agree)
    return numbered or tuple(place for place, _ in sure)


def listed(found: Row) -> ListedClaim:
    """A row as a list of claims shows it."""
    return ListedClaim(
        payer_claim_no=found.number,
        member_id=found.member_id,
        patient=found.patient,
        dos_from=found.first,
        dos_to=found.last,
        charge=found.charge,
        status=found.status,
        paid=found.paid,
        processed=found.processed,
    )


def exported(data: bytes) -> list[Row]:
    """A month's export: the rows of the list as CSV; PageChanged where it is something else."""
    try:
        table = csv.DictReader(data.decode("utf-8-sig").splitlines())
        return [row({name: cell or "" for name, cell in cells.items() if name}) for cells in table]
    except UnicodeDecodeError:
        raise PageChanged("claim export: it is no text") from None


def together(found: ClaimList, export: Sequence[Row], ask: ClaimListRequest) -> ClaimList:
    """The list and the export as one: of a claim that stands several times the row that was processed last counts."""
    newest: dict[str, Row] = {}
    for one in export:
        if one.number and within([one], ask) and (one.processed or date.min) >= (_of(newest, one).processed or date.min):
            newest[one.number] = one
    listed_now = {claim.payer_claim_no: claim for claim in found.claims if claim.payer_claim_no}
    claims = [_newer(claim, newest.get(claim.payer_claim_no)) for claim in found.claims]
    claims += [listed(one) for number, one in newest.items() if number not in listed_now]
    return found if not claims else found.model_copy(update={"claims": tuple(claims), "outcome": Outcome.ANSWERED})


def _of(newest: Mapping[str, Row], one: Row) -> Row:
    return newest.get(one.number, one)


def _newer(claim: ListedClaim, other: Row | None) -> ListedClaim:
    later = other is not None and other.processed is not None and other.processed > (claim.processed or date.min)
    return listed(other) if other is not None and later else claim


def detail(parts: Mapping[str, str], payment: str, table: Sequence[Mapping[str, str]], codes: Sequence[Sequence[str]]) -> Detail:
    """An opened claim; PageChanged where a label, a column or a line's codes are not those that are known."""
    told: dict[str, str] = {}
    for name, text in parts.items():
        label, *rest = lines(text) or [""]
        if label != PARTS[name]:
            raise PageChanged("claim detail: a label is not the one that is known")
        told[name] = value(" ".join(rest))
    if any(column not in cells for cells in table for column in LINE_COLUMNS) or len(codes) != len(table):
        raise PageChanged("claim detail: the table of lines is not the one that is known")
    return Detail(told, payment, table, codes)


def claim(found: Detail, ask: ClaimStatusRequest) -> ClaimStatusResult:
    """What the payer says of one claim."""
    parts, service = found.parts, tuple(map(_line, found.lines, found.codes))
    paid, payment = money(parts["paid"]), pairs(found.payment, PAYMENT)
    state = claim_state(parts["status"], parts["adjudication"], paid, service)
    return ClaimStatusResult(
        outcome=Outcome.ANSWERED if state is not ClaimState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not ClaimState.UNKNOWN else "the payer's status words are not known",
        seen_as=parts["status"] or None,
        match=agrees(_as_row(parts), ask),
        state=state,
        payer_claim_no=parts["number"] or None,
        received_date=day(parts["received"]),
        finalized_date=day(parts["processed"]),
        charge=money(parts["billed"]),
        allowed=money(parts["allowed"]),
        paid=paid,
        patient_resp=money(parts["patient_resp"]),
        check_no=value(payment.get("Payment number", "")) or None,
        check_date=day(payment.get("Payment issue date")),
        carcs=tuple(dict.fromkeys("-".join(filter(None, (a.group, a.carc))) for line in service for a in line.adjustments)),
        rarcs=tuple(dict.fromkeys(code for line in service for code in line.rarcs)),
        requested_info=parts["requested"] or None,
        lines=service,
        related=tuple(filter(None, re.split(r"[,\s]+", parts["related"]))),
        portal_text=parts["message"] or None,
    )


def _as_row(parts: Mapping[str, str]) -> Row:
    first, last, charge = day(parts["first_day"]), day(parts["last_day"]), only_money(parts["billed"])
    if first is None or last is None or charge is None:
        raise PageChanged("claim detail: a date or an amount is written in a way that is not known")
    return Row(parts["number"], parts["status"], parts["patient"], parts["member_id"], first, last, charge, None, None)


def claim_state(status: str, adjudication: str, paid: Decimal | None, service: Sequence[ServiceLine]) -> ClaimState:
    """Where the claim stands: the status word, what it is pending for, and what was paid; a contradiction is unknown."""
    word = status.casefold()
    if word == "pending":
        return PENDING.get(adjudication.casefold(), ClaimState.PENDING)
    if word == "paid":
        return _paid_state(paid, service)
    state = STATES.get(word, ClaimState.UNKNOWN)
    return ClaimState.UNKNOWN if state is ClaimState.DENIED and paid else state


def _paid_state(paid: Decimal | None, service: Sequence[ServiceLine]) -> ClaimState:
    """Paid, paid with nothing, or denied in part; all lines denied, money taken back, or a word that is not known contradict it."""
    words = {line.status.casefold() for line in service}
    if not LINE_WORDS.issuperset(words) or words == {"denied"} or (paid is not None and paid < 0):
        return ClaimState.UNKNOWN
    if "denied" in words:
        return ClaimState.PARTLY_DENIED
    return ClaimState.PAID_ZERO if paid is not None and not paid else ClaimState.PAID


def _line(cells: Mapping[str, str], said: Sequence[str]) -> ServiceLine:
    carcs = [hit for text in said if (hit := CARC.fullmatch(text))]
    rarcs = [hit for text in said if (hit := RARC.fullmatch(text))]
    if len(carcs) + len(rarcs) != len(said):
        raise PageChanged("claim detail: a code of a line is written in a way that is not known")
    return ServiceLine(
        dos=day(cells["Date of Service"]),
        cpt=cells["Procedure Code"],
        modifiers=tuple(cells["Modifiers"].split()),
        units=cells["Units"],
        charge=money(cells["Billed"]),
        allowed=money(cells["Allowed"]),
        paid=money(cells["Paid"]),
        status=cells["Line Status"],
        adjustments=tuple(Adjustment(group=hit[1] or "", carc=hit[2], amount=money(hit[3])) for hit in carcs),
        rarcs=tuple(hit[1] for hit in rarcs),
    )
