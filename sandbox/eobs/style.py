"""How each document looks: labels, columns and the ways to write a code, a day and a negative amount. Data only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from sandbox.world_model import Claim

Header = Literal["pairs", "bar", "boxes"]  # label and value side by side; one grey bar; labels above their values


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table of service lines, in millimetres."""

    title: str
    of: str  # which cell of a line stands here
    width: float
    right: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """One kind of document."""

    title: str
    columns: tuple[Column, ...]
    claim: Mapping[str, str]  # label -> which fact of the claim
    check: Mapping[str, str]  # label -> which fact of the check
    header: Header
    code: Callable[[str, str], str]  # group and reason
    negative: Callable[[str], str]
    day: str  # strftime
    status: Callable[[Claim], str]
    provider_adjustments: str
    none: str = ""  # what stands where there is no amount
    totals: str = ""  # the label of the claim's own sums, "" where there are none
    splits_shares: bool = False  # deductible, coinsurance and copay have columns of their own
    below: bool = False  # each adjustment has a row of its own below the line
    sentences: bool = False  # remark codes in a sentence that wraps, and a legend at the end
    sideways: bool = False
    font: str = "helvetica"
    size: float = 8
    currency: str = ""
    zeros: bool = True  # the check number with its leading zeros
    plb_words: Mapping[str, str] = field(default_factory=dict)

    def money(self, amount: Decimal | None) -> str:
        """An amount as this document writes it."""
        if amount is None:
            return self.none
        plain = f"{self.currency}{abs(amount):,.2f}"
        return self.negative(plain) if amount < 0 else plain

    def date(self, day: date | None) -> str:
        """A day as this document writes it."""
        return day.strftime(self.day) if day else ""


def clp(claim: Claim) -> str:
    """The 835's claim status: 1 processed as primary, 4 denied, 22 reversal."""
    return {"reversed": "22", "denied": "4"}.get(claim.state, "1")


_WORDS = {"1": "PROCESSED AS PRIMARY", "4": "DENIED", "22": "REVERSAL OF PREVIOUS PAYMENT"}
WORDS = {"WO": "Overpayment Recovery", "FB": "Forwarding Balance", "L6": "Interest Owed", "72": "Authorized Return", "CS": "Adjustment"}

AVAILITY_MADE = Style(
    title="Check Summary and Multiple Claims Per Page",
    columns=(
        Column("Service Date", "dos", 20),
        Column("Procedure", "cpt", 17),
        Column("Modifiers", "modifiers", 17),
        Column("Units", "units", 11, right=True),
        Column("Charge Amount", "charge", 24, right=True),
        Column("Allowed Amount", "allowed", 25, right=True),
        Column("Adjustment", "reason", 20),
        Column("Adj Amount", "adjusted", 22, right=True),
        Column("Remark", "remarks", 22),
        Column("Payment Amount", "paid", 25, right=True),
    ),
    claim={
        "Patient Name": "patient",
        "Member ID": "member_id",
        "Patient Control Number": "claim_id",
        "Payer Claim Number": "number",
        "Claim Status Code": "status",
        "Service Dates": "days",
        "Rendering Provider NPI": "rendering_npi",
        "Claim Charge Amount": "charge",
        "Claim Payment Amount": "paid",
        "Patient Responsibility": "patient_resp",
    },
    check={
        "Payer": "payer",
        "Payee": "payee",
        "Payee NPI": "npi",
        "Payee Tax ID": "tin",
        "Check/EFT Number": "number",
        "Check/EFT Date": "date",
        "Payment Method": "method",
        "Check/EFT Amount": "amount",
        "Number of Claims": "claims",
    },
    header="pairs",
    code=lambda group, reason: f"{group}-{reason}",
    negative=lambda plain: f"-{plain}",
    day="%m/%d/%Y",
    status=clp,
    provider_adjustments="Provider Level Adjustments",
    totals="Claim Totals",
    sideways=True,
    currency="$",
)

