"""What the browser says when something fails, turned into what happens next.

Playwright's errors repeat what was typed into a page, so their text is read here and never passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as BrowserTimeout

from payerbot.errors import PageChanged, PortalDown, PortalError, PortalSlow, ReadBackMismatch

_WENT_AWAY = ("has been closed", "Target closed", "Target crashed", "Page crashed", "Connection closed")
REPLACED = "it was replaced"
_REPLACED = (REPLACED, "detached", "not attached", "context was destroyed", "Cannot find context", "navigating and changing the content")
_REVERTED = "did not change its state"


@contextmanager
def in_our_words(where: str) -> Iterator[None]:
    """Turn what the browser says into one of our errors, without repeating what was typed."""
    try:
        yield
    except BrowserTimeout:
        raise PortalSlow(f"{where}: the step did not end in time") from None
    except BrowserError as trouble:
        raise named(where, trouble) from None


def named(where: str, trouble: BrowserError | str) -> PortalError:
    """Our error for the browser's; only the first line is looked at, for the rest repeats the page."""
    text = str(trouble if isinstance(trouble, str) else trouble.message).partition("\n")[0]
    if "ERR_PROXY" in text or "ERR_TUNNEL" in text:
        return PageChanged(f"{where}: the page led to a host that is not the portal's")
    if code := re.search(r"net::(ERR_[A-Z_]+)", text):
        return PortalDown(f"{where}: the portal cannot be reached ({code[1]})")
    if any(words in text for words in _WENT_AWAY):
        return PortalSlow(f"{where}: the browser went away")
    if _REVERTED in text:
        return ReadBackMismatch(f"{where}: the box does not keep its tick")
    return PageChanged(f"{where}: the page did not do what it should")


def was_replaced(trouble: BrowserError) -> bool:
    """True where the frame or the element was torn out while it was used: the next look finds the new one."""
    return any(words in trouble.message for words in _REPLACED)


def was_delivered(trouble: BrowserError) -> bool:
    """True where a click that failed had begun, so that a second one could be one too many."""
    return "performing click action" in trouble.message
