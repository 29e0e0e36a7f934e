"""Days, money and the portal's own words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sandbox.server import At

UNAVAILABLE = "We are unable to process your request at this time. Please try again later."
CLOSED = "Member and claim information is not available outside of service hours. Please try again later."
UNDER_MAINTENANCE = "ProviderConnect is undergoing scheduled maintenance. Please try again later."


def us(day: date | None) -> str:
    """11/20/2026."""
    return day.strftime("%m/%d/%Y") if day else ""


def money(amount: Decimal | None) -> str:
    """$1,250.00, also below zero; nothing where nothing is known."""
    if amount is None:
        return ""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def parsed_day(text: str) -> date | None:
    """Read MMDDYYYY or MM/DD/YYYY; None for anything else."""
    for form in ("%m%d%Y", "%m/%d/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
    return None


def trouble(at: At) -> str:
    """What a page says where the payer cannot answer."""
    words = {"maintenance": UNDER_MAINTENANCE, "service-hours": CLOSED, "payer-error": UNAVAILABLE}
    return next((text for fault, text in words.items() if at.fires(fault) is not None), "")
