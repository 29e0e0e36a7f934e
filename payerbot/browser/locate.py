"""From a name in selectors/<portal>.yaml to an element on the page, in our own words.

Playwright's errors repeat what was typed, so nothing of it leaves this module: every failure becomes one of ours, ``from None``.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as BrowserTimeout

from payerbot.errors import PageChanged, PortalDown, PortalSlow, ReadBackMismatch

if TYPE_CHECKING:
    from datetime import date

    from playwright.sync_api import FrameLocator, Locator, Page

    from payerbot.browser.selectors import ScreenSpec, Selectors, Way

SLICE_MS = 2_000  # a wait looks up this often whether it should stop
POLL_MS = 30
SELDOM = 8

_OUTLINE = """(nodes, parts) => nodes.map(node => {
  const named = [...node.querySelectorAll(Object.values(parts).join(','))];
  return named.map(part => [Object.keys(parts).find(name => part.matches(parts[name])), (part.innerText || '').trim()]);
})"""
_TABLE = """node => {
  const kinds = 'table,[role=table],[role=grid]';
  const table = node.matches(kinds) ? node : node.querySelector(kinds);
  if (!table) return null;
  const text = cell => (cell.innerText || '').trim();
  const heads = [...table.querySelectorAll('thead th,[role=columnheader]')].map(text);
  const cells = ':scope > td, :scope > [role=cell], :scope > [role=gridcell], :scope > th[scope=row]';
  const rows = [...table.querySelectorAll('tbody tr,[role=row]')].map(row => [...row.querySelectorAll(cells)]);
  return [heads, rows.filter(cells => cells.length).map(cells => cells.map(text))];
}"""


@contextmanager
def in_our_words(where: str) -> Iterator[None]:
    """Turn what the browser says into what happens next, without repeating what was typed."""
    try:
        yield
    except BrowserTimeout:
        raise PortalSlow(f"{where}: the step did not end in time") from None
    except BrowserError as trouble:
        raise _named(where, trouble.message) from None


def _named(where: str, text: str) -> PortalDown | PortalSlow | PageChanged:
    if "net::ERR_PROXY" in text or "net::ERR_TUNNEL" in text:
        return PageChanged(f"{where}: the page led to a host that is not the portal's")
    if "net::" in text or "NS_ERROR" in text:
        code = re.search(r"net::(ERR_[A-Z_]+)", text)
        return PortalDown(f"{where}: the portal cannot be reached ({code[1] if code else 'network'})")
    if "closed" in text or "crash" in text:
        return PortalSlow(f"{where}: the browser went away")
    return PageChanged(f"{where}: the page did not do what it should")


class Element:
    """One named element: the ways to find it on the frames where it may be."""

    def __init__(
        self, page: Page, where: str, finders: Sequence[Callable[[], Locator]], pulse: Callable[[], None], limit_ms: float
    ) -> None:
        self._page = page
        self._where = where
        self._finders = finders
        self._pulse = pulse
        self._limit = limit_ms

    def visible(self) -> bool:
        """True where it can be seen right now."""
        return self._seen() is not None

    def wait(self, within_ms: float | None = None) -> bool:
        """Wait until it can be seen; False when it did not come."""
        return self._until(lambda: self._seen() is not None, within_ms)

    def gone(self, within_ms: float | None = None) -> bool:
        """Wait until it can no longer be seen."""
        return self._until(lambda: self._seen() is None, within_ms)

    def text(self) -> str:
        """What a person reads there; PageChanged when it is not there."""
        with in_our_words(self._where):
            return self._found().inner_text(timeout=self._limit).strip()

    def texts(self) -> list[str]:
        """What a person reads in each of the elements that match."""
        with in_our_words(self._where):
            return [text.strip() for text in (self._seen(many=True) or self._finders[0]()).all_inner_texts()]

    def value(self) -> str:
        """What a field holds."""
        with in_our_words(self._where):
            return self._found().input_value(timeout=self._limit).strip()

    def attribute(self, name: str) -> str | None:
        """An attribute of the element."""
        with in_our_words(self._where):
            return self._found().get_attribute(name, timeout=self._limit)

    def count(self) -> int:
        """How many there are."""
        with in_our_words(self._where):
            return (self._seen(many=True) or self._finders[0]()).count()

    def all(self) -> Locator | None:
        """What matches, for this module only; None where nothing can be seen."""
        return self._seen(many=True)

    def nth(self, index: int) -> Element:
        """The one at this place, 0 first."""
        return Element(self._page, f"{self._where}[{index}]", [lambda f=f: f().nth(index) for f in self._finders], self._pulse, self._limit)  # type: ignore[misc]

    def within(self, css: str) -> Element:
        """A part of it, for lists whose parts have no name of their own."""
        return Element(self._page, f"{self._where} part", [lambda f=f: f().locator(css) for f in self._finders], self._pulse, self._limit)  # type: ignore[misc]

    def click(self) -> None:
        """Click it."""
        self._pulse()
        with in_our_words(self._where):
            self._found().click(timeout=self._limit)

    def enabled(self, within_ms: float | None = None) -> bool:
        """Wait until it can be used."""
        return self._until(lambda: (seen := self._seen()) is not None and seen.is_enabled(), within_ms)

    def fill(self, value: str) -> None:
        """Put text in a field and read it back."""
        self._pulse()
        with in_our_words(self._where):
            field = self._found()
            field.fill(value, timeout=self._limit)
            shown = field.input_value(timeout=self._limit)
        if shown.strip() != value.strip():
            raise ReadBackMismatch(f"{self._where}: the field does not keep what was typed")

    def fill_secret(self, value: str) -> None:
        """Put a secret in a field; it is not read back."""
        self._pulse()
        with in_our_words(self._where):
            self._found().fill(value, timeout=self._limit)

    def check(self, *, on: bool = True) -> None:
        """Tick or untick."""
        self._pulse()
        with in_our_words(self._where):
            self._found().set_checked(on, timeout=self._limit)

    def choose(self, label: str) -> None:
        """Choose an option of a native list by what it shows."""
        self._pulse()
        with in_our_words(self._where):
            self._found().select_option(label=label, timeout=self._limit)

    def options(self) -> list[str]:
        """What a native list offers."""
        with in_our_words(self._where):
            return [text.strip() for text in self._found().locator("option").all_inner_texts()]

    def pick(self, label: str, *, typed: str | None = None, nth: int = 0, exact: bool = True) -> bool:
        """Choose from a list that opens on a click or on typing; False where the list does not have it.

        Typed text alone does not count as chosen at the portals that use such lists, so the option itself is clicked and the
        field read back. With `exact` off the option only has to hold the label.
        """
        self._pulse()
        with in_our_words(self._where):
            field = self._found()
            typing = field.evaluate("node => node.tagName === 'INPUT'")
            option = self._beside(lambda root: root.get_by_role("option", name=label, exact=exact))
            field.click(timeout=self._limit)
            if typing:
                field.fill(typed if typed is not None else label, timeout=self._limit)
            if not self._until(lambda: option().count() > nth, self._limit / 4):
                self._page.keyboard.press("Escape")
                return False
            option().nth(nth).click(timeout=self._limit)
            kept = self._until(lambda: _holds(_shown(field, typing=typing), label, exact=exact), 2_000)
        if not kept:
            raise ReadBackMismatch(f"{self._where}: the choice does not stick")
        return True

    def offered(self, typed: str = "") -> list[str]:
        """What a list that opens on typing offers now; it is closed again."""
        self._pulse()
        with in_our_words(self._where):
            field = self._found()
            field.click(timeout=self._limit)
            if typed:
                field.fill(typed, timeout=self._limit)
            option = self._beside(lambda root: root.get_by_role("option"))
            self._until(lambda: option().count() > 0, self._limit / 4)
            names = [text.strip() for text in option().all_inner_texts()]
            field.press("Escape")
            return names

    def fill_date(self, day: date) -> None:
        """Put a day in a date field, be it one input or month, day and year segments; read back."""
        self._pulse()
        with in_our_words(self._where):
            field = self._found()
            if field.evaluate("node => node.tagName") == "INPUT":
                field.fill(f"{day:%m/%d/%Y}", timeout=self._limit)
                shown = re.findall(r"\d+", field.input_value(timeout=self._limit))
            else:
                parts = field.get_by_role("spinbutton")
                parts.first.click(timeout=self._limit)
                self._page.keyboard.type(f"{day:%m%d%Y}")
                shown = [text.strip() for text in parts.all_inner_texts()]
        if [part.lstrip("0") for part in shown] != [str(day.month), str(day.day), str(day.year)]:
            raise ReadBackMismatch(f"{self._where}: the date does not stick")

    def table(self) -> list[dict[str, str]]:
        """A table's rows by its own column heads, whatever their order."""
        with in_our_words(self._where):
            read = self._found().evaluate(_TABLE)
        if read is None:
            raise PageChanged(f"{self._where}: there is no table")
        heads, rows = read
        return [dict(zip(heads, row, strict=False)) for row in rows if len(row) == len(heads)]

    def _beside(self, find: Callable[[Any], Locator]) -> Callable[[], Locator]:
        """Something in the same frame as this element."""
        frame = self._found().element_handle(timeout=self._limit).owner_frame()
        if frame is None:
            raise PageChanged(f"{self._where}: its frame went away")
        return lambda: find(frame)

    def _found(self) -> Locator:
        """The first way that is there, waiting for it as long as a step may last."""
        if not self._until(lambda: self._seen() is not None, self._limit):
            raise PageChanged(f"{self._where}: it is not there")
        seen = self._seen()
        return seen if seen is not None else self._finders[0]().first

    def _seen(self, *, many: bool = False) -> Locator | None:
        for find in self._finders:
            try:
                locator = find()
                if locator.first.is_visible():
                    return locator if many else locator.first
            except BrowserError:
                continue  # the frame is being replaced: look again on the next turn
        return None

    def _until(self, holds: Callable[[], bool], within_ms: float | None) -> bool:
        """Look again and again, in slices, so that a stop request is heard."""
        end = time.monotonic() + (self._limit if within_ms is None else within_ms) / 1000
        heard = time.monotonic()
        while not holds():
            if time.monotonic() >= end:
                return False
            if time.monotonic() - heard > SLICE_MS / 1000:
                self._pulse()
                heard = time.monotonic()
            try:
                self._page.wait_for_timeout(POLL_MS)
            except BrowserError:
                raise PortalSlow(f"{self._where}: the browser went away") from None
        return True


