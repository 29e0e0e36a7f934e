"""Eligibility Verification Request: a member id, or a name and a birth date, for one day."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged
from payerbot.model import EligibilityRequest, EligibilityResult, Outcome
from portals.base import SOON_MS
from portals.gainwell import read
from portals.gainwell.shell import Shell

KEPT = 50  # as many earlier answers are known again
SECTIONS = ("coverage", "benefits", "managed", "others")


class Eligibility(Shell):
    """Drives the form and reads the sections of its answer."""

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
            if rung == "member_id" and (result.outcome is Outcome.AMBIGUOUS or result.field == "birth_date"):
                doubt = result
            elif result.outcome is not Outcome.NOT_FOUND:
                break
        if result.outcome is Outcome.NOT_FOUND and doubt is not None:
            result, rung = doubt, "member_id"
        return result.model_copy(update={"rung": rung if result.outcome is not Outcome.NOT_FOUND else "", "tried": tuple(tried)})

    def _inquire(self, ask: EligibilityRequest, rung: str) -> EligibilityResult:
        """One search, by the id or by the name."""
        wanted = _wanted(ask, rung)

        def once(form: Screen) -> EligibilityResult | None:
            self._fill_all(form, wanted, "submit")
            return self._answered(form, ask, wanted)

        return self._asked("eligibility", "eligibility_form", "eligibility_result", ask, once)

    def _answered(self, form: Screen, ask: EligibilityRequest, wanted: Mapping[str, str]) -> EligibilityResult | None:
        result = self.screen("eligibility_result")
        came = self.sent(form, {"result": result["landmark"], "refused": form["message"]}, "start")
        if came == "result":
            return self._read(result, ask, by_id="member_id" in wanted)
        return self._refused(form, wanted) if came else None

    def _refused(self, form: Screen, wanted: Mapping[str, str]) -> EligibilityResult | None:
        """The message in place of an answer; believed where the form beside it still shows this search."""
        said = form["message"].text()
        self.keep()
        result = read.refusal(said)
        return result if result.outcome is Outcome.PORTAL_DOWN or self._is_of(form, wanted) else None

    def _read(self, result: Screen, ask: EligibilityRequest, *, by_id: bool) -> EligibilityResult | None:
        self.must_have(result, "expand_all", "member")
        result["expand_all"].click()
        tables = {name: self._rows(result, name) for name in SECTIONS}
        sheet = read.Sheet(result["member"].text(), **tables)
        self.keep()
        number = read.fields(sheet)["Verification Response ID"]
        new = number not in self._numbers
        self._numbers.append(number)
        return read.eligibility(sheet, ask) if new and read.belongs(sheet, ask, by_id=by_id) else None

    def _rows(self, result: Screen, name: str) -> Sequence[Mapping[str, str]]:
        """A section's rows; none only where it says that there are none."""
        came = self.came({"rows": result[name], "none": result[f"{name}_none"]}, within_ms=SOON_MS)
        if came is None:
            raise PageChanged(f"{result.name}.{name}: the section shows nothing that is known")
        return result[name].table() if came == "rows" else ()


def _wanted(ask: EligibilityRequest, rung: str) -> dict[str, str]:
    """What this way of searching puts into the form."""
    who, on = ask.patient, f"{ask.service_date:%m/%d/%Y}"
    if rung == "member_id":
        return {"member_id": who.member_id, "start": on, "end": on}
    return {"last": who.last, "first": who.first, "birth_date": f"{who.birth_date:%m/%d/%Y}", "start": on, "end": on}
