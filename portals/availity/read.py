"""Text and tables of Availity's pages in, typed answers out. Imports no browser; a phrase that is not known is kept, never guessed at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

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
from portals.text import day, lines, money, pairs, plain, same_person, share

PATIENT_LABELS = (
    "Member ID", "Payer ID", "DOB", "Date of Birth", "Date of Service", "Transaction Date", "Transaction Time", "Transaction ID", "Customer ID",
    "Gender", "Relationship to Subscriber", "Subscriber", "Payer", "Patient Name", "Patient", "Name",
)  # fmt: skip
PLAN_LABELS = (
    "Group Number", "Group Name", "Plan Number", "Plan Begin Date", "Plan End Date", "Eligibility Begin Date", "Eligibility End Date",
    "Plan / Product", "Insurance Type", "Coverage Level",
)  # fmt: skip
OTHER_LABELS = ("Other Payer", "Coordination of Benefits", "Member ID")
NETWORKS = {
    "in network": Network.IN,
    "out of network": Network.OUT,
    "in network and out of network": Network.BOTH,
    "all networks": Network.BOTH,
}
Level = Literal["individual", "family", "unknown"]
LEVELS: dict[str, Level] = {"individual": "individual", "family": "family"}
PERIODS = {
    "calendar year": "calendar_year",
    "service year": "service_year",
    "visit": "visit",
    "lifetime": "lifetime",
    "day": "day",
    "month": "month",
    "year": "calendar_year",
}
ACTIVE = ("active coverage",)
INACTIVE = ("inactive", "not eligible", "terminated")
REFUSALS: tuple[tuple[tuple[str, ...], Outcome, str, str], ...] = (  # the first that fits: phrases, outcome, refused field, our words
    (("more than one patient", "more than one member", "multiple patients"), Outcome.AMBIGUOUS, "", "the payer has several such patients"),
    (("date of birth does not match", "birth date does not match"), Outcome.BAD_DATA, "birth_date", "the payer has another birth date"),
    (("allowable inquiry period",), Outcome.BAD_DATA, "service_date", "the payer does not answer for this day"),
    (("payer space",), Outcome.WRONG_PORTAL, "", "the payer answers in another place"),
    (
        ("unable to respond", "try again later", "not available at this time", "scheduled maintenance", "temporarily unavailable"),
        Outcome.PORTAL_DOWN,
        "",
        "the payer to be back",
    ),
    (("not found", "could not locate", "could not find", "unable to find"), Outcome.NOT_FOUND, "", "the payer has no such member"),
)
NOT_SERVED = ("not set up for the transaction",)
_LIMIT = re.compile(r"(?i)\b(\d{1,3})[\s-](?:\w+[\s-]){0,4}?visits?\b(?!\s+(?:used|remain|left|have))")
_USED = re.compile(r"(?i)\b(\d{1,3})\s+(?:visits?\s+)?(?:have been\s+|has been\s+)?used\b|\bused[:\s]+(\d{1,3})\b")
_LEFT = re.compile(r"(?i)\b(\d{1,3})\s+(?:visits?\s+)?(?:remain(?:ing|s)?|left)\b|\b(?:remaining|left)[:\s]+(\d{1,3})\b")
_PHONE = re.compile(r"\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}|1-8\d\d-\d{3}-\d{4}|\b\d{3}-\d{4}\b")


class Card(NamedTuple):
    """One collapsible card: its title, and the text of each of its rows."""

    title: str
    rows: tuple[str, ...]

    @property
    def service_type(self) -> str:
        """The code behind the last dash, letters as well as digits: 'Mental Health - MH'."""
        return self.title.rpartition(" - ")[2].strip()


class Sheet(NamedTuple):
    """What one inquiry's result page shows."""

    patient: str  # the header card
    status: str  # the chip
    plan: str  # the plan details
    notices: tuple[str, ...] = ()  # carve-outs
    others: tuple[str, ...] = ()  # one text per other payer
    messages: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()


def says(text: str, known: Iterable[str]) -> bool:
    """Whether a text holds one of these phrases."""
    said = " ".join(text.casefold().split())
    return any(phrase in said for phrase in known)


def patient_fields(text: str) -> dict[str, str]:
    """The labels of the header card and their values."""
    return pairs(text, PATIENT_LABELS)


