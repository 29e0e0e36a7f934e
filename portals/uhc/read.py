"""Text and tables of an eligibility answer in, a typed answer out. Imports no browser; a phrase that is not known is never guessed at."""

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
from portals.text import day, lines, money, only_money, pairs, same_id, same_last, same_person, share

OVERVIEW = ("Date of Service", "Transaction ID")
PERSON = ("Name", "Member ID", "Date of Birth", "Relationship")
PLAN = ("Plan Name", "Plan Type", "Group", "Funding", "UHC Payer Status", "Network Status")
INSURER = ("Other Insurance", "Payer Status", "Member ID")
COLUMNS = ("Service", "Network", "Benefit", "Member Pays or Limit")
NO_BENEFITS = "No benefits on this date."
SERVICES = {"Mental Health Outpatient": "MH", "Office Visit": "98", "Specialist Visit": "30"}
NETWORKS = {
    "in-network": Network.IN,
    "out-of-network": Network.OUT,
    "in-network and out-of-network": Network.BOTH,
    "--": Network.UNKNOWN,
}
LEVELS: dict[str, Literal["individual", "family"]] = {"individual": "individual", "family": "family"}
NO_END = 9999  # the year of a plan without an end
STATUS = re.compile(r"\b(Active|Inactive) \(\s*(\S+?)\s*-\s*(\S+?)\s*\)")
BLOCK = re.compile(r"(?P<level>\w+), (?P<network>[\w -]+)")
MET = re.compile(r"(?P<met>\S+) / (?P<total>\S+)")
REFUSALS: tuple[tuple[tuple[str, ...], Outcome, str, str], ...] = (  # the first that fits: phrases, outcome, refused field, our words
    (("provider express",), Outcome.WRONG_PORTAL, "", "the payer keeps this member at another portal"),
    (("more than one member",), Outcome.AMBIGUOUS, "", "the payer has several such patients"),
    (("date of birth does not match",), Outcome.BAD_DATA, "birth_date", "the payer has another birth date"),
    (("outside the range",), Outcome.BAD_DATA, "service_date", "the payer does not answer for this day"),
    (("try again later", "unable to retrieve", "scheduled maintenance"), Outcome.PORTAL_DOWN, "", "the payer to be back"),
    (("no results found", "returned no results", "no results that matched"), Outcome.NOT_FOUND, "", "the payer has no such member"),
)
KEEPER = re.compile(r"behavioral health(?: benefits)? (?:is|are) managed by (?P<name>.+?)\.(?:\s|$)", re.IGNORECASE)
CALL = re.compile(r"\bcall (?P<phone>[\d().\s-]{7,}\d) for behavioral health", re.IGNORECASE)
PAYER_ID = re.compile(r"\bPayer ID (\w+)")
VISITS = re.compile(r"(?P<count>-?\d+) (?P<word>visits|used|remaining)(?: per (?P<period>calendar year|service year|lifetime))?")


COUNTS = {"visits": "allowed", "used": "used", "remaining": "left"}
SPENDING: tuple[tuple[str, Literal["deductible", "out_of_pocket"]], ...] = (
    ("Deductible Per Calendar Year", "deductible"),
    ("Out-of-Pocket Maximum Per Calendar Year", "out_of_pocket"),
)


class Sheet(NamedTuple):
    """What one answer's page shows."""

    overview: str
    policies: tuple[str, ...]
    person: str
    plan: str
    deductible: tuple[str, ...] = ()  # one text per block
    out_of_pocket: tuple[str, ...] = ()
    services: Sequence[Mapping[str, str]] = ()  # rows of both tables
    notices: tuple[str, ...] = ()  # designated behavioral health provider
    messages: tuple[str, ...] = ()
    insurers: tuple[str, ...] = ()


def says_later(text: str) -> bool:
    """Whether a section says that it could not be filled."""
    return "try again later" in text.casefold()


def transaction(sheet: Sheet) -> str:
    """The number that tells one answer from another; PageChanged where the page has none."""
    return _fields(sheet.overview, OVERVIEW, "eligibility result")["Transaction ID"]


def _fields(text: str, labels: tuple[str, ...], where: str, needed: tuple[str, ...] = ()) -> dict[str, str]:
    found = pairs(text, labels)
    if any(label not in found for label in needed or labels):
        raise PageChanged(f"{where}: a label that is known is missing")
    return found


def _person(sheet: Sheet) -> dict[str, str]:
    return _fields(sheet.person, PERSON, "patient demographics", PERSON[:3])