class Screen:
    """The elements of one page of one portal, by name."""

    def __init__(self, page: Page, name: str, spec: ScreenSpec, pulse: Callable[[], None], limit_ms: float) -> None:
        self._page = page
        self._spec = spec
        self._pulse = pulse
        self._limit = limit_ms
        self.name = name

    def __getitem__(self, key: str) -> Element:
        return self.element(key)

    def element(self, key: str, **values: str) -> Element:
        """An element whose names may hold {placeholders} for these values."""
        finders = [finder for way in self._spec.elements[key] for finder in self._finders(way, values)]
        return Element(self._page, f"{self.name}.{key}", finders, self._pulse, self._limit)

    def arrive(self, key: str = "landmark", within_ms: float | None = None) -> None:
        """Wait until the page shows its landmark, or say which one is missing."""
        if not self[key].wait(within_ms):
            raise PageChanged(f"{self.name}: {key!r} did not appear")

    def outline(self, container: str, parts: Sequence[str]) -> list[list[tuple[str, str]]]:
        """For each element that matches `container`: the names and texts of its parts, in reading order."""
        css = {name: ", ".join(str(way.css) for way in self._spec.elements[name]) for name in parts}
        with in_our_words(f"{self.name}.{container}"):
            found = self[container].all()
            read = found.evaluate_all(_OUTLINE, css) if found is not None else []
        return [[(name, text) for name, text in one] for one in read]

    def here(self) -> bool:
        """True where the landmark can be seen right now."""
        return self["landmark"].visible()

    def ways(self) -> Iterator[tuple[str, int, Way, bool]]:
        """Each element's ways and whether each one matches now, for `selectors check`."""
        for key, ways in self._spec.elements.items():
            for number, way in enumerate(ways):
                finders = self._finders(way, {})
                yield key, number, way, any(_count(finder) > 0 for finder in finders)

    def _finders(self, way: Way, values: Mapping[str, str]) -> list[Callable[[], Locator]]:
        return [lambda frame=frame: self._locator(self._root(frame), way, values) for frame in self._spec.frames]  # type: ignore[misc]

    def _root(self, frame: Way | None) -> Page | FrameLocator:
        return self._page if frame is None else self._page.frame_locator(str(frame.css))

    def _locator(self, root: Any, way: Way, values: Mapping[str, str]) -> Locator:  # noqa: ANN401  Page, FrameLocator or Locator alike
        if way.within is not None:
            root = self._locator(root, self._spec.elements[way.within][0], values)
        said = {kind: _fill_in(getattr(way, kind), values) for kind in ("label", "name", "text", "placeholder", "title", "test_id", "css")}
        found = _by(root, way, said)
        if way.has_text is not None:
            found = found.filter(has_text=_fill_in(way.has_text, values))
        return found if way.nth is None else found.nth(way.nth)