def belongs(sheet: Sheet, ask: EligibilityRequest) -> bool:
    """Whether the page is the answer to this very question: its birth date and its date of service are the ones asked."""
    fields = patient_fields(sheet.patient)
    born = day(fields.get("DOB") or fields.get("Date of Birth"))
    return born == ask.patient.birth_date and day(fields.get("Date of Service")) == ask.service_date


def matched(sheet: Sheet, ask: EligibilityRequest) -> tuple[str, ...]:
    """The identifiers on the page that agree with the question's."""
    fields = patient_fields(sheet.patient)
    agree = []
    if ask.patient.member_id and plain(fields.get("Member ID", "")) == plain(ask.patient.member_id):
        agree.append("member_id")
    if any(same_person(line, ask.patient.last, ask.patient.first) for line in lines(sheet.patient)[:3] if "," in line or " " in line):
        agree.append("name")
    if day(fields.get("DOB") or fields.get("Date of Birth")) == ask.patient.birth_date:
        agree.append("birth_date")
    return tuple(agree)


def refusal(alert: str) -> EligibilityResult:
    """What an error in place of a result means; words that are not known stay unreadable."""
    said = " ".join(alert.split())
    for phrases, outcome, field, reason in REFUSALS:
        if says(said, phrases):
            return EligibilityResult(outcome=outcome, field=field, reason=reason, seen_as=said)
    return EligibilityResult(outcome=Outcome.UNREADABLE, reason="the payer's words are not known", seen_as=said)


def coverage(status: str) -> Coverage:
    """The status chip; words that are not known are unknown, never active."""
    if says(status, INACTIVE):
        return Coverage.INACTIVE
    return Coverage.ACTIVE if says(status, ACTIVE) else Coverage.UNKNOWN


def benefits(cards: Sequence[Card]) -> tuple[Benefit, ...]:
    """Every line of every card."""
    return tuple(line for card in cards for row in card.rows for line in _row(card.service_type, row))


def _row(service_type: str, text: str) -> list[Benefit]:
    said = lines(text)
    network = next((NETWORKS[line.casefold()] for line in said if line.casefold() in NETWORKS), Network.UNKNOWN)
    level: Level = next((LEVELS[line.casefold()] for line in said if line.casefold() in LEVELS), "unknown")
    rest = [line for line in said if line.casefold() not in NETWORKS and line.casefold() not in LEVELS]
    if rest and (kind := _SPENDING.get(rest[0].casefold())) is not None:
        return [_spending(service_type, kind, rest, network, level)]
    counted = _visits(service_type, rest, network)
    if counted is not None:
        return [counted]
    return [_line(service_type, line, network) for line in rest if line.casefold() not in ("messages", "limitations")]


_SPENDING: dict[str, Literal["deductible", "out_of_pocket"]] = {"annual deductible": "deductible", "out of pocket": "out_of_pocket"}


def _spending(
    service_type: str,
    kind: Literal["deductible", "out_of_pocket"],
    said: list[str],
    network: Network,
    level: Level,
) -> Benefit:
    amount = remaining = None
    period = ""
    for line in said[1:]:
        if says(line, ("remaining",)):
            remaining = money(line)
        elif not says(line, ("year to date",)) and amount is None:
            amount, period = money(line), _period(line)
    return Benefit(
        service_type=service_type,
        kind=kind,
        network=network,
        level=level,
        period=period,
        amount=amount,
        remaining=remaining,
        text="; ".join(said),
    )


def _visits(service_type: str, said: list[str], network: Network) -> Benefit | None:
    """Visits that stand in fields of their own: '20 Visits / Calendar Year', '12 Visits Used', '8 Visits Remaining'."""
    figures: dict[str, int] = {}
    period = ""
    for line in said:
        hit = re.fullmatch(r"(-?\d+) Visits?(?: (Used|Remaining|/ .+))?", line, re.IGNORECASE)
        if hit is None:
            continue
        part = (hit[2] or "").casefold()
        name = "used" if part == "used" else "left" if part == "remaining" else "allowed"
        figures[name] = int(hit[1])
        period = _period(line) if name == "allowed" else period
    if not figures:
        return None
    return Benefit(service_type=service_type, kind="limit", network=network, period=period, text="; ".join(said), **figures)


