"""Members found and one member's benefits in, a typed answer out. Imports no browser; a phrase that is not known is never guessed at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

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
)
from portals.benefits import Figures
from portals.text import day, money, only_money, pairs, same_id, same_last, same_person, share

Cells = Mapping[str, str]
CRITERIA = ("Member ID", "Last Name", "First Name", "Date of Birth", "Date of Service", "Inquiry Number")
MEMBER = ("Member Name", "Member ID", "Date of Birth", "Relationship", "Date of Service", "Inquiry Number")
COLUMNS: dict[str, tuple[str, ...]] = {  # of each table
    "members": ("Member Name", "Member ID", "Date of Birth", "Relationship", "Eligibility Status"),
    "plans": ("Plan Name", "Product", "Group Number", "Eligibility Status", "Effective Date", "Termination Date"),
    "accumulators": ("Accumulator", "Service", "Level", "Network", "Period", "Annual Amount", "Year-to-Date", "Remaining"),
    "benefits": (
        "Service", "Network", "Level", "Benefit", "Coverage", "Member Pays", "Period", "Visits Allowed", "Visits Used",
        "Visits Remaining", "Comments",
    ),
    "flags": ("Service", "Network", "Level", "Authorization Required", "Comments"),
    "others": ("Carrier", "Order", "Policy Number"),
}  # fmt: skip
NONE_WORDS = ("no information is on file", "has no benefits on the date")
SERVICES = {"outpatient mental health": "MH", "office visit": "98", "all plan services": "30"}
NETWORKS = {
    "in network": Network.IN,
    "out of network": Network.OUT,
    "in and out of network": Network.BOTH,
    "--": Network.UNKNOWN,
}
LEVELS: dict[str, Literal["individual", "family", "unknown"]] = {"individual": "individual", "family": "family", "--": "unknown"}
PERIODS = {"calendar year": "calendar_year", "benefit year": "service_year", "visit": "visit", "lifetime": "lifetime", "--": ""}
STATES = {"active": Coverage.ACTIVE, "terminated": Coverage.INACTIVE, "not yet effective": Coverage.INACTIVE}
SPENDING: dict[str, Literal["deductible", "out_of_pocket"]] = {
    "deductible": "deductible",
    "out-of-pocket maximum": "out_of_pocket",
}
AUTH = {"yes": AuthRule.REQUIRED, "no": AuthRule.NOT_REQUIRED}
REFUSALS: tuple[tuple[tuple[str, ...], Outcome, str, str], ...] = (  # the first that fits: phrases, outcome, refused field, our words
    (("not available for the date of service",), Outcome.BAD_DATA, "service_date", "the payer does not answer for this day"),
    (("try again later",), Outcome.PORTAL_DOWN, "", "the payer to be back"),
    (("no members match",), Outcome.NOT_FOUND, "", "the payer has no such member"),
)
KEEPER = re.compile(r"behavioral health services for this plan are administered by (?P<name>.+?)\.(?:\s|$)", re.IGNORECASE)
CALL = re.compile(r"for behavioral health services call (?P<phone>[\d().\s-]{7,}\d)", re.IGNORECASE)
PAYER_ID = re.compile(r"\bPayer ID (\w+)")


class Hit(NamedTuple):
    """One member whom a search found."""

    name: str
    member_id: str
    born: date


class Sheet(NamedTuple):
    """What one member's benefits page shows; a table that says it has nothing is empty."""

    member: str
    plans: Sequence[Cells]
    accumulators: Sequence[Cells] = ()
    benefits: Sequence[Cells] = ()
    flags: Sequence[Cells] = ()
    others: Sequence[Cells] = ()
    notices: tuple[str, ...] = ()


def refusal(said: str) -> EligibilityResult:
    """What a message in place of members means; words that are not known stay unreadable."""
    words = " ".join(said.split())
    for phrases, outcome, field, reason in REFUSALS:
        if any(phrase in words.casefold() for phrase in phrases):
            return EligibilityResult(outcome=outcome, field=field, reason=reason, seen_as=words)
    return EligibilityResult(outcome=Outcome.UNREADABLE, reason="the payer's words are not known", seen_as=words)


def says_nothing(words: str) -> bool:
    """Whether the words in place of a table say that there is nothing to show."""
    return any(phrase in words.casefold() for phrase in NONE_WORDS)


def known(rows: Sequence[Cells], table: str) -> Sequence[Cells]:
    """The rows, once they have all the columns that the table has."""
    for cells in rows:
        if missing := [column for column in COLUMNS[table] if column not in cells]:
            raise PageChanged(f"{table}: the column {missing[0]!r} is missing")
    return rows


# the members found


