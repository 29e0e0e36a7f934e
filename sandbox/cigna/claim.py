"""One claim as the portal shows it: its facts, its payments, its procedures with remark codes and what they mean."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.availity.codes import CARC
from sandbox.cigna.benefits import full_name
from sandbox.cigna.words import NONE, money, us
from sandbox.world import PRACTICE, Adjustment, Claim, ClaimState, ServiceLine, World

STATUS: dict[ClaimState, str] = {  # invented
    "received": "Received",
    "accepted": "Accepted",
    "accepted_split": "Split",
    "forwarded": "Forwarded",
    "rejected": "Returned",
    "pending": "In process",
    "pending_info": "Pended - information needed from provider",
    "pending_patient": "Pended - information needed from customer",
    "pending_payer": "On hold",
    "paid": "Paid",
    "paid_zero": "Paid",
    "denied": "Denied",
    "partly_denied": "Paid",
    "reversed": "Reversed",
    "finalized": "Finalized",
}
PAYMENT = (  # the name in the cell's id, which is not always its column's
    ("payeeName", "Payee name/address"),
    ("paymentStatus", "Payment amount"),
    ("paymentAmount", "Remittance tracking number"),
    ("trackingNumber", "Payment status"),
    ("clearedDate", "Issued"),
    ("issuedDate", "Cleared"),
    ("method", "Method"),
)
PROCEDURES = (
    "Procedure code", "Date of service", "Place of service", "Amount charged", "Allowed amount", "Not covered", "Deductible/Copay",
    "Covered balance", "Plan coinsurance/paid", "Patient coinsurance", "Patient responsibility", "Remark codes",
)  # fmt: skip
ADDRESS = "12 Lantern Street, Norfolk, VA 23510"
DECIDED = frozenset({"PAID", "DENIED"})
DISCOUNT, SHARES = ("CO", "45"), {"1": "copay", "3": "copay", "2": "coinsurance"}
ZERO = Decimal("0.00")


def detail(world: World, claim: Claim) -> dict[str, Any]:
    """Everything on the page of one claim."""
    provider = world.provider(claim.rendering_npi)
    facts = [
        ("Claim reference number", claim.payer_claim_no or "Not assigned"),
        ("Claim status", STATUS[claim.state]),
        ("Member name", full_name(claim.patient)),
        ("Service provider", f"{provider.first} {provider.last}".upper() if provider else PRACTICE.name.upper()),
        ("Date received", us(claim.received)),
        ("Date processed", us(claim.finalized)),
        ("Claim amount due", money(claim.paid)),
        ("Total paid", money(claim.paid)),
        ("Payment to provider", money(claim.paid)),
        ("Patient responsibility", money(claim.patient_resp)),
    ]
    notes = [
        ("Claim message", claim.portal_text),
        ("Information requested", claim.requested_info),
        ("Related claims", ", ".join(claim.related)),
    ]
    return {
        "facts": facts,
        "notes": [pair for pair in notes if pair[1]],
        "paymentColumns": PAYMENT,
        "payments": [_payment(claim)] if claim.check_no else [],
        "columns": PROCEDURES,
        "procedures": [_procedure(claim, line) for line in claim.lines],
        "remarks": [[code, CARC.get(code.partition("-")[2], "See the code list of the standard transaction.")] for code in _codes(claim)],
    }


def _payment(claim: Claim) -> list[str]:
    return [
        f"{PRACTICE.name.upper()}, {ADDRESS}",
        money(claim.paid),
        claim.check_no,
        "Issued" if claim.check_date else "Pending",
        us(claim.check_date),
        NONE,
        "EFT",
    ]


def _procedure(claim: Claim, line: ServiceLine) -> list[str]:
    decided = line.status in DECIDED and line.allowed is not None
    amounts = [money(amount) for amount in _amounts(line)] if decided else [NONE] * 7
    codes = [f"{a.group}-{a.carc}" for a in line.adjustments] + list(line.rarcs)
    return [" ".join((line.cpt, *line.modifiers)), us(line.dos), claim.pos, money(line.charge), *amounts, ", ".join(codes)]


def _amounts(line: ServiceLine) -> tuple[Decimal, ...]:
    """Allowed, not covered, deductible and copay, covered balance, paid, coinsurance, patient responsibility."""
    allowed, paid = line.allowed or ZERO, line.paid or ZERO
    copay, coinsurance = _sum(line, "copay"), _sum(line, "coinsurance")
    outside = sum((a.amount for a in line.adjustments if not _is_share(a) and (a.group, a.carc) != DISCOUNT), ZERO)
    owed = line.patient_resp if line.patient_resp is not None else ZERO
    return (allowed, outside, copay, allowed - copay, paid, coinsurance, owed)


def _is_share(adjustment: Adjustment) -> bool:
    return adjustment.group == "PR" and adjustment.carc in SHARES


def _sum(line: ServiceLine, share: str) -> Decimal:
    return sum((a.amount for a in line.adjustments if _is_share(a) and SHARES[a.carc] == share), ZERO)


def _codes(claim: Claim) -> list[str]:
    return [*claim.carcs, *claim.rarcs]
