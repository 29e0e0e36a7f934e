"""What nearly every command begins with: the practice, who is at the keyboard, the ledger, the words of a portal's title."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from payerbot import logs
from payerbot.errors import UserError
from payerbot.people import staff as people
from payerbot.practice import Practice
from payerbot.settings import settings

if TYPE_CHECKING:
    from payerbot.ledger.book import Ledger
    from payerbot.practice import Staff


def practice() -> Practice:
    """The practice set-up file, checked; the log is opened on the way."""
    found = Practice.load(settings().practice)
    logs.set_up(settings().home)
    return found


@contextmanager
def ledger_of(mine: Practice) -> Iterator[Ledger]:
    """The practice's ledger, with its keys from the keyring."""
    from payerbot.run import opened  # noqa: PLC0415  the ledger's imports take a while

    with opened(mine) as ledger:
        yield ledger


def at_keyboard(mine: Practice, staff_id: str) -> Staff:
    """The named person who does this: as the option says, as PAYERBOT_STAFF says, or as they say now."""
    said = staff_id or settings().staff
    if not said:
        if not sys.stdin.isatty():
            raise UserError("Say who you are: add --as with your staff id of practice.yaml, or set PAYERBOT_STAFF.")
        known = ", ".join(f"{one.id} ({one.name})" for one in mine.staff)
        said = typer.prompt(f"Who are you? {known}\nStaff id").strip()
    return people.person(mine, said)


def somebody() -> str:
    """As whom a look at patients' rows is written down, where nobody has to be asked."""
    return settings().staff or "unnamed"


def title(portal: str) -> str:
    """The portal's title as staff know it; its short name where this version has no such portal."""
    from portals import KNOWN  # noqa: PLC0415  loads every adapter

    return KNOWN[portal].title if portal in KNOWN else portal


def print_json(result: dict[str, Any] | list[Any]) -> None:
    """The result for scripts, on standard output."""
    typer.echo(json.dumps(result, indent=2, ensure_ascii=False, default=str))


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as they need to be."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
