"""A coverage in the payer's words: plan details and one card per service type, as the page shows them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.availity.payers import SERVICE_TYPES, Words
from sandbox.world import Benefit, Coverage, Found

NETWORKS = {"Y": "In Network", "N": "Out of Network", "W": "In Network and Out of Network", "U": ""}
FILTERS = {"Y": "in", "N": "out", "W": "both", "U": "both"}
LEVELS = {"IND": "Individual", "FAM": "Family", "": ""}
PERIODS = {"calendar_year": "/ Calendar Year", "service_year": "/ Service Year", "visit": "/ Visit", "lifetime": "/ Lifetime", "": ""}
INSURANCE_TYPES = {
    "PS": "Point of Service (POS)",
    "PR": "Preferred Provider Organization (PPO)",
    "HM": "Health Maintenance Organization (HMO)",
    "HN": "Health Maintenance Organization (HMO) - Medicare Risk",
    "EP": "Exclusive Provider Organization (EPO)",
    "MC": "Medicaid",
    "MB": "Medicare Part B",
}
ORDERS = {"primary": "Primary", "secondary": "Secondary", "tertiary": "Tertiary"}


def us(day: date) -> str:
    """The day as the pages write it: 11/20/2026."""
    return day.strftime("%m/%d/%Y")


def money(amount: Decimal) -> str:
    """Dollars and cents as the pages write them: $1,250.00."""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def plan_panel(found: Found, words: Words) -> dict[str, Any]:
    """Plan details: pairs, dates, notices, other payers, messages."""
    plan = found.coverage
    pairs = [("Plan / Product", plan.plan), ("Insurance Type", INSURANCE_TYPES.get(plan.insurance_type, plan.insurance_type))]
    pairs += [("Group Number", plan.group_no)] if plan.group_no else []
    pairs += [("Coverage Level", "Individual")]
    dates = [(label, us(plan.begin)) for label in words.begin] + ([(words.end, us(plan.end))] if plan.end else [])
    others = [
        [("Other Payer", o.name)]
        + ([("Coordination of Benefits", ORDERS[o.order])] if o.order in ORDERS else [])
        + ([("Member ID", o.member_id)] if o.member_id else [])
        for o in plan.other_payers
    ]
    return {"pairs": pairs, "dates": dates, "notices": _carve_out(plan, words), "others": others, "messages": list(plan.messages)}


def _carve_out(plan: Coverage, words: Words) -> list[str]:
    if plan.carve_out is None:
        return []
    keeper = plan.carve_out
    named = words.carve_out.format(name=keeper.name) if keeper.name else ""
    called = words.carve_out_phone.format(phone=keeper.phone) if keeper.phone else ""
    paid_by = f"Payer ID {keeper.payer_id}." if keeper.payer_id else ""
    return [" ".join(filter(None, (named, paid_by, called)))]


def cards(plan: Coverage, words: Words, asked: str) -> list[dict[str, Any]]:
    """One card per service type the payer answers with."""
    return [
        {"title": f"{SERVICE_TYPES[code]} - {code}", "rows": [_row(line, words) for line in plan.card(code)]}
        for code in plan.cards_for(asked)
    ]


def _row(line: Benefit, words: Words) -> dict[str, Any]:
    heading, texts = _SAYS[line.kind](line, words)
    return {
        "heading": heading,
        "network": NETWORKS[line.network],
        "filter": FILTERS[line.network],
        "level": LEVELS[line.level] if line.kind in {"deductible", "out_of_pocket"} else "",
        "lines": [text for text in texts if text],
    }


def _spending(line: Benefit, _words: Words) -> tuple[str, list[str]]:
    heading = "Annual Deductible" if line.kind == "deductible" else "Out Of Pocket"
    if line.amount is None:
        return heading, [line.text]
    used = [] if line.remaining is None else [f"{money(line.amount - line.remaining)} Year to Date", f"{money(line.remaining)} Remaining"]
    return heading, [f"{money(line.amount)} {PERIODS[line.period]}".strip(), *used, line.text]


def _copay(line: Benefit, words: Words) -> tuple[str, list[str]]:
    if line.amount is None:
        return "", [line.text]
    per = words.per_visit if line.period == "visit" else PERIODS[line.period]
    said = words.copay.format(amount=money(line.amount), per=per).strip()
    return "", [f"{said} - {line.text}" if line.text else said]


def _coinsurance(line: Benefit, words: Words) -> tuple[str, list[str]]:
    if line.percent is None:
        return "", [line.text]
    said = words.coinsurance.format(percent=f"{line.percent * 100:.0f}")
    return "", [f"{said} - {line.text}" if line.text else said]


def _limit(line: Benefit, _words: Words) -> tuple[str, list[str]]:
    counted = [
        f"{line.visits_allowed} Visits {PERIODS[line.period]}".strip() if line.visits_allowed is not None else "",
        f"{line.visits_used} Visits Used" if line.visits_used is not None else "",
        f"{line.visits_left} Visits Remaining" if line.visits_left is not None else "",
    ]
    return ("Limitations" if any(counted) else "Messages"), [*counted, line.text]


def _authorization(line: Benefit, words: Words) -> tuple[str, list[str]]:
    return "", [words.auth[line.auth] if line.auth else "", line.text]


def _not_covered(line: Benefit, words: Words) -> tuple[str, list[str]]:
    return "", [words.not_covered, line.text]


def _telehealth(line: Benefit, words: Words) -> tuple[str, list[str]]:
    if line.telehealth is None:
        return "", [line.text]
    said = f"{words.telehealth}: {words.covered if line.telehealth else words.not_covered}"
    if line.telehealth and line.amount is not None:
        said += ", " + words.copay.format(amount=money(line.amount), per=words.per_visit).strip()
    return "", [said, line.text]


def _note(line: Benefit, _words: Words) -> tuple[str, list[str]]:
    return "Messages", [line.text]


_SAYS = {
    "deductible": _spending,
    "out_of_pocket": _spending,
    "copay": _copay,
    "coinsurance": _coinsurance,
    "limit": _limit,
    "authorization": _authorization,
    "not_covered": _not_covered,
    "telehealth": _telehealth,
    "note": _note,
}
