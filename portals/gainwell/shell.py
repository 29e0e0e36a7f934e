"""What all pages share: the menus that open under the pointer, the provider a delegate stands for, and postbacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from payerbot import steps
from payerbot.browser.locate import Screen
from payerbot.errors import PageChanged, PortalDown, ReadBackMismatch
from payerbot.model import Request
from portals.base import SOON_MS
from portals.forms import WholePages
from portals.text import plain, same_id

TRIES = 3
Answer = TypeVar("Answer")


class Shell(WholePages):
    """One session: every search begins at the menu, for a link that was used before leads to a form that finds nothing."""

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
        raise self.gave_up(before, down)

    def _fill_all(self, form: Screen, wanted: Mapping[str, str], button: str) -> None:
        """Put these values into the form; each is read back."""
        self.must_have(form, *wanted, button)
        for name, value in wanted.items():
            form[name].fill(value)
        steps.reached("search.filled")

    def _is_of(self, form: Screen, wanted: Mapping[str, str]) -> bool:
        """Whether the form beside an answer shows this search."""
        return all(same_id(form[name].text(), value) for name, value in wanted.items())
