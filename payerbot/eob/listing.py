"""The portal's own list of checks as CSV. It says what a check is, never what is in it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

from payerbot.eob import amounts, layout
from payerbot.eob.trouble import CannotRead, NotWhole
from payerbot.practice import words as plain
from payerbot.remittance import ListedPayment, same_number

LARGEST = 5_000_000  # bytes
NEEDED = {"check_no", "amount"}


def read(data: bytes) -> tuple[ListedPayment, ...]:
    """The rows of a list; CannotRead where it is none that is known."""
    if len(data) > LARGEST:
        raise CannotRead("the portal's list is too large to be one")
    if data.lstrip()[:1] == b"<":
        raise NotWhole("a web page under the name of the portal's list")
    try:
        rows = list(csv.reader(StringIO(data.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise CannotRead("the portal's list is damaged") from None
    heads = [layout.names("check").get(plain(cell), "") for cell in rows[0]] if rows else []
    if not set(heads) >= NEEDED:
        raise CannotRead("the portal's list has no columns that payerbot knows")
    return tuple(_listed(dict(zip(heads, row, strict=False))) for row in rows[1:] if any(row))


def _listed(cells: Mapping[str, str]) -> ListedPayment:
    return ListedPayment(
        check_no=cells.get("check_no", ""),
        check_date=amounts.day(cells.get("check_date", "")),
        amount=amounts.money(cells.get("amount")),
        payer=cells.get("payer", ""),
        payee=cells.get("payee", ""),
        payee_npi=cells.get("payee_npi", ""),
    )


def of(found: Sequence[ListedPayment], number: str) -> ListedPayment | None:
    """The one row of this check; None where there is none or more than one."""
    fitting = [listed for listed in found if same_number(listed.check_no, number)]
    return fitting[0] if len(fitting) == 1 else None
