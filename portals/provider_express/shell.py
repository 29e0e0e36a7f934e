"""What all pages share: the menus."""

from __future__ import annotations

from payerbot.browser.locate import Screen
from portals.forms import WholePages

TRIES = 4
UPPER = frozenset({"auths"})  # what stands in the upper-right menu and not under Transactions


class Shell(WholePages):
    """One session: pages are reached by the words of the menus, for their addresses are not published."""

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
