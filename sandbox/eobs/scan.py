"""A remittance that somebody laid on a scanner: one picture a page, no text in the file."""

from __future__ import annotations

from datetime import UTC, datetime, time
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from sandbox.eobs import facts
from sandbox.eobs.style import PRINTOUT
from sandbox.world_model import Remit

WIDE, HIGH, MARGIN, STEP = 1275, 1650, 90, 30  # letter at 150 dots an inch
LEAN = 0.4  # degrees: nothing lies straight on a scanner
PAGE_LINES = (HIGH - 2 * MARGIN) // STEP


def picture(remit: Remit) -> bytes:
    """The pages as pictures in a PDF."""
    lines = _lines(remit)
    pages = [_page(lines[i : i + PAGE_LINES]) for i in range(0, len(lines), PAGE_LINES)]
    out, made = BytesIO(), datetime.combine(remit.check_date, time(6), UTC).timetuple()
    pages[0].save(out, "PDF", resolution=150, save_all=True, append_images=pages[1:], creationDate=made, modDate=made)
    return out.getvalue()


def _lines(remit: Remit) -> list[str]:
    check = facts.check(remit, PRINTOUT)
    out = [PRINTOUT.title, "", *(f"{label:<16}{check[of]}" for label, of in PRINTOUT.check.items()), ""]
    for claim in remit.claims:
        told = facts.claim(claim, PRINTOUT)
        out += [f"{label:<20}{told[of]}" for label, of in PRINTOUT.claim.items()]
        for line in claim.lines:
            out.append(f"{line.cpt}  {PRINTOUT.date(line.dos)}  {PRINTOUT.money(line.charge)}  {PRINTOUT.money(line.paid)}")
            out += [f"    {a.group}-{a.carc}  {PRINTOUT.money(a.amount)}" for a in line.adjustments]
        out.append("")
    return out


def _page(lines: list[str]) -> Image.Image:
    sheet = Image.new("L", (WIDE, HIGH), 250)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=22)
    for i, text in enumerate(lines):
        pen.text((MARGIN, MARGIN + i * STEP), text, fill=40, font=font)
    return sheet.rotate(LEAN, fillcolor=250)