LEDGER = Style(
    title="REMITTANCE ADVICE",
    columns=(
        Column("DATE OF SERVICE", "dos", 32),
        Column("PROC/MOD", "code", 30),
        Column("QTY", "units", 9, right=True),
        Column("BILLED", "charge", 19, right=True),
        Column("ALLOWED", "allowed", 19, right=True),
        Column("NOT PAID", "adjusted", 19, right=True),
        Column("REASON", "reason", 16, right=True),
        Column("PAID TO PROVIDER", "paid", 36, right=True),
    ),
    claim={
        "PATIENT:": "patient",
        "ID:": "member_id",
        "ACCT:": "claim_id",
        "CLAIM:": "number",
        "STATUS:": "status",
        "SERVICE:": "days",
        "RENDERING:": "rendering_npi",
    },
    check={
        "PAYOR": "payer",
        "PAID TO": "payee",
        "NPI": "npi",
        "TAX ID": "tin",
        "PAYMENT NUMBER": "number",
        "PAYMENT DATE": "date",
        "PAID BY": "method",
        "TOTAL PAID": "amount",
    },
    header="bar",
    code=lambda group, reason: f"{reason} {group}",
    negative=lambda plain: f"({plain})",
    day="%m/%d/%y",
    status=lambda claim: _WORDS[clp(claim)],
    provider_adjustments="PROVIDER ADJUSTMENTS (OTHER THAN CLAIMS)",
    totals="CLAIM TOTAL",
    sentences=True,
    zeros=False,
    plb_words=WORDS,
)

BOXES = Style(
    title="Provider Explanation of Payment",
    columns=(
        Column("Procedure", "cpt", 17),
        Column("Mod", "modifiers", 16),
        Column("Service Date", "dos", 23),
        Column("Count", "units", 12, right=True),
        Column("Charge", "charge", 20, right=True),
        Column("Eligible", "allowed", 20, right=True),
        Column("Deductible", "deductible", 20, right=True),
        Column("Coinsurance", "coinsurance", 22, right=True),
        Column("Copay", "copay", 18, right=True),
        Column("Other Adj.", "adjusted", 20, right=True),
        Column("Code", "reason", 15),
        Column("Remarks", "remarks", 22),
        Column("Net Paid", "paid", 20, right=True),
    ),
    claim={
        "Member": "patient",
        "Member Number": "member_id",
        "Patient Account": "claim_id",
        "Claim Reference": "number",
        "Disposition": "status",
        "Dates": "days",
        "Provider NPI": "rendering_npi",
        "Total Charge": "charge",
        "Total Paid": "paid",
    },
    check={
        "Issued by": "payer",
        "Payable to": "payee",
        "National Provider ID": "npi",
        "TIN": "tin",
        "Check or Trace No.": "number",
        "Issue Date": "date",
        "Type": "method",
        "Payment": "amount",
    },
    header="boxes",
    code=lambda group, reason: f"{group} {reason}",
    negative=lambda plain: f"{plain}-",
    day="%b %d, %Y",
    status=lambda claim: f"{clp(claim)} {_WORDS[clp(claim)].title()}",
    provider_adjustments="Adjustments to This Payment",
    none="-",
    splits_shares=True,
    sideways=True,
    font="times",
    size=9,
)

PRINTOUT = Style(
    title="EXPLANATION OF PROVIDER PAYMENT",
    columns=(
        Column("SVC", "cpt", 16),
        Column("MODIFIER", "modifiers", 24),
        Column("FROM DATE", "dos", 26),
        Column("UNITS", "units", 14, right=True),
        Column("PAID", "paid", 26, right=True),
        Column("SUBMITTED", "charge", 26, right=True),
        Column("REMARK CODES", "remarks", 40),
    ),
    claim={
        "NAME": "patient",
        "SUBSCRIBER ID": "member_id",
        "PATIENT CONTROL NO": "claim_id",
        "ICN": "number",
        "CLAIM STAT": "status",
        "SVC DATES": "days",
        "RENDERED BY": "rendering_npi",
        "PAT RESP": "patient_resp",
    },
    check={
        "FROM": "payer",
        "TO": "payee",
        "PROVIDER NPI": "npi",
        "PROVIDER TIN": "tin",
        "EFT/CHECK NO": "number",
        "DATE": "date",
        "METHOD": "method",
        "AMOUNT": "amount",
    },
    header="pairs",
    code=lambda group, reason: f"{group}-{reason}",
    negative=lambda plain: f"-{plain}",
    day="%Y-%m-%d",
    status=clp,
    provider_adjustments="PROVIDER LEVEL ADJUSTMENT (PLB)",
    totals="TOTALS",
    below=True,
    font="courier",
    size=8.5,
)

PAYER_ISSUED: dict[str, Style] = {"aetna": BOXES, "anthem": LEDGER, "carelon": LEDGER, "humana": BOXES, "magellan": PRINTOUT}
