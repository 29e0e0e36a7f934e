"""A coverage in the portal's sections; their columns are invented, and so is which member has a plan besides that is no Medicaid."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sandbox.gainwell.words import money, us
from sandbox.world import Benefit, Coverage, OtherPayer

SECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {  # title: id suffix and columns
    "Coverage Details": ("CoverageDetailsGrid", ("Benefit Plan", "Description", "Effective Date", "End Date")),
    "Benefit Details": ("BenefitDetailsGrid", ("Benefit", "Category", "Amount", "Used", "Remaining", "Message")),
    "Managed Care Assignment Details": ("ManagedCareGrid", ("Managed Care Plan", "Phone", "Effective Date", "End Date")),
    "Other Insurance Details": ("OtherInsuranceGrid", ("Carrier", "Policy Number", "Coverage Order")),
}
OPEN_END = "12/31/2299"
SERVICES = {"MH": "Mental Health", "98": "Professional (Physician) Visit - Office", "30": "Health Benefit Plan Coverage"}
CATEGORIES = {
    "copay": "Co-pay",
    "coinsurance": "Coinsurance",
    "telehealth": "Telehealth",
    "authorization": "Prior Authorization",
    "limit": "Visit Limit",
    "note": "Note",
    "not_covered": "Not Covered",
}
LIMITED = (("BHAB", "BHA Benefit Plan"), ("FAMPL", "Family Planning Limited"), ("EMS", "Emergency Medical Services"))


class Section(NamedTuple):
    """One section of the answer."""

    title: str
    rows: list[tuple[str, ...]]


def sections(plan: Coverage, on: date, *, limited: bool) -> list[Section]:
    """All four of them; a plan that is not in force has no benefits and no assignment."""
    active = plan.active_on(on)
    return [
        Section("Coverage Details", _coverage(plan, limited=limited)),
        Section("Benefit Details", [row for line in plan.benefits if (row := _benefit(line))] + _covered(plan) if active else []),
        Section("Managed Care Assignment Details", _managed(plan)),
        Section("Other Insurance Details", [_other(one) for one in plan.other_payers]),
    ]


def _coverage(plan: Coverage, *, limited: bool) -> list[tuple[str, ...]]:
    """The Medicaid plan; where the state has limited plans, two members in three have one besides, above or below it."""
    mine = ("TXIX", plan.plan, us(plan.begin), us(plan.end) if plan.end else OPEN_END)
    number = int("".join(filter(str.isdigit, plan.member_id)) or 0)
    if not limited or (number % 3 == 0 and plan.end is None):
        return [mine]
    code, name = LIMITED[number // 3 % len(LIMITED)]
    other = (code, name, us(plan.begin), OPEN_END)
    return [other, mine] if number % 2 else [mine, other]


def _covered(plan: Coverage) -> list[tuple[str, ...]]:
    kept = dict.fromkeys(line.service_type for line in plan.benefits)
    return [(SERVICES[code], "Covered Service", "", "", "", "") for code in kept]


def _benefit(line: Benefit) -> tuple[str, ...] | None:
    """A line as a row; networks, families, deductibles and what a year may cost have no place here."""
    if line.kind not in CATEGORIES or line.network not in ("Y", "W") or line.level == "FAM":
        return None
    amount, used, left, message = _figures(line)
    return SERVICES[line.service_type], CATEGORIES[line.kind], amount, used, left, message


def _figures(line: Benefit) -> tuple[str, str, str, str]:
    if line.kind == "limit":
        counts = (line.visits_allowed, line.visits_used, line.visits_left)
        allowed, used, left = ("" if count is None else str(count) for count in counts)
        return allowed, used, left, line.text
    if line.kind == "authorization":
        return "", "", "", {"Y": "Required", "N": "Not Required"}.get(line.auth or "", line.text)
    if line.kind == "telehealth":
        said = "" if line.telehealth is None else "Covered" if line.telehealth else "Not Covered"
        return money(line.amount) if line.telehealth and line.amount is not None else "", "", "", said or line.text
    share = "" if line.percent is None else f"{line.percent * 100:.0f}%"
    return share or ("" if line.amount is None else money(line.amount)), "", "", line.text


def _managed(plan: Coverage) -> list[tuple[str, ...]]:
    if plan.carve_out is None:
        return []
    return [(plan.carve_out.name, plan.carve_out.phone, us(plan.begin), us(plan.end) if plan.end else OPEN_END)]


def _other(payer: OtherPayer) -> tuple[str, ...]:
    return payer.name, payer.member_id, "" if payer.order == "unknown" else payer.order.title()
