"""Claim Detail: what the portal says of one claim, its lines, and its own explanations of their codes."""

from __future__ import annotations

from html import escape

from sandbox.carelon.frame import Drift, grid, pairs
from sandbox.carelon.words import money, us
from sandbox.world import Claim, ClaimState, ServiceLine

STATUS: dict[ClaimState, str] = {
    "received": "Received",
    "accepted": "In Process",
    "accepted_split": "In Process",
    "forwarded": "Forwarded",
    "rejected": "Rejected",
    "pending": "Pended",
    "pending_info": "Pended",
    "pending_patient": "Pended",
    "pending_payer": "Pended",
    "paid": "Paid",
    "paid_zero": "Paid",
    "denied": "Denied",
    "partly_denied": "Paid",
    "reversed": "Reversed",
    "finalized": "Finalized",
}
REASON: dict[ClaimState, str] = {
    "received": "Claim received",
    "accepted": "Accepted for processing",
    "accepted_split": "Claim was split",
    "forwarded": "Sent to another payer",
    "rejected": "Claim was not accepted",
    "pending": "Under review",
    "pending_info": "Information requested from provider",
    "pending_patient": "Information requested from member",
    "pending_payer": "On hold",
}
LINES = (
    "Date of Service", "Procedure Code", "Modifiers", "Units", "Charged", "Allowed", "Paid", "Member Resp", "Line Status", "Reason Codes",
    "Remark Codes",
)  # fmt: skip
CODES = ("Code", "Explanation")
EXPLAINED = {  # the portal's own sentences
    "1": "Applied to the member's deductible.",
    "2": "The member's coinsurance.",
    "3": "The member's copayment.",
    "16": "The claim lacks information that is needed to process it.",
    "18": "The same service was processed before.",
    "22": "Another carrier may be primary.",
    "27": "The service was provided after the member's coverage ended.",
    "29": "The claim was received after the filing limit.",
    "45": "The charge is above the contracted rate.",
    "50": "The service is not considered medically necessary.",
    "197": "No authorization is on file for this service.",
    "198": "The authorized units were used up.",
}
SEE_MANUAL = "See the provider manual."


def detail(claim: Claim, drift: Drift) -> str:
    """The claim's page below the navigation."""
    heading = "" if drift.unmarked else "<h1>Claim Detail</h1>"
    tables = f"<h2>Service Lines</h2>{_lines(claim, drift)}{_explained(claim)}"
    information = _information(claim, drift)
    return f"{heading}{tables}{information}" if drift.moved else f"{heading}{information}{tables}"


def _information(claim: Claim, drift: Drift) -> str:
    who = claim.patient
    told = (
        ("Claim Number", claim.payer_claim_no or "Not Yet Assigned"),
        ("Outcome" if drift.renamed else "Claim Status", STATUS[claim.state]),
        ("Status Reason", REASON.get(claim.state, "Adjudicated")),
        ("Member ID", claim.member_id),
        ("Member Name", f"{who.last}, {who.first}".upper()),
        ("Date of Birth", us(who.birth_date)),
        ("Service From", us(claim.dos_from)),
        ("Service Through", us(claim.dos_to)),
        ("Date Received", us(claim.received)),
        ("Date Processed", us(claim.finalized)),
        ("Total Charged", money(claim.charge)),
        ("Total Allowed", money(claim.allowed)),
        ("Total Paid", money(claim.paid)),
        ("Member Responsibility", money(claim.patient_resp)),
        ("Check/EFT Number", claim.check_no),
        ("Check/EFT Date", us(claim.check_date)),
        ("Letter Requested", claim.requested_info),
        ("Message", claim.portal_text),
        ("Related Claims", ", ".join(claim.related)),
    )
    return pairs(told, "claimSummary" if drift.changed else "claimInformation")


def _lines(claim: Claim, drift: Drift) -> str:
    heads, rows = LINES, [tuple(map(escape, _line(line))) for line in claim.lines]
    if drift.reordered:
        heads, rows = heads[::-1], [row[::-1] for row in rows]
    return grid("serviceLines", heads, rows)


def _line(line: ServiceLine) -> tuple[str, ...]:
    return (
        us(line.dos),
        line.cpt,
        " ".join(line.modifiers),
        str(line.units),
        money(line.charge),
        money(line.allowed),
        money(line.paid),
        money(line.patient_resp),
        line.status.title(),
        "; ".join(f"{one.group}-{one.carc} {money(one.amount)}" for one in line.adjustments),
        "; ".join(line.rarcs),
    )


def _explained(claim: Claim) -> str:
    codes = dict.fromkeys(one.carc for one in claim.adjustments)
    if not codes:
        return ""
    rows = [(code, escape(EXPLAINED.get(code, SEE_MANUAL))) for code in codes]
    return f"<h2>Explanation of Codes</h2>{grid('codeExplanations', CODES, rows)}"