def belongs(sheet: Sheet, ask: EligibilityRequest) -> bool:
    """Whether the page is the answer to this very question: the person, the birth date and the day are the ones asked."""
    who, on = _person(sheet), day(_fields(sheet.overview, OVERVIEW, "eligibility result")["Date of Service"])
    born = day(who["Date of Birth"])
    if born is None or on is None:
        raise PageChanged("eligibility result: a date is written in a way that is not known")
    mine = same_id(who["Member ID"], ask.patient.member_id) or same_last(who["Name"], ask.patient.last)
    return mine and born == ask.patient.birth_date and on == ask.service_date


def matched(sheet: Sheet, ask: EligibilityRequest) -> tuple[str, ...]:
    """The identifiers on the page that agree with the question's."""
    who, patient = _person(sheet), ask.patient
    agree = {
        "member_id": same_id(who["Member ID"], patient.member_id),
        "name": same_person(who["Name"], patient.last, patient.first),
        "birth_date": day(who["Date of Birth"]) == patient.birth_date,
    }
    return tuple(name for name, fits in agree.items() if fits)


def refusal(said: str) -> EligibilityResult:
    """What a dialog, a pop-up or a banner in place of an answer means; words that are not known stay unreadable."""
    words = " ".join(said.split())
    for phrases, outcome, field, reason in REFUSALS:
        if any(phrase in words.casefold() for phrase in phrases):
            go_to = "Optum Provider Express" if outcome is Outcome.WRONG_PORTAL else ""
            return EligibilityResult(outcome=outcome, field=field, reason=reason, seen_as=words, go_to=go_to)
    return EligibilityResult(outcome=Outcome.UNREADABLE, reason="the payer's words are not known", seen_as=words)


def policy(text: str) -> tuple[Coverage, date | None, date | None]:
    """'Policy Selected: ... Active (01/01/2026 - 12/31/9999)'; words that are not known are unknown, never active."""
    hit = STATUS.search(text)
    if hit is None:
        return Coverage.UNKNOWN, None, None
    end = day(hit[3])
    state = Coverage.ACTIVE if hit[1] == "Active" else Coverage.INACTIVE
    return state, day(hit[2]), None if end is None or end.year == NO_END else end


def benefits(sheet: Sheet) -> tuple[Benefit, ...]:
    """Every line of the tables and of the accordion."""
    found = [_service(row) for row in sheet.services]
    found += [_block(text, "deductible") for text in sheet.deductible]
    found += [_block(text, "out_of_pocket") for text in sheet.out_of_pocket]
    return tuple(found)


def _block(text: str, kind: Literal["deductible", "out_of_pocket"]) -> Benefit:
    title, *rest = lines(text) or [""]
    hit = BLOCK.fullmatch(title)
    network = NETWORKS.get(hit["network"].casefold()) if hit else None
    level = LEVELS.get(hit["level"].casefold()) if hit else None
    if network is None or level is None or len(rest) != 1:
        raise PageChanged("deductibles and maximums: a block has words that are not known")
    return _spending("30", kind, network, level, rest[0])


def _spending(
    code: str, kind: Literal["deductible", "out_of_pocket"], network: Network, level: Literal["individual", "family"], said: str
) -> Benefit:
    """The amount met stands first, the total second."""
    hit = MET.match(said)
    total, met = (money(hit["total"]), money(hit["met"])) if hit else (None, None)
    if total is None:
        raise PageChanged("deductibles and maximums: an amount is written in a way that is not known")
    left = None if met is None else total - met
    period = "calendar_year"
    return Benefit(service_type=code, kind=kind, network=network, level=level, period=period, amount=total, remaining=left, text=said)


def _service(row: Mapping[str, str]) -> Benefit:
    if any(column not in row for column in COLUMNS):
        raise PageChanged("services: a column that is known is missing")
    code, network = SERVICES.get(row["Service"]), NETWORKS.get(row["Network"].casefold())
    if code is None or network is None:
        return Benefit(service_type=code or "", kind="note", text="; ".join(row.values()))
    return _line(code, network, row["Benefit"], row["Member Pays or Limit"])


def _line(code: str, network: Network, title: str, said: str) -> Benefit:
    for words, kind in SPENDING:
        if title.endswith(words):
            return _spending(code, kind, network, "family" if title.startswith("Family") else "individual", said)
    told: dict[str, Any] = FIGURES.get(title, _note)(said)
    return Benefit(service_type=code, network=network, text=said, **told)


def _note(_said: str) -> dict[str, Any]:
    return {"kind": "note"}


