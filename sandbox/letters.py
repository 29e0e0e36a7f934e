"""What the payers of the made-up world wrote to the practice, and what they wait for; it follows from claims and authorizations.

A claim that waits for papers brings a request for records with a day; a claim that was taken back brings an overpayment letter with its
amount and a day; a denial brings a letter without one; a decided authorization brings its decision. All texts are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from sandbox.eobs.paper import Cell, Paper
from sandbox.world import PAYERS, PRACTICE, Authorization, Claim, World

Kind = Literal["records_request", "overpayment", "claim", "authorization"]
TITLES: dict[Kind, str] = {
    "records_request": "Request for Medical Records",
    "overpayment": "Notice of Overpayment",
    "claim": "Claim Decision",
    "authorization": "Authorization Decision",
}
ANSWER_WITHIN: dict[Kind, int] = {"records_request": 30, "overpayment": 45}  # days; the others want no answer
WANTS_PAPERS = frozenset({"16", "226", "252"})  # CARC: something is missing
DAY = timedelta(days=1)
LABEL, ROOM = 42, 140  # millimetres


@dataclass(frozen=True)
class Mail:
    """One letter as the payer has it on this night."""

    number: str
    payer: str
    kind: Kind
    title: str
    dated: date
    due: date | None
    claim_no: str = ""
    auth_number: str = ""
    member_id: str = ""
    patient: str = ""
    amount: Decimal | None = None
    text: str = ""

    @property
    def open(self) -> bool:
        """Whether the payer waits for the practice."""
        return self.due is not None


def of(world: World, payer: str) -> list[Mail]:
    """Everything that this payer wrote until tonight, newest first."""
    written = [letter for claim in world.claims if claim.payer == payer and claim.on_file for letter in _about_claim(claim)]
    written += [_about_request(request, world) for request in world.authorizations if request.payer == payer and request.decided]
    found = [letter for letter in written if letter.dated <= world.as_of]
    return sorted(found, key=lambda letter: (letter.dated, letter.number), reverse=True)


def between(world: World, payer: str, since: date, until: date) -> list[Mail]:
    """Those of these days, both included."""
    return [letter for letter in of(world, payer) if since <= letter.dated <= until]


def tasks(world: World, payer: str) -> list[Mail]:
    """Letters that still want an answer tonight: what a portal's list of actions shows."""
    return [letter for letter in of(world, payer) if letter.due and letter.due >= world.as_of]


def _about_claim(claim: Claim) -> list[Mail]:
    number = claim.payer_claim_no
    if not number:
        return []
    if claim.state == "pending_info" and claim.received:
        text = f"To decide this claim we need: {claim.requested_info or 'the record of the visit'}."
        return [_letter(claim, "records_request", claim.received + 7 * DAY, text)]
    if claim.state == "reversed" and claim.finalized and claim.paid is not None and claim.paid < 0:
        text = "A payment for this claim was made in error. Please return it or ask for a review."
        return [_letter(claim, "overpayment", claim.finalized + DAY, text, amount=-claim.paid)]
    if claim.state == "denied" and claim.finalized and {carc.rpartition("-")[2] for carc in claim.carcs} & WANTS_PAPERS:
        text = "This claim was denied because something is missing. Please send the record of the visit."
        return [_letter(claim, "records_request", claim.finalized + DAY, text)]
    if claim.state == "denied" and claim.finalized:
        return [
            _letter(
                claim, "claim", claim.finalized + DAY, f"This claim was denied. Reasons: {', '.join(claim.carcs) or 'see the remittance'}."
            )
        ]
    return []


def _letter(claim: Claim, kind: Kind, dated: date, text: str, *, amount: Decimal | None = None) -> Mail:
    days = ANSWER_WITHIN.get(kind)
    return Mail(
        number=f"L{kind[0].upper()}{claim.payer_claim_no[-8:]}",
        payer=claim.payer,
        kind=kind,
        title=TITLES[kind],
        dated=dated,
        due=dated + days * DAY if days else None,
        claim_no=claim.payer_claim_no,
        member_id=claim.member_id,
        patient=f"{claim.patient.last}, {claim.patient.first}".upper(),
        amount=amount,
        text=text,
    )


def _about_request(request: Authorization, world: World) -> Mail:
    member = world.member(request.member_key)
    plan = member.coverage_at(request.payer)
    word = {"approved": "was approved", "partly_approved": "was approved in part", "denied": "was not approved"}.get(
        request.status, "is open"
    )
    granted = request.code_approved or "-"
    return Mail(
        number=f"LA{request.number[-8:]}",
        payer=request.payer,
        kind="authorization",
        title=TITLES["authorization"],
        dated=(request.decided or request.begin) + DAY,
        due=None,
        auth_number=request.number,
        member_id=plan.member_id if plan else "",
        patient=f"{member.person.last}, {member.person.first}".upper(),
        text=f"Your request of {request.units_asked} x {request.code_asked} {word}: {request.units_approved} x {granted}.",
    )


def pdf(letter: Mail) -> bytes:
    """The letter on paper; the same letter makes the same bytes."""
    paper = Paper(font="Helvetica", size=10, sideways=False, made=letter.dated)
    paper.add_page()
    paper.line_of(PAYERS[letter.payer].label, bold=True, larger=3)
    paper.line_of(letter.title, bold=True)
    paper.gap(4)
    facts = {
        "Letter number": letter.number,
        "Date": f"{letter.dated:%m/%d/%Y}",
        "To": f"{PRACTICE.name}, TIN {PRACTICE.tin}",
        "Claim number": letter.claim_no,
        "Authorization number": letter.auth_number,
        "Patient": letter.patient,
        "Member ID": letter.member_id,
        "Amount": "" if letter.amount is None else f"${letter.amount:,.2f}",
        "Please answer by": f"{letter.due:%m/%d/%Y}" if letter.due else "",
    }
    for label, value in facts.items():
        if value:
            paper.row([Cell(label, LABEL), Cell(value, ROOM)])
    paper.gap(4)
    paper.wrapped(letter.text)
    return paper.as_bytes()
