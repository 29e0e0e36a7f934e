"""The tabs of a member's record in, a typed answer out. Imports no browser; what is not said is unknown, a contradiction is no cover."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from payerbot.errors import PageChanged
from payerbot.model import (
    AuthRule,
    Benefit,
    CarveOut,
    Coverage,
    EligibilityRequest,
    EligibilityResult,
    Network,
    OtherPayer,
    Outcome,
    Patient,
)
from portals.benefits import Figures
from portals.text import day, money, only_money, pairs, same_id, same_last, same_person, share

Cells = Mapping[str, str]
HEAD = ("Member ID", "Member Name", "Date of Birth", "As of Date", "Eligible", "Inquiry Number")
ENROLLMENT = ("Benefit Plan", "Plan Type", "Group Number", "Effective Date", "Expiration Date")
COB = ("Carrier", "Coverage Order", "Policy ID")
BENEFITS = ("Service", "Network", "Benefit", "Level", "Amount", "Period", "Used", "Remaining", "Comments")
SERVICES = {"Outpatient Mental Health": "MH", "Office Visit": "98", "Plan": "30"}
NETWORKS = {"In Network": Network.IN, "Out of Network": Network.OUT, "In and Out of Network": Network.BOTH}
PERIODS = {"Calendar Year": "calendar_year", "Benefit Year": "service_year", "Per Visit": "visit", "Lifetime": "lifetime", "": ""}
KINDS = {
    "Deductible": "deductible",
    "Out of Pocket Maximum": "out_of_pocket",
    "Copayment": "copay",
    "Coinsurance": "coinsurance",
    "Visit Limit": "limit",
    "Authorization": "authorization",
    "Coverage": "not_covered",
    "Telehealth": "telehealth",
}
AUTHORIZATION = {"required": AuthRule.REQUIRED, "not required": AuthRule.NOT_REQUIRED}
NO_END = 2999  # the year of a plan without an end
LATER = ("try again later", "outside of service hours", "scheduled maintenance")
REFUSALS: tuple[tuple[tuple[str, ...], Outcome, str, str], ...] = (  # the first that fits: phrases, outcome, refused field, our words
    (("covered by an anthem plan", "anthem payer id"), Outcome.WRONG_PORTAL, "", "the payer keeps this member at another portal"),
    (("more than one member",), Outcome.AMBIGUOUS, "", "the payer has several such members"),
    (("date of birth entered does not match",), Outcome.BAD_DATA, "birth_date", "the payer has another birth date"),
    (("not available for the as of date",), Outcome.BAD_DATA, "service_date", "the payer does not answer for this day"),
    (LATER, Outcome.PORTAL_DOWN, "", "the payer to be back"),
    (("member not found",), Outcome.NOT_FOUND, "", "the payer has no such member, or keeps it at another portal"),
)
KEEPER = re.compile(r"behavioral health benefits for this member are administered by (?P<name>.+?)\.(?:\s|$)", re.IGNORECASE)
CALL = re.compile(r"\bcall (?P<phone>[\d().\s-]{7,}\d) for behavioral health", re.IGNORECASE)
PAYER_ID = re.compile(r"\bPayer ID (\w+)")
VISITS = re.compile(r"(\d{1,3}) visits?", re.IGNORECASE)
COVERED = re.compile(r"(not )?covered\b", re.IGNORECASE)


class Sheet(NamedTuple):
    """What the tabs of one record show."""

    head: str
    enrollment: Sequence[Cells]
    cob: Sequence[Cells] = ()
    benefits: Sequence[Cells] = ()
    carve_out: str = ""
    notes: Sequence[str] = ()


class Plan(NamedTuple):
    """One row of the enrollment history."""

    name: str
    kind: str
    group: str
    begin: date
    end: date | None

    def on(self, when: date) -> bool:
        """Whether it is in force on that day."""
        return self.begin <= when and (self.end is None or when <= self.end)


def refusal(message: str) -> EligibilityResult:
    """What a message in place of a record means; words that are not known stay unreadable."""
    said = " ".join(message.split())
    for phrases, outcome, field, reason in REFUSALS:
        if any(phrase in said.casefold() for phrase in phrases):
            go_to = "Anthem" if outcome is Outcome.WRONG_PORTAL else ""
            return EligibilityResult(outcome=outcome, field=field, reason=reason, seen_as=said, go_to=go_to)
    return EligibilityResult(outcome=Outcome.UNREADABLE, reason="the portal's words are not known", seen_as=said)


def fields(head: str) -> dict[str, str]:
    """Who the record is about, and for which day; PageChanged where a label is missing."""
    shown = pairs(head, HEAD)
    if not all(shown.get(label) for label in HEAD):
        raise PageChanged("member record: a label that is known is missing")
    if day(shown["Date of Birth"]) is None or day(shown["As of Date"]) is None:
        raise PageChanged("member record: a date is written in a way that is not known")
    return shown


def is_of(head: str, who: Patient, on: date) -> bool:
    """Whether a record is the answer to a search for this patient on this day."""
    shown = fields(head)
    mine = same_id(shown["Member ID"], who.member_id) or same_last(shown["Member Name"], who.last)
    return mine and day(shown["Date of Birth"]) == who.birth_date and day(shown["As of Date"]) == on


def matched(shown: Mapping[str, str], who: Patient) -> tuple[str, ...]:
    """The identifiers of a record that agree with the patient's."""
    agree = {
        "member_id": same_id(shown["Member ID"], who.member_id),
        "name": same_person(shown["Member Name"], who.last, who.first),
        "birth_date": day(shown["Date of Birth"]) == who.birth_date,
    }
    return tuple(name for name, agrees in agree.items() if agrees)


