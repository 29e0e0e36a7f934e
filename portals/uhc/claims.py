"""Claims: one patient's, one number's or a whole TIN's, in a list of pages; one opened claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, ReadBackMismatch
from payerbot.model import ClaimList, ClaimListRequest, ClaimStatusRequest, ClaimStatusResult, Outcome
from portals.base import SOON_MS
from portals.uhc import read_claims
from portals.uhc.eligibility import Eligibility

CLAIMS = "/#/claims"
TYPES = {
    "payer_claim_no": "Claim number",
    "member_id": "Member ID & date of birth",
    "name": "Member name & date of birth",
    "dates": "Dates of service",
}
WIDER = timedelta(days=7)
MONTH = timedelta(days=31)  # from the first of one, this is always in the next
TRIES = 4


class Look(NamedTuple):
    """One way of searching."""

    rung: str
    kind: str  # of TYPES
    start: date
    end: date
    values: Mapping[str, str] = {}
    born: date | None = None


class Claims(Eligibility):
    """Drives the search, the list and the opened claim."""

    _before: tuple[object, ...] = ()  # what the answer before showed, to know it again
    _again = False  # this very search was answered so already

    def report_claim_status(self, ask: ClaimStatusRequest) -> ClaimStatusResult:
        """Search by the payer's number, by member id, by name, by wider dates."""
        tried: list[str] = []
        result = ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="the payer has no such claim")
        for look in self._looks(ask):
            tried.append(look.rung)
            result = self._look(ask, look)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        if result.outcome is Outcome.NOT_FOUND and (due := self.too_new(ask.first_sent)) is not None:
            said = result.seen_as
            result = ClaimStatusResult(outcome=Outcome.NOT_YET, due=due, reason="a claim this new cannot be seen yet", seen_as=said)
        found = result.outcome not in (Outcome.NOT_FOUND, Outcome.NOT_YET)
        return result.model_copy(update={"rung": tried[-1] if found else "", "tried": tuple(tried)})

    def list_claims(self, ask: ClaimListRequest) -> ClaimList:
        """Everything of the whole TIN with care on these days."""
        self._again = False
        look = Look("dates", "dates", ask.dos_from, min(ask.dos_to, self.today))
        listed = self.screen("claim_list")
        for _ in range(TRIES):
            came = self._searched(look)
            try:
                found = self._listed(ask, listed, came) if came else None
            except ReadBackMismatch:
                continue
            if found is not None:
                return read_claims.together(found, self._exported(ask), ask) if found.outcome is not Outcome.PORTAL_DOWN else found
        raise self.gave_up("claim list")

    def _exported(self, ask: ClaimListRequest) -> list[read_claims.Row]:
        """The months' exports of adjudicated claims, where the page has such a thing; a forum says so, and the list does without."""
        form, rows = self.screen("claim_form"), []
        month = ask.dos_from.replace(day=1)
        while month <= self.today and form["export"].visible():
            form["month"].fill(f"{month:%Y-%m}")
            data = form["export"].file(SOON_MS)
            if data is None:
                self.came({}, within_ms=0)  # something that can come instead of any page
                break
            rows += read_claims.exported(data)
            month = (month + MONTH).replace(day=1)
        return rows

    def _listed(self, ask: ClaimListRequest, listed: Screen, came: str) -> ClaimList | None:
        """All pages of the list, or what stands in its place; None where it is another search's."""
        days = {"dos_from": ask.dos_from, "dos_to": ask.dos_to}
        if came != "list":
            said = self._said(came)
            refused = read_claims.refusal(said)
            down = refused.outcome is Outcome.PORTAL_DOWN
            if not down and not self._believed(said):
                return None
            return ClaimList(outcome=refused.outcome, reason=refused.reason, seen_as=refused.seen_as, **days)
        rows = [row for page in self._pages(listed) for row in page]
        if not read_claims.within(rows, ask) or not self._believed(*rows):
            return None
        return ClaimList(outcome=Outcome.ANSWERED, claims=tuple(map(read_claims.listed, rows)), **days)

    def _looks(self, ask: ClaimStatusRequest) -> Iterator[Look]:
        """The ways of searching, the surest first."""
        who, days = ask.patient, (ask.dos_from, ask.dos_to)
        if ask.payer_claim_no:
            yield Look("payer_claim_no", "payer_claim_no", *days, {"number": ask.payer_claim_no})
        by_name = Look("name", "name", *days, {"first": who.first, "last": who.last}, who.birth_date)
        by_id = Look("member_id", "member_id", *days, {"member_id": who.member_id}, who.birth_date)
        if who.member_id:
            yield by_id
        yield by_name
        wide = by_id if who.member_id else by_name
        yield wide._replace(rung=f"{wide.rung}, wider dates", start=wide.start - WIDER, end=min(wide.end + WIDER, self.today))

    def _look(self, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult:
        self._again = False
        for _ in range(TRIES):
            try:
                came = self._searched(look)
                result = self._found(ask, came) if came else None
            except ReadBackMismatch:
                continue
            if result is not None:
                return result
        raise self.gave_up("claim list")

    def _believed(self, *shown: object) -> bool:
        """Whether an answer that is not the claim counts: one that shows just what the answer before showed is asked for once more."""
        stale, self._before = shown == self._before and not self._again, shown
        self._again = self._again or stale
        return not stale

    def _searched(self, look: Look) -> str:
        """Send the search; which answer came, "" where none did."""
        form, listed = self.open(CLAIMS, "claim_form"), self.screen("claim_list")
        if form["type"].chosen() != TYPES[look.kind] and not form["type"].pick(TYPES[look.kind]):
            raise PageChanged("claim_form: it cannot be searched this way")
        self.must_have(form, *look.values, "whole_tin", "custom_dates")
        form["whole_tin"].check()
        for key, value in look.values.items():
            form[key].fill(value)
        if look.born is not None:
            form["birth_date"].fill_date(look.born)
        form["custom_dates"].check()
        self.must_have(form, "start", "end")
        form["start"].fill_date(look.start)
        form["end"].fill_date(look.end)
        steps.reached("search.filled")
        return self.sent(form, {"list": listed["landmark"], "none": listed["none"], "popup": form["popup"]}, "start")

    def _said(self, place: str) -> str:
        said = self.screen("claim_list")["none"].text() if place == "none" else self.screen("claim_form")["popup"].text()
        self.keep()
        return said

    def _found(self, ask: ClaimStatusRequest, came: str) -> ClaimStatusResult | None:
        """What the search led to; None where it is not this search's answer."""
        if came != "list":
            said = self._said(came)
            result = read_claims.refusal(said)
            return result if result.outcome is Outcome.PORTAL_DOWN or self._believed(said) else None
        listed = self.screen("claim_list")
        pages = list(self._pages(listed))
        rows = [row for page in pages for row in page]
        if not read_claims.belong(rows, ask):
            return None
        chosen = read_claims.choose(rows, ask)
        if len(chosen) == 1:
            self._before = tuple(rows)
            return self._opened(listed, ask, pages, chosen[0])
        result = ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="no claim of this day and charge")
        if chosen:
            result = ClaimStatusResult(outcome=Outcome.AMBIGUOUS, reason="the payer has several such claims")
        return result if self._believed(*rows) else None

    def _pages(self, listed: Screen) -> list[list[read_claims.Row]]:
        """All pages; a list whose rows are not as many as it says, or of which one stands on two pages, is not believed."""
        pages = [self._rows(listed)]
        total = read_claims.total(listed["landmark"].text())
        while listed["next_page"].visible() and listed["next_page"].enabled(0):
            self._turn(listed, "next_page")
            pages.append(self._rows(listed))
        rows = [row for page in pages for row in page]
        twice = len({row.number for row in rows if row.number}) != sum(bool(row.number) for row in rows)
        if len(rows) != total or twice:
            raise ReadBackMismatch("claim list: its rows are not as many as it says, or one stands on two pages")
        return pages

    def _rows(self, listed: Screen) -> list[read_claims.Row]:
        self.must_have(listed, "table")
        rows = [read_claims.row(cells) for cells in listed["table"].table()]
        self.keep()
        if not rows:  # a search that finds nothing says so
            raise PageChanged("claim list: it shows no rows that are known")
        return rows

    def _turn(self, listed: Screen, button: str) -> None:
        """Another page; the one before must be gone."""
        shown = listed["landmark"].apart_from_now()
        listed[button].click()
        self.expect({"rows": shown}, within_ms=self.answer_ms, what=listed.name)

    def _opened(self, listed: Screen, ask: ClaimStatusRequest, pages: list[list[read_claims.Row]], place: int) -> ClaimStatusResult | None:
        """The claim at this place of the whole list, on a page of its own; None where that is another claim."""
        at = 0
        while place >= len(pages[at]):
            place, at = place - len(pages[at]), at + 1
        for _ in range(len(pages) - 1 - at):
            self._turn(listed, "previous_page")
        listed["open"].nth(place).click()
        page = self.screen("claim_detail")
        answers = {"claim": page["landmark"], "refused": page["refused"], "trouble": page["trouble"]}
        came = self.expect(answers, within_ms=self.answer_ms, what=page.name)
        if came == "refused":
            said = page["refused"].text()
            self.keep()
            return read_claims.refusal(said)
        result = read_claims.claim(self._detail(page), ask) if came == "claim" else None
        return result if result is not None and read_claims.enough(result.match) else None

    def _detail(self, page: Screen) -> read_claims.Detail:
        self.must_have(page, *read_claims.PARTS, "lines")
        if not page["waiting"].gone(self.answer_ms):
            raise PageChanged(f"{page.name}: its lines never come")
        for _ in range(page["collapsed"].count()):
            page["collapsed"].click()
        self.must_have(page, "payment", "line_table")
        found = read_claims.detail(
            parts={name: page[name].text() for name in read_claims.PARTS},
            payment=page["payment"].text(),
            table=page["line_table"].table(),
            codes=[[text for _, text in one] for one in page.outline("line_inside", ("line_code",))],
        )
        self.keep()
        return found
