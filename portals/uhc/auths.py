"""Prior Authorization and Notification: what stands there, what a plan needs, the form up to its review, one Submit, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from payerbot import steps
from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult, AuthSearch, FilledRequest, StandingRequest
from payerbot.browser.locate import Screen
from payerbot.errors import ClinicianWanted, PageChanged, PortalError, ReadBackMismatch, SubmissionUnknown
from payerbot.model import Outcome, Patient, Result
from portals.base import SOON_MS
from portals.forms import AnotherTryError, EndedError
from portals.text import plain
from portals.uhc import read_auths
from portals.uhc.claims import Claims

TOOL, SEARCH = "/#/prior-auth", "/#/prior-auth/search"
BEFORE, SPAN = timedelta(days=365), timedelta(days=729)  # one search takes two years of service dates
TRIES = 4
PAIR = ("pair_label", "pair_value")


class Auths(Claims):
    """Drives the form and the search of requests. Only `press_submit` sends anything."""

    _filled_for: Patient | None = None  # whose form stands filled

    # --- what stands there ---

    def find_requests(self, ask: AuthRequest) -> AuthSearch:
        """Everything that is listed for this member with service dates within two years around the request's."""
        who = ask.patient
        if not who.member_id:
            return AuthSearch(outcome=Outcome.BAD_DATA, field="member_id", reason="the search wants the member id")
        start = ask.start_date - BEFORE
        end = start + SPAN
        days = f"{start:%m/%d/%Y}{end:%m/%d/%Y}"

        def fill(form: Screen) -> None:
            self.must_have(form, "member_id", "birth_date", "start", "end")
            form["member_id"].fill(who.member_id)
            form["birth_date"].fill_date(who.birth_date)
            form["start"].fill_date(start)
            form["end"].fill_date(end)

        found = self._requests(fill, "member_id", (f"member {who.member_id},", f"born {who.birth_date:%m/%d/%Y}", days))
        if isinstance(found, Result):
            return found.ended_as(AuthSearch)
        if not found:
            return AuthSearch(outcome=Outcome.NOT_FOUND, reason="the payer lists no request")
        return AuthSearch(outcome=Outcome.ANSWERED, standing=tuple(found), rung="member_id")

    def _requests(self, fill: Callable[[Screen], None], box: str, wanted: Sequence[str]) -> list[StandingRequest] | Result:
        """All rows of this very search, or what came in their place; a refusal counts when it was said twice."""
        heard: Result | None = None
        for _ in range(TRIES):
            try:
                found = self._asked_for(fill, box, wanted)
            except ReadBackMismatch:
                continue
            if isinstance(found, Result):
                if found == heard:
                    return found
                heard = found
            elif found is not None:
                return found
        raise self.gave_up("auth list")

    def _asked_for(self, fill: Callable[[Screen], None], box: str, wanted: Sequence[str]) -> list[StandingRequest] | Result | None:
        form, listed = self.open(SEARCH, "auth_search"), self.screen("auth_list")
        fill(form)
        steps.reached("search.filled")
        came = self.sent(form, {"list": listed["landmark"], "none": listed["none"], "popup": form["popup"]}, box)
        if came == "popup":
            return self._no_answer(form["popup"].text())
        if not came:
            return None
        self.must_have(listed, "echo")
        self.keep()
        if not read_auths.echoes(listed["echo"].text(), wanted):
            return None
        return [] if came == "none" else self._listed_requests(listed)

    def _no_answer(self, said: str) -> Result | None:
        self.keep()
        result = read_auths.refusal(said)
        self._down = result.outcome is Outcome.PORTAL_DOWN
        return None if self._down else result

    def _listed_requests(self, listed: Screen) -> list[StandingRequest]:
        total, rows = read_auths.total(listed["landmark"].text()), self._request_rows(listed)
        while listed["next_page"].visible() and listed["next_page"].enabled(0):
            self._turn(listed, "next_page")
            rows += self._request_rows(listed)
        if len({row.reference for row in rows}) != total:
            raise ReadBackMismatch("auth list: its rows are not as many as it says")
        return rows

    def _request_rows(self, listed: Screen) -> list[StandingRequest]:
        self.must_have(listed, "table")
        self.keep()
        return [read_auths.listed(cells) for cells in listed["table"].table()]

    def follow_request(self, ask: AuthRequest, standing: StandingRequest) -> AuthResult:
        """What the payer says now of a request, searched for by its number and opened."""

        def fill(form: Screen) -> None:
            self.must_have(form, "by_number")
            form["by_number"].check()
            self.must_have(form, "number")
            form["number"].fill(standing.reference)

        for _ in range(TRIES):
            found = self._requests(fill, "number", (f"reference number {standing.reference}",))
            if isinstance(found, Result):
                return found.ended_as(AuthResult)
            if len(found) != 1:
                return AuthResult(outcome=Outcome.NOT_FOUND, reason="the payer does not list this request")
            rows = self._opened_request()
            if rows is not None:
                told = read_auths.followed(rows, ask, found[0].reference)
                return told or AuthResult(outcome=Outcome.NOT_FOUND, reason="the request of this number is another member's")
        raise self.gave_up("auth request")

    def _opened_request(self) -> list[tuple[str, str]] | None:
        """The one listed request, opened; None where the portal cannot show it now."""
        self.screen("auth_list")["open"].click()
        page = self.screen("auth_request")
        came = self.expect({"request": page["landmark"], "trouble": page["trouble"]}, within_ms=self.answer_ms, what=page.name)
        self._down = came == "trouble"
        if self._down:
            return None
        self.keep()
        return self._pairs_of(page)

    def _pairs_of(self, page: Screen) -> list[tuple[str, str]]:
        """Labels and texts, in the page's own order."""
        self.must_have(page, "fields")
        told = [part for block in page.outline("fields", PAIR) for part in block]
        labels, texts = told[0::2], told[1::2]
        if not told or {name for name, _ in labels} != {"pair_label"} or {name for name, _ in texts} != {"pair_value"}:
            raise PageChanged(f"{page.name}: labels and texts do not go together")
        return [(label, text) for (_, label), (_, text) in zip(labels, texts, strict=True)]

    # --- the form ---

    def fill_request(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        """Ask what the plan needs, fill the form and read its review page back; nothing is sent."""
        field, reason = read_auths.cannot_be_asked(ask)
        if field:
            return FilledRequest(outcome=Outcome.BAD_DATA, field=field, reason=reason)
        self._filled_for, self._down = None, False
        trouble: PortalError | None = None
        heard: FilledRequest | None = None
        for _ in range(TRIES):
            try:
                return self._to_review(ask, files)
            except EndedError as end:
                if end.sure or end.result == heard:
                    return end.result
                heard = end.result
            except AnotherTryError:
                trouble = None
            except ReadBackMismatch as mismatch:
                trouble = mismatch
        raise trouble or self.gave_up("authorization form")

    def _to_review(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        self._check_requirements(ask)
        form = self.screen("auth_details")
        self.must_have(form, "requesting_npi", "start", "units", "note", "submit")
        self._who_and_where(form, ask)
        self._what(form, ask)
        answered = self._questions(form, ask)
        attached = [self._attach(form, one, files[one.address], n) for n, one in enumerate(ask.attachments, 1)]
        review = self.screen("auth_review")
        others = {"message": form["message"], "requirement": self.screen("auth_requirement")["landmark"]}
        came = self.sent(form, {"review": review["landmark"], **others}, "units")
        if came == "message":
            self._said_no(form, sure=True)
        if came != "review":
            raise AnotherTryError
        return self._read_back(review, ask, attached, answered)

    def _new_request(self) -> Screen:
        home, form = self.open(TOOL, "auth_home"), self.screen("auth_check")
        self.must_have(home, "new_request")
        home["new_request"].click()
        self._down = self.expect({"form": form["landmark"], "trouble": form["trouble"]}, what=form.name) == "trouble"
        if self._down:
            raise AnotherTryError
        return form

    def _check_requirements(self, ask: AuthRequest) -> None:
        """What the tool says that the plan needs for this service; where that is a request, its form stands there afterwards."""
        form, page = self._new_request(), self.screen("auth_requirement")
        self.must_have(form, "member_id", "birth_date", "day", "code")
        form["member_id"].fill(ask.patient.member_id)
        form["birth_date"].fill_date(ask.patient.birth_date)
        form["day"].fill_date(ask.start_date)
        form["code"].fill(ask.services[0].code.upper())
        steps.reached("search.filled")
        others = {"message": form["message"], "review": self.screen("auth_review")["landmark"]}
        came = self.sent(form, {"requirement": page["landmark"], **others}, "member_id")
        if came == "message":
            self._said_no(form, sure=False)
        if came != "requirement":
            raise AnotherTryError
        rows = self._pairs_of(page)
        self.keep()
        if not read_auths.is_for(rows, ask):
            raise AnotherTryError
        if (ended := read_auths.requirement(rows, ask)) is not None:
            raise EndedError(ended)
        self.must_have(page, "go_on")
        page["go_on"].click()
        self.arrive("auth_details")

    def _said_no(self, form: Screen, *, sure: bool) -> None:
        said = form["message"].text()
        if read_auths.wants_more(said):
            raise ClinicianWanted(f"{form.name}: the form wants an answer that the approved request does not have")
        result = self._no_answer(said)
        if result is None:
            raise AnotherTryError
        raise EndedError(result, sure=sure)

    def _who_and_where(self, form: Screen, ask: AuthRequest) -> None:
        _choose(form, "type", read_auths.TYPES[ask.request_type], "request_type")
        _choose(form, "tin", read_auths.tin(ask.billing_tin), "billing_tin", exact=False)
        _choose(form, "service", f"{ask.service_type} - ", "service_type", exact=False)
        _choose(form, "place", f"{ask.pos} - ", "pos", exact=False)
        wanted = {
            "previous": ask.prior_auth_number if ask.request_type != "initial" else "",
            "requesting_npi": ask.requesting_npi,
            "servicing_npi": ask.servicing_npi,
            "facility_npi": ask.facility_npi,
            "contact_name": ask.contact_name,
            "contact_phone": ask.contact_phone,
            "contact_fax": ask.contact_fax,
        }
        for key, value in wanted.items():
            if value:
                form[key].fill(value)

    def _what(self, form: Screen, ask: AuthRequest) -> None:
        service = ask.services[0]
        form["start"].fill_date(ask.start_date)
        form["end"].fill_date(ask.end_date)
        form["units"].fill(f"{service.units:.0f}")
        _choose(form, "unit_type", read_auths.UNITS[service.unit_type], "unit_type")
        if service.modifiers:
            form["modifiers"].fill(" ".join(service.modifiers))
        for number, code in enumerate(ask.diagnoses, 1):
            form.element("diagnosis", number=str(number)).fill(read_auths.icd(code))
        if ask.urgency == "expedited":
            form["expedited"].check()
            form["expedited_by"].fill(ask.expedited_by)
            form["expedited_why"].fill(ask.expedited_statement)
        if ask.note:
            form["note"].fill(ask.note)

    def _questions(self, form: Screen, ask: AuthRequest) -> list[Answered]:
        """Each item gets the clinician's own answer to this very question; one that has none goes to the clinician."""
        approved = {plain(one.question): one for one in ask.questionnaire}
        answered = []
        for at in range(form["question"].count()):
            item = form["question"].nth(at)
            asked = item.within("label").text()
            known = approved.get(plain(asked))
            if known is None:
                raise ClinicianWanted(f"auth questionnaire: item {at + 1} is not in the approved request")
            if not item.within("[role=combobox]").visible():
                item.within("input").fill(known.answer)
            elif not item.within("[role=combobox]").pick(known.answer):
                raise ClinicianWanted(f"auth questionnaire: item {at + 1} does not offer the approved answer")
            answered.append(Answered(question=asked, answer=known.answer))
        return answered

    def _attach(self, form: Screen, one: Attachment, path: Path, number: int) -> tuple[Attachment, str]:
        self.must_have(form, "file_kind")
        _choose(form, "file_kind", read_auths.kind_of(one), "attachments")
        try:
            form["file"].attach([path])
        except ReadBackMismatch:
            if not form["message"].visible():
                raise
            self._said_no(form, sure=True)

        def there() -> bool:
            return form["message"].visible() or (form["files"].visible() and len(form["files"].table()) == number)

        if not self.tab.until(there, self.answer_ms, form.name):
            raise PageChanged(f"{form.name}: the file is not listed")
        if form["message"].visible():
            self._said_no(form, sure=True)
        if form["files"].table()[number - 1].get("File") != path.name:
            raise ReadBackMismatch(f"{form.name}: the list of files is not what was attached")
        return one, path.name

    def _read_back(
        self, page: Screen, ask: AuthRequest, attached: Sequence[tuple[Attachment, str]], answered: Sequence[Answered]
    ) -> FilledRequest:
        self.must_have(page, "submit")
        rows = self._pairs_of(page)
        self.keep()
        if not read_auths.is_for(rows, ask):
            raise AnotherTryError
        differs = read_auths.differences(rows, ask, attached, answered)
        self._filled_for = ask.patient
        warnings = ("the form does not ask for the frequency",) if ask.services[0].frequency else ()
        return FilledRequest(outcome=Outcome.ANSWERED, review=tuple(rows), differs=differs, warnings=warnings)

    def leave_draft(self) -> str:
        """The portal keeps no drafts that are known."""
        return ""

    # --- the one press ---

    def press_submit(self) -> AuthResult:
        """Press Submit on the review page, once. Whatever else than its response page comes, nobody knows whether it was taken."""
        page = self.screen("auth_review")
        if self._filled_for is None or not (page["landmark"].visible() and page["submit"].visible()):
            raise PageChanged("auth review: it does not stand there to be sent")
        who, self._filled_for = self._filled_for, None
        try:
            page["submit"].click()
            steps.reached("submit.pressed")
            return self._responded(page, who)
        except SubmissionUnknown:
            raise
        except PortalError as trouble:
            raise SubmissionUnknown(f"auth submit: what came of it is not known ({type(trouble).__name__})") from None

    def _responded(self, page: Screen, who: Patient) -> AuthResult:
        response = self.screen("auth_response")
        answers = {
            "response": response["landmark"],
            "message": page["message"],
            "trouble": page["trouble"],
            "home": self.screen("auth_home")["landmark"],
            "blank": self.screen("auth_check")["landmark"],
        }
        came = self.came(answers, within_ms=min(self.answer_ms, 2 * self.tab.limit_ms))
        self.keep()
        if came == "response" and response["fields"].wait(SOON_MS):
            said = read_auths.response(self._pairs_of(response), who.member_id, who.birth_date)
            if said is not None:
                return said
        if came == "message" and (number := read_auths.duplicate(page["message"].text())):
            return AuthResult(outcome=Outcome.ANSWERED, portal_reference=number, reason="the payer says that it has this request already")
        raise SubmissionUnknown(f"auth submit: {came or 'nothing'} came in place of the response")


def _choose(form: Screen, key: str, label: str, field: str, *, exact: bool = True) -> None:
    """Choose in one of the form's lists, or say which field the list does not have it for."""
    if not form[key].pick(label, exact=exact):
        raise EndedError(FilledRequest(outcome=Outcome.BAD_DATA, field=field, reason="the form does not offer this"))
