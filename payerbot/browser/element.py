"""One named element of a page, in our own words: fill, pick, click, read, wait. What is put in is read back."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as BrowserTimeout

from payerbot.browser import files, scripts
from payerbot.browser.trouble import REPLACED, in_our_words, named, was_delivered, was_replaced
from payerbot.errors import PageChanged, PortalSlow, ReadBackMismatch

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from playwright.sync_api import Locator

    from payerbot.browser.locate import Tab

SLICE_MS = 2_000  # no step waits longer than this without looking whether it should stop
SELDOM = 4  # what ends a wait for a file otherwise is looked for on every fourth turn
SETTLE_MS = 120  # a page that takes a choice back does so when it draws itself again
_SORTED_BY = re.compile(r"\s*[\u2191\u2193\u21c5\u25b2\u25b4\u25bc\u25be]+\s*$")  # the arrow of a sorted column
_PUNCTUATION = re.compile(r"[\s$,()/\-]+")

T = TypeVar("T")


class Element:
    """The ways to find it, in order, on the frames where it may be; the first that can be seen is used."""

    def __init__(self, tab: Tab, where: str, finders: Sequence[Callable[[], Locator]]) -> None:
        self._tab = tab
        self._where = where
        self._finders = finders

    @property
    def where(self) -> str:
        """Its name, for what is said of it: screen.element."""
        return self._where

    # --- is it there ---

    def visible(self) -> bool:
        """True where it can be seen right now."""
        return self.all() is not None

    def wait(self, within_ms: float | None = None) -> bool:
        """Wait until it can be seen; False when it did not come."""
        return self._until(self.visible, within_ms)

    def gone(self, within_ms: float | None = None) -> bool:
        """Wait until it can no longer be seen."""
        return self._until(lambda: not self.visible(), within_ms)

    def enabled(self, within_ms: float | None = None) -> bool:
        """Wait until it can be used."""
        return self._until(lambda: (seen := self.all()) is not None and seen.first.is_enabled(), within_ms)

    def count(self) -> int:
        """How many can be seen."""
        with in_our_words(self._where):
            return seen.count() if (seen := self.all()) is not None else 0

    def apart_from_now(self) -> Element:
        """The same, but for those that show now, word for word: a notice that stood there before is no reply."""
        with in_our_words(self._where):
            seen = self.all()
            now = [_anything_like(text) for text in (seen.all_text_contents() if seen is not None else [])]

        def other(find: Callable[[], Locator]) -> Callable[[], Locator]:
            def found() -> Locator:
                locator = find()
                for words in now:
                    locator = locator.filter(has_not_text=words)
                return locator

            return found

        return Element(self._tab, self._where, [other(find) for find in self._finders])

    # --- reading ---

    def text(self) -> str:
        """What a person reads there, be it text or the value of a field; PageChanged when it is not there."""
        return str(self._ask(scripts.READ)).strip()

    def texts(self) -> list[str]:
        """What a person reads in each of the elements that match; nothing there is an empty list."""
        with in_our_words(self._where):
            return [text.strip() for text in seen.all_inner_texts()] if (seen := self.all()) is not None else []

    def value(self) -> str:
        """What a field holds, also a disabled one; of a native list the value, not the words."""
        return self._do(lambda found, ms: found.input_value(timeout=ms)).strip()

    def chosen(self) -> str:
        """What a list that opens shows as chosen, be it the field's value or the words that stand in its place."""
        return _squeeze(self._ask(scripts.CHOSEN))

    def attribute(self, name: str) -> str | None:
        """An attribute of the element."""
        return self._do(lambda found, ms: found.get_attribute(name, timeout=ms))

    def fields(self) -> dict[str, str]:
        """The values of the fields inside, also disabled ones, by their labels; passwords are left out."""
        return {label: value for label, value in self._ask(scripts.FIELDS) if label}

    def table(self) -> list[dict[str, str]]:
        """A table's rows by its own column heads, whatever their order; a second column of the same name is "name (2)".

        A row that does not fit the heads is PageChanged, for dropping it would lose a claim; a row of one wide cell is no row.
        """
        read = self._ask(scripts.TABLE)
        if read is None:
            raise PageChanged(f"{self._where}: there is no table")
        heads, rows = _numbered(read[0]), read[1]
        if any(len(row) != len(heads) for row in rows):
            raise PageChanged(f"{self._where}: a row does not fit the column heads")
        return [dict(zip(heads, row, strict=True)) for row in rows]

    # --- parts ---

    def nth(self, index: int) -> Element:
        """Of those that can be seen the one at this place, 0 first."""
        return self._part(f"[{index}]", lambda found: found.nth(index))

    def within(self, css: str) -> Element:
        """A part of it, for lists whose parts have no name of their own."""
        return self._part(" part", lambda found: found.locator(css))

    def each(self) -> list[Locator]:
        """The first match of each way, for this package only."""
        return [find().first for find in self._finders]

    def all(self) -> Locator | None:
        """What can be seen of the first way that shows anything, for this package only; None where nothing can be seen."""
        for find in self._finders:
            try:
                locator = find().filter(visible=True)
                if locator.first.is_visible():
                    return locator
            except BrowserError:
                continue  # the frame is being replaced: look again on the next turn
        return None

    # --- doing ---

    def click(self) -> None:
        """Click it, once: whatever happens after the click has begun is for the next wait to find out."""
        self._do(_click_once)

    def fill(self, value: str) -> None:
        """Put text in a field and read it back; a field that only takes key presses gets them."""
        self._put(value)
        self._tab.remember(self._where, lambda: same(self._shown(), value))

    def fill_secret(self, value: str) -> None:
        """Put a secret in a field and read it back; nothing of it is remembered or said."""
        self._put(value)

    def check(self, *, on: bool = True) -> None:
        """Tick or untick, and see that it stays."""
        self._do(lambda found, ms: found.set_checked(on, timeout=ms))
        self._tab.remember(self._where, lambda: (seen := self.all()) is None or seen.first.is_checked() is on)

    def file(self, within_ms: float | None = None, *, unless: Sequence[Element] = ()) -> bytes | None:
        """Click it, once, and take the file that comes: a download, or a PDF (else a web page) in another tab or a frame; or None.

        The wait ends too when one of `unless` shows. A PDF that a tab shows by itself is asked for once more where the browser did not
        keep it.
        """
        turns = itertools.count(1)

        def ended() -> bool:
            return self._tab.arrivals.came() or (next(turns) % SELDOM == 0 and any(other.visible() for other in unless))

        with self._tab.arrivals.caught():
            self.click()
            self._until(ended, within_ms)
            return self._tab.arrivals.file(self._where)

    def attach(self, paths: Sequence[Path]) -> None:
        """Put files into a field for files, also a hidden one, and see that their names show; keep the names neutral, they go out."""
        files.attach(self._tab, self._where, self._finders, paths)

    def choose(self, label: str) -> None:
        """Choose an option of a native list by what it shows; ReadBackMismatch where the list does not offer it."""
        if not self._choose(label, nth=0, exact=True):
            raise ReadBackMismatch(f"{self._where}: the list does not offer this choice")

    def options(self) -> list[str]:
        """What a native list offers."""
        return [text.strip() for text in self._do(lambda found, _ms: found.locator("option").all_text_contents())]

    def pick(self, label: str, *, typed: str | None = None, nth: int = 0, exact: bool = True) -> bool:
        """Choose from a list that opens on a click or on typing, or from a native one; False where the list does not have it.

        Typed text alone does not count as chosen at the portals that use such lists, and a field that shows the label already may
        only look chosen: the option itself is clicked, and the field read back. With `exact` off the option only has to hold the label.
        The choice can bring another generation of the page, so it is read back from whichever way then shows the field.
        """
        if self._ask(scripts.NATIVE):
            return self._choose(label, nth=nth, exact=exact)
        field = self._open(label if typed is None else typed)

        def options() -> Locator:
            return _options(field, label, exact=exact)

        if not self._until(lambda: options().count() > nth, self._tab.limit_ms / 4):
            self._close(field)
            return False
        Element(self._tab, self._where, [lambda: options().nth(nth)]).click()
        if not self._until(lambda: _chosen(self._now(), label, exact=exact), SLICE_MS) or not self._stays(label, exact=exact):
            raise ReadBackMismatch(f"{self._where}: the choice does not stick")
        self._tab.remember(self._where, lambda: _chosen(self._now(), label, exact=exact))
        return True

    def offered(self, typed: str = "") -> list[str]:
        """What a list that opens on a click or on typing offers now; it is closed again."""
        field = self._open(typed)
        self._until(lambda: _options(field).count() > 0, self._tab.limit_ms / 4)
        with in_our_words(self._where):
            names = [_squeeze(text) for text in _options(field).all_inner_texts()]
        self._close(field, empty=bool(typed))
        return names

    def fill_date(self, day: date) -> None:
        """Put a day in a date field that does not show it yet, be it one input or month, day and year segments; read back."""
        kind, shown = self._ask(scripts.DATE)
        if not _is_day(kind, shown, day):
            self._put_day(kind, shown, day)
        self._tab.remember(self._where, lambda: self._shows_day(day))

    # --- how it is done ---

    def _do(self, act: Callable[[Locator, float], T]) -> T:
        """Act on the first way that is there, in slices: a stop request is heard, and a frame that was replaced is found again.

        Where there is one way only the browser itself waits for it; looking first would be one more question to the page.
        """
        self._tab.pulse()
        end = time.monotonic() + self._tab.limit_ms / 1000
        direct = len(self._finders) == 1 and not self._tab.loading
        while True:
            found = self._now() if direct else self._found(end)
            left = max(1.0, (end - time.monotonic()) * 1000)
            try:
                return act(found, min(SLICE_MS, left))
            except BrowserTimeout:
                if not direct and time.monotonic() >= end:
                    raise PortalSlow(f"{self._where}: the step did not end in time") from None
            except BrowserError as trouble:
                if not direct and (not was_replaced(trouble) or time.monotonic() >= end):
                    raise named(self._where, trouble) from None
            direct = False
            self._tab.pulse()

    def _found(self, end: float) -> Locator:
        seen: list[Locator] = []

        def looked() -> bool:
            if (found := self.all()) is not None:
                seen.append(found.first)
            return bool(seen)

        if not self._until(looked, max(0.0, (end - time.monotonic()) * 1000)):
            raise PageChanged(f"{self._where}: it is not there")
        return seen[0]

    def _now(self) -> Locator:
        """The first way that can be seen, or, where there is none, what would have been the first."""
        found = self.all() if len(self._finders) > 1 else None
        return (found if found is not None else self._finders[0]().filter(visible=True)).first

    def _until(self, holds: Callable[[], bool], within_ms: float | None) -> bool:
        return self._tab.until(holds, within_ms, self._where)

    def _part(self, name: str, of: Callable[[Locator], Locator]) -> Element:
        def part(find: Callable[[], Locator]) -> Callable[[], Locator]:
            return lambda: of(find().filter(visible=True))

        return Element(self._tab, f"{self._where}{name}", [part(find) for find in self._finders])

    def _put(self, value: str) -> None:
        if same(self._do(lambda found, ms: _filled(found, value, ms)), value):
            return
        if not same(self._do(lambda found, ms: _typed(found, value, ms)), value):
            raise ReadBackMismatch(f"{self._where}: the field does not keep what was typed")

    def _put_day(self, kind: str, shown: Sequence[Sequence[str]], day: date) -> None:
        if kind == "parts":
            order = _in_order(shown)
            self._do(lambda found, ms: _type_parts(found, order, day, ms))
            if self._shows_day(day):
                return
            self._do(lambda found, ms: _type_parts(found, order, day, ms, clicking=True))
        else:
            field = Element(self._tab, self._where, [lambda: self._now().locator("input").first]) if kind == "around" else self
            field.fill_secret(f"{day:%Y-%m-%d}" if kind == "date" else f"{day:%m/%d/%Y}")
        if not self._shows_day(day):
            raise ReadBackMismatch(f"{self._where}: the date does not stick")

    def _shown(self) -> str:
        return self._now().input_value(timeout=SLICE_MS)

    def _shows_day(self, day: date) -> bool:
        with in_our_words(self._where):
            kind, shown = _read(self._now(), scripts.DATE)
        return _is_day(kind, shown, day)

    def _ask(self, script: str) -> Any:  # noqa: ANN401  what the script gives
        return self._do(lambda found, _ms: _read(found, script))

    # --- lists that open ---

    def _open(self, typed: str) -> Locator:
        """Open the list and type; a field that shows something already is emptied first, so that typing counts."""
        field = self._do(lambda found, _ms: found)
        typing, shown, _ = self._ask(scripts.LIST_FIELD)
        if typing and typed and shown:
            self._do(lambda found, ms: found.fill("", timeout=ms))
        self.click()
        if typing and typed:
            self._do(lambda found, ms: found.fill(typed, timeout=ms))
        return field

    def _close(self, field: Locator, *, empty: bool = True) -> None:
        """Close the list; nothing typed stays behind that would look like a choice."""
        with in_our_words(self._where), suppress(BrowserTimeout):
            if empty and _read(field, scripts.LIST_FIELD)[0]:
                field.fill("", timeout=SLICE_MS)
            field.press("Escape", timeout=SLICE_MS)

    def _stays(self, label: str, *, exact: bool) -> bool:
        self._tab.wait(SETTLE_MS)
        with in_our_words(self._where):
            return self.wait(SLICE_MS) and _chosen(self._now(), label, exact=exact)

    def _choose(self, label: str, *, nth: int, exact: bool) -> bool:
        """Choose from a native list; False where it does not have it."""

        def fitting() -> list[int]:
            return [at for at, name in enumerate(self.options()) if _says(name, label, exact=exact)]

        if not self._until(lambda: len(fitting()) > nth, self._tab.limit_ms / 4):
            return False
        index = fitting()[nth]
        self._do(lambda found, ms: found.select_option(index=index, timeout=ms))
        if not _says(self.text(), label, exact=exact):
            raise ReadBackMismatch(f"{self._where}: the choice does not stick")
        self._tab.remember(self._where, lambda: _says(self.text(), label, exact=exact))
        return True