def _copay(said: str) -> dict[str, Any]:
    return {"kind": "copay", "amount": only_money(said), "period": "visit" if "per visit" in said else ""}


def _virtual(said: str) -> dict[str, Any]:
    """Whether telehealth is covered, and its copay; a condition is neither yes nor no."""
    hit = re.match(r"(not )?covered\b", said, re.IGNORECASE)
    covered = None if hit is None else hit[1] is None
    return {"kind": "telehealth", "covered": covered, "amount": only_money(said) if covered else None}


def _limit(said: str) -> dict[str, Any]:
    counts = list(VISITS.finditer(said))
    if not counts:
        return {"kind": "note"}
    figures = {COUNTS[hit["word"]]: int(hit["count"]) for hit in counts}
    period = next((hit["period"].replace(" ", "_") for hit in counts if hit["period"]), "")
    return {"kind": "limit", "period": period, **figures}


FIGURES: dict[str, Callable[[str], dict[str, Any]]] = {
    "Copay": _copay,
    "Coinsurance": lambda said: {"kind": "coinsurance", "share": share(said)},
    "Virtual Visit": _virtual,
    "Prior Authorization": lambda _said: {"kind": "authorization"},
    "Visit Limit": _limit,
    "Coverage": lambda said: {"kind": "not_covered" if said.startswith("Not covered") else "note"},
}


def auth_rule(said: str) -> AuthRule:
    """What stands beside "Prior Authorization"; a condition is neither yes nor no."""
    return {"required": AuthRule.REQUIRED, "not required": AuthRule.NOT_REQUIRED}.get(
        said.partition(" - ")[0].strip().casefold(), AuthRule.UNKNOWN
    )


def eligibility(sheet: Sheet, ask: EligibilityRequest) -> EligibilityResult:
    """The behavioral benefit sheet of one member on one day."""
    state, begin, end = policy(sheet.policies[0] if sheet.policies else "")
    plan = _fields(sheet.plan, PLAN, "plan information", PLAN[:1])
    said = benefits(sheet)
    figures = Figures(said, auth_rule)
    visits, virtual = figures.visits(), figures.telehealth()
    deductible, out_of_pocket = figures.spending("deductible"), figures.spending("out_of_pocket")
    keeper, agree = carve_out(sheet.notices), matched(sheet, ask)
    return EligibilityResult(
        outcome=Outcome.ANSWERED if state is not Coverage.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not Coverage.UNKNOWN else "the payer's status words are not known",
        seen_as=sheet.policies[0] if sheet.policies else None,
        match=agree,
        warnings=(*visits.warnings, *_warnings(sheet, ask, agree, keeper)),
        coverage=state,
        payer_name="UnitedHealthcare",
        plan=plan["Plan Name"],
        insurance_type=plan.get("Plan Type"),
        group_no=plan.get("Group"),
        member_id=_person(sheet)["Member ID"],
        plan_begin=begin,
        plan_end=end,
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
        other_payers=tuple(map(_insurer, sheet.insurers)),
        benefits=said,
        messages=(*sheet.messages, *(sheet.notices if keeper is None else ())),
        transaction_id=transaction(sheet),
    )


def _warnings(sheet: Sheet, ask: EligibilityRequest, agree: Sequence[str], keeper: CarveOut | None) -> list[str]:
    told = {
        "the page has a notice on behavioral health that is not known": bool(sheet.notices) and keeper is None,
        "the payer lists several policies; the selected one was read": len(sheet.policies) > 1,
        "the payer writes another member id": bool(ask.patient.member_id) and "member_id" not in agree,
        "the payer writes another name": "name" not in agree,
    }
    return [words for words, holds in told.items() if holds]


def carve_out(notices: Sequence[str]) -> CarveOut | None:
    """Another administrator of the behavioral benefits; some notices have a telephone number and no name. Other notices are none."""
    for text in map(" ".join, map(str.split, notices)):
        keeper, called, number = KEEPER.search(text), CALL.search(text), PAYER_ID.search(text)
        if keeper or called:
            return CarveOut(
                name=keeper["name"] if keeper else "", phone=called["phone"] if called else "", payer_id=number[1] if number else ""
            )
    return None


def _insurer(text: str) -> OtherPayer:
    fields = pairs(text, INSURER)
    order = fields.get("Payer Status", "").casefold()
    return OtherPayer(
        name=fields.get("Other Insurance") or " ".join(lines(text)),
        order=order if order in ("primary", "secondary", "tertiary") else "unknown",
        member_id=fields.get("Member ID", ""),
    )
