"""The right answer to every row of a practice's file. Tests and benchmarks compare with it; the product never sees it.

**Who is meant.** A member is searched for by member id and birth date, then by name and birth date. One hit is the member; two people
are `ambiguous`; none is `not_found`, or `bad_data` (birth_date) where the payer knows the member id with another birth date. A claim is
searched for under the payer's claim number, then under member id and birth date, then under name and birth date, whatever group NPI it
was billed with; it is the one whose days of service and charge are the row's. Two such claims are `ambiguous`. None is `not_yet` while
the claim was sent no longer ago than the portal's lag, afterwards `not_found`. A row that cannot be asked (a mistyped NPI, a day that
does not exist, an unknown payer, an empty required cell) is `rejected`; a payer that another portal answers for is `wrong_portal`.
`answerable` is True for the outcomes that a portal's answer ends with: answered, not_found, ambiguous, bad_data. What a portal's pages
cannot show (see `Shows`) is no part of its truth.

**Which figures.** All are for one person, in network (network Y or W), for mental health:

- copay, coinsurance: the MH card; where it names no cost share in network, the 98 card; never the 30 card, whose copays are for other
  things
- telehealth, authorization, visits: the MH card, or the 98 card of a payer that keeps no MH card; a blank authorization is `unknown`
- visits in a sentence only: allowed is read from the sentence, visits_from is `message`; more used than allowed is 0 left
- deductible, out of pocket: the first of the MH, 98 and 30 cards that has one; amounts of a family are nobody's
- network: for which networks the MH card has lines (in, out, both); without such a card unknown
- service_type: the first of MH, 98, 30 that the payer keeps a card for
- a plan that is not in force shows its plan, dates and group, and no benefits

Money is text with two decimals, shares are 0-1, days are ISO, "not shown" is what no page shows.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sandbox.world import AS_OF, PAYERS, SEED, Benefit, CarveOut, Claim, Coverage, Found, OtherPayer, World, same_id
from sandbox.worldgen.calendar import business_days_between
from sandbox.worldgen.people import npi_passes
from sandbox.worldgen.rows import NAMES

NOT_SHOWN = "not shown"
FINAL = frozenset({"answered", "not_found", "ambiguous", "bad_data"})
MAY_BE_HIDDEN = frozenset({"category", "status_code", "entity_code"})  # some payers' pages have words only
LISTS = frozenset({"carcs", "rarcs", "related"})
TEXTS = frozenset({"carve_out", "other_payers"})
HERE = ("availity",)  # the portals whose payers are asked, where nothing else is said

Row = Mapping[str, str]


@dataclass(frozen=True)
class Truth:
    """How a row must end, and what its answer must say."""

    outcome: str
    answerable: bool
    fields: dict[str, str] = field(default_factory=dict)
    why: str = ""
    lines: list[dict[str, str]] = field(default_factory=list)  # of a payment: the whole remittance (sandbox.truth_eobs)
    plbs: str = ""


@dataclass(frozen=True)
class Shows:
    """What one portal's pages can show of the truth; its twin says so in a module `shows` with the same names."""

    lag: int = 5  # business days until a new claim must be on file
    coverage: Callable[[dict[str, str], Coverage, date], dict[str, str]] = lambda fields, _plan, _on: fields
    status: Callable[[dict[str, str], Claim], dict[str, str]] = lambda fields, _claim: fields


@cache
def shows(portal: str) -> Shows:
    """What this portal's pages can show; everything, where its twin does not say."""
    folder = portal.partition("-")[0]  # pages that are run in several places show the same everywhere
    name = f"sandbox.{folder}.shows"
    if importlib.util.find_spec(f"sandbox.{folder}") is None or importlib.util.find_spec(name) is None:
        return Shows()
    told = importlib.import_module(name)
    return Shows(**{part.name: getattr(told, part.name) for part in fields(Shows) if hasattr(told, part.name)})


def end(outcome: str, why: str = "", **fields: str) -> Truth:
    """A truth with these fields."""
    return Truth(outcome, outcome in FINAL, fields, why)


# -- eligibility


def visit(world: World, row: Row, here: Sequence[str] = HERE) -> Truth:
    """What a coverage question about this row must find."""
    asked = read(row, ("start_at", "patient_last", "patient_first", "patient_dob", "member_id"), here)
    if isinstance(asked, Truth):
        return asked
    on = asked.days["start_at"]
    found = _members(world, row, asked, on)
    if len({f.member.key for f in found}) > 1:
        return end("ambiguous", "two members of this name and birth date")
    if found:
        plan = found[0].coverage
        return end("answered", **shows(PAYERS[asked.payer].portal).coverage(coverage(plan, on), plan, on))
    if world.find_members(asked.payer, member_id=row["member_id"], on=on):
        return end("bad_data", "the payer has another birth date", field="birth_date")
    return end("not_found")


