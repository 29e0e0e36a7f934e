"""What all pages share: the links at the side, forms that are good once, and postbacks."""

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
TRIES = 3


class Shell(Portal):
    """One session: a form is good while it is the page that was opened last, so each search begins at a link."""

    def expect(self, candidates: Mapping[str, Element], *, within_ms: float | None = None, what: str = "the next page") -> str:
        """As everywhere; but every step asks for a whole page, and one that is still on its way has not changed."""
        try:
            return super().expect(candidates, within_ms=within_ms, what=what)
        except PageChanged:
            if self.tab.loading:
                raise PortalSlow(f"{what}: the page did not come in time") from None
            raise

    def _open(self, link: str, name: str) -> Screen:
        """A form as its link brings it: empty, and without the answer before."""
        shell, form = self._inside(), self.screen(name)
        if form.here():  # by way of another page, or the old form could be taken for the new one
            shell["home"].click()
            self.arrive("home")
        shell[link].click()
        return self.arrive(name)

    def _inside(self) -> Screen:
        """A page with the links, whichever it is."""
        shell = self.screen("inside")
        if not shell.here():  # an error page, one that was left half done, or where the sign-in has led
            self._start_anew()
        return shell

    def _start_anew(self) -> None:
        """Home; where another site signs in for this one, by way of that site's own link to it."""
        first = self.config.sign_in.signed_in
        if first == "inside" or not self.screen(first).here():
            self.go(self.config.sign_in.home)
        self.arrive(first)
        if first != "inside":
            self._enter()

    def _enter(self) -> None:
        """Out of the payer spaces, into a tab of its own or into this one."""
        menu, spaces, space = (self.screen(name) for name in ("spaces_menu", "payer_spaces", "payer_space"))
        self._must_have(menu, "landmark")
        menu["landmark"].click()
        menu["all"].click()
        self.arrive("payer_spaces")
        spaces["card"].click()
        self.arrive("payer_space")
        self.tab.follow(space["application"])
        self.arrive("inside")

    def _must_have(self, page: Screen, *keys: str) -> None:
        """What belongs to a page that is there: PageChanged soon, not after the time that a page may take."""
        for key in keys:
            if not page[key].wait(SOON_MS):
                raise PageChanged(f"{page.name}.{key}: it is not there")

    def _posted(self, form: Screen, box: str, answers: Mapping[str, Screen], button: str = "submit") -> str:
        """Press a form's button; which answer came, "refused" for a message, "" where the form came back empty."""
        form.kept()
        form[button].click()
        steps.reached("search.sent")
        return self._listened(form, box, {name: screen["landmark"] for name, screen in answers.items()} | {"refused": form["message"]})

    def _listened(self, form: Screen, box: str, answers: Mapping[str, Element]) -> str:
        """The form that was sent still shows what was typed; one that came back empty does not, and any other page is no answer."""
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

    def _gave_up(self, where: str, down: PortalDown | None) -> PageChanged | PortalDown:
        return down or PageChanged(f"{where}: the form keeps coming back empty, or the answer keeps being another search's")
