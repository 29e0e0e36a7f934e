"""Forms that are sent and listened for, in the two temperaments of portals, and what can end the filling of one."""

from __future__ import annotations

from collections.abc import Mapping

from payerbot import steps
from payerbot.authorization import FilledRequest
from payerbot.browser.locate import Element, Screen
from payerbot.errors import PageChanged, PortalDown, PortalSlow
from payerbot.model import Result
from portals.base import Portal

FORM_MS = 4_000  # within this a form of a single page that was sent shows that it was
PAGE_MS = 1_500  # within this an answer that is there shows
QUIET = 6  # looks at a page that is there and shows nothing that is known


class AnotherTryError(Exception):
    """A form came back empty, or another page than the one that follows: it is filled anew, for nothing was sent."""


class EndedError(Exception):
    """A form cannot be filled to its end, and why; not `sure` where an earlier search can have been answered so."""

    def __init__(self, result: Result, *, sure: bool = True) -> None:
        super().__init__()
        self.result = result if isinstance(result, FilledRequest) else result.ended_as(FilledRequest)
        self.sure = sure


class SinglePage(Portal):
    """Forms of a page that is loaded once: while one is being sent its button cannot be pressed."""

    answer_ms = 90_000
    _down = False  # the last try ended with the portal's own apology

    def sent(self, form: Screen, answers: Mapping[str, Element], box: str) -> str:
        """Press the form's button; which answer came, "" where it came back empty, did nothing or the server failed once.

        `box` is a field that was filled: a form that came back empty has it empty, or does not show it.
        """
        form.kept()
        if not form["submit"].enabled():
            raise PageChanged(f"{form.name}: it cannot be sent")
        form["submit"].click()
        steps.reached("search.sent")
        candidates = {**answers, "trouble": form["trouble"]}
        came = self.came(candidates, within_ms=FORM_MS)
        for _ in range(self.answer_ms // FORM_MS):
            if came is not None or not self._under_way(form, box):
                break
            came = self.came(candidates, within_ms=FORM_MS)
        else:
            raise PortalSlow(f"{form.name}: what was sent was not answered in time")
        if came is None and not form.here():
            raise PageChanged(f"{form.name}: what came is not known")
        self._down = came == "trouble"
        return "" if came in (None, "trouble") else str(came)

    def _under_way(self, form: Screen, box: str) -> bool:
        """The button of an empty form cannot be pressed either."""
        return form["submit"].visible() and not form["submit"].enabled(0) and form[box].visible() and bool(form[box].text())

    def gave_up(self, where: str) -> PageChanged | PortalDown:
        """What to raise when a search was sent as often as it may be."""
        return _gave_up(where, PortalDown(f"{where}: the portal says that it cannot answer now") if self._down else None)


class WholePages(Portal):
    """Forms that are posted: each step asks for a whole page, and what was typed stands on the form beside the answer."""

    answer_ms = 60_000

    def sent(self, form: Screen, answers: Mapping[str, Element], box: str, *, button: str = "submit") -> str:
        """Press a form's button; which answer came, "" where the form came back empty: `box` is a field that was filled."""
        form.kept()
        form[button].click()
        steps.reached("search.sent")
        quiet = 0
        for _ in range(self.answer_ms // PAGE_MS):
            came = self.came(answers, within_ms=PAGE_MS)
            if came is not None:
                return came
            quiet += not self.tab.loading
            if quiet and not form[box].visible():
                return self.expect(answers, what=form.name)
            if quiet and not form[box].text():
                return ""
            if quiet >= QUIET:
                raise PageChanged(f"{form.name}: what was sent brought nothing that is known")
        raise PortalSlow(f"{form.name}: what was sent was not answered in time")

    def gave_up(self, where: str, down: PortalDown | None = None) -> PageChanged | PortalDown:
        """What to raise when a search was sent as often as it may be."""
        return _gave_up(where, down)


def _gave_up(where: str, down: PortalDown | None) -> PageChanged | PortalDown:
    return down or PageChanged(f"{where}: the form keeps coming back empty, or the answer keeps being another search's")
