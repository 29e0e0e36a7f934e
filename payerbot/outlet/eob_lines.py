"""eob_lines.csv: every service line of every EOB that balances, each check once, in the columns that posting wants.

The `paid` of a check's rows adds up to the check. So that it does, two kinds of rows belong to no service line: what the payer takes off
or adds to the check as a whole (PLB: `clp_status` is PLB, `payer_claim_no` its reference, `paid` what it changes the check by), and
adjustments of a claim beyond its lines' (no code, charge 0.00). In every row charge = paid + adjustments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from payerbot.model import Adjustment, Outcome
from payerbot.remittance import EobResult, ProviderAdjustment, RemitClaim, RemitLine, bare_number
from payerbot.rows import Line

COLUMNS = (
    "eob_id", "payer", "check_or_eft", "check_date", "check_amount", "claim_id", "payer_claim_no", "clp_status", "dos", "cpt", "mods",
    "units", "charge", "allowed", "paid", "pr_deductible", "pr_coinsurance", "pr_copay", "co_45", "adjustments", "rarcs", "balance_ok",
    "file_sha256",
)  # fmt: skip
SUMMED = {"pr_deductible": ("PR", "1"), "pr_coinsurance": ("PR", "2"), "pr_copay": ("PR", "3"), "co_45": ("CO", "45")}
ZERO = Decimal(0)
PLB = "PLB"
Cells = dict[str, str]


def beside(out: Path) -> Path:
    """Where the lines go: payments.answers.csv has payments.eob_lines.csv beside it."""
    return out.with_name(f"{out.stem.removesuffix('.answers')}.eob_lines.csv")


def rows(lines: Iterable[Line]) -> Iterator[Sequence[str]]:
    """The lines of every check that was read and balances, in the order of the file; a check that several rows asked for, once."""
    seen: set[tuple[object, ...]] = set()
    for line in lines:
        answer = line.answer
        if not isinstance(answer, EobResult) or answer.outcome is not Outcome.ANSWERED or not answer.balance_ok:
            continue
        check = (line.portal, bare_number(answer.check_no or ""), answer.check_date, answer.check_amount)
        if check not in seen:
            seen.add(check)
            yield from ([cells.get(name, "") for name in COLUMNS] for cells in _of(answer))


def _of(answer: EobResult) -> Iterator[Cells]:
    if answer.remittance is None:
        return
    check = {
        "eob_id": answer.eob_id,
        "payer": answer.payer_name or answer.remittance.payer,
        "check_or_eft": answer.check_no or answer.remittance.check_no,
        "check_date": _day(answer.check_date),
        "check_amount": _money(answer.remittance.amount),
        "balance_ok": "Y",
        "file_sha256": answer.file_sha256,
    }
    for claim in answer.remittance.claims:
        yield from ({**check, **cells} for cells in _claim(claim))
    yield from ({**check, **_provider(plb)} for plb in answer.remittance.plbs)


def _claim(claim: RemitClaim) -> Iterator[Cells]:
    named = {"claim_id": claim.claim_id, "payer_claim_no": claim.payer_claim_no, "clp_status": claim.clp_status}
    yield from ({**named, **_line(line)} for line in claim.lines)
    if not claim.lines:
        whole = _sums(claim.charge, claim.paid, claim.adjustments, claim.rarcs)
        yield {**named, "dos": _day(claim.dos_from), **whole}
    elif claim.adjustments or claim.rarcs:
        taken = sum((each.amount or ZERO for each in claim.adjustments), ZERO)
        yield {**named, **_sums(ZERO, -taken, claim.adjustments, claim.rarcs)}


def _line(line: RemitLine) -> Cells:
    return {
        "dos": _day(line.dos),
        "cpt": line.cpt,
        "mods": " ".join(line.modifiers),
        "units": line.units,
        "allowed": "" if line.allowed is None else _money(line.allowed),
        **_sums(line.charge, line.paid, line.adjustments, line.rarcs),
    }


def _provider(plb: ProviderAdjustment) -> Cells:
    """A positive amount lowers the check."""
    return {
        "clp_status": PLB,
        "payer_claim_no": plb.reference,
        "charge": _money(ZERO),
        "paid": _money(-plb.amount),
        "adjustments": f"{PLB}-{plb.code}:{_money(plb.amount)}",
    }


def _sums(charge: Decimal, paid: Decimal, adjustments: Sequence[Adjustment], rarcs: Sequence[str]) -> Cells:
    return {
        "charge": _money(charge),
        "paid": _money(paid),
        **{name: _money(_sum(adjustments, *reason)) for name, reason in SUMMED.items()},
        "adjustments": ";".join(f"{each.group}-{each.carc}:{_money(each.amount or ZERO)}" for each in adjustments),
        "rarcs": " ".join(rarcs),
    }


def _sum(adjustments: Iterable[Adjustment], group: str, carc: str) -> Decimal:
    return sum((each.amount or ZERO for each in adjustments if (each.group, each.carc) == (group, carc)), ZERO)


def _money(amount: Decimal) -> str:
    return f"{amount + ZERO:.2f}"  # -0 is 0


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
