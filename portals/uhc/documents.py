"""Document Library and TrackIt: payments by TIN and days, a claim's payment by its member, letters, open items, and the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from payerbot import steps
from payerbot.browser.locate import Element, Screen
from payerbot.errors import AccessWanted, PageChanged, PortalDown, PortalSlow, ReadBackMismatch
from payerbot.letters import FoundLetter, LetterDelivery, LettersRequest
from payerbot.model import Outcome
from payerbot.remittance import Document, EobDelivery, EobRequest, ListedPayment
from portals import payments
from portals.base import SOON_MS
from portals.uhc import read_documents
from portals.uhc.claims import Claims

LIBRARY, LETTERS, TRACKIT = "/#/documents", "/#/documents/letters", "/#/trackit"
SPAN = timedelta(days=90)  # the longest window that one search takes
HISTORY = timedelta(days=729)  # documents are kept for 24 months
AROUND = timedelta(days=7)
DAY = timedelta(days=1)
TRIES = 4
PDF = b"%PDF-"
Row = TypeVar("Row")


class Window(NamedTuple):
    """One search: where, for whom, from when until when, and the words by which its answer is known."""

    address: str
    start: date
    end: date
    wanted: tuple[str, ...]
    member_id: str = ""
    born: date | None = None


class Documents(Claims):
    """Drives the two forms of the library, its list in pages, the files, and the list of open items."""

    # --- payments ---

    def deliver_eob(self, ask: EobRequest) -> EobDelivery:
        """By the payment's number within its days; else by a claim that it paid, among the member's documents."""
        if ask.check_no:
            return self._by_number(ask, "check_no")
        if not (ask.claim_id or ask.payer_claim_no):
            return EobDelivery(outcome=Outcome.BAD_DATA, field="check_no", reason="neither a check nor a claim is named")
        if ask.patient is None or not ask.patient.member_id:
            reason = "this portal finds a claim's payment by its member only"
            return EobDelivery(outcome=Outcome.BAD_DATA, field="member_id", reason=reason, tried=("claim",))
        return self._by_claim(ask)

    def _by_number(self, ask: EobRequest, rung: str) -> EobDelivery:
        others = 0
        for window in self._payment_windows(ask):
            rows, place = self._found_documents(window, read_documents.payment)
            choice = payments.choose(rows, ask)
            others += choice.others
            if len(choice.rows) > 1:
                return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the portal lists several such payments", tried=(rung,))
            if choice.rows:
                return self._handed_out(ask, rows[choice.rows[0]], place(choice.rows[0]), rung)
        reason = "the payment of this number has another date or amount" if others else "the portal lists no such payment"
        return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason, tried=(rung,))

    def _payment_windows(self, ask: EobRequest) -> Iterator[Window]:
        """Around the payment's day where it is known, else as far back as documents are kept, the newest first."""
        wanted = (f"TIN {ask.billing_tin}",)
        if ask.check_date is not None:
            yield Window(LIBRARY, max(ask.check_date - AROUND, self.today - HISTORY), min(ask.check_date + AROUND, self.today), wanted)
            return
        yield from (Window(LIBRARY, start, end, wanted) for start, end in self._spans(self.today - HISTORY, self.today))

    def _spans(self, first: date, last: date) -> Iterator[tuple[date, date]]:
        while last >= first:
            start = max(first, last - SPAN)
            yield start, last
            last = start - DAY

    def _by_claim(self, ask: EobRequest) -> EobDelivery:
        """The one payment that this claim is part of."""
        rows: list[payments.PaidClaim] = []
        who = ask.patient
        since = max(ask.dos_from or self.today - HISTORY, self.today - HISTORY)
        for start, end in self._spans(since, self.today):
            window = Window(LIBRARY, start, end, (f"member {who.member_id}",), who.member_id, who.birth_date) if who else None
            rows += self._found_documents(window, read_documents.claim)[0] if window else []
        choice = payments.choose_claim(rows, ask)
        found = payments.payments_of([rows[at] for at in choice.rows])
        if len(found) > 1:
            reason = "the claim is part of several payments: give the check number"
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason=reason, tried=("claim",))
        if not found:
            reason = "the claim of this number has another day or charge" if choice.others else "the portal lists no such payment"
            return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason, tried=("claim",))
        number, on = found[0]
        result = self._by_number(ask.model_copy(update={"check_no": number, "check_date": ask.check_date or on}), "claim")
        return result.model_copy(update={"match": (*payments.claim_agrees(rows[choice.rows[0]], ask), *result.match)})

    def _handed_out(self, ask: EobRequest, row: ListedPayment, button: Element, rung: str) -> EobDelivery:
        document = Document(medium="pdf", data=self._file(button), source="payer_issued")
        match = payments.agrees(row.model_copy(update={"payer": ask.payer_label}), ask)
        return EobDelivery(outcome=Outcome.ANSWERED, listed=row, documents=(document,), match=match, rung=rung, tried=(rung,))

    # --- letters ---

    def deliver_letters(self, ask: LettersRequest) -> LetterDelivery:
        """Every letter of these days with its file, and what TrackIt says is open."""
        found: list[FoundLetter] = []
        for start, end in self._spans(ask.since, ask.until):
            window = Window(LETTERS, start, end, (f"TIN {ask.billing_tin}",))
            rows, place = self._found_documents(window, read_documents.letter)
            backwards = range(len(rows) - 1, -1, -1)  # the last page is the one that stands there
            found += [rows[at].model_copy(update={"data": self._file(place(at))}) for at in backwards]
        found += self._open_items()
        outcome = Outcome.ANSWERED if found else Outcome.NOT_FOUND
        return LetterDelivery(
            outcome=outcome, letters=tuple(found), rung="TIN", tried=("TIN",), match=("practice", "dates") if found else ()
        )

    def _open_items(self) -> list[FoundLetter]:
        for _ in range(TRIES):
            self.go("/#/nowhere")
            self.go(TRACKIT)
            page = self.screen("trackit")
            if self.expect({"items": page["landmark"], "trouble": page["trouble"]}, within_ms=self.answer_ms, what="TrackIt") == "trouble":
                self._down = True
                continue
            said = read_documents.count(page["landmark"].text())
            items = [read_documents.task(cells) for cells in page["table"].table()] if said else []
            self.keep()
            if len(items) != said:
                raise PageChanged("TrackIt: it does not show as many items as it says")
            return [item for item in items if item is not None]
        raise self.gave_up("TrackIt")

    # --- the search ---

    def _found_documents(self, window: Window, read: Callable[[dict[str, str]], Row]) -> tuple[list[Row], Callable[[int], Element]]:
        """All rows of one search, and a way to the button of each; the last page of the list stands there."""
        for _ in range(TRIES):
            try:
                came = self._documents_searched(window)
                pages = self._document_pages(window, read) if came == "list" else self._no_documents(window) if came else None
            except ReadBackMismatch:
                continue
            if pages is not None:
                return [row for page in pages for row in page], self._opener([len(page) for page in pages])
        raise self.gave_up("document list")

    def _documents_searched(self, window: Window) -> str:
        form, listed = self.open(window.address, "document_form"), self.screen("document_list")
        self.must_have(form, "start", "end")
        if window.member_id and window.born is not None:
            form["advanced"].check()
            self.must_have(form, "member_id", "birth_date")
            form["member_id"].fill(window.member_id)
            form["birth_date"].fill_date(window.born)
        form["start"].fill_date(window.start)
        form["end"].fill_date(window.end)
        steps.reached("search.filled")
        return self.sent(form, {"list": listed["landmark"], "none": listed["none"], "popup": form["popup"]}, "start")

    def _no_documents(self, window: Window) -> list[list[Row]] | None:
        """What the page says in place of a list: nothing for these days, or why not; None where it is another search's."""
        form, listed = self.screen("document_form"), self.screen("document_list")
        said = form["popup"].text() if form["popup"].visible() else listed["none"].text()
        if read_documents.says(said, read_documents.NO_ROLE):
            raise AccessWanted("document list: this user's role does not include these documents")
        if read_documents.says(said, read_documents.DOWN):
            self._down = True
            return None
        if not read_documents.says(said, read_documents.NOTHING):
            raise PageChanged("document list: the words in place of the list are not known")
        self.keep()
        return [] if read_documents.echoes(listed["echo"].text(), window.wanted, window.start, window.end) else None

    def _document_pages(self, window: Window, read: Callable[[dict[str, str]], Row]) -> list[list[Row]] | None:
        listed = self.screen("document_list")
        self.must_have(listed, "echo", "table")
        if not read_documents.echoes(listed["echo"].text(), window.wanted, window.start, window.end):
            return None
        total = read_documents.total(listed["landmark"].text())
        pages = [self._document_rows(listed, read)]
        while listed["next_page"].visible() and listed["next_page"].enabled(0):
            self._turn(listed, "next_page")
            pages.append(self._document_rows(listed, read))
        if sum(map(len, pages)) != total:
            raise ReadBackMismatch("document list: its rows are not as many as it says")
        return pages

    def _document_rows(self, listed: Screen, read: Callable[[dict[str, str]], Row]) -> list[Row]:
        self.must_have(listed, "table")
        rows = [read(cells) for cells in listed["table"].table()]
        self.keep()
        return rows

    def _opener(self, pages: list[int]) -> Callable[[int], Element]:
        """A way to the button of a row of the whole list, from the page that stands there."""
        shown = len(pages) - 1

        def button(place: int) -> Element:
            nonlocal shown
            listed, at = self.screen("document_list"), 0
            while place >= pages[at]:
                place, at = place - pages[at], at + 1
            while shown != at:
                self._turn(listed, "previous_page" if shown > at else "next_page")
                shown += -1 if shown > at else 1
            return listed["open"].nth(place)

        return button

    # --- the files ---

    def _file(self, button: Element) -> bytes:
        """The document behind a button; what is no PDF, or does not come, is asked for once more."""
        got = b""
        for _ in range(2):
            data = self._handed(button)
            if data.startswith(PDF):
                return data
            got = data or got
        if not got:
            raise self._nothing_came()
        return got

    def _handed(self, button: Element) -> bytes:
        popup = self.screen("document_form")["popup"]
        if not button.wait(SOON_MS):
            raise PageChanged("document list: a row has no button for its document")
        elsewhere = [self.screen(name)["landmark"] for name in self.config.anywhere]
        data = button.file(unless=(popup.apart_from_now(), *elsewhere))
        if data is None:
            self.came({}, within_ms=0)  # something that can come instead of any page
        return data or b""

    def _nothing_came(self) -> PortalDown | PortalSlow:
        if self.screen("document_form")["popup"].visible():
            return PortalDown("document list: the portal says that it cannot hand out the document now")
        return PortalSlow("document list: no document came")
