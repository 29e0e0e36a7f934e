"""Eligibility: the sections of the answer in, typed answers out. Imports no browser; a plan that is not known is never read as Medicaid."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbot.errors import PageChanged
from payerbot.model import (
    AuthRule,
    Benefit,
    CarveOut,
    Coverage,
    EligibilityRequest,
    EligibilityResult,
    OtherPayer,
    Outcome,
)
from portals.text import day, money, pairs, same_id, same_person, share

Cells = Mapping[str, str]
MEMBER = ("Verification Response ID", "Member ID", "Recipient ID", "Member Name", "Birth Date", "Effective From", "Effective To")
COVERAGE = ("Benefit Plan", "Description", "Effective Date", "End Date")
BENEFITS = ("Benefit", "Category", "Amount", "Used", "Remaining", "Message")
MANAGED = ("Managed Care Plan", "Phone")
OTHERS = ("Carrier", "Policy Number", "Coverage Order")
LIMITED = re.compile(  # plans that are no Medicaid cover for therapy, by code or name
    r"\b(?:bhab?|fampl|ems|mh)\b|behavioral health administration|family planning|emergency medical|limited", re.IGNORECASE
)
FULL = re.compile(r"\b(?:txix|title xix|txxi|title xxi|medicaid|chp\+?|chip)(?!\w)", re.IGNORECASE)
SERVICES = {"mental health": "MH", "professional (physician) visit - office": "98", "health benefit plan coverage": "30"}
BEHAVIORAL = ("MH", "98")
REFUSALS: tuple[tuple[tuple[str, ...], Outcome, str, str], ...] = (  # the first that fits: phrases, outcome, refused field, our words
    (("more than one member", "more than one recipient"), Outcome.AMBIGUOUS, "", "the payer has several such members"),
    (("no member was found", "no recipient was found"), Outcome.NOT_FOUND, "", "the payer has no such member"),
    (("id is not in a valid format",), Outcome.NOT_FOUND, "", "the payer has no member ids of this form"),
    (("effective to dates must be within",), Outcome.BAD_DATA, "service_date", "the payer does not answer for this day"),
    (("try again later", "hours of operation", "undergoing maintenance"), Outcome.PORTAL_DOWN, "", "the payer to be back"),
)
_VISITS = re.compile(r"\b(\d{1,3}) visits?\b", re.IGNORECASE)
_AUTH = {"required": AuthRule.REQUIRED, "not required": AuthRule.NOT_REQUIRED}


class Sheet(NamedTuple):
    """What one answer shows."""

    member: str  # labels and values
    coverage: Sequence[Cells]
    benefits: Sequence[Cells] = ()
    managed: Sequence[Cells] = ()
    others: Sequence[Cells] = ()


class Plan(NamedTuple):
    """One row of Coverage Details."""

    code: str
    name: str
    begin: date
    end: date | None

    @property
    def full(self) -> bool | None:
        """Whether it is Medicaid; None where its name is not known."""
        said = f"{self.code} {self.name}"
        if LIMITED.search(said):
            return False
        return True if FULL.search(said) else None

    def on(self, when: date) -> bool:
        """Whether it is in force on that day."""
        return self.begin <= when and (self.end is None or when <= self.end)


def refusal(message: str) -> EligibilityResult:
    """What a message in place of an answer means; words that are not known stay unreadable."""
    said = " ".join(message.split())
    for phrases, outcome, field, reason in REFUSALS:
        if any(phrase in said.casefold() for phrase in phrases):
            return EligibilityResult(outcome=outcome, field=field, reason=reason, seen_as=said)
    return EligibilityResult(outcome=Outcome.UNREADABLE, reason="the portal's words are not known", seen_as=said)


def fields(sheet: Sheet) -> dict[str, str]:
    """The labels above the sections and their values; PageChanged where one that identifies the answer is missing."""
    shown = pairs(sheet.member, MEMBER)
    shown.setdefault("Member ID", shown.get("Recipient ID", ""))
    if not all(shown.get(label) for label in MEMBER if label != "Recipient ID"):
        raise PageChanged("eligibility result: a label that is known is missing")
    return shown


def belongs(sheet: Sheet, ask: EligibilityRequest, *, by_id: bool) -> bool:
    """Whether this is the answer to this very question: the days, and what was searched by."""
    shown = fields(sheet)
    if not day(shown["Effective From"]) == day(shown["Effective To"]) == ask.service_date:
        return False
    if by_id:
        return same_id(shown["Member ID"], ask.patient.member_id)
    return "birth_date" in matched(shown, ask) and "name" in matched(shown, ask)


def matched(shown: Mapping[str, str], ask: EligibilityRequest) -> tuple[str, ...]:
    """The identifiers on the page that agree with the question's."""
    agree = {
        "member_id": same_id(shown["Member ID"], ask.patient.member_id),
        "name": same_person(shown["Member Name"], ask.patient.last, ask.patient.first),
        "birth_date": day(shown["Birth Date"]) == ask.patient.birth_date,
    }
    return tuple(name for name, agrees in agree.items() if agrees)


