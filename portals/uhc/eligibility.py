"""Eligibility: member id or name, birth date and day; sections that are filled one by one; refusals in three places."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, ReadBackMismatch
from payerbot.model import EligibilityRequest, EligibilityResult, Outcome
from portals._onehealthcare.base import OneHealthcare
from portals.base import SOON_MS
from portals.uhc import read

ELIGIBILITY = "/#/eligibility"
CRITERIA = {"member_id": "Member ID & Date of Birth", "name": "Member Name & Date of Birth"}
SECTIONS = ("demographics", "plan", "deductibles", "popular", "detailed", "behavioral", "cob")
TABLES = ("popular", "detailed")
PLACES = ("dialog", "popup", "banner")  # where a refusal can stand
TRIES = 6
SURE = 2  # a refusal is believed when the payer says it twice: one retry sometimes succeeds
KEPT = 50  # as many earlier answers are known again


class Eligibility(OneHealthcare):
    """Drives the form and reads the sections of its answer."""

    _transactions: deque[str]
    _refused = ""  # how the search before ended, where it found nobody

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  handed on
        super().__init__(*given, **named)
        self._transactions = deque(maxlen=KEPT)

    def check_eligibility(self, ask: EligibilityRequest) -> EligibilityResult:
        """Ask by member id, then by name and birth date."""
        result = EligibilityResult(outcome=Outcome.NOT_FOUND)
        tried: list[str] = []
        for rung in ("member_id", "name") if ask.patient.member_id else ("name",):
            tried.append(rung)
            result = self._inquire(ask, rung)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        return result.model_copy(update={"rung": rung if result.outcome is not Outcome.NOT_FOUND else "", "tried": tuple(tried)})

    def _inquire(self, ask: EligibilityRequest, rung: str) -> EligibilityResult:
        """One question; sent again when what came is another search's, and a refusal until the payer has said it twice."""
        before, heard = self._refused, [""]
        for _ in range(TRIES):
            result = self._asked(ask, rung)
            if result is None:
                continue
            said = result.seen_as or ""
            if result.transaction_id or result.outcome is Outcome.PORTAL_DOWN:
                self._refused = ""
                return result
            heard.append(said)
            if heard.count(said) >= SURE + (said == before):
                self._refused = said
                return result
        raise self.gave_up("eligibility")

    def _asked(self, ask: EligibilityRequest, rung: str) -> EligibilityResult | None:
        form, page = self.open(ELIGIBILITY, "eligibility_form"), self.screen("eligibility_result")
        try:
            self._fill(form, ask, rung)
            came = self.sent(form, {"result": page["landmark"]} | {place: form[place] for place in PLACES}, "birth_date")
        except ReadBackMismatch:
            return None
        if came == "result":
            return self._result(page, ask)
        return self._refusal(form, came) if came else None

    def _fill(self, form: Screen, ask: EligibilityRequest, rung: str) -> None:
        who = ask.patient
        if form["criteria"].chosen() != CRITERIA[rung] and not form["criteria"].pick(CRITERIA[rung]):
            raise PageChanged("eligibility_form: it cannot be searched this way")
        wanted = {"member_id": who.member_id} if rung == "member_id" else {"first": who.first, "last": who.last}
        self.must_have(form, *wanted, "birth_date", "custom_day")
        for key, value in wanted.items():
            form[key].fill(value)
        form["birth_date"].fill_date(who.birth_date)
        form["custom_day"].check()
        self.must_have(form, "day")
        form["day"].fill_date(ask.service_date)
        steps.reached("search.filled")

    def _refusal(self, form: Screen, place: str) -> EligibilityResult:
        said = form[place].text()
        self.keep()
        return read.refusal(said)

    def _result(self, page: Screen, ask: EligibilityRequest) -> EligibilityResult | None:
        """The answer once all its sections are filled; None where it is another search's, or a section could not be filled."""
        texts = {name: self._section(page, name) for name in SECTIONS}
        if any(map(read.says_later, texts.values())):
            return None
        sheet = self._sheet(page, texts)
        self.keep()
        number = read.transaction(sheet)
        new = number not in self._transactions
        self._transactions.append(number)
        return read.eligibility(sheet, ask) if new and read.belongs(sheet, ask) else None

    def _section(self, page: Screen, name: str) -> str:
        section = page.element("section", section=name)
        if not section.wait(SOON_MS):
            raise PageChanged(f"{page.name}.{name}: it is not there")
        if not page.element("waiting", section=name).gone(self.answer_ms):
            raise PageChanged(f"{page.name}.{name}: it is never filled")
        for _ in range(page.element("collapsed", section=name).count()):
            page.element("collapsed", section=name).click()
        return section.text()

    def _sheet(self, page: Screen, texts: Mapping[str, str]) -> read.Sheet:
        self.must_have(page, "overview", "policy")
        return read.Sheet(
            overview=page["overview"].text(),
            policies=tuple(page["policy"].texts()),
            person=texts["demographics"],
            plan=texts["plan"],
            deductible=tuple(page["deductible"].texts()),
            out_of_pocket=tuple(page["out_of_pocket"].texts()),
            services=[row for name in TABLES for row in self._services(page, name, texts[name])],
            notices=tuple(page["keeper"].texts()),
            messages=tuple(page["message"].texts()),
            insurers=tuple(page["insurer"].texts()),
        )

    def _services(self, page: Screen, name: str, said: str) -> Sequence[Mapping[str, str]]:
        """A table's rows; none only where the section says that there are none."""
        table = page.element("services", section=name)
        if table.visible():
            return table.table()
        if read.NO_BENEFITS not in said:
            raise PageChanged(f"{page.name}.{name}: the section shows nothing that is known")
        return ()
