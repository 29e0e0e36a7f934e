"""Rows of a claim list and the parts of an opened claim in, typed answers out. Imports no browser."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbot.errors import PageChanged
from payerbot.model import Adjustment, ClaimState, ClaimStatusRequest, ClaimStatusResult, Outcome, ServiceLine
from portals.carelon.read import LATER
from portals.text import day, money, only_money, pairs, same_id, same_person

Cells = Mapping[str, str]
COLUMNS = ("Claim Number", "Service From", "Service Through", "Charged", "Paid", "Claim Status", "Date Processed")
CRITERIA = ("Claim Number", "Member ID", "Provider", "Service From", "Service Through")
NEEDED = (
    "Claim Number", "Claim Status", "Status Reason", "Member ID", "Member Name", "Date of Birth", "Service From", "Service Through",
    "Total Charged",
)  # fmt: skip
LABELS = (
    *NEEDED, "Date Received", "Date Processed", "Total Allowed", "Total Paid", "Member Responsibility", "Check/EFT Number",
    "Check/EFT Date", "Letter Requested", "Message", "Related Claims",
)  # fmt: skip
LINES = (
    "Date of Service", "Procedure Code", "Modifiers", "Units", "Charged", "Allowed", "Paid", "Line Status", "Reason Codes", "Remark Codes",
)  # fmt: skip
NO_NUMBER = "Not Yet Assigned"
STATES = {
    "received": ClaimState.RECEIVED,
    "forwarded": ClaimState.FORWARDED,
    "rejected": ClaimState.REJECTED,
    "denied": ClaimState.DENIED,
    "reversed": ClaimState.REVERSED,
    "finalized": ClaimState.FINALIZED,
}
WAITING = {
    "accepted for processing": ClaimState.ACCEPTED,
    "claim was split": ClaimState.ACCEPTED_SPLIT,
    "under review": ClaimState.PENDING,
    "information requested from provider": ClaimState.PENDING_INFO,
    "information requested from member": ClaimState.PENDING_PATIENT,
    "on hold": ClaimState.PENDING_PAYER,
}
LINE_WORDS = frozenset({"paid", "denied", ""})
TOTAL = re.compile(r"Total Claims:\s*(\d+)")
NOTHING = ("no claims were found",)
REASON = re.compile(r"(?:(CO|PR|OA|PI|CR)-)?([A-Z]?\d{1,3})(?: (-?\$[\d,.]+))?")
REMARK = re.compile(r"(?:MA|M|N)\d{1,4}")


class Row(NamedTuple):
    """One row of the list."""

    number: str
    first: date
    last: date
    charge: Decimal
    status: str


class Detail(NamedTuple):
    """One opened claim."""

    panel: str
    lines: Sequence[Cells]
    codes: Sequence[Cells] = ()


def refusal(message: str) -> ClaimStatusResult:
    """What a message in place of a list or a claim means; words that are not known stay unreadable."""
    said = " ".join(message.split())
    if any(phrase in said.casefold() for phrase in LATER):
        return ClaimStatusResult(outcome=Outcome.PORTAL_DOWN, reason="the payer to be back", seen_as=said)
    if any(phrase in said.casefold() for phrase in NOTHING):
        return ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="the payer has no such claim", seen_as=said)
    return ClaimStatusResult(outcome=Outcome.UNREADABLE, reason="the portal's words are not known", seen_as=said)


def total(text: str) -> int:
    """How many claims the list says it has."""
    hit = TOTAL.search(text)
    if hit is None:
        raise PageChanged("claim list: it does not say how many claims there are")
    return int(hit[1])


def belongs(criteria: str, wanted: Mapping[str, str]) -> bool:
    """Whether a list repeats this very search: just these criteria, with these values."""
    said = pairs(criteria, CRITERIA)
    shown = {label: said[label] for label in said if label != "Provider"}
    return set(shown) == set(wanted) and all(_same(shown[label], value) for label, value in wanted.items())


def _same(shown: str, wanted: str) -> bool:
    asked = day(wanted)
    return day(shown) == asked if asked is not None else same_id(shown, wanted)


def row(cells: Cells) -> Row:
    """A row by its own column heads; PageChanged where one is missing or cannot be read, for a claim would be passed over."""
    if any(column not in cells for column in COLUMNS):
        raise PageChanged("claim list: a column that is known is missing")
    first, last, charge = day(cells["Service From"]), day(cells["Service Through"]), only_money(cells["Charged"])
    if first is None or last is None or charge is None:
        raise PageChanged("claim list: a date or an amount is written in a way that is not known")
    number = cells["Claim Number"]
    return Row("" if number == NO_NUMBER else number, first, last, charge, cells["Claim Status"])


def choose(rows: Sequence[Row], ask: ClaimStatusRequest) -> tuple[int, ...]:
    """The rows that can be this claim: the one with the payer's own number, else all of these days and this charge."""
    fits = [place for place, one in enumerate(rows) if (one.first, one.last, one.charge) == (ask.dos_from, ask.dos_to, ask.charge)]
    numbered = tuple(place for place in fits if same_id(rows[place].number, ask.payer_claim_no))
    return numbered or tuple(fits)


def enough(match: Sequence[str]) -> bool:
    """Whether enough identifiers agree to believe that an opened claim is the one asked about: days, charge and the person."""
    person = {"member_id", "birth_date"} <= set(match) or "name" in match or ("payer_claim_no" in match and "birth_date" in match)
    return {"dos", "charge"} <= set(match) and person