def plans(rows: Sequence[Cells]) -> tuple[Plan, ...]:
    """The rows of Coverage Details; an end in the far future is none."""
    found = []
    for cells in _checked(rows, COVERAGE, "Coverage Details"):
        begin, end = day(cells["Effective Date"]), day(cells["End Date"])
        if begin is None or (end is None and cells["End Date"]):
            raise PageChanged("eligibility result: a date of the coverage is written in a way that is not known")
        found.append(Plan(cells["Benefit Plan"], cells["Description"], begin, None if end is None or end.year >= 2299 else end))  # noqa: PLR2004
    return tuple(found)


def _checked(rows: Sequence[Cells], columns: Sequence[str], section: str) -> Sequence[Cells]:
    if any(column not in cells for cells in rows for column in columns):
        raise PageChanged(f"eligibility result: {section} lacks a column")
    return rows


def eligibility(sheet: Sheet, ask: EligibilityRequest) -> EligibilityResult:
    """What the answer says: cover is what a Medicaid plan gives on that day, whatever other plans the member has."""
    shown, found = fields(sheet), plans(sheet.coverage)
    agree = matched(shown, ask)
    if "birth_date" not in agree:
        return EligibilityResult(outcome=Outcome.BAD_DATA, field="birth_date", reason="the payer has another birth date")
    plan, state = covering(found, ask.service_date)
    active = state is Coverage.ACTIVE
    lines = tuple(map(_benefit, _checked(sheet.benefits, BENEFITS, "Benefit Details"))) if active else ()
    managed = _checked(sheet.managed, MANAGED, "Managed Care Assignment Details")
    return EligibilityResult(
        outcome=Outcome.ANSWERED if state is not Coverage.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not Coverage.UNKNOWN else "the plan's name is not known",
        seen_as="; ".join(f"{one.code} {one.name}" for one in found) or None,
        match=agree,
        coverage=state,
        plan=plan.name or plan.code if plan else None,
        member_id=shown["Member ID"],
        plan_begin=plan.begin if plan else None,
        plan_end=plan.end if plan else None,
        service_type=_card(sheet.benefits if active else ()),
        carve_out=CarveOut(name=managed[0]["Managed Care Plan"], phone=managed[0]["Phone"]) if managed else None,
        other_payers=tuple(map(_other, _checked(sheet.others, OTHERS, "Other Insurance Details"))),
        benefits=lines,
        warnings=(*_warnings(found, ask.service_date), *(() if "name" in agree else ("the payer writes another name",))),
        transaction_id=shown["Verification Response ID"],
    ).model_copy(update={**_shares(lines), **_rules(lines), **_visits(lines)})


def covering(found: Sequence[Plan], when: date) -> tuple[Plan | None, Coverage]:
    """The plan the answer is about, and whether it covers that day; a plan with a name that is not known leaves it open."""
    now = [plan for plan in found if plan.on(when)]
    for plan in now:
        if plan.full:
            return plan, Coverage.ACTIVE
    unknown = next((plan for plan in now if plan.full is None), None)
    if unknown is not None:
        return unknown, Coverage.UNKNOWN
    ended = [plan for plan in found if plan.full]
    if not found:  # the section says that there is nothing, and not since when
        return None, Coverage.INACTIVE
    return max(ended or found, key=lambda plan: plan.end or date.max), Coverage.INACTIVE


def _warnings(found: Sequence[Plan], when: date) -> tuple[str, ...]:
    now = [plan for plan in found if plan.on(when)]
    limited = tuple(f"{plan.code} {plan.name} is no Medicaid cover" for plan in now if plan.full is False)
    return (*limited, *(f"the plan {plan.code} {plan.name} is not known" for plan in now if plan.full is None))


