"""Eligibility & Benefits: a Member ID, or a name and a birth date; the members found, and one member's benefits behind the name."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, PortalDown, ReadBackMismatch
from payerbot.model import EligibilityRequest, EligibilityResult, Outcome
from portals.base import SOON_MS
from portals.provider_express import read
from portals.provider_express.shell import TRIES, Shell

LABELS = {
    "member_id": "Member ID",
    "last": "Last Name",
    "first": "First Name",
    "birth_date": "Date of Birth",
    "service_date": "Date of Service",
}
TABLES = ("plans", "accumulators", "benefits", "flags", "others")
KEPT = 50  # as many earlier answers are known again


class Eligibility(Shell):
    """Drives the search and reads the member's page."""

    _numbers: deque[str]

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  handed on
        super().__init__(*given, **named)
        self._numbers = deque(maxlen=KEPT)

    def check_eligibility(self, ask: EligibilityRequest) -> EligibilityResult:
        """Ask by Member ID, then by name and birth date; an id with another birth date counts only where the name finds nobody."""
        result = EligibilityResult(outcome=Outcome.NOT_FOUND)
        doubt: EligibilityResult | None = None
        tried: list[str] = []
        for rung in ("member_id", "name") if ask.patient.member_id else ("name",):
            tried.append(rung)
            result = self._inquire(ask, rung)
            if result.field == "birth_date":
                doubt = result
            elif result.outcome is not Outcome.NOT_FOUND:
                break
        if result.outcome is Outcome.NOT_FOUND and doubt is not None:
            result, rung = doubt, "member_id"
        return result.model_copy(update={"rung": rung if result.outcome is not Outcome.NOT_FOUND else "", "tried": tuple(tried)})

    def _inquire(self, ask: EligibilityRequest, rung: str) -> EligibilityResult:
        """One search; sent again when the form came back empty, the server failed once, or the answer is another search's."""
        down: PortalDown | None = None
        for _ in range(TRIES):
            try:
                result = self._asked(ask, rung)
            except ReadBackMismatch:
                continue
            except PortalDown as trouble:
                down = trouble
                self.start_anew()
                continue
            if result is not None:
                return result
            down = None
        raise self.gave_up("eligibility", down)

    def _asked(self, ask: EligibilityRequest, rung: str) -> EligibilityResult | None:
        form, found = self.open("eligibility", "eligibility_form"), self.screen("member_results")
        wanted = self._fill(form, ask, rung)
        came = self.sent(form, {"found": found["landmark"], "refused": form["message"]}, "service_date")
        if came == "found":
            return self._chosen(found, ask, {LABELS[key]: value for key, value in wanted.items()})
        return self._refused(form, wanted) if came else None

    def _fill(self, form: Screen, ask: EligibilityRequest, rung: str) -> dict[str, str]:
        """Fill what this way of searching needs; returns it."""
        who = ask.patient
        by_name = {"last": who.last, "first": who.first, "birth_date": f"{who.birth_date:%m/%d/%Y}"}
        key = {"member_id": who.member_id} if rung == "member_id" else by_name
        wanted = {**key, "service_date": f"{ask.service_date:%m/%d/%Y}"}
        self.must_have(form, *wanted, "submit")
        for name, value in wanted.items():
            form[name].fill(value)
        steps.reached("search.filled")
        return wanted

    def _refused(self, form: Screen, wanted: Mapping[str, str]) -> EligibilityResult | None:
        """The message above the form; None where the form shows another search."""
        said = form["message"].text()
        self.keep()
        result = read.refusal(said)
        mine = all(form[name].text() == value for name, value in wanted.items())
        return result if mine or result.outcome is Outcome.PORTAL_DOWN else None

    def _chosen(self, found: Screen, ask: EligibilityRequest, wanted: Mapping[str, str]) -> EligibilityResult | None:
        """The one member of this birth date; None where the members are another search's."""
        self.must_have(found, "criteria", "table")
        told = read.criteria(found["criteria"].text())
        hits = [read.hit(cells) for cells in found["table"].table()]
        self.keep()
        if not hits:
            raise PageChanged(f"{found.name}: it shows no members that are known")
        number = told["Inquiry Number"]
        new = number not in self._numbers
        self._numbers.append(number)
        if not new or not read.echoes(told, wanted):
            return None
        mine = read.mine(hits, ask)
        if len(mine) == 1:
            return self._member(found, mine[0], hits[mine[0]], number, ask)
        if mine:
            return EligibilityResult(outcome=Outcome.AMBIGUOUS, reason="the payer has several such patients")
        return EligibilityResult(outcome=Outcome.BAD_DATA, field="birth_date", reason="the payer has another birth date")

    def _member(self, found: Screen, place: int, one: read.Hit, number: str, ask: EligibilityRequest) -> EligibilityResult | None:
        """The benefits behind the member's name; None where they are another's."""
        found["open"].nth(place).click()
        page = self.screen("member_benefits")
        self.expect({"benefits": page["landmark"]}, within_ms=self.answer_ms, what=page.name)
        sheet = self._sheet(page)
        self.keep()
        return read.eligibility(sheet, ask) if read.belongs(sheet, one, number, ask) else None

    def _sheet(self, page: Screen) -> read.Sheet:
        self.must_have(page, "member")
        tables = {name: self._table(page, name) for name in TABLES}
        return read.Sheet(member=page["member"].text(), notices=tuple(page["notice"].texts()), **tables)

    def _table(self, page: Screen, name: str) -> Sequence[read.Cells]:
        """The rows of one table; none only where words in its place say that there are none."""
        came = self.came({"rows": page[name], "none": page[f"{name}_none"]}, within_ms=SOON_MS)
        if came == "rows":
            return read.known(page[name].table(), name)
        if came is None or not read.says_nothing(page[f"{name}_none"].text()):
            raise PageChanged(f"{page.name}.{name}: it shows nothing that is known")
        return ()
