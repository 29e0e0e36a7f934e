"""Days, money and the portal's own words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sandbox.server import At

UNAVAILABLE = "We are unable to process your request at this time. Please try again later."
CLOSED = "This transaction is not available outside of service hours. Please try again later."
UNDER_MAINTENANCE = "This transaction is not available due to system maintenance. Please try again later."
NONE = "--"


def us(day: date | None) -> str:
    """11/20/2026."""
    return day.strftime("%m/%d/%Y") if day else NONE


def money(amount: Decimal | None) -> str:
    """$1,250.00, also below zero."""
    if amount is None:
        return NONE
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def parsed_day(text: str) -> date | None:
    """Read MM/DD/YYYY; None for anything else."""
    try:
        return datetime.strptime(text.strip(), "%m/%d/%Y").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None


def trouble(at: At) -> str:
    """What a page says where the payer cannot answer."""
    words = {"maintenance": UNDER_MAINTENANCE, "service-hours": CLOSED, "payer-error": UNAVAILABLE}
    return next((text for fault, text in words.items() if at.fires(fault) is not None), "")
