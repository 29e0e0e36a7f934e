"""What all pages share: a tool's page loaded anew, lists of several pages, doubts about an answer, and documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from payerbot.browser.locate import Element, Screen
from payerbot.errors import AccessWanted, PageChanged, PortalDown, ReadBackMismatch
from portals.cigna import read
from portals.forms import SinglePage

LOADS = 3
TRIES = 6
PDF = b"%PDF-"


class Shell(SinglePage):
    """Forms and answers of a page that is loaded once."""

    _before: tuple[object, ...] = ()  # what the answer before showed, to know it again
    _looked: object = None  # and which search it was the answer to
    _doubted: object = None  # the search whose answer was not believed yet

    def open(self, path: str, name: str) -> Screen:
        """A form as its page brings it, loaded anew, so that nothing of the search before is on it."""
        form = self.screen(name)
        for _ in range(LOADS):
            self.go(path)
            came = self.expect({"denied": form["denied"], name: form["landmark"], "trouble": form["trouble"]}, what=name)
            if came == "denied":
                self.keep()
                raise AccessWanted(f"{name}: this user has no access to it")
            if came == name:
                return form
        raise PortalDown(f"{name}: the portal says that it cannot answer now")

    def sent(self, form: Screen, answers: Mapping[str, Element], box: str) -> str:
        """As everywhere; this portal apologizes in a place of its own."""
        return super().sent(form, {**answers, "apology": form["apology"]}, box)

    def pages(self, listed: Screen) -> list[dict[str, str]]:
        """The rows of all pages of a list; one whose rows are not as many as it says is not believed."""
        self.must_have(listed, "range")
        total, rows = read.total(listed["range"].text()), self._rows(listed)
        while listed["next_page"].visible() and listed["next_page"].enabled(0):
            self.turn(listed, "next_page")
            rows += self._rows(listed)
        if len(rows) != total:
            raise ReadBackMismatch(f"{listed.name}: its rows are not as many as it says")
        return rows

    def _rows(self, listed: Screen) -> list[dict[str, str]]:
        self.must_have(listed, "table")
        rows = listed["table"].table()
        self.keep()
        if not rows:  # a search that finds nothing says so
            raise PageChanged(f"{listed.name}: it shows no rows that are known")
        return rows

    def place_of(self, listed: Screen, wanted: Callable[[Mapping[str, str]], bool]) -> int:
        """Where a row stands on its page, which is then shown; the last page is shown at first."""
        while True:
            here = [place for place, cells in enumerate(listed["table"].table()) if wanted(cells)]
            if here:
                return here[0]
            if not listed["previous_page"].enabled(0):
                raise ReadBackMismatch(f"{listed.name}: a row that was there is not there any more")
            self.turn(listed, "previous_page")

    def turn(self, listed: Screen, button: str) -> None:
        """Another page; the one before must be gone."""
        other = listed["range"].apart_from_now()
        listed[button].click()
        self.expect({"rows": other}, within_ms=self.answer_ms, what=listed.name)

    def believed(self, look: object, *shown: object) -> bool:
        """Whether an answer counts: the first of all, or one that shows just what another search's showed, is asked for once more."""
        stale = (self._looked is None or shown == self._before) and look not in (self._looked, self._doubted)
        self._before = shown
        if stale:
            self._doubted = look
        else:
            self._looked, self._doubted = look, None
        return not stale

    def document(self, page: Screen, button: Element) -> bytes:
        """What a button hands out; what is no PDF, or does not come, is asked for once more. Empty where nothing came."""
        got = b""
        for _ in range(2):
            data = self._file_by(page, button)
            if data.startswith(PDF):
                return data
            got = data or got
        return got

    def _file_by(self, page: Screen, button: Element) -> bytes:
        elsewhere = [self.screen(name)["landmark"] for name in self.config.anywhere]
        data = button.file(unless=(page["trouble"].apart_from_now(), *elsewhere))
        if data is None:
            self.came({}, within_ms=0)  # something that can come instead of any page
        return data or b""
