"""What every document says about a check, a claim and a line, as text in the manner of its style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from sandbox.eobs.style import Style
from sandbox.world import PAYERS, PRACTICE
from sandbox.world_model import Adjustment, Claim, Remit, ServiceLine

SHARES = {"1": "deductible", "2": "coinsurance", "3": "copay"}  # PR reasons
Cells = dict[str, str]
ZERO = Decimal("0.00")
T = TypeVar("T")


def in_groups(things: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """So many at a time; the last group may be smaller."""
    rest = iter(things)
    while group := tuple(islice(rest, size)):
        yield group


def payee_npi(remit: Remit) -> str:
    """The group NPI the check is made out to: its first claim's."""
    return remit.claims[0].billing_npi if remit.claims else PRACTICE.npis[0]


def check(remit: Remit, style: Style) -> Cells:
    """The facts of the check."""
    return {
        "payer": PAYERS[remit.payer].label,
        "payee": PRACTICE.name.upper(),
        "npi": payee_npi(remit),
        "tin": PRACTICE.tin,
        "number": remit.check_no if style.zeros else remit.check_no.lstrip("0"),
        "date": style.date(remit.check_date),
        "method": remit.method,
        "amount": style.money(remit.amount),
        "claims": str(len(remit.claims)),
    }


def claim(paid: Claim, style: Style) -> Cells:
    """The facts of one claim."""
    start, end = style.date(paid.dos_from), style.date(paid.dos_to)
    return {
        "patient": f"{paid.patient.last}, {paid.patient.first}".upper(),
        "member_id": paid.member_id,
        "claim_id": paid.claim_id,
        "number": paid.payer_claim_no,
        "status": style.status(paid),
        "days": start if start == end else f"{start} - {end}",
        "rendering_npi": paid.rendering_npi,
        "charge": style.money(paid.charge),
        "paid": style.money(paid.paid),
        "patient_resp": style.money(paid.patient_resp),
    }


def rows(line: ServiceLine, style: Style) -> list[Cells]:
    """The rows of one service line: the line itself, and one more for each further adjustment."""
    apart = [a for a in line.adjustments if not (style.splits_shares and _share(a))]
    first = _line(line, style) | _shares(line, style)
    if style.below:
        return [first]
    reasons = [{"reason": style.code(a.group, a.carc), "adjusted": style.money(a.amount)} for a in apart]
    return [first | (reasons[0] if reasons else {}), *reasons[1:]]


def _line(line: ServiceLine, style: Style) -> Cells:
    modifiers = " ".join(line.modifiers)
    return {
        "dos": style.date(line.dos),
        "cpt": line.cpt,
        "modifiers": modifiers,
        "code": "-".join((line.cpt, *line.modifiers)),
        "units": str(line.units),
        "charge": style.money(line.charge),
        "allowed": style.money(line.allowed),
        "paid": style.money(line.paid),
        "remarks": " ".join(line.rarcs),
    }


def _share(adjustment: Adjustment) -> str:
    return SHARES.get(adjustment.carc, "") if adjustment.group == "PR" else ""


def _shares(line: ServiceLine, style: Style) -> Cells:
    if not style.splits_shares:
        return {}
    own = dict.fromkeys((*SHARES.values(), "adjusted"), style.none)
    return own | {name: style.money(a.amount) for a in line.adjustments if (name := _share(a))}


def totals(paid: Claim, style: Style) -> Cells:
    """The claim's own sums, in the columns of its lines."""
    adjusted = sum((a.amount for a in paid.adjustments), ZERO)
    return {
        "charge": style.money(paid.charge),
        "allowed": style.money(paid.allowed),
        "adjusted": style.money(adjusted),
        "paid": style.money(paid.paid),
    }
