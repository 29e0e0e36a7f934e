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
from portals.benefits import MIND, Figures
from portals.text import day, lines, money, only_money, pairs, plain, same_id, same_last, same_person, share

PATIENT_LABELS = (
    "Member ID", "Payer ID", "DOB", "Date of Birth", "Date of Service", "Transaction Date", "Transaction Time", "Transaction ID",
    "Customer ID", "Gender", "Relationship to Subscriber", "Subscriber", "Payer", "Patient Name", "Patient", "Name",
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
ACTIVE = re.compile(r"active coverage")  # as a whole: "no active coverage" is not it
INACTIVE = re.compile(r"inactive(?: coverage)?(?: - .+)?|not eligible|(?:coverage )?terminated")
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
)
NOBODY = re.compile(  # only where it is the member who was not found: a provider can be missing as well
    r"(?:patient|member|subscriber|insured|subscriber/insured)(?: id)? (?:was |could |can)?(?:not|not be) (?:be )?(?:found|located)\b"
    r"|(?:could not|unable to|cannot) (?:find|locate) (?:a|the|this|any)? ?(?:patient|member|subscriber|insured)\b"
)
_SOMETHING_ELSE = re.compile(r"\b(?:provider|npi|plan|benefits?|service)\b")
NOT_SERVED = ("not set up for the transaction",)
_PER = r"(?: (?:/|per)? ?(?P<per>visit|session))?"
_REST = r"(?: - (?P<rest>.+))?"
_COPAY = re.compile(
    rf"(?:member pays )?(?:\$[\d,]+(?:\.\d\d)? co-?pay(?:ment)?|co-?pay(?:ment)?:? \$[\d,]+(?:\.\d\d)?){_PER}{_REST}", re.IGNORECASE
)
_COINSURANCE = re.compile(rf"(?:member pays )?(?:[\d.]+% co-?insurance|co-?insurance:? [\d.]+%){_PER}{_REST}", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?:outpatient |in-person )?(?:office|therapy|psychotherapy|mental health|behavioral health)(?: (?:visits?|sessions?))?", re.IGNORECASE
)
_VIRTUAL = re.compile(r"(?:telehealth(?: services)?|virtual visits?|telemedicine)\b\s*:?\s*(?P<said>.*)", re.IGNORECASE)
_COVERED = re.compile(r"covered(?:, (?P<cost>.+))?", re.IGNORECASE)
_NOT_COVERED = re.compile(r"(?:this service is |is )?not covered", re.IGNORECASE)
_AUTH = r"(?:prior |pre-?)?(?:auth(?:orization)?|certification)"
_WANTS = re.compile(r"requir|\breq\b|need|must|obtain|necess|known|\byes\b|\bno\b")
_SAYS_AUTH = re.compile(rf"\b{_AUTH}\b|\bprecert")
_AUTH_SAYS: tuple[tuple[AuthRule, re.Pattern[str]], ...] = (
    (AuthRule.REQUIRED, re.compile(rf"{_AUTH}(?: is)? required(?:: yes)?|{_AUTH} req(?:uired)?: yes")),
    (AuthRule.NOT_REQUIRED, re.compile(rf"{_AUTH}(?: is)? not required|no {_AUTH}(?: is)? required|{_AUTH} req(?:uired)?: no")),
)
_PHONE = re.compile(r"\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}|1-8\d\d-\d{3}-\d{4}|\b\d{3}-\d{4}\b")
_KEEPER = re.compile(
    r"(?:behavioral|mental) health(?: benefits)? (?:are|is) (?:administered|managed) by (?P<a>.+?)\.(?:\s|$)"
    r"|^(?P<b>[^.]+?) provides the (?:behavioral|mental) health benefits"
    r"|^(?:behavioral|mental) health benefits: (?!please call|call )(?P<c>.+?)\.(?:\s|$)",
    re.IGNORECASE,
)
_KEEPER_CALL = re.compile(
    r"(?:call|contact) [^.]*(?:behavioral|mental) health benefits|(?:behavioral|mental) health benefits:? (?:please )?(?:call|contact)",
    re.IGNORECASE,
)


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
    known: bool = True  # False: a network or a level has a word that is not known


