"""Search Remittance: a payment by its number or by a claim that it paid, and its documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from payerbot import steps
from payerbot.browser.locate import Element, Screen
from payerbot.errors import AccessWanted, PageChanged, PortalDown, PortalSlow, ReadBackMismatch
from payerbot.model import Outcome
from payerbot.remittance import Document, EobDelivery, EobRequest, ListedPayment
from portals import payments
from portals.base import Portal
from portals.optum_pay import read

SEARCH = "/searchRemittance.do"
ELECTRONIC, CHECK, CLAIM, ACCOUNT = "Electronic Payment Number", "Check Number", "Claim Number", "Account Number"
BOXES = {ELECTRONIC: "payment_number", CHECK: "check_number", CLAIM: "claim_number", ACCOUNT: "account"}
HISTORY = timedelta(days=390)  # a little less than the 13 months that are kept
ANSWER_MS = 60_000
LISTENS_MS = 1_500
SOON_MS = 4_000
MADE_MS = 60_000  # how long an ePRA may take that is made on request
QUIET = 4  # looks at a page that is there and shows nothing that is known
TRIES = 4
PDF = b"%PDF-"


class Look(NamedTuple):
    """One way of searching: for which number, as what."""

    rung: str
    kind: str
    number: str


class Remits(Portal):
    """Drives the search, the results in pages, and the ways to a document. Every search begins on a page loaded anew."""

    def deliver_eob(self, ask: EobRequest) -> EobDelivery:
        """By the payment's number, as an electronic one and as a check's; else by a claim that it paid."""
        tried: list[str] = []
        result = EobDelivery(outcome=Outcome.BAD_DATA, field="check_no", reason="neither a check nor a claim is named")
        for look in sorted(self._looks(ask), key=lambda look: look.rung != self.first_rung):
            tried.append(look.rung)
            result = self._delivered(ask, look)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        found = tried and result.outcome is not Outcome.NOT_FOUND
        return result.model_copy(update={"rung": tried[-1] if found else "", "tried": tuple(tried)})

    def _looks(self, ask: EobRequest) -> Iterator[Look]:
        number = ask.check_no.strip()
        bare = number.lstrip("0")
        for rung, written in (("check_no", number), ("check_no, no zeros", bare if bare != number else "")):
            if written:
                yield Look(rung, ELECTRONIC, written)
                yield Look(f"{rung}, as a check", CHECK, written)
        if ask.payer_claim_no.strip():
            yield Look("payer_claim_no", CLAIM, ask.payer_claim_no.strip())
        if ask.claim_id.strip():
            yield Look("claim_id", ACCOUNT, ask.claim_id.strip())

    def _delivered(self, ask: EobRequest, look: Look) -> EobDelivery:
        found = self._searched(ask, look)
        if isinstance(found, EobDelivery):
            return found
        return self._payment(ask, found) if look.kind in (ELECTRONIC, CHECK) else self._by_claim(ask, look, found)

    def _payment(self, ask: EobRequest, found: list[dict[str, str]]) -> EobDelivery:
        """The payment among the rows, with its documents."""
        rows = [read.payment(told) for told in found]
        choice = payments.choose(rows, ask)
        if len(choice.rows) == 1:
            return self._documents_of(ask, rows[choice.rows[0]], choice.rows[0])
        if choice.rows:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the portal lists several such payments")
        reason = "the payment of this number has another payer, date or amount" if choice.others else "the portal lists no such payment"
        return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason)

    def _by_claim(self, ask: EobRequest, look: Look, found: list[dict[str, str]]) -> EobDelivery:
        """The one payment that this claim is part of."""
        rows = [read.claim(told) for told in found]
        choice = payments.choose_claim(rows, ask)
        checks = payments.payments_of([rows[at] for at in choice.rows])
        if not checks:
            reason = "the claim of this number has another day, charge or check" if choice.others else "the portal lists no such payment"
            return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason)
        if len(checks) > 1:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the claim is part of several payments: give the check number")
        number, day, method = checks[0]
        paid = ask.model_copy(update={"check_no": number, "check_date": ask.check_date or day})
        result = self._delivered(paid, Look(look.rung, CHECK if method == read.PAPER else ELECTRONIC, number))
        return result.model_copy(update={"match": (*payments.claim_agrees(rows[choice.rows[0]], ask), *result.match)})

    # --- the search ---

    def _searched(self, ask: EobRequest, look: Look) -> list[dict[str, str]] | EobDelivery:
        """The rows that this search found, or what was said in their place; sent again where what came is another search's."""
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
            raise PortalDown("search: the portal says that it cannot answer now")
        raise PageChanged("search: the form keeps coming back empty, or the answer keeps being another search's")

    def _asked(self, ask: EobRequest, look: Look) -> list[dict[str, str]] | EobDelivery | None:
        form = self._opened(ask)
        self._fill(form, ask, look)
        box = BOXES[look.kind]
        try:
            came = self._sent(form, box)
        except PortalDown as trouble:  # the server stumbled over this one search
            return EobDelivery(outcome=Outcome.PORTAL_DOWN, reason=str(trouble))
        if came == "results":
            return self._found(look)
        if came != "message" or not form[box].visible() or form[box].text() != look.number:
            return None
        self.keep()
        result = read.refusal(form["message"].text())
        if result.outcome is Outcome.NEEDS_PERSON:
            raise AccessWanted("search: the user may see no payments of this practice")
        return result

    def _opened(self, ask: EobRequest) -> Screen:
        """The empty form; a billing company's user says first for which provider."""
        form, tin = self.screen("search"), self.screen("provider_tin")
        self.go(SEARCH)
        places = {"form": form["landmark"], "tin": tin["landmark"], "message": form["message"]}
        came = self._expect(places, "search")
        if came == "tin":
            came = self._for_provider(tin, ask, places)
        if came == "form":
            return form
        self.keep()
        if read.refusal(form["message"].text()).outcome is Outcome.NEEDS_PERSON:
            raise AccessWanted("search: the user is not linked to the practice: its administrator must do that")
        raise PageChanged("search: what is said in place of the form is not known")

    def _for_provider(self, tin: Screen, ask: EobRequest, places: Mapping[str, Element]) -> str:
        tin["tin"].fill(ask.billing_tin)
        tin.kept()
        before = tin["message"].apart_from_now()
        tin["submit"].click()
        return self._expect({"form": places["form"], "message": before}, "provider_tin")

    def _expect(self, places: Mapping[str, Element], what: str) -> str:
        """As everywhere; but every step asks for a whole page, and one that is still on its way has not changed."""
        try:
            return self.expect(places, what=what)
        except PageChanged:
            if self.tab.loading:
                raise PortalSlow(f"{what}: the page did not come in time") from None
            raise

    def _fill(self, form: Screen, ask: EobRequest, look: Look) -> None:
        self._must_have(form, "payer", "number_kind", "submit")
        if ask.payer_label in form["payer"].options():
            form["payer"].choose(ask.payer_label)
        if look.kind in (ELECTRONIC, CHECK):
            form["number_kind"].choose(look.kind)
        else:
            start, end = self._days(ask)
            form["service_from"].fill_date(start)
            form["service_to"].fill_date(end)
        self._must_have(form, BOXES[look.kind])
        form[BOXES[look.kind]].fill(look.number)
        form.kept()
        steps.reached("search.filled")

    def _days(self, ask: EobRequest) -> tuple[date, date]:
        oldest = self.today - HISTORY
        if ask.dos_from is None:
            return oldest, self.today
        return max(ask.dos_from, oldest), max(ask.dos_to or ask.dos_from, oldest)

    def _must_have(self, page: Screen, *keys: str) -> None:
        for key in keys:
            if not page[key].wait(SOON_MS):
                raise PageChanged(f"{page.name}.{key}: it is not there")

    def _sent(self, form: Screen, box: str) -> str:
        """Press the button; what came: "results", a "message", "" where the form came back empty."""
        form["submit"].click()
        steps.reached("search.sent")
        answers = {"results": self.screen("results")["landmark"], "message": form["message"]}
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

    # --- the results ---

    def _found(self, look: Look) -> list[dict[str, str]] | None:
        """All pages of this search's rows; None where they are another search's."""
        page = self.screen("results")
        if not read.echoes(page["criteria"].text(), look.kind, look.number):
            return None
        count, rows = read.total(page["count"].text()), self._rows(page)
        while len(rows) < count and page["next_page"].visible():
            rows += self._next(page)
        if len(rows) != count:
            raise PageChanged("search results: their rows are not as many as they say")
        return rows

    def _next(self, page: Screen) -> list[dict[str, str]]:
        """The next page, once it is another one."""
        rows = page["rows"].apart_from_now()
        page["next_page"].click()
        self._expect({"results": rows}, "results")
        return self._rows(page)

    def _rows(self, page: Screen) -> list[dict[str, str]]:
        self._must_have(page, "rows")
        rows = read.cells([[text for _, text in row] for row in page.outline("rows", ("cell",))])
        self.keep()
        return rows

    # --- the documents ---

    def _documents_of(self, ask: EobRequest, row: ListedPayment, place: int) -> EobDelivery:
        """The PDF and the 835 of a payment, whichever the portal has."""
        page = self.screen("results")
        pdf, x12 = self._pdf_of(page, str(place + 1)), self._835_of(page, str(place + 1))
        offered = tuple(one for one in (pdf, x12) if one is not None)
        return EobDelivery(
            outcome=Outcome.ANSWERED,
            listed=row,
            documents=offered,
            match=payments.agrees(row, ask),
            warnings=() if offered else ("the portal offers no document of this payment",),
        )

    def _pdf_of(self, page: Screen, row: str) -> Document | None:
        """The portal's own PDF, else the payer's; what is none, or does not come, is asked for once more."""
        own, payers = page.element("epra_take", row=row), page.element("payer_pra", row=row)
        make = page.element("epra_make", row=row)
        if make.visible():
            self._made(make, own)
        button = own if own.visible() else payers
        if not button.visible():
            return None
        data = self._file_by(page, button)
        if not data.startswith(PDF):
            data = self._file_by(page, button) or data
        if not data:
            raise self._no_file(page)
        return Document(medium="pdf", data=data, source="portal_made" if own.visible() else "payer_issued")

    def _made(self, make: Element, own: Element) -> None:
        """A PDF that is not there yet is made on request: a window says so, and the link becomes an icon."""
        make.file(unless=(own, *self._elsewhere()))
        if not own.wait(MADE_MS):
            self.came({}, within_ms=0)
            raise PortalSlow("search results: the portal did not make its PDF in time")

    def _835_of(self, page: Screen, row: str) -> Document | None:
        button = page.element("era", row=row)
        if not button.visible():
            return None
        data = self._file_by(page, button) or self._file_by(page, button)
        if not data:
            raise self._no_file(page)
        return Document(medium="835", data=data, source="export")

    def _file_by(self, page: Screen, button: Element) -> bytes:
        """The file that a button brings; empty where none came."""
        data = button.file(unless=(page["trouble"].apart_from_now(), *self._elsewhere()))
        if data is None:
            self.came({}, within_ms=0)  # something that can come instead of any page
        return data or b""

    def _elsewhere(self) -> list[Element]:
        return [self.screen(name)["landmark"] for name in self.config.anywhere]

    def _no_file(self, page: Screen) -> PortalDown | PortalSlow:
        if page["trouble"].visible():
            return PortalDown("search results: the portal says that it cannot hand out the document now")
        return PortalSlow("search results: no document came")
