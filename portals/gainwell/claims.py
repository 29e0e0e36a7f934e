"""Search Claims: a list without charges, so every claim of the day is opened and only the one with the right charge is the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, ReadBackMismatch
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, Outcome, PatientRequest, Request
from portals.gainwell import read_claims
from portals.gainwell.eligibility import Eligibility
from portals.text import plain, same_id

WIDER = timedelta(days=7)


class Look(NamedTuple):
    """One way of searching a claim."""

    rung: str
    member_id: str = ""
    start: date = date.min
    end: date = date.min
    number: str = ""

    @property
    def values(self) -> dict[str, str]:
        """What the form is given."""
        if self.number:
            return {"claim_id": self.number}
        return {"member_id": self.member_id, "start": f"{self.start:%m/%d/%Y}", "end": f"{self.end:%m/%d/%Y}"}


class Seen(NamedTuple):
    """What a search showed: the claims that were opened, whether any were listed, and what a page says in place of a list or a claim."""

    opened: tuple[tuple[read_claims.Row, read_claims.Detail], ...] = ()
    listed: bool = False
    refused: str = ""


Wanted = Callable[[read_claims.Row], bool]


class Claims(Eligibility):
    """Drives the search form, the list and the opened claims."""

    def report_claim_status(self, ask: ClaimStatusRequest) -> ClaimStatusResult:
        """Search by the payer's number, by member and days, by the member id the payer uses now, by wider days."""
        tried: list[str] = []
        result = ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="the payer has no such claim")
        for look in self._looks(ask):
            tried.append(look.rung)
            result = self._look(ask, look)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        if result.outcome is Outcome.NOT_FOUND and (due := self.too_new(ask.first_sent)) is not None:
            result = ClaimStatusResult(outcome=Outcome.NOT_YET, due=due, reason="a claim this new cannot be seen yet")
        found = result.outcome not in (Outcome.NOT_FOUND, Outcome.NOT_YET)
        return result.model_copy(update={"rung": tried[-1] if found and tried else "", "tried": tuple(tried)})

    def _looks(self, ask: ClaimStatusRequest) -> Iterator[Look]:
        """The ways of searching, the surest first; later ones are made up only when the earlier found nothing."""
        mine = ask.patient.member_id
        if ask.payer_claim_no:
            yield Look("payer_claim_no", number=ask.payer_claim_no)
        by_id = Look("member_id", mine, ask.dos_from, ask.dos_to)
        if mine:
            yield by_id
        if (current := self._current_id(ask)) and plain(current) != plain(mine):
            by_id = by_id._replace(rung="member_id at the payer", member_id=current)
            yield by_id
        if by_id.member_id:
            start, end = by_id.start - WIDER, min(by_id.end + WIDER, self.today)
            yield by_id._replace(rung=f"{by_id.rung}, wider dates", start=start, end=end)

    def _current_id(self, ask: ClaimStatusRequest) -> str:
        """The member id the payer uses now, found by name and birth date; "" where that is not one person."""
        who = EligibilityRequest(
            **ask.model_dump(include=set(PatientRequest.model_fields)), service_date=ask.dos_from, service_types=("30",)
        )
        found = self._inquire(who, "name")
        return found.member_id or "" if found.outcome is Outcome.ANSWERED else ""

    def _look(self, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult:
        """One search; every claim of these days is opened, and those with this charge count."""
        seen = self._seen(ask, look, lambda row: read_claims.can_be(row, ask))
        if seen.refused:
            return read_claims.refusal(seen.refused)
        found = [read_claims.claim(detail, row, ask) for row, detail in seen.opened]
        return _chosen([one for one in found if read_claims.enough(one.match)], others=seen.listed)

    def _seen(self, ask: Request, look: Look, wanted: Wanted) -> Seen:
        """What one search shows of the claims that are wanted."""

        def once(form: Screen) -> Seen | None:
            self._fill_all(form, look.values, "search")
            return self._found(form, look, wanted)

        return self._asked("claims", "claim_form", "claim_list", ask, once)

    def _found(self, form: Screen, look: Look, wanted: Wanted) -> Seen | None:
        """What the search led to; None where the page is not this search's answer."""
        listed = self.screen("claim_list")
        came = self.sent(form, {"list": listed["landmark"], "refused": form["message"]}, next(iter(look.values)), button="search")
        if not came:
            return None
        if came == "refused":
            said = form["message"].text()
            self.keep()
            down = read_claims.refusal(said).outcome is Outcome.PORTAL_DOWN
            return Seen(refused=said) if down or self._is_of(form, look.values) else None
        return self._from_list(listed, look, wanted) if self._is_of(form, look.values) else None

    def _from_list(self, listed: Screen, look: Look, wanted: Wanted) -> Seen | None:
        """The claims of all pages of the list that are wanted, each opened."""
        said = read_claims.total(listed["landmark"].text())
        opened: list[tuple[read_claims.Row, read_claims.Detail]] = []
        rows: list[read_claims.Row] = []
        while len(rows) < said:
            page = self._listed(listed, rows)
            if not all(_may_be_listed(row, look) for row in page):
                return None
            for place, row in enumerate(page):
                if wanted(row):
                    detail = self._opened(listed, place)
                    if isinstance(detail, str):
                        return Seen(refused=detail)
                    opened.append((row, detail))
            rows += page
            if len(rows) < said:
                self._turn(listed)
        if len(rows) != said:
            raise ReadBackMismatch("claim list: it has other rows than it says")
        return Seen(tuple(opened), listed=bool(rows))

    def _listed(self, listed: Screen, before: list[read_claims.Row]) -> list[read_claims.Row]:
        """The rows of one page; a list whose pages repeat each other is not believed."""
        self.must_have(listed, "table")
        rows = [read_claims.row(cells) for cells in listed["table"].table()]
        self.keep()
        if not rows:
            raise PageChanged("claim list: it shows no rows that are known")
        if rows == before[-len(rows) :] or {row.number for row in rows if row.number} & {row.number for row in before}:
            raise ReadBackMismatch("claim list: a row stands on two pages")
        return rows

    def _turn(self, listed: Screen) -> None:
        self.must_have(listed, "next_page")
        listed["next_page"].click()
        self.expect({"rows": listed["table"]}, within_ms=self.answer_ms, what=listed.name)

    def _opened(self, listed: Screen, place: int) -> read_claims.Detail | str:
        """One claim as its page shows it, and back to the list; or what stands in its place."""
        page = self.screen("claim_detail")
        listed["open"].nth(place).click()
        came = self.expect({"claim": page["landmark"], "refused": page["message"]}, within_ms=self.answer_ms, what=page.name)
        if came == "refused":
            said = page["message"].text()
            self.keep()
            return said
        detail = self._detail(page)
        self.keep()
        page["back"].click()
        self.expect({"list": listed["landmark"]}, within_ms=self.answer_ms, what=listed.name)
        return detail

    def _detail(self, page: Screen) -> read_claims.Detail:
        self.must_have(page, "panel", "lines")
        return read_claims.Detail(
            title=page["title"].text() if page["title"].visible() else "",
            labels=page["panel"].text(),
            eobs=page["adjudication"].table() if page["adjudication"].visible() else [],
            lines=page["lines"].table(),
        )


def _may_be_listed(row: read_claims.Row, look: Look) -> bool:
    """Whether a row can be this search's: another member's is the search's before."""
    return same_id(row.number, look.number) if look.number else same_id(row.member_id, look.member_id)


def _chosen(fits: list[ClaimStatusResult], *, others: bool) -> ClaimStatusResult:
    if len(fits) > 1:
        return ClaimStatusResult(outcome=Outcome.AMBIGUOUS, reason="the payer has several such claims")
    reason = "no claim of this day and charge" if others else "the payer has no such claim"
    return fits[0] if fits else ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason=reason)
