"""The patient search and a patient's benefits in, typed answers out. Imports no browser; a phrase that is not known is never guessed at."""

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
    Patient,
)
from portals.benefits import Figures
from portals.text import day, lines, money, only_money, pairs, same_id, same_last, same_person, share

Cells = Mapping[str, str]
RESULT_COLUMNS = ("Patient ID", "Patient name", "Date of birth")
COLUMNS = ("Service", "Network", "Coverage level", "Benefit", "Customer pays or limit", "Used", "Remaining", "Notes")
PERSON = ("Patient name", "Patient ID", "Date of birth", "Relationship")
NETWORK_QUESTION = "Am I in-network for this patient?"
SUMMARY = (
    "Coverage as of", "Confirmation number", "Coverage status", "Plan name", "Plan type", "Group number", "Effective date",
    "Termination date", NETWORK_QUESTION,
)  # fmt: skip
KEEPER = ("Administrator", "Administrator phone", "Administrator payer ID")
INSURER = ("Other insurance", "Order of payment", "Other insurance ID")
EMPTY = ("--", "")
STATUS = {"active": Coverage.ACTIVE, "not active": Coverage.INACTIVE}
SERVICES = {"Outpatient mental health": "MH", "Office visit": "98", "Plan": "30"}
NETWORKS = {
    "in-network": Network.IN,
    "out-of-network": Network.OUT,
    "in-network and out-of-network": Network.BOTH,
    "--": Network.UNKNOWN,
}
LEVELS: dict[str, Literal["individual", "family", "unknown"]] = {"Individual": "individual", "Family": "family", "--": "unknown"}
PERIODS = {"calendar year": "calendar_year", "plan year": "service_year", "visit": "visit", "lifetime": "lifetime"}
VISITS = re.compile(r"(-?\d+) visits?\b")
PERIOD = re.compile(r"\bper (calendar year|plan year|visit|lifetime)\b")
SUFFIX = re.compile(r"[\s,]+(?:jr|sr|ii|iii|iv)\.?\s*$", re.IGNORECASE)
INITIAL = re.compile(r"\s+[A-Za-z]\.?\s*$")
REFUSALS: tuple[tuple[tuple[str, ...], Outcome, str, str], ...] = (  # the first that fits: phrases, outcome, refused field, our words
    (("provider.evernorth.com",), Outcome.WRONG_PORTAL, "", "the payer keeps this member's behavioral benefits at Evernorth"),
    (("date of birth does not match",), Outcome.BAD_DATA, "birth_date", "the payer has another birth date"),
    (("not available for the date",), Outcome.BAD_DATA, "service_date", "the payer does not answer for this day"),
    (("try again later",), Outcome.PORTAL_DOWN, "", "the payer to be back"),
    (("no patients match",), Outcome.NOT_FOUND, "", "the payer has no such member"),
)


TOTAL = re.compile(r"\d+ . \d+ of (\d+)")


def total(label: str) -> int:
    """How many rows a list says that it has."""
    hit = TOTAL.search(label)
    if hit is None:
        raise PageChanged("list: it does not say how many rows there are")
    return int(hit[1])


class Hit(NamedTuple):
    """One row of the search's results."""

    member_id: str
    name: str
    born: date


class Sheet(NamedTuple):
    """What one patient's page shows."""

    person: str
    summary: str
    benefits: Sequence[Cells] = ()  # the rows of all tabs
    plans: tuple[str, ...] = ()  # where there are several
    shared: str = ""
    insurers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def searchable(who: Patient) -> tuple[str, str, bool]:
    """Last and first name as a search finds them, without suffix and middle initial, and whether anything was left out."""
    last, first = SUFFIX.sub("", who.last).strip(), INITIAL.sub("", who.first).strip()
    return last or who.last, first or who.first, (last, first) != (who.last, who.first)


def refusal(said: str) -> EligibilityResult:
    """What stands in place of an answer; words that are not known stay unreadable."""
    words = " ".join(said.split())
    for phrases, outcome, field, reason in REFUSALS:
        if any(phrase in words.casefold() for phrase in phrases):
            go_to = "Evernorth" if outcome is Outcome.WRONG_PORTAL else ""
            return EligibilityResult(outcome=outcome, field=field, reason=reason, seen_as=words, go_to=go_to)
    return EligibilityResult(outcome=Outcome.UNREADABLE, reason="the payer's words are not known", seen_as=words)


