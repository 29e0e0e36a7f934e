"""Patient search: patient ID and birth date, or name and birth date; one patient is opened, and the day is chosen there."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, PortalSlow, ReadBackMismatch
from payerbot.model import EligibilityRequest, EligibilityResult, Outcome
from portals.base import SOON_MS
from portals.cigna import read
from portals.cigna.shell import TRIES, Shell

PATIENTS = "/app/patient/search"
TABS = ("plan", "medical", "behavioral")
SURE = 2  # a refusal that shows nothing of the search is believed when it was said twice
KEPT = 50  # as many earlier answers are known again
SHORTENED = "the name was searched without its suffix or middle initial"


class Eligibility(Shell):
    """Drives the search and reads the patient's page."""

    _numbers: deque[str]
    _refused = ""  # how the search before ended, where it found nobody

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  handed on
        super().__init__(*given, **named)
        self._numbers = deque(maxlen=KEPT)

    def check_eligibility(self, ask: EligibilityRequest) -> EligibilityResult:
        """Ask by patient ID, then by name and birth date."""
        result = EligibilityResult(outcome=Outcome.NOT_FOUND)
        tried: list[str] = []
        for rung in ("member_id", "name") if ask.patient.member_id else ("name",):
            tried.append(rung)
            result = self._inquire(ask, rung)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        told = (SHORTENED,) if rung == "name" and read.searchable(ask.patient)[2] else ()
        rung = rung if result.outcome is not Outcome.NOT_FOUND else ""
        return result.model_copy(update={"rung": rung, "tried": tuple(tried), "warnings": (*result.warnings, *told)})

    def _inquire(self, ask: EligibilityRequest, rung: str) -> EligibilityResult:
        """One question; sent again when what came is another search's, and a bare refusal until the portal has said it twice."""
        before, heard = self._refused, list[str]()
        for _ in range(TRIES):
            result = self._asked(ask, rung)
            if result is None:
                continue
            if result.match or result.outcome is Outcome.PORTAL_DOWN:
                self._refused = ""
                return result
            said = result.seen_as or ""
            heard.append(said)
            if heard.count(said) >= SURE + (said == before):
                self._refused = said
                return result
        raise self.gave_up("patient search")

    def _asked(self, ask: EligibilityRequest, rung: str) -> EligibilityResult | None:
        form, results = self.open(PATIENTS, "patient_form"), self.screen("patient_results")
        try:
            self._fill(form, ask, rung)
            came = self.sent(form, {"results": results["landmark"], "message": form["message"]}, "birth_date")
        except ReadBackMismatch:
            return None
        if came == "results":
            return self._chosen(results, ask, by_id=rung == "member_id")
        return self._refusal(form, came) if came else None

    def _fill(self, form: Screen, ask: EligibilityRequest, rung: str) -> None:
        who = ask.patient
        last, first, _ = read.searchable(who)
        wanted = {"member_id": who.member_id} if rung == "member_id" else {"first": first, "last": last}
        self.must_have(form, *wanted, "birth_date")
        for key, text in wanted.items():
            form[key].fill(text)
        form["birth_date"].fill_date(who.birth_date)
        steps.reached("search.filled")

    def _refusal(self, page: Screen, place: str, match: tuple[str, ...] = ()) -> EligibilityResult:
        said = page[place].text()
        self.keep()
        return read.refusal(said).model_copy(update={"match": match})

    def _chosen(self, results: Screen, ask: EligibilityRequest, *, by_id: bool) -> EligibilityResult | None:
        """The one patient whom the search found; None where the results are another search's."""
        self.must_have(results, "table")
        hits = [read.hit(cells) for cells in results["table"].table()]
        self.keep()
        if not hits or not all(read.found_by(one, ask, by_id=by_id) for one in hits):
            return None
        if len(hits) > 1:
            match = ("member_id" if by_id else "name", "birth_date")
            return EligibilityResult(outcome=Outcome.AMBIGUOUS, reason="the payer has several such patients", match=match)
        results.element("open", place="0").click()
        return self._patient(self.arrive("patient", within_ms=self.answer_ms), ask, hits[0])

    def _patient(self, page: Screen, ask: EligibilityRequest, one: read.Hit) -> EligibilityResult | None:
        """What the patient's page says on the day; None where it is another's, an earlier answer or could not be filled."""
        came = self._settled(page)
        if came == "summary" and ask.service_date != self.today:
            page["as_of"].fill_date(ask.service_date)
            page["update"].click()
            came = self._settled(page)
        if came != "summary":
            self._down = came == "trouble"
            return None if came == "trouble" else self._refusal(page, came, read.agrees(one, ask))
        sheet = self._sheet(page)
        self.keep()
        number = read.facts(sheet)["Confirmation number"]
        new = number not in self._numbers
        self._numbers.append(number)
        return read.eligibility(sheet, ask) if new and read.belongs(sheet, one, ask) else None

    def _settled(self, page: Screen) -> str:
        """Wait until the page is not busy any more; what it then shows."""
        places = {name: page[name] for name in ("summary", "message", "apology", "trouble")}
        if not page["busy"].gone(self.answer_ms):
            raise PortalSlow(f"{page.name}: the coverage was not shown in time")
        return self.expect(places, within_ms=SOON_MS, what=page.name)

    def _sheet(self, page: Screen) -> read.Sheet:
        self.must_have(page, "person", "others_section")
        rows = [row for tab in TABS for row in self._tab(page, tab)]
        return read.Sheet(
            person=page["person"].text(),
            summary=page["summary"].text(),
            benefits=rows,
            plans=tuple(page["plans"].texts()),
            shared=page["shared"].text() if page["shared"].visible() else "",
            insurers=tuple(page["insurer"].texts()),
            notes=tuple(page["note"].texts()),
        )

    def _tab(self, page: Screen, tab: str) -> Sequence[read.Cells]:
        """The rows of one tab; none only where it says that there are none."""
        head, table = page.element("tab", tab=tab), page.element("table", tab=tab)
        if not head.visible():
            raise PageChanged(f"{page.name}.tab: it is not there")
        head.click()
        came = self.came({"rows": table, "none": page.element("nothing", tab=tab)}, within_ms=SOON_MS)
        if came is None:
            raise PageChanged(f"{page.name}.table: the tab shows nothing that is known")
        return table.table() if came == "rows" else ()
