"""Claim status: rows, panels and line tables of Availity's pages in, typed answers out. Imports no browser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from payerbot.errors import PageChanged
from payerbot.model import Adjustment, ClaimState, ClaimStatusRequest, ClaimStatusResult, Outcome, ServiceLine
from portals.text import day, days, money, only_money, pairs, same_id, same_person
from portals.text import lines as split_lines

BY_CATEGORY = {  # 277 categories (vocabulary, section 2.2); F1 is told apart by its amounts, F3 by its badge
    "A0": ClaimState.FORWARDED,
    "A1": ClaimState.RECEIVED,
    "A2": ClaimState.ACCEPTED,
    "A3": ClaimState.REJECTED,
    "A5": ClaimState.ACCEPTED_SPLIT,
    "A6": ClaimState.REJECTED,
    "A7": ClaimState.REJECTED,
    "A8": ClaimState.REJECTED,
    "P0": ClaimState.PENDING,
    "P1": ClaimState.PENDING,
    "P2": ClaimState.PENDING,
    "P3": ClaimState.PENDING_INFO,
    "P4": ClaimState.PENDING_PATIENT,
    "P5": ClaimState.PENDING_PAYER,
    "F0": ClaimState.FINALIZED,
    "F2": ClaimState.DENIED,
    "F4": ClaimState.PAID_ZERO,
    "F5": ClaimState.REJECTED,
}
BY_BADGE = {
    "RECEIVED": ClaimState.RECEIVED,
    "ACCEPTED": ClaimState.ACCEPTED,
    "SPLIT": ClaimState.ACCEPTED_SPLIT,
    "FORWARDED": ClaimState.FORWARDED,
    "REJECTED": ClaimState.REJECTED,
    "DENIED": ClaimState.DENIED,
    "REVERSED": ClaimState.REVERSED,
    "FINALIZED": ClaimState.FINALIZED,
}
PENDING_WORDS = (  # where the payer shows words only; each is a whole sentence's, so that "no information is needed from" is not it
    (re.compile(r"(?:waits|waiting|awaiting) (?:for )?(?:more |additional )?information from the provider"), ClaimState.PENDING_INFO),
    (
        re.compile(r"(?:waits|waiting|awaiting) (?:for )?(?:more |additional )?information from the (?:patient|member)"),
        ClaimState.PENDING_PATIENT,
    ),
    (re.compile(r"^(?:this |the )?claim is on hold$"), ClaimState.PENDING_PAYER),
)
FITS = {  # the badge beside a category; another one contradicts it
    "A0": ("FORWARDED",), "A1": ("RECEIVED",), "A2": ("ACCEPTED",), "A5": ("SPLIT",),
    "A3": ("REJECTED",), "A6": ("REJECTED",), "A7": ("REJECTED",), "A8": ("REJECTED",), "F5": ("REJECTED",),
    "F0": ("FINALIZED",),
    "F1": ("PAID", "REVERSED"), "F2": ("DENIED",), "F3": ("PAID", "DENIED", "FINALIZED", "REVERSED"),
    "F4": ("PAID", "FINALIZED"),
}  # fmt: skip
LINE_WORDS = frozenset({"PAID", "DENIED", ""})
NOT_FOUND = ("could not find any results", "acknowledgement/not found")
BAD_MEMBER = ("subscriber and subscriber id not found",)
LATER = ("unable to respond", "try again later", "not available at this time", "scheduled maintenance", "temporarily unavailable")
_RARC = re.compile(r"^(M|MA|N)\d{1,4}$")
_CODE = re.compile(r"^(?:(CO|PR|OA|PI|CR)[- ]?)?([A-Z]?[A-Z]?\d{1,4})(?:\s+(-?\$[\d,.]+))?$")


class Row(NamedTuple):
    """One row of the result list."""

    number: str
    patient: str
    member_id: str
    dates: str
    billed: str
    status: str


class Detail(NamedTuple):
    """One opened claim: its panels by label, the rows of its line table by column, and each line's codes."""

    panels: Mapping[str, str]
    status_details: str = ""
    requested: str = ""
    related: tuple[str, ...] = ()
    lines: tuple[Mapping[str, str], ...] = ()
    line_codes: tuple[tuple[str, ...], ...] = ()
    explained: tuple[str, ...] = ()


