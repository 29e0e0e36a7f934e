"""Authorizations: what stands at the payer, the wizard up to its last page, a draft, one Submit, and what became of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from payerbot import steps
from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult, AuthSearch, AuthState, FilledRequest, StandingRequest
from payerbot.browser.locate import Screen
from payerbot.errors import ClinicianWanted, PageChanged, PortalDown, PortalError, ReadBackMismatch, SubmissionUnknown
from payerbot.model import Outcome, Patient, Result
from portals.base import SOON_MS
from portals.carelon import read_auths
from portals.carelon.claims import Claims
from portals.carelon.shell import TRIES
from portals.forms import AnotherTryError, EndedError
from portals.text import plain, same_id

PAGES = ("member", "demographics", "address", "header", "diagnosis", "medications", "treatment", "submit")
MOST_PAGES = 20


class Auths(Claims):
    """Drives the wizard and the lists. Only `press_submit` sends anything."""

    _asked: Patient | None = None  # whose form stands filled
    _down: PortalDown | None = None

    # --- what stands there ---

    def find_requests(self, ask: AuthRequest) -> AuthSearch:
        """Everything that is listed for this member, whatever the dates; drafts were not sent and are not listed."""
        if not ask.patient.member_id:
            return AuthSearch(outcome=Outcome.BAD_DATA, field="member_id", reason="the search wants the member id")
        wanted = {"Member ID": ask.patient.member_id, "Date of Birth": f"{ask.patient.birth_date:%m%d%Y}"}
        found = self._listed(wanted)
        if isinstance(found, Result):
            return found.ended_as(AuthSearch)
        return self._all(found)

    def _listed(self, wanted: Mapping[str, str]) -> Screen | Result:
        """The list that answers this very search, or what came in its place."""
        self._down = None
        for _ in range(TRIES):
            try:
                found = self._searched_auths(wanted)
            except ReadBackMismatch:
                continue
            except PortalDown as trouble:
                self._down = trouble
                self._start_anew()
                continue
            if found is not None:
                return found
        raise self.gave_up("auth search", self._down)

    def _searched_auths(self, wanted: Mapping[str, str]) -> Screen | Result | None:
        form, page = self._open("auth_search", "auth_search"), self.screen("auth_list")
        named = {"Member ID": "member_id", "Date of Birth": "birth_date", "Authorization Number": "number"}
        self.must_have(form, *(named[label] for label in wanted), "submit")
        for label, value in wanted.items():
            form[named[label]].fill(value)
        steps.reached("search.filled")
        came = self.sent(form, {"list": page["landmark"], "refused": form["message"]}, named[next(iter(wanted))])
        if came == "refused":
            said = form["message"].text()
            self.keep()
            mine = all(same_id(form[named[label]].text(), value) for label, value in wanted.items())
            return read_auths.refusal(said) if mine else None
        if not came:
            return None
        self.must_have(page, "criteria")
        self.keep()
        return page if read_auths.belongs(page["criteria"].text(), wanted) else None

    def _all(self, page: Screen) -> AuthSearch:
        said = read_auths.total(page["landmark"].text())
        if not said:
            self.must_have(page, "none")
            return AuthSearch(outcome=Outcome.NOT_FOUND, reason="the payer lists no request", seen_as=page["none"].text())
        found = self._requests(page)
        while page["next_page"].visible() and len(found) < said:
            turned = page["page_number"].apart_from_now()
            page["next_page"].click()
            self.expect({"page": turned}, within_ms=self.answer_ms, what=page.name)
            found += self._requests(page)
        if len({one.reference for one in found}) != said:
            raise PageChanged("auth list: it has other rows than it says")
        return AuthSearch(outcome=Outcome.ANSWERED, standing=tuple(found), rung="member_id")

    def _requests(self, page: Screen) -> list[StandingRequest]:
        self.must_have(page, "table")
        self.keep()
        return [read_auths.listed(cells) for cells in page["table"].table()]

    def follow_request(self, ask: AuthRequest, standing: StandingRequest) -> AuthResult:
        """What the payer says now of a request, searched for by its number."""
        found = self._listed({"Authorization Number": standing.reference})
        if isinstance(found, Result):
            return found.ended_as(AuthResult)
        if read_auths.total(found["landmark"].text()) != 1:
            return AuthResult(outcome=Outcome.NOT_FOUND, reason="the payer does not list this request")
        found["open"].click()
        detail = self.arrive("auth_detail")
        self.must_have(detail, "panel")
        self.keep()
        told = read_auths.followed(detail["panel"].text(), ask)
        if told is None:
            return AuthResult(outcome=Outcome.NOT_FOUND, reason="the request of this number is another member's")
        return told

    # --- the form ---

    def fill_request(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        """Fill the wizard to its last page and read that page back; nothing is sent."""
        field, reason = read_auths.cannot_be_asked(ask)
        if field:
            return FilledRequest(outcome=Outcome.BAD_DATA, field=field, reason=reason)
        self._asked, self._down = None, None
        trouble: PortalError | None = None
        for _ in range(TRIES):
            try:
                return self._to_the_end(ask, files)
            except EndedError as end:
                return end.result
            except AnotherTryError:
                continue
            except ReadBackMismatch as mismatch:
                trouble = mismatch
            except PortalDown as down:
                self._down = down
                self._start_anew()
        raise trouble or self.gave_up("authorization form", self._down)

    def _to_the_end(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        attached = [(one, files[one.address].name) for one in ask.attachments]
        answered: list[Answered] = []
        fill: dict[str, Callable[[Screen], None]] = {
            "member": lambda page: self._member(page, ask),
            "demographics": lambda page: self.must_have(page, "panel"),
            "address": lambda page: self._address(page, ask),
            "header": lambda page: self._header(page, ask, files),
            "diagnosis": lambda page: self._diagnoses(page, ask),
            "medications": lambda page: answered.extend(self._medications(page, ask)),
            "treatment": lambda page: answered.extend(self._treatment(page, ask)),
        }
        self._new_form()
        for name, then in pairwise(PAGES):
            page = self.screen(f"auth_{name}")
            fill[name](page)
            self._advance(page, then, ask)
        return self._read_back(ask, attached, answered)

    def _new_form(self) -> None:
        self._inside()["auth_request"].click()
        home = self.arrive("auth_home")
        self.must_have(home, "next")
        home["next"].click()
        self.arrive("auth_member")

    def _advance(self, page: Screen, then: str, ask: AuthRequest) -> None:
        """Press Next; the page that follows, or what came in its place."""
        answers = {then: self.screen(f"auth_{then}")["landmark"], "refused": page["message"]}
        box = "next"
        if page.name == "auth_member":
            box = "member_id"
        else:
            answers["anew"] = self.screen("auth_member")["landmark"]
        if then == "submit":
            answers["not_required"] = self.screen("auth_not_required")["landmark"]
        came = self.sent(page, answers, box, button="next")
        if came in ("", "anew"):
            raise AnotherTryError
        if came == "refused":
            self._said_no(page)
        if came == "not_required":
            raise EndedError(self._not_required(ask))

    def _said_no(self, page: Screen) -> None:
        said = page["message"].text()
        self.keep()
        result = read_auths.refusal(said)
        if result.outcome is Outcome.PORTAL_DOWN:
            self._down = PortalDown(f"{page.name}: the portal says that it cannot answer now")
            raise AnotherTryError
        if read_auths.wants_more(said):
            raise ClinicianWanted(f"{page.name}: the form wants an answer that the approved request does not have")
        raise EndedError(result)

    def _not_required(self, ask: AuthRequest) -> FilledRequest:
        page = self.screen("auth_not_required")
        self.keep()
        if not same_id(page["member_id"].text(), ask.patient.member_id):
            raise PageChanged("auth_not_required: it does not say for whom")
        codes = tuple(service.code for service in ask.services)
        told = AuthResult(outcome=Outcome.ANSWERED, state=AuthState.NOT_REQUIRED, seen_as=page["landmark"].text(), codes=codes)
        return FilledRequest(outcome=Outcome.ANSWERED, decided=told)

    def _member(self, page: Screen, ask: AuthRequest) -> None:
        self.must_have(page, "member_id", "birth_date", "next")
        page["member_id"].fill(ask.patient.member_id)
        page["birth_date"].fill(f"{ask.patient.birth_date:%m%d%Y}")
        steps.reached("search.filled")

    def _address(self, page: Screen, ask: AuthRequest) -> None:
        """The one place of this provider that is the practice's own, by its tax id; the portal lists others of the same name."""
        self.must_have(page, "npi", "find")
        page["npi"].fill(ask.servicing_npi)
        page["find"].click()
        if self.expect({"list": page["addresses"], "refused": page["message"]}, within_ms=self.answer_ms, what=page.name) == "refused":
            self._said_no(page)
        rows = page["addresses"].table()
        own = [at for at, row in enumerate(rows) if read_auths.tin(row.get("Tax ID", "")) == read_auths.tin(ask.billing_tin)]
        if len(own) != 1:
            raise _bad("servicing_npi", "the portal lists no address of this provider under the practice's tax id, or several")
        page["address"].nth(own[0]).check()
        page["requesting"].fill(ask.requesting_npi)
        for key, value in (("facility", ask.facility_npi), ("contact", ask.contact_name), ("phone", ask.contact_phone)):
            if value:
                page[key].fill(value)
        if ask.contact_fax:
            page["fax"].fill(ask.contact_fax)

    def _header(self, page: Screen, ask: AuthRequest, files: Mapping[str, Path]) -> None:
        """Level of Service first, for the form is made anew for it; each list that depends on another is looked at after that choice."""
        chosen = read_auths.choices(ask)
        self.must_have(page, "start_date", "level_of_service")
        _choose(page, "level_of_service", read_auths.OUTPATIENT, "level_of_care")
        self.expect({"rebuilt": page["type_of_service"]}, within_ms=self.answer_ms, what=page.name)
        _choose(page, "type_of_service", chosen.type_of_service, "service_type")
        _choose(page, "level_of_care", chosen.level_of_care, "level_of_care")
        _choose(page, "type_of_care", chosen.type_of_care, "pos")
        _choose(page, "kind", read_auths.KINDS[ask.request_type], "request_type")
        page["start_date"].fill(f"{ask.start_date:%m%d%Y}")
        if ask.request_type != "initial" and ask.prior_auth_number:
            page["prior_auth"].fill(ask.prior_auth_number)
        if ask.urgency == "expedited":
            _choose(page, "urgent", "Yes", "urgency")
            page["urgent_by"].fill(ask.expedited_by)
            page["urgent_why"].fill(ask.expedited_statement)
        for number, one in enumerate(ask.attachments, 1):
            self._attach(self.screen("auth_documents"), one, files[one.address], number)

    def _attach(self, page: Screen, one: Attachment, path: Path, number: int) -> None:
        self.must_have(page, "kind", "attach")
        page["kind"].choose(read_auths.document(one))
        page["document"].attach([path])
        page["attach"].click()

        def there() -> bool:
            return page["message"].visible() or (page["table"].visible() and len(page["table"].table()) == number)

        if not self.tab.until(there, self.answer_ms, page.name):
            raise PageChanged(f"{page.name}: the document is not listed")
        if page["message"].visible():
            self._said_no(page)
        if page["table"].table()[number - 1].get("Document") != path.name:
            raise ReadBackMismatch(f"{page.name}: the list of documents is not what was attached")

    def _diagnoses(self, page: Screen, ask: AuthRequest) -> None:
        for number, code in enumerate(ask.diagnoses, 1):
            page.element("code", number=str(number)).fill(read_auths.icd(code))

    def _medications(self, page: Screen, ask: AuthRequest) -> list[Answered]:
        """An item of its own: it is filled where the approved request answers it, and left empty where not."""
        self.must_have(page, "medications")
        known = next((one for one in ask.questionnaire if plain(one.question) == plain("Current Medications")), None)
        if known is not None:
            page["medications"].fill(known.answer)
        return [known] if known is not None else []

    def _treatment(self, page: Screen, ask: AuthRequest) -> list[Answered]:
        service, chosen = ask.services[0], read_auths.choices(ask)
        self.must_have(page, "procedure", "units", "through_date")
        if chosen.unit_name not in page["unit_name"].text():
            raise _bad("units", "the form counts otherwise than is known for this care")
        self._procedure(page, service.code.upper())
        page["units"].fill(str(chosen.units))
        page["through_date"].fill(f"{ask.end_date:%m%d%Y}")
        if service.modifiers:
            page["modifiers"].fill(" ".join(service.modifiers))
        if ask.note:
            page["summary"].fill(ask.note)
        return self._questions(page, ask)

    def _procedure(self, page: Screen, code: str) -> None:
        offered = [name for name in page["procedure"].options() if name.startswith(f"{code} - ")]
        if len(offered) != 1:
            raise _bad("services", "the form does not offer this service")
        page["procedure"].choose(offered[0])

    def _questions(self, page: Screen, ask: AuthRequest) -> list[Answered]:
        """Each item gets the clinician's own answer to this very question; one that has none goes to the clinician."""
        approved = {plain(one.question): one for one in ask.questionnaire}
        answered = []
        for at in range(page["question"].count()):
            item = page["question"].nth(at)
            known = approved.get(plain(item.within("label").text()))
            if known is None:
                raise ClinicianWanted(f"auth questionnaire: item {at + 1} is not in the approved request")
            self._answer(page, at, known.answer)
            answered.append(known)
        return answered

    def _answer(self, page: Screen, at: int, answer: str) -> None:
        listed = page["question"].nth(at).within("select")
        if not listed.visible():
            page["question"].nth(at).within("input, textarea").fill(answer)
        elif answer in listed.options():
            listed.choose(answer)
        else:
            raise ClinicianWanted(f"auth questionnaire: item {at + 1} does not offer the approved answer")

    def _read_back(self, ask: AuthRequest, attached: Sequence[tuple[Attachment, str]], answered: Sequence[Answered]) -> FilledRequest:
        page = self.screen("auth_submit")
        self.must_have(page, "panel", "submit")
        self.keep()
        rows = self._rows_of(page)
        differs = read_auths.review(rows, ask, read_auths.expected(ask, attached, answered))
        self._asked = ask.patient
        warnings = ("the form does not ask for the frequency",) if ask.services[0].frequency else ()
        return FilledRequest(outcome=Outcome.ANSWERED, review=tuple(rows), differs=differs, warnings=warnings)

    def _rows_of(self, page: Screen) -> list[tuple[str, str]]:
        """Labels and texts, in the page's own order."""
        told = [part for block in page.outline("panel", ("cell",)) for part in block]
        if len(told) % 2 or not told:
            raise PageChanged(f"{page.name}: labels and texts do not go together")
        texts = [text for _, text in told]
        return [(label.rstrip(": "), text) for label, text in zip(texts[0::2], texts[1::2], strict=True)]

    def leave_draft(self) -> str:
        """Save Request as Draft: what is filled stays in the portal for a person, and nothing is sent."""
        page, saved = self.screen("auth_submit"), self.screen("auth_draft")
        self.must_have(page, "landmark", "save_draft")
        page["save_draft"].click()
        self._asked = None
        self.arrive("auth_draft", within_ms=self.answer_ms)
        self.must_have(saved, "saved")
        self.keep()
        number = read_auths.draft(saved["saved"].text())
        if not number:
            raise PageChanged("auth_draft: it does not say under which number the draft was saved")
        return number

    # --- the one press ---

    def press_submit(self) -> AuthResult:
        """Press Submit on the page that stands filled, once. Whatever else than its summary comes, nobody knows whether it was taken."""
        page = self.screen("auth_submit")
        if self._asked is None or not (page["landmark"].visible() and page["submit"].visible()):
            raise PageChanged("auth submit: it does not stand there to be sent")
        who, self._asked = self._asked, None
        try:
            page["submit"].click()
            steps.reached("submit.pressed")
            return self._responded(page, who)
        except SubmissionUnknown:
            raise
        except PortalError as trouble:
            raise SubmissionUnknown(f"auth submit: what came of it is not known ({type(trouble).__name__})") from None

    def _responded(self, page: Screen, who: Patient) -> AuthResult:
        summary = self.screen("auth_summary")
        answers = {"summary": summary["landmark"], "message": page["message"], "home": self.screen("home")["landmark"]}
        came = self.came(answers, within_ms=min(self.answer_ms, 2 * self.tab.limit_ms))
        self.keep()
        if came == "summary" and summary["panel"].wait(SOON_MS):
            heading = summary["status"].text() if summary["status"].visible() else ""
            said = read_auths.response(summary["panel"].text(), heading, who.member_id, who.birth_date)
            if said is not None:
                return said
        if came == "message" and (number := read_auths.duplicate(page["message"].text())):
            return AuthResult(outcome=Outcome.ANSWERED, portal_reference=number, reason="the payer says that it has this request already")
        raise SubmissionUnknown(f"auth submit: {came or 'nothing'} came in place of the summary")


def _choose(page: Screen, key: str, label: str, field: str) -> None:
    """Choose in one of the form's lists, or say which field the list does not have it for."""
    if not page[key].pick(label):
        raise _bad(field, "the form does not offer this")


def _bad(field: str, reason: str) -> EndedError:
    return EndedError(FilledRequest(outcome=Outcome.BAD_DATA, field=field, reason=reason))