def criteria(text: str) -> dict[str, str]:
    """What the page says was searched for, and the inquiry's number."""
    told = pairs(text, CRITERIA)
    if "Inquiry Number" not in told or "Date of Service" not in told:
        raise PageChanged("member results: a label that is known is missing")
    return told


def echoes(told: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether the page answers this very search: each thing that was asked for, and nothing else."""
    return {label: value for label, value in told.items() if label != "Inquiry Number"} == wanted


def hit(cells: Cells) -> Hit:
    """A member by the column heads."""
    known([cells], "members")
    born = day(cells["Date of Birth"])
    if born is None or not cells["Member Name"]:
        raise PageChanged("member results: a name or a birth date is written in a way that is not known")
    return Hit(cells["Member Name"], cells["Member ID"], born)


def mine(hits: Sequence[Hit], ask: EligibilityRequest) -> list[int]:
    """Which of the members found can be this patient: the birth date decides."""
    return [place for place, one in enumerate(hits) if one.born == ask.patient.birth_date]


# one member's page


def facts(sheet: Sheet) -> dict[str, str]:
    """The labels above the benefits."""
    found = pairs(sheet.member, MEMBER)
    if any(label not in found for label in MEMBER):
        raise PageChanged("member benefits: a label that is known is missing")
    return found


def belongs(sheet: Sheet, one: Hit, number: str, ask: EligibilityRequest) -> bool:
    """Whether the page is this inquiry's, the member's who was clicked, and of the day that was asked about."""
    told = facts(sheet)
    same = (told["Member Name"], told["Member ID"], day(told["Date of Birth"])) == one
    who = same_id(one.member_id, ask.patient.member_id) or same_last(one.name, ask.patient.last)
    return same and who and told["Inquiry Number"] == number and day(told["Date of Service"]) == ask.service_date


def matched(sheet: Sheet, ask: EligibilityRequest) -> tuple[str, ...]:
    """The identifiers on the page that agree with the question's."""
    told, who = facts(sheet), ask.patient
    agree = {
        "member_id": same_id(told["Member ID"], who.member_id),
        "name": same_person(told["Member Name"], who.last, who.first),
        "birth_date": day(told["Date of Birth"]) == who.birth_date,
    }
    return tuple(name for name, fits in agree.items() if fits)


def lines(sheet: Sheet) -> tuple[Benefit, ...]:
    """Every line of the accumulators, of the benefit detail and of the flags."""
    spent = map(_spending, known(sheet.accumulators, "accumulators"))
    told = map(_benefit, known(sheet.benefits, "benefits"))
    return (*spent, *told, *map(_flag, known(sheet.flags, "flags")))


def _where(cells: Cells) -> dict[str, Any]:
    """Service, network and level of a row; a word that is not known makes it no figure of anybody's."""
    code, network = SERVICES.get(cells["Service"].casefold()), NETWORKS.get(cells["Network"].casefold())
    level = LEVELS.get(cells["Level"].casefold())
    if code is None or network is None or level is None:
        return {}
    return {"service_type": code, "network": network, "level": level}


def _unknown(cells: Cells) -> Benefit:
    return Benefit(service_type="", kind="note", text="; ".join(filter(_shown, cells.values())))


def _shown(text: str) -> bool:
    return text.strip() not in ("", "--")


def _spending(cells: Cells) -> Benefit:
    where, kind = _where(cells), SPENDING.get(cells["Accumulator"].casefold())
    period = PERIODS.get(cells["Period"].casefold())
    if not where or kind is None or period is None:
        return _unknown(cells)
    amount, left = only_money(cells["Annual Amount"]), only_money(cells["Remaining"])
    if amount is None or (left is None and _shown(cells["Remaining"])):
        raise PageChanged("accumulators: an amount is written in a way that is not known")
    return Benefit(kind=kind, period=period, amount=amount, remaining=left, text=_words(cells), **where)


def _words(cells: Cells) -> str:
    return "; ".join(f"{name} {text}" for name, text in cells.items() if _shown(text))


def _benefit(cells: Cells) -> Benefit:
    where, told = _where(cells), FIGURES.get(cells["Benefit"].casefold(), _note)(cells)
    period = PERIODS.get(cells["Period"].casefold())
    if not where or period is None:
        return _unknown(cells)
    said = cells["Comments"] if _shown(cells["Comments"]) else ""
    return Benefit(period=period, text=said, **where, **told)


def _note(_cells: Cells) -> dict[str, Any]:
    return {"kind": "note"}


def _telehealth(cells: Cells) -> dict[str, Any]:
    covered = {"covered": True, "not covered": False}.get(cells["Coverage"].casefold())
    return {"kind": "telehealth", "covered": covered, "amount": only_money(cells["Member Pays"]) if covered else None}


def _limit(cells: Cells) -> dict[str, Any]:
    allowed, used, left = (_count(cells[f"Visits {word}"]) for word in ("Allowed", "Used", "Remaining"))
    return {"kind": "limit", "allowed": allowed, "used": used, "left": left}


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?\d{1,4}", text.strip()) else None


FIGURES: dict[str, Callable[[Cells], dict[str, Any]]] = {
    "copayment": lambda cells: {"kind": "copay", "amount": money(cells["Member Pays"])},
    "coinsurance": lambda cells: {"kind": "coinsurance", "share": share(cells["Member Pays"])},
    "telehealth": _telehealth,
    "visit limit": _limit,
    "exclusion": lambda cells: {"kind": "not_covered" if cells["Coverage"].casefold() == "not covered" else "note"},
}


def _flag(cells: Cells) -> Benefit:
    where = _where(cells)
    if not where:
        return _unknown(cells)
    said = "; ".join(text for text in (cells["Authorization Required"], cells["Comments"]) if _shown(text))
    return Benefit(kind="authorization", text=said, **where)


def auth_rule(said: str) -> AuthRule:
    """What the flag says; a condition without a yes or a no is neither."""
    return AUTH.get(said.partition(";")[0].strip().casefold(), AuthRule.UNKNOWN)


def eligibility(sheet: Sheet, ask: EligibilityRequest) -> EligibilityResult:
    """The behavioral benefit sheet of one member on one day."""
    plans, told, said = known(sheet.plans, "plans"), facts(sheet), lines(sheet)
    plan = plans[0] if plans else {}
    word = plan.get("Eligibility Status", "")
    state = STATES.get(word.casefold(), Coverage.UNKNOWN)
    figures, agree = Figures(said, auth_rule), matched(sheet, ask)
    keepers = [keeper for text in sheet.notices if (keeper := carve_out(text)) is not None]
    messages = tuple(text for text in sheet.notices if carve_out(text) is None)
    visits = figures.visits(messages)
    return EligibilityResult(
        outcome=Outcome.ANSWERED if state is not Coverage.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not Coverage.UNKNOWN else "the payer's status words are not known",
        seen_as=word or None,
        match=agree,
        warnings=(*visits.warnings, *_warnings(sheet, ask, agree)),
        coverage=state,
        payer_name="Optum Behavioral Health",
        plan=_value(plan, "Plan Name"),
        insurance_type=_value(plan, "Product"),
        group_no=_value(plan, "Group Number"),
        member_id=told["Member ID"],
        plan_begin=day(plan.get("Effective Date")),
        plan_end=day(plan.get("Termination Date")),
        carve_out=keepers[0] if keepers else None,
        other_payers=tuple(map(_other, known(sheet.others, "others"))),
        benefits=said,
        messages=messages,
        transaction_id=told["Inquiry Number"],
        visits_allowed=visits.allowed,
        visits_used=visits.used,
        visits_left=visits.left,
        visits_from=visits.source,
        **_figures(figures),
    )


def _figures(figures: Figures) -> dict[str, Any]:
    telehealth, deductible, out_of_pocket = figures.telehealth(), figures.spending("deductible"), figures.spending("out_of_pocket")
    return {
        "service_type": figures.service_type,
        "network": figures.network(),
        "copay": figures.copay(),
        "telehealth": telehealth[0],
        "copay_telehealth": telehealth[1],
        "coinsurance": figures.coinsurance(),
        "deductible": deductible[0],
        "deductible_left": deductible[1],
        "out_of_pocket": out_of_pocket[0],
        "out_of_pocket_left": out_of_pocket[1],
        "auth": figures.auth(),
    }


def _value(cells: Cells, column: str) -> str | None:
    return cells[column] if _shown(cells.get(column, "")) else None


def _warnings(sheet: Sheet, ask: EligibilityRequest, agree: Sequence[str]) -> list[str]:
    told = {
        "the payer lists several plans; the first was read": len(sheet.plans) > 1,
        "the payer writes another member id": bool(ask.patient.member_id) and "member_id" not in agree,
        "the payer writes another name": "name" not in agree,
    }
    return [words for words, holds in told.items() if holds]


def carve_out(text: str) -> CarveOut | None:
    """Another administrator of the behavioral benefits, by name or by a telephone number alone."""
    said = " ".join(text.split())
    keeper, called, number = KEEPER.search(said), CALL.search(said), PAYER_ID.search(said)
    if keeper is None and called is None:
        return None
    return CarveOut(name=keeper["name"] if keeper else "", phone=called["phone"] if called else "", payer_id=number[1] if number else "")


def _other(cells: Cells) -> OtherPayer:
    order = cells["Order"].casefold()
    return OtherPayer(
        name=cells["Carrier"],
        order=order if order in ("primary", "secondary", "tertiary") else "unknown",
        member_id=_value(cells, "Policy Number") or "",
    )