LIST_COLUMNS = ("Claim Number", "Claim Status", "Service Dates", "Billed Amount", "Patient Name", "Member ID")
PANELS = (
    "Claim Number",
    "Claim Status",
    "Finalized Date",
    "Check Number",
    "Check Date",
    "Billed Amount",
    "Paid Amount",
    "Reason/Remark Code",
)
MORE_PANELS = (
    "Patient Name", "Member ID", "Service Dates", "Received Date", "Allowed Amount", "Patient Responsibility", "Category and Status",
)  # fmt: skip
LINE_COLUMNS = ("Procedure Code", "Service Dates", "Billed Amount", "Paid Amount", "Status")
CARD_LABELS = (*LIST_COLUMNS, "Paid Amount", "Finalized Date")
EMPTY = ("\N{EM DASH}", "--", "-")


class Choice(NamedTuple):
    """Which rows can be the claim asked about, and whether others of that day had to be left out for their charge."""

    rows: tuple[int, ...]
    others: int


def row(cells: Mapping[str, str]) -> Row:
    """A row by its own column heads, whatever their order."""
    return Row(
        number=cells.get("Claim Number", ""),
        patient=cells.get("Patient Name", ""),
        member_id=cells.get("Member ID", ""),
        dates=cells.get("Service Dates", ""),
        billed=cells.get("Billed Amount", ""),
        status=cells.get("Claim Status", ""),
    )


def listed(cells: Mapping[str, str]) -> Row:
    """A row of the list, by its own column heads; PageChanged where one that identifies a claim is missing."""
    missing = [column for column in LIST_COLUMNS if column not in cells]
    if missing:
        raise PageChanged(f"claim list: the column {missing[0]!r} is missing")
    found = row({label: _value(text) for label, text in cells.items()})
    if days(found.dates)[1] is None or only_money(found.billed) is None:  # else a claim would be passed over
        raise PageChanged("claim list: a date or an amount is written in a way that is not known")
    return found


def card(text: str) -> Row:
    """A card of the list; PageChanged where a label that identifies a claim is missing."""
    return listed(pairs(text, CARD_LABELS))


def _value(text: str) -> str:
    return "" if text.strip() in EMPTY else text.strip()


def detail(
    panels: Sequence[str],
    sections: Sequence[str],
    lines: Sequence[Mapping[str, str]],
    inside: Sequence[Sequence[str]],
    codes: Sequence[Mapping[str, str]],
) -> Detail:
    """An opened claim, out of the texts of its panels and sections and the rows of its tables; PageChanged at a label that is not known."""
    shown = {label: _value(" ".join(rest)) for label, *rest in (split_lines(panel) for panel in panels if panel.strip())}
    unknown = [label for label in shown if label not in (*PANELS, *MORE_PANELS)]
    missing = [label for label in PANELS if label not in shown]
    if unknown or missing:
        raise PageChanged("claim detail: its panels are not those that are known")
    if any(column not in cells for cells in lines for column in LINE_COLUMNS):
        raise PageChanged("claim detail: the line table lacks a column")
    texts = {head: rest for head, *rest in (split_lines(section) for section in sections if section.strip())}
    return Detail(
        panels=shown,
        status_details=" ".join(texts.get("Status Details", ())),
        requested=" ".join(texts.get("Requested Information", ())),
        related=tuple(texts.get("Related Claims", ())),
        lines=tuple({label: _value(text) for label, text in cells.items()} for cells in lines),
        line_codes=tuple(tuple(said) for said in inside),
        explained=tuple(f"{cells.get('Code', '')}: {cells.get('Description', '')}" for cells in codes),
    )


