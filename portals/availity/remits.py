"""Remittance Viewer: find a payment by its check or by a claim, and take its documents as the portal hands them out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from payerbot import steps
from payerbot.browser.locate import Element, Screen
from payerbot.errors import AccessWanted, PageChanged, PortalDown, PortalSlow, ReadBackMismatch
from payerbot.model import Outcome, Request
from payerbot.remittance import Document, EobDelivery, EobRequest, ListedPayment
from portals import payments
from portals.availity import read_remits
from portals.availity.shell import ANSWER_MS, LISTENS_MS, TRIES, Shell
from portals.base import SOON_MS

REMITS = "/static/web/post/rm/remitviewerui/"
CHECKS, CLAIMS = "Check/EFT", "Claim"
NUMBER = {CHECKS: "check_number", CLAIMS: "claim_number"}
SEARCH = {CHECKS: "check_search", CLAIMS: "claim_search"}
WIDER = timedelta(days=7)
KEPT_FOR = timedelta(days=730)  # no date known: as far back as a practice still looks for a payment
MOST_CHIPS = 40
REPLACED_MS = 1_000  # within this a page that takes the viewer's place is there
PDF = b"%PDF-"


class Look(NamedTuple):
    """One way of searching: on which tab, for which number, between which days."""

    rung: str
    tab: str
    number: str
    start: date | None = None
    end: date | None = None


class Shown(NamedTuple):
    """What the result region shows: rows by column heads, the words that there are none, and notices above it."""

    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    nothing: str = ""
    notices: tuple[str, ...] = ()


class Remits(Shell):
    """Drives the two tabs, the list, and the ways to a document."""

    _remit_pages: tuple[int, ...] = ()  # rows on each page of the list; the last one is shown

    def deliver_eob(self, ask: EobRequest) -> EobDelivery:
        """Find the payment by its number (with and without leading zeros), else by a claim that it paid; then fetch PDF and list."""
        tried: list[str] = []
        result = EobDelivery(outcome=Outcome.BAD_DATA, field="check_no", reason="neither a check nor a claim is named")
        for look in self._eob_looks(ask):
            tried.append(look.rung)
            result = self._delivered(ask, look)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        found = tried and result.outcome is not Outcome.NOT_FOUND
        return result.model_copy(update={"rung": tried[-1] if found else "", "tried": tuple(tried)})

    def _eob_looks(self, ask: EobRequest) -> list[Look]:
        """The ways of searching, the surest first; the one that found the answer last time before the others."""
        start, end = self._days_around(ask.check_date)
        number = ask.check_no.strip()
        bare = number.lstrip("0")
        looks = [
            Look("check_no", CHECKS, number, start, end),
            Look("check_no, no zeros", CHECKS, bare if bare != number else "", start, end),
            Look("payer_claim_no", CLAIMS, ask.payer_claim_no.strip()),
            Look("claim_id", CLAIMS, ask.claim_id.strip()),
        ]
        return sorted((look for look in looks if look.number), key=lambda look: look.rung != self.first_rung)

    def _days_around(self, day: date | None) -> tuple[date, date]:
        return (self.today - KEPT_FOR, self.today) if day is None else (day - WIDER, day + WIDER)

    def _delivered(self, ask: EobRequest, look: Look) -> EobDelivery:
        return self._payment(ask, look) if look.tab == CHECKS else self._by_claim(ask, look)

    def _payment(self, ask: EobRequest, look: Look) -> EobDelivery:
        """The payment that this number leads to, with its documents."""

        def taken(shown: Shown) -> EobDelivery | None:
            rows = [read_remits.payment(dict(cells)) for cells in shown.rows]
            if not payments.holds([row.check_no for row in rows], look.number):
                return None
            choice = read_remits.choose(rows, ask)
            if len(choice.rows) == 1:
                return self._documents_of(ask, rows[choice.rows[0]], choice.rows[0])
            if choice.rows:
                return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the portal lists several such payments")
            self._must_be_open(shown, ask)
            reason = "the payment of this number has another payer, date or amount" if choice.others else "the portal lists no such payment"
            return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason, seen_as=shown.nothing or None)

        return self._remits_searched(ask, look, taken)

    def _by_claim(self, ask: EobRequest, look: Look) -> EobDelivery:
        """The one payment that this claim is part of."""
        rows: list[payments.PaidClaim] = []
        choice = payments.Choice(())

        def taken(shown: Shown) -> EobDelivery | None:
            nonlocal choice
            rows[:] = [read_remits.claim(dict(cells)) for cells in shown.rows]
            if not all(read_remits.holds(row, look.number) for row in rows):
                return None
            choice = payments.choose_claim(rows, ask)
            if not choice.rows:
                self._must_be_open(shown, ask)
            reason = "the claim of this number has another day, charge or check" if choice.others else "the portal lists no such payment"
            return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason, seen_as=shown.nothing or None)

        none = self._remits_searched(ask, look, taken)
        checks = payments.payments_of([rows[at] for at in choice.rows])
        if not checks:
            return none
        if len(checks) > 1:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the claim is part of several payments: give the check number")
        number, day = checks[0]
        start, end = self._days_around(day)
        paid = ask.model_copy(update={"check_no": number, "check_date": ask.check_date or day})
        result = self._payment(paid, Look(look.rung, CHECKS, number, start, end))
        return result.model_copy(update={"match": (*payments.claim_agrees(rows[choice.rows[0]], ask), *result.match)})

    # --- the search ---

    def _remits_searched(self, ask: EobRequest, look: Look, taken: Callable[[Shown], EobDelivery | None]) -> EobDelivery:
        """Search until what is shown is this search's answer and leads somewhere; the viewer is loaded anew between two tries."""
        self._down = False
        for _ in range(TRIES):
            try:
                shown = self._remits_asked(ask, look)
                result = taken(shown) if shown is not None else None
            except ReadBackMismatch:
                result = None
            except PageChanged:
                self.came({}, within_ms=REPLACED_MS)  # what comes instead of any page tears the viewer out of its frame
                raise
            if result is not None:
                return result
            self._app = ""
        raise self.gave_up("remittance list")

    def _remits_asked(self, ask: EobRequest, look: Look) -> Shown | None:
        """What this search shows; None where the page is not its answer. An empty answer that stood there before is asked for again."""
        viewer = self._remit_viewer(ask, look.tab)
        for _ in range(2):
            self._clear_chips(viewer)
            before = self._remits_shown(viewer)
            self._fill_remits(viewer, look)
            shown = self._remits_answered(viewer, look)
            if shown is None or shown.rows or shown != before:
                break
        if shown is not None:
            self.keep()
        return shown

    def _remit_viewer(self, ask: Request, tab: str) -> Screen:
        viewer = self.screen("remits")
        if self._app != REMITS or not viewer.here():
            self._open(REMITS, ask)
            self.arrive("remits")
            self._settle_remits(viewer)
        if not viewer[NUMBER[tab]].visible():
            viewer.element("tab", tab=tab).click()
            self.must_have(viewer, NUMBER[tab])
        self._settle_remits(viewer)
        return viewer

    def _settle_remits(self, viewer: Screen) -> None:
        self.expect({"settled": viewer["settled"]}, within_ms=ANSWER_MS, what="remittance list")

    def _clear_chips(self, viewer: Screen) -> None:
        """Take away what was searched for before: it stays, and narrows every later search."""
        for _ in range(MOST_CHIPS):
            left = viewer["chip_away"].count()
            if not left:
                return
            viewer["chip_away"].click()
            if not self._went(viewer, left):
                break
            self._settle_remits(viewer)
        self._down = self._down or viewer["trouble"].visible()
        raise ReadBackMismatch("remits: an earlier search cannot be taken away")

    def _went(self, viewer: Screen, left: int) -> bool:
        """Whether a chip went; the list is asked for anew with it."""
        for _ in range(ANSWER_MS // LISTENS_MS):
            if self.tab.until(lambda: viewer["chip_away"].count() < left, LISTENS_MS, "remits.chip_away"):
                return True
            if viewer["settled"].visible() or not viewer.here():
                return False
        return False

    def _fill_remits(self, viewer: Screen, look: Look) -> None:
        if look.start is not None and look.end is not None:
            if not viewer["from"].visible():
                viewer["filters"].click()
            self.must_have(viewer, "from", "to")
            viewer["from"].fill_date(look.start)
            viewer["to"].fill_date(look.end)
        viewer[NUMBER[look.tab]].fill(look.number)
        viewer.kept()
        steps.reached("search.filled")

    def _remits_answered(self, viewer: Screen, look: Look) -> Shown | None:
        """Press Search; None where the viewer refused, did nothing, or came back with other filters than ours."""
        viewer[SEARCH[look.tab]].click()
        steps.reached("search.sent")
        chip = viewer.element("chip", number=look.number)
        came = None
        for _ in range(ANSWER_MS // LISTENS_MS):
            came = self.came({"chip": chip, "trouble": viewer["trouble"], "refused": viewer["field_error"]}, within_ms=LISTENS_MS)
            if came is not None or viewer["settled"].visible() or not viewer["landmark"].visible():
                break
        self._down = self._down or came == "trouble"
        if came != "chip":
            return None
        self._settle_remits(viewer)
        if viewer["trouble"].visible():
            self._down = True
            return None
        shown = self._remits_shown(viewer, all_pages=True)
        ours = chip.count() == 1 == viewer["chip_away"].count() and self._filters_kept(viewer, look)
        return shown if ours and (shown.rows or shown.nothing or shown.notices) else None

    def _filters_kept(self, viewer: Screen, look: Look) -> bool:
        """A viewer that was loaded anew meanwhile keeps the number and forgets the days."""
        if look.start is None or look.end is None:
            return True
        wanted = {"from": f"{look.start:%m/%d/%Y}", "to": f"{look.end:%m/%d/%Y}"}
        return all(viewer[key].visible() and viewer[key].value() == day for key, day in wanted.items())

    # --- the list ---

    def _remits_shown(self, viewer: Screen, *, all_pages: bool = False) -> Shown:
        nothing = viewer["nothing"].text() if viewer["nothing"].visible() else ""
        if nothing and not read_remits.found_nothing(nothing):
            raise PageChanged("remittance list: the words in place of the list are not known")
        rows = self._remit_rows(viewer)
        pages = [len(rows)]
        while all_pages and viewer["next_page"].visible() and viewer["next_page"].enabled(0):
            self._turn_remits(viewer, "next_page")
            more = self._remit_rows(viewer)
            pages.append(len(more))
            rows += more
        self._remit_pages = tuple(pages)
        return Shown(tuple(rows), nothing, tuple(viewer["notice"].texts()))

    def _remit_rows(self, viewer: Screen) -> list[tuple[tuple[str, str], ...]]:
        return [tuple(cells.items()) for cells in viewer["table"].table()] if viewer["table"].visible() else []

    def _turn_remits(self, viewer: Screen, button: str) -> None:
        viewer[button].click()
        self._settle_remits(viewer)

    def _must_be_open(self, shown: Shown, ask: EobRequest) -> None:
        """Nothing found means nothing where the payer's remittances are behind the gate."""
        payer = ask.payer_label if shown.rows or shown.nothing else ""
        if any(read_remits.is_gate(notice, payer) for notice in shown.notices):
            raise AccessWanted("remittance list: the access to this payer's remittances is not set up")

    # --- the documents ---

    def _documents_of(self, ask: EobRequest, row: ListedPayment, at: int) -> EobDelivery:
        """The documents of this row."""
        viewer, place = self.screen("remits"), at
        page = 0
        while place >= self._remit_pages[page]:
            place -= self._remit_pages[page]
            page += 1
        for _ in range(len(self._remit_pages) - 1 - page):
            self._turn_remits(viewer, "previous_page")
        pdf, listing = self._pdf_of(viewer, str(place + 1)), self._list_as_csv(viewer)
        return EobDelivery(
            outcome=Outcome.ANSWERED,
            listed=row,
            documents=tuple(one for one in (pdf, listing) if one is not None),
            match=payments.agrees(row, ask),
            warnings=() if pdf is not None else ("the portal offers no document of this payment",),
        )

    def _pdf_of(self, viewer: Screen, row: str) -> Document | None:
        """The payment's PDF; what is none, or does not come, is asked for once more. None where every document is switched off."""
        got, asked = None, False
        for _ in range(2):
            came = self._offered_pdf(viewer, row)
            if came is None and not asked:
                return None
            if came is None:  # a button that is still at work cannot be pressed
                break
            asked = True
            if came.data.startswith(PDF):
                return came
            got = came if came.data else got
        if got is None:
            raise self._no_file(viewer)
        return got

    def _offered_pdf(self, viewer: Screen, row: str) -> Document | None:
        """The payer's own document, else the portal's: whatever is offered and switched on. Its data is empty where nothing came."""
        issued, menu, made = viewer.element("issued", row=row), viewer.element("menu", row=row), viewer.element("made", row=row)
        seen = issued.visible()
        if seen and issued.enabled(0) and (data := self._payer_issued(viewer, issued)) is not None:
            return Document(medium="pdf", data=data, source="payer_issued")
        if menu.visible():
            menu.click()
            if made.visible() and made.enabled(0):
                return Document(medium="pdf", data=self._file_by(viewer, made), source="portal_made")
            seen = seen or made.visible()
            menu.click()  # closes it
        if not seen:
            raise PageChanged("remittance list: the row offers no document that is known")
        return None

    def _payer_issued(self, viewer: Screen, icon: Element) -> bytes | None:
        """By its icon, which hands it out or asks which one; None where none can be chosen."""
        data = self._file_by(viewer, icon, viewer["options"])
        if data or not viewer["options"].visible():
            return data
        for name in read_remits.preferred(viewer["options"].texts()):
            option = viewer.element("option", option=name)
            if option.enabled(0):
                option.check()
                return self._file_by(viewer, viewer["download"])
        viewer["cancel"].click()
        return None

    def _file_by(self, viewer: Screen, button: Element, *unless: Element) -> bytes:
        """The file that a button brings; empty where none came."""
        elsewhere = [self.screen(name)["landmark"] for name in self.config.anywhere]
        data = button.file(unless=(*unless, viewer["trouble"].apart_from_now(), *elsewhere))
        if data is None:
            self.came({}, within_ms=0)  # something that can come instead of any page
        return data or b""

    def _list_as_csv(self, viewer: Screen) -> Document | None:
        """The list as the portal exports it; the PDF says more, so that a list that does not come is done without."""
        if not viewer["csv"].wait(SOON_MS):
            return None
        data = self._file_by(viewer, viewer["csv"]) or self._file_by(viewer, viewer["csv"])
        return Document(medium="csv", data=data, source="export") if data else None

    def _no_file(self, viewer: Screen) -> PortalDown | PortalSlow:
        if viewer["trouble"].visible():
            return PortalDown("remittance list: the portal says that it cannot hand out the document now")
        return PortalSlow("remittance list: no document came")
