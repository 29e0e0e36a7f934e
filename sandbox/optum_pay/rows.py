"""Payments and claims as rows of this portal's tables."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sandbox.eobs.facts import payee_npi
from sandbox.optum_pay import paths
from sandbox.optum_pay.frame import ICON
from sandbox.optum_pay.hands_out import has_epra
from sandbox.optum_pay.web import session_at, t, us
from sandbox.world import PAYERS, Claim, Remit

if TYPE_CHECKING:
    from decimal import Decimal

    from sandbox.optum_pay.search import Search
    from sandbox.server import At

PAYMENTS = (
    "Payer", "Payment Date", "NPI", "Payment Number", "Proxy Number", "Amount", "Type", "Payment Status / Trace Number", "Redemption Date",
    "Market Type", "835 / EPRA", "Payer PRA", "Archive",
)  # fmt: skip
CLAIMS = (
    "Payer", "Claim Date", "NPI", "Patient Name", "Subscriber ID", "Account Number", "Claim #", "Claim Amount", "Payment Number",
    "Payment Date", "Type", "Payment Status / Trace Number", "Market Type",
)  # fmt: skip
STATUS = {"ACH": "Successful ACH", "CHK": "Successful CHK", "NON": "N/A"}
BOX = "<input type='checkbox'>"


def money(amount: Decimal | None) -> str:
    """$1,250.00, also below zero."""
    return "" if amount is None else f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def payment(at: At, found: Search, n: int) -> list[str]:
    """One payment."""
    return cells(at, found.remits[n], f"key={found.key}&ref={n}", n + 1)


def cells(at: At, remit: Remit, query: str, place: int) -> list[str]:
    """The cells of one payment; `query` leads to it, `place` counts the rows from one."""
    number = f"<a id='paymentNbr_{place}' href='{paths.REMITTANCE}?{query}'>{remit.check_no}</a>"
    return [
        escape(PAYERS[remit.payer].label),
        us(remit.check_date),
        payee_npi(remit),
        number,
        "",
        money(remit.amount),
        remit.method,
        STATUS[remit.method] + (f" {remit.check_no}" if remit.method == "ACH" else ""),
        "",
        "Commercial",
        _files(at, remit, query, place),
        _payer_pra(at, remit, query, place),
        BOX,
    ]


def _files(at: At, remit: Remit, query: str, place: int) -> str:
    """A table of its own: the 835, and the ePRA as a link, as an icon once it was made, or not at all."""
    x12 = f"<a href='{paths.X12}?{query}' id='era_{place}'>835</a>"
    return f"<table class='inner'><tr><td>{x12}</td><td>|</td><td>{_epra(at, remit, query, place)}</td><td></td></tr></table>"


def _epra(at: At, remit: Remit, query: str, place: int) -> str:
    if not has_epra(remit):
        return "<span class='hint'>N/A</span>"
    made = remit.check_no in session_at(at).memory.get("epras", {})
    word = t(at, "PDF")
    inside = (
        f"<a href='#' class='take' data-kind='epra' data-query='{query}'><img alt='{word}' class='icon' src=\"{ICON}\"></a>"
        if made
        else f"<a href='#' class='make' data-query='{query}' title='The ePRA is made on request'>{word}</a>"
    )
    return f"<span id='epra_{place}'>{inside}</span>"


def _payer_pra(at: At, remit: Remit, query: str, place: int) -> str:
    if has_epra(remit):
        return "<span class='hint'>N/A</span>"
    return f"<a href='#' class='take' id='ppra_{place}' data-kind='ppra' data-query='{query}'>{t(at, 'View')}</a>"


def claim(_at: At, found: Search, n: int) -> list[str]:
    """One claim in one payment."""
    remit, paid = found.claims[n]
    return [
        escape(PAYERS[remit.payer].label),
        days(paid),
        paid.billing_npi,
        escape(f"{paid.patient.last}, {paid.patient.first}".upper()),
        paid.member_id,
        paid.claim_id,
        f"<a href='{paths.CLAIM}?key={found.key}&claim={n}'>{paid.payer_claim_no}</a>",
        money(paid.charge),
        remit.check_no,
        us(remit.check_date),
        remit.method,
        STATUS[remit.method],
        "Commercial",
    ]


def days(paid: Claim) -> str:
    """One day, or the first and the last."""
    return us(paid.dos_from) if paid.dos_from == paid.dos_to else f"{us(paid.dos_from)} - {us(paid.dos_to)}"
