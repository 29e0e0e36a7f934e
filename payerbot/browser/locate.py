"""From a name in selectors/<portal>.yaml to an element on the page, and the one page a bot works on."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as BrowserTimeout

from payerbot.browser import scripts, tabs
from payerbot.browser.element import SLICE_MS, Element
from payerbot.browser.files import Arrivals
from payerbot.browser.select2 import Select2
from payerbot.browser.trouble import in_our_words, named
from payerbot.errors import PageChanged, PortalDown, PortalSlow, ReadBackMismatch, RunError, StopAsked

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Frame, FrameLocator, Locator, Page, Request, Response

    from payerbot.browser.selectors import ScreenSpec, Selectors, Way

__all__ = ["Element", "Screen", "Tab"]

POLL_MS = 30
BRISK_SECONDS = 1.5  # what did not come by then is looked for less often: each look is work for this machine
CALM_MS = 100
SELDOM = 8
POP_UP_SECONDS = 0.5  # a wait looks this often whether a pop-up hides what it waits for
TAB_MS = 2_000  # a tab that a page opens while it goes elsewhere itself is there by then
ERROR_PAGE = "chrome-error:"
ELSEWHERE = (
    "interrupted by another navigation",
    "ERR_ABORTED",
    "Not attached to an active page",
)  # the page went somewhere by itself meanwhile
TALLEST = 12_000  # pixels of a picture
SERVER_ERROR = 500  # and above: HTTP's own range
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SPOKEN = ("label", "name", "text", "placeholder", "title", "test_id", "css", "beside")


class Screen:
    """The elements of one page of one portal, by name."""

    def __init__(self, tab: Tab, name: str, spec: ScreenSpec) -> None:
        self._tab = tab
        self._spec = spec
        self.name = name

    def __getitem__(self, key: str) -> Element:
        return self.element(key)

    def __contains__(self, key: str) -> bool:
        return key in self._spec.elements

    def element(self, key: str, **values: str) -> Element:
        """An element whose names may hold {placeholders} for these values."""
        return Element(self._tab, f"{self.name}.{key}", self._found_by(key, values))

    def select2(self, key: str, **values: str) -> Select2:
        """A Select2 list, named by the native list that it hides."""
        return Select2(self._tab, f"{self.name}.{key}", self._found_by(key, values))

    def _found_by(self, key: str, values: Mapping[str, str]) -> list[Callable[[], Locator]]:
        ways = self._spec.elements.get(key)
        if ways is None:
            raise RunError(f"The selectors have no '{key}' on the screen '{self.name}': add it to the selectors file.")
        if missing := {name for way in ways for name in _placeholders(way)} - set(values):
            raise RunError(
                f"The selector {self.name}.{key} needs a value for {', '.join(sorted(missing))}: mend the adapter or the selector."
            )
        return [finder for way in ways for finder in self._finders(way, values)]

    def arrive(self, key: str = "landmark", within_ms: float | None = None) -> None:
        """Wait until the page shows its landmark, or say which one is missing."""
        if not self[key].wait(within_ms):
            raise PageChanged(f"{self.name}: {key!r} did not appear")

    def here(self) -> bool:
        """True where the landmark can be seen right now."""
        return self["landmark"].visible()

    def kept(self) -> None:
        """Look once more at every field that was filled on this screen, before it is sent; ReadBackMismatch where one was changed."""
        self._tab.still_kept(self.name)

    def outline(self, container: str, parts: Sequence[str]) -> list[list[tuple[str, str]]]:
        """For each element that matches `container`: the names and texts of its parts, in reading order."""
        css = {name: ", ".join(str(way.css) for way in self._spec.elements[name]) for name in parts}
        with in_our_words(f"{self.name}.{container}"):
            found = self[container].all()
            read = found.evaluate_all(scripts.OUTLINE, css) if found is not None else []
        return [[(name, text) for name, text in one] for one in read]

    def ways(self) -> Iterator[tuple[str, int, Way, bool]]:
        """Each element's ways and whether each one matches now, for `selectors check`; those that need a value are left out."""
        for key, ways in self._spec.elements.items():
            for number, way in enumerate(ways):
                if not _placeholders(way):
                    yield key, number, way, any(_count(finder) > 0 for finder in self._finders(way, {}))

    def _finders(self, way: Way, values: Mapping[str, str]) -> list[Callable[[], Locator]]:
        return [partial(_find, root, way, values) for frame in self._spec.frames for root in self._roots(frame, way, values)]

    def _roots(self, frame: Way | None, way: Way, values: Mapping[str, str]) -> list[Callable[[], Any]]:
        """Where to look: the frame, or each way to find the element that it lies within."""
        if way.within is None:
            return [partial(self._tab.root, frame)]
        around = self._spec.elements[way.within]
        return [partial(_find, root, outer, values) for outer in around for root in self._roots(frame, outer, values)]


