"""One claim as a row of the two lists, and as its own page."""

from __future__ import annotations

from html import escape
from zlib import crc32

from sandbox.provider_express.coverage import full_name
from sandbox.provider_express.frame import grid, pairs
from sandbox.provider_express.web import heading, i, t
from sandbox.provider_express.words import NONE, money, us
from sandbox.server import At
from sandbox.world import Claim, ClaimState, ServiceLine, World
from sandbox.worldgen.calendar import business_days_between

STATUS: dict[ClaimState, str] = {  # invented, all of them
    "received": "Received",
    "accepted": "Accepted",
    "accepted_split": "Accepted - Split",
    "forwarded": "Forwarded",
    "rejected": "Rejected",
    "pending": "In Process",
    "pending_info": "Pended - Provider Information",
    "pending_patient": "Pended - Member Information",
    "pending_payer": "Pended - Internal Review",
    "paid": "Paid",
    "paid_zero": "Paid",
    "denied": "Denied",
    "partly_denied": "Paid",
    "reversed": "Reversed",
    "finalized": "Finalized",
}
INQUIRED = (
    "Claim Number", "Claim Status", "Member Name", "Member ID", "Date of Birth", "Date(s) of Service", "Billed Amount", "Amount Paid",
    "Processed Date",
)  # fmt: skip
ENTERED = (
    "Confirmation Number", "Received Date", "Claim Status", "Claim Number", "Member Name", "Member ID", "Date of Birth",
    "Date(s) of Service", "Billed Amount", "Comments",
)  # fmt: skip
LINES = (
    "Service Date", "Procedure Code", "Modifiers", "Units", "Billed", "Allowed", "Paid", "Line Status", "Adjustment Codes",
    "Remark Codes",
)  # fmt: skip
NOT_ASSIGNED = "Not Assigned"
LOADED = "See Claim Inquiry"
LOADS_IN = 2  # business days until a claim that was keyed in the portal can be inquired about
SENT_OTHERWISE = 3  # of so many claims one was not keyed in the portal


def is_keyed(claim: Claim) -> bool:
    """Whether the practice entered the claim in the portal, and did not send it by EDI."""
    return bool(claim.claim_id) and bool(crc32(claim.claim_id.encode()) % SENT_OTHERWISE)


def is_loading(world: World, claim: Claim) -> bool:
    """Whether the claim stands in My Submitted Claims only: it was keyed here, and Claim Inquiry does not know it yet."""
    new = claim.received is not None and business_days_between(claim.received, world.as_of) <= LOADS_IN
    return new and is_keyed(claim) and claim.state in ("received", "accepted")


def inquired(claim: Claim) -> list[str]:
    """A row of Claim Inquiry."""
    who = claim.patient
    told = [claim.payer_claim_no or NOT_ASSIGNED, STATUS[claim.state], full_name(who), claim.member_id, us(who.birth_date), _days(claim)]
    return [*told, money(claim.charge), money(claim.paid), us(claim.finalized)]


def entered(world: World, claim: Claim) -> list[str]:
    """A row of My Submitted Claims; of a claim that was loaded it says only where it stands."""
    loading = is_loading(world, claim)
    status, said = (STATUS[claim.state], claim.portal_text or NONE) if loading else (LOADED, NONE)
    confirmation = f"PX{crc32(claim.claim_id.encode()) % 10**8:08d}"
    who = [full_name(claim.patient), claim.member_id, us(claim.patient.birth_date)]
    return [confirmation, us(claim.received), status, claim.payer_claim_no or NOT_ASSIGNED, *who, _days(claim), money(claim.charge), said]


def _days(claim: Claim) -> str:
    return us(claim.dos_from) if claim.dos_from == claim.dos_to else f"{us(claim.dos_from)} - {us(claim.dos_to)}"


def detail(at: At, claim: Claim) -> str:
    """The page of one claim."""
    told = {t(at, label): value for label, value in _summary(claim).items()}
    columns = LINES[::-1] if at.on("reordered-columns") is not None else LINES
    rows = [_line(line) for line in claim.lines]
    cells = [row[::-1] if columns != LINES else row for row in rows]
    table = grid([t(at, name) for name in columns], [list(map(escape, row)) for row in cells], i(at, "claimLines"))
    parts = [pairs(told, i(at, "claimSummary")), f"{heading(at, 'Service Lines', 2)}{table}"]
    if at.on("moved-element") is not None:
        parts.reverse()
    return heading(at, "Claim Detail") + "".join(parts)


def _summary(claim: Claim) -> dict[str, str]:
    who = claim.patient
    return {
        "Claim Number": claim.payer_claim_no or NOT_ASSIGNED,
        "Claim Status": STATUS[claim.state],
        "Member Name": full_name(who),
        "Member ID": claim.member_id,
        "Date of Birth": us(who.birth_date),
        "Date(s) of Service": _days(claim),
        "Patient Account Number": claim.claim_id or NONE,
        "Received Date": us(claim.received),
        "Processed Date": us(claim.finalized),
        "Billed Amount": money(claim.charge),
        "Allowed Amount": money(claim.allowed),
        "Amount Paid": money(claim.paid),
        "Member Responsibility": money(claim.patient_resp),
        "Payment Number": claim.check_no or NONE,
        "Payment Date": us(claim.check_date),
        "Status Message": claim.portal_text or NONE,
        "Information Needed": claim.requested_info or NONE,
        "Related Claims": ", ".join(claim.related) or NONE,
    }


def _line(line: ServiceLine) -> list[str]:
    codes = ", ".join(f"{a.group}-{a.carc} {money(a.amount)}" for a in line.adjustments)
    figures = [money(line.charge), money(line.allowed), money(line.paid), line.status.title() or NONE]
    return [us(line.dos), line.cpt, " ".join(line.modifiers), str(line.units), *figures, codes or NONE, ", ".join(line.rarcs) or NONE]
