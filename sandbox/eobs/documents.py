"""Draws the documents: the one that Availity makes for every payer, and each payer's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sandbox.eobs import facts
from sandbox.eobs.facts import in_groups
from sandbox.eobs.paper import Cell, Paper
from sandbox.eobs.scan import picture
from sandbox.eobs.style import AVAILITY_MADE, PAYER_ISSUED, WORDS, Style
from sandbox.world_model import Claim, Remit, ServiceLine

LABEL = 32  # millimetres for what a fact of the check is called
DEMAND = "Please keep this advice with your records. Questions: call the number on the back of the member's card."


def layout_of(payer: str) -> Style:
    """The payer's own kind of document."""
    return PAYER_ISSUED.get(payer, PAYER_ISSUED["anthem"])


def check_summary(remit: Remit) -> bytes:
    """The Availity-made PDF: check summary, then the claims, several on a page. Of a scan there is the picture only."""
    return picture(remit) if remit.scanned else drawn(remit, AVAILITY_MADE)


def payer_issued(remit: Remit) -> bytes:
    """The payer's own PDF; a scanned one is a picture without text."""
    return picture(remit) if remit.scanned else drawn(remit, layout_of(remit.payer))


def drawn(remit: Remit, style: Style) -> bytes:
    """One document in one style."""
    paper = Paper(font=style.font, size=style.size, sideways=style.sideways, made=remit.check_date)
    paper.on_top = lambda: _page_top(paper, remit, style)
    paper.at_foot = lambda: _page_foot(paper, style)
    paper.add_page()
    _summary(paper, remit, style)
    for claim in remit.claims:
        _claim(paper, claim, style)
    _provider_adjustments(paper, remit, style)
    if style.sentences:
        _legend(paper, remit, style)
    return paper.as_bytes()


def _page_top(paper: Paper, remit: Remit, style: Style) -> None:
    check = facts.check(remit, style)
    paper.line_of(style.title, bold=True, larger=3)
    paper.line_of(f"{check['payer']}    {check['number']}    {check['date']}")
    paper.gap()


def _page_foot(paper: Paper, style: Style) -> None:
    paper.set_font(style.font, "", style.size - 1)
    paper.cell(0, 4, DEMAND)
    paper.cell(0, 4, f"Page {paper.page_no()}", align="R")


def _summary(paper: Paper, remit: Remit, style: Style) -> None:
    check = facts.check(remit, style)
    for pairs in in_groups(style.check.items(), 2):
        cells = [cell for label, of in pairs for cell in (Cell(label, LABEL), Cell(check[of], paper.epw / 2 - LABEL))]
        paper.row(cells)
    paper.gap(3)


# -- claims


def _claim(paper: Paper, claim: Claim, style: Style) -> None:
    _HEADERS[style.header](paper, facts.claim(claim, style), style.claim)
    paper.row([Cell(c.title, c.width, c.right) for c in style.columns], bold=True)
    for line in claim.lines:
        _line(paper, line, style)
    if style.totals:
        _row(paper, style, facts.totals(claim, style) | {style.columns[0].of: style.totals}, bold=True)
    paper.gap(3)


def _line(paper: Paper, line: ServiceLine, style: Style) -> None:
    for cells in facts.rows(line, style):
        _row(paper, style, cells)
    if style.below:
        for a in line.adjustments:
            paper.row([Cell("", 16), Cell("ADJ", 10), Cell(style.code(a.group, a.carc), 24), Cell(style.money(a.amount), 26, right=True)])
    if style.sentences and line.rarcs:
        codes = ", ".join(line.rarcs)
        paper.wrapped(
            f"REMARKS {codes}: this line was processed under the remark codes named here; each of them is listed with its sense in the "
            "legend at the end of this advice, and a request for review has to name the line and the code.",
            indent=6,
        )


def _row(paper: Paper, style: Style, cells: Mapping[str, str], *, bold: bool = False) -> None:
    paper.row([Cell(cells.get(c.of, ""), c.width, c.right) for c in style.columns], bold=bold)


def _pairs(paper: Paper, claim: Mapping[str, str], labels: Mapping[str, str]) -> None:
    for pairs in in_groups(labels.items(), 3 if paper.epw > 220 else 2):  # noqa: PLR2004 -- a sheet on its side
        wide = paper.epw / len(pairs) if len(pairs) > 1 else paper.epw / 2
        paper.row([Cell(f"{label}: {claim[of]}", wide) for label, of in pairs])


def _bar(paper: Paper, claim: Mapping[str, str], labels: Mapping[str, str]) -> None:
    for pairs in in_groups(labels.items(), 4):
        paper.line_of("   ".join(f"{label} {claim[of]}" for label, of in pairs), grey=True)


def _boxes(paper: Paper, claim: Mapping[str, str], labels: Mapping[str, str]) -> None:
    for pairs in in_groups(labels.items(), 5):
        paper.row([Cell(label, paper.epw / 5) for label, _ in pairs], bold=True)
        paper.row([Cell(claim[of], paper.epw / 5) for _, of in pairs])


_HEADERS = {"pairs": _pairs, "bar": _bar, "boxes": _boxes}


# -- the end of the document


def _provider_adjustments(paper: Paper, remit: Remit, style: Style) -> None:
    if not remit.plbs:
        return
    paper.line_of(style.provider_adjustments, bold=True)
    for plb in remit.plbs:
        word = style.plb_words.get(plb.code, "")
        paper.row([Cell(f"{plb.code} {word}".strip(), 55), Cell(plb.reference, 45), Cell(style.money(plb.amount), 26, right=True)])
    paper.gap()


def _legend(paper: Paper, remit: Remit, style: Style) -> None:
    paper.line_of("CODES USED IN THIS ADVICE", bold=True)
    for code in _codes(remit, style):
        paper.wrapped(f"{code}  see the code list of the standard transaction, number {code.split()[0]}")
    for plb in dict.fromkeys(p.code for p in remit.plbs):
        paper.wrapped(f"{plb}  {WORDS[plb]}")


def _codes(remit: Remit, style: Style) -> Iterable[str]:
    adjustments = dict.fromkeys(style.code(a.group, a.carc) for c in remit.claims for a in c.adjustments)
    return (*adjustments, *dict.fromkeys(code for c in remit.claims for code in c.rarcs))