def _find(root: Callable[[], Any], way: Way, values: Mapping[str, str]) -> Locator:
    found = _by(root(), way, {kind: _fill_in(getattr(way, kind), values, css=kind == "css") for kind in _SPOKEN})
    if way.has_text is not None:
        found = found.filter(has_text=_fill_in(way.has_text, values))
    return found if way.nth is None else found.filter(visible=True).nth(way.nth)


def _by(root: Any, way: Way, said: Mapping[str, str | None]) -> Locator:  # noqa: ANN401  Page, FrameLocator or Locator alike
    finders: dict[str, Callable[[], Locator]] = {
        "label": lambda: root.get_by_label(_marked(said["label"]) if way.exact else said["label"]),
        "role": lambda: root.get_by_role(way.role, exact=way.exact, **({} if way.name is None else {"name": said["name"]})),
        "text": lambda: root.get_by_text(said["text"], exact=way.exact),
        "placeholder": lambda: root.get_by_placeholder(said["placeholder"], exact=way.exact),
        "title": lambda: root.get_by_title(said["title"], exact=way.exact),
        "test_id": lambda: root.get_by_test_id(said["test_id"]),
        "css": lambda: root.locator(f"css={said['css']}"),
        "beside": lambda: root.locator(f"beside={quote(said['beside'] or '', safe='')}"),
    }
    return finders[way.kind]()


def _marked(label: str | None) -> re.Pattern[str]:
    """The whole label, whether or not it carries the mark of a required field or a colon."""
    words = r"\s+".join(re.escape(word) for word in (label or "").split())
    return re.compile(rf"^\s*{words}\s*(?:[*:]|\(required\))*\s*$")


def _fill_in(pattern: str | None, values: Mapping[str, str], *, css: bool = False) -> str | None:
    def value(hit: re.Match[str]) -> str:
        said = values.get(hit[1], hit[0])
        return re.sub(r"([\"'\\])", r"\\\1", said) if css else said

    return pattern if pattern is None else _PLACEHOLDER.sub(value, pattern)


