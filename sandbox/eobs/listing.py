"""The portal's own list of checks, and the CSV it downloads as."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import timedelta
from io import StringIO

from sandbox.world import PAYERS, PRACTICE
from sandbox.world_model import Remit

COLUMNS = ("Check/EFT #", "Check/EFT Date", "Payer", "Payee", "Received by Availity", "Check/EFT Amount")
RECEIVED_AFTER = timedelta(days=1)
SHORTENED = frozenset({"magellan"})  # payers whose check numbers stand in the list without leading zeros


def listed_number(remit: Remit) -> str:
    """The check number as the list has it; leading zeros may be gone."""
    return remit.check_no.lstrip("0") if remit.payer in SHORTENED else remit.check_no


def cells(remit: Remit) -> tuple[str, ...]:
    """One row of the list."""
    return (
        listed_number(remit),
        f"{remit.check_date:%m/%d/%Y}",
        PAYERS[remit.payer].label,
        PRACTICE.name.upper(),
        f"{remit.check_date + RECEIVED_AFTER:%m/%d/%Y}",
        f"${remit.amount:,.2f}",
    )


def as_csv(remits: Iterable[Remit]) -> bytes:
    """The list as the portal's CSV."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(cells(remit) for remit in remits)
    return out.getvalue().encode("utf-8-sig")
