"""The life of one claim: what the payer has of it from which day on. A night is a look at all lives on one day."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from sandbox.world_model import Claim, ClaimState, ServiceLine
from sandbox.worldgen import money
from sandbox.worldgen.calendar import DAY, forward
from sandbox.worldgen.money import DENIAL

Phase = tuple[date, dict[str, Any]]  # from that day on these fields of the claim are so
Code = tuple[str, str, str]  # 277 category, status, entity
ACCEPTED_AFTER, IN_PROCESS_AFTER = timedelta(days=2), timedelta(days=4)

_BY_CATEGORY: dict[str, ClaimState] = {
    "A0": "forwarded",
    "A1": "received",
    "A2": "accepted",
    "A3": "rejected",
    "A5": "accepted_split",
    "A6": "rejected",
    "A7": "rejected",
    "A8": "rejected",
    "P0": "pending",
    "P1": "pending",
    "P2": "pending",
    "P3": "pending_info",
    "P4": "pending_patient",
    "P5": "pending_payer",
    "F0": "finalized",
}
_TEXTS: dict[str, str] = {
    "A1": "We received this claim.",
    "A2": "This claim was accepted for processing.",
    "A3": "This claim was returned and not entered.",
    "A6": "This claim was rejected: information is missing.",
    "A7": "This claim was rejected: information is not valid.",
    "A8": "This claim was rejected: information does not agree.",
    "P0": "This claim is pending.",
    "P1": "This claim is in process.",
    "P2": "This claim is in review.",
    "P3": "This claim waits for information from the provider.",
    "P4": "This claim waits for information from the patient.",
    "P5": "This claim is on hold.",
}
MONEY_CAME = ("paid", "partly_denied")
LETTER = "Office notes for the date of service. A letter was mailed on {:%m/%d/%Y}; send them within 45 days."


_NAMES = tuple(f.name for f in fields(Claim))
_VALUES = attrgetter(*_NAMES)


def changed(claim: Claim, **known: Any) -> Claim:  # noqa: ANN401 -- fields of a claim, checked when it runs
    """The claim with other fields; in a large world this runs a hundred thousand times and `replace` takes twice as long."""
    return Claim(**dict(zip(_NAMES, _VALUES(claim), strict=True)) | known)


@dataclass
class Life:
    """A claim as the practice knows it, what happens to it at the payer, and the check that settles it."""

    bare: Claim
    phases: list[Phase] = field(default_factory=list)
    check: str = ""  # which check it is on, in the builder's own words
    check_date: date | None = None
    decision: dict[str, Any] = field(default_factory=dict)

    def on(self, day: date) -> Claim:
        """The claim as it stands on this day."""
        known: dict[str, Any] = {}
        for start, news in self.phases:
            if start > day:
                break
            known |= news
        return changed(self.bare, **known) if known else self.bare

    def add(self, day: date, **news: object) -> None:
        """From this day on."""
        self.phases.append((day, news))

    def change(self, **known: object) -> None:
        """What is so from the start."""
        self.bare = changed(self.bare, **known)

    # -- what a payer does, in order

    def arrive(self, day: date, number: str, pend: Code, until: date | None) -> None:
        """Received, accepted, in process: as far as there is time before the decision."""
        lines = tuple(replace(line, status="PENDING") for line in self.bare.lines)
        self.add(day, on_file=True, received=day, lines=lines, payer_claim_no=number, **code(("A1", "19", "")))
        if until is None or day + ACCEPTED_AFTER < until:
            self.add(day + ACCEPTED_AFTER, **code(("A2", "20", "")))
        if until is None or day + IN_PROCESS_AFTER < until:
            self.pend(day + IN_PROCESS_AFTER, pend)

    def pend(self, day: date, why: Code) -> None:
        """Pending for a reason; for missing notes there is a letter."""
        asked = LETTER.format(forward(day + DAY)) if why[0] == "P3" else ""
        self.add(day, requested_info=asked, **code(why))

    def reject(self, day: date, number: str, why: Code) -> None:
        """Turned away at the door: no adjudication, no amounts."""
        self.add(day, on_file=True, received=day, payer_claim_no=number, **code(why))

    def decide(self, day: date, lines: tuple[ServiceLine, ...], why: DENIAL | None = None) -> None:
        """Adjudicated: paid, paid with nothing, denied, or denied in part."""
        sums = money.totals(lines)
        self.decision = {"finalized": day, "requested_info": "", **sums, **_decision(sums, why)}
        self.add(day, **self.decision)

    def settle(self, day: date, check: str, number: str) -> None:
        """On a check; only a claim with money on it shows the check's number."""
        self.check, self.check_date = check, day
        final = self.on(day)
        if final.paid:
            self.add(
                day, status_code="65" if final.state in ("paid", "partly_denied") else final.status_code, check_no=number, check_date=day
            )


def code(why: Code) -> dict[str, Any]:
    """A 277 code with its state and the payer's sentence, as fields of a claim."""
    category, status, entity = why
    text = _TEXTS.get(category, "")
    return {"category": category, "status_code": status, "entity_code": entity, "state": _BY_CATEGORY[category], "portal_text": text}


def _decision(sums: dict[str, Any], why: DENIAL | None) -> dict[str, Any]:
    states = {line.status for line in sums["lines"]}
    if states == {"DENIED"} and why:
        return _final("F2", why[3], "denied", "This claim was denied.", why[4])
    if "DENIED" in states and why:
        return _final("F1", "3", "partly_denied", "This claim was processed; a line was denied.")
    if sums["paid"]:
        return _final("F1", "3", "paid", "This claim was approved for payment.")
    return _final("F1", "98", "paid_zero", "This claim was processed; the allowed amount is the member's to pay.")


def _final(category: str, status: str, state: ClaimState, text: str, entity: str = "") -> dict[str, Any]:
    return {"category": category, "status_code": status, "entity_code": entity, "state": state, "portal_text": text}