def _line(service_type: str, text: str, network: Network) -> Benefit:
    said = text.casefold()
    if re.match(r"(telehealth|virtual visits?|telemedicine)\b", said):
        covered = None if "covered" not in said else not says(said, ("not covered",))
        return Benefit(
            service_type=service_type,
            kind="telehealth",
            network=network,
            amount=money(text) if covered else None,
            covered=covered,
            text=text,
        )
    if _auth(said) is not None:
        return Benefit(service_type=service_type, kind="authorization", network=network, text=text)
    if re.search(r"co-?pay(ment)?\b", said) and money(text) is not None:
        return Benefit(service_type=service_type, kind="copay", network=network, period=_period(text), amount=money(text), text=text)
    if re.search(r"co-?insurance\b", said) and share(text) is not None:
        return Benefit(service_type=service_type, kind="coinsurance", network=network, share=share(text), text=text)
    if says(said, ("not covered",)):
        return Benefit(service_type=service_type, kind="not_covered", network=network, text=text)
    return Benefit(service_type=service_type, kind="note", network=network, text=text)


def _auth(said: str) -> AuthRule | None:
    """What a line says of authorization; None where it says nothing of it."""
    if not re.search(r"\b(prior auth|auth(orization)?( req(uired)?)?\b|precert)", said):
        return None
    if says(said, ("unknown", "not known")):
        return AuthRule.UNKNOWN
    if says(said, ("not required", "no prior auth", "no auth")) or re.search(r"(req|required)?:\s*no\b", said):
        return AuthRule.NOT_REQUIRED
    if says(said, ("required",)) or re.search(r":\s*yes\b", said):
        return AuthRule.REQUIRED
    return None


def _period(text: str) -> str:
    said = text.casefold()
    return next((ours for theirs, ours in PERIODS.items() if re.search(rf"(/|per)?\s*\b{theirs}\b", said)), "")


def eligibility(sheet: Sheet, ask: EligibilityRequest) -> EligibilityResult:
    """The behavioral benefit sheet of one member on one day."""
    state = coverage(sheet.status)
    patient, plan = patient_fields(sheet.patient), pairs(sheet.plan, PLAN_LABELS)
    said = benefits(sheet.cards)
    figures = _Figures(said)
    visits = figures.visits(sheet.messages)
    agree = matched(sheet, ask)
    warnings = [*visits.warnings]
    if ask.patient.member_id and "member_id" not in agree:
        warnings.append("the payer writes another member id")
    if "name" not in agree:
        warnings.append("the payer writes another name")
    return EligibilityResult(
        outcome=Outcome.ANSWERED if state is not Coverage.UNKNOWN else Outcome.UNREADABLE,
        reason="" if state is not Coverage.UNKNOWN else "the payer's status words are not known",
        seen_as=sheet.status or None,
        match=agree,
        warnings=tuple(warnings),
        coverage=state,
        payer_name=patient.get("Payer"),
        plan=plan.get("Plan / Product"),
        insurance_type=plan.get("Insurance Type"),
        group_no=plan.get("Group Number"),
        member_id=patient.get("Member ID"),
        plan_begin=day(plan.get("Plan Begin Date") or plan.get("Eligibility Begin Date")),
        plan_end=day(plan.get("Plan End Date") or plan.get("Eligibility End Date")),
        service_type=figures.service_type,
        network=figures.network,
        copay=figures.money("copay", ("MH", "98")),
        copay_telehealth=figures.telehealth_copay(),
        telehealth=figures.telehealth(),
        coinsurance=figures.coinsurance(),
        deductible=figures.money("deductible", ("MH", "30")),
        deductible_left=figures.left("deductible"),
        out_of_pocket=figures.money("out_of_pocket", ("MH", "30")),
        out_of_pocket_left=figures.left("out_of_pocket"),
        visits_allowed=visits.allowed,
        visits_used=visits.used,
        visits_left=visits.left,
        visits_from=visits.source,
        auth=figures.auth(),
        carve_out=carve_out(sheet.notices),
        other_payers=tuple(other_payer(text) for text in sheet.others),
        benefits=said,
        messages=sheet.messages,
        transaction_id=patient.get("Transaction ID"),
    )


class _Visits(NamedTuple):
    allowed: int | None = None
    used: int | None = None
    left: int | None = None
    source: Literal["field", "message"] | None = None
    warnings: tuple[str, ...] = ()


