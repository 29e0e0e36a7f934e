"""What a measurement says, and how the table shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

HEADS = ("what", "target", "measured", "met")


class Options(NamedTuple):
    """How much is measured."""

    claims: int = 300  # claims of the memory measurement
    rounds: int = 3  # turns each side of a comparison takes
    per_round: int = 12  # claims in each turn
    repeats: int = 3  # starts of the command, each way


class Figure(NamedTuple):
    """One line of the table; `met` is None where nothing was measured."""

    what: str
    target: str
    measured: str
    met: bool | None
    note: str = ""

    def cells(self) -> tuple[str, str, str, str]:
        return self.what, self.target, self.measured, {True: "yes", False: "NO", None: "-"}[self.met]


def as_table(figures: Sequence[Figure]) -> str:
    """Aligned columns for a terminal, the notes below."""
    rows = [HEADS, *(one.cells() for one in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, *_notes(figures)])


def as_markdown(figures: Sequence[Figure]) -> str:
    """The same as a Markdown table."""
    rows = ["| " + " | ".join(cells) + " |" for cells in (HEADS, *(one.cells() for one in figures))]
    rows.insert(1, "|" + "---|" * len(HEADS))
    notes = _notes(figures)
    return "\n".join([*rows, *(["", *(f"- {note}" for note in notes)] if notes else [])])


def _notes(figures: Sequence[Figure]) -> list[str]:
    return [f"{one.what}: {one.note}" for one in figures if one.note]