def checked(rows: Sequence[Cells], columns: Sequence[str], where: str) -> Sequence[Cells]:
    """The rows, once every column that is known is there."""
    if any(column not in cells for cells in rows for column in columns):
        raise PageChanged(f"member record: {where}: a column that is known is missing")
    return rows


def plans(rows: Sequence[Cells]) -> tuple[Plan, ...]:
    """The rows of the enrollment history; an end in the far future is none."""
    found = []
    for cells in checked(rows, ENROLLMENT, "the enrollment history"):
        begin, end = day(cells["Effective Date"]), day(cells["Expiration Date"])
        if begin is None or (end is None and cells["Expiration Date"]):
            raise PageChanged("member record: a date of the enrollment history is written in a way that is not known")
        last = None if end is None or end.year >= NO_END else end
        found.append(Plan(cells["Benefit Plan"], cells["Plan Type"], cells["Group Number"], begin, last))
    return tuple(found)


def covering(found: Sequence[Plan], eligible: str, when: date) -> tuple[Plan | None, Coverage]:
    """The plan that the answer is about, and whether it covers that day; where the two places contradict each other, unknown."""
    now = [plan for plan in found if plan.on(when)]
    if eligible.casefold() == "yes" and now:
        return now[0] if len(now) == 1 else None, Coverage.ACTIVE
    last = max(found, key=lambda plan: (plan.end or date.max, plan.begin), default=None)
    if eligible.casefold() == "no" and not now:
        return last, Coverage.INACTIVE
    return last, Coverage.UNKNOWN


def eligibility(sheet: Sheet, ask: EligibilityRequest) -> EligibilityResult:
    """The behavioral benefit sheet of one member on one day."""
    shown, found = fields(sheet.head), plans(sheet.enrollment)
    plan, state = covering(found, shown["Eligible"], ask.service_date)
    said = tuple(map(_benefit, checked(sheet.benefits, BENEFITS, "the benefits"))) if state is Coverage.ACTIVE else ()
    figures = Figures(said, auth_rule)
    visits, virtual = figures.visits(sheet.notes), figures.telehealth()
    deductible, out_of_pocket = figures.spending("deductible"), figures.spending("out_of_pocket")
    keeper, agree = carve_out(sheet.carve_out), matched(shown, ask.patient)
    return EligibilityResult(
        outcome=Outcome.ANSWERED if state is not Coverage.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not Coverage.UNKNOWN else "the enrollment history does not say what the record says",
        seen_as=f"Eligible: {shown['Eligible']}",
        match=agree,
        warnings=(*visits.warnings, *_warnings(sheet, ask, agree, found, keeper)),
        coverage=state,
        payer_name="Carelon Behavioral Health",
        plan=plan.name if plan else None,
        insurance_type=(plan.kind or None) if plan else None,
        group_no=(plan.group or None) if plan else None,
        member_id=shown["Member ID"],
        plan_begin=plan.begin if plan else None,
        plan_end=plan.end if plan else None,
        service_type=figures.service_type,
        network=figures.network(),
        copay=figures.copay(),
        copay_telehealth=virtual[1],
        telehealth=virtual[0],
        coinsurance=figures.coinsurance(),
        deductible=deductible[0],
        deductible_left=deductible[1],
        out_of_pocket=out_of_pocket[0],
        out_of_pocket_left=out_of_pocket[1],
        visits_allowed=visits.allowed,
        visits_used=visits.used,
        visits_left=visits.left,
        visits_from=visits.source,
        auth=figures.auth(),
        carve_out=keeper,
        other_payers=tuple(map(_other, checked(sheet.cob, COB, "the other insurance"))),
        benefits=said,
        messages=(*sheet.notes, *((sheet.carve_out,) if sheet.carve_out and keeper is None else ())),
        transaction_id=shown["Inquiry Number"],
    )


