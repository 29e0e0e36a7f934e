"""Closing a tab so that nothing waits for it without end.

The browser loses the order to close where the tab goes to another page at that very moment, and Playwright waits for the closing then
until its own end. So the order is given again until the tab has gone.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error as BrowserError

if TYPE_CHECKING:
    from playwright.sync_api import Page

TRIES = 20
LOST_MS = 500  # an order that was not followed by then is lost


def close(tab: Page) -> None:
    """Close it and wait until it has gone; one that has gone already is fine."""
    for _ in range(TRIES):
        with suppress(BrowserError):  # it is between two pages, or gone
            if not tab.is_closed():
                tab.context.new_cdp_session(tab).send("Page.close")
        with suppress(BrowserError):
            if not tab.is_closed():
                tab.wait_for_event("close", timeout=LOST_MS)
        if tab.is_closed():
            return
