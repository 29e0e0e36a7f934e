"""The right answer to every row of a payments file, and the whole remittance behind it.

**Which payment is meant.** A row that names a check means the payer's check of that number (leading zeros and dashes do not count) whose
date and amount are the row's, as far as the row has them. Where the number is right and the date or the amount is another, nothing may be
matched: `not_found`, exactly as for a number nobody knows or another payer's check. A row without a check means the check on which the
payer's claim of that number (else of the practice's own number) stands with the row's days of service and charge; two such checks are
`ambiguous`, none is `not_found` (it is not paid yet). Without check and claim, or with a day that does not exist, a row is `rejected`; a
payer that another portal answers for is `wrong_portal`.

**What can be read.** A scan is `unreadable`: found, fetched and left to a person. So is a check whose payer hands out no document at all:
the list gives its number, date and amount only. Where nobody has managed the access to a payer's remittances yet it is `needs_person`,
which no portal's answer ends with. Everything else is `answered`, and must be read to the cent.

`Truth.lines` is the remittance as rows of `eob_lines` (a claim's lines in order, every claim of the check). Money has two decimals, days
are ISO, codes are `CO-45`, `adjustments` is `CO-45:64.80;PR-3:25.00`, several modifiers or remarks are joined by a blank. `plbs` is
`WO <reference>:73.08;...`; a positive amount lowers the check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation

from sandbox import truth
from sandbox.eobs.facts import payee_npi
from sandbox.eobs.style import clp
from sandbox.eobs.ways import GATED, withheld
from sandbox.truth import Asked, Row, Truth
from sandbox.world import PAYERS, Claim, Remit, ServiceLine, World, same_id

LINE_COLUMNS = (
    "payer", "check_or_eft", "check_date", "check_amount", "claim_id", "payer_claim_no", "clp_status", "dos", "cpt", "mods", "units",
    "charge", "allowed", "paid", "pr_deductible", "pr_coinsurance", "pr_copay", "co_45", "adjustments", "rarcs", "balance_ok",
)  # fmt: skip
UNSHOWN = frozenset({"allowed", "clp_status", "payer", "balance_ok"})  # some documents have no column, or words, for it
_TELLING = frozenset({"check_or_eft", "payer_claim_no", "dos", "cpt"})  # by these one finds the line that is meant
ZERO = Decimal("0.00")


def payment(world: World, row: Row, here: Sequence[str] = truth.HERE) -> Truth:
    """What the question about this payment must end with; `here`: the portals whose payers are asked."""
    asked = truth.read(row, ("check_no",) if not (row.get("claim_id") or row.get("payer_claim_no")) else (), here)
    if isinstance(asked, Truth):
        return asked
    day, amount = truth.parsed(row.get("check_date", "")), _amount(row.get("check_amount", ""))
    if (row.get("check_date") and day is None) or (row.get("check_amount") and amount is None):
        return truth.end("rejected", "column check_date or check_amount")
    found = _checks(world, row, asked) if row.get("check_no") else _of_claim(world, row, asked)
    fit = [r for r in found if (day is None or r.check_date == day) and (amount is None or r.amount == amount)]
    if len(fit) > 1:
        return truth.end("ambiguous", "two checks")
    if not fit:
        return truth.end("not_found", "its date or amount is another" if found else "")
    return remittance(fit[0])


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace("$", "").replace(",", ""))
    except InvalidOperation:
        return None


def same_check(one: str, other: str) -> bool:
    """Whether two check numbers are the same but for leading zeros."""
    return same_id(one).lstrip("0") == same_id(other).lstrip("0")


def _checks(world: World, row: Row, asked: Asked) -> list[Remit]:
    return [r for r in world.remits if r.payer == asked.payer and same_check(r.check_no, row["check_no"])]


def _of_claim(world: World, row: Row, asked: Asked) -> list[Remit]:
    return [r for r in world.remits if r.payer == asked.payer and any(_is(c, row, asked) for c in r.claims)]


def _is(claim: Claim, row: Row, asked: Asked) -> bool:
    number = row.get("payer_claim_no", "")
    if same_id(claim.payer_claim_no) != same_id(number) if number else claim.claim_id != row["claim_id"]:
        return False
    first = asked.days.get("dos_from", claim.dos_from)
    last = asked.days.get("dos_to", first if "dos_from" in asked.days else claim.dos_to)
    return (claim.dos_from, claim.dos_to) == (first, last) and (not row.get("charge_amount") or claim.charge == asked.charge)


def remittance(remit: Remit) -> Truth:
    """The answer about one check."""
    if remit.payer in GATED:
        return truth.end("needs_person", "nobody has managed the access to this payer's remittances")
    check = {
        "check_no": remit.check_no,
        "check_date": remit.check_date.isoformat(),
        "check_amount": f"{remit.amount:.2f}",
    }
    if remit.scanned or withheld(remit):
        why = "a scan" if remit.scanned else "no document is handed out"
        return truth.end("unreadable", why, **check)
    payee = {"payee_npi": payee_npi(remit), "payee_tin": remit.claims[0].billing_tin, "claim_count": str(len(remit.claims))}
    plbs = ";".join(f"{p.code} {p.reference}".strip() + f":{p.amount:.2f}" for p in remit.plbs)
    told = truth.end("answered", **check, **payee)
    return Truth(told.outcome, told.answerable, told.fields, told.why, lines(remit), plbs)


def lines(remit: Remit) -> list[dict[str, str]]:
    """The remittance as rows of `eob_lines`."""
    return [_line(remit, claim, line) for claim in remit.claims for line in claim.lines]


def _line(remit: Remit, claim: Claim, line: ServiceLine) -> dict[str, str]:
    adjusted = sum((a.amount for a in line.adjustments), ZERO)
    return {
        "payer": PAYERS[remit.payer].label,
        "check_or_eft": remit.check_no,
        "check_date": remit.check_date.isoformat(),
        "check_amount": f"{remit.amount:.2f}",
        "claim_id": claim.claim_id,
        "payer_claim_no": claim.payer_claim_no,
        "clp_status": clp(claim),
        "dos": line.dos.isoformat(),
        "cpt": line.cpt,
        "mods": " ".join(line.modifiers),
        "units": str(line.units),
        "charge": f"{line.charge:.2f}",
        "allowed": "" if line.allowed is None else f"{line.allowed:.2f}",
        "paid": f"{line.paid or ZERO:.2f}",
        "pr_deductible": _of(line, "PR", "1"),
        "pr_coinsurance": _of(line, "PR", "2"),
        "pr_copay": _of(line, "PR", "3"),
        "co_45": _of(line, "CO", "45"),
        "adjustments": ";".join(f"{a.group}-{a.carc}:{a.amount:.2f}" for a in line.adjustments),
        "rarcs": " ".join(line.rarcs),
        "balance_ok": "Y" if line.charge == (line.paid or ZERO) + adjusted else "N",
    }


def _of(line: ServiceLine, group: str, carc: str) -> str:
    """The sum of one reason; "0.00" where it does not occur."""
    return f"{sum((a.amount for a in line.adjustments if (a.group, a.carc) == (group, carc)), ZERO):.2f}"


# -- comparing


def line_disagreements(said: Iterable[Row], true: Truth) -> list[str]:
    """Where the rows of an `eob_lines` file about one check are wrong: `missing`, `too many`, or `<n>: <column>`.

    The rows may come in any order; each is compared with the true line of the same check, claim, day and code.
    """
    rest = list(said)
    wrong: list[str] = []
    for number, line in enumerate(true.lines, start=1):
        near = [row for row in rest if not set(_differences(line, row)) & _TELLING]
        if not near:
            wrong.append("missing")
            continue
        best = min(near, key=lambda row: len(_differences(line, row)))
        wrong += [f"{number}: {column}" for column in _differences(line, best)]
        rest.remove(best)
    return [*wrong, *(["too many"] if rest else [])]


def _differences(line: Row, said: Row) -> list[str]:
    return [column for column in LINE_COLUMNS if not _agrees(column, line[column], said.get(column, ""))]


def _agrees(column: str, true: str, said: str) -> bool:
    said = said.strip()
    if column == "payer":  # as the practice's files, the portal or the document call it
        return True
    if not said and (column in UNSHOWN or true in ("", "0.00")):
        return True
    if column == "check_or_eft":
        return same_check(true, said)
    if column in ("payer_claim_no", "claim_id"):
        return same_id(true) == same_id(said)
    return _COMPARED.get(column, _alike)(true, said)


def _alike(true: str, said: str) -> bool:
    try:
        return Decimal(true) == Decimal(said)
    except InvalidOperation:
        return true == said


def _sums(text: str) -> dict[str, Decimal]:
    """Code -> dollars, whatever the order."""
    parts = (part.strip().rpartition(":") for part in text.split(";") if part.strip())
    return {code.strip(): Decimal(amount) for code, _, amount in parts}


def _words(text: str) -> list[str]:
    return sorted(text.replace(";", " ").replace(",", " ").split())


_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "adjustments": lambda true, said: _sums(true) == _sums(said),
    "mods": lambda true, said: _words(true) == _words(said),
    "rarcs": lambda true, said: _words(true) == _words(said),
    "balance_ok": lambda _, said: said.casefold() in ("y", "yes", "true", "1"),
}
