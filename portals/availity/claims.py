"""Claim Status: tabs, lists, cards and details that differ from payer to payer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, ReadBackMismatch
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, Outcome, PatientRequest, Request
from portals.availity import read_claims
from portals.availity.eligibility import Eligibility
from portals.availity.read import transaction
from portals.availity.shell import ANSWER_MS, TRIES, NotListedError
from portals.base import SOON_MS
from portals.text import plain

CLAIMS = "/static/web/post/cs/enhanced-claim-status-ui/"
WIDER = timedelta(days=7)
TABS = ("Member", "Service Dates", "Claim History", "HIPAA Standard")  # payer-specific tabs show more than HIPAA Standard
FIELDS = ("provider", "member_id", "last", "first", "birth_date", "is_subscriber", "dos_from", "dos_to", "claim_number")


class Look(NamedTuple):
    """One way of searching a claim."""

    rung: str
    member_id: str
    start: date
    end: date
    number: str = ""
    npi: str = ""
    subscriber: bool = True


class Needs(NamedTuple):
    """What the payer's tab has to be given."""

    fields: frozenset[str] = frozenset()
    provider: bool = False  # it searches under one NPI
    member_id: bool = False  # a name alone does not do
    whose_plan: bool = False  # it wants to know whether the patient is the subscriber


class Place(NamedTuple):
    """Where a row stands: page and place on it, 0 first."""

    page: int
    at: int
    row: read_claims.Row