def _warnings(
    sheet: Sheet, ask: EligibilityRequest, agree: Sequence[str], found: Sequence[Plan], keeper: CarveOut | None
) -> tuple[str, ...]:
    told = {
        "the record has a notice on behavioral health that is not known": bool(sheet.carve_out) and keeper is None,
        "several plans are in force on this day": sum(plan.on(ask.service_date) for plan in found) > 1,
        "the payer writes another member id": bool(ask.patient.member_id) and "member_id" not in agree,
        "the payer writes another name": "name" not in agree,
    }
    return tuple(words for words, holds in told.items() if holds)


def auth_rule(said: str) -> AuthRule:
    """What stands beside Authorization; a condition is neither yes nor no."""
    return AUTHORIZATION.get(said.strip().casefold(), AuthRule.UNKNOWN)


def carve_out(notice: str) -> CarveOut | None:
    """Another administrator of the behavioral benefits; some notices have a telephone number and no name. Other notices are none."""
    text = " ".join(notice.split())
    keeper, called, number = KEEPER.search(text), CALL.search(text), PAYER_ID.search(text)
    if not (keeper or called):
        return None
    return CarveOut(name=keeper["name"] if keeper else "", phone=called["phone"] if called else "", payer_id=number[1] if number else "")


def _other(cells: Cells) -> OtherPayer:
    order = cells["Coverage Order"].strip().casefold()
    known = {"primary", "secondary", "tertiary"}
    told = {"name": cells["Carrier"], "order": order if order in known else "unknown", "member_id": cells["Policy ID"]}
    return OtherPayer.model_validate(told)


# the rows of Benefits


def _benefit(cells: Cells) -> Benefit:
    """A row as a line; one whose service, network, benefit or period is not known is kept as a note and counts for nothing."""
    code, kind = SERVICES.get(cells["Service"]), KINDS.get(cells["Benefit"])
    network = NETWORKS.get(cells["Network"]) if cells["Network"] else Network.UNKNOWN
    period, level = PERIODS.get(cells["Period"]), {"Individual": "individual", "Family": "family"}.get(cells["Level"], "unknown")
    if code is None or kind is None or network is None or period is None:
        text = cells["Comments"] if cells["Benefit"] == "Note" else "; ".join(value for value in cells.values() if value)
        return Benefit(service_type=code or "", kind="note", network=network or Network.UNKNOWN, text=text)
    told = {"service_type": code, "network": network, "level": level, "period": period, "text": cells["Comments"]}
    return Benefit.model_validate(told | _figures(kind, cells))


def _figures(kind: str, cells: Cells) -> dict[str, Any]:
    amount = cells["Amount"]
    if kind in ("deductible", "out_of_pocket"):
        if (total := only_money(amount)) is None:
            raise PageChanged("member record: an amount of the benefits is written in a way that is not known")
        return {"kind": kind, "amount": total, "remaining": money(cells["Remaining"])}
    if kind == "limit":
        return _limit(cells)
    if kind == "telehealth":
        hit = COVERED.match(amount)
        covered = None if hit is None else hit[1] is None
        return {"kind": kind, "covered": covered, "amount": only_money(amount) if covered else None}
    told: dict[str, dict[str, Any]] = {
        "copay": {"amount": only_money(amount)},
        "coinsurance": {"share": share(amount)},
        "authorization": {"text": amount},
        "not_covered": {} if amount.casefold() == "not covered" else {"kind": "note", "text": amount},
    }
    return {"kind": kind, **told[kind]}


def _limit(cells: Cells) -> dict[str, Any]:
    hit = VISITS.fullmatch(cells["Amount"].strip())
    if hit is None:
        return {"kind": "note", "text": f"{cells['Amount']} {cells['Comments']}".strip()}
    return {"kind": "limit", "allowed": int(hit[1]), "used": _count(cells["Used"]), "left": _count(cells["Remaining"])}


def _count(shown: str) -> int | None:
    return int(shown) if re.fullmatch(r"-?\d{1,4}", shown.strip()) else None
