"""Optum Pay's pages: the search of View Payments, the Payment Summary in pages, one Remittance Detail."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from payerbot import steps
from payerbot.browser.locate import Element, Screen
from payerbot.errors import AccessWanted, PageChanged, PortalDown, PortalSlow, ReadBackMismatch
from payerbot.model import Outcome
from payerbot.remittance import EobDelivery, EobRequest, ListedPayment
from portals.base import SOON_MS, Portal
from portals.optum_pay import read
from portals.payments import PaidClaim
from portals.text import plain

SEARCH = "/viewPayments.do"
PAYMENT, CLAIM, ACCOUNT = "Payment number", "Claim number", "Account number"
BOXES = {PAYMENT: "payment_number", CLAIM: "claim_number", ACCOUNT: "account_number"}
ANSWER_MS = 60_000
LISTENS_MS = 1_500
QUIET = 4  # looks at a page that is there and shows nothing that is known
TRIES = 4


class Look(NamedTuple):
    """One way of searching: by what, for which number, among the payments of which days."""

    rung: str
    kind: str  # of BOXES
    number: str
    start: date
    end: date

    @property
    def span(self) -> str:
        """The days as the summary repeats them."""
        return f"{self.start:%m/%d/%Y} - {self.end:%m/%d/%Y}"


class Pages(Portal):
    """Drives them. Every search begins on a form loaded anew, and is sent again where what came is not its answer."""

    def searched(self, ask: EobRequest, look: Look) -> list[ListedPayment] | EobDelivery:
        """The payments that this search found, or what was said in their place."""
        down = False
        for _ in range(TRIES):
            try:
                found = self._asked(ask, look)
            except ReadBackMismatch:
                continue
            down = isinstance(found, EobDelivery) and found.outcome is Outcome.PORTAL_DOWN
            if found is not None and not down:
                return found
        if down:
            raise PortalDown("payment summary: the portal says that it cannot answer now")
        raise PageChanged("payment summary: the form keeps coming back empty, or the answer keeps being another search's")

    def _asked(self, ask: EobRequest, look: Look) -> list[ListedPayment] | EobDelivery | None:
        """One search; None where its answer did not come."""
        form = self._form()
        self._fill(form, ask, look)
        try:
            came = self._sent(form, BOXES[look.kind])
        except PortalDown as trouble:  # the server stumbled over this one search
            return EobDelivery(outcome=Outcome.PORTAL_DOWN, reason=str(trouble))
        if came == "refused":
            self.keep()
            return read.refusal(form["message"].text())
        return self._summary(look) if came == "summary" else None

    def _form(self) -> Screen:
        form = self.screen("search")
        self.go(SEARCH)
        if self.expect({"form": form["landmark"], "none": form["no_practice"]}, what=form.name) == "none":
            self.keep()
            raise AccessWanted("search: no practice is linked to this user's organization; the practice's administrator links it")
        return form

    def _fill(self, form: Screen, ask: EobRequest, look: Look) -> None:
        self.must_have(form, "practice", "search_by", "paid_from", "paid_through", "submit")
        form["practice"].choose(self._practice(form, ask))
        self._box(form, look.kind).fill(look.number)
        form["paid_from"].fill_date(look.start)
        form["paid_through"].fill_date(look.end)
        form.kept()
        steps.reached("search.filled")

    def _box(self, form: Screen, kind: str) -> Element:
        """The box of a search type; a page that does not listen yet when it is chosen is told once more."""
        form["search_by"].choose(kind)
        if not form[BOXES[kind]].wait(SOON_MS):
            form["search_by"].choose(kind)
            self.must_have(form, BOXES[kind])
        return form[BOXES[kind]]

    def _practice(self, form: Screen, ask: EobRequest) -> str:
        """The practice of the question's TIN among those that this user may see."""
        offered = [name for name in form["practice"].options() if plain(name).startswith(plain(ask.billing_tin))]
        if len(offered) != 1:
            raise AccessWanted("search: this practice is not, or more than once, among those that this user may see")
        return offered[0]

    def _sent(self, form: Screen, box: str) -> str:
        """Press the button; what came: the "summary", "refused" for a message at the form, "" where it came back empty."""
        answers = {"summary": self.screen("summary")["landmark"], "refused": form["message"].apart_from_now()}
        form["submit"].click()
        steps.reached("search.sent")
        quiet = 0
        for _ in range(ANSWER_MS // LISTENS_MS):
            came = self.came(answers, within_ms=LISTENS_MS)
            if came is not None:
                return came
            quiet += not self.tab.loading
            if quiet and form["landmark"].visible() and not (form[box].visible() and form[box].text()):
                return ""
            if quiet >= QUIET:
                raise PageChanged("search: what was sent brought nothing that is known")
        raise PortalSlow("search: what was sent was not answered in time")

    # --- the summary ---

    def _summary(self, look: Look) -> list[ListedPayment] | EobDelivery | None:
        """All pages of this search's summary; None where it is another search's."""
        page = self.screen("summary")
        self.must_have(page, "searched_for")
        if not read.echoes(page["searched_for"].text(), look.kind, look.number, look.span):
            return None
        if self.expect({"payments": page["payments"], "message": page["message"]}, what=page.name) == "message":
            self.keep()
            return read.refusal(page["message"].text())
        count, rows = read.total(page["shown"].text()), self._rows(page)
        while len(rows) < count and page["next_page"].visible():
            self._turn(page, "next_page")
            rows += self._rows(page)
        if len(rows) != count:
            raise PageChanged("payment summary: its rows are not as many as it says")
        return rows

    def _rows(self, page: Screen) -> list[ListedPayment]:
        rows = [read.payment(cells) for cells in page["payments"].table()]
        self.keep()
        return rows

    def _turn(self, page: Screen, button: str) -> None:
        """Another page; the one before must be gone."""
        other = page["shown"].apart_from_now()
        page[button].click()
        self.expect({"rows": other}, what=page.name)

    # --- one payment ---

    def opened(self, row: ListedPayment) -> Screen:
        """The Remittance Detail of a payment of the summary that is shown."""
        page, summary = self.screen("detail"), self.screen("summary")
        link = summary.element("open", number=row.check_no)
        while not link.visible() and summary["previous_page"].visible():
            self._turn(summary, "previous_page")
        link.click()
        self.expect({"detail": page["landmark"]}, what=page.name)
        self.must_have(page, "payment", "claims")
        if not read.same_payment(read.detail(page["payment"].text()), row):
            raise PageChanged("remittance detail: it is that of another payment than the row's")
        self.keep()
        return page

    def claims_on(self, page: Screen, row: ListedPayment) -> list[PaidClaim]:
        """The claims of the payment that is shown."""
        return [read.claim(cells, row) for cells in page["claims"].table()]
