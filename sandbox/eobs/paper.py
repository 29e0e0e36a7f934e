"""A PDF page on which rows of cells are written one below the other; page headers and footers come by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

GREY = 225


class Cell(NamedTuple):
    """One cell of a row, in millimetres."""

    text: str
    width: float
    right: bool = False


class Paper(FPDF):
    """Real text in standard fonts; the same content makes the same bytes."""

    def __init__(self, *, font: str, size: float, sideways: bool, made: date) -> None:
        super().__init__("landscape" if sideways else "portrait", "mm", "letter")
        self._face, self._size = font, size
        self.on_top: Callable[[], None] = lambda: None
        self.at_foot: Callable[[], None] = lambda: None
        self.set_margins(10, 10)
        self.set_auto_page_break(True, margin=16)
        self.set_creation_date(datetime.combine(made, time(6), UTC))
        self.set_font(font, size=size)

    def header(self) -> None:
        """What stands above every page."""
        self.on_top()

    def footer(self) -> None:
        """What stands below every page."""
        self.set_y(-13)
        self.at_foot()

    def row(self, cells: Iterable[Cell], *, bold: bool = False, grey: bool = False, high: float = 0) -> None:
        """Cells side by side; a row is never cut in two."""
        high = high or self._size * 0.53
        if self.will_page_break(high):
            self.add_page()
        self.set_font(self._face, "B" if bold else "", self._size)
        self.set_fill_color(GREY)
        for cell in cells:
            self.cell(cell.width, high, cell.text, align=Align.R if cell.right else Align.L, fill=grey, new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.ln(high)

    def line_of(self, text: str, *, bold: bool = False, grey: bool = False, larger: float = 0) -> None:
        """One line over the whole width."""
        size, self._size = self._size, self._size + larger
        self.row([Cell(text, self.epw)], bold=bold, grey=grey)
        self._size = size

    def wrapped(self, text: str, *, indent: float = 0) -> None:
        """A sentence that takes as many lines as it needs."""
        self.set_font(self._face, "", self._size)
        self.set_x(self.l_margin + indent)
        self.multi_cell(self.epw - indent, self._size * 0.5, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def gap(self, high: float = 2) -> None:
        """A little room."""
        self.ln(high)

    def as_bytes(self) -> bytes:
        """The finished file."""
        return bytes(self.output())
