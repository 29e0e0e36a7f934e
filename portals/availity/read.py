"""Text and tables of Availity's pages in, typed answers out. Imports no browser; a phrase that is not known is kept, never guessed at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

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
HEADINGS = ("annual deductible", "out of pocket", "limitations", "messages")
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
    (("not found", "could not be found", "could not locate", "could not find", "unable to find"), Outcome.NOT_FOUND, "", "the payer has no such member"),
)
NOT_SERVED = ("not set up for the transaction",)
CARDS = ("MH", "98", "30")  # service types, the most telling first
_LIMIT = re.compile(r"(?i)\b(\d{1,3})[\s-](?:\w+[\s-]){0,4}?visits?\b(?!\s+(?:used|remain|left|have))")
_USED = re.compile(r"(?i)\b(\d{1,3})\s+(?:visits?\s+)?(?:have been\s+|has been\s+)?used\b|\bused[:\s]+(\d{1,3})\b")
_LEFT = re.compile(r"(?i)\b(\d{1,3})\s+(?:visits?\s+)?(?:remain(?:ing|s)?|left)\b|\b(?:remaining|left)[:\s]+(\d{1,3})\b")
_PHONE = re.compile(r"\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}|1-8\d\d-\d{3}-\d{4}|\b\d{3}-\d{4}\b")


class Card(NamedTuple):
    """One card: its title, and the names and texts of its parts in reading order."""

    title: str
    parts: tuple[tuple[str, str], ...]

    @property
    def service_type(self) -> str:
        """The code behind the last dash, letters as well as digits: 'Mental Health - MH'."""
        return self.title.rpartition(" - ")[2].strip()


class BenefitRow(NamedTuple):
    """One row of a card."""

    heading: str
    network: Network
    level: Level
    lines: tuple[str, ...]


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


def transaction(text: str) -> str:
    """The transaction id that stands below an error."""
    hit = re.search(r"Transaction ID:?\s*(\S+)", text)
    return hit[1] if hit else ""


def joined(sheet: Sheet, further: Sheet) -> Sheet:
    """The same member's page after a further inquiry: the cards it adds."""
    have = {card.service_type for card in sheet.cards}
    return sheet._replace(cards=(*sheet.cards, *(card for card in further.cards if card.service_type not in have)))


def belongs(sheet: Sheet, ask: EligibilityRequest) -> bool:
    """Whether the page is the answer to this very question: its birth date and its date of service are the ones asked."""
    fields = patient_fields(sheet.patient)
    if not {"Member ID", "DOB", "Date of Service"} <= set(fields):
        raise PageChanged("eligibility result: the header card lacks a label that is known")
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
    return tuple(line for card in cards for row in rows(card) for line in _row(card.service_type, row))


def rows(card: Card) -> list[BenefitRow]:
    """A card's rows with the heading, network and level they stand under; PageChanged at a heading that is not known."""
    found: list[BenefitRow] = []
    heading = ""
    for name, text in card.parts:
        if name == "benefit_heading":
            heading = text.casefold()
            if heading not in HEADINGS:
                raise PageChanged("eligibility result: a card has a heading that is not known")
        elif name == "benefit_rule":
            heading = ""
        elif name == "benefit_row":
            found.append(BenefitRow(heading, Network.UNKNOWN, "unknown", ()))
        elif found:
            found[-1] = _with(found[-1], name, text)
    return found


def _with(row: BenefitRow, name: str, text: str) -> BenefitRow:
    if name == "benefit_network":
        return row._replace(network=NETWORKS.get(text.casefold(), Network.UNKNOWN))
    if name == "benefit_level":
        return row._replace(level=LEVELS.get(text.casefold(), "unknown"))
    return row._replace(lines=(*row.lines, " ".join(text.split())))


def _row(service_type: str, row: BenefitRow) -> list[Benefit]:
    if (kind := _SPENDING.get(row.heading)) is not None:
        return [_spending(service_type, kind, row)]
    counted = _visits(service_type, row)
    return [counted] if counted is not None else [_line(service_type, line, row.network) for line in row.lines]


_SPENDING: dict[str, Literal["deductible", "out_of_pocket"]] = {"annual deductible": "deductible", "out of pocket": "out_of_pocket"}


def _spending(service_type: str, kind: Literal["deductible", "out_of_pocket"], row: BenefitRow) -> Benefit:
    amount = remaining = None
    period = ""
    for line in row.lines:
        if says(line, ("remaining",)):
            remaining = money(line)
        elif says(line, ("year to date",)) or money(line) is None:
            continue
        elif amount is None and re.fullmatch(r"-?\$[\d,.]+( / .+)?", line):
            amount, period = money(line), _period(line)
        else:
            raise PageChanged("eligibility result: an amount has a word beside it that is not known")
    return Benefit(
        service_type=service_type,
        kind=kind,
        network=row.network,
        level=row.level,
        period=period,
        amount=amount,
        remaining=remaining,
        text="; ".join(row.lines),
    )


