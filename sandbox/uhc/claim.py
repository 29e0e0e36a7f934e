"""One claim as the portal shows it: overview, billing summary, payments, and its lines with their codes."""

from __future__ import annotations

from typing import Any

from sandbox.uhc.words import NONE, money, us
from sandbox.world import Claim, ClaimState, ServiceLine

STATUS: dict[ClaimState, str] = {  # Rejected and Reversed are invented
    "received": "Pending",
    "accepted": "Pending",
    "accepted_split": "Pending",
    "forwarded": "Misdirected",
    "rejected": "Rejected",
    "pending": "Pending",
    "pending_info": "Pending",
    "pending_patient": "Pending",
    "pending_payer": "Pending",
    "paid": "Paid",
    "paid_zero": "Paid",
    "denied": "Denied",
    "partly_denied": "Paid",
    "reversed": "Reversed",
    "finalized": "Finalized",
}
ADJUDICATION: dict[ClaimState, str] = {
    "received": "Received",
    "accepted": "Accepted",
    "accepted_split": "Split",
    "forwarded": "Forwarded",
    "rejected": "Not accepted",
    "pending": "In process",
    "pending_info": "Information needed from provider",
    "pending_patient": "Information needed from member",
    "pending_payer": "On hold",
}
LINES = ("Date of Service", "Procedure Code", "Modifiers", "Units", "Billed", "Allowed", "Paid", "Line Status")


def detail(claim: Claim) -> dict[str, Any]:
    """Everything on the page of one claim."""
    who = claim.patient
    overview = [
        ("overview-claim-number", "Claim number", claim.payer_claim_no or NONE),
        ("overview-status", "Claim status", STATUS[claim.state]),
        ("overview-adjudication-status", "Adjudication status", ADJUDICATION.get(claim.state, "Adjudicated")),
        ("overview-patient-name", "Patient name", f"{who.first} {who.last}".upper()),
        ("overview-member-id", "Member ID", claim.member_id),
        ("overview-first-dos", "First date of service", us(claim.dos_from)),
        ("overview-last-dos", "Last date of service", us(claim.dos_to)),
        ("overview-received-date", "Received date", us(claim.received)),
        ("overview-processed-date", "Processed date", us(claim.finalized)),
        ("overview-total-billed", "Total billed", money(claim.charge)),
        ("overview-network-status", "Network status", "In-Network"),
        ("overview-pan", "Patient account number", claim.claim_id or NONE),
        ("overview-message", "Claim message", claim.portal_text or NONE),
        ("overview-requested", "Information requested", claim.requested_info or NONE),
        ("overview-related", "Related claims", ", ".join(claim.related) or NONE),
    ]
    summary = [
        ("bs-billed-content", "Billed", money(claim.charge)),
        ("bs-allowed-content", "Allowed", money(claim.allowed)),
        ("bs-adjustment-content", "Adjustments", money(sum((a.amount for a in claim.adjustments), start=type(claim.charge)()))),
        ("bs-total-paid-content", "Total paid", money(claim.paid)),
        ("bs-patient-content", "Patient responsibility", money(claim.patient_resp)),
        ("diagnosis-codes-content", "Diagnosis codes", claim.dx),
        ("cob-content", "Coordination of benefits", NONE),
    ]
    payments = [("Payment issue date", us(claim.check_date)), ("Payment number", claim.check_no or NONE)]
    return {"overview": overview, "summary": summary, "payments": payments, "columns": LINES, "lines": [_line(x) for x in claim.lines]}


def _line(line: ServiceLine) -> dict[str, Any]:
    cells = [
        us(line.dos),
        line.cpt,
        " ".join(line.modifiers),
        str(line.units),
        money(line.charge),
        money(line.allowed),
        money(line.paid),
        line.status.title(),
    ]
    codes = [["CARC", f"{a.group}-{a.carc} {money(a.amount)}"] for a in line.adjustments]
    return {"cells": cells, "codes": codes + [["Remark code", code] for code in line.rarcs]}
