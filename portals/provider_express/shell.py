"""What all pages share: the menus, what a page must have, and a form that is posted."""

from __future__ import annotations

from collections.abc import Mapping

from payerbot import steps
from payerbot.browser.locate import Element, Screen
from payerbot.errors import PageChanged, PortalDown, PortalSlow
from portals.base import Portal

ANSWER_MS = 60_000
LISTENS_MS = 1_500  # within this an answer that is there shows
QUIET = 6  # looks at a page that is there and shows nothing that is known
SOON_MS = 4_000  # what comes together with something that is there already comes within this, or not at all
TRIES = 4
UPPER = frozenset({"auths"})  # what stands in the upper-right menu and not under Transactions


class Shell(Portal):
    """One session: pages are reached by the words of the menus, for their addresses are not published."""

    def expect(self, candidates: Mapping[str, Element], *, within_ms: float | None = None, what: str = "the next page") -> str:
        """As everywhere; but every step asks for a whole page, and one that is still on its way has not changed."""
        try:
            return super().expect(candidates, within_ms=within_ms, what=what)
        except PageChanged:
            if self.tab.loading:
                raise PortalSlow(f"{what}: the page did not come in time") from None
            raise

    def open(self, menu: str, name: str) -> Screen:
        """The page behind a word of the menus (eligibility, inquiry, submitted, auths), as it comes at first."""
        shell = self._at_a_page()
        if menu not in UPPER:
            shell["transactions"].click()
        shell[menu].click()
        return self.arrive(name)

    def _at_a_page(self) -> Screen:
        """A page with the menus."""
        shell = self.screen("shell")
        if not shell.here():  # an error page, or one that was left half done
            self.start_anew()
        return shell

    def start_anew(self) -> None:
        """The home page."""
        self.go(self.config.sign_in.home)
        self.arrive("shell")

    def must_have(self, page: Screen, *keys: str) -> None:
        """What belongs to a page that is there: PageChanged soon, not after the time that a page may take."""
        for key in keys:
            if not page[key].wait(SOON_MS):
                raise PageChanged(f"{page.name}.{key}: it is not there")

    def sent(self, form: Screen, answers: Mapping[str, Element], box: str, *, button: str = "submit") -> str:
        """Press a form's button; which answer came, "" where the form came back empty: `box` is a field that was filled."""
        form.kept()
        form[button].click()
        steps.reached("search.sent")
        quiet = 0
        for _ in range(ANSWER_MS // LISTENS_MS):
            came = self.came(answers, within_ms=LISTENS_MS)
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
        return down or PageChanged(f"{where}: the form keeps coming back empty, or the answer keeps being another search's")