# --- the results of the search


def hit(cells: Cells) -> Hit:
    """A row by its own column heads; PageChanged where one is missing or cannot be read."""
    born = day(cells.get("Date of birth"))
    if any(column not in cells for column in RESULT_COLUMNS) or born is None:
        raise PageChanged("patient results: a column is missing, or a date is written in a way that is not known")
    return Hit(cells["Patient ID"], cells["Patient name"], born)


def found_by(one: Hit, ask: EligibilityRequest, *, by_id: bool) -> bool:
    """Whether a row can be this search's: the birth date, and the id or the name that was searched for."""
    mine = same_id(one.member_id, ask.patient.member_id) if by_id else same_last(one.name, ask.patient.last)
    return mine and one.born == ask.patient.birth_date


def agrees(one: Hit, ask: EligibilityRequest) -> tuple[str, ...]:
    """The identifiers that agree with the question's."""
    who = ask.patient
    agree = {
        "member_id": same_id(one.member_id, who.member_id),
        "name": same_person(one.name, who.last, who.first),
        "birth_date": one.born == who.birth_date,
    }
    return tuple(name for name, fits in agree.items() if fits)


# --- one patient's page


def value(text: str | None) -> str:
    """What stands there, "" where it is a dash."""
    return "" if text is None or text.strip() in EMPTY else text.strip()


def _fields(text: str, labels: tuple[str, ...], needed: tuple[str, ...]) -> dict[str, str]:
    found = pairs(text, labels)
    if any(label not in found for label in needed):
        raise PageChanged("patient details: a label that is known is missing")
    return found


def facts(sheet: Sheet) -> dict[str, str]:
    """The coverage's labels and values."""
    return _fields(sheet.summary, SUMMARY, SUMMARY[:4])


def person(sheet: Sheet) -> Hit:
    """Whose page it is."""
    shown = _fields(sheet.person, PERSON, PERSON[:3])
    born = day(shown["Date of birth"])
    if born is None:
        raise PageChanged("patient details: a date is written in a way that is not known")
    return Hit(shown["Patient ID"], shown["Patient name"], born)


def belongs(sheet: Sheet, one: Hit, ask: EligibilityRequest) -> bool:
    """Whether the page is that of the patient who was opened, on the day that was asked for."""
    who = person(sheet)
    same = who.born == one.born and (same_id(who.member_id, one.member_id) or who.name == one.name)
    return same and day(facts(sheet)["Coverage as of"]) == ask.service_date


def eligibility(sheet: Sheet, ask: EligibilityRequest) -> EligibilityResult:
    """The behavioral benefit sheet of one member on one day."""
    shown, who = facts(sheet), person(sheet)
    state, agree = STATUS.get(shown["Coverage status"].casefold(), Coverage.UNKNOWN), agrees(who, ask)
    said = tuple(map(benefit, sheet.benefits))
    figures = Figures(said, auth_rule)
    visits, virtual = figures.visits(), figures.telehealth()
    deductible, out_of_pocket = figures.spending("deductible"), figures.spending("out_of_pocket")
    return EligibilityResult(
        outcome=Outcome.ANSWERED if state is not Coverage.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not Coverage.UNKNOWN else "the payer's status words are not known",
        seen_as=shown["Coverage status"] or None,
        match=agree,
        warnings=(*visits.warnings, *_warnings(sheet, ask, agree)),
        coverage=state,
        plan=value(shown["Plan name"]) or None,
        insurance_type=value(shown.get("Plan type")) or None,
        group_no=value(shown.get("Group number")) or None,
        member_id=who.member_id,
        plan_begin=day(shown.get("Effective date")),
        plan_end=day(shown.get("Termination date")),
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
        carve_out=carve_out(sheet.shared),
        other_payers=tuple(map(_insurer, sheet.insurers)),
        benefits=said,
        messages=(*sheet.notes, *_provider_network(shown)),
        transaction_id=shown["Confirmation number"],
    )


def _provider_network(shown: Mapping[str, str]) -> tuple[str, ...]:
    answer = value(shown.get(NETWORK_QUESTION))
    return (f"{NETWORK_QUESTION} {answer}",) if answer else ()


