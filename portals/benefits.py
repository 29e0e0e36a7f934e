"""One person's in-network figures for behavioral health, out of the lines of a benefit sheet; shared by portals. Imports no browser.

Cost shares: the MH lines, or the 98 lines where MH names none in network; never 30, whose copays are for other things. Telehealth,
authorization, visits: the MH lines, or the 98 lines of a payer that has none for MH. Deductible and out of pocket: the first of MH, 98
and 30 that has one. Amounts of a family are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from payerbot.model import AuthRule, Benefit, Network

SERVICE_TYPES = ("MH", "98", "30")  # the most telling first
YEARLY = ("", "calendar_year", "service_year", "lifetime")
_CARE = r"(?:(?:outpatient|office|covered|combined|total|mental|behavioral|health|psychotherapy|counseling|therapy|in-network)\s+){0,4}"
_YEAR = r"\s*(?:per|/|each|every|a|in a|for the)\s*(?:calendar|benefit|plan|service|policy|contract)?\s*(?:year|lifetime)\b"
_LIMIT = re.compile(
    rf"(?i)\b(?:limit(?:ed)?(?:\s+to|\s+of|\s+is|:)?|maximum(?:\s+of|\s+is|:)?|max:?|up\s+to)\s+(\d{{1,3}})\s+{_CARE}(?:visits?|sessions?)"
    rf"(?:{_YEAR}|(?=\s*(?:[.;,(]|$)))|(?<![$\d.,])\b(\d{{1,3}})\s+{_CARE}(?:visits?|sessions?)(?:\s+(?:are\s+)?allowed)?{_YEAR}"
)
_OTHER_CARE = re.compile(
    r"(?i)chiropract|physical|occupational|speech|vision|dental|acupunct|emergency|hospital|inpatient|nutrition|rehab|hearing|home health"
)
MIND = re.compile(r"(?i)mental|behavioral|psych|counsel")
_USED = re.compile(
    r"(?i)(?<![$\d.,])\b(\d{1,3})\s+(?:(?:visits?|sessions?)\s+)?(?:have been\s+|has been\s+)?used\b|\bused[:\s]+(\d{1,3})\b(?![/.,-]?\d)"
)
_LEFT = re.compile(
    r"(?i)(?<![$\d.,])\b(\d{1,3})\s+(?:(?:visits?|sessions?)\s+)?(?:remain(?:ing|s)?|left)\b|\b(?:remaining|left)[:\s]+(\d{1,3})\b(?![/.,-]?\d)"
)


class Visits(NamedTuple):
    """Visits allowed, used and left, where they were read, and what is odd about them."""

    allowed: int | None = None
    used: int | None = None
    left: int | None = None
    source: Literal["field", "message"] | None = None
    warnings: tuple[str, ...] = ()


class Figures:
    """The figures that count, of all the lines of a sheet."""

    def __init__(self, said: Sequence[Benefit], auth_says: Callable[[str], AuthRule]) -> None:
        self.said = said
        self._auth_says = auth_says
        have = {line.service_type for line in said}
        self.service_type = next((code for code in SERVICE_TYPES if code in have), None)
        self._card = next((code for code in SERVICE_TYPES[:2] if code in have), "")
        self._shares = next((code for code in SERVICE_TYPES[:2] if self._first(code, "copay") or self._first(code, "coinsurance")), "")

    def _all(self, code: str, kind: str) -> list[Benefit]:
        inside = (Network.IN, Network.BOTH)
        fits = (b for b in self.said if b.service_type == code and b.kind == kind and b.network in inside and b.level != "family")
        return [b for b in fits if kind not in ("limit", "deductible", "out_of_pocket") or b.period in YEARLY]

    def _first(self, code: str, kind: str) -> Benefit | None:
        return next(iter(self._all(code, kind)), None)

    def spending(self, kind: Literal["deductible", "out_of_pocket"]) -> tuple[Decimal | None, Decimal | None]:
        """An amount for the year, and what is left of it."""
        found = next((hit for code in SERVICE_TYPES if (hit := self._first(code, kind))), None)
        return (found.amount, found.remaining) if found else (None, None)

    def network(self) -> Network:
        """Which networks there are mental-health benefits for."""
        kinds = {b.network for b in self.said if b.service_type == "MH" and b.kind != "not_covered"} - {Network.UNKNOWN}
        if not kinds:
            return Network.UNKNOWN
        return kinds.pop() if len(kinds) == 1 else Network.BOTH

    def copay(self) -> Decimal | None:
        """The copay of an office visit."""
        found = self._first(self._shares, "copay")
        return found.amount if found else None

    def coinsurance(self) -> Decimal | None:
        """The member's share, 0-1."""
        found = self._first(self._shares, "coinsurance")
        return found.share if found else None

    def telehealth(self) -> tuple[Literal["covered", "not_covered"] | None, Decimal | None]:
        """Whether telehealth visits are covered, and their copay."""
        found = self._first(self._card, "telehealth")
        if found is None or found.covered is None:
            return None, None
        return ("covered", found.amount) if found.covered else ("not_covered", None)

    def auth(self) -> AuthRule:
        """The authorization rule; a blank is unknown, and so are lines that contradict each other."""
        rules = {self._auth_says(found.text) for found in self._all(self._card, "authorization")}
        return rules.pop() if len(rules) == 1 else AuthRule.UNKNOWN

    def visits(self, messages: Sequence[str] = ()) -> Visits:
        """Visits allowed, used and left: from fields, else out of a sentence (also of the plan's messages), and then marked so."""
        field = self._first(self._card, "limit")
        if field is not None:
            return _counted(field.allowed, field.used, field.left, "field")
        notes = (note.text for note in self._all(self._card, "note"))
        for text in [*notes, *(text for text in messages if MIND.search(text))]:
            if not _OTHER_CARE.search(text) and (allowed := _number(_LIMIT, text)) is not None:
                return _counted(allowed, _number(_USED, text), _number(_LEFT, text), "message")
        return Visits()


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    hit = pattern.search(text)
    return int(next(group for group in hit.groups() if group)) if hit else None


def _counted(allowed: int | None, used: int | None, left: int | None, source: Literal["field", "message"]) -> Visits:
    warnings = []
    if allowed is not None and used is not None and used > allowed:
        warnings.append("more visits are used than allowed")
        left = 0
    elif left is not None and left < 0:
        warnings.append("the page shows fewer than no visits left")
        left = 0
    elif allowed is not None and used is not None and left is not None and used + left != allowed:
        warnings.append("visits used and left do not make up the visits allowed")
    return Visits(allowed, used, left, source, tuple(warnings))
