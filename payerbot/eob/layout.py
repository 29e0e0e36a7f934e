"""What remittance documents call things, as data; and where on a line such a name stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from payerbot.eob.pages import Line, Word
from payerbot.model import Frozen
from payerbot.practice import words as plain

LONGEST = 6  # words of a name
ALIGNED = 2.0  # points between the edge of a column's head and of what stands below it
TOUCHING = 0.45  # of the line's height: words so near are one cell
NEAR = 0.85  # of the line's height: words so near may be one cell
APART = 1.1  # of the line's height: words so far apart are two


class Layouts(Frozen):
    """All names that are known."""

    check: Mapping[str, tuple[str, ...]]
    claim: Mapping[str, tuple[str, ...]]
    column: Mapping[str, tuple[str, ...]]
    total: tuple[str, ...]
    adjustment: tuple[str, ...]
    remark: tuple[str, ...]
    provider_adjustments: tuple[str, ...]
    legend: tuple[str, ...]
    status: Mapping[str, tuple[str, ...]]
    method: Mapping[str, tuple[str, ...]]


@cache
def known() -> Layouts:
    """The packaged names."""
    return Layouts.model_validate(yaml.safe_load(files("payerbot.eob").joinpath("_layouts.yaml").read_text(encoding="utf-8")))


@cache
def names(kind: str) -> Mapping[str, str]:
    """Name, as it is compared -> field, for check, claim or column."""
    return {plain(name): field for field, found in getattr(known(), kind).items() for name in found}


@cache
def begins(kind: str) -> tuple[str, ...]:
    """The names of a kind that has no fields, the longest first."""
    return tuple(sorted(map(plain, getattr(known(), kind)), key=len, reverse=True))


class Label(NamedTuple):
    """A name that was found: its field, and the first and the last of its words."""

    field: str
    start: int
    end: int  # the word behind it


# --- labels ------------------------------------------------------------------------------------------------------------------------


def only_labels(line: Line, kind: str) -> list[Label]:
    """The labels of a line that consists of labels alone; none where it has any other word."""
    found, at = [], 0
    while at < len(line.words):
        label = _longest_from(line.words, at, names(kind))
        if label is None or any(word.text.endswith(":") for word in line.words):
            return []
        found.append(label)
        at = label.end
    return found


def _longest_from(words: Sequence[Word], at: int, known_names: Mapping[str, str]) -> Label | None:
    for end in range(min(len(words), at + LONGEST), at, -1):
        if words[at].plain and (field := known_names.get("".join(word.plain for word in words[at:end]))):
            return Label(field, at, end)
    return None


def with_colons(line: Line, kind: str) -> Iterator[tuple[str, str]]:
    """Field and value of each "Label: value"; what an unknown label says belongs to nobody."""
    labels = [_before_colon(line, n, names(kind)) for n, word in enumerate(line.words) if word.text.endswith(":")]
    for n, label in enumerate(labels):
        until = labels[n + 1].start if n + 1 < len(labels) else len(line.words)
        if label.field:
            yield label.field, " ".join(word.text for word in line.words[label.end : until])


def _before_colon(line: Line, n: int, known_names: Mapping[str, str]) -> Label:
    for start in range(max(0, n + 1 - LONGEST), n + 1):
        if field := known_names.get("".join(word.plain for word in line.words[start : n + 1])):
            return Label(field, start, n + 1)
    start = n
    while start and line.words[start].x0 - line.words[start - 1].x1 < APART * line.height:
        start -= 1
    return Label("", start or n, n + 1)


def side_by_side(line: Line, kind: str) -> Iterator[tuple[str, str]]:
    """Field and value of each label that stands in a cell of its own left of its value."""
    field = ""
    value: list[str] = []
    for cell in cells(line):
        text = " ".join(word.text for word in cell)
        if found := names(kind).get(plain(text)):
            if field:
                yield field, " ".join(value)
            field, value = found, []
        else:
            value.append(text)
    if field:
        yield field, " ".join(value)


def cells(line: Line) -> list[list[Word]]:
    """The words of a line in groups that stand apart."""
    found: list[list[Word]] = []
    for word in line.words:
        if found and word.x0 - found[-1][-1].x1 < APART * line.height:
            found[-1].append(word)
        else:
            found.append([word])
    return found


# --- columns -----------------------------------------------------------------------------------------------------------------------


class Column(NamedTuple):
    """A column of a table, by its head."""

    field: str
    x0: float
    x1: float


ENOUGH_HEADS = 4


def heads(line: Line) -> list[Column]:
    """The columns whose heads this line is; none where it is no head of a table of service lines. Unknown heads have no field."""
    found, at = [], 0
    while at < len(line.words):
        label = _longest_from(line.words, at, names("column")) or Label("", at, at + 1)
        found.append(Column(label.field, line.words[at].x0, line.words[label.end - 1].x1))
        at = label.end
    fields = {column.field for column in found}
    enough = {"charge", "paid"} <= fields and fields & {"cpt", "dos"} and len(fields - {""}) >= ENOUGH_HEADS
    return found if enough else []


def under(line: Line, columns: Sequence[Column]) -> dict[str, str]:
    """What stands in each column of a row, by the edges of the heads."""
    told: dict[str, list[str]] = {}
    for field, words in sorted(_owned(line, columns), key=lambda owned: owned[1][0].x0):
        told.setdefault(field, []).extend(word.text for word in words)
    return {field: " ".join(texts) for field, texts in told.items() if field}


def _owned(line: Line, columns: Sequence[Column]) -> list[tuple[str, list[Word]]]:
    runs = _runs(line)
    owners = [_aligned(run, columns) for run in runs]
    for step in (range(1, len(runs)), range(len(runs) - 2, -1, -1)):
        for n in step:
            beside = n - 1 if step.step > 0 else n + 1
            gap = max(runs[n][0].x0 - runs[beside][-1].x1, runs[beside][0].x0 - runs[n][-1].x1)
            if owners[n] is None and gap < NEAR * line.height:
                owners[n] = owners[beside]
    return [((owner or _nearest(run, columns)).field, run) for run, owner in zip(runs, owners, strict=True)]


def _runs(line: Line) -> list[list[Word]]:
    """Words that touch each other."""
    found: list[list[Word]] = []
    for word in line.words:
        if found and word.x0 - found[-1][-1].x1 < TOUCHING * line.height:
            found[-1].append(word)
        else:
            found.append([word])
    return found


def _aligned(run: Sequence[Word], columns: Sequence[Column]) -> Column | None:
    """The column whose head has the same left or right edge."""
    off = {column: min(abs(run[0].x0 - column.x0), abs(run[-1].x1 - column.x1)) for column in columns}
    best = min(off, key=lambda column: off[column])
    return best if off[best] <= ALIGNED else None


def _nearest(run: Sequence[Word], columns: Sequence[Column]) -> Column:
    """The column that it lies under, else the one whose middle is nearest."""

    def distance(column: Column) -> tuple[float, float]:
        overlap = min(run[-1].x1, column.x1) - max(run[0].x0, column.x0)
        return -max(0.0, overlap), abs(run[0].x0 + run[-1].x1 - column.x0 - column.x1)

    return min(columns, key=distance)
