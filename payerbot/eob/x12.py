"""The 835 (005010X221A1) in, remittances out: our own small reader, for the public ones stumble over behavioral-health files.

Delimiters come from the ISA. Whatever is missing or malformed is an error; nothing is made up for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, get_args

from payerbot.eob import balance
from payerbot.eob.trouble import CannotRead
from payerbot.model import Adjustment
from payerbot.remittance import ProviderAdjustment, RemitClaim, RemitLine, Remittance

LARGEST = 20_000_000  # bytes
ISA_LENGTH = 106
GROUPS = frozenset(get_args(Adjustment.model_fields["group"].annotation)) - {""}
REMARKS_IN_MOA = slice(3, 8)  # MOA03 to MOA07
REMARKS_IN_MIA = (5, 20, 21, 22, 23)
SERVICE_DAYS = {"472", "150"}  # the day of service, or the first of several
READ = frozenset({"BPR", "TRN", "N1", "REF", "CLP", "NM1", "DTM", "SVC", "CAS", "AMT", "LQ", "MOA", "MIA", "PLB"})
TRIPLE = 3


class Segment(tuple[str, ...]):
    """One segment: its name first, then its elements; one that is not there is empty."""

    __slots__ = ()

    def at(self, n: int) -> str:
        """Element n as the standard counts them, from 1."""
        return self[n] if n < len(self) else ""


def read(data: bytes) -> tuple[Remittance, ...]:
    """Every remittance of a file; CannotRead where it is no whole 835."""
    if len(data) > LARGEST:
        raise CannotRead("the 835 is too large to be one")
    segments, inner = _segments(data)
    found = tuple(_Transaction(body, inner).remittance() for body in _transactions(segments))
    if not found:
        _malformed("it has no remittance (ST*835) in it")
    return found


def _malformed(why: str) -> NoReturn:
    raise CannotRead(f"the 835 is malformed: {why}")


# --- envelope ----------------------------------------------------------------------------------------------------------------------


def _segments(data: bytes) -> tuple[list[Segment], str]:
    """The segments, and what separates the parts of an element."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    text = text.strip()
    if not text.startswith("ISA") or len(text) < ISA_LENGTH:
        _malformed("it does not begin with an ISA segment")
    element, inner, end = text[3], text[104], text[105]
    if len({element, inner, end}) != TRIPLE or element.isalnum() or inner.isalnum() or end.isalnum():
        _malformed("its ISA segment names no separators")
    if not text.endswith(end):
        _malformed("it ends in the middle of a segment")
    parts = (part.strip("\r\n") for part in text.split(end))
    return [Segment(part.split(element)) for part in parts if part], inner