def same(shown: str, wanted: str) -> bool:
    """True where a field holds what was typed; capitals and, in numbers, dates and ids, the separators of a mask are the portal's own."""
    shown, wanted = _squeeze(shown).casefold(), _squeeze(wanted).casefold()
    if shown == wanted:
        return True
    return bool(re.search(r"\d", wanted)) and _PUNCTUATION.sub("", shown) == _PUNCTUATION.sub("", wanted)


def _squeeze(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


def _anything_like(text: str) -> re.Pattern[str]:
    return re.compile(r"^\s*" + r"\s*".join(re.escape(word) for word in text.split()) + r"\s*$")


def _numbered(heads: Sequence[str]) -> list[str]:
    named: list[str] = []
    for head in (_SORTED_BY.sub("", _squeeze(head)) for head in heads):
        again = 1 + sum(other == head or re.fullmatch(rf"{re.escape(head)} \(\d+\)", other) is not None for other in named)
        named.append(head if again == 1 else f"{head} ({again})")
    return named


def _click_once(found: Locator, ms: float) -> None:
    try:
        found.click(timeout=ms)
    except BrowserError as trouble:
        if not was_delivered(trouble):
            raise


def _filled(field: Locator, value: str, ms: float) -> str:
    field.fill(value, timeout=ms)
    return field.input_value(timeout=ms)


def _typed(field: Locator, value: str, ms: float) -> str:
    field.fill("", timeout=ms)
    field.click(timeout=ms)
    field.press_sequentially(value, timeout=ms)
    return field.input_value(timeout=ms)


def _read(found: Locator, script: str) -> Any:  # noqa: ANN401  what the script gives
    """Ask a script about it in one message, without waiting."""
    told: list[Any] = found.evaluate_all(f"nodes => nodes.map({script})")
    if not told:
        raise BrowserError(REPLACED)
    return told[0]


def _options(field: Locator, label: str | None = None, *, exact: bool = True) -> Locator:
    """The open list's options: those of the list that the field says it controls, or else of its frame."""
    page, mine = field.locator("xpath=ancestor::html"), str(_read(field, scripts.LIST_FIELD)[2]).replace('"', "")
    around = page.locator(f'[id="{mine}"]') if mine else page
    found = around.get_by_role("option") if label is None else around.get_by_role("option", name=label, exact=exact)
    return found.and_(around.locator(":not(option)")).filter(visible=True)


def _chosen(field: Locator, label: str, *, exact: bool) -> bool:
    return _says(_read(field, scripts.CHOSEN), label, exact=exact)


def _says(shown: str, label: str, *, exact: bool) -> bool:
    shown, wanted = _squeeze(shown), _squeeze(label)
    return shown == wanted if exact else wanted.casefold() in shown.casefold()


def _in_order(shown: Sequence[Sequence[str]]) -> list[str]:
    """Which segment each one is; segments without a name are taken in the American order."""
    named = [which for which, _ in shown]
    return named if sorted(named) == ["D", "M", "Y"] else list("MDY")


def _day(kind: str, shown: Sequence[Sequence[str]]) -> list[int]:
    """Year, month and day as a date field shows them."""
    if kind == "parts":
        parts = {which: "".join(re.findall(r"[0-9]", text)) for which, (_, text) in zip(_in_order(shown), shown, strict=False)}
        return [int(parts.get(which) or 0) for which in "YMD"]
    numbers = [int(digits) for _, text in shown for digits in re.findall(r"[0-9]+", text)]
    return numbers if kind == "date" else [*numbers[2:], *numbers[:2]]


def _is_day(kind: str, shown: Sequence[Sequence[str]], day: date) -> bool:
    return _day(kind, shown) == [day.year, day.month, day.day]


def _type_parts(field: Locator, order: Sequence[str], day: date, ms: float, *, clicking: bool = False) -> None:
    """Type each segment; a field that wants to be clicked and emptied first is, the second time."""
    digits = {"M": f"{day:%m}", "D": f"{day:%d}", "Y": f"{day:%Y}"}
    parts = field.get_by_role("spinbutton")
    for place, which in enumerate(order):
        part = parts.nth(place)
        if clicking:
            part.click(timeout=ms)
            part.press("ControlOrMeta+a", timeout=ms)
            part.press("Backspace", timeout=ms)
        part.press_sequentially(digits[which], timeout=ms)
