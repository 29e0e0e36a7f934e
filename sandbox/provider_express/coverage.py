"""A coverage as the benefits page shows it: plan, year-to-date accumulators, benefit detail, authorization flags, other coverage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape

from sandbox.provider_express.frame import grid
from sandbox.provider_express.web import heading, i, t
from sandbox.provider_express.words import NONE, money, us
from sandbox.server import At
from sandbox.world import Benefit, Coverage, Found, OtherPayer, Person

RELATIONS = {"self": "Subscriber", "spouse": "Spouse", "child": "Dependent", "other": "Other"}
NETWORKS = {"Y": "In Network", "N": "Out of Network", "W": "In and Out of Network", "U": NONE}
LEVELS = {"IND": "Individual", "FAM": "Family", "": NONE}
SERVICES = {"MH": "Outpatient Mental Health", "98": "Office Visit", "30": "All Plan Services"}
PERIODS = {"calendar_year": "Calendar Year", "service_year": "Benefit Year", "visit": "Visit", "lifetime": "Lifetime", "": NONE}
PRODUCTS = {"PS": "Commercial POS", "PR": "Commercial PPO", "HM": "Commercial HMO", "EP": "Commercial EPO", "HN": "Medicare Advantage HMO"}
SPENDING = {"deductible": "Deductible", "out_of_pocket": "Out-of-Pocket Maximum"}
TITLES = {
    "copay": "Copayment",
    "coinsurance": "Coinsurance",
    "telehealth": "Telehealth",
    "limit": "Visit Limit",
    "not_covered": "Exclusion",
    "note": "Note",
}
PLAN = ("Plan Name", "Product", "Group Number", "Eligibility Status", "Effective Date", "Termination Date")
ACCUMULATORS = ("Accumulator", "Service", "Level", "Network", "Period", "Annual Amount", "Year-to-Date", "Remaining")
BENEFITS = (
    "Service", "Network", "Level", "Benefit", "Coverage", "Member Pays", "Period", "Visits Allowed", "Visits Used", "Visits Remaining",
    "Comments",
)  # fmt: skip
FLAGS = ("Service", "Network", "Level", "Authorization Required", "Comments")
OTHERS = ("Carrier", "Order", "Policy Number")
NO_BENEFITS = "The member has no benefits on the date of service."
NOTHING = "No information is on file."
Row = list[str]


def full_name(who: Person) -> str:
    """LAST, FIRST M SUFFIX."""
    return " ".join(filter(None, (f"{who.last},", who.first, who.middle, who.suffix))).upper()


def status(plan: Coverage, on: date) -> str:
    """The word for a plan on a day."""
    return "Active" if plan.active_on(on) else "Terminated" if plan.end and plan.end < on else "Not Yet Effective"


def parts(at: At, found: Sequence[Found], on: date) -> str:
    """Everything below the member: the first plan's benefits, and that there are other plans."""
    plan, active = found[0].coverage, found[0].coverage.active_on(on)
    empty = NOTHING if active else NO_BENEFITS
    lines = plan.benefits if active else ()
    return "".join(
        (
            _part(at, "Coverage", "coverageList", PLAN, [_plan(one.coverage, on) for one in found], NOTHING),
            _notices(plan),
            _part(at, "Year-to-Date Accumulators", "accumulators", ACCUMULATORS, list(_spending(lines)), empty),
            _part(at, "Benefit Detail", "benefitDetail", BENEFITS, list(_benefits(lines)), empty),
            _part(at, "Authorization", "authorizationFlags", FLAGS, list(_flags(lines)), empty),
            _part(at, "Other Coverage", "otherCoverage", OTHERS, list(map(_other, plan.other_payers)), NOTHING),
        )
    )


def _part(at: At, title: str, key: str, columns: Sequence[str], rows: Sequence[Row], none: str) -> str:
    shown = grid([t(at, name) for name in columns], [list(map(escape, row)) for row in rows], i(at, key))
    return heading(at, title, 2) + (shown if rows else f"<p id='{i(at, key)}None'>{none}</p>")


def _plan(plan: Coverage, on: date) -> Row:
    product = PRODUCTS.get(plan.insurance_type, plan.insurance_type)
    return [plan.plan, product or NONE, plan.group_no or NONE, status(plan, on), us(plan.begin), us(plan.end)]


def _notices(plan: Coverage) -> str:
    said = [*([_keeper(plan)] if plan.carve_out else []), *plan.messages]
    return "".join(f"<p class='notice'>{escape(words)}</p>" for words in said)


def _keeper(plan: Coverage) -> str:
    keeper = plan.carve_out
    if keeper is None:
        return ""
    named = f"Behavioral health services for this plan are administered by {keeper.name}." if keeper.name else ""
    called = f"For behavioral health services call {keeper.phone}." if keeper.phone else ""
    return " ".join(filter(None, (named, keeper.payer_id and f"Payer ID {keeper.payer_id}.", called)))


def _spending(lines: Sequence[Benefit]) -> Iterator[Row]:
    for line in lines:
        if line.kind in SPENDING:
            met = None if line.amount is None or line.remaining is None else line.amount - line.remaining
            figures = [money(line.amount), money(met), money(line.remaining)]
            yield [SPENDING[line.kind], *_where(line), PERIODS[line.period], *figures]


def _where(line: Benefit) -> Row:
    return [SERVICES[line.service_type], LEVELS[line.level], NETWORKS[line.network]]


def _benefits(lines: Sequence[Benefit]) -> Iterator[Row]:
    for line in lines:
        if line.kind in TITLES:
            service, level, network = _where(line)
            counts = [NONE if n is None else str(n) for n in (line.visits_allowed, line.visits_used, line.visits_left)]
            told = [TITLES[line.kind], _covered(line), _pays(line), PERIODS[line.period]]
            yield [service, network, level, *told, *counts, line.text or NONE]


def _covered(line: Benefit) -> str:
    if line.kind == "not_covered" or line.telehealth is False:
        return "Not Covered"
    return "Covered" if line.telehealth or line.kind in ("copay", "coinsurance", "limit") else NONE


def _pays(line: Benefit) -> str:
    return f"{line.percent * 100:.0f}%" if line.percent is not None else money(line.amount)


def _flags(lines: Sequence[Benefit]) -> Iterator[Row]:
    for line in lines:
        if line.kind == "authorization":
            service, level, network = _where(line)
            yield [service, network, level, {"Y": "Yes", "N": "No"}.get(line.auth or "", NONE), line.text or NONE]


def _other(payer: OtherPayer) -> Row:
    return [payer.name, NONE if payer.order == "unknown" else payer.order.title(), payer.member_id or NONE]