class Sheet(NamedTuple):
    """What one inquiry's result page shows."""

    patient: str  # the header card
    status: str  # the chip
    plan: str  # the plan details
    notices: tuple[str, ...] = ()  # carve-outs
    others: tuple[str, ...] = ()  # one text per other payer
    messages: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    plans: int = 1  # how many the page has tabs for


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
    """Whether the page is the answer to this very question: the person, the birth date and the date of service are the ones asked."""
    fields = patient_fields(sheet.patient)
    born, on = day(fields.get("DOB") or fields.get("Date of Birth")), day(fields.get("Date of Service"))
    if born is None or on is None or not fields.get("Member ID") or not fields.get("Transaction ID"):
        raise PageChanged("eligibility result: the header card lacks a label that is known")
    if not sheet.status:
        raise PageChanged("eligibility result: the header card has no status")
    mine = alike(fields["Member ID"], ask.patient.member_id) or same_last(_name(sheet), ask.patient.last)
    return mine and born == ask.patient.birth_date and on == ask.service_date


def alike(shown: str, asked: str) -> bool:
    """Whether two member ids are one, or one with a prefix or suffix more."""
    short, long = sorted((plain(shown), plain(asked)), key=len)
    return len(short) > 5 and (long.startswith(short) or long.endswith(short))  # noqa: PLR2004  fewer letters tell little


def _name(sheet: Sheet) -> str:
    """The name above the labels of the header card."""
    first = next(iter(lines(sheet.patient)), "")
    return "" if pairs(first, PATIENT_LABELS) or plain(first) == plain(sheet.status) else first


def matched(sheet: Sheet, ask: EligibilityRequest) -> tuple[str, ...]:
    """The identifiers on the page that agree with the question's."""
    fields = patient_fields(sheet.patient)
    agree = []
    if same_id(fields.get("Member ID", ""), ask.patient.member_id):
        agree.append("member_id")
    if same_person(_name(sheet), ask.patient.last, ask.patient.first):
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
    if any(NOBODY.search(part) and not _SOMETHING_ELSE.search(part) for part in re.split(r"[.!?]", said.casefold())):
        return EligibilityResult(outcome=Outcome.NOT_FOUND, reason="the payer has no such member", seen_as=said)
    return EligibilityResult(outcome=Outcome.UNREADABLE, reason="the payer's words are not known", seen_as=said)


def coverage(status: str) -> Coverage:
    """The status chip; words that are not known are unknown, never active."""
    said = " ".join(status.casefold().split())
    if INACTIVE.fullmatch(said):
        return Coverage.INACTIVE
    return Coverage.ACTIVE if ACTIVE.fullmatch(said) else Coverage.UNKNOWN


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
        network = NETWORKS.get(text.casefold(), Network.UNKNOWN)
        return row._replace(network=network, known=row.known and network is not Network.UNKNOWN)
    if name == "benefit_level":
        level = LEVELS.get(text.casefold(), "unknown")
        return row._replace(level=level, known=row.known and level != "unknown")
    return row._replace(lines=(*row.lines, " ".join(text.split())))


def _row(service_type: str, row: BenefitRow) -> list[Benefit]:
    if not row.known:  # kept as it stands: whose figure it is cannot be told
        return [Benefit(service_type=service_type, kind="note", text="; ".join(row.lines))]
    if (kind := _SPENDING.get(row.heading)) is not None:
        return [_spending(service_type, kind, row)]
    counted = _visits(service_type, row)
    return [counted] if counted is not None else [_line(service_type, line, row.network) for line in row.lines]


_SPENDING: dict[str, Literal["deductible", "out_of_pocket"]] = {"annual deductible": "deductible", "out of pocket": "out_of_pocket"}