def _transactions(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """The segments between each ST*835 and its SE, which must count them."""
    if segments[-1][0] != "IEA":
        _malformed("it ends before its IEA segment")
    body: list[Segment] | None = None
    for segment in segments:
        if segment[0] == "ST":
            if body is not None:
                _malformed("a transaction begins before the one before has ended")
            body = [segment]
        elif body is not None:
            body.append(segment)
            if segment[0] == "SE":
                yield from _whole(body)
                body = None
    if body is not None:
        _malformed("a transaction has no SE segment")


def _whole(body: list[Segment]) -> Iterator[list[Segment]]:
    if body[-1].at(1) != str(len(body)):
        _malformed("a transaction does not have as many segments as it says")
    if body[0].at(1) == "835":
        yield body[1:-1]


# --- one transaction ---------------------------------------------------------------------------------------------------------------


@dataclass
class _Draft:
    """What is known of a claim or a line so far."""

    values: dict[str, Any]
    adjustments: list[Adjustment] = field(default_factory=list)
    rarcs: list[str] = field(default_factory=list)
    lines: list[_Draft] = field(default_factory=list)


class _Transaction:
    """Goes through the segments of one check."""

    def __init__(self, body: Sequence[Segment], inner: str) -> None:
        self.body = body
        self.inner = inner
        self.check: dict[str, Any] = {}
        self.claims: list[_Draft] = []
        self.plbs: list[ProviderAdjustment] = []
        self.party = ""  # PR or PE: whose N1 loop this is

    def remittance(self) -> Remittance:
        for segment in self.body:
            if segment[0] in READ:
                getattr(self, f"_{segment[0].lower()}")(segment)
        for needed, name in (("amount", "BPR"), ("check_no", "TRN")):
            if needed not in self.check:
                _malformed(f"a transaction has no {name} segment")
        return Remittance(**self.check, claims=tuple(map(_claim, self.claims)), plbs=tuple(self.plbs))

    def _bpr(self, segment: Segment) -> None:
        self.check |= {"amount": _money(segment, 2), "method": segment.at(4)}
        if segment.at(16):
            self.check["check_date"] = _day(segment.at(16), "BPR")
        if segment.at(3) == "D":
            self.check["amount"] = -self.check["amount"]

    def _trn(self, segment: Segment) -> None:
        if "check_no" in self.check:
            _malformed("a transaction names two checks")
        if not segment.at(2):
            _malformed("its TRN segment names no check")
        self.check["check_no"] = segment.at(2)

    def _n1(self, segment: Segment) -> None:
        self.party = segment.at(1)
        if self.party == "PR":
            self.check["payer"] = segment.at(2)
        elif self.party == "PE":
            self.check["payee"] = segment.at(2)
            if number := {"XX": "payee_npi", "FI": "payee_tin"}.get(segment.at(3)):
                self.check[number] = segment.at(4)

    def _ref(self, segment: Segment) -> None:
        if not self.claims and self.party == "PE" and segment.at(1) == "TJ":
            self.check["payee_tin"] = segment.at(2)

    def _clp(self, segment: Segment) -> None:
        number = segment.at(1)
        values = {
            "claim_id": "" if number == "0" else number,  # what a payer sends where the claim had none
            "clp_status": segment.at(2),
            "charge": _money(segment, 3),
            "paid": _money(segment, 4),
            "patient_resp": _money(segment, 5) if segment.at(5) else None,
            "payer_claim_no": segment.at(7),
        }
        self.claims.append(_Draft(values))

    def _nm1(self, segment: Segment) -> None:
        if not self.claims or segment.at(1) not in {"QC", "IL"}:
            return
        values = self.claims[-1].values
        if segment.at(1) == "QC":
            values["patient_name"] = ", ".join(filter(None, (segment.at(3), segment.at(4))))
        if segment.at(8) == "MI":
            values.setdefault("member_id", segment.at(9))

    def _dtm(self, segment: Segment) -> None:
        if not self.claims:
            return
        claim, kind = self.claims[-1], segment.at(1)
        if claim.lines and kind in SERVICE_DAYS:
            claim.lines[-1].values["dos"] = _day(segment.at(2), "DTM")
        elif not claim.lines and kind in {"232", "233"}:
            claim.values["dos_from" if kind == "232" else "dos_to"] = _day(segment.at(2), "DTM")

    def _svc(self, segment: Segment) -> None:
        _, code, *modifiers = [*segment.at(1).split(self.inner), ""][:6]
        values = {
            "cpt": code,
            "modifiers": tuple(filter(None, modifiers)),
            "charge": _money(segment, 2),
            "paid": _money(segment, 3),
            "units": segment.at(5),
        }
        self._within("SVC").lines.append(_Draft(values))

    def _cas(self, segment: Segment) -> None:
        if segment.at(1) not in GROUPS:
            _malformed("a CAS segment has a group code that is none")
        for n in range(2, len(segment), TRIPLE):
            if segment.at(n) or segment.at(n + 1):
                if not segment.at(n):
                    _malformed("a CAS segment has an amount without a reason")
                adjustment = Adjustment(group=segment.at(1), carc=segment.at(n), amount=_money(segment, n + 1))
                self._current("CAS").adjustments.append(adjustment)

    def _amt(self, segment: Segment) -> None:
        if self.claims and self.claims[-1].lines and segment.at(1) == "B6":
            self.claims[-1].lines[-1].values["allowed"] = _money(segment, 2)

    def _lq(self, segment: Segment) -> None:
        if segment.at(1) == "HE" and segment.at(2):
            self._current("LQ").rarcs.append(segment.at(2))

    def _moa(self, segment: Segment) -> None:
        self._within("MOA").rarcs.extend(filter(None, segment[REMARKS_IN_MOA]))

    def _mia(self, segment: Segment) -> None:
        self._within("MIA").rarcs.extend(filter(None, map(segment.at, REMARKS_IN_MIA)))

    def _plb(self, segment: Segment) -> None:
        for n in range(3, len(segment), 2):
            if segment.at(n) or segment.at(n + 1):
                code, _, reference = segment.at(n).partition(self.inner)
                self.plbs.append(ProviderAdjustment(code=code, reference=reference, amount=_money(segment, n + 1)))

    def _within(self, name: str) -> _Draft:
        if not self.claims:
            _malformed(f"a {name} segment stands before any claim")
        return self.claims[-1]

    def _current(self, name: str) -> _Draft:
        claim = self._within(name)
        return claim.lines[-1] if claim.lines else claim


def _claim(draft: _Draft) -> RemitClaim:
    lines = tuple(RemitLine(**line.values, adjustments=tuple(line.adjustments), rarcs=tuple(line.rarcs)) for line in draft.lines)
    days = sorted(line.dos for line in lines if line.dos)
    if days:
        draft.values.setdefault("dos_from", days[0])
    draft.values.setdefault("dos_to", days[-1] if days else draft.values.get("dos_from"))
    made = RemitClaim(**draft.values, adjustments=tuple(draft.adjustments), rarcs=tuple(draft.rarcs), lines=lines)
    return made.model_copy(update={"outcome": balance.outcome(made)})


def _money(segment: Segment, n: int) -> Decimal:
    try:
        amount = Decimal(segment.at(n))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        _malformed(f"an amount in a {segment[0]} segment is missing or is none")
    return amount


def _day(text: str, name: str) -> date:
    try:
        return datetime.strptime(text.partition("-")[0], "%Y%m%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        _malformed(f"a date in a {name} segment is none")