class _Figures:
    """The in-network individual figures for behavioral health, from the first card that has them: MH, then 98, then 30."""

    def __init__(self, said: Sequence[Benefit]) -> None:
        self.said = said
        have = {line.service_type for line in said}
        self.service_type = next((code for code in ("MH", "98", "30") if code in have), None)

    def _mine(self, kind: str, cards: Sequence[str]) -> Benefit | None:
        for code in cards:
            fits = [
                b for b in self.said if b.kind == kind and b.service_type == code and b.network is not Network.OUT and b.level != "family"
            ]
            if fits:
                return fits[0]
        return None

    @property
    def network(self) -> Network:
        """Which networks the mental-health card has benefits for."""
        shown = [b for b in self.said if b.service_type == "MH"]
        kinds = {b.network for b in shown if b.kind != "not_covered"} - {Network.UNKNOWN}
        if not kinds:
            return Network.UNKNOWN
        if Network.BOTH in kinds or kinds == {Network.IN, Network.OUT}:
            return Network.BOTH
        return kinds.pop()

    def money(self, kind: str, cards: Sequence[str]) -> Decimal | None:
        """An amount."""
        found = self._mine(kind, cards)
        return found.amount if found else None

    def left(self, kind: str) -> Decimal | None:
        """What is left of an amount."""
        found = self._mine(kind, ("MH", "30"))
        return found.remaining if found else None

    def coinsurance(self) -> Decimal | None:
        """The member's share, 0-1."""
        found = self._mine("coinsurance", ("MH", "98"))
        return found.share if found else None

    def telehealth(self) -> Literal["covered", "not_covered"] | None:
        """Whether telehealth visits are covered."""
        found = self._mine("telehealth", ("MH", "98"))
        if found is None or found.covered is None:
            return None
        return "covered" if found.covered else "not_covered"

    def telehealth_copay(self) -> Decimal | None:
        """The copay of a telehealth visit."""
        found = self._mine("telehealth", ("MH", "98"))
        return found.amount if found else None

    def auth(self) -> AuthRule:
        """The authorization rule; a blank is unknown."""
        found = self._mine("authorization", ("MH", "98"))
        return (_auth(found.text.casefold()) or AuthRule.UNKNOWN) if found else AuthRule.UNKNOWN

    def visits(self, messages: Sequence[str]) -> _Visits:
        """Visits allowed, used and left: from fields, else out of a sentence, and then marked so."""
        field = self._mine("limit", ("MH", "98"))
        if field is not None:
            return _counted(field.allowed, field.used, field.left, "field")
        sentences = [b.text for b in self.said if b.kind == "note" and b.service_type in ("MH", "98")]
        for text in [*sentences, *messages]:
            if (allowed := _number(_LIMIT, text)) is not None:
                return _counted(allowed, _number(_USED, text), _number(_LEFT, text), "message")
        return _Visits()


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    hit = pattern.search(text)
    return int(next(group for group in hit.groups() if group)) if hit else None


def _counted(allowed: int | None, used: int | None, left: int | None, source: Literal["field", "message"]) -> _Visits:
    warnings = []
    if allowed is not None and used is not None and used > allowed:
        warnings.append("more visits are used than allowed")
        left = 0
    return _Visits(allowed, used, left, source, tuple(warnings))


def carve_out(notices: Sequence[str]) -> CarveOut | None:
    """Another administrator of the behavioral benefits; some payers show a telephone number and no name."""
    for text in notices:
        if not says(text, ("behavioral health", "mental health")):
            continue
        phone = _PHONE.search(text)
        number = re.search(r"Payer ID (\w+)", text)
        name = re.search(
            r"administered by (.+?)\.(?: |$)|^(.+?) provides the behavioral|benefits: (?!please call|call )(.+?)\.(?: |$)", text
        )
        return CarveOut(
            name=next((group for group in name.groups() if group), "") if name else "",
            phone=phone[0] if phone else "",
            payer_id=number[1] if number else "",
        )
    return None


def other_payer(text: str) -> OtherPayer:
    """One further payer."""
    fields = pairs(text, OTHER_LABELS)
    order = fields.get("Coordination of Benefits", "").casefold()
    return OtherPayer(
        name=fields.get("Other Payer", ""),
        order=order if order in ("primary", "secondary", "tertiary") else "unknown",
        member_id=fields.get("Member ID", ""),
    )


def still_to_ask(result: EligibilityResult) -> tuple[str, ...]:
    """Which further service types could fill what the page did not show: 98 for the office copay, 30 for deductible and maximum."""
    if result.coverage is not Coverage.ACTIVE:
        return ()
    shown = {line.service_type for line in result.benefits}
    wanted = []
    if "98" not in shown and result.copay is None:
        wanted.append("98")
    if "30" not in shown and (result.deductible is None or result.out_of_pocket is None):
        wanted.append("30")
    return tuple(wanted)
