"""jQuery Select2 lists: a native list that nobody sees, a box to click, and a search field that hangs at the end of the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import Error as BrowserError

from payerbot.browser import scripts
from payerbot.browser.element import SETTLE_MS, SLICE_MS, Element, _anything_like, _says, _squeeze
from payerbot.browser.trouble import in_our_words
from payerbot.errors import ReadBackMismatch

if TYPE_CHECKING:
    from playwright.sync_api import Locator

# By the library's own class names; the ids of what it draws change with every page.
_BOX = "xpath=following-sibling::*[contains(concat(' ', normalize-space(@class), ' '), ' select2-container ')][1]"
_LIST = "xpath=preceding-sibling::select[1]"
_OPEN = "css=.select2-container--open"
_SEARCH = f"{_OPEN} .select2-search__field"
_OPTIONS = f"{_OPEN} .select2-results__option:not([aria-disabled=true], .loading-results, .select2-results__message, [role=group])"
_BUSY = f"{_OPEN} .loading-results"


class Select2(Element):
    """Named by its hidden native list, which alone says what is chosen: typed text does not count."""

    def all(self) -> Locator | None:
        """The hidden list, where its box can be seen: a step that is not shown keeps lists with the same id."""
        for find in self._finders:
            try:
                box = find().locator(_BOX).filter(visible=True)
                if box.first.is_visible():
                    return box.locator(_LIST)
            except BrowserError:
                continue
        return None

    def pick(self, label: str, *, typed: str | None = None, nth: int = 0, exact: bool = True) -> bool:
        """Search for `typed` (else the label) and click the option; False where the list does not have it.

        With `exact` off the option only has to hold the label.
        """
        self._unfold(label if typed is None else typed)

        def fitting() -> Locator:
            return self._options().filter(has_text=_anything_like(label) if exact else re.compile(re.escape(label), re.IGNORECASE))

        if not self._until(lambda: fitting().count() > nth, self._tab.limit_ms / 4):
            self._fold()
            return False
        Element(self._tab, self._where, [lambda: fitting().nth(nth)]).click()
        if not self._until(lambda: self._has(label, exact=exact), SLICE_MS) or not self._lasts(label, exact=exact):
            raise ReadBackMismatch(f"{self._where}: the choice does not stick")
        self._tab.remember(self._where, lambda: self._has(label, exact=exact))
        return True

    def offered(self, typed: str = "") -> list[str]:
        """What the list offers for this search; it is closed again."""
        self._unfold(typed)
        self._until(lambda: self._options().count() > 0 and not self._page(_BUSY).count(), self._tab.limit_ms / 4)
        with in_our_words(self._where):
            names = [_squeeze(text) for text in self._options().all_inner_texts()]
        self._fold()
        return names

    def chosen(self) -> str:
        """What is chosen, several with commas between; "" where nothing is."""
        return _squeeze(str(self._ask(scripts.READ)))

    def _now(self) -> Locator:
        found = self.all()
        return (found if found is not None else self._finders[0]().locator(_BOX).filter(visible=True).locator(_LIST)).first

    def _page(self, css: str) -> Locator:
        return self._now().locator("xpath=ancestor::html").locator(css).filter(visible=True)

    def _options(self) -> Locator:
        return self._page(_OPTIONS)

    def _unfold(self, typed: str) -> None:
        """Open it and search: by keys, for that is what the library listens to."""
        box = self._do(lambda found, _ms: found.locator(_BOX))
        if not box.and_(self._page(_OPEN)).count():
            Element(self._tab, self._where, [lambda: self._now().locator(_BOX).locator("css=.select2-selection")]).click()
        if typed and self._until(lambda: self._page(_SEARCH).count() > 0, SLICE_MS):
            field = Element(self._tab, self._where, [lambda: self._page(_SEARCH).last])
            field._do(lambda found, ms: found.fill("", timeout=ms))  # noqa: SLF001
            field._do(lambda found, ms: found.press_sequentially(typed, timeout=ms))  # noqa: SLF001

    def _fold(self) -> None:
        with in_our_words(self._where):
            if (field := self._page(_SEARCH)).count():
                field.last.press("Escape", timeout=SLICE_MS)

    def _has(self, label: str, *, exact: bool) -> bool:
        shown = self._now().evaluate_all(f"nodes => nodes.map({scripts.CHOSEN_OPTIONS})")
        return any(_says(text, label, exact=exact) for text in (shown[0] if shown else []))

    def _lasts(self, label: str, *, exact: bool) -> bool:
        self._tab.wait(SETTLE_MS)
        with in_our_words(self._where):
            return self._has(label, exact=exact)
