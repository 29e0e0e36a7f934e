"""A coverage in the portal's sections; the words of its services are invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sandbox.uhc.words import money, us
from sandbox.world import Benefit, Coverage, Member

OPEN_END = date(9999, 12, 31)
NETWORKS = {"Y": "In-Network", "N": "Out-of-Network", "W": "In-Network and Out-of-Network", "U": "--"}
LEVELS = {"IND": "Individual", "FAM": "Family", "": "Individual"}
SERVICES = {"MH": "Mental Health Outpatient", "98": "Office Visit", "30": "Specialist Visit"}
PERIODS = {
    "calendar_year": "per calendar year",
    "service_year": "per service year",
    "visit": "per visit",
    "lifetime": "per lifetime",
    "": "",
}
PLAN_TYPES = {"PS": "Choice Plus POS", "PR": "Options PPO", "HM": "Select HMO", "EP": "Choice EPO", "HN": "Medicare Advantage HMO"}
SPENDING = {"deductible": "planDeductible", "out_of_pocket": "outOfPocketMax"}
TITLES = {"deductible": "Deductible", "out_of_pocket": "Out-of-Pocket Maximum"}
SECTIONS = ("demographics", "plan", "deductibles", "popular", "detailed", "behavioral", "cob")


def status(plan: Coverage, on: date) -> str:
    """Active (01/01/2026 - 12/31/9999)."""
    return f"{'Active' if plan.active_on(on) else 'Inactive'} ({us(plan.begin)} - {us(plan.end or OPEN_END)})"


def section(name: str, member: Member, plan: Coverage, on: date) -> dict[str, Any]:
    """What one section is filled with."""
    filled: dict[str, Callable[[], dict[str, Any]]] = {
        "demographics": lambda: _pairs(*_demographics(member, plan)),
        "plan": lambda: {**_pairs(*_plan(plan)), "notes": list(plan.messages)},
        "deductibles": lambda: {"blocks": _spending(plan) if plan.active_on(on) else {}},
        "popular": lambda: {"rows": _services(plan, ("98", "30")) if plan.active_on(on) else []},
        "detailed": lambda: {"rows": _services(plan, ("MH",)) if plan.active_on(on) else []},
        "behavioral": lambda: {"notes": [_keeper(plan)] if plan.carve_out else []},
        "cob": lambda: {"insurers": [_insurer(one.name, one.order, one.member_id) for one in plan.other_payers]},
    }
    return filled[name]()


def _pairs(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"pairs": [[label, value] for label, value in pairs if value]}


def _demographics(member: Member, plan: Coverage) -> list[tuple[str, str]]:
    who = member.person
    name = " ".join(filter(None, (who.first, who.middle, who.last, who.suffix)))
    relation = {"self": "Subscriber", "spouse": "Spouse", "child": "Child"}.get(member.relation, "Other")
    return [("Name", name.upper()), ("Member ID", plan.member_id), ("Date of Birth", us(who.birth_date)), ("Relationship", relation)]


def _plan(plan: Coverage) -> list[tuple[str, str]]:
    return [
        ("Plan Name", plan.plan),
        ("Plan Type", PLAN_TYPES.get(plan.insurance_type, plan.insurance_type)),
        ("Group", plan.group_no),
        ("Funding", "Self Insured"),
        ("UHC Payer Status", "Secondary" if any(o.order == "primary" for o in plan.other_payers) else "Primary"),
        ("Network Status", "In-Network"),
    ]


def _spending(plan: Coverage) -> dict[str, list[dict[str, str]]]:
    """By accordion block; the amount met stands first, the total second."""
    blocks: dict[str, list[dict[str, str]]] = {name: [] for name in SPENDING.values()}
    for line in plan.card("30"):
        if line.kind in SPENDING:
            blocks[SPENDING[line.kind]].append({"title": f"{LEVELS[line.level]}, {NETWORKS[line.network]}", "amounts": _met(line)})
    return blocks


def _met(line: Benefit) -> str:
    met = None if line.amount is None or line.remaining is None else line.amount - line.remaining
    return f"{money(met)} / {money(line.amount)}"


def _services(plan: Coverage, cards: tuple[str, ...]) -> list[list[str]]:
    """Service, network, benefit, and what is said of it."""
    shown = [line for code in cards for line in plan.card(code) if not (code == "30" and line.kind in SPENDING)]
    return [[SERVICES[line.service_type], NETWORKS[line.network], *_said(line)] for line in shown]


def _said(line: Benefit) -> tuple[str, str]:
    if line.kind in SPENDING:
        level = "" if line.level != "FAM" else "Family "
        return f"{level}{TITLES[line.kind]} Per Calendar Year", _met(line)
    title, said = {
        "copay": ("Copay", _share(line, money(line.amount) if line.amount is not None else "")),
        "coinsurance": ("Coinsurance", _share(line, f"{line.percent * 100:.0f}%" if line.percent is not None else "")),
        "telehealth": ("Virtual Visit", _virtual(line)),
        "authorization": ("Prior Authorization", {"Y": "Required", "N": "Not required"}.get(line.auth or "", "")),
        "limit": ("Visit Limit", _visits(line)),
        "not_covered": ("Coverage", "Not covered"),
        "note": ("Message", ""),
    }[line.kind]
    return title, " - ".join(filter(None, (said, line.text)))


def _share(line: Benefit, said: str) -> str:
    return f"{said} {PERIODS[line.period]}".strip() if said else ""


def _virtual(line: Benefit) -> str:
    if line.telehealth is None:
        return ""
    if not line.telehealth:
        return "Not covered"
    return "Covered" if line.amount is None else f"Covered, {money(line.amount)} copay"


def _visits(line: Benefit) -> str:
    counts = ((line.visits_allowed, "visits " + PERIODS[line.period]), (line.visits_used, "used"), (line.visits_left, "remaining"))
    return "; ".join(f"{count} {word}".strip() for count, word in counts if count is not None)


def _keeper(plan: Coverage) -> str:
    """The message about the designated behavioral health provider."""
    keeper = plan.carve_out
    if keeper is None:
        return ""
    named = f"Behavioral health is managed by {keeper.name}." if keeper.name else ""
    called = f"Call {keeper.phone} for behavioral health benefits." if keeper.phone else ""
    return " ".join(filter(None, (named, keeper.payer_id and f"Payer ID {keeper.payer_id}.", called)))


def _insurer(name: str, order: str, member_id: str) -> list[list[str]]:
    pairs = (("Other Insurance", name), ("Payer Status", "" if order == "unknown" else order.title()), ("Member ID", member_id))
    return [[label, value] for label, value in pairs if value]
