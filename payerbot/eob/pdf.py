"""A PDF in, a remittance out, whatever payer made it: claims by their labels, service lines by the heads of their columns.

An amount that is not shown is never zero: it is a problem, and what has one is not posted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from payerbot.eob import amounts, balance, layout, pages
from payerbot.eob.pages import Line
from payerbot.eob.reading import Reading
from payerbot.eob.trouble import CannotRead
from payerbot.model import Adjustment
from payerbot.practice import words as plain
from payerbot.remittance import ProviderAdjustment, RemitClaim, RemitLine, Remittance

SHARES = {"deductible": "1", "coinsurance": "2", "copay": "3"}  # columns of their own for what the patient owes
NAMES_A_CLAIM = {"patient_name", "claim_id", "payer_claim_no"}
ENOUGH_LABELS = 2
_PLB = re.compile(r"[A-Z0-9]{2}")
_CODE = re.compile(r"[A-Z]?[0-9]{4}[A-Z0-9]")  # CPT and HCPCS
_STATUS = re.compile(r"\d{1,2}\b")


def read(data: bytes) -> Reading:
    """The remittance of a PDF; CannotRead where it is none that is known."""
    return of_text(pages.read(data))


def of_text(text: pages.Text) -> Reading:
    """The remittance in the lines of a document."""
    document = _Document()
    for line in text.lines:
        document.take(line)
    remittance = document.remittance()
    problems = (*document.problems, *balance.problems(remittance))
    return Reading(remittance, tuple(dict.fromkeys(problems)), text.pages)


@dataclass
class _Claim:
    """What is known of a claim so far."""

    head: dict[str, str] = field(default_factory=dict)
    lines: list[_Line] = field(default_factory=list)
    totals: dict[str, str] | None = None


@dataclass
class _Line:
    """What is known of a service line so far."""

    cells: dict[str, str]
    adjustments: list[Adjustment]
    rarcs: list[str]


class _Document:
    """Goes through the lines of a document."""

    def __init__(self) -> None:
        self.check: dict[str, str] = {}
        self.claims: list[_Claim] = []
        self.plbs: list[ProviderAdjustment] = []
        self.columns: list[layout.Column] = []
        self.below: tuple[str, list[layout.Column]] | None = None  # labels whose values stand on the next line
        self.part = "claims"
        self.problems: list[str] = []

    def take(self, line: Line) -> None:
        """Read one line; one that says nothing known is passed over, and the sums tell whether it mattered."""
        if self.below is not None:
            (kind, labels), self.below = self.below, None
            self._told(kind, layout.under(line, labels).items())
        elif self.part == "end" or self._new_part(line):
            return
        elif self.part == "provider":
            self._provider(line)
        elif heads := layout.heads(line):
            self.columns = heads
        elif not (self._labels(line) or self._row(line)) and not self.claims:
            self._told("check", layout.side_by_side(line, "check"))

    def _new_part(self, line: Line) -> bool:
        if line.plain.startswith(layout.begins("legend")):
            self.part = "end"
        elif line.plain.startswith(layout.begins("provider_adjustments")) and self._is_heading(line):
            self.part = "provider"
        else:
            return False
        return True

    def _is_heading(self, line: Line) -> bool:
        return not amounts.amounts(line.text)

    # --- labels ---

    def _labels(self, line: Line) -> bool:
        for kind in ("claim", "check") if self.claims or not self._is_check(line) else ("check",):
            labels = layout.only_labels(line, kind)
            if len(labels) >= ENOUGH_LABELS:
                places = [layout.Column(one.field, line.words[one.start].x0, line.words[one.end - 1].x1) for one in labels]
                self.below = (kind, places)
                return True
        told = list(layout.with_colons(line, "claim"))
        if self.claims or NAMES_A_CLAIM & {name for name, _ in told}:
            self._told("claim", told)
            return bool(told)
        return self._told("check", layout.with_colons(line, "check"))

    def _is_check(self, line: Line) -> bool:
        fields = {label.field for label in layout.only_labels(line, "check")}
        return bool(fields & {"check_no", "check_date", "payee", "payer"})

    def _told(self, kind: str, pairs: Any) -> bool:  # noqa: ANN401  pairs of field and value
        told = [(name, value.strip()) for name, value in pairs]
        if kind == "claim":
            self._claim_head(dict(told))
        else:
            for name, value in told:
                if value and self.check.setdefault(name, value) != value and name in {"check_no", "amount"}:
                    self.problems.append("the check: the document names more than one")
        return bool(told)

    def _claim_head(self, told: Mapping[str, str]) -> None:
        if not told:
            return
        if not self.claims or self._is_another(told):
            self.claims.append(_Claim())
        self.claims[-1].head.update(told)

    def _is_another(self, told: Mapping[str, str]) -> bool:
        """A header begins the next claim, unless a page break only repeats that of the claim which goes on."""
        current = self.claims[-1]
        repeats = bool(told) and all(current.head.get(name) == value for name, value in told.items())
        if current.totals is not None:
            return True
        return not repeats and bool(current.lines or set(told) & set(current.head))

    # --- service lines ---

    def _row(self, line: Line) -> bool:
        if not (self.claims and self.columns):
            return False
        if found := self._adjustments_only(line):
            self._last_line("an adjustment").adjustments.extend(found)
        elif line.plain.startswith(layout.begins("total")) and amounts.amounts(line.text):
            self.claims[-1].totals = layout.under(line, self.columns)
        elif line.plain.startswith(layout.begins("remark")):
            self._remarks(line)
        else:
            return self._service(layout.under(line, self.columns))
        return True

    def _adjustments_only(self, line: Line) -> list[Adjustment]:
        texts = [word.text for word in line.words]
        if line.words[0].plain in layout.begins("adjustment"):
            texts = texts[1:]
        return amounts.adjustments(" ".join(texts)) or []

    def _last_line(self, what: str) -> _Line:
        claim = self.claims[-1]
        if not claim.lines:
            self.problems.append(f"claim {len(self.claims)}: {what} stands above any service line")
            return _Line({}, [], [])
        return claim.lines[-1]

    def _remarks(self, line: Line) -> None:
        rest = line.words[1:] if line.words[0].plain in layout.begins("remark") else line.words[2:]
        self._last_line("a remark").rarcs.extend(amounts.remarks(" ".join(word.text for word in rest)))

    def _service(self, cells: dict[str, str]) -> bool:
        code = (re.split(r"[-\s:]", cells.get("cpt", "")) or [""])[0]
        charge, paid = (amounts.money(cells.get(name)) for name in ("charge", "paid"))
        begins = bool(_CODE.fullmatch(code)) and (charge is not None or paid is not None or amounts.day(cells.get("dos", "")) is not None)
        remarks = amounts.remarks(cells.get("remarks", ""))
        if begins:
            self.claims[-1].lines.append(_Line(cells, list(_adjusted(cells)), list(remarks)))
        elif set(cells) <= {"reason", "adjusted", "remarks"} and (remarks or amounts.amounts(cells.get("adjusted", ""))):
            last = self._last_line("an adjustment")
            last.adjustments.extend(_adjusted(cells))
            last.rarcs.extend(remarks)
        else:
            return False
        return True

    # --- the end of the document ---

    def _provider(self, line: Line) -> None:
        code, amount = line.words[0].text, amounts.money(line.words[-1].text)
        if amount is None or not _PLB.fullmatch(code):
            if amount is not None:
                self.problems.append("the check: a provider adjustment has no code")
            return
        reference = " ".join(word.text for word in line.words[1:-1] if any(map(str.isdigit, word.text)))
        self.plbs.append(ProviderAdjustment(code=code, reference=reference, amount=amount))

    def remittance(self) -> Remittance:
        """What was read; CannotRead where the check itself is not shown."""
        amount, number = amounts.money(self.check.get("amount")), self.check.get("check_no", "")
        if amount is None or not number:
            raise CannotRead(f"the document does not show the check's {'number' if amount is not None else 'amount'} where payerbot looks")
        claims = tuple(self._made(n, claim) for n, claim in enumerate(self.claims, start=1))
        if (count := self.check.get("count")) and count != str(len(claims)):
            self.problems.append("the check: it has another number of claims than it says")
        return Remittance(
            payer=self.check.get("payer", ""),
            payee=self.check.get("payee", ""),
            payee_npi=self.check.get("payee_npi", ""),
            payee_tin=re.sub(r"\D", "", self.check.get("payee_tin", "")),
            check_no=number,
            check_date=amounts.day(self.check.get("check_date", "")),
            amount=amount,
            method=_method(self.check.get("method", "")),
            claims=claims,
            plbs=tuple(self.plbs),
        )

    def _made(self, number: int, claim: _Claim) -> RemitClaim:
        name = f"claim {number}"
        lines = tuple(one for n, line in enumerate(claim.lines, start=1) if (one := self._made_line(f"{name}, line {n}", line)))
        first, last = amounts.span(claim.head.get("days", ""))
        days = [line.dos for line in lines if line.dos]
        told = {plain_name: claim.head.get(plain_name, "") for plain_name in ("claim_id", "payer_claim_no", "patient_name", "member_id")}
        made = RemitClaim(
            **told,
            clp_status=_status(claim.head.get("clp_status", "")),
            dos_from=first or min(days, default=None),
            dos_to=last or max(days, default=None),
            charge=self._shown(claim, "charge", name),
            paid=self._shown(claim, "paid", name),
            patient_resp=amounts.money(claim.head.get("patient_resp")),
            lines=lines,
        )
        return made.model_copy(update={"outcome": balance.outcome(made)})

    def _shown(self, claim: _Claim, what: str, name: str) -> Decimal:
        """The claim's own sum, from its header or its totals; zero with a problem where neither shows it."""
        texts = (claim.head.get(what), (claim.totals or {}).get(what))
        found = {amount for text in texts if (amount := amounts.money(text)) is not None}
        if len(found) != 1:
            self.problems.append(f"{name}: its {what} {'is not shown' if not found else 'is shown in two ways'}")
        return next(iter(found), Decimal(0))

    def _made_line(self, name: str, line: _Line) -> RemitLine | None:
        charge, paid = (amounts.money(line.cells.get(what)) for what in ("charge", "paid"))
        if charge is None or paid is None:
            self.problems.append(f"{name}: its {'charge' if charge is None else 'payment'} is not shown")
            return None
        code, *modifiers = re.split(r"[-\s:]+", line.cells["cpt"])
        return RemitLine(
            dos=amounts.span(line.cells.get("dos", ""))[0],
            cpt=code,
            modifiers=tuple(filter(None, (*modifiers, *re.split(r"[\s,:-]+", line.cells.get("modifiers", ""))))),
            units=line.cells.get("units", ""),
            charge=charge,
            allowed=amounts.money(line.cells.get("allowed")),
            paid=paid,
            adjustments=tuple(line.adjustments),
            rarcs=tuple(line.rarcs),
        )


def _adjusted(cells: Mapping[str, str]) -> Iterator[Adjustment]:
    """The adjustments in the cells of one row: what the patient owes in columns of its own, and codes with their amounts."""
    for name, carc in SHARES.items():
        if amount := amounts.money(cells.get(name)):
            yield Adjustment(group="PR", carc=carc, amount=amount)
    both = f"{cells.get('reason', '')} {cells.get('adjusted', '')}".strip()
    found = [amount for amount in amounts.amounts(both) if amount or amounts.codes(both)]
    yield from amounts.paired(amounts.codes(both) if both else [], found)


def _status(text: str) -> str:
    if number := _STATUS.match(text):
        return number[0]
    compared = plain(text)
    return next((code for code, words in layout.known().status.items() if any(plain(word) in compared for word in words)), "")


def _method(text: str) -> str:
    names: Sequence[str] = [code for code, words in layout.known().method.items() if plain(text) in map(plain, words)]
    return names[0] if names else text