def _placeholders(way: Way) -> set[str]:
    return {name for kind in (*_SPOKEN, "has_text") for name in _PLACEHOLDER.findall(getattr(way, kind) or "")}


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
        self._pop_ups: list[tuple[Element, Element]] = []
        self._put_in: dict[str, Callable[[], bool]] = {}
        self._lost = ""  # why the last page did not load, in the browser's words
        self._moves = 0
        self._held: dict[Way, Frame] = {}
        self._by_name = False  # the browser watches for pop-ups by itself, also in frames that are yet to come
        self.loading = False  # while a page is asked for, whatever is asked of the old one waits with it, without a limit
        self.limit_ms = step_seconds * 1000
        self._accepted: tuple[str, ...] = ()
        self._strange_dialog = False
        self._take(page)

    def _take(self, page: Page) -> None:
        """Work on this page from now on."""
        self._page, self.loading, self._lost = page, False, ""
        self._held.clear()
        self._put_in.clear()
        self.arrivals = Arrivals(page)
        page.on("dialog", self._dialog)
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)
        page.on("framenavigated", self._moved)
        page.on("framenavigated", self._forget_frames)
        page.on("frameattached", self._forget_frames)
        page.on("framedetached", self._forget_frames)

    @property
    def url(self) -> str:
        """Where the page is."""
        return self._page.url

    def screen(self, name: str) -> Screen:
        """One of the portal's screens."""
        spec = self._selectors.screens.get(name)
        if spec is None:
            raise RunError(f"The selectors of {self._selectors.portal} have no screen '{name}': add it to the selectors file.")
        return Screen(self, name, spec)

    def screens(self) -> Iterator[Screen]:
        """All of them."""
        return (self.screen(name) for name in self._selectors.screens)

    def root(self, frame: Way | None) -> Page | Frame | FrameLocator:
        """The page, or one of its frames, for this package only.

        A frame is looked up once and held until any frame comes, goes or moves: to be found anew for every question makes each three
        times as long.
        """
        if frame is None:
            return self._page
        around = _find(lambda: self._page, frame, {})
        if self._by_name:
            return around.content_frame
        if frame not in self._held:
            self._hold(frame, around)
        return self._held.get(frame) or around.content_frame

    def _hold(self, frame: Way, around: Locator) -> None:
        with suppress(BrowserError):
            handles = around.element_handles()
            found = handles[0].content_frame() if len(handles) == 1 else None  # of two it is not known which
            for handle in handles:
                handle.dispose()
            if found is not None and not found.is_detached():
                self._held[frame] = found

    def _forget_frames(self, _frame: Frame) -> None:
        self._held.clear()

    # --- going somewhere ---

    def goto(self, url: str) -> int:
        """Load an address; returns the HTTP status (0 where only the part after # changed)."""
        return self._load(partial(self._page.goto, url))

    def reload(self) -> int:
        """Load the page again."""
        return self._load(self._page.reload)

    def follow(self, link: Element) -> bool:
        """Click what leads to another place, and go on there: in the tab that it opens (True), or in this one where it opens none.

        The tab that was left stays open behind the new one; of several that were left only the first does.
        """
        opened: list[Page] = []
        left, moves = self._page, self._moves
        with self.arrivals.let_in(opened):
            link.click()
            if not self.until(lambda: bool(opened) or self._moves > moves, None, link.where, meanwhile=True):
                raise PageChanged(f"{link.where}: it leads nowhere")
            self.until(lambda: bool(opened), TAB_MS, link.where, meanwhile=True)
        if not opened:
            return False
        for other in left.context.pages:
            if other not in (left.context.pages[0], opened[0]):
                tabs.close(other)
        self._take(opened[0])
        for what, button in self._pop_ups:
            self._watch(what, button)
        self.until(lambda: self._page.url.startswith("http"), None, link.where, meanwhile=True)
        return True

    def status(self) -> int:
        """The HTTP status of the page that is shown, 0 where it has none."""
        try:
            return int(self._page.evaluate(scripts.STATUS))
        except BrowserError:
            return 0  # it is being replaced

    def _load(self, start: Callable[..., Response | None]) -> int:
        """A slow page is waited for in slices, so that a stop request is heard."""
        self._pulse()
        self._put_in.clear()
        self._strange_dialog = False
        self._lost, moves = "", self._moves
        try:
            answer = start(wait_until="commit", timeout=min(SLICE_MS, self.limit_ms))
        except BrowserTimeout:
            pass
        except BrowserError as trouble:
            if not any(words in trouble.message for words in ELSEWHERE):
                raise named("address", trouble) from None
        else:
            return answer.status if answer else 0
        if not self.until(lambda: self._moves > moves, self.limit_ms - SLICE_MS, "address", meanwhile=True):
            raise PortalSlow("address: the page did not come in time")
        return self.status()

    def _asked(self, request: Request) -> None:
        if self._is_ours(request):
            self.loading = True

    def _answered(self, response: Response) -> None:
        if self._is_ours(response.request):
            self.loading = False

    def _failed(self, request: Request) -> None:
        if self._is_ours(request):
            self.loading = False
            if "ERR_ABORTED" not in str(request.failure):
                self._lost = str(request.failure)

    def _is_ours(self, request: Request) -> bool:
        return request.is_navigation_request() and request.frame == self._page.main_frame

    def _moved(self, frame: Frame) -> None:
        if frame == self._page.main_frame:
            self.loading = False
            if not frame.url.startswith(ERROR_PAGE):
                self._lost = ""
                self._moves += 1

    # --- waiting ---

    def until(self, holds: Callable[[], bool], within_ms: float | None, where: str, *, meanwhile: bool = False) -> bool:
        """Look again and again, in slices, so that a stop request is heard; a page that did not load ends the wait.

        While a page is on its way nothing is looked at, unless `meanwhile`: the question would wait as long as the page.
        """
        start = heard = cleared = time.monotonic()
        end = start + (self.limit_ms if within_ms is None else within_ms) / 1000
        while (self.loading and not meanwhile) or not _holds(holds):
            self._no_strange_dialog(where)
            now = time.monotonic()
            if self._lost:
                raise named(where, self._lost)
            if now >= end:
                return False
            if now - heard > SLICE_MS / 1000:
                self._pulse()
                self._must_be_served(where)
                heard = now
            if not self.loading and now - cleared > POP_UP_SECONDS:
                self._put_away_pop_ups()
                cleared = now
            self.wait(POLL_MS if now - start < BRISK_SECONDS else CALM_MS)
        return True

    def wait(self, ms: float) -> None:
        """Let the page go on for a moment, for this package only."""
        try:
            self._page.wait_for_timeout(ms)
        except BrowserError:
            raise PortalSlow("page: the browser went away") from None

    def first_of(
        self, candidates: Mapping[str, Element], within_ms: float | None = None, *, seldom: Mapping[str, Element] | None = None
    ) -> str | None:
        """Which of these shows first, in their order; None when none came. `seldom` is looked for on every eighth turn, and at the end."""
        hit: list[str] = []
        turns = itertools.count(1)
        rare = dict(seldom or {})

        def looked(*, everywhere: bool = False) -> bool:
            now = {**candidates, **rare} if everywhere or next(turns) % SELDOM == 0 else candidates
            hit[:] = _first_visible(now)
            if hit and hit[0] != next(iter(now)):  # the page may have changed between the first look and the last
                hit[:] = _first_visible(now) or hit
            return bool(hit)

        if not self.until(looked, within_ms, "page") and not self.loading:
            looked(everywhere=True)
        return hit[0] if hit else None

    def pulse(self) -> None:
        """Give a stop request its chance."""
        self._pulse()

    def pause(self, seconds: float) -> None:
        """Let time pass in slices, so that a stop request is heard."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._pulse()
            self.wait(min(left * 1000, SLICE_MS))

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """While something must not be left half done, a stop request waits; keep it short."""
        heard = self._pulse

        def alive() -> None:
            with suppress(StopAsked):
                heard()

        self._pulse = alive
        try:
            yield
        finally:
            self._pulse = heard

    def _must_be_served(self, where: str) -> None:
        if not self.loading and (status := self.status()) >= SERVER_ERROR:
            raise PortalDown(f"{where}: the portal answers {status}")

    # --- pop-ups ---

    def dismiss(self, interruption: Element, button: Element) -> None:
        """From now on close this pop-up whenever it stands in the way of a click or of what is waited for."""
        self._pop_ups.append((interruption, button))
        self._watch(interruption, button)

    def _watch(self, interruption: Element, button: Element) -> None:
        self._by_name = True
        watched = interruption.each()
        self._by_name = False
        for what in watched:
            self._page.add_locator_handler(what, partial(_close, button), no_wait_after=True)

    def _put_away_pop_ups(self) -> None:
        for what, button in self._pop_ups:
            if what.visible():
                _close(button, force=True)  # without it the click would call this pop-up's own handler first

    # --- the browser's own dialogs ---

    def accept_dialogs(self, *words: str) -> None:
        """Answer a dialog with OK that says any of these words; any other is dismissed, and is a page that changed."""
        self._accepted = tuple(word.casefold() for word in words)

    def _dialog(self, dialog: Dialog) -> None:
        said = dialog.message.casefold()
        with suppress(BrowserError):  # it went with its page
            if dialog.type == "beforeunload" or any(words in said for words in self._accepted):
                dialog.accept()
                return
            self._strange_dialog = True
            dialog.dismiss()

    def _no_strange_dialog(self, where: str) -> None:
        if self._strange_dialog:
            self._strange_dialog = False
            raise PageChanged(f"{where}: the page asked in a dialog that is not known")

    # --- what was put in ---

    def remember(self, where: str, holds: Callable[[], bool]) -> None:
        """A field was filled; `still_kept` asks again whether it holds."""
        self._put_in[where] = holds

    def forget(self, screen: str = "") -> None:
        """This screen, or every one, stands there as it comes: what was put in before is gone, and is not asked about."""
        for where in [where for where in self._put_in if not screen or where.startswith(f"{screen}.")]:
            del self._put_in[where]

    def still_kept(self, screen: str) -> None:
        """ReadBackMismatch where a field of this screen no longer shows what was put into it; each is asked once."""
        mine = [where for where in self._put_in if where.startswith(f"{screen}.")]
        for where, holds in [(where, self._put_in.pop(where)) for where in mine]:
            with in_our_words(where):
                if not holds():
                    raise ReadBackMismatch(f"{where}: the field no longer shows what was put into it")

    # --- evidence ---

    def words(self) -> str:
        """All text a person can read on the page and in its frames, for the evidence."""
        parts = [_words(frame) for frame in self._page.frames if not frame.url.startswith(ERROR_PAGE)]
        return "\n\n".join(part for part in parts if part)

    def picture(self) -> bytes:
        """A PNG of what can be seen."""
        with in_our_words("screenshot"):
            return self._page.screenshot(type="png", timeout=self.limit_ms)

    def whole_picture(self) -> bytes:
        """A PNG of all of the page, also of what a person would scroll to, inside its frames as well."""
        seen = self._page.viewport_size
        if seen is None:
            return self.picture()
        try:
            with in_our_words("screenshot"):
                below = max((_below(frame) for frame in self._page.frames), default=0)
                self._page.set_viewport_size({"width": seen["width"], "height": min(seen["height"] + below, TALLEST)})
            return self.picture()
        finally:
            with suppress(BrowserError):  # it may be gone
                self._page.set_viewport_size(seen)


def _first_visible(candidates: Mapping[str, Element]) -> list[str]:
    return [name for name in candidates if candidates[name].visible()][:1]


def _holds(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except BrowserError:
        return False  # something was torn out while it was looked at


def _close(button: Element, *, force: bool = False) -> None:
    with suppress(BrowserError):  # it went by itself; one that stays shows in the step that it blocks
        if (seen := button.all()) is not None:
            seen.first.click(timeout=SLICE_MS, force=force)


def _below(frame: Frame) -> int:
    """How many pixels of a frame lie below what it shows."""
    try:
        return int(frame.evaluate(scripts.BELOW))
    except BrowserError:
        return 0  # an empty or leaving frame


def _words(frame: Frame) -> str:
    try:
        if frame.parent_frame is not None and not frame.frame_element().is_visible():
            return ""
        return frame.locator("body").inner_text(timeout=SLICE_MS).strip()
    except BrowserError:
        return ""  # an empty or leaving frame says nothing
