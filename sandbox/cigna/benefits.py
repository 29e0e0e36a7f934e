"""A coverage as the patient's page shows it; all of its words are invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sandbox.cigna.words import NONE, money, us
from sandbox.world import Benefit, CarveOut, Coverage, Found, Member, OtherPayer, Person

NETWORKS = {"Y": "In-network", "N": "Out-of-network", "W": "In-network and out-of-network", "U": "--"}
LEVELS = {"IND": "Individual", "FAM": "Family", "": "--"}
PERIODS = {"calendar_year": "per calendar year", "service_year": "per plan year", "visit": "per visit", "lifetime": "per lifetime", "": ""}
PLAN_TYPES = {"PS": "Point of Service", "PR": "Open Access Plus PPO", "HM": "HMO", "EP": "EPO", "HN": "Medicare Advantage HMO"}
RELATIONS = {"self": "Subscriber", "spouse": "Spouse", "child": "Child", "other": "Other"}
SERVICES = {"30": "Plan", "98": "Office visit", "MH": "Outpatient mental health"}
TABS = (("plan", "Plan", "30"), ("medical", "Medical", "98"), ("behavioral", "Behavioral", "MH"))
COLUMNS = ("Service", "Network", "Coverage level", "Benefit", "Customer pays or limit", "Used", "Remaining", "Notes")
BENEFITS = {
    "deductible": "Deductible",
    "out_of_pocket": "Out-of-pocket maximum",
    "copay": "Copay",
    "coinsurance": "Coinsurance",
    "telehealth": "Virtual care",
    "authorization": "Precertification",
    "limit": "Visit limit",
    "not_covered": "Coverage",
    "note": "Message",
}
SHARED = "This plan is administered by a third party administrator (TPA). Contact the TPA for benefits, precertification and claims."
NOT_IN_FORCE = "Benefits are not shown: the coverage is not in force on this date."


def full_name(who: Person) -> str:
    """As the portal writes a name."""
    return " ".join(filter(None, (who.first, who.middle, who.last, who.suffix))).upper()


def sheet(member: Member, plans: Sequence[Found], on: date) -> dict[str, Any]:
    """Everything on a patient's page but its confirmation number."""
    plan = plans[0].coverage
    active = plan.active_on(on)
    return {
        "person": _pairs(
            ("Patient name", full_name(member.person)),
            ("Patient ID", plan.member_id),
            ("Date of birth", us(member.person.birth_date)),
            ("Relationship", RELATIONS[member.relation]),
        ),
        "asOf": us(on),
        "summary": _pairs(
            ("Coverage status", "Active" if active else "Not active"),
            ("Plan name", plan.plan),
            ("Plan type", PLAN_TYPES.get(plan.insurance_type, plan.insurance_type)),
            ("Group number", plan.group_no),
            ("Effective date", us(plan.begin)),
            ("Termination date", us(plan.end) if plan.end else "--"),
            ("Am I in-network for this patient?", "Yes" if active else NONE),
        ),
        "plans": [one.coverage.plan for one in plans],
        "shared": _keeper(plan.carve_out),
        "tabs": [{"key": key, "title": title, "rows": _rows(plan, code) if active else []} for key, title, code in TABS],
        "columns": COLUMNS,
        "nothing": "No benefits are listed here." if active else NOT_IN_FORCE,
        "others": [_other(one) for one in plan.other_payers],
        "messages": list(plan.messages),
    }


def _pairs(*pairs: tuple[str, str]) -> list[list[str]]:
    return [[label, value] for label, value in pairs if value]


def _keeper(keeper: CarveOut | None) -> dict[str, Any] | None:
    if keeper is None:
        return None
    named = _pairs(("Administrator", keeper.name), ("Administrator phone", keeper.phone), ("Administrator payer ID", keeper.payer_id))
    return {"text": SHARED, "pairs": named}


def _other(one: OtherPayer) -> list[list[str]]:
    order = "" if one.order == "unknown" else one.order.title()
    return _pairs(("Other insurance", one.name), ("Order of payment", order), ("Other insurance ID", one.member_id))


def _rows(plan: Coverage, code: str) -> list[list[str]]:
    return [_row(line) for line in plan.card(code)]


def _row(line: Benefit) -> list[str]:
    used, left = _used(line), _left(line)
    whose = [SERVICES[line.service_type], NETWORKS[line.network], LEVELS[line.level]]
    return [*whose, BENEFITS[line.kind], _said(line) or "--", used, left, line.text]


def _said(line: Benefit) -> str:
    told = {
        "deductible": _with_period(line, money(line.amount)) if line.amount is not None else "",
        "copay": _with_period(line, money(line.amount)) if line.amount is not None else "",
        "coinsurance": f"{line.percent * 100:.0f}%" if line.percent is not None else "",
        "telehealth": _virtual(line),
        "authorization": {"Y": "Required", "N": "Not required"}.get(line.auth or "", ""),
        "limit": _with_period(line, f"{line.visits_allowed} visits") if line.visits_allowed is not None else "",
        "not_covered": "Not covered",
        "note": "",
    }
    return told[{"out_of_pocket": "deductible"}.get(line.kind, line.kind)]


def _with_period(line: Benefit, said: str) -> str:
    return f"{said} {PERIODS[line.period]}".strip()


def _virtual(line: Benefit) -> str:
    if line.telehealth is None:
        return ""
    if not line.telehealth:
        return "Not covered"
    return "Covered" if line.amount is None else f"Covered, {money(line.amount)} copay"


def _used(line: Benefit) -> str:
    if line.kind == "limit":
        return "--" if line.visits_used is None else f"{line.visits_used} visits"
    if line.kind in ("deductible", "out_of_pocket") and line.amount is not None and line.remaining is not None:
        return money(line.amount - line.remaining)
    return "--"


def _left(line: Benefit) -> str:
    if line.kind == "limit":
        return "--" if line.visits_left is None else f"{line.visits_left} visits"
    return money(line.remaining) if line.kind in ("deductible", "out_of_pocket") else "--"
