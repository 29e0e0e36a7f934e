"""Claims: by number, or of a member's record by days of service; a list in pages, and one opened claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, PortalDown, ReadBackMismatch
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityResult, Outcome
from portals.carelon import read, read_claims
from portals.carelon.eligibility import Eligibility
from portals.carelon.shell import TRIES

EVERYBODY = "All Providers"
WIDER = timedelta(days=7)


class Look(NamedTuple):
    """One way of searching a claim."""

    rung: str
    number: str = ""
    by: str = ""  # how the member is searched for
    start: date = date.min
    end: date = date.min


class Claims(Eligibility):
    """Drives the two searches, the list and the opened claim."""

    def report_claim_status(self, ask: ClaimStatusRequest) -> ClaimStatusResult:
        """Search by the payer's number, then in the record of the member: found by id, by name; by wider days."""
        tried: list[str] = []
        result = ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="the payer has no such claim")
        elsewhere: ClaimStatusResult | None = None
        for look in self._looks(ask):
            tried.append(look.rung)
            result = self._look(ask, look)
            if result.outcome is Outcome.WRONG_PORTAL:  # what an outdated id is taken for, too: the name may find the member
                elsewhere = elsewhere or result
            elif result.outcome is not Outcome.NOT_FOUND:
                break
        if result.outcome in (Outcome.NOT_FOUND, Outcome.WRONG_PORTAL) and elsewhere is not None:
            return elsewhere.model_copy(update={"rung": "member_id", "tried": tuple(tried)})
        if result.outcome is Outcome.NOT_FOUND and (due := self.too_new(ask.first_sent)) is not None:
            result = ClaimStatusResult(outcome=Outcome.NOT_YET, due=due, reason="a claim this new cannot be seen yet")
        found = result.outcome not in (Outcome.NOT_FOUND, Outcome.NOT_YET)
        return result.model_copy(update={"rung": tried[-1] if found else "", "tried": tuple(tried)})

    def _looks(self, ask: ClaimStatusRequest) -> Iterator[Look]:
        """The ways of searching, the surest first."""
        if ask.payer_claim_no:
            yield Look("payer_claim_no", number=ask.payer_claim_no)
        by_name = Look("name", "", "name", ask.dos_from, ask.dos_to)
        by_id = by_name._replace(rung="member_id", by="member_id")
        if ask.patient.member_id:
            yield by_id
        yield by_name
        wide = by_id if ask.patient.member_id else by_name
        yield wide._replace(rung=f"{wide.rung}, wider dates", start=wide.start - WIDER, end=min(wide.end + WIDER, self.today))

    def _look(self, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult:
        """One search; sent again when the form came back empty, the server failed once, or the list is another search's."""
        down: PortalDown | None = None
        for _ in range(TRIES):
            try:
                result = self._searched(ask, look)
            except ReadBackMismatch:
                continue
            except PortalDown as trouble:
                down = trouble
                self._start_anew()
                continue
            if result is not None:
                return result
            down = None
        raise self.gave_up("claim list", down)

    def _searched(self, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult | None:
        if look.number:
            form = self._open("claim_search", "claim_search")
            self.must_have(form, "number", "submit")
            form["number"].fill(look.number)
            return self._led_to(form, "number", ask, {"Claim Number": look.number})
        record = self._record(ask.patient, ask.dos_from, look.by)
        if isinstance(record, EligibilityResult):
            return _no_record(record)
        return self._of_member(record, ask, look)

    def _of_member(self, record: Screen, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult | None:
        """View Member Claims: the claims of the member whose record is open."""
        head = record["head"].text()
        record["claims"].click()
        form = self.arrive("member_claims")
        self.must_have(form, "head", "provider", "start", "end", "submit")
        if form["head"].text() != head:
            raise PageChanged("member_claims: they are another member's than the record was")
        form["provider"].choose(EVERYBODY)
        form["start"].fill(f"{look.start:%m%d%Y}")
        form["end"].fill(f"{look.end:%m%d%Y}")
        days = {"Service From": f"{look.start:%m/%d/%Y}", "Service Through": f"{look.end:%m/%d/%Y}"}
        return self._led_to(form, "start", ask, {"Member ID": read.fields(head)["Member ID"], **days})

    def _led_to(self, form: Screen, box: str, ask: ClaimStatusRequest, wanted: Mapping[str, str]) -> ClaimStatusResult | None:
        """What the search led to; None where the page is not this search's answer."""
        steps.reached("search.filled")
        listed = self.screen("claim_list")
        came = self.sent(form, {"list": listed["landmark"], "refused": form["message"]}, box)
        if not came:
            return None
        if came == "refused":
            return self._message(form)
        self.must_have(listed, "criteria")
        if not read_claims.belongs(listed["criteria"].text(), wanted):
            return None
        if not read_claims.total(listed["landmark"].text()):
            self.must_have(listed, "none")
            self.keep()
            return read_claims.refusal(listed["none"].text())
        return self._from_list(listed, ask)

    def _message(self, page: Screen) -> ClaimStatusResult:
        said = page["message"].text()
        self.keep()
        return read_claims.refusal(said)

    def _from_list(self, listed: Screen, ask: ClaimStatusRequest) -> ClaimStatusResult | None:
        """The one claim of these days and this charge is opened as soon as all pages were seen."""
        pages = self._pages(listed)
        rows = [row for page in pages for row in page]
        chosen = read_claims.choose(rows, ask)
        if len(chosen) != 1:
            reason = "the payer has several such claims" if chosen else "no claim of this day and charge"
            return ClaimStatusResult(outcome=Outcome.AMBIGUOUS if chosen else Outcome.NOT_FOUND, reason=reason)
        at, place = 0, chosen[0]
        while place >= len(pages[at]):
            place, at = place - len(pages[at]), at + 1
        for _ in range(len(pages) - 1 - at):
            self._turn(listed, "previous_page")
        return self._opened(listed, place, rows[chosen[0]], ask)

    def _pages(self, listed: Screen) -> list[list[read_claims.Row]]:
        """All pages; a list whose rows are not as many as it says, or of which one stands on two pages, is not believed."""
        said = read_claims.total(listed["landmark"].text())
        pages = [self._rows(listed)]
        while listed["next_page"].visible():
            self._turn(listed, "next_page")
            pages.append(self._rows(listed))
        numbers = [row.number for page in pages for row in page if row.number]
        if sum(map(len, pages)) != said or len(set(numbers)) != len(numbers):
            raise ReadBackMismatch("claim list: its rows are not as many as it says, or one stands on two pages")
        return pages

    def _rows(self, listed: Screen) -> list[read_claims.Row]:
        self.must_have(listed, "table")
        rows = [read_claims.row(cells) for cells in listed["table"].table()]
        self.keep()
        if not rows:
            raise PageChanged("claim list: it shows no rows that are known")
        return rows

    def _turn(self, listed: Screen, button: str) -> None:
        """Another page; the one before must be gone."""
        shown = listed["page_number"].apart_from_now()
        listed[button].click()
        self.expect({"page": shown}, within_ms=self.answer_ms, what=listed.name)

    def _opened(self, listed: Screen, place: int, row: read_claims.Row, ask: ClaimStatusRequest) -> ClaimStatusResult | None:
        """The claim of this row as its page shows it; not found where it is somebody else's."""
        page = self.screen("claim_detail")
        listed["open"].nth(place).click()
        came = self.expect({"claim": page["landmark"], "refused": page["message"]}, within_ms=self.answer_ms, what=page.name)
        if came == "refused":
            return self._message(page)
        self.must_have(page, "panel", "lines")
        codes = page["codes"].table() if page["codes"].visible() else []
        detail = read_claims.Detail(page["panel"].text(), page["lines"].table(), codes)
        self.keep()
        if not read_claims.opened(detail, row):
            raise PageChanged("claim detail: it is another claim's than the row that was opened")
        result = read_claims.claim(detail, ask)
        if read_claims.enough(result.match):
            return result
        return ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="the claim of this number is somebody else's")


def _no_record(found: EligibilityResult) -> ClaimStatusResult:
    """No record, no claims: whom the payer knows with another birth date has none under this one."""
    outcome = Outcome.NOT_FOUND if found.field == "birth_date" else found.outcome
    told = found.model_dump(include={"reason", "seen_as", "go_to"})
    return ClaimStatusResult(outcome=outcome, field=found.field if outcome is Outcome.BAD_DATA else "", **told)
