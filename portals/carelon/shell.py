"""What all pages share: the links at the side, forms that are good once, and postbacks."""

from __future__ import annotations

from payerbot.browser.locate import Screen
from portals.forms import WholePages

TRIES = 3


class Shell(WholePages):
    """One session: a form is good while it is the page that was opened last, so each search begins at a link."""

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
        self.must_have(menu, "landmark")
        menu["landmark"].click()
        menu["all"].click()
        self.arrive("payer_spaces")
        spaces["card"].click()
        self.arrive("payer_space")
        self.tab.follow(space["application"])
        self.arrive("inside")
