"""Eligibility and Benefits: one service type per inquiry, one card per service type."""

from __future__ import annotations

from collections import deque
from typing import Any

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, ReadBackMismatch
from payerbot.model import EligibilityRequest, EligibilityResult, Outcome, Request
from portals.availity import read
from portals.availity.shell import ANSWER_MS, TRIES, NotListedError, Shell

ELIGIBILITY = "/static/web/pres/web/eligibility/"
BY_ID, BY_NAME = "Patient ID, Date of Birth", "First Name, Date of Birth"
KEPT = 50  # as many earlier answers are known again
PARTS = ("card_title", "benefit_heading", "benefit_rule", "benefit_row", "benefit_network", "benefit_level", "benefit_line")


class Eligibility(Shell):
    """Drives the inquiry form and its result page."""

    _transactions: deque[str]
    _fields_seen: set[tuple[str, str]]

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  handed on
        super().__init__(*given, **named)
        self._transactions = deque(maxlen=KEPT)
        self._fields_seen = set()

    def check_eligibility(self, ask: EligibilityRequest) -> EligibilityResult:
        """Ask by member id, then by name and birth date."""
        result = EligibilityResult(outcome=Outcome.NOT_FOUND)
        tried: list[str] = []
        for rung in ("member_id", "name") if ask.patient.member_id else ("name",):
            tried.append(rung)
            result = self._benefits(ask, rung)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        return result.model_copy(update={"rung": rung if result.outcome is not Outcome.NOT_FOUND else "", "tried": tuple(tried)})

    def _benefits(self, ask: EligibilityRequest, rung: str) -> EligibilityResult:
        """One service type per inquiry: the first, and more of them only for what its page did not show."""
        first = self._inquire(ask, rung, ask.service_types[0])
        if isinstance(first, EligibilityResult):
            return first
        sheet, asked = first, {ask.service_types[0]}
        result = read.eligibility(sheet, ask)
        while more := [code for code in read.still_to_ask(result) if code in ask.service_types and code not in asked]:
            asked.add(more[0])
            further = self._inquire(ask, rung, more[0])
            if isinstance(further, EligibilityResult):
                break
            sheet = read.joined(sheet, further)
            result = read.eligibility(sheet, ask)
        return result

    def _inquire(self, ask: EligibilityRequest, rung: str, code: str) -> read.Sheet | EligibilityResult:
        for entry in range(TRIES):
            try:
                answer = self._answered(ask, rung, code, entry)
            except NotListedError:
                if entry == 0:
                    return EligibilityResult(outcome=Outcome.WRONG_PORTAL, reason="the portal does not list this payer here")
                break
            if isinstance(answer, str) and read.says(answer, read.NOT_SERVED):
                self._payer = ""
                continue  # the same plan may be listed again, and work there
            return read.refusal(answer) if isinstance(answer, str) else answer
        return EligibilityResult(outcome=Outcome.WRONG_PORTAL, reason="the portal does not serve this payer here", seen_as=answer)

    def _answered(self, ask: EligibilityRequest, rung: str, code: str, entry: int) -> read.Sheet | str:
        """The result page, or the payer's error in its place; sent again when it is not this search's."""
        self._down = False
        for _ in range(TRIES):
            if not self._send_inquiry(ask, rung, code, entry):
                continue
            shown = self._result(ask)
            if shown is not None:
                return shown
        raise self.gave_up("eligibility result")

    def _send_inquiry(self, ask: EligibilityRequest, rung: str, code: str, entry: int) -> bool:
        form = self._eligibility_form(ask)
        try:
            with self._payer_kept(form, ask):
                self._fill_inquiry(form, ask, rung, code, entry)
        except ReadBackMismatch:
            self._app = ""  # the form is loaded anew and filled again
            return False
        return self._sent(form, {"result": self.screen("eligibility_result")})

    def _eligibility_form(self, ask: Request) -> Screen:
        if self._app == ELIGIBILITY and (edit := self.screen("eligibility_result")["edit"]).visible():
            edit.click()
        elif self._app != ELIGIBILITY or not self.screen("eligibility_form").here():
            self._open(ELIGIBILITY, ask)
        return self.arrive("eligibility_form")

    def _fill_inquiry(self, form: Screen, ask: EligibilityRequest, rung: str, code: str, entry: int) -> None:
        if self._payer != ask.payer_label:
            self._pick_payer(form, ask, entry)
            self._brought(form, ask, search_option=form["search_option"])
            if form["provider"].visible():
                form["provider"].pick(ask.billing_npi, exact=False)
            self._payer = ask.payer_label
        self._search_by(form, rung)
        wanted = {"member_id": ask.patient.member_id} if rung == "member_id" else {"last": ask.patient.last, "first": ask.patient.first}
        if (ask.payer_label, rung) not in self._fields_seen:
            self.must_have(form, *wanted, "birth_date", "as_of", "service_type")
            self._fields_seen.add((ask.payer_label, rung))
        for key, value in wanted.items():
            form[key].fill(value)
        form["birth_date"].fill_date(ask.patient.birth_date)
        form["as_of"].fill_date(ask.service_date)
        if not form["service_type"].chosen().endswith(f" - {code}") and not form["service_type"].pick(f"- {code}", exact=False):
            form["service_type"].pick("- 30", exact=False)
        steps.reached("search.filled")

    def _search_by(self, form: Screen, rung: str) -> None:
        wanted = BY_ID if rung == "member_id" else BY_NAME
        if wanted not in form["search_option"].text() and not form["search_option"].pick(wanted, exact=False):
            raise PageChanged("eligibility form: it cannot be searched this way")

    def _result(self, ask: EligibilityRequest) -> read.Sheet | str | None:
        page = self.screen("eligibility_result")
        self.expect({"settled": page["settled"], "form": self.screen("eligibility_form")["landmark"]}, within_ms=ANSWER_MS, what=page.name)
        if not page["settled"].visible():
            self._app = self._payer = ""  # the frame was replaced by an empty form
            return None
        if page["error"].visible():
            return self._refused(page)
        self.must_have(page, "patient", "plan", "benefits")
        for panel in ("plan_settled", "benefits_settled"):
            self.expect({panel: page[panel]}, within_ms=ANSWER_MS, what=page.name)
        sheet = self._sheet(page)
        self.keep()
        new = self._is_new(read.patient_fields(sheet.patient).get("Transaction ID", ""))
        return sheet if read.belongs(sheet, ask) and new else None

    def _refused(self, page: Screen) -> str | None:
        """The payer's error; an answer to another search, or one that does not say which it is, is not believed but for an outage."""
        text, transaction = page["error"].text(), read.transaction(page["landmark"].text())
        self.keep()
        new = self._is_new(transaction)
        return text if new or (not transaction and read.refusal(text).outcome is Outcome.PORTAL_DOWN) else None

    def _is_new(self, transaction: str) -> bool:
        """Whether no answer before this one had this number."""
        new = bool(transaction) and transaction not in self._transactions
        self._transactions.append(transaction)
        return new

    def _sheet(self, page: Screen) -> read.Sheet:
        for _ in range(page["collapsed"].count()):
            page["collapsed"].click()
        cards = page.outline("card", PARTS)
        if not all(len(card) > 1 and card[0][0] == "card_title" for card in cards):
            raise PageChanged("eligibility result: a card shows nothing that is known")
        return read.Sheet(
            patient=page["patient"].text(),
            status=page["status"].text() if page["status"].visible() else "",
            plan=page["plan"].text(),
            notices=tuple(page["plan_notice"].texts()),
            others=tuple(page["other_payer"].texts()),
            messages=tuple(page["plan_message"].texts()),
            cards=tuple(read.Card(title, tuple(parts)) for (_, title), *parts in cards),
            plans=max(1, page["coverage_tab"].count()),
        )