def _members(world: World, row: Row, asked: Asked, on: date) -> list[Found]:
    born = asked.days["patient_dob"]
    return world.find_members(asked.payer, member_id=row["member_id"], birth_date=born, on=on) or world.find_members(
        asked.payer, last=row["patient_last"], first=row["patient_first"], birth_date=born, on=on
    )


def coverage(plan: Coverage, on: date) -> dict[str, str]:
    """The answer about one plan on one day."""
    active = plan.active_on(on)
    lines = plan.benefits if active else ()
    return {
        "coverage": "active" if active else "inactive",
        "plan": plan.plan,
        "group_no": plan.group_no or NOT_SHOWN,
        "member_id": plan.member_id,
        "plan_begin": plan.begin.isoformat(),
        "plan_end": _day(plan.end),
        "service_type": next((code for code in ("MH", "98", "30") if any(b.service_type == code for b in lines)), NOT_SHOWN),
        "network": _network(lines),
        "carve_out": _carve_out(plan.carve_out),
        "other_payers": "; ".join(map(_other, plan.other_payers)) or NOT_SHOWN,
        **_cost_share(lines),
        **_spending(lines, "deductible"),
        **_spending(lines, "out_of_pocket"),
        **_visits(_card(lines)),
    }


def _card(lines: Iterable[Benefit]) -> tuple[Benefit, ...]:
    """The behavioral card: MH, or 98 where the payer keeps no MH card."""
    mental = tuple(b for b in lines if b.service_type == "MH")
    return mental or tuple(b for b in lines if b.service_type == "98")


def _inside(line: Benefit) -> bool:
    return line.network in ("Y", "W") and line.level != "FAM"


def _cost_share(lines: tuple[Benefit, ...]) -> dict[str, str]:
    shares: tuple[Benefit, ...] = ()
    for code in ("MH", "98"):
        shares = shares or tuple(b for b in lines if b.service_type == code and b.kind in ("copay", "coinsurance") and _inside(b))
    card = [b for b in _card(lines) if _inside(b)]
    telehealth = next((b for b in card if b.kind == "telehealth"), None)
    rule = next((b.auth for b in card if b.kind == "authorization"), None)
    return {
        "copay": _money(next((b.amount for b in shares if b.kind == "copay"), None)),
        "coinsurance": _text(next((b.percent for b in shares if b.kind == "coinsurance"), None)),
        "copay_telehealth": _money(telehealth.amount if telehealth and telehealth.telehealth else None),
        "telehealth": NOT_SHOWN if telehealth is None else "covered" if telehealth.telehealth else "not_covered",
        "auth": {"Y": "required", "N": "not_required"}.get(rule or "", "unknown"),
    }


def _spending(lines: tuple[Benefit, ...], kind: str) -> dict[str, str]:
    for code in ("MH", "98", "30"):
        for line in lines:
            if (line.service_type, line.kind) == (code, kind) and _inside(line):
                return {kind: _money(line.amount), f"{kind}_left": _money(line.remaining)}
    return {kind: NOT_SHOWN, f"{kind}_left": NOT_SHOWN}


def _visits(card: tuple[Benefit, ...]) -> dict[str, str]:
    limit = next((b for b in card if b.kind == "limit" and _inside(b)), None)
    if limit:
        over = limit.visits_used is not None and limit.visits_allowed is not None and limit.visits_used > limit.visits_allowed
        left = 0 if over else limit.visits_left
        return _counts(limit.visits_allowed, limit.visits_used, left, "field")
    said = next((hit for b in card if b.kind == "note" and (hit := re.search(r"(\d+) VISITS", b.text))), None)
    return _counts(int(said[1]), None, None, "message") if said else _counts(None, None, None, NOT_SHOWN)


def _counts(allowed: int | None, used: int | None, left: int | None, source: str) -> dict[str, str]:
    return {"visits_allowed": _text(allowed), "visits_used": _text(used), "visits_left": _text(left), "visits_from": source}


def _network(lines: tuple[Benefit, ...]) -> str:
    kinds = {b.network for b in lines if b.service_type == "MH" and b.kind != "not_covered"} - {"U"}
    if "W" in kinds or kinds == {"Y", "N"}:
        return "both"
    return {"Y": "in", "N": "out"}.get("".join(kinds), "unknown")


def _carve_out(keeper: CarveOut | None) -> str:
    if keeper is None:
        return NOT_SHOWN
    return ", ".join(filter(None, (keeper.name, keeper.phone, keeper.payer_id and f"payer id {keeper.payer_id}")))


