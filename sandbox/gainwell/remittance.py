"""The remittance advice that the portal hands out: the payment on page 1, the banner on page 2, the claims from page 3 on.

Where the banner stands, and that neither an address cover nor a payment notice comes with it, is known of Colorado; the rest is invented.
"""

from __future__ import annotations

from sandbox.eobs import facts
from sandbox.eobs.facts import in_groups
from sandbox.eobs.paper import Cell, Paper
from sandbox.eobs.scan import picture
from sandbox.eobs.style import WORDS, Column, Style, clp
from sandbox.world_model import Claim, Remit

BANNER = (
    "ATTENTION: ALL PROVIDERS",
    "Payment date: payments of the last week of the year are issued on the next business day.",
    "Claims for telehealth must carry the place of service where the member was. See the billing manual.",
    "Enrollment: providers due for revalidation find their due date in the portal under My Profile.",
    "Please direct questions about this remittance advice to the provider call center.",
)
STATUS = {"1": "PAID", "4": "DENIED", "22": "REVERSED"}
ADVICE = Style(
    title="REMITTANCE ADVICE",
    columns=(
        Column("Service Date", "dos", 20),
        Column("Proc Code", "cpt", 17),
        Column("Mod", "modifiers", 16),
        Column("Units", "units", 11, right=True),
        Column("Billed Amount", "charge", 24, right=True),
        Column("Allowed Amount", "allowed", 26, right=True),
        Column("Reason", "reason", 16),
        Column("Adj Amount", "adjusted", 20, right=True),
        Column("Remarks", "remarks", 20),
        Column("Paid Amount", "paid", 24, right=True),
    ),
    claim={
        "ICN": "number",
        "Member Name": "patient",
        "Member ID": "member_id",
        "Patient Account": "claim_id",
        "Claim Status": "status",
        "Dates of Service": "days",
        "Rendering Provider": "rendering_npi",
        "Total Charge": "charge",
        "Total Paid": "paid",
    },
    check={
        "Payer": "payer",
        "Pay To": "payee",
        "NPI": "npi",
        "Tax ID": "tin",
        "Payment Number": "number",
        "Payment Date": "date",
        "Payment Method": "method",
        "Payment Amount": "amount",
        "Number of Claims": "claims",
    },
    header="pairs",
    code=lambda group, reason: f"{group}-{reason}",
    negative=lambda plain: f"-{plain}",
    day="%m/%d/%Y",
    status=lambda claim: STATUS[clp(claim)],
    provider_adjustments="Provider Adjustments",
    totals="Claim Total",
    plb_words=WORDS,
    currency="$",
)
LABEL = 34  # millimetres for what a fact of the payment is called


def advice(remit: Remit) -> bytes:
    """The whole document; of a scanned one there is the picture only."""
    if remit.scanned:
        return picture(remit)
    paper = Paper(font=ADVICE.font, size=ADVICE.size, sideways=False, made=remit.check_date)
    paper.on_top = lambda: _top(paper, remit)
    paper.at_foot = lambda: _foot(paper)
    paper.add_page()
    _payment(paper, remit)
    paper.add_page()
    _banner(paper)
    paper.add_page()
    for claim in remit.claims:
        _claim(paper, claim)
    _adjustments(paper, remit)
    return paper.as_bytes()


def _top(paper: Paper, remit: Remit) -> None:
    paper.line_of(ADVICE.title, bold=True, larger=3)
    paper.line_of(f"{facts.check(remit, ADVICE)['payer']}    {ADVICE.date(remit.check_date)}")
    paper.gap()


def _foot(paper: Paper) -> None:
    paper.set_font(ADVICE.font, "", ADVICE.size - 1)
    paper.cell(0, 4, f"Page {paper.page_no()}", align="R")


def _payment(paper: Paper, remit: Remit) -> None:
    check = facts.check(remit, ADVICE)
    for label, of in ADVICE.check.items():
        paper.row([Cell(label, LABEL), Cell(check[of], paper.epw - LABEL)])


def _banner(paper: Paper) -> None:
    paper.line_of("BANNER MESSAGES", bold=True)
    for words in BANNER:
        paper.wrapped(words)
        paper.gap(1)


def _claim(paper: Paper, claim: Claim) -> None:
    told = facts.claim(claim, ADVICE)
    for pairs in in_groups(ADVICE.claim.items(), 3):
        paper.row([Cell(f"{label}: {told[of]}", paper.epw / 3) for label, of in pairs])
    paper.row([Cell(c.title, c.width, c.right) for c in ADVICE.columns], bold=True)
    for line in claim.lines:
        for cells in facts.rows(line, ADVICE):
            _row(paper, cells)
    _row(paper, facts.totals(claim, ADVICE) | {ADVICE.columns[0].of: ADVICE.totals}, bold=True)
    paper.gap(3)


def _row(paper: Paper, cells: dict[str, str], *, bold: bool = False) -> None:
    paper.row([Cell(cells.get(c.of, ""), c.width, c.right) for c in ADVICE.columns], bold=bold)


def _adjustments(paper: Paper, remit: Remit) -> None:
    if remit.plbs:
        paper.line_of(ADVICE.provider_adjustments, bold=True)
    for plb in remit.plbs:
        word = f"{plb.code} {ADVICE.plb_words.get(plb.code, '')}".strip()
        paper.row([Cell(word, 60), Cell(plb.reference, 45), Cell(ADVICE.money(plb.amount), 30, right=True)])
