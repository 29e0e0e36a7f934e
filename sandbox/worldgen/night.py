"""What one night shows of a plan: money used up, ended coverage, checks that went out, authorizations that were decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sandbox.world_model import Authorization, Benefit, Claim, Coverage, Member, Plb, Remit
from sandbox.worldgen.build import Check
from sandbox.worldgen.cover import ZERO
from sandbox.worldgen.plan import Plan

PATIENT_SHARE = ("1", "2", "3")  # deductible, coinsurance, copay


def members(plan: Plan, day: date, claims: Iterable[Claim]) -> tuple[Member, ...]:
    """Members as the payers have them on this day."""
    decided: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.finalized and plan.as_of < claim.finalized <= day and claim.charge > 0 and claim.adjustments:
            decided[claim.member_key, claim.payer].append(claim)
    return tuple(_member(m, day, decided) for m in plan.members)


def _member(member: Member, day: date, decided: dict[tuple[str, str], list[Claim]]) -> Member:
    plans = tuple(_coverage(c, day, decided.get((member.key, c.payer), [])) for c in member.coverages)
    return member if plans == member.coverages else replace(member, coverages=plans)


def _coverage(plan: Coverage, day: date, decided: list[Claim]) -> Coverage:
    if plan.termed_on and plan.termed_on > day:  # the payer has not entered the end yet
        plan = replace(plan, end=None, termed_on=None)
    if not decided:
        return plan
    return replace(plan, benefits=tuple(_used(line, decided) for line in plan.benefits))


def _used(line: Benefit, decided: list[Claim]) -> Benefit:
    if line.kind == "limit" and line.visits_used is not None:
        used = line.visits_used + sum(c.state in ("paid", "paid_zero", "partly_denied") for c in decided)
        left = None if line.visits_left is None or line.visits_allowed is None else max(0, line.visits_allowed - used)
        return replace(line, visits_used=used, visits_left=left)
    if line.kind in ("deductible", "out_of_pocket") and line.network == "Y" and line.remaining is not None:
        carcs = ("1",) if line.kind == "deductible" else PATIENT_SHARE
        return replace(line, remaining=max(ZERO, line.remaining - _patient_owes(decided, carcs)))
    return line


def _patient_owes(decided: list[Claim], carcs: tuple[str, ...]) -> Decimal:
    return sum((a.amount for c in decided for a in c.adjustments if a.group == "PR" and a.carc in carcs), ZERO)


def remits(plan: Plan, day: date) -> tuple[Remit, ...]:
    """The checks that went out up to this day, each with its claims as they stood on the check's day."""
    paid: dict[str, list[Claim]] = defaultdict(list)
    for life in plan.lives:
        if life.check_date and life.check_date <= day:
            paid[life.check].append(life.on(life.check_date))
    given = {(c.payer, c.payer_claim_no): c.claim_id for claims in paid.values() for c in claims if c.claim_id}
    out = [_remit(plan.checks[key], tuple(_named(c, given) for c in claims)) for key, claims in paid.items()]
    return tuple(sorted(out, key=lambda r: (r.check_date, r.payer, r.check_no)))


def _named(claim: Claim, given: dict[tuple[str, str], str]) -> Claim:
    """A reversal gives back the practice's own number of the claim that it reverses."""
    known = next((n for number in claim.related if (n := given.get((claim.payer, number)))), "")
    return replace(claim, claim_id=known) if known and not claim.claim_id else claim


def _remit(check: Check, claims: tuple[Claim, ...]) -> Remit:
    amount = sum((c.paid or ZERO for c in claims), ZERO) - sum((p.amount for p in check.plbs), ZERO)
    plbs = tuple(check.plbs)
    if amount < 0:  # nobody is sent a negative check: the debt is carried forward
        plbs = (*plbs, Plb("FB", amount, claims[0].payer_claim_no))
        amount = ZERO
    method = check.method if amount else "NON"
    return Remit(check.number, check.day, check.payer, method, amount, claims, plbs, check.scanned, check.cases)


def authorization(decided: Authorization, day: date) -> Authorization:
    """An authorization as it stands on this day: asked for, or decided."""
    if decided.decided is None or decided.decided <= day:
        return decided
    return replace(decided, code_approved="", units_approved=0, npi_approved="", status="pending", decided=None)