def _shown(field: Locator, *, typing: bool) -> str:
    return (field.input_value() if typing else field.inner_text()).strip()


def _holds(shown: str, label: str, *, exact: bool) -> bool:
    return shown == label if exact else label.casefold() in shown.casefold()


def _by(root: Any, way: Way, said: Mapping[str, str | None]) -> Locator:  # noqa: ANN401, PLR0911  one line a kind
    if way.role is not None:
        return root.get_by_role(way.role, name=said["name"], exact=way.exact) if way.name is not None else root.get_by_role(way.role)  # type: ignore[no-any-return]
    if way.label is not None:
        return root.get_by_label(said["label"], exact=way.exact)  # type: ignore[no-any-return]
    if way.text is not None:
        return root.get_by_text(said["text"], exact=way.exact)  # type: ignore[no-any-return]
    if way.placeholder is not None:
        return root.get_by_placeholder(said["placeholder"], exact=way.exact)  # type: ignore[no-any-return]
    if way.title is not None:
        return root.get_by_title(said["title"], exact=way.exact)  # type: ignore[no-any-return]
    if way.test_id is not None:
        return root.get_by_test_id(said["test_id"])  # type: ignore[no-any-return]
    return root.locator(said["css"])  # type: ignore[no-any-return]


def _fill_in(pattern: str | None, values: Mapping[str, str]) -> str | None:
    if pattern is None or not values:
        return pattern
    return re.sub(r"\{(\w+)\}", lambda hit: values.get(hit[1], hit[0]), pattern)


