"""View Professional Claim: what the portal says of one claim, its adjudication and its lines."""

from __future__ import annotations

from html import escape

from sandbox.gainwell.controls import Controls, Drift
from sandbox.gainwell.sites import State
from sandbox.gainwell.words import money, us
from sandbox.world import Claim, ClaimState, Remit, ServiceLine

STATUS: dict[ClaimState, str] = {  # the words that were seen, and two that are invented: Adjusted and Finalized
    "received": "In Process",
    "accepted": "In Process",
    "accepted_split": "In Process",
    "forwarded": "Processing",
    "rejected": "Rejected",
    "pending": "Suspended",
    "pending_info": "Suspended",
    "pending_patient": "Suspended",
    "pending_payer": "Suspended",
    "paid": "Paid",
    "paid_zero": "Paid",
    "denied": "Denied",
    "partly_denied": "Paid",
    "reversed": "Adjusted",
    "finalized": "Finalized",
}
LINES = ("From Date", "To Date", "Procedure Code", "Mod", "Units", "Charge Amount", "Allowed Amount")
Pairs = tuple[tuple[str, str], ...]
EOBS = ("Header/Detail", "EOB", "Description")


def detail(mine: Controls, claim: Claim, payment: Remit | None, state: State, drift: Drift) -> str:
    """The claim's page below the menus; `payment`: the one whose remittance names the claim."""
    title = "" if drift.unmarked else f"<h1>View Professional Claim - ID {escape(claim.payer_claim_no)}</h1>"
    paid = () if payment is None else (("Payment Date", us(payment.check_date)), ("Payment ID", state.payment_id(payment.check_no)))
    information = _information(mine, claim, paid, drift)
    tables = _adjudication(mine, claim, drift) + _lines(mine, claim, drift)
    return f"{title}{tables}{information}" if drift.moved else f"{title}{information}{tables}"


def _information(mine: Controls, claim: Claim, paid: Pairs, drift: Drift) -> str:
    who = claim.patient
    pairs = (
        ("Claim ID", claim.payer_claim_no),
        ("Member ID", claim.member_id),
        ("Member Name", f"{who.last}, {who.first}".upper()),
        ("Birth Date", us(who.birth_date)),
        ("Claim Status", STATUS[claim.state]),
        ("Billed" if drift.renamed else "Total Charged Amount", money(claim.charge)),
        ("Total Allowed Amount", money(claim.allowed)),
        ("Total Paid Amount", money(claim.paid)),
        *paid,  # invented
    )
    rows = "".join(f'<tr class="pair"><td>{label}</td><td>{escape(value)}</td></tr>' for label, value in pairs)
    return f'<table id="{mine.id("ClaimDataTable" if drift.changed else "ClaimInformationPanel")}">{rows}</table>'


def _adjudication(mine: Controls, claim: Claim, drift: Drift) -> str:
    """Each reason by a number of the state's own (invented), with the national code in its description."""
    rows = [row for line in claim.lines for row in _reasons(line)]
    if not rows:
        return ""
    heads = EOBS[::-1] if drift.reordered else EOBS
    grid = mine.grid("AdjudicationErrorsGrid", heads, [row[::-1] if drift.reordered else row for row in rows])
    return f"<h2>Adjudication</h2>{grid}"


def _reasons(line: ServiceLine) -> list[tuple[str, ...]]:
    codes = [(f"CLAIM ADJUSTMENT REASON {a.group}-{a.carc}", a.carc) for a in line.adjustments]
    codes += [(f"REMARK CODE {code}", code) for code in line.rarcs]
    return [(f"Detail {line.number}", f"{sum(map(ord, code)) % 9000 + 1000}", text) for text, code in codes]


def _lines(mine: Controls, claim: Claim, drift: Drift) -> str:
    rows = [
        (
            us(line.dos),
            us(line.dos),
            line.cpt,
            " ".join(line.modifiers),
            str(line.units),
            money(line.charge),
            money(line.allowed),
        )
        for line in claim.lines
    ]
    heads, cells = (LINES[::-1], [row[::-1] for row in rows]) if drift.reordered else (LINES, rows)
    return f"<h2>Service Details</h2>{mine.grid('ServiceDetailsGrid', heads, cells)}"
