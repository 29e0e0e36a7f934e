"""What all pages share: the menus that open under the pointer, the provider a delegate stands for, and postbacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from payerbot import steps
from payerbot.browser.locate import Element, Screen
from payerbot.errors import PageChanged, PortalDown, PortalSlow, ReadBackMismatch
from payerbot.model import Request
from portals.base import Portal
from portals.text import plain, same_id

ANSWER_MS = 60_000
LISTENS_MS = 1_500  # within this an answer that is there shows
QUIET = 6  # looks at a page that is there and shows nothing that is known
SOON_MS = 4_000  # what comes together with something that is there already comes within this, or not at all
TRIES = 3
Answer = TypeVar("Answer")


class Shell(Portal):
    """One session: every search begins at the menu, for a link that was used before leads to a form that finds nothing."""

    def expect(self, candidates: Mapping[str, Element], *, within_ms: float | None = None, what: str = "the next page") -> str:
        """As everywhere; but every step asks for a whole page, and one that is still on its way has not changed."""
        try:
            return super().expect(candidates, within_ms=within_ms, what=what)
        except PageChanged:
            if self.tab.loading:
                raise PortalSlow(f"{what}: the page did not come in time") from None
            raise

    def _open(self, menu: str, name: str, ask: Request, before: str) -> Screen:
        """A form as the menu's link on this very page brings it: empty, and without the answer before."""
        shell, answer = self._at_home(ask), self.screen(before)["landmark"]
        shell[menu].click()  # the pointer stays there, and the menu open
        shell[f"{menu}_link"].click()
        form = self.arrive(name)
        if not answer.gone(SOON_MS):
            raise PageChanged(f"{name}: the answer before does not go away")
        return form

    def _at_home(self, ask: Request) -> Screen:
        """A page with the menus, on behalf of the right provider."""
        shell, picker = self.screen("shell"), self.screen("provider_picker")
        if not shell.here():  # an error page, or one that was left half done
            self._start_anew()
        if picker.here():
            self._stand_for(picker, ask.organization)
        if shell["provider"].visible() and plain(shell["provider"].text()) != plain(ask.organization):
            raise ReadBackMismatch("shell.provider: the portal shows another provider than the one chosen")
        return shell

    def _start_anew(self) -> None:
        self.go(self.config.sign_in.home)
        self.arrive("shell")

    def _stand_for(self, picker: Screen, organization: str) -> None:
        """A delegate says for whom; what was chosen is then read on the page."""
        picker["provider"].choose(organization)
        picker["submit"].click()
        self.expect({"provider": self.screen("shell")["provider"]}, what="shell")

    def _must_have(self, page: Screen, *keys: str) -> None:
        """What belongs to a page that is there: PageChanged soon, not after the time that a page may take."""
        for key in keys:
            if not page[key].wait(SOON_MS):
                raise PageChanged(f"{page.name}.{key}: it is not there")

    def _posted(self, form: Screen, button: str, box: str, answers: Mapping[str, Screen]) -> str:
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

    def _asked(self, menu: str, name: str, before: str, ask: Request, once: Callable[[Screen], Answer | None]) -> Answer:
        """Search once, and again where the form came back empty, the server failed once, or the answer is another search's (None)."""
        down: PortalDown | None = None
        for _ in range(TRIES):
            form = self._open(menu, name, ask, before)
            try:
                answer = once(form)
            except ReadBackMismatch:
                continue
            except PortalDown as trouble:
                down = trouble
                self._start_anew()
                continue
            if answer is not None:
                return answer
            down = None
        raise down or PageChanged(f"{before}: the form keeps coming back empty, or the answer keeps being another search's")

    def _fill_all(self, form: Screen, wanted: Mapping[str, str], button: str) -> None:
        """Put these values into the form; each is read back."""
        self._must_have(form, *wanted, button)
        for name, value in wanted.items():
            form[name].fill(value)
        steps.reached("search.filled")

    def _is_of(self, form: Screen, wanted: Mapping[str, str]) -> bool:
        """Whether the form beside an answer shows this search."""
        return all(same_id(form[name].text(), value) for name, value in wanted.items())