def refusal(alert: str) -> ClaimStatusResult:
    """What an alert in place of a list means; words that are not known stay unreadable."""
    said = " ".join(alert.split())
    for phrases, outcome, reason in (
        (NOT_FOUND, Outcome.NOT_FOUND, "the payer has no such claim"),
        (BAD_MEMBER, Outcome.NOT_FOUND, "the payer has no such member"),
        (LATER, Outcome.PORTAL_DOWN, "the payer to be back"),
    ):
        if any(phrase in said.casefold() for phrase in phrases):
            return ClaimStatusResult(outcome=outcome, reason=reason, seen_as=said)
    return ClaimStatusResult(outcome=Outcome.UNREADABLE, reason="the payer's words are not known", seen_as=said)


def enough(match: Sequence[str]) -> bool:
    """Whether enough identifiers agree to believe that an opened claim is the one asked about."""
    return {"dos", "charge"} <= set(match) and bool({"payer_claim_no", "member_id", "name"} & set(match))


def agrees(found: Row, ask: ClaimStatusRequest) -> tuple[str, ...]:
    """The identifiers of a row that agree with the question's."""
    agree = []
    if same_id(found.number, ask.payer_claim_no):
        agree.append("payer_claim_no")
    if same_id(found.member_id, ask.patient.member_id):
        agree.append("member_id")
    if same_person(found.patient, ask.patient.last, ask.patient.first):
        agree.append("name")
    if days(found.dates) == (ask.dos_from, ask.dos_to):
        agree.append("dos")
    if money(found.billed) == ask.charge:
        agree.append("charge")
    return tuple(agree)


def choose(rows: Sequence[Row], ask: ClaimStatusRequest) -> Choice:
    """The rows that are this claim: the payer's own number, else member, dates and charge together."""
    judged = [agrees(found, ask) for found in rows]
    numbered = tuple(i for i, agree in enumerate(judged) if "payer_claim_no" in agree and enough(agree))
    if numbered:
        return Choice(numbered, 0)
    same_day = [i for i, agree in enumerate(judged) if "dos" in agree and {"member_id", "name"} & set(agree)]
    exact = tuple(i for i in same_day if "charge" in judged[i])
    return Choice(exact, len(same_day) - len(exact))


def belongs(rows: Iterable[Row], ask: ClaimStatusRequest, *, by_member: bool) -> bool:
    """Whether a list can be the answer to a search for one member: a row of another patient means that it is the one before."""
    return not by_member or all({"member_id", "name", "payer_claim_no"} & set(agrees(found, ask)) for found in rows)