def _other(cells: Cells) -> OtherPayer:
    order = cells["Coverage Order"].strip().casefold()
    known = {"primary", "secondary", "tertiary"}
    return OtherPayer.model_validate(
        {"name": cells["Carrier"], "order": order if order in known else "unknown", "member_id": cells["Policy Number"]}
    )


# the rows of Benefit Details


def _code(cells: Cells) -> str:
    said = cells["Benefit"]
    return SERVICES.get(" ".join(said.casefold().split()), said)


def _card(rows: Sequence[Cells]) -> str | None:
    kept = {_code(cells) for cells in rows}
    return next((code for code in (*BEHAVIORAL, "30") if code in kept), None)


def _benefit(cells: Cells) -> Benefit:
    """A row as a line; a category that is not known, or an amount that cannot be read, is kept as a note."""
    code, kind, said = _code(cells), _KINDS.get(cells["Category"].casefold(), "note"), cells["Message"]
    text = "; ".join(part for part in (cells["Category"], cells["Amount"], cells["Used"], cells["Remaining"], said) if part)
    line = Benefit(service_type=code, kind="note", text=said if cells["Category"] == "Note" else text)
    if kind in ("copay", "telehealth"):
        covered = {"covered": True, "not covered": False}.get(said.casefold()) if kind == "telehealth" else None
        return line.model_copy(update={"kind": kind, "amount": money(cells["Amount"]), "covered": covered})
    if kind == "coinsurance":
        return line.model_copy(update={"kind": kind, "share": share(cells["Amount"])})
    if kind == "limit":
        allowed, used, left = (_count(cells[column]) for column in ("Amount", "Used", "Remaining"))
        return line.model_copy(update={"kind": kind, "allowed": allowed, "used": used, "left": left})
    return line.model_copy(update={"kind": kind, **({"text": said} if kind == "authorization" else {})})


_KINDS = {
    "co-pay": "copay",
    "coinsurance": "coinsurance",
    "telehealth": "telehealth",
    "prior authorization": "authorization",
    "visit limit": "limit",
    "not covered": "not_covered",
}


def _count(shown: str) -> int | None:
    return int(shown) if re.fullmatch(r"-?\d{1,4}", shown.strip()) else None


def _behavioral(lines: Sequence[Benefit]) -> tuple[Benefit, ...]:
    """The mental health rows, or the office visits' where there are none."""
    mental = tuple(line for line in lines if line.service_type == "MH")
    return mental or tuple(line for line in lines if line.service_type == "98")


def _shares(lines: Sequence[Benefit]) -> dict[str, Decimal | None]:
    """What the member pays for an office visit: of mental health, or where that names nothing, of the office visit."""
    found: tuple[Benefit, ...] = ()
    for code in BEHAVIORAL:
        found = found or tuple(line for line in lines if line.service_type == code and line.kind in ("copay", "coinsurance"))
    telehealth = next((line for line in _behavioral(lines) if line.kind == "telehealth" and line.covered), None)
    return {
        "copay": next((line.amount for line in found if line.kind == "copay"), None),
        "coinsurance": next((line.share for line in found if line.kind == "coinsurance"), None),
        "copay_telehealth": telehealth.amount if telehealth else None,
    }


def _rules(lines: Sequence[Benefit]) -> dict[str, AuthRule | str | None]:
    card = _behavioral(lines)
    covered = next((line.covered for line in card if line.kind == "telehealth"), None)
    said = next((line.text.casefold() for line in card if line.kind == "authorization"), "")
    return {
        "telehealth": None if covered is None else "covered" if covered else "not_covered",
        "auth": _AUTH.get(said.strip(), AuthRule.UNKNOWN),
    }


def _visits(lines: Sequence[Benefit]) -> dict[str, object]:
    """Visits of a row of their own, or out of a note's sentence; more used than allowed is none left."""
    card = _behavioral(lines)
    limit = next((line for line in card if line.kind == "limit"), None)
    if limit is not None:
        over = limit.used is not None and limit.allowed is not None and limit.used > limit.allowed
        return {
            "visits_allowed": limit.allowed,
            "visits_used": limit.used,
            "visits_left": 0 if over else limit.left,
            "visits_from": "field",
        }
    said = next((hit for line in card if line.kind == "note" and (hit := _VISITS.search(line.text))), None)
    return {"visits_allowed": int(said[1]), "visits_from": "message"} if said else {}
