"""One Healthcare ID in front, a single page behind it: a tool's page is loaded anew for each search.

*Notes.* The sign-in is declared in each portal's own portal.yaml and selectors: three layouts of one form (user and password together,
with or without a list of the kinds of user id, or one after the other), a list of ways, two code pages. A passkey is a person's to use.
The locked page has no mark but its title, so it is looked for among the banners.
"""

from __future__ import annotations

from payerbot.browser.locate import Screen
from payerbot.errors import PortalDown
from portals.forms import SinglePage

LOADS = 3


class OneHealthcare(SinglePage):
    """A tool's page loaded anew."""

    def open(self, path: str, name: str) -> Screen:
        """A form as its page brings it, loaded anew, so that nothing of the search before is on it."""
        address, form = f"{self.base_url}{path}", self.screen(name)
        for _ in range(LOADS):
            if self.tab.url.startswith(f"{self.base_url}/#"):
                if self.tab.url != address:
                    self.go(path)  # only the part after # changes
                self.tab.reload()
            else:
                self.go(path)
            if self.expect({name: form["landmark"], "trouble": form["trouble"]}, what=name) == name:
                return form
        raise PortalDown(f"{name}: the portal says that it cannot answer now")
