"""Files in and out: what a click brings (a download, a PDF in another tab or in a frame), and what is attached to a form.

Nothing stays behind: a download is read and deleted at once, every tab that a file was asked for in is closed, also one that comes late.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as BrowserError

from payerbot.browser import scripts, tabs
from payerbot.browser.trouble import in_our_words, named
from payerbot.errors import PageChanged, PortalSlow, ReadBackMismatch, RunError

if TYPE_CHECKING:
    from playwright.sync_api import Download, Frame, Locator, Page, Request

    from payerbot.browser.locate import Tab

LIMIT_BYTES = 50_000_000
QUIET_MS = 1_500  # a tab that shows a web page may still be on its way to the file for that long
PDF = "application/pdf"


class Arrivals:
    """What comes beside the page. The browser's events are heard one by one, so that none of them holds up the wait in the page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._wanted = False
        self._ours = False  # a file was asked for here: from then on no tab is a person's, as it may be while one signs in
        self._got: list[bytes] = []
        self._why = ""  # why nothing can come, in the browser's words
        self._too_large = self._broken = False
        self._tabs: list[Page] = []
        self._downloads: list[Download] = []
        self._handed: list[Page] | None = None  # where a tab goes that is wanted as a place to work in
        page.on("popup", self._opened)
        page.on("download", self._download)

    @contextmanager
    def caught(self) -> Iterator[None]:
        """From here on what comes is wanted; at the end all of it is put away."""
        self._got, self._why, self._too_large, self._broken = [], "", False, False
        self._page.on("framenavigated", self._look)
        self._page.context.on("requestfailed", self._failed)
        self._wanted = self._ours = True
        try:
            yield
        finally:
            self._wanted = False
            self._page.remove_listener("framenavigated", self._look)
            self._page.context.remove_listener("requestfailed", self._failed)
            self._put_away()

    @contextmanager
    def let_in(self, opened: list[Page]) -> Iterator[None]:
        """A tab that the page opens here is no file's and no person's: it is handed over."""
        self._handed = opened
        try:
            yield
        finally:
            self._handed = None

    def came(self) -> bool:
        """True once there is a file, or none can come."""
        return bool(self._got or self._why or self._too_large or self._broken)

    def file(self, where: str) -> bytes | None:
        """The first that came; None where nothing did."""
        if self._got:
            return self._got[0]
        if self._too_large:
            raise PageChanged(f"{where}: the file is larger than payerbot takes")
        if self._why:
            raise named(where, self._why)
        if self._broken:
            raise PortalSlow(f"{where}: the download broke off")
        return None

    # --- what the browser tells ---

    def _opened(self, tab: Page) -> None:
        if self._handed is not None:
            self._handed.append(tab)
            return
        if not self._wanted:
            if self._ours:
                tabs.close(tab)
            return
        self._tabs.append(tab)
        tab.on("download", self._download)
        tab.on("framenavigated", self._look)
        self._look(tab.main_frame)

    def _download(self, download: Download) -> None:
        self._downloads.append(download)
        try:
            if self._wanted:
                self._keep(Path(download.path()))
            else:
                download.cancel()
        except (BrowserError, OSError):
            self._broken = True
        finally:
            with suppress(BrowserError):
                download.delete()
            self._downloads.remove(download)

    def _keep(self, path: Path) -> None:
        if path.stat().st_size > LIMIT_BYTES:
            self._too_large = True
        else:
            self._got.append(path.read_bytes())

    def _look(self, frame: Frame) -> None:
        """Take what a frame shows when that is a PDF, or a web page that stays in a tab of its own; the page itself keeps its own."""
        with suppress(BrowserError):
            kind = frame.evaluate(scripts.KIND)
            if kind == PDF:
                self._take(frame)
            elif frame.page != self._page and frame.parent_frame is None and frame.url.startswith("http"):
                self._take_page(frame)

    def _take(self, frame: Frame) -> None:
        """Ask the page for it that made it, else the tab itself; the viewer keeps the bytes to itself."""
        makers = [one for one in self._page.frames if frame.url.startswith(f"blob:{_origin(one.url)}/") and one != frame]
        for asked in (*makers, frame):
            with suppress(BrowserError):
                told = asked.evaluate(scripts.FETCH, [frame.url, LIMIT_BYTES])
                if told is None:
                    self._too_large = True
                else:
                    self._got.append(base64.b64decode(told))
                return

    def _take_page(self, frame: Frame) -> None:
        shown = frame.url
        frame.page.wait_for_timeout(QUIET_MS)
        if frame.url == shown and not self.came():
            self._got.append(str(frame.evaluate(scripts.SOURCE)).encode())

    def _failed(self, request: Request) -> None:
        """A tab that did not get its page; what the page itself does not get is the page's trouble."""
        if request.is_navigation_request() and "ERR_ABORTED" not in str(request.failure) and not self._is_in_page(request):
            self._why = str(request.failure)

    def _is_in_page(self, request: Request) -> bool:
        try:
            return request.frame.page == self._page
        except BrowserError:
            return False  # a tab that is not there yet

    def _put_away(self) -> None:
        for download in list(self._downloads):  # also one that was read and is just being deleted
            with suppress(BrowserError):
                download.cancel()
                download.delete()
        while self._tabs:
            tabs.close(self._tabs.pop())


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


# --- files that go in -----------------------------------------------------------------------------------------------------------------


def attach(tab: Tab, where: str, finders: Sequence[Callable[[], Locator]], paths: Sequence[Path]) -> None:
    """Put these files into a field for files, also one that hides behind a button, and see that the field or the page shows their names."""
    if not all(path.is_file() for path in paths):
        raise RunError(f"{where}: a file that should be attached is not there any more; prepare the request again.")
    names = [path.name for path in paths]
    if not tab.until(lambda: _field(finders) is not None, None, where):
        raise PageChanged(f"{where}: there is no one field for files")
    with in_our_words(where):
        field = _field(finders)
        if field is None or (len(names) > 1 and not _held(field)[1]):
            raise ReadBackMismatch(f"{where}: the field takes one file only")
        field.set_input_files(list(paths), timeout=tab.limit_ms)
    if not tab.until(lambda: _shown(finders, names), None, where):
        raise ReadBackMismatch(f"{where}: the field does not keep the files")
    tab.remember(where, lambda: _shown(finders, names))


def _field(finders: Sequence[Callable[[], Locator]]) -> Locator | None:
    """The field that a person uses: one that can be seen, or the only hidden one that stands where a person looks."""
    for find in finders:
        seen = find().filter(visible=True)
        if seen.count():
            return seen.first
    for find in finders:
        hidden = [one for one in find().all() if _held(one)[2]]
        if len(hidden) == 1:
            return hidden[0]
    return None


def _held(field: Locator) -> tuple[list[str], bool, bool]:
    told: list[Any] = field.evaluate_all(f"nodes => nodes.map({scripts.ATTACHED})")
    names, several, in_sight = told[0] if told else ([], False, False)
    return names, several, in_sight


def _shown(finders: Sequence[Callable[[], Locator]], names: Sequence[str]) -> bool:
    """True where the field holds them, or, where the page took them out of it, the page lists them."""
    field = _field(finders)
    if field is not None and _held(field)[0] == list(names):
        return True
    words = " ".join(_around(finders[0]()).all_inner_texts())
    return bool(names) and all(name in words for name in names)


def _around(field: Locator) -> Locator:
    """The body of the field's own frame; of the page where the field is gone."""
    own = field.locator("xpath=ancestor::body").first
    return own if own.count() else field.page.locator("body")