def _spending(service_type: str, kind: Literal["deductible", "out_of_pocket"], row: BenefitRow) -> Benefit:
    amount = remaining = None
    period = ""
    for line in row.lines:
        if remaining is None and re.fullmatch(r"-?\$[\d,.]+ Remaining", line, re.IGNORECASE):
            remaining = money(line)
        elif money(line) is None or re.fullmatch(r"-?\$[\d,.]+ Year to Date", line, re.IGNORECASE):
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
    if virtual := _VIRTUAL.fullmatch(text):
        covered, amount = _virtual(virtual["said"])
        return Benefit(service_type=service_type, kind="telehealth", network=network, amount=amount, covered=covered, text=text)
    if _auth(said) is not None:
        return Benefit(service_type=service_type, kind="authorization", network=network, text=text)
    if (copay := _COPAY.fullmatch(text)) and _for_office(copay["rest"]):
        return Benefit(service_type=service_type, kind="copay", network=network, period=_period(text), amount=only_money(text), text=text)
    if (part := _COINSURANCE.fullmatch(text)) and _for_office(part["rest"]):
        return Benefit(service_type=service_type, kind="coinsurance", network=network, share=share(text), text=text)
    if says(said, ("not covered",)):
        return Benefit(service_type=service_type, kind="not_covered", network=network, text=text)
    return Benefit(service_type=service_type, kind="note", network=network, text=text)


def _for_office(what: str | None) -> bool:
    """Whether a cost share without a word, or with this one, is for an office visit."""
    return what is None or _OFFICE.fullmatch(what) is not None


def _virtual(said: str) -> tuple[bool | None, Decimal | None]:
    """Whether telehealth is covered, and its copay; a condition is neither yes nor no."""
    if _NOT_COVERED.fullmatch(said):
        return False, None
    hit = _COVERED.fullmatch(said)
    if hit is None:
        return None, None
    cost = hit["cost"] or ""
    return True, only_money(cost) if _COPAY.fullmatch(cost) else None


def _auth(said: str) -> AuthRule | None:
    """What a line says of authorization; None where it says nothing of it. A condition is neither yes nor no, and so unknown."""
    if not _SAYS_AUTH.search(said):
        return None
    whole = re.sub(r"precert(?:ification)?", "precertification", said).strip(" .")
    known = next((rule for rule, pattern in _AUTH_SAYS if pattern.fullmatch(whole)), None)
    return known or (AuthRule.UNKNOWN if _WANTS.search(said) else None)


def _period(text: str) -> str:
    said = text.casefold()
    return next((ours for theirs, ours in PERIODS.items() if re.search(rf"\b{theirs}\b", said)), "")


def eligibility(sheet: Sheet, ask: EligibilityRequest) -> EligibilityResult:
    """The behavioral benefit sheet of one member on one day."""
    state = coverage(sheet.status)
    patient, plan = patient_fields(sheet.patient), pairs(sheet.plan, PLAN_LABELS)
    said = benefits(sheet.cards)
    figures = Figures(said, lambda text: _auth(text.casefold()) or AuthRule.UNKNOWN)
    visits, virtual = figures.visits(sheet.messages), figures.telehealth()
    deductible, out_of_pocket = figures.spending("deductible"), figures.spending("out_of_pocket")
    agree = matched(sheet, ask)
    keeper = carve_out(sheet.notices)
    warnings = [*visits.warnings]
    if keeper is None and any(MIND.search(notice) for notice in sheet.notices):
        warnings.append("the page has a notice on behavioral health that is not known")
    if sheet.plans > 1:
        warnings.append("the payer lists several plans; the first was read")
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
        other_payers=tuple(other_payer(text) for text in sheet.others),
        benefits=said,
        messages=(*sheet.messages, *(sheet.notices if keeper is None else ())),
        transaction_id=patient.get("Transaction ID"),
    )


def carve_out(notices: Sequence[str]) -> CarveOut | None:
    """Another administrator of the behavioral benefits; some payers show a telephone number and no name. Other notices are none."""
    for text in map(" ".join, map(str.split, notices)):
        keeper, called = _KEEPER.search(text), _KEEPER_CALL.search(text)
        number, phone = re.search(r"Payer ID (\w+)", text), _PHONE.search(text)
        if keeper or (called and phone):
            return CarveOut(
                name=next((group for group in keeper.groups() if group), "") if keeper else "",
                phone=phone[0] if phone else "",
                payer_id=number[1] if number else "",
            )
    return None


def other_payer(text: str) -> OtherPayer:
    """One further payer."""
    fields = pairs(text, OTHER_LABELS)
    order = fields.get("Coordination of Benefits", "").casefold()
    return OtherPayer(
        name=fields.get("Other Payer") or " ".join(lines(text)),
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