class Claims(Eligibility):
    """Drives the search form, the list and the opened claim."""

    _needs = Needs()
    _provider = ""
    _before: tuple[object, ...] = ()  # what the answer before showed, to know it again
    _again = False  # this very search was answered so already

    def report_claim_status(self, ask: ClaimStatusRequest) -> ClaimStatusResult:
        """Search by the payer's number, by member and dates, by the member id the payer uses now, by the other NPIs, by wider dates."""
        tried: list[str] = []
        result = ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="the payer has no such claim")
        for look in self._looks(ask):
            tried.append(look.rung)
            result = self._look(ask, look)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        if result.outcome is Outcome.NOT_FOUND and (due := self.too_new(ask.first_sent)) is not None:
            result = ClaimStatusResult(
                outcome=Outcome.NOT_YET, due=due, reason="a claim this new cannot be seen yet", seen_as=result.seen_as
            )
        found = result.outcome not in (Outcome.NOT_FOUND, Outcome.NOT_YET)
        return result.model_copy(update={"rung": tried[-1] if found else "", "tried": tuple(tried)})

    def _looks(self, ask: ClaimStatusRequest) -> Iterator[Look]:
        """The ways of searching, the surest first; later ones are made up only when the earlier found nothing."""
        mine, by_name = ask.patient.member_id, Look("name", "", ask.dos_from, ask.dos_to, npi=ask.billing_npi)
        if ask.payer_claim_no:
            yield Look("payer_claim_no", mine, ask.dos_from, ask.dos_to, number=ask.payer_claim_no, npi=ask.billing_npi)
        by_id = Look("member_id", mine, ask.dos_from, ask.dos_to, npi=ask.billing_npi)
        if mine:
            yield by_id
        needs = self._needs
        if needs.whose_plan and mine:
            yield by_id._replace(rung="member_id, dependent", subscriber=False)
        if not needs.member_id:
            yield by_name
        elif (current := self._current_id(ask)) and plain(current) != plain(mine):
            by_id = by_id._replace(rung="member_id at the payer", member_id=current)
            yield by_id
        if needs.provider:
            others = [npi for npi in ask.group_npis if npi != ask.billing_npi]
            for look in (by_id, *(() if needs.member_id else (by_name,))):
                yield from (look._replace(rung=f"{look.rung}, other NPI", npi=npi) for npi in others)
        wide = by_id if mine else by_name
        yield wide._replace(rung=f"{wide.rung}, wider dates", start=wide.start - WIDER, end=min(wide.end + WIDER, self.today))

    def _current_id(self, ask: ClaimStatusRequest) -> str:
        """The member id the payer uses now, found by name and birth date; "" where that is not one person."""
        who = EligibilityRequest(
            **ask.model_dump(include=set(PatientRequest.model_fields)), service_date=ask.dos_from, service_types=("30",)
        )
        found = self._benefits(who, "name")
        return found.member_id or "" if found.outcome is Outcome.ANSWERED else ""

    def _look(self, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult:
        self._down = self._again = False
        for _ in range(TRIES):
            try:
                result = self._found(ask, look) if self._send_search(ask, look) else None
            except ReadBackMismatch:
                self._app = ""  # the form is loaded anew and filled again
                continue
            except NotListedError:
                return ClaimStatusResult(outcome=Outcome.WRONG_PORTAL, reason="the portal does not list this payer here")
            if result is not None:
                return result
        raise self.gave_up("claim list")

    def _believed(self, result: ClaimStatusResult, *shown: object) -> ClaimStatusResult | None:
        """An answer without the claim; one that says just what the answer before said may still be that one, so it is asked for again."""
        stale, self._before = shown == self._before and not self._again, shown
        self._again = self._again or stale
        return None if stale else result

    def _send_search(self, ask: ClaimStatusRequest, look: Look) -> bool:
        form = self._claim_form(ask)
        with self._payer_kept(form, ask):
            self._choose_payer(form, ask)
            self._fill_search(form, ask, look)
        return self._sent(form, {"list": self.screen("claim_list"), "detail": self.screen("claim_detail")})

    def _claim_form(self, ask: Request) -> Screen:
        back = self.screen("claim_list")["search"]
        if self._app == CLAIMS and back.visible():
            back.click()
        elif self._app != CLAIMS or not self.screen("claim_form").here():
            self._open(CLAIMS, ask)
        return self.arrive("claim_form")

    def _choose_payer(self, form: Screen, ask: Request) -> None:
        if self._payer == ask.payer_label:
            return
        self._pick_payer(form, ask)
        came = self._brought(form, ask, tabs=form["tabs"], not_served=form["not_served"])
        if came == "not_served":
            raise NotListedError
        offered = form["tabs"].texts()
        wanted = next((tab for tab in TABS if tab in offered), None)
        ready = wanted is not None and form.element("tab", tab=wanted).wait(SOON_MS)
        if ready and wanted is not None:
            form.element("tab", tab=wanted).click()
            ready = form["submit"].wait(SOON_MS)
        shown = {key for key in FIELDS if form[key].visible()}
        if form["payer"].chosen() != ask.payer_label:  # the form takes a choice back a moment later
            raise ReadBackMismatch("claim_form.payer: the choice does not stick")
        if not ready:
            raise PageChanged("claim form: none of its tabs is known, or the tab's fields did not come")
        self._needs = Needs(
            fields=frozenset(shown),
            provider="provider" in shown,
            member_id="provider" in shown and "last" in shown,  # HIPAA Standard wants the id as well as the names
            whose_plan="is_subscriber" in shown,
        )
        self._provider = ""
        self._payer = ask.payer_label

    def _fill_search(self, form: Screen, ask: ClaimStatusRequest, look: Look) -> None:
        shown, who = self._needs.fields, ask.patient
        if "provider" in shown and self._provider != look.npi:
            form["provider"].pick(look.npi, exact=False)
            self._provider = look.npi
        by_name = look.rung.startswith("name")
        if look.member_id and "member_id" not in shown:
            raise PageChanged("claim_form.member_id: it is not there")
        values = {
            "member_id": look.member_id,
            "last": who.last if by_name or self._needs.member_id else "",
            "first": who.first if by_name or self._needs.member_id else "",
            "claim_number": look.number,
        }
        for key, value in values.items():
            if key in shown:
                form[key].fill(value)
        for key, day in (("birth_date", who.birth_date), ("dos_from", look.start), ("dos_to", look.end)):
            if key in shown:
                form[key].fill_date(day)
        if "is_subscriber" in shown:
            form["is_subscriber"].check(on=look.subscriber)
        steps.reached("search.filled")

    def _found(self, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult | None:
        """What the search led to; None where the page is not this search's answer."""
        listed, detail = self.screen("claim_list"), self.screen("claim_detail")
        came = self.expect(
            {"list": listed["settled"], "detail": detail["settled"], "form": self.screen("claim_form")["submit"]},
            within_ms=ANSWER_MS,
            what="claim list",
        )
        if came == "form":
            self._app = self._payer = ""  # the frame was replaced by an empty form
            return None
        return self._from_list(ask, listed, by_member=bool(look.member_id)) if came == "list" else self._alone(ask)

    def _from_list(self, ask: ClaimStatusRequest, listed: Screen, *, by_member: bool) -> ClaimStatusResult | None:
        for alert in ("error", "warning"):
            if listed[alert].visible():
                said = listed[alert].text()
                self.keep()
                result = read_claims.refusal(said)
                return result if result.outcome is Outcome.PORTAL_DOWN else self._believed(result, said)
        number = transaction(listed["landmark"].text())
        places = self._rows(listed)
        rows = [place.row for place in places]
        self.keep()
        if not read_claims.belongs(rows, ask, by_member=by_member):
            return None
        choice = read_claims.choose(rows, ask)
        if len(choice.rows) == 1:
            self._before = (number, *rows)
            self._open_row(listed, places, places[choice.rows[0]])
            return self._opened(ask)
        result = ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="no claim of this day and charge" if choice.others else "")
        if choice.rows:
            result = ClaimStatusResult(outcome=Outcome.AMBIGUOUS, reason="the payer has several such claims")
        return self._believed(result, number, *rows)

    def _alone(self, ask: ClaimStatusRequest) -> ClaimStatusResult | None:
        """The only claim that a search found, opened at once: it can be another one than the claim asked about."""
        result = self._opened(ask, alone=True)
        if result is None or result.charge is None or read_claims.enough(result.match):  # without a charge it is the payer's error
            self._before = (result.payer_claim_no,) if result else ()
            return result
        none = ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="no claim of this day and charge")
        return self._believed(none, result.payer_claim_no)

    def _rows(self, listed: Screen) -> list[Place]:
        """All rows of all pages; a list that changes its order from page to page is not believed."""
        places = self._page_rows(listed, 0)
        page = 0
        while listed["next_page"].visible() and listed["next_page"].enabled(0):
            page += 1
            self._turn(listed, "next_page")
            places += self._page_rows(listed, page)
        on_page: dict[read_claims.Row, int] = {}
        if any(on_page.setdefault(place.row, place.page) != place.page for place in places):
            raise ReadBackMismatch("claim list: a row stands on two pages")
        return places

    def _turn(self, listed: Screen, button: str) -> None:
        listed[button].click()
        self.expect({"settled": listed["settled"]}, within_ms=ANSWER_MS, what="claim list")

    def _page_rows(self, listed: Screen, page: int) -> list[Place]:
        if listed["table"].visible():
            rows = [read_claims.listed(cells) for cells in listed["table"].table()]
        else:
            rows = [read_claims.card(text) for text in listed["card"].texts()]
        if not rows:  # a search that finds nothing says so
            raise PageChanged("claim list: it shows no rows that are known")
        return [Place(page, index, row) for index, row in enumerate(rows)]

    def _open_row(self, listed: Screen, places: list[Place], chosen: Place) -> None:
        for _ in range(places[-1].page - chosen.page):
            self._turn(listed, "previous_page")
        if listed["card_open"].visible():
            listed["card_open"].nth(chosen.at).click()
        else:
            listed["table_row"].nth(chosen.at).click()

    def _opened(self, ask: ClaimStatusRequest, *, alone: bool = False) -> ClaimStatusResult | None:
        page = self.screen("claim_detail")
        self.expect({"settled": page["settled"]}, within_ms=ANSWER_MS, what=page.name)
        if page["error"].visible():
            said = page["error"].text()
            self.keep()
            return read_claims.refusal(said)
        self.expect({"lines": page["lines_settled"]}, within_ms=ANSWER_MS, what=page.name)
        self.must_have(page, "panel", "lines")
        for _ in range(page["collapsed"].count()):
            page["collapsed"].click()
        detail = self._detail(page)
        self.keep()
        result = read_claims.claim(detail, ask)
        return result if alone or read_claims.enough(result.match) else None

    def _detail(self, page: Screen) -> read_claims.Detail:
        return read_claims.detail(
            panels=page["panel"].texts(),
            sections=page["section"].texts(),
            lines=page["lines"].table(),
            inside=[[text for name, text in one if name == "line_code"] for one in page.outline("line_inside", ("line_code",))],
            codes=page["codes"].table() if page["codes"].visible() else [],
        )