def _count(finder: Callable[[], Locator]) -> int:
    try:
        return finder().count()
    except BrowserError:
        return 0


class Tab:
    """The one page a bot works on, without anything of Playwright showing."""

    def __init__(self, page: Page, selectors: Selectors, *, pulse: Callable[[], None] = lambda: None, step_seconds: float = 30.0) -> None:
        self._page = page
        self._selectors = selectors
        self._pulse = pulse
        self.limit_ms = step_seconds * 1000

    @property
    def url(self) -> str:
        """Where the page is."""
        return self._page.url

    def screen(self, name: str) -> Screen:
        """One of the portal's screens."""
        return Screen(self._page, name, self._selectors.screens[name], self._pulse, self.limit_ms)

    def screens(self) -> Iterator[Screen]:
        """All of them."""
        return (self.screen(name) for name in self._selectors.screens)

    def goto(self, url: str) -> int:
        """Load an address; returns the HTTP status (0 where only the part after # changed)."""
        self._pulse()
        with in_our_words("address"):
            answer = self._page.goto(url, wait_until="commit", timeout=self.limit_ms)
            return answer.status if answer else 0

    def reload(self) -> int:
        """Load the page again."""
        self._pulse()
        with in_our_words("address"):
            answer = self._page.reload(wait_until="commit", timeout=self.limit_ms)
            return answer.status if answer else 0

    def first_of(
        self, candidates: Mapping[str, Element], within_ms: float | None = None, *, seldom: Mapping[str, Element] | None = None
    ) -> str | None:
        """Which of these shows first, in their order; None when none came. `seldom` is looked for on every eighth turn only."""
        hit: list[str] = []
        turns = itertools.count(1)

        def looked() -> bool:
            now = candidates if not seldom or next(turns) % SELDOM else {**candidates, **seldom}
            hit[:] = [name for name, element in now.items() if element.visible()][:1]
            return bool(hit)

        anyone = next(iter(candidates.values()))
        anyone._until(looked, within_ms)  # noqa: SLF001  the same slices and the same stop as a single wait
        return hit[0] if hit else None

    def dismiss(self, interruption: Element, button: Element) -> None:
        """From now on close this pop-up whenever it stands in the way."""
        what, how = interruption._finders[0]().first, button._finders[0]().first  # noqa: SLF001
        self._page.add_locator_handler(what, lambda: how.click(timeout=2_000), no_wait_after=True)

    def words(self) -> str:
        """All text a person can read on the page and in its frames, for the evidence."""
        parts = []
        for frame in self._page.frames:
            try:
                parts.append(frame.locator("body").inner_text(timeout=2_000))
            except BrowserError:
                continue  # an empty or leaving frame says nothing
        return "\n\n".join(part.strip() for part in parts if part.strip())

    def picture(self) -> bytes:
        """A PNG of what can be seen."""
        with in_our_words("screenshot"):
            return self._page.screenshot(type="png", timeout=self.limit_ms)

    def pulse(self) -> None:
        """Give a stop request its chance."""
        self._pulse()

    def pause(self, seconds: float) -> None:
        """Let time pass in slices, so that a stop request is heard."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._pulse()
            with in_our_words("pause"):
                self._page.wait_for_timeout(min(left * 1000, SLICE_MS))
