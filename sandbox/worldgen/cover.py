"""Plans and their behavioral benefits: which cards a payer keeps, and what stands on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sandbox.world_model import AuthFlag, Benefit, Coverage, Network
from sandbox.worldgen import people
from sandbox.worldgen.dice import Dice, Mix

ZERO = Decimal("0.00")
MEDICAID = ("medicaid_ri", "medicaid_co", "medicaid_nv", "medicaid_in")
PLANS: dict[str, tuple[tuple[str, str], ...]] = {  # plan, insurance type (271 EB04)
    "aetna": (("Choice POS II", "PS"), ("Open Access Managed Choice", "PS"), ("Medicare Prime PPO", "PR")),
    "anthem": (("KeyCare PPO 25", "PR"), ("HealthKeepers POS", "PS"), ("Lumenos HSA 3000", "PR")),
    "carelon": (("KeyCare PPO Behavioral", "PR"), ("HealthKeepers Behavioral", "HM")),
    "humana": (("Gold Plus HMO", "HN"), ("HumanaChoice PPO", "PR")),
    "magellan": (("Employer Behavioral Health", "EP"), ("State Employee Behavioral", "PR")),
    "medicare": (("Part B", "MB"),),
    **dict.fromkeys(MEDICAID, (("Managed Medicaid", "MC"), ("Medicaid", "MC"))),
    "tricare_west": (("Select", "PR"), ("Prime", "HM")),
}
USUAL_PLANS = (("Choice Plus", "PS"), ("Open Access Plus", "PR"), ("Navigate HMO", "HM"))
FREE_OF_CHARGE = MEDICAID
COPAYS = tuple(Decimal(d) for d in ("15.00", "20.00", "25.00", "30.00", "35.00", "40.00", "50.00"))
PERCENTS = (Decimal("0.10"), Decimal("0.20"), Decimal("0.30"))
OUT_OF_NETWORK = Decimal("0.40")
SPECIALIST = Decimal("10.00")  # what an office visit costs more than a session
URGENT = Decimal("75.00")
AUTH: Mix[AuthFlag | None] = Mix({"N": 55, "Y": 10, "U": 5, None: 30})
CARDS_KEPT = Mix({"mh": 52, "mh and 98": 30, "98": 12, "30": 6})
TELEHEALTH = Mix({"same": 50, "free": 12, "no": 8, "": 30})
DISCLAIMER = "This is not a guarantee of payment. Benefits are subject to the terms of the plan on the date of service."
LIMITS = (20, 30, 52)


@dataclass(frozen=True)
class Terms:
    """What the patient pays for a session in network, as the claims of this coverage are decided."""

    copay: Decimal = ZERO
    percent: Decimal = ZERO


def coverage(dice: Dice, payer: str, serial: int, as_of: date) -> Coverage:
    """An ordinary plan in force."""
    plan, insurance_type = dice.pick(PLANS.get(payer, USUAL_PLANS))
    written = people.member_id(payer, serial)
    begin = date(as_of.year, 1, 1) if dice.chance(0.6) else date(as_of.year - dice.between(1, 4), dice.between(1, 9), 1)
    return Coverage(
        payer,
        member_id=written,
        filed_id=people.filed(written),
        plan=plan,
        insurance_type=insurance_type,
        group_no="" if payer in ("medicare", *MEDICAID) else f"{dice.between(0, 9999999):07d}",
        begin=begin,
        benefits=benefits(dice, payer),
        messages=(DISCLAIMER,) if dice.chance(0.4) else (),
    )


def benefits(dice: Dice, payer: str) -> tuple[Benefit, ...]:
    """The cards of an ordinary plan: MH for most, else 98, and always 30."""
    card = behavioral_card(dice, payer)
    shape = dice.weighted(CARDS_KEPT)
    mental = card if "mh" in shape else ()
    office = _office_visit(card) if "98" in shape else ()
    return (*mental, *office, *plan_card(dice, payer))


def _office_visit(card: tuple[Benefit, ...]) -> tuple[Benefit, ...]:
    """The same payer's card for an office visit: like the behavioral one, at a specialist's price and without its limits."""
    lines = []
    for line in card:
        if line.kind in ("copay", "telehealth") and line.amount:
            lines.append(replace(line, service_type="98", amount=line.amount + SPECIALIST))
        elif line.kind in ("copay", "coinsurance", "telehealth", "authorization"):
            lines.append(replace(line, service_type="98"))
    return tuple(lines)


def behavioral_card(dice: Dice, payer: str) -> tuple[Benefit, ...]:
    """Cost share, telehealth, authorization rule and perhaps a visit limit, in network and out."""
    code = "MH"
    lines = [*_cost_share(dice, payer, code)]
    auth: AuthFlag | None = dice.weighted(AUTH)
    if auth:
        lines.append(Benefit(code, "authorization", auth=auth))
    if dice.chance(0.15):
        lines.append(_limit(dice, code))
    if dice.chance(0.08):
        lines.append(_spending(dice, code, "deductible", "Y", Decimal(250)))
    outside = Benefit(code, "coinsurance", "N", percent=OUT_OF_NETWORK)
    return (outside, *lines) if dice.chance(0.2) else (*lines, outside)  # some payers list out of network first


def _cost_share(dice: Dice, payer: str, code: str) -> list[Benefit]:
    if payer in FREE_OF_CHARGE:
        return [
            Benefit(code, "copay", period="visit", amount=ZERO, text="Office visit"),
            Benefit(code, "telehealth", telehealth=True, amount=ZERO),
        ]
    telehealth = dice.weighted(TELEHEALTH)
    if dice.chance(0.35):
        share = Benefit(code, "coinsurance", percent=dice.pick(PERCENTS))
        return [share] if not telehealth else [share, Benefit(code, "telehealth", telehealth=telehealth != "no")]
    copay = dice.pick(COPAYS)
    lines = [Benefit(code, "copay", period="visit", amount=copay, text="Office visit")]
    if telehealth == "no":
        lines.append(Benefit(code, "telehealth", telehealth=False))
    elif telehealth:
        lines.append(Benefit(code, "telehealth", telehealth=True, period="visit", amount=ZERO if telehealth == "free" else copay))
    return lines


def _limit(dice: Dice, code: str) -> Benefit:
    allowed = dice.pick(LIMITS)
    used = dice.between(0, allowed - 1)
    return Benefit(code, "limit", period="calendar_year", visits_allowed=allowed, visits_used=used, visits_left=allowed - used)


def _spending(dice: Dice, code: str, kind: str, network: Network, step: Decimal) -> Benefit:
    """A deductible or out-of-pocket maximum, partly used; now and then the payer does not say how much is left."""
    amount = (step * dice.between(1, 12)).quantize(ZERO)
    left = None if code == "30" and dice.chance(0.06) else (amount * dice.between(0, 100) / 100).quantize(ZERO)
    return Benefit(
        code, "deductible" if kind == "deductible" else "out_of_pocket", network, period="calendar_year", amount=amount, remaining=left
    )


def _family(line: Benefit) -> Benefit:
    left = None if line.remaining is None else line.remaining * 2
    amount = None if line.amount is None else line.amount * 2
    return Benefit(line.service_type, line.kind, line.network, "FAM", line.period, amount=amount, remaining=left)


def plan_card(dice: Dice, payer: str) -> tuple[Benefit, ...]:
    """Deductible and out-of-pocket maximum; its copays are for other things than a session."""
    if payer in FREE_OF_CHARGE or dice.chance(0.2):
        deductible = Benefit("30", "deductible", period="calendar_year", amount=ZERO, remaining=ZERO)
    else:
        deductible = _spending(dice, "30", "deductible", "Y", Decimal(250))
    out_of_pocket = _spending(dice, "30", "out_of_pocket", "Y", Decimal(750))
    lines = [_family(deductible), deductible, out_of_pocket, _family(out_of_pocket)]
    if dice.chance(0.5):
        lines = [deductible, _family(deductible), out_of_pocket]
    lines.append(_spending(dice, "30", "deductible", "N", Decimal(1000)))
    if dice.chance(0.3):
        lines.append(Benefit("30", "copay", period="visit", amount=URGENT, text="Urgent care"))
    return tuple(lines)


def terms(plan: Coverage) -> Terms:
    """What an in-network session costs the patient under this coverage."""
    card = plan.card("MH") or plan.card("98")
    copay = next((b.amount for b in card if b.kind == "copay" and b.network == "Y" and b.amount is not None), ZERO)
    percent = next((b.percent for b in card if b.kind == "coinsurance" and b.network == "Y" and b.percent is not None), ZERO)
    return Terms(copay, percent)