def _other(payer: OtherPayer) -> str:
    order = "" if payer.order == "unknown" else f" ({payer.order})"
    return payer.name + order + (f" member id {payer.member_id}" if payer.member_id else "")


# -- claims


def claim(world: World, row: Row, here: Sequence[str] = HERE) -> Truth:
    """What a status question about this row must find."""
    needed = ("claim_id", "patient_last", "patient_first", "patient_dob", "dos_from", "charge_amount")
    asked = read(row, needed if row.get("payer_claim_no") else (*needed, "member_id"), here)
    if isinstance(asked, Truth):
        return asked
    for found in _rungs(world, row, asked):
        fit = [c for c in found if _agrees(c, asked)]
        if len(fit) > 1:
            return end("ambiguous", "two claims of this member, day and charge")
        if fit:
            return end("answered", **shows(PAYERS[asked.payer].portal).status(status(fit[0]), fit[0]))
    sent = asked.days.get("first_sent_date")
    if sent and business_days_between(sent, world.as_of) <= shows(PAYERS[asked.payer].portal).lag:
        return end("not_yet", "too new to be on file")
    return end("not_found")


def _rungs(world: World, row: Row, asked: Asked) -> Iterable[list[Claim]]:
    born, number = asked.days["patient_dob"], row.get("payer_claim_no", "")
    if number:
        yield world.find_claims(asked.payer, payer_claim_no=number)
    if row.get("member_id"):
        yield world.find_claims(asked.payer, member_id=row["member_id"], birth_date=born)
    yield world.find_claims(asked.payer, last=row["patient_last"], first=row["patient_first"], birth_date=born)


def _agrees(found: Claim, asked: Asked) -> bool:
    first = asked.days["dos_from"]
    return (found.dos_from, found.dos_to, found.charge) == (first, asked.days.get("dos_to", first), asked.charge)


def status(found: Claim) -> dict[str, str]:
    """The answer about one claim record."""
    return {
        "state": found.state,
        "category": found.category or NOT_SHOWN,
        "status_code": found.status_code or NOT_SHOWN,
        "entity_code": found.entity_code or NOT_SHOWN,
        "payer_claim_no": found.payer_claim_no or NOT_SHOWN,
        "received_date": _day(found.received),
        "finalized_date": _day(found.finalized),
        "charge": _money(found.charge),
        "allowed": _money(found.allowed),
        "paid": _money(found.paid),
        "patient_resp": _money(found.patient_resp),
        "check_no": found.check_no or NOT_SHOWN,
        "check_date": _day(found.check_date),
        "carcs": "; ".join(found.carcs) or NOT_SHOWN,
        "rarcs": "; ".join(found.rarcs) or NOT_SHOWN,
        "requested_info": found.requested_info or NOT_SHOWN,
        "portal_text": found.portal_text or NOT_SHOWN,
        "related": "; ".join(found.related) or NOT_SHOWN,
    }


# -- rows


class Asked(NamedTuple):
    """What a row says once it is read."""

    payer: str
    days: dict[str, date]
    charge: Decimal


DAYS = ("start_at", "patient_dob", "dos_from", "dos_to", "first_sent_date")
NUMBERS = ("rendering_npi", "billing_npi")
NAMED = {name.casefold(): key for key, name in NAMES.items()}


def read(row: Row, needed: Iterable[str], here: Sequence[str] = HERE) -> Asked | Truth:
    """What the row asks, or why it cannot be asked."""
    payer = row.get("payer_key") or NAMED.get(row.get("payer_name", "").casefold(), "")
    empty = [column for column in needed if not row.get(column)]
    typos = [column for column in NUMBERS if row.get(column) and not npi_passes(row[column])]
    days: dict[str, date] = {}
    wrong: list[str] = []
    for column in DAYS:
        if row.get(column):
            day = parsed(row[column])
            days |= {column: day} if day else {}
            wrong += [] if day else [column]
    try:
        charge = Decimal(row.get("charge_amount") or 0)
    except InvalidOperation:
        charge, wrong = Decimal(0), [*wrong, "charge_amount"]
    bad = [*empty, *typos, *wrong, *([] if payer in PAYERS else ["payer_key"])]
    if bad:
        return end("rejected", f"column {', '.join(bad)}")
    if PAYERS[payer].portal not in here:
        return end("wrong_portal", "another portal answers for this payer")
    return Asked(payer, days, charge)


def parsed(text: str) -> date | None:
    """A day as the practice's files have it, or None."""
    for read in (date.fromisoformat, lambda t: datetime.fromisoformat(t).date(), lambda t: datetime.strptime(t, "%m/%d/%Y").date()):  # noqa: DTZ007
        try:
            return read(text.strip())
        except ValueError:
            continue
    return None


