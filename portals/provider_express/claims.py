"""Claim Inquiry, and My Submitted Claims for what it does not know yet; lists in pages, and one opened claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, PortalDown, ReadBackMismatch
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, Outcome
from portals.provider_express import read_claims
from portals.provider_express.eligibility import Eligibility
from portals.provider_express.shell import TRIES

WIDER = timedelta(days=7)
LABELS = {
    "number": "Claim Number",
    "member_id": "Member ID",
    "last": "Last Name",
    "first": "First Name",
    "birth_date": "Date of Birth",
    "start": "Service Date From",
    "end": "Service Date Through",
}


class Look(NamedTuple):
    """One way of searching: in which of the lists, and what its form is given."""

    rung: str
    of: str  # inquiry, submitted
    values: Mapping[str, str]

    @property
    def box(self) -> str:
        """A field that this search fills."""
        return next(iter(self.values))


class Claims(Eligibility):
    """Drives the two searches, their lists and the opened claim."""

    def report_claim_status(self, ask: ClaimStatusRequest) -> ClaimStatusResult:
        """Search by the payer's number, by Member ID, by name, by wider dates, and among the claims that were keyed in the portal."""
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

    def _looks(self, ask: ClaimStatusRequest) -> Iterator[Look]:
        """The ways of searching, the surest first."""
        who = ask.patient
        days = {"start": f"{ask.dos_from:%m/%d/%Y}", "end": f"{ask.dos_to:%m/%d/%Y}"}
        wide = {"start": f"{ask.dos_from - WIDER:%m/%d/%Y}", "end": f"{max(ask.dos_to, min(ask.dos_to + WIDER, self.today)):%m/%d/%Y}"}
        born = {"birth_date": f"{who.birth_date:%m/%d/%Y}"}
        by_id, by_name = {"member_id": who.member_id, **born}, {"last": who.last, "first": who.first, **born}
        if ask.payer_claim_no:
            yield Look("payer_claim_no", "inquiry", {"number": ask.payer_claim_no})
        if who.member_id:
            yield Look("member_id", "inquiry", {**by_id, **days})
        yield Look("name", "inquiry", {**by_name, **days})
        rung, key = ("member_id", by_id) if who.member_id else ("name", by_name)
        yield Look(f"{rung}, wider dates", "inquiry", {**key, **wide})
        yield Look("submitted claims", "submitted", days)

    def _look(self, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult:
        """One search; sent again when the form came back empty, the server failed once, or the answer is another search's."""
        down: PortalDown | None = None
        for _ in range(TRIES):
            try:
                result = self._searched(ask, look)
            except ReadBackMismatch:
                continue
            except PortalDown as trouble:
                down = trouble
                self.start_anew()
                continue
            if result is not None:
                return result
            down = None
        raise self.gave_up("claim list", down)

    def _searched(self, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult | None:
        form, listed = self.open(look.of, f"{look.of}_form"), self.screen("claim_list")
        self.must_have(form, *look.values, "submit")
        for name, text in look.values.items():
            form[name].fill(text)
        steps.reached("search.filled")
        came = self.sent(form, {"list": listed["landmark"], "refused": form["message"]}, look.box)
        if came == "list":
            return self._found(listed, ask, look)
        return self._no_list(form, look) if came else None

    def _no_list(self, form: Screen, look: Look) -> ClaimStatusResult | None:
        """The message above the form; None where the form shows another search."""
        said = form["message"].text()
        self.keep()
        result = read_claims.refusal(said)
        mine = all(form[name].text() == text for name, text in look.values.items())
        return result if mine or result.outcome is Outcome.PORTAL_DOWN else None

    def _found(self, listed: Screen, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult | None:
        """What the list leads to; None where it is another search's."""
        self.must_have(listed, "criteria", "count", "table")
        if read_claims.criteria(listed["criteria"].text()) != {LABELS[name]: text for name, text in look.values.items()}:
            return None
        pages = self._pages(listed, look)
        rows = [row for page in pages for row in page]
        if look.of == "inquiry" and not read_claims.belong(rows, ask):
            return None
        chosen = read_claims.choose(rows, ask)
        if len(chosen) > 1:
            return ClaimStatusResult(outcome=Outcome.AMBIGUOUS, reason="the payer has several such claims")
        if not chosen:
            return ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="no claim of this day and charge")
        if look.of == "submitted":
            return read_claims.submitted(rows[chosen[0]], ask)
        return self._opened(listed, ask, pages, chosen[0])

    def _pages(self, listed: Screen, look: Look) -> list[list[read_claims.Row]]:
        """All pages; a list whose rows are not as many as it says, or of which one stands on two pages, is not believed."""
        pages = [self._rows(listed, look)]
        total = read_claims.total(listed["count"].text())
        while listed["next_page"].visible():
            self._turn(listed, "next_page")
            pages.append(self._rows(listed, look))
        rows = [row for page in pages for row in page]
        numbers = [row.number for row in rows if row.number]
        if len(rows) != total or len(set(numbers)) != len(numbers):
            raise ReadBackMismatch("claim list: its rows are not as many as it says, or one stands on two pages")
        return pages

    def _rows(self, listed: Screen, look: Look) -> list[read_claims.Row]:
        self.must_have(listed, "table")
        rows = [read_claims.row(cells, look.of) for cells in listed["table"].table()]
        self.keep()
        if not rows:  # a search that finds nothing says so
            raise PageChanged(f"{listed.name}: it shows no rows that are known")
        return rows

    def _turn(self, listed: Screen, link: str) -> None:
        """Another page; the one before must be gone."""
        other = listed["count"].apart_from_now()
        listed[link].click()
        self.expect({"rows": other}, within_ms=self.answer_ms, what=listed.name)

    def _opened(self, listed: Screen, ask: ClaimStatusRequest, pages: list[list[read_claims.Row]], place: int) -> ClaimStatusResult | None:
        """The claim at this place of the whole list, on a page of its own; None where that is another claim."""
        at = 0
        while place >= len(pages[at]):
            place, at = place - len(pages[at]), at + 1
        for _ in range(len(pages) - 1 - at):
            self._turn(listed, "previous_page")
        listed["open"].nth(place).click()
        page = self.screen("claim_detail")
        came = self.expect({"refused": page["message"], "claim": page["landmark"]}, within_ms=self.answer_ms, what=page.name)
        if came == "refused" or page["message"].visible():
            said = page["message"].text()
            self.keep()
            return read_claims.refusal(said)
        self.must_have(page, "summary", "lines")
        result = read_claims.claim(page["summary"].text(), page["lines"].table(), pages[at][place], ask)
        self.keep()
        return result if result is not None and read_claims.enough(result.match) else None
