"""Authorizations & Referrals: what stands at a payer, the wizard up to its review page, one Submit, and what became of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from payerbot import steps
from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult, AuthSearch, FilledRequest, StandingRequest
from payerbot.browser.locate import Screen
from payerbot.errors import ClinicianWanted, PageChanged, PortalError, PortalSlow, ReadBackMismatch, SubmissionUnknown
from payerbot.model import Outcome, Request, Result
from portals.availity import read_auths
from portals.availity.shell import ANSWER_MS, TRIES, NotListedError, Shell
from portals.base import SOON_MS
from portals.forms import AnotherTryError, EndedError
from portals.text import plain, same_id

AUTHS = "/static/web/pres/web/authorizations/"
INQUIRY = "/static/web/pres/web/auth-referral-inquiry/"
DASHBOARD = "/static/web/pres/web/auth-referral-dashboard/"
PAGES = ("start", "routing", "provider", "rendering", "service", "check", "questions", "interqual", "attach", "review")
MOST_PAGES = 20
PAIR = ("pair_label", "pair_value")

R = TypeVar("R", bound=Result)


class Auths(Shell):
    """Drives the wizard, the inquiry and the dashboard. Only `press_submit` sends anything."""

    _asked_member = ""  # of the form that stands filled
    _check_sent = False  # the payer was asked, and what it said is not seen yet

    # --- what stands there ---

    def find_requests(self, ask: AuthRequest) -> AuthSearch:
        """Everything that the inquiry lists for this member, whatever the dates: what overlaps is not the portal's to judge."""
        if not ask.patient.member_id:
            return AuthSearch(outcome=Outcome.BAD_DATA, field="member_id", reason="the inquiry wants the member id")
        return self._in_inquiry(ask, "", self._all_listed)

    def _in_inquiry(self, ask: AuthRequest, number: str, taken: Callable[[Screen], R]) -> R | AuthSearch:
        self._down = False
        for _ in range(TRIES):
            try:
                page = self._looked(ask, number)
            except NotListedError:
                return AuthSearch(outcome=Outcome.WRONG_PORTAL, reason="the portal does not list this payer here")
            except (AnotherTryError, ReadBackMismatch):
                continue
            if page["error"].visible():
                return self._no_list(page["error"].text())
            return taken(page)
        raise self.gave_up("auth inquiry")

    def _looked(self, ask: AuthRequest, number: str) -> Screen:
        """Search by member, or by the number of one request; returns the result page of this very search."""
        self._open(INQUIRY, ask)
        form = self.arrive("auth_inquiry")
        self._pick_lists(form, ask)
        if number:
            form["by_number"].check()
            form["number"].fill(number)
        else:
            form["member_id"].fill(ask.patient.member_id)
            form["birth_date"].fill_date(ask.patient.birth_date)
        form.kept()
        steps.reached("search.filled")
        form["search"].click()
        steps.reached("search.sent")
        return self._result_of(ask, form, number)

    def _result_of(self, ask: AuthRequest, form: Screen, number: str) -> Screen:
        page = self.screen("auth_list")
        came = self.expect(
            {"settled": page["settled"], "trouble": form["trouble"], "refused": form["field_error"], "blank": form["untouched"]},
            within_ms=ANSWER_MS,
            what="auth list",
        )
        if came != "settled":
            self._down = came == "trouble"
            raise AnotherTryError
        self.keep()
        if not read_auths.belongs(self._labeled(page, "echo"), ask, number):
            raise AnotherTryError
        return page

    def _no_list(self, said: str) -> AuthSearch:
        if read_auths.nothing_there(said):
            return AuthSearch(outcome=Outcome.NOT_FOUND, reason="the payer lists no request", seen_as=said)
        result = read_auths.refusal(said)
        return result.ended_as(AuthSearch)

    def _all_listed(self, page: Screen) -> AuthSearch:
        found: list[StandingRequest] = []
        for _ in range(MOST_PAGES):
            rows = [read_auths.listed(row) for row in page["table"].table()]
            if not rows or not all(row.reference for row in rows):
                raise PageChanged("auth list: it shows no rows that are known")
            found += [row if row.codes else self._with_code(page, row, at) for at, row in enumerate(rows)]
            if not (page["next_page"].visible() and page["next_page"].enabled(0)):
                return AuthSearch(outcome=Outcome.ANSWERED, standing=tuple(found), rung="member_id")
            self._turned(page)
        raise PageChanged("auth list: it has no end")

    def _turned(self, page: Screen) -> None:
        before = page["table"].text()
        page["next_page"].click()
        self.expect({"settled": page["settled"]}, within_ms=ANSWER_MS, what="auth list")
        if page["table"].text() == before:
            raise PageChanged("auth list: its pages do not turn")

    def _with_code(self, page: Screen, row: StandingRequest, at: int) -> StandingRequest:
        """The list does not say for which service it is: the request itself does."""
        detail = self._request_page(page, at)
        back = self.screen("auth_detail")["back"]
        back.click()
        self.expect({"table": page["table"]}, what="auth list")
        return read_auths.opened(row, detail)

    def _request_page(self, page: Screen, at: int) -> list[tuple[str, str]]:
        page["view"].nth(at).click()
        detail = self.screen("auth_detail")
        came = self.expect({"detail": detail["landmark"], "trouble": page["trouble"]}, within_ms=ANSWER_MS, what="auth detail")
        if came == "trouble":
            self._down = True
            raise self.gave_up("auth detail")
        self.keep()
        return self._labeled(detail, "fields")

    def _labeled(self, page: Screen, container: str) -> list[tuple[str, str]]:
        """Labels and values, in the page's own order."""
        told = [part for block in page.outline(container, PAIR) for part in block]
        labels, values = told[0::2], told[1::2]
        if {name for name, _ in labels} - {"pair_label"} or {name for name, _ in values} - {"pair_value"} or len(labels) != len(values):
            raise PageChanged(f"{page.name}: labels and values do not go together")
        return [(label, value) for (_, label), (_, value) in zip(labels, values, strict=True)]

    def _pick_lists(self, form: Screen, ask: Request) -> None:
        self.must_have(form, "landmark")
        if not _pick(form, "organization", ask.organization) or not _pick(form, "payer", ask.payer_label):
            raise NotListedError

    # --- the form ---

    def fill_request(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        """Fill the wizard to its review page and read that page back; nothing is sent but what the payer's own check asks."""
        field, reason = read_auths.cannot_be_asked(ask)
        if field:
            return FilledRequest(outcome=Outcome.BAD_DATA, field=field, reason=reason)
        self._down = False
        trouble: PortalError | None = None
        for _ in range(TRIES):
            try:
                return self._to_review(ask, files)
            except NotListedError:
                return FilledRequest(outcome=Outcome.WRONG_PORTAL, reason="the portal does not list this payer here")
            except EndedError as end:
                return end.result
            except AnotherTryError:
                trouble = None
            except ReadBackMismatch as mismatch:
                trouble = mismatch
            except PageChanged:
                if not (self.screen("auth_home")["landmark"].visible() or self._payer_gone(ask)):
                    raise
            if self._check_sent:  # the payer can have decided: the next try looks first what stands there
                raise PortalSlow("authorization form: the payer's check was not answered")
        raise trouble or self.gave_up("authorization form")

    def _to_review(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        """From the app's own menu to the review page."""
        self._asked_member, self._check_sent = "", False
        self._new_form(ask)
        attached = [(one, files[one.address].name) for one in ask.attachments]
        answered: list[Answered] = []
        fill: dict[str, Callable[[Screen], None]] = {
            "start": lambda page: self._first_page(page, ask),
            "routing": lambda page: page["other"].check(),
            "provider": lambda page: self._requesting(page, ask),
            "rendering": lambda page: self._rendering(page, ask),
            "service": lambda page: self._service_page(page, ask),
            "questions": lambda page: answered.extend(self._questions(page, ask)),
            "interqual": lambda _page: None,
            "attach": lambda page: self._attach(page, ask, files),
        }
        here = "start"
        seen: list[str] = []
        while here != "review":
            page = self.screen(f"auth_{here}")
            if here == "check":
                decided = self._after_check(page, ask)
                if decided is not None:
                    return decided
            else:
                fill[here](page)
            seen.append(here)
            here = self._advanced(page, here, seen)
        return self._read_back(ask, attached, answered)

    def _payer_gone(self, ask: AuthRequest) -> bool:
        """Whether the first page has taken the payer back, and with it the fields that came with the payer."""
        payer = self.screen("auth_start").select2("payer")
        return payer.visible() and payer.chosen() != ask.payer_label

    def _new_form(self, ask: AuthRequest) -> None:
        self._open(AUTHS, ask)
        home = self.arrive("auth_home")
        home["authorizations"].click()
        self.expect({"new": home["new_request"]}, what="auth home")
        home["new_request"].click()
        self.arrive("auth_start")

    def _advanced(self, page: Screen, here: str, seen: Sequence[str]) -> str:
        """Press Next, or what stands in its place, and say which page came."""
        page.kept()
        if not page["next"].enabled():
            raise PageChanged(f"auth {here}: it cannot be sent")
        self._check_sent = here == "service"
        page["next"].click()
        wizard = self.screen("auth_wizard")
        came = self.expect(
            {"settled": wizard["settled"], "home": self.screen("auth_home")["landmark"]}, within_ms=ANSWER_MS, what=f"after auth {here}"
        )
        if came == "home":
            raise AnotherTryError
        if wizard["trouble"].visible():
            self._said_no(wizard["trouble"].text())
        if wizard["field_error"].visible():
            self._field_refused(wizard, here)
        ahead = [name for name in PAGES if name not in seen]
        shown = next((name for name in ahead if self.screen(f"auth_{name}")["landmark"].visible()), "")
        if not shown:
            raise AnotherTryError
        self._check_sent = False
        return shown

    def _said_no(self, said: str) -> None:
        self.keep()
        result = read_auths.refusal(said)
        if result.outcome is Outcome.PORTAL_DOWN:
            self._down = True
            raise AnotherTryError
        self._check_sent = False
        raise EndedError(result)

    def _field_refused(self, wizard: Screen, here: str) -> None:
        self.keep()
        label = wizard["wrong_label"].text() if wizard["wrong_label"].visible() else here
        raise EndedError(Result(outcome=Outcome.BAD_DATA, field=label.casefold(), reason="the form refuses what was put in this field"))

    def _first_page(self, page: Screen, ask: AuthRequest) -> None:
        self.must_have(page, "landmark")
        _choose(page, "organization", ask.organization)
        _choose(page, "request_type", read_auths.category(ask))
        if not _pick(page, "payer", ask.payer_label):
            raise NotListedError
        came = self.came({"member_id": page["member_id"], "not_served": page["not_served"]}, within_ms=SOON_MS)
        if came == "not_served":
            raise NotListedError
        if page.select2("payer").chosen() != ask.payer_label:
            raise ReadBackMismatch("auth_start.payer: the choice does not stick")
        self.must_have(page, "member_id", "birth_date")
        page["member_id"].fill(ask.patient.member_id)
        self.must_have(page, "birth_date")
        page["birth_date"].fill_date(ask.patient.birth_date)
        _choose(page, "subscriber_relation", read_auths.RELATIONS[ask.patient.relation])
        if page["gender"].visible() and ask.patient.sex != "U":
            page["gender"].choose(read_auths.GENDERS[ask.patient.sex])

    def _requesting(self, page: Screen, ask: AuthRequest) -> None:
        self._own_place(page, ask.requesting_npi, ask.billing_tin, "requesting_npi")
        page["contact_name"].fill(ask.contact_name)
        page["contact_phone"].fill(ask.contact_phone)
        if ask.contact_fax:
            page["contact_fax"].fill(ask.contact_fax)

    def _rendering(self, page: Screen, ask: AuthRequest) -> None:
        _choose(page, "service_type", f"{ask.service_type} - ", exact=False)
        _choose(page, "pos", f"{ask.pos} - ", exact=False)
        self._own_place(page, ask.servicing_npi, ask.billing_tin, "servicing_npi")
        if ask.facility_npi:
            page["facility_npi"].fill(ask.facility_npi)

    def _own_place(self, page: Screen, npi: str, tax_id: str, field: str) -> None:
        """The one place of this provider that is the practice's own, by its tax id; the portal lists others of the same name."""
        page["npi"].fill(npi)
        page["role"].choose("Provider")
        page["retrieve"].click()
        came = self.expect(
            {"locations": page["locations"], "none": page["no_provider"]}, within_ms=ANSWER_MS, what=f"{page.name} locations"
        )
        if came == "none":
            raise _bad(field, "the portal does not know this provider")
        places = self._places(page, tax_id)
        if len(places) != 1:
            raise _bad(field, "the portal lists no place of this provider under the practice's tax id, or several")
        number, at = places[0]
        while self._page_number(page) != number:
            self._turn_places(page, "previous_page")
        page["location"].nth(at).check()

    def _places(self, page: Screen, tax_id: str) -> list[tuple[int, int]]:
        """On which page of the list, and where there, a place of this tax id stands."""
        found: list[tuple[int, int]] = []
        for _ in range(MOST_PAGES):
            number = self._page_number(page)
            rows = page["locations"].table()
            found += [(number, at) for at, row in enumerate(rows) if read_auths.tin(row.get("Tax ID", "")) == read_auths.tin(tax_id)]
            if not page["next_page"].enabled(0):
                return found
            self._turn_places(page, "next_page")
        raise PageChanged(f"{page.name}: its list of places has no end")

    def _turn_places(self, page: Screen, way: str) -> None:
        before = self._page_number(page)
        page[way].click()
        if not self.tab.until(lambda: page["page_number"].visible() and self._page_number(page) != before, ANSWER_MS, page.name):
            raise PageChanged(f"{page.name}: its list of places does not turn")

    def _page_number(self, page: Screen) -> int:
        hit = re.search(r"Page (\d+) of \d+", page["page_number"].text())
        if hit is None:
            raise PageChanged(f"{page.name}: its list of places has no page number")
        return int(hit[1])

    def _service_page(self, page: Screen, ask: AuthRequest) -> None:
        service = ask.services[0]
        page["certification"].choose(read_auths.CERTIFICATIONS[ask.request_type])
        if ask.request_type != "initial" and ask.prior_auth_number:
            page["previous_number"].fill(ask.prior_auth_number)
        page["from_date"].fill_date(ask.start_date)
        page["to_date"].fill_date(ask.end_date)
        page["quantity"].fill(f"{service.units:.0f}")
        _choose(page, "unit_type", read_auths.UNITS[service.unit_type])
        _choose(page, "urgency", read_auths.LEVELS[ask.urgency])
        if ask.urgency == "expedited":
            page["urgency_clinician"].fill(ask.expedited_by)
            page["urgency_statement"].fill(ask.expedited_statement)
        self._diagnoses(page, ask)
        _choose(page, "procedure", f"{service.code} - ", typed=service.code, exact=False, field="services")
        if service.modifiers:
            page["modifiers"].fill(" ".join(service.modifiers))
        if ask.note:
            page["note"].fill(ask.note)
        steps.reached("search.filled")  # what comes next asks the payer

    def _diagnoses(self, page: Screen, ask: AuthRequest) -> None:
        for at, code in enumerate(ask.diagnoses):
            if at:
                page["add_diagnosis"].click()
            picker = page.select2("diagnosis", at=str(at))
            shown = read_auths.icd(code)
            if not picker.pick(f"{shown} - ", typed=shown, exact=False):
                raise _bad("diagnoses", "the payer's list does not have this diagnosis")

    def _after_check(self, page: Screen, ask: AuthRequest) -> FilledRequest | None:
        """What the payer's check says; None where it leaves it open and the form goes on."""
        self.keep()
        decided = read_auths.verdict(self._labeled(page, "summary"), ask)
        if decided is None:
            return None
        return decided.ended_as(FilledRequest, decided=decided if decided.outcome is Outcome.ANSWERED else None)

    def _questions(self, page: Screen, ask: AuthRequest) -> list[Answered]:
        """Each item gets the clinician's own answer to this very question; one that has none goes to the clinician."""
        approved = {plain(one.question): one for one in ask.questionnaire}
        answered = []
        for at in range(page["question"].count()):
            item = page["question"].nth(at)
            asked = item.within("legend, .control-label").text()
            known = approved.get(plain(asked))
            if known is None:
                raise ClinicianWanted(f"auth questionnaire: item {at + 1} is not in the approved request")
            self._answer(page, at, known.answer)
            answered.append(Answered(question=asked, answer=known.answer))
        return answered

    def _answer(self, page: Screen, at: int, answer: str) -> None:
        item = page["question"].nth(at)
        if item.within("select").visible():
            with suppress(ReadBackMismatch):
                item.within("select").choose(answer)
                return
        elif item.within("input[type=radio]").visible():
            offered = [plain(text) for text in item.within(".radio-inline").texts()]
            if plain(answer) in offered:
                item.within("input[type=radio]").nth(offered.index(plain(answer))).check()
                return
        else:
            item.within("input, textarea").fill(answer)
            return
        raise ClinicianWanted(f"auth questionnaire: item {at + 1} does not offer the approved answer")

    def _attach(self, page: Screen, ask: AuthRequest, files: Mapping[str, Path]) -> None:
        for one in ask.attachments:
            page["kind"].choose(read_auths.kind_of(one))
            try:
                page["file"].attach([files[one.address]])
            except ReadBackMismatch:
                if not page["refused"].visible():
                    raise
                raise _bad("attachments", "the portal does not take this file: its type or its size") from None
            if not page["ready"].wait():
                raise PageChanged("auth attach: the file is not on its way and not there")
        if ask.attachments and page["table"].visible():
            names = [row.get("File", "") for row in page["table"].table()]
            if names != [files[one.address].name for one in ask.attachments]:
                raise ReadBackMismatch("auth_attach: the list of files is not what was attached")

    def _read_back(self, ask: AuthRequest, attached: Sequence[tuple[Attachment, str]], answered: Sequence[Answered]) -> FilledRequest:
        page = self.screen("auth_review")
        self.must_have(page, "submit")
        self.keep()
        review = self._labeled(page, "fields")
        self._asked_member = ask.patient.member_id
        warnings = () if not ask.services[0].frequency else ("the form does not ask for the frequency",)
        return FilledRequest(
            outcome=Outcome.ANSWERED,
            review=tuple(review),
            differs=read_auths.differences(review, ask, attached, answered),
            warnings=warnings,
        )

    def leave_draft(self) -> str:
        """Save what is filled as the portal's own draft, where this payer has drafts."""
        page = self.screen("auth_review")
        self.must_have(page, "landmark")
        if not page["save_draft"].visible():
            return ""
        page["save_draft"].click()
        self.expect({"saved": page["saved"]}, within_ms=ANSWER_MS, what="draft")
        self.keep()
        hit = re.search(r"Draft number (\w+)", page["saved"].text())
        return hit[1] if hit else ""

    # --- the one press ---

    def press_submit(self) -> AuthResult:
        """Press Submit on the review page, once. Whatever else than its response page comes, nobody knows whether it was taken."""
        page = self.screen("auth_review")
        if not (self._asked_member and page["landmark"].visible() and page["submit"].visible()):
            raise PageChanged("auth review: it does not stand there to be sent")
        member, self._asked_member = self._asked_member, ""
        try:
            page["submit"].click()
            steps.reached("submit.pressed")
            return self._responded(member)
        except SubmissionUnknown:
            raise
        except PortalError as trouble:
            raise SubmissionUnknown(f"auth submit: what came of it is not known ({type(trouble).__name__})") from None

    def _responded(self, member: str) -> AuthResult:
        response, wizard = self.screen("auth_response"), self.screen("auth_wizard")
        others = {
            "trouble": wizard["trouble"],
            "home": self.screen("auth_home")["landmark"],
            "blank": self.screen("auth_start")["landmark"],
        }
        came = self.came({"response": response["landmark"], **others}, within_ms=min(ANSWER_MS, 2 * self.tab.limit_ms))
        self.keep()
        if came == "response":
            said = read_auths.response(self._labeled(response, "fields"), member)
            if said is not None:
                return said
        if came == "trouble" and (number := read_auths.duplicate(wizard["trouble"].text())):
            return AuthResult(outcome=Outcome.ANSWERED, portal_reference=number, reason="the payer says that it has this request already")
        raise SubmissionUnknown(f"auth submit: {came or 'nothing'} came in place of the response")

    # --- afterwards ---

    def follow_request(self, ask: AuthRequest, standing: StandingRequest) -> AuthResult:
        """What the inquiry says of it, or, for payers that show it only there, the user's own dashboard."""
        found = self._in_inquiry(ask, standing.reference, lambda page: self._followed(page, ask, standing))
        if isinstance(found, AuthResult):
            said = (found.seen_as or "").casefold()
            return self._on_dashboard(ask, standing, found) if read_auths.ON_DASHBOARD in said else found
        return found.ended_as(AuthResult)

    def _followed(self, page: Screen, ask: AuthRequest, standing: StandingRequest) -> AuthResult:
        rows = [read_auths.listed(row) for row in page["table"].table()]
        fits = [at for at, row in enumerate(rows) if read_auths.is_it(row, standing)]
        if not fits and len(rows) == 1:
            fits = [0]  # it was searched for by its number, which not every list shows
        if len(fits) != 1:
            return AuthResult(outcome=Outcome.NOT_FOUND, reason="the payer does not list this request")
        return self._read_detail(self._request_page(page, fits[0]), ask)

    def _read_detail(self, detail: Sequence[tuple[str, str]], ask: AuthRequest) -> AuthResult:
        result = read_auths.followed(detail, ask)
        if result is None:
            return AuthResult(outcome=Outcome.NOT_FOUND, reason="the request of this number is another member's")
        return result

    def _on_dashboard(self, ask: AuthRequest, standing: StandingRequest, listed: AuthResult) -> AuthResult:
        self._open(DASHBOARD, ask)
        page = self.arrive("auth_dashboard")
        came = self.expect({"settled": page["settled"], "trouble": page["trouble"]}, within_ms=ANSWER_MS, what="auth dashboard")
        if came == "trouble" or page["trouble"].visible():
            self._down = True
            raise self.gave_up("auth dashboard")
        self.keep()
        rows = page["table"].table() if page["table"].visible() else []
        fits = [
            at for at, row in enumerate(rows) if same_id(row.get("Reference Number", ""), listed.portal_reference or standing.reference)
        ]
        if len(fits) != 1:
            return listed  # it was sent by another user: the inquiry is all there is
        drafts = sum(not row.get("Action") for row in rows[: fits[0]])
        return self._read_detail(self._request_page(page, fits[0] - drafts), ask)


def _choose(page: Screen, key: str, label: str, *, typed: str = "", exact: bool = True, field: str = "") -> None:
    """Choose in one of the form's lists, or say which field the list does not have it for."""
    if not _pick(page, key, label, typed=typed, exact=exact):
        raise _bad(field or key)


def _pick(page: Screen, key: str, label: str, *, typed: str = "", exact: bool = True) -> bool:
    """Choose from a list; only one that asks while one types needs typing."""
    return page.select2(key).pick(label, typed=typed, exact=exact)


def _bad(field: str, reason: str = "the form does not offer this") -> EndedError:
    return EndedError(Result(outcome=Outcome.BAD_DATA, field=field, reason=reason))
