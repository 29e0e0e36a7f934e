"""Message Center: claim letters and precertification letters of some days, each with its document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import AccessWanted, ReadBackMismatch
from payerbot.letters import FoundLetter, LetterDelivery, LettersRequest
from payerbot.model import Outcome
from portals.cigna import read_letters
from portals.cigna.remits import Remits
from portals.cigna.shell import TRIES

LETTERS = "/app/messages"
KINDS = ("claim", "precertification")
ONE = timedelta(days=1)
Ask = tuple[str, date, date]  # kind of letters, first and last day


class Letters(Remits):
    """Drives the search and fetches the documents of its rows."""

    def deliver_letters(self, ask: LettersRequest) -> LetterDelivery:
        """Both kinds of letters of these days, in spans that the portal answers for."""
        found: list[FoundLetter] = []
        for search in self._searches(ask):
            came = self._letters(search)
            if came.outcome not in (Outcome.ANSWERED, Outcome.NOT_FOUND):
                return came
            found += came.letters
        if not found:
            return LetterDelivery(outcome=Outcome.NOT_FOUND, reason="the portal lists no letters of these days")
        return LetterDelivery(outcome=Outcome.ANSWERED, letters=tuple(found))

    def _searches(self, ask: LettersRequest) -> Iterator[Ask]:
        start, until = ask.since, min(ask.until, self.today)
        while start <= until:
            end = min(start + (self.config.list_days - 1) * ONE, until)
            yield from ((kind, start, end) for kind in KINDS)
            start = end + ONE

    def _letters(self, search: Ask) -> LetterDelivery:
        for _ in range(TRIES):
            try:
                came = self._asked_for(search)
            except ReadBackMismatch:
                continue
            if came is not None:
                return came
        raise self.gave_up("letters")

    def _asked_for(self, search: Ask) -> LetterDelivery | None:
        """The letters of one search with their documents; None where what came is not its answer."""
        form, listed = self.open(LETTERS, "letter_form"), self.screen("letter_list")
        self._must_be_entitled(form)
        kind, start, end = search
        form[f"by_{kind}"].check()
        self.must_have(form, "start", "end")
        form["start"].fill_date(start)
        form["end"].fill_date(end)
        steps.reached("search.filled")
        came = self.sent(form, {"list": listed["landmark"], "none": listed["none"], "denied": form["denied"]}, "start")
        self._must_be_entitled(form)
        if came == "list":
            rows = self.pages(listed)
            letters = [read_letters.letter(cells) for cells in rows]
            mine = all(read_letters.may_be(one, *search) for one in letters)
            return self._with_documents(listed, letters) if mine and self.believed(search, *map(str, rows)) else None
        if not came:
            return None
        said = listed["none"].text() if came == "none" else form["apology"].text()
        self.keep()
        result = read_letters.refusal(said)
        self._down = result.outcome is Outcome.PORTAL_DOWN
        return None if self._down or not self.believed(search, said) else result

    def _must_be_entitled(self, form: Screen) -> None:
        """Letters that this user may not see would be missing without a word."""
        if form["denied"].visible():
            self.keep()
            raise AccessWanted("letters: this user has no access to letters of a kind")

    def _with_documents(self, listed: Screen, letters: list[FoundLetter]) -> LetterDelivery:
        """Each letter with its file; the last page is shown first, so that the list is walked backwards."""
        self.must_have(listed, "view")
        found = [self._with_document(listed, one) for one in reversed(letters)]
        return LetterDelivery(outcome=Outcome.ANSWERED, letters=tuple(reversed(found)))

    def _with_document(self, listed: Screen, one: FoundLetter) -> FoundLetter:
        place = self.place_of(listed, lambda cells: read_letters.letter(cells) == one)
        return one.model_copy(update={"data": self.document(listed, listed["view"].nth(place))})