def _visits(service_type: str, row: BenefitRow) -> Benefit | None:
    """Visits that stand in fields of their own: '20 Visits / Calendar Year', '12 Visits Used', '8 Visits Remaining'."""
    figures: dict[str, int] = {}
    period = ""
    for line in row.lines:
        hit = re.fullmatch(r"(-?\d+) Visits?(?: (Used|Remaining|/ .+))?", line, re.IGNORECASE)
        if hit is None:
            continue
        part = (hit[2] or "").casefold()
        name = "used" if part == "used" else "left" if part == "remaining" else "allowed"
        figures[name] = int(hit[1])
        period = _period(line) if name == "allowed" else period
    if not figures:
        return None
    return Benefit(service_type=service_type, kind="limit", network=row.network, period=period, text="; ".join(row.lines), **figures)


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
    return next((ours for theirs, ours in PERIODS.items() if re.search(rf"\b{theirs}\b", said)), "")


def eligibility(sheet: Sheet, ask: EligibilityRequest) -> EligibilityResult:
    """The behavioral benefit sheet of one member on one day."""
    state = coverage(sheet.status)
    patient, plan = patient_fields(sheet.patient), pairs(sheet.plan, PLAN_LABELS)
    said = benefits(sheet.cards)
    figures = _Figures(said)
    visits, virtual = figures.visits(sheet.messages), figures.telehealth()
    deductible, out_of_pocket = figures.spending("deductible"), figures.spending("out_of_pocket")
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
    """The in-network figures of one person for behavioral health.

    Cost shares: the MH card, or the 98 card where MH names none in network; never the 30 card, whose copays are for other things.
    Telehealth, authorization, visits: the MH card, or the 98 card of a payer that has no MH card. Deductible and out of pocket: the
    first of MH, 98 and 30 that has one. Amounts of a family are nobody's.
    """

    def __init__(self, said: Sequence[Benefit]) -> None:
        self.said = said
        have = {line.service_type for line in said}
        self.service_type = next((code for code in CARDS if code in have), None)
        self.card = next((code for code in CARDS[:2] if code in have), "")
        self.shares = next((code for code in CARDS[:2] if self._first(code, "copay") or self._first(code, "coinsurance")), "")

    def _first(self, code: str, kind: str) -> Benefit | None:
        inside = (Network.IN, Network.BOTH)
        fits = (b for b in self.said if b.service_type == code and b.kind == kind and b.network in inside and b.level != "family")
        return next(fits, None)

    def spending(self, kind: str) -> tuple[Decimal | None, Decimal | None]:
        """An amount for the year, and what is left of it."""
        found = next((hit for code in CARDS if (hit := self._first(code, kind))), None)
        return (found.amount, found.remaining) if found else (None, None)

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

    def copay(self) -> Decimal | None:
        """The copay of an office visit."""
        found = self._first(self.shares, "copay")
        return found.amount if found else None

    def coinsurance(self) -> Decimal | None:
        """The member's share, 0-1."""
        found = self._first(self.shares, "coinsurance")
        return found.share if found else None

    def telehealth(self) -> tuple[Literal["covered", "not_covered"] | None, Decimal | None]:
        """Whether telehealth visits are covered, and their copay."""
        found = self._first(self.card, "telehealth")
        if found is None or found.covered is None:
            return None, None
        return ("covered", found.amount) if found.covered else ("not_covered", None)

    def auth(self) -> AuthRule:
        """The authorization rule; a blank is unknown."""
        found = self._first(self.card, "authorization")
        return (_auth(found.text.casefold()) or AuthRule.UNKNOWN) if found else AuthRule.UNKNOWN

    def visits(self, messages: Sequence[str]) -> _Visits:
        """Visits allowed, used and left: from fields, else out of a sentence, and then marked so."""
        field = self._first(self.card, "limit")
        if field is not None:
            return _counted(field.allowed, field.used, field.left, "field")
        sentences = [b.text for b in self.said if b.kind == "note" and b.service_type == self.card]
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
    """Which further service types could fill what the page did not show: 98 for the cost share, 30 for deductible and maximum."""
    if result.coverage is not Coverage.ACTIVE or not result.benefits:
        return ()
    shown = {line.service_type for line in result.benefits}
    wanted = []
    if "98" not in shown and result.copay is None and result.coinsurance is None:
        wanted.append("98")
    if "30" not in shown and (result.deductible is None or result.out_of_pocket is None):
        wanted.append("30")
    return tuple(wanted)
