"""A real browser as a share starts it, and one small page at a time in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payerbot.browser import launch
from payerbot.browser.locate import Screen, Tab
from payerbot.browser.selectors import Selectors

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.small_site import Site

ZONE = "America/New_York"


@contextmanager
def started(folder: Path, hosts: Sequence[str], *, state: dict[str, Any] | None = None, switches: str = "") -> Iterator[BrowserContext]:
    """The browser of a share, allowed to talk to these hosts only."""
    executable = Path(os.environ["PAYERBOT_BROWSER"])
    mine = f"{os.environ['PAYERBOT_BROWSER_ARGS']} {switches}"
    with launch.browser(
        executable=executable, switches=mine, hosts=hosts, run_folder=launch.fresh(folder), state=state, time_zone=ZONE
    ) as context:
        yield context


def selectors(screens: Mapping[str, Mapping[str, Any]]) -> Selectors:
    """Selectors as a file would hold them; a text alone is CSS, and a screen without a landmark gets its body."""
    return Selectors.model_validate(
        {
            "portal": "test",
            "seen": "never",
            "screens": {
                name: {"landmark": _way("body"), **{key: _ways(way) for key, way in kept.items()}} for name, kept in screens.items()
            },
        }
    )


def _ways(way: Any) -> Any:
    return [_way(one) for one in way] if isinstance(way, list) else _way(way)


def _way(way: Any) -> Any:
    if way == "page":
        return way
    return {"css": way, "why": "a test's own page", "from": "code"} if isinstance(way, str) else {"from": "code", **way}


class Desktop:
    """Puts pages on the site and opens them in the browser."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context = context
        self.site = site
        self.page: Page = context.new_page()
        self.spoiled = False  # the next test must not have this tab; it stays open, for closing one that still loads may hang

    def clear(self) -> None:
        """Ready for the next test."""
        self.site.pages.clear()
        self.site.asked.clear()
        if self.spoiled or self.page.is_closed():
            self.page = self.context.new_page()
            self.spoiled = False

    def tab(self, screens: Mapping[str, Mapping[str, Any]], *, pulse: Callable[[], None] = lambda: None, seconds: float = 10.0) -> Tab:
        return Tab(self.page, selectors(screens), pulse=pulse, step_seconds=seconds)

    def show(self, html: str, elements: Mapping[str, Any], *, seconds: float = 10.0, pulse: Callable[[], None] = lambda: None) -> Screen:
        """Open this page; its one screen has these elements."""
        self.site.pages["/"] = html
        tab = self.tab({"form": elements}, seconds=seconds, pulse=pulse)
        tab.goto(self.site.url())
        return tab.screen("form")

    def says(self, css: str) -> str:
        """What the page itself shows somewhere: its own word on what happened."""
        return self.page.locator(css).inner_text()
