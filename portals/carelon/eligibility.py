"""The member search, and the record that it leads to, tab after tab."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, PortalDown, ReadBackMismatch
from payerbot.model import EligibilityRequest, EligibilityResult, Outcome, Patient
from portals.base import SOON_MS
from portals.carelon import read
from portals.carelon.shell import TRIES, Shell
from portals.text import same_id

KEPT = 50  # as many earlier answers are known again
DOUBTFUL = (Outcome.AMBIGUOUS, Outcome.WRONG_PORTAL)  # an id that is outdated can look like another plan's
ENROLLMENT, COB, BENEFITS, NOTES = "Enrollment History", "COB", "Benefits", "Additional Information"


class Eligibility(Shell):
    """Drives the search and reads the tabs."""

    _numbers: deque[str]

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  handed on
        super().__init__(*given, **named)
        self._numbers = deque(maxlen=KEPT)

    def check_eligibility(self, ask: EligibilityRequest) -> EligibilityResult:
        """Ask by member id, then by name and birth date; what the id alone leaves in doubt counts only where the name finds nobody."""
        result = EligibilityResult(outcome=Outcome.NOT_FOUND)
        doubt: EligibilityResult | None = None
        tried: list[str] = []
        for rung in ("member_id", "name") if ask.patient.member_id else ("name",):
            tried.append(rung)
            result = self._inquire(ask, rung)
            if rung == "member_id" and (result.outcome in DOUBTFUL or result.field == "birth_date"):
                doubt = result
            elif result.outcome is not Outcome.NOT_FOUND:
                break
        if result.outcome is Outcome.NOT_FOUND and doubt is not None:
            result, rung = doubt, "member_id"
        return result.model_copy(update={"rung": rung if result.outcome is not Outcome.NOT_FOUND else "", "tried": tuple(tried)})

    def _inquire(self, ask: EligibilityRequest, rung: str) -> EligibilityResult:
        found = self._record(ask.patient, ask.service_date, rung)
        return found if isinstance(found, EligibilityResult) else read.eligibility(self._sheet(found), ask)

    def _record(self, who: Patient, on: date, rung: str) -> Screen | EligibilityResult:
        """This patient's record, or why there is none; asked again when the form came back empty, or the answer is another search's."""
        down: PortalDown | None = None
        for _ in range(TRIES):
            form = self._open("member_search", "member_search")
            try:
                found = self._looked_up(form, who, on, rung)
            except ReadBackMismatch:
                continue
            except PortalDown as trouble:
                down = trouble
                self._start_anew()
                continue
            if found is not None:
                return found
            down = None
        raise self.gave_up("member search", down)

    def _looked_up(self, form: Screen, who: Patient, on: date, rung: str) -> Screen | EligibilityResult | None:
        wanted = self._fill(form, who, on, rung)
        record = self.screen("member_record")
        came = self.sent(form, {"record": record["landmark"], "refused": form["message"]}, "birth_date")
        if came == "record":
            return record if self._is_new(record, who, on) else None
        return self._refused(form, wanted) if came else None

    def _fill(self, form: Screen, who: Patient, on: date, rung: str) -> dict[str, str]:
        """Fill what this way of searching needs; returns it. Dates take digits only, and show slashes afterwards."""
        key = {"member_id": who.member_id} if rung == "member_id" else {"last": who.last, "first": who.first}
        wanted = {**key, "birth_date": f"{who.birth_date:%m%d%Y}", "as_of": f"{on:%m%d%Y}"}
        self.must_have(form, *wanted, "submit")
        for name, value in wanted.items():
            form[name].fill(value)
        steps.reached("search.filled")
        return wanted

    def _refused(self, form: Screen, wanted: Mapping[str, str]) -> EligibilityResult | None:
        """The message in place of a record; believed where the form beside it still shows this search."""
        said = form["message"].text()
        self.keep()
        result = read.refusal(said)
        mine = all(same_id(form[name].text(), value) for name, value in wanted.items())
        return result if mine or result.outcome is Outcome.PORTAL_DOWN else None

    def _is_new(self, record: Screen, who: Patient, on: date) -> bool:
        """Whether a record answers this very search; the number of an inquiry does not come twice."""
        self.must_have(record, "head")
        head = record["head"].text()
        number = read.fields(head)["Inquiry Number"]
        new = number not in self._numbers
        self._numbers.append(number)
        return new and read.is_of(head, who, on)

    # the tabs

    def _sheet(self, record: Screen) -> read.Sheet:
        head = record["head"].text()
        enrollment = self._tab(record, ENROLLMENT, head, "enrollment")
        cob = self._tab(record, COB, head, "cob", "cob_none")
        benefits = self._tab(record, BENEFITS, head, "benefits", "benefits_none")
        notice = record["carve_out"].text() if record["carve_out"].visible() else ""
        self._to_tab(record, NOTES, head, "notes", "notes_none")
        notes = record["notes"].text().splitlines() if record["notes"].visible() else []
        return read.Sheet(head, enrollment, cob, benefits, notice, tuple(line.strip() for line in notes if line.strip()))

    def _tab(self, record: Screen, name: str, head: str, *keys: str) -> Sequence[Mapping[str, str]]:
        """The rows of a tab's table; none only where the tab says that there are none."""
        came = self._to_tab(record, name, head, *keys)
        return record[came].table() if came == keys[0] else ()

    def _to_tab(self, record: Screen, name: str, head: str, *keys: str) -> str:
        """Open another tab of this very record; which of these it shows."""
        self.must_have(record, "tab_bar")
        record.element("tab", tab=name).click()
        self.expect({"now": record.element("now", tab=name)}, what=f"{record.name}: its tab")
        came = self.came({key: record[key] for key in keys}, within_ms=SOON_MS)
        self.keep()
        if came is None or record["head"].text() != head:
            raise PageChanged(f"{record.name}: a tab shows nothing that is known, or another member")
        return came