def _money(amount: Decimal | None) -> str:
    return NOT_SHOWN if amount is None else f"{amount:.2f}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else NOT_SHOWN


def _text(value: object) -> str:
    return NOT_SHOWN if value is None else str(value)


# -- comparing


def disagreements(result: Row, truth: Truth) -> list[str]:
    """The names of the fields in which a line of a result file is wrong; an empty list is full agreement.

    A field is looked for under its own name or, where the input had that name already, as `payerbot_<name>`; one that is missing is wrong.
    A row of another portal's payer, or one that needs a person first, must not be answered; how it waits or is turned away is open.
    """
    said = result.get("payerbot_outcome", result.get("outcome", ""))
    if truth.outcome in ("wrong_portal", "needs_person"):
        return ["outcome"] if said in FINAL else []
    if said != truth.outcome:
        return ["outcome"]
    return [name for name, value in truth.fields.items() if not _same(name, value, result.get(f"payerbot_{name}", result.get(name)))]


def _same(name: str, true: str, said: str | None) -> bool:
    if said is None:
        return False
    true, said = ("" if text == NOT_SHOWN else text.strip() for text in (true, said))
    if not said or not true:
        return said == true or (not said and name in MAY_BE_HIDDEN)
    return _COMPARE.get(_kind(name), _alike)(true, said)


def _kind(name: str) -> str:
    return (
        "list"
        if name in LISTS
        else "text"
        if name in TEXTS
        else "id"
        if name in ("member_id", "payer_claim_no")
        else "check"
        if name == "check_no"
        else ""
    )


def _alike(true: str, said: str) -> bool:
    try:
        return Decimal(true) == Decimal(said)
    except InvalidOperation:
        return true == said


def _same_list(true: str, said: str) -> bool:
    """The same codes in any order; a page may leave the group out (45 for CO-45)."""
    want, have = (set(re.split(r"[;,\s]+", text)) for text in (true, said))
    return want == have or {code.rpartition("-")[2] for code in want} == have


def _same_text(true: str, said: str) -> bool:
    return all(part.strip(" ()").casefold() in said.casefold() for part in re.split(r"[,;]| (?=\()", true) if part.strip())


_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "list": _same_list,
    "text": _same_text,
    "id": lambda true, said: same_id(true) == same_id(said),
    "check": lambda true, said: same_id(true).lstrip("0") == same_id(said).lstrip("0"),
}


# -- files


def of_file(world: World, path: Path, here: Sequence[str] = HERE) -> dict[int, Truth]:
    """The truth of every row of a schedule, claims, payments or authorizations file, by line (1 is the first below the header).

    `here`: the portals whose payers are asked about coverage and claims; a row of another payer is `wrong_portal`.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if rows and "request_id" in rows[0]:
        return dict(enumerate(_requests(world, rows, path.parent), start=1))
    if rows and "payment_id" in rows[0]:
        return {number: _payment(world, row, here) for number, row in enumerate(rows, start=1)}
    ask = claim if rows and "claim_id" in rows[0] else visit
    return {number: ask(world, row, here) for number, row in enumerate(rows, start=1)}


def _payment(world: World, row: Row, here: Sequence[str]) -> Truth:
    from sandbox import truth_eobs  # noqa: PLC0415 -- it stands on this module

    return truth_eobs.payment(world, row, here)


def _requests(world: World, rows: Sequence[Row], folder: Path) -> list[Truth]:
    from sandbox import truth_auths  # noqa: PLC0415 -- it stands on this module

    return truth_auths.of_rows(world, rows, folder)


def as_json(truths: Mapping[int, Truth]) -> str:
    """All of them as JSON, for another process."""
    return json.dumps({str(line): asdict(truth) for line, truth in truths.items()}, indent=1, ensure_ascii=False)


def from_json(text: str) -> dict[int, Truth]:
    """What `as_json` wrote."""
    loaded: dict[str, dict[str, Any]] = json.loads(text)
    return {int(line): Truth(**truth) for line, truth in loaded.items()}


def main(argv: list[str]) -> int:
    """``python -m sandbox.truth schedule.csv``: the truth of every row of a file, as JSON by line number."""
    parser = argparse.ArgumentParser("python -m sandbox.truth", description="Print the right answer to every row of a file as JSON.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--members", type=int, default=40)
    parser.add_argument("--claims", type=int, default=60)
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF)
    parser.add_argument("--night", type=int, default=0)
    parser.add_argument("file", type=Path)
    asked = parser.parse_args(argv)
    world = World.generate(asked.seed, asked.members, asked.claims, asked.as_of)
    print(as_json(of_file(world.on_night(asked.night), asked.file)))  # noqa: T201 -- a command prints
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