def _warnings(sheet: Sheet, ask: EligibilityRequest, agree: Sequence[str]) -> list[str]:
    told = {
        "the page has a notice on shared administration that is not known": bool(sheet.shared) and carve_out(sheet.shared) is None,
        "the payer lists several plans; the first was read": len(sheet.plans) > 1,
        "the payer writes another member id": bool(ask.patient.member_id) and "member_id" not in agree,
        "the payer writes another name": "name" not in agree,
    }
    return [words for words, holds in told.items() if holds]


def carve_out(text: str) -> CarveOut | None:
    """The third party administrator whom the page names; some notices have a telephone number and no name."""
    shown = pairs(text, KEEPER)
    name, phone, number = (value(shown.get(label)) for label in KEEPER)
    return CarveOut(name=name, phone=phone, payer_id=number) if name or phone else None


def _insurer(text: str) -> OtherPayer:
    shown = pairs(text, INSURER)
    order = shown.get("Order of payment", "").casefold()
    return OtherPayer(
        name=shown.get("Other insurance") or " ".join(lines(text)),
        order=order if order in ("primary", "secondary", "tertiary") else "unknown",
        member_id=shown.get("Other insurance ID", ""),
    )


# --- a row of the benefits


def benefit(row: Cells) -> Benefit:
    """One row of a tab's table; a benefit that is not known is a note in the page's own words."""
    if any(column not in row for column in COLUMNS):
        raise PageChanged("benefits: a column that is known is missing")
    code, network = SERVICES.get(row["Service"]), NETWORKS.get(row["Network"].casefold())
    told = FIGURES.get(row["Benefit"])
    if code is None or network is None or told is None:
        return Benefit(service_type=code or "", kind="note", text="; ".join(value(cell) for cell in row.values() if value(cell)))
    said = value(row["Customer pays or limit"])
    period = PERIOD.search(said)
    return Benefit(
        service_type=code,
        network=network,
        level=LEVELS.get(row["Coverage level"], "unknown"),
        period=PERIODS[period[1]] if period else "",
        text=" - ".join(filter(None, (said, value(row["Notes"])))),
        **told(row, said),
    )


def _spending(kind: str) -> Callable[[Cells, str], dict[str, Any]]:
    def told(row: Cells, said: str) -> dict[str, Any]:
        amount = only_money(said)
        if amount is None:
            raise PageChanged("benefits: an amount is written in a way that is not known")
        return {"kind": kind, "amount": amount, "remaining": money(row["Remaining"])}

    return told


def _virtual(_row: Cells, said: str) -> dict[str, Any]:
    """Whether virtual care is covered, and its copay; a condition is neither yes nor no."""
    hit = re.match(r"(not )?covered\b", said, re.IGNORECASE)
    covered = None if hit is None else hit[1] is None
    return {"kind": "telehealth", "covered": covered, "amount": only_money(said) if covered else None}


def _limit(row: Cells, said: str) -> dict[str, Any]:
    counts = [VISITS.search(text) for text in (said, row["Used"], row["Remaining"])]
    if not any(counts):
        return {"kind": "note"}
    allowed, used, left = (int(hit[1]) if hit else None for hit in counts)
    return {"kind": "limit", "allowed": allowed, "used": used, "left": left}


FIGURES: dict[str, Callable[[Cells, str], dict[str, Any]]] = {
    "Deductible": _spending("deductible"),
    "Out-of-pocket maximum": _spending("out_of_pocket"),
    "Copay": lambda _row, said: {"kind": "copay", "amount": only_money(said)},
    "Coinsurance": lambda _row, said: {"kind": "coinsurance", "share": share(said)},
    "Virtual care": _virtual,
    "Precertification": lambda _row, _said: {"kind": "authorization"},
    "Visit limit": _limit,
    "Coverage": lambda _row, said: {"kind": "not_covered" if said.startswith("Not covered") else "note"},
    "Message": lambda _row, _said: {"kind": "note"},
}


def auth_rule(said: str) -> AuthRule:
    """What stands beside "Precertification"; a condition is neither yes nor no."""
    return {"required": AuthRule.REQUIRED, "not required": AuthRule.NOT_REQUIRED}.get(
        said.partition(" - ")[0].strip().casefold(), AuthRule.UNKNOWN
    )