def labels(detail: Detail) -> dict[str, str]:
    """The claim's labels and values; PageChanged where one that is known, or a column of its lines, is missing."""
    shown = pairs(detail.panel, LABELS)
    if any(not shown.get(label) for label in NEEDED):
        raise PageChanged("claim detail: a label that is known is missing")
    if None in (day(shown["Service From"]), day(shown["Service Through"]), only_money(shown["Total Charged"])):
        raise PageChanged("claim detail: a date or an amount is written in a way that is not known")
    if any(column not in cells for cells in detail.lines for column in LINES):
        raise PageChanged("claim detail: the lines lack a column")
    return shown


def opened(detail: Detail, found: Row) -> bool:
    """Whether an opened claim is the one of this row."""
    shown = labels(detail)
    days = day(shown["Service From"]), day(shown["Service Through"])
    number = "" if shown["Claim Number"] == NO_NUMBER else shown["Claim Number"]
    return number == found.number and days == (found.first, found.last) and only_money(shown["Total Charged"]) == found.charge


def agrees(shown: Mapping[str, str], ask: ClaimStatusRequest) -> tuple[str, ...]:
    """The identifiers of an opened claim that agree with the question's."""
    who, days = ask.patient, (day(shown["Service From"]), day(shown["Service Through"]))
    agree = {
        "payer_claim_no": same_id(shown["Claim Number"], ask.payer_claim_no),
        "member_id": same_id(shown["Member ID"], who.member_id),
        "name": same_person(shown["Member Name"], who.last, who.first),
        "birth_date": day(shown["Date of Birth"]) == who.birth_date,
        "dos": days == (ask.dos_from, ask.dos_to),
        "charge": only_money(shown["Total Charged"]) == ask.charge,
    }
    return tuple(name for name, fits in agree.items() if fits)


def claim(detail: Detail, ask: ClaimStatusRequest) -> ClaimStatusResult:
    """What the portal says of one claim."""
    shown = labels(detail)
    lines = tuple(map(_line, detail.lines))
    paid = money(shown.get("Total Paid"))
    state = claim_state(shown["Claim Status"], shown["Status Reason"], paid, lines)
    return ClaimStatusResult(
        outcome=Outcome.ANSWERED if state is not ClaimState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not ClaimState.UNKNOWN else "the payer's status words are not known",
        seen_as=f"{shown['Claim Status']}: {shown['Status Reason']}",
        match=agrees(shown, ask),
        state=state,
        payer_claim_no=None if shown["Claim Number"] == NO_NUMBER else shown["Claim Number"],
        received_date=day(shown.get("Date Received")),
        finalized_date=day(shown.get("Date Processed")),
        charge=only_money(shown["Total Charged"]),
        allowed=money(shown.get("Total Allowed")),
        paid=paid,
        patient_resp=money(shown.get("Member Responsibility")),
        check_no=shown.get("Check/EFT Number") or None,
        check_date=day(shown.get("Check/EFT Date")),
        carcs=tuple(dict.fromkeys("-".join(filter(None, (a.group, a.carc))) for line in lines for a in line.adjustments)),
        rarcs=tuple(dict.fromkeys(code for line in lines for code in line.rarcs)),
        requested_info=shown.get("Letter Requested") or None,
        lines=lines,
        related=tuple(filter(None, re.split(r"[,\s]+", shown.get("Related Claims", "")))),
        portal_text=shown.get("Message") or None,
        codes_text=tuple(f"{cells.get('Code', '')}: {cells.get('Explanation', '')}" for cells in detail.codes),
    )


def claim_state(status: str, reason: str, paid: Decimal | None, lines: Sequence[ServiceLine]) -> ClaimState:
    """Where the claim stands: the status word, why it waits, and what was paid; a contradiction is unknown."""
    word = " ".join(status.casefold().split())
    if word in ("pended", "in process"):
        return ClaimState.UNKNOWN if paid else WAITING.get(" ".join(reason.casefold().split()), ClaimState.PENDING)
    if word == "paid":
        return _paid_state(paid, lines)
    state = STATES.get(word, ClaimState.UNKNOWN)
    return ClaimState.UNKNOWN if state is ClaimState.DENIED and paid else state


def _paid_state(paid: Decimal | None, lines: Sequence[ServiceLine]) -> ClaimState:
    """Paid, paid with nothing, or denied in part; all lines denied, money taken back, or a word that is not known contradict it."""
    words = {line.status.casefold() for line in lines}
    if not LINE_WORDS.issuperset(words) or words == {"denied"} or (paid is not None and paid < 0):
        return ClaimState.UNKNOWN
    if "denied" in words:
        return ClaimState.PARTLY_DENIED
    return ClaimState.PAID_ZERO if paid is not None and not paid else ClaimState.PAID


def _line(cells: Cells) -> ServiceLine:
    reasons = [REASON.fullmatch(part.strip()) for part in cells["Reason Codes"].split(";") if part.strip()]
    remarks = [part.strip() for part in cells["Remark Codes"].split(";") if part.strip()]
    if None in reasons or any(REMARK.fullmatch(code) is None for code in remarks):
        raise PageChanged("claim detail: a code of a line is written in a way that is not known")
    told = [{"group": hit[1] or "", "carc": hit[2], "amount": money(hit[3])} for hit in reasons if hit is not None]
    return ServiceLine(
        dos=day(cells["Date of Service"]),
        cpt=cells["Procedure Code"],
        modifiers=tuple(cells["Modifiers"].split()),
        units=cells["Units"],
        charge=money(cells["Charged"]),
        allowed=money(cells["Allowed"]),
        paid=money(cells["Paid"]),
        status=cells["Line Status"],
        adjustments=tuple(map(Adjustment.model_validate, told)),
        rarcs=tuple(remarks),
    )