def codes(shown: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """'CO-45, 97, N640' as CARCs (group first where shown) and RARCs."""
    parts = [part for part in re.split(r"[,;\s]+", shown) if part]
    remarks = tuple(part for part in parts if _RARC.match(part))
    return tuple(part for part in parts if part not in remarks and _CODE.match(part)), remarks


def claim(detail: Detail, ask: ClaimStatusRequest) -> ClaimStatusResult:
    """What the payer says of one claim."""
    panels = detail.panels
    found = row(panels)
    category, status, entity = _x12(panels.get("Category and Status", ""))
    lines = tuple(_line(cells, said) for cells, said in _zip(detail))
    carcs, rarcs = codes(panels.get("Reason/Remark Code", ""))
    paid = money(panels.get("Paid Amount"))
    state = claim_state(found.status, category, detail, paid, lines)
    return ClaimStatusResult(
        outcome=Outcome.ANSWERED if state is not ClaimState.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not ClaimState.UNKNOWN else "the payer's status words are not known",
        seen_as=found.status or None,
        match=agrees(found, ask),
        state=state,
        category=category,
        status_code=status,
        entity_code=entity,
        payer_claim_no=found.number or None,
        received_date=day(panels.get("Received Date")),
        finalized_date=day(panels.get("Finalized Date")),
        charge=money(found.billed),
        allowed=money(panels.get("Allowed Amount")),
        paid=paid,
        patient_resp=money(panels.get("Patient Responsibility")),
        check_no=panels.get("Check Number") or None,
        check_date=day(panels.get("Check Date")),
        carcs=carcs,
        rarcs=rarcs,
        requested_info=detail.requested or None,
        lines=lines,
        related=detail.related,
        portal_text=detail.status_details or None,
        codes_text=detail.explained,
    )


def claim_state(badge: str, category: str | None, detail: Detail, paid: Decimal | None, lines: Sequence[ServiceLine]) -> ClaimState:
    """Where the claim stands: the 277 category where one is shown, else the badge and the payer's sentence; a contradiction is unknown."""
    word = badge.strip().upper()
    if category is not None and word not in _fitting(category):
        return ClaimState.UNKNOWN
    if word == "REVERSED" or category in (None, "F1", "F3"):
        state = _worded_state(word, detail, paid, lines)
    else:
        state = ClaimState.PENDING_INFO if category[0] == "R" else BY_CATEGORY.get(category, ClaimState.UNKNOWN)
    return ClaimState.UNKNOWN if state is ClaimState.DENIED and paid else state


def _fitting(category: str) -> tuple[str, ...]:
    return ("PENDING",) if category[0] in "PR" else FITS.get(category, ())


def _worded_state(word: str, detail: Detail, paid: Decimal | None, lines: Sequence[ServiceLine]) -> ClaimState:
    if word == "PAID":
        return _paid_state(paid, lines)
    return _pending_state(detail) if word == "PENDING" else BY_BADGE.get(word, ClaimState.UNKNOWN)


def _paid_state(paid: Decimal | None, lines: Sequence[ServiceLine]) -> ClaimState:
    """Paid, paid with nothing, or denied in part; all lines denied, money taken back, or a word that is not known contradict the badge."""
    words = [line.status.upper() for line in lines]
    if not LINE_WORDS.issuperset(words) or (words and set(words) == {"DENIED"}) or (paid is not None and paid < 0):
        return ClaimState.UNKNOWN
    if "DENIED" in words:
        return ClaimState.PARTLY_DENIED
    return ClaimState.PAID_ZERO if paid is not None and not paid else ClaimState.PAID


def _pending_state(detail: Detail) -> ClaimState:
    if detail.requested:
        return ClaimState.PENDING_INFO
    said = [part.strip() for part in detail.status_details.casefold().split(".")]
    return next((state for words, state in PENDING_WORDS if any(words.search(part) for part in said)), ClaimState.PENDING)


def _x12(shown: str) -> tuple[str | None, str | None, str | None]:
    """'F1 - Finalized, payment | Status Code 65 | Entity 85' as its three codes."""
    category = re.match(r"\s*([A-Z]\d{1,2}[A-Z]?|RQ)\b", shown)
    status = re.search(r"Status Code\s+(\w+)", shown)
    entity = re.search(r"Entity\s+(\w+)", shown)
    return (category and category[1]) or None, (status and status[1]) or None, (entity and entity[1]) or None


def _zip(detail: Detail) -> Iterable[tuple[Mapping[str, str], tuple[str, ...]]]:
    for number, cells in enumerate(detail.lines):
        yield cells, detail.line_codes[number] if number < len(detail.line_codes) else ()


def _line(cells: Mapping[str, str], said: Sequence[str]) -> ServiceLine:
    procedure, *more = cells.get("Procedure Code", "").split() or [""]
    modifiers = tuple(cells.get("Modifiers", "").split()) or tuple(more)
    hits = [hit for code in said if not _RARC.match(code) and (hit := _CODE.match(code))]
    return ServiceLine(
        dos=days(cells.get("Service Dates", ""))[0],
        cpt=procedure,
        modifiers=modifiers,
        units=cells.get("Units", ""),
        charge=money(cells.get("Billed Amount")),
        allowed=money(cells.get("Allowed Amount")),
        paid=money(cells.get("Paid Amount")),
        status=cells.get("Status", ""),
        adjustments=tuple(Adjustment(group=hit[1] or "", carc=hit[2], amount=money(hit[3])) for hit in hits),
        rarcs=tuple(code for code in said if _RARC.match(code)),
    )
