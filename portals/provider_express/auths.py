"""Auths: what stands at the payer, one form up to the page before Submit, one press, and what became of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from payerbot import steps
from payerbot.authorization import Answered, AuthRequest, AuthResult, AuthSearch, AuthState, FilledRequest, StandingRequest
from payerbot.browser.locate import Element, Screen
from payerbot.errors import ClinicianWanted, PageChanged, PortalDown, PortalError, ReadBackMismatch, SubmissionUnknown
from payerbot.model import Outcome, Result
from portals.provider_express import read_auths
from portals.provider_express.shell import ANSWER_MS, SOON_MS, TRIES, Shell
from portals.text import plain, same_id


class AnotherTryError(Exception):
    """The form came back empty: it is filled once more, for nothing was sent."""


class EndedError(Exception):
    """The form cannot be filled to its end, and why."""

    def __init__(self, result: FilledRequest) -> None:
        super().__init__()
        self.result = result


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
        return found if isinstance(found, AuthSearch) else AuthSearch(**_told(found))

    def follow_request(self, ask: AuthRequest, standing: StandingRequest) -> AuthResult:
        """What the payer says now of a request, by its number."""
        found = self._inquire_auths({"Reference Number": standing.reference}, lambda page: self._one(page, ask))
        return found if isinstance(found, AuthResult) else AuthResult(**_told(found))

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
            self.expect({"page": turned}, within_ms=ANSWER_MS, what=page.name)
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
        form = self._for_the_member(ask)
        answered = self._service_type(form, ask)
        for field, key, _, text in read_auths.lists(ask):
            _choose(form, key, text, field)
        self.must_have(form, *(key for _, key, _, _ in read_auths.fields(ask)))
        for _, key, _, text in read_auths.fields(ask):
            form[key].fill(text)
        self._attach(form, ask, files)
        attached = [(one, files[one.address].name) for one in ask.attachments]
        steps.reached("search.filled")
        review, decided = self.screen("auth_review"), self.screen("auth_not_required")
        answers = {"review": review["landmark"], "not_required": decided["landmark"], "refused": form["message"].apart_from_now()}
        self._went_on(form, answers, "review", ask)
        self.keep()
        rows = self._rows_of(review, "panel", "cell")
        self.must_have(review, "submit")
        differs = read_auths.review(rows, ask, attached, answered)
        self._standing_filled = ask
        warnings = ("the form does not ask for the frequency",) if ask.services[0].frequency else ()
        return FilledRequest(outcome=Outcome.ANSWERED, review=tuple(rows), differs=differs, warnings=warnings)

    def _for_the_member(self, ask: AuthRequest) -> Screen:
        home, first, form = self.open("auths", "auth_home"), self.screen("auth_member"), self.screen("auth_form")
        self.must_have(home, "new")
        home["new"].click()
        self.arrive("auth_member")
        self.must_have(first, "member_id", "birth_date", "next")
        first["member_id"].fill(ask.patient.member_id)
        first["birth_date"].fill(f"{ask.patient.birth_date:%m/%d/%Y}")
        came = self.sent(first, {"form": form["landmark"], "refused": first["message"]}, "member_id", button="next")
        if came == "refused":
            self._said_no(first)
        if not came:
            raise AnotherTryError
        return form

    def _service_type(self, form: Screen, ask: AuthRequest) -> list[Answered]:
        """Choosing the service type brings its own items; each gets the clinician's own answer, and one without goes to the clinician."""
        self.must_have(form, "service_type", "apply")
        _choose(form, "service_type", read_auths.SERVICE_TYPES[ask.services[0].code.upper()], "services")
        applied = form["message"].apart_from_now()
        form["apply"].click()
        if self.expect({"told": applied, "anew": self.screen("auth_member")["landmark"]}, within_ms=ANSWER_MS, what=form.name) == "anew":
            raise AnotherTryError
        if read_auths.refusal(form["message"].text()).outcome is Outcome.PORTAL_DOWN:
            self._said_no(form)
        approved = {plain(one.question): one for one in ask.questionnaire}
        answered = []
        for at in range(form["question"].count()):
            item = form["question"].nth(at)
            known = approved.get(plain(item.within("label").text()))
            if known is None:
                raise ClinicianWanted(f"auth questionnaire: item {at + 1} is not in the approved request")
            item.within("textarea").fill(known.answer)
            answered.append(known)
        return answered

    def _attach(self, form: Screen, ask: AuthRequest, files: Mapping[str, Path]) -> None:
        for one in ask.attachments:
            form["document_kind"].choose(read_auths.document(one))
            form["document"].attach([files[one.address]])

    def _went_on(self, form: Screen, answers: Mapping[str, Element], wanted: str, ask: AuthRequest) -> None:
        form.kept()
        form["review"].click()
        came = self.expect({**answers, "anew": self.screen("auth_member")["landmark"]}, within_ms=ANSWER_MS, what=form.name)
        if came == "anew":
            raise AnotherTryError
        if came == "refused":
            self._said_no(form)
        if came == "not_required":
            raise EndedError(self._not_required(ask))
        if came != wanted:
            raise PageChanged(f"{form.name}: another page came")

    def _said_no(self, page: Screen) -> None:
        said = page["message"].text()
        self.keep()
        if read_auths.is_required(said):
            raise ClinicianWanted("auth form: it wants something that is not in the approved request")
        found = read_auths.refusal(said)
        if found.outcome is Outcome.PORTAL_DOWN:
            raise PortalDown(f"{page.name}: the portal says that it cannot answer now")
        raise EndedError(FilledRequest(**_told(found)))

    def _not_required(self, ask: AuthRequest) -> FilledRequest:
        page = self.screen("auth_not_required")
        self.keep()
        told = self._pairs(page, "panel", "cell")
        if not same_id(told.get("Member ID", ""), ask.patient.member_id):
            raise PageChanged("auth_not_required: it does not say for whom")
        codes = tuple(service.code.upper() for service in ask.services)
        decided = AuthResult(outcome=Outcome.ANSWERED, state=AuthState.NOT_REQUIRED, seen_as=page["landmark"].text(), codes=codes)
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
        came = self.came(answers, within_ms=min(ANSWER_MS, 2 * self.tab.limit_ms))
        self.keep()
        if came == "confirmed" and page["panel"].wait(SOON_MS):
            said = read_auths.response(self._pairs(page, "panel", "cell"), ask)
            if said is not None:
                return said
        raise SubmissionUnknown(f"auth submit: {came or 'nothing'} came in place of the confirmation")


def _choose(form: Screen, key: str, text: str, field: str) -> None:
    """Choose in one of the form's lists, or say which field the list does not have it for."""
    if text not in form[key].options():
        raise EndedError(
            FilledRequest(
                outcome=Outcome.BAD_DATA, field=field, reason=read_auths.BY_PHONE if field == "services" else "the form does not offer this"
            )
        )
    form[key].choose(text)


def _told(found: Result) -> dict[str, object]:
    return {name: getattr(found, name) for name in Result.model_fields}
