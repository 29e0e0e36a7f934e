"""What all pages share: a tool's page loaded anew, what a page must have, and a form that is sent."""

from __future__ import annotations

from collections.abc import Mapping

from payerbot import steps
from payerbot.browser.locate import Element, Screen
from payerbot.errors import PageChanged, PortalDown, PortalSlow
from portals.base import Portal

ANSWER_MS = 90_000
LISTENS_MS = 4_000  # within this a form that was sent shows that it was
SOON_MS = 4_000  # what comes together with something that is there already comes within this, or not at all
LOADS = 3
TRIES = 6


class Shell(Portal):
    """Forms and answers of a page that is loaded once."""

    _down = False  # the last try ended with the portal's own apology

    def open(self, path: str, name: str) -> Screen:
        """A form as its page brings it, loaded anew, so that nothing of the search before is on it."""
        form = self.screen(name)
        for _ in range(LOADS):
            self.go(path)
            if self.expect({name: form["landmark"], "trouble": form["trouble"]}, what=name) == name:
                return form
        raise PortalDown(f"{name}: the portal says that it cannot answer now")

    def must_have(self, page: Screen, *keys: str) -> None:
        """What belongs to a page that is there: PageChanged soon, not after the time that a page may take."""
        for key in keys:
            if not page[key].wait(SOON_MS):
                raise PageChanged(f"{page.name}.{key}: it is not there")

    def sent(self, form: Screen, answers: Mapping[str, Element], box: str) -> str:
        """Press the form's button; which answer came, "" where it came back empty, did nothing or the server failed once.

        `box` is a field that was filled: a form that came back empty has it empty, or does not show it.
        """
        form.kept()
        if not form["submit"].enabled():
            raise PageChanged(f"{form.name}: it cannot be sent")
        form["submit"].click()
        steps.reached("search.sent")
        candidates = {**answers, "apology": form["apology"], "trouble": form["trouble"]}
        came = self.came(candidates, within_ms=LISTENS_MS)
        for _ in range(ANSWER_MS // LISTENS_MS):
            if came is not None or not self._under_way(form, box):
                break
            came = self.came(candidates, within_ms=LISTENS_MS)
        else:
            raise PortalSlow(f"{form.name}: what was sent was not answered in time")
        if came is None and not form.here():
            raise PageChanged(f"{form.name}: what came is not known")
        self._down = came == "trouble"
        return "" if came in (None, "trouble") else str(came)

    def _under_way(self, form: Screen, box: str) -> bool:
        """While a form is being sent its button cannot be pressed; that of an empty form cannot be either."""
        return form["submit"].visible() and not form["submit"].enabled(0) and form[box].visible() and bool(form[box].text())

    def gave_up(self, where: str) -> PageChanged | PortalDown:
        """What to raise when a search was sent as often as it may be."""
        if self._down:
            return PortalDown(f"{where}: the portal says that it cannot answer now")
        return PageChanged(f"{where}: the form keeps coming back, or the answer keeps being another search's")
