"""What becomes of a service line in dollars: always charge = paid + adjustments, to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.world_model import Adjustment, AdjustmentGroup, ServiceLine
from sandbox.worldgen.cover import ZERO, Terms
from sandbox.worldgen.mixes import ALLOWED_PERCENT, CHARGE

DENIAL = tuple[AdjustmentGroup, str, tuple[str, ...], str, str]  # group, CARC, RARCs, 277 status, 277 entity


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent."""
    return amount.quantize(ZERO, ROUND_HALF_UP)


def contract_rate(payer: str, cpt: str) -> Decimal:
    """What this payer allows for a code: 62-72 % of the charge, always the same."""
    low, high = ALLOWED_PERCENT
    percent = low + sum(map(ord, payer + cpt)) % (high - low + 1)
    return cents(CHARGE[cpt] * percent / 100)


def paid(line: ServiceLine, payer: str, terms: Terms) -> ServiceLine:
    """Paid at the contract rate less copay or coinsurance; something is always paid."""
    allowed = contract_rate(payer, line.cpt) * line.units
    owed = terms.copay or cents(allowed * terms.percent)
    return _priced(line, allowed, "3" if terms.copay else "2", min(owed, cents(allowed / 2)))


def owed_by_patient(line: ServiceLine, payer: str, carc: str = "1") -> ServiceLine:
    """Allowed, and all of it the patient's: by default the deductible."""
    allowed = contract_rate(payer, line.cpt) * line.units
    return _priced(line, allowed, carc, allowed)


def _priced(line: ServiceLine, allowed: Decimal, carc: str, owed: Decimal) -> ServiceLine:
    parts = [Adjustment("CO", "45", line.charge - allowed)]
    if owed:
        parts.append(Adjustment("PR", carc, owed))
    return replace(line, allowed=allowed, paid=allowed - owed, patient_resp=owed, adjustments=tuple(parts), status="PAID")


def denied(line: ServiceLine, why: DENIAL) -> ServiceLine:
    """Nothing allowed, the whole charge under one reason."""
    group, carc, rarcs, _, _ = why
    reason = Adjustment(group, carc, line.charge)
    owed = line.charge if group == "PR" else ZERO
    return replace(line, allowed=ZERO, paid=ZERO, patient_resp=owed, adjustments=(reason,), rarcs=rarcs, status="DENIED")


def reversed_(line: ServiceLine) -> ServiceLine:
    """The same line with every sign turned round."""
    turned = tuple(replace(a, amount=-a.amount) for a in line.adjustments)
    return replace(
        line,
        charge=-line.charge,
        allowed=minus(line.allowed),
        paid=minus(line.paid),
        patient_resp=minus(line.patient_resp),
        adjustments=turned,
    )


def minus(amount: Decimal | None) -> Decimal | None:
    """The amount with its sign turned round; 0.00 stays 0.00."""
    return None if amount is None else ZERO - amount


def totals(lines: Iterable[ServiceLine]) -> dict[str, Any]:
    """The claim's sums and lines, as fields of a claim."""
    lines = tuple(lines)
    return {
        "lines": lines,
        "allowed": sum((line.allowed or ZERO for line in lines), ZERO),
        "paid": sum((line.paid or ZERO for line in lines), ZERO),
        "patient_resp": sum((line.patient_resp or ZERO for line in lines), ZERO),
    }
