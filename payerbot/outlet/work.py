"""What a row asks of staff: the words for it, and how an amount is told to them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

Todo = Literal[
    "OK", "COLLECT", "FIX", "NO COVERAGE", "NOT CHECKED",
    "PAID", "DENIED - work", "REVERSED - work", "WAIT",
    "POST", "POST - work denials", "READ IT", "NOT FOUND", "APPROVED", "APPROVED IN PART", "NOT NEEDED", "APPROVE",
    "ANSWER", "NOTHING NEW"]  # fmt: skip


class Work(NamedTuple):
    """What to do and why; `person` is True where nobody but a person gets this row further."""

    to_do: Todo
    why: str
    person: bool


def tail(reason: str) -> str:
    """A reason behind a sentence."""
    return f"; {reason}" if reason else ""


def dollars(amount: Decimal) -> str:
    """$1,234.50, -$12.00"""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def percent(share: Decimal) -> str:
    """0.2 is 20 %"""
    return f"{(share * 100).normalize():f} %"
