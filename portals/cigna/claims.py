"""Claims search: one patient's, one number's or a span of days, in a list of pages; one opened claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import ReadBackMismatch
from payerbot.model import ClaimList, ClaimListRequest, ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, Outcome, PatientRequest
from portals.cigna import read, read_claims
from portals.cigna.eligibility import SHORTENED, Eligibility
from portals.cigna.shell import TRIES
from portals.text import plain

CLAIMS = "/app/claim/search"
AT_THE_PAYER = "member_id at the payer"


class Look(NamedTuple):
    """One way of searching: which radio, and what its fields are given."""

    rung: str
    kind: str
    values: Mapping[str, str]
    days: Mapping[str, date] = {}

    @property
    def box(self) -> str:
        """A field that this search fills."""
        return next(iter({**self.values, **self.days}))


class Claims(Eligibility):
    """Drives the search, the list and the opened claim."""

    def report_claim_status(self, ask: ClaimStatusRequest) -> ClaimStatusResult:
        """Search by the payer's number, by patient ID and birth date, by name, by the patient ID that the payer uses now."""
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
        found = tried[-1] if tried and result.outcome not in (Outcome.NOT_FOUND, Outcome.NOT_YET) else ""
        short = read.searchable(ask.patient)[2] and {"name", AT_THE_PAYER} & ({found} if found else set(tried))
        warnings = (*result.warnings, SHORTENED) if short else result.warnings
        return result.model_copy(update={"rung": found, "tried": tuple(tried), "warnings": warnings})

    def list_claims(self, ask: ClaimListRequest) -> ClaimList:
        """Everything with care on these days."""
        end = min(ask.dos_to, self.today)
        days, look = {"dos_from": ask.dos_from, "dos_to": ask.dos_to}, Look("dates", "dates", {}, {"start": ask.dos_from, "end": end})
        for _ in range(TRIES):
            try:
                came, rows = self._listed(look)
            except ReadBackMismatch:
                continue
            if came == "list" and (not read_claims.within(rows, ask) or not self.believed(look, *rows)):
                continue
            if came == "list":
                return ClaimList(outcome=Outcome.ANSWERED, claims=tuple(map(read_claims.listed, rows)), **days)
            if came and (refused := self._refused_search(came, look)) is not None:
                return ClaimList(outcome=refused.outcome, reason=refused.reason, seen_as=refused.seen_as, **days)
        raise self.gave_up("claim list")

    def _looks(self, ask: ClaimStatusRequest) -> Iterator[Look]:
        """The ways of searching, the surest first; later ones are made up only when the earlier found nothing."""
        who, born = ask.patient, {"birth_date": ask.patient.birth_date}
        last, first, _ = read.searchable(who)
        if ask.payer_claim_no:
            yield Look("payer_claim_no", "number", {"number": ask.payer_claim_no})
        if who.member_id:
            yield Look("member_id", "birth_date", {"member_id": who.member_id}, born)
            yield Look("name", "name", {"first": first, "last": last, "member_id": who.member_id})
        if (current := self._current_id(ask)) and plain(current) != plain(who.member_id):
            yield Look(AT_THE_PAYER, "birth_date", {"member_id": current}, born)

    def _current_id(self, ask: ClaimStatusRequest) -> str:
        """The patient ID that the payer uses now, found by name and birth date; "" where that is not one person."""
        asked = ask.model_dump(include=set(PatientRequest.model_fields))
        found = self._inquire(EligibilityRequest(**asked, service_date=self.today, service_types=("30",)), "name")
        return found.member_id or "" if found.outcome is Outcome.ANSWERED else ""

    # --- one search

    def _look(self, ask: ClaimStatusRequest, look: Look) -> ClaimStatusResult:
        for _ in range(TRIES):
            try:
                came, rows = self._listed(look)
                result = self._found(ask, look, came, rows) if came else None
            except ReadBackMismatch:
                continue
            if result is not None:
                return result
        raise self.gave_up("claim list")

    def _found(self, ask: ClaimStatusRequest, look: Look, came: str, rows: list[read_claims.Row]) -> ClaimStatusResult | None:
        """What the search led to; None where it is not this search's answer."""
        if came != "list":
            return self._refused_search(came, look)
        if not read_claims.belong(rows, ask, look.kind) or not self.believed(look, *rows):
            return None
        chosen = read_claims.choose(rows, ask)
        if len(chosen) == 1:
            return self._opened(ask, rows, chosen[0])
        if chosen:
            return ClaimStatusResult(outcome=Outcome.AMBIGUOUS, reason="the payer has several such claims")
        return ClaimStatusResult(outcome=Outcome.NOT_FOUND, reason="no claim of this day and charge")

    def _listed(self, look: Look) -> tuple[str, list[read_claims.Row]]:
        """Send the search: which answer came, "" where none did, and all rows of a list."""
        form, listed = self.open(CLAIMS, "claim_form"), self.screen("claim_list")
        form[f"by_{look.kind}"].check()
        self.must_have(form, *look.values, *look.days)
        for key, text in look.values.items():
            form[key].fill(text)
        for key, when in look.days.items():
            form[key].fill_date(when)
        steps.reached("search.filled")
        came = self.sent(form, {"list": listed["landmark"], "none": listed["none"]}, look.box)
        return came, self._pages(listed) if came == "list" else []

    def _refused_search(self, came: str, look: Look) -> ClaimStatusResult | None:
        """The words in place of a list; None where the search before was answered just so, and this one was not asked again yet."""
        said = self.screen("claim_list")["none"].text() if came == "none" else self.screen("claim_form")["apology"].text()
        self.keep()
        result = read_claims.refusal(said)
        return result if result.outcome is Outcome.PORTAL_DOWN or self.believed(look, said) else None

    def _pages(self, listed: Screen) -> list[read_claims.Row]:
        """The rows of all pages; a list in which one stands on two pages is not believed."""
        rows = [read_claims.row(cells) for cells in self.pages(listed)]
        numbers = [row.number for row in rows if row.number]
        if len(set(numbers)) != len(numbers):
            raise ReadBackMismatch("claim list: a claim stands on two pages")
        return rows

    # --- one claim

    def _opened(self, ask: ClaimStatusRequest, rows: list[read_claims.Row], at: int) -> ClaimStatusResult | None:
        """The claim at this place of the whole list, on a page of its own; None where that is another claim."""
        listed, page = self.screen("claim_list"), self.screen("claim_detail")
        listed["open"].nth(self.place_of(listed, lambda cells: read_claims.row(cells) == rows[at])).click()
        answers = {name: page[name] for name in ("landmark", "apology", "trouble")}
        came = self.expect(answers, within_ms=self.answer_ms, what=page.name)
        self._down = came == "trouble"
        if came != "landmark":
            said = page[came].text()
            self.keep()
            return None if came == "trouble" else read_claims.refusal(said)
        detail = self._detail(page)
        self.keep()
        return read_claims.claim(detail, rows[at], ask) if read_claims.is_of(detail, rows[at]) else None

    def _detail(self, page: Screen) -> read_claims.Detail:
        self.must_have(page, "facts", "notes", "payments", "procedures")
        return read_claims.Detail(
            facts=page["facts"].text(),
            notes=page["notes"].text(),
            payments=page["payments"].text(),
            payment_rows=page["payment_table"].table() if page["payment_table"].visible() else [],
            procedures=page["procedures"].table(),
            remarks=tuple(page["remark"].texts()),
        )
