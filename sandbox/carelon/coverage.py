"""A coverage on the tabs of the member's record; their columns and words are invented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from html import escape

from sandbox.carelon.frame import Drift, grid, pairs
from sandbox.carelon.words import money, us
from sandbox.world import Benefit, Coverage, Member

TABS = ("Demographics", "Enrollment History", "COB", "Benefits", "Primary Care Provider", "Additional Information")
ENROLLMENT = ("Benefit Plan", "Plan Type", "Group Number", "Effective Date", "Expiration Date")
COB = ("Carrier", "Coverage Order", "Policy ID")
BENEFITS = ("Service", "Network", "Benefit", "Level", "Amount", "Period", "Used", "Remaining", "Comments")
OPEN_END = "12/31/2999"
SERVICES = {"MH": "Outpatient Mental Health", "98": "Office Visit", "30": "Plan"}
NETWORKS = {"Y": "In Network", "N": "Out of Network", "W": "In and Out of Network", "U": ""}
LEVELS = {"IND": "Individual", "FAM": "Family", "": ""}
PERIODS = {"calendar_year": "Calendar Year", "service_year": "Benefit Year", "visit": "Per Visit", "lifetime": "Lifetime", "": ""}
TITLES = {
    "deductible": "Deductible",
    "out_of_pocket": "Out of Pocket Maximum",
    "copay": "Copayment",
    "coinsurance": "Coinsurance",
    "limit": "Visit Limit",
    "authorization": "Authorization",
    "not_covered": "Coverage",
    "telehealth": "Telehealth",
    "note": "Note",
}
TYPES = {"PS": "POS", "PR": "PPO", "HM": "HMO", "EP": "EPO", "HN": "Medicare Advantage", "MC": "Medicaid"}
AUTHORIZATION = {"Y": "Required", "N": "Not Required", "U": "Determined at Time of Request"}
RELATIONS = {"self": "Self", "spouse": "Spouse", "child": "Child", "other": "Other"}
SEXES = {"F": "Female", "M": "Male", "U": "Unknown"}


def tab(name: str, member: Member, plan: Coverage, on: date, drift: Drift) -> str:
    """What one tab shows."""
    made: dict[str, Callable[[], str]] = {
        "Demographics": lambda: _demographics(member),
        "Enrollment History": lambda: _enrollment(plan, drift),
        "COB": lambda: _cob(plan),
        "Benefits": lambda: _benefits(plan, on, drift),
        "Primary Care Provider": lambda: "<p>No primary care provider is on file.</p>",
        "Additional Information": lambda: _notes(plan),
    }
    return made[name]()


def full_name(member: Member) -> str:
    """BRENNAN, ALMA R JR."""
    who = member.person
    return " ".join(filter(None, (f"{who.last}, {who.first}", who.middle, who.suffix))).upper()


def _demographics(member: Member) -> str:
    head = member.subscriber
    told = (
        ("Gender", SEXES[member.person.sex]),
        ("Relationship to Subscriber", RELATIONS[member.relation]),
        ("Subscriber Name", f"{head.last}, {head.first}".upper()),
    )
    return pairs(told, "demographicsTable")


def _enrollment(plan: Coverage, drift: Drift) -> str:
    heads = tuple("Product" if drift.renamed and head == "Benefit Plan" else head for head in ENROLLMENT)
    kind = TYPES.get(plan.insurance_type, plan.insurance_type)
    row = (plan.plan, kind, plan.group_no, us(plan.begin), us(plan.end) if plan.end else OPEN_END)
    return grid("enrollmentTable", heads, [[escape(cell) for cell in row]])


def _cob(plan: Coverage) -> str:
    if not plan.other_payers:
        return "<p id='cobNone'>No other insurance is on file.</p>"
    rows = [(one.name, "" if one.order == "unknown" else one.order.title(), one.member_id) for one in plan.other_payers]
    return grid("cobTable", COB, [[escape(cell) for cell in row] for row in rows])


def _benefits(plan: Coverage, on: date, drift: Drift) -> str:
    keeper = f"<p id='carveOut'>{escape(_keeper(plan))}</p>" if plan.carve_out else ""
    lines = plan.benefits if plan.active_on(on) else ()
    if not lines:
        return f"{keeper}<p id='benefitsNone'>No benefits are available for this date.</p>"
    heads = tuple("Type" if drift.renamed and head == "Benefit" else head for head in BENEFITS)
    return keeper + grid("benefitTable", heads, [[escape(cell) for cell in _row(line)] for line in lines])


def _row(line: Benefit) -> Sequence[str]:
    used = "" if line.visits_used is None else str(line.visits_used)
    left = str(line.visits_left) if line.visits_left is not None else money(line.remaining)
    return (
        SERVICES[line.service_type],
        NETWORKS[line.network],
        TITLES[line.kind],
        LEVELS[line.level],
        _amount(line),
        PERIODS[line.period],
        used,
        left,
        line.text,
    )


def _amount(line: Benefit) -> str:
    if line.kind == "authorization":
        return AUTHORIZATION.get(line.auth or "", "")
    if line.kind == "telehealth":
        covered = "" if line.telehealth is None else "Covered" if line.telehealth else "Not Covered"
        return f"{covered}, {money(line.amount)} copayment" if line.telehealth and line.amount is not None else covered
    if line.kind == "limit":
        return "" if line.visits_allowed is None else f"{line.visits_allowed} visits"
    if line.kind == "not_covered":
        return "Not Covered"
    return f"{line.percent * 100:.0f}%" if line.percent is not None else money(line.amount)


def _keeper(plan: Coverage) -> str:
    """Who keeps the behavioral benefits in place of this payer."""
    keeper = plan.carve_out
    if keeper is None:
        return ""
    named = f"Behavioral health benefits for this member are administered by {keeper.name}." if keeper.name else ""
    called = f"Call {keeper.phone} for behavioral health benefits." if keeper.phone else ""
    return " ".join(filter(None, (named, keeper.payer_id and f"Payer ID {keeper.payer_id}.", called)))


def _notes(plan: Coverage) -> str:
    told = "".join(f"<li>{escape(text)}</li>" for text in plan.messages)
    return f"<ul id='planMessages'>{told}</ul>" if told else "<p id='planMessagesNone'>There is no additional information.</p>"
