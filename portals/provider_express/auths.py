"""Auths: what stands at the payer, one form up to the page before Submit, one press, and what became of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from payerbot import steps
from payerbot.authorization import Answered, AuthRequest, AuthResult, AuthSearch, AuthState, FilledRequest, StandingRequest
from payerbot.browser.locate import Element, Screen
from payerbot.errors import ClinicianWanted, PageChanged, PortalDown, PortalError, ReadBackMismatch, SubmissionUnknown
from payerbot.model import Outcome, Result
from portals.base import SOON_MS
from portals.forms import AnotherTryError, EndedError
from portals.provider_express import read_auths
from portals.provider_express.shell import TRIES, Shell
from portals.text import plain, same_id


class Auths(Shell):
    """Drives the request form and the inquiry. Only `press_submit` sends anything."""

    _standing_filled: AuthRequest | None = None  # whose request stands on the page before Submit

    # --- what stands there ---

    def find_requests(self, ask: AuthRequest) -> AuthSearch:
        """Everything that the inquiry lists for this member, whatever the dates."""
        if not ask.patient.member_id:
            return AuthSearch(outcome=Outcome.BAD_DATA, field="member_id", reason="the inquiry wants the member id")
        wanted = {"Member ID": ask.patient.member_id, "Date of Birth": f"{ask.patient.birth_date:%m/%d/%Y}"}
        found = self._inquire_auths(wanted, self._all_auths)
        return found if isinstance(found, AuthSearch) else found.ended_as(AuthSearch)

    def follow_request(self, ask: AuthRequest, standing: StandingRequest) -> AuthResult:
        """What the payer says now of a request, by its number."""
        found = self._inquire_auths({"Reference Number": standing.reference}, lambda page: self._one(page, ask))
        return found if isinstance(found, AuthResult) else found.ended_as(AuthResult)

    def _inquire_auths(self, wanted: Mapping[str, str], read: Callable[[Screen], AuthSearch | AuthResult]) -> Result:
        """The answer to this very search; sent again when the form came back empty, or the answer is another search's."""
        down: PortalDown | None = None
        for _ in range(TRIES):
            try:
                found = self._auths_searched(wanted)
            except ReadBackMismatch:
                continue
            except PortalDown as trouble:
                down = trouble
                self.start_anew()
                continue
            if isinstance(found, Screen):
                return read(found)
            if found is not None:
                return found
        raise self.gave_up("auth inquiry", down)

    def _auths_searched(self, wanted: Mapping[str, str]) -> Screen | Result | None:
        home, form, page = self.open("auths", "auth_home"), self.screen("auth_inquiry"), self.screen("auth_list")
        home["inquiry"].click()
        self.arrive("auth_inquiry")
        named = {"Reference Number": "number", "Member ID": "member_id", "Date of Birth": "birth_date"}
        self.must_have(form, *(named[label] for label in wanted), "submit")
        for label, value in wanted.items():
            form[named[label]].fill(value)
        steps.reached("search.filled")
        came = self.sent(form, {"list": page["landmark"], "refused": form["message"]}, named[next(iter(wanted))])
        if came == "refused":
            return self._inquiry_refused(form, wanted, named)
        if not came:
            return None
        self.keep()
        return page if read_auths.belongs(self._pairs(page, "criteria", "criterion"), wanted) else None

    def _inquiry_refused(self, form: Screen, wanted: Mapping[str, str], named: Mapping[str, str]) -> Result | None:
        said = read_auths.refusal(form["message"].text())
        self.keep()
        if said.outcome is Outcome.PORTAL_DOWN:
            raise PortalDown("auth inquiry: the portal says that it cannot answer now")
        return said if all(form[named[label]].text() == value for label, value in wanted.items()) else None

    def _all_auths(self, page: Screen) -> AuthSearch:
        said = read_auths.count(page["landmark"].text())
        if not said:
            self.must_have(page, "none")
            return AuthSearch(outcome=Outcome.NOT_FOUND, reason="the payer lists no request", seen_as=page["none"].text())
        found = self._auth_rows(page)
        while page["next_page"].visible() and len(found) < said:
            turned = page["page_number"].apart_from_now()
            page["next_page"].click()
            self.expect({"page": turned}, within_ms=self.answer_ms, what=page.name)
            found += self._auth_rows(page)
        if len({one.reference for one in found}) != said:
            raise PageChanged("auth list: it has other rows than it says")
        return AuthSearch(outcome=Outcome.ANSWERED, standing=tuple(found), rung="member_id")

    def _auth_rows(self, page: Screen) -> list[StandingRequest]:
        self.must_have(page, "table")
        self.keep()
        return [read_auths.listed(cells) for cells in page["table"].table()]

    def _one(self, page: Screen, ask: AuthRequest) -> AuthResult:
        if read_auths.count(page["landmark"].text()) != 1:
            return AuthResult(outcome=Outcome.NOT_FOUND, reason="the payer does not list this request")
        page["open"].click()
        detail = self.arrive("auth_detail")
        self.must_have(detail, "panel")
        self.keep()
        told = read_auths.followed(self._pairs(detail, "panel", "cell"), ask)
        return told or AuthResult(outcome=Outcome.NOT_FOUND, reason="the request of this number is another member's")

    def _pairs(self, page: Screen, panel: str, cell: str) -> dict[str, str]:
        return dict(self._rows_of(page, panel, cell))

    def _rows_of(self, page: Screen, panel: str, cell: str) -> list[tuple[str, str]]:
        """Labels and texts of a table, in the page's own order."""
        texts = [text for block in page.outline(panel, (cell,)) for _, text in block]
        if len(texts) % 2 or not texts:
            raise PageChanged(f"{page.name}: labels and texts do not go together")
        return list(zip(texts[0::2], texts[1::2], strict=True))

    # --- the form ---

    def fill_request(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        """Fill the form and read the page before Submit back; nothing is sent."""
        field, reason = read_auths.cannot_be_asked(ask)
        if field:
            return FilledRequest(outcome=Outcome.BAD_DATA, field=field, reason=reason)
        if ask.services[0].code.upper() not in read_auths.SERVICE_TYPES:
            return read_auths.by_phone()
        self._standing_filled = None
        trouble: PortalError | None = None
        for _ in range(TRIES):
            try:
                return self._to_the_review(ask, files)
            except EndedError as end:
                return end.result
            except AnotherTryError:
                continue
            except ReadBackMismatch as mismatch:
                trouble = mismatch
            except PortalDown as down:
                trouble = down
                self.start_anew()
        raise trouble or self.gave_up("authorization form")

    def _to_the_review(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        self._for_the_member(ask)
        self._service(ask)
        form, review = self.screen("auth_form"), self.screen("auth_review")
        answered = self._details(form, ask)
        self._attach(form, ask, files)
        attached = [(one, files[one.address].name) for one in ask.attachments]
        steps.reached("search.filled")
        self._went_on(form, {"review": review["landmark"]}, "provider_npi")
        self.must_have(review, "submit")
        self.keep()
        rows = self._rows_of(review, "panel", "cell")
        differs = read_auths.review(rows, ask, attached, answered)
        self._standing_filled = ask
        warnings = ("the form does not ask for the frequency",) if ask.services[0].frequency else ()
        return FilledRequest(outcome=Outcome.ANSWERED, review=tuple(rows), differs=differs, warnings=warnings)

    def _for_the_member(self, ask: AuthRequest) -> None:
        """The tab, a new authorization, and whom it is for."""
        home, tab, page = self.open("auths", "auth_home"), self.screen("auth_requests"), self.screen("auth_member")
        home["requests"].click()
        self.arrive("auth_requests")
        tab["new"].click()
        self.arrive("auth_member")
        self.must_have(page, "member_id", "birth_date", "submit")
        page["member_id"].fill(ask.patient.member_id)
        page["birth_date"].fill(f"{ask.patient.birth_date:%m/%d/%Y}")
        self._went_on(page, {"service": self.screen("auth_service")["landmark"]}, "member_id")

    def _service(self, ask: AuthRequest) -> None:
        """The service type, where it is offered for this member's plan: what is not goes by telephone."""
        page, code = self.screen("auth_service"), ask.services[0].code.upper()
        self.must_have(page, "service_type", "procedure", "submit")
        wanted = read_auths.SERVICE_TYPES[code]
        if wanted not in page["service_type"].options():
            self.keep()
            raise EndedError(read_auths.by_phone())
        page["service_type"].choose(wanted)
        page["procedure"].fill(code)
        none = self.screen("auth_not_required")
        came = self._went_on(page, {"form": self.screen("auth_form")["landmark"], "none": none["landmark"]}, "procedure")
        if came == "none":
            raise EndedError(self._not_required(none, ask))

    def _details(self, form: Screen, ask: AuthRequest) -> list[Answered]:
        """Every field of the form, and each item with the clinician's own answer."""
        for field, key, _, text in read_auths.lists(ask):
            if text not in form[key].options():
                raise EndedError(FilledRequest(outcome=Outcome.BAD_DATA, field=field, reason="the form does not offer this"))
            form[key].choose(text)
        wanted = read_auths.fields(ask)
        self.must_have(form, *(key for _, key, _, _ in wanted))
        for _, key, _, text in wanted:
            form[key].fill(text)
        return self._questions(form, ask)

    def _questions(self, form: Screen, ask: AuthRequest) -> list[Answered]:
        """An item that has no approved answer goes to the clinician."""
        approved = {plain(one.question): one for one in ask.questionnaire}
        answered = []
        for at in range(form["question"].count()):
            known = approved.get(plain(form["question"].nth(at).within("label").text()))
            if known is None:
                raise ClinicianWanted(f"auth questionnaire: item {at + 1} is not in the approved request")
            self._answer(form, at, known.answer)
            answered.append(known)
        return answered

    def _answer(self, form: Screen, at: int, answer: str) -> None:
        listed = form["question"].nth(at).within("select")
        if not listed.visible():
            form["question"].nth(at).within("textarea").fill(answer)
        elif answer in listed.options():
            listed.choose(answer)
        else:
            raise ClinicianWanted(f"auth questionnaire: item {at + 1} does not offer the approved answer")

    def _attach(self, form: Screen, ask: AuthRequest, files: Mapping[str, Path]) -> None:
        for number, one in enumerate(ask.attachments, 1):
            form.element("document_kind", number=str(number)).choose(read_auths.document(one))
            form.element("document", number=str(number)).attach([files[one.address]])

    def _went_on(self, page: Screen, answers: Mapping[str, Element], box: str) -> str:
        """Press a page's button; which of these came, or what the page says in their place."""
        others = {"refused": page["message"]}
        if page.name != "auth_member":
            others["anew"] = self.screen("auth_member")["landmark"]
        came = self.sent(page, {**answers, **others}, box)
        if came in ("", "anew"):
            raise AnotherTryError
        if came == "refused":
            self._said_no(page)
        return came

    def _said_no(self, page: Screen) -> None:
        said = page["message"].text()
        self.keep()
        found = read_auths.refusal(said)
        if found.outcome is Outcome.PORTAL_DOWN:
            raise PortalDown(f"{page.name}: the portal says that it cannot answer now")
        if found.outcome is Outcome.UNREADABLE and read_auths.is_required(said):
            raise ClinicianWanted("auth form: it wants something that is not in the approved request")
        raise EndedError(found)

    def _not_required(self, page: Screen, ask: AuthRequest) -> FilledRequest:
        self.keep()
        told, code = self._pairs(page, "panel", "cell"), ask.services[0].code.upper()
        if not same_id(told.get("Member ID", ""), ask.patient.member_id) or told.get("Procedure Code") != code:
            raise PageChanged("auth_not_required: it does not say for whom and for what")
        seen = page["landmark"].text()
        decided = AuthResult(outcome=Outcome.ANSWERED, state=AuthState.NOT_REQUIRED, seen_as=seen, codes=(code,))
        return FilledRequest(outcome=Outcome.ANSWERED, decided=decided)

    def leave_draft(self) -> str:
        """This portal keeps no drafts."""
        return ""

    # --- the one press ---

    def press_submit(self) -> AuthResult:
        """Press Submit on the page that stands there, once. Whatever else comes than the confirmation, nobody knows if it was taken."""
        page = self.screen("auth_review")
        if self._standing_filled is None or not (page["landmark"].visible() and page["submit"].visible()):
            raise PageChanged("auth review: it does not stand there to be sent")
        ask, self._standing_filled = self._standing_filled, None
        try:
            page["submit"].click()
            steps.reached("submit.pressed")
            return self._confirmed(ask)
        except SubmissionUnknown:
            raise
        except PortalError as trouble:
            raise SubmissionUnknown(f"auth submit: what came of it is not known ({type(trouble).__name__})") from None

    def _confirmed(self, ask: AuthRequest) -> AuthResult:
        page = self.screen("auth_confirmation")
        answers = {"confirmed": page["landmark"], "home": self.screen("auth_home")["landmark"]}
        came = self.came(answers, within_ms=min(self.answer_ms, 2 * self.tab.limit_ms))
        self.keep()
        if came == "confirmed" and page["panel"].wait(SOON_MS):
            said = read_auths.response(self._pairs(page, "panel", "cell"), ask)
            if said is not None:
                return said
        raise SubmissionUnknown(f"auth submit: {came or 'nothing'} came in place of the confirmation")
