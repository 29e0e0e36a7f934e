"""What every portal shares: its settings from portal.yaml, its screens, its evidence, and what can come instead of any page."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BeforeValidator, Field

from payerbot.browser.locate import Element, Screen, Tab
from payerbot.errors import (
    BotWall,
    CodeWanted,
    PageChanged,
    PasskeyWanted,
    PasswordExpired,
    PortalDown,
    PortalError,
    PortalSlow,
    ProfileWanted,
    QuestionWanted,
    SessionLost,
    SignedOutByPerson,
    TermsPage,
)
from payerbot.model import Frozen, Request
from portals.workdays import business_days_after, is_holiday

Rule = Literal["forbidden", "unknown", "ask_first", "registered_only", "permitted"]
Meaning = Literal[
    "session_lost", "down", "bot_wall", "terms", "method", "code", "sent_code", "trust", "password", "passkey", "question", "profile"
]
MEANS: dict[str, type[PortalError]] = {
    "session_lost": SessionLost,
    "down": PortalDown,
    "bot_wall": BotWall,
    "terms": TermsPage,
    "method": CodeWanted,
    "code": CodeWanted,
    "sent_code": CodeWanted,  # one that the portal sends: never the authenticator's
    "password": PasswordExpired,
    "passkey": PasskeyWanted,
    "question": QuestionWanted,
    "profile": ProfileWanted,
}
BUSY = 429  # HTTP: too many requests
DAYS_AHEAD = 14  # no portal is closed longer
SOON_MS = 4_000  # what comes together with something that is there already comes within this, or not at all


class Automation(Frozen):
    """What is known of the portal's rule on automated use, and where from."""

    rule: Rule
    source: str
    as_of: date


class Pace(Frozen):
    """How gently the portal is used; a twin on loopback may skip it."""

    seconds: float = Field(ge=0)  # least time between two searches
    jitter: float = Field(default=0.0, ge=0)
    daily_cap: int = Field(default=5_000, gt=0)


class Hours(Frozen):
    """When the portal is served, in its own zone."""

    zone: str
    opens: time = time(0, 0)
    closes: time = time(23, 59, 59)
    holidays: bool = True  # False: closed on US federal holidays

    def next_open(self, now: datetime) -> datetime | None:
        """None while the portal is served, else when it will be."""
        zone = ZoneInfo(self.zone)
        local = now.astimezone(zone).replace(microsecond=0)
        if self._served(local):
            return None
        days = (local.date() + timedelta(days=n) for n in range(DAYS_AHEAD))
        starts = (datetime.combine(day, self.opens, zone) for day in days if self._works_on(day))
        return next(start for start in starts if start > local)

    def _served(self, local: datetime) -> bool:
        today, at = local.date(), local.time()
        if self.opens <= self.closes:
            return self._works_on(today) and self.opens <= at <= self.closes
        began = today if at >= self.opens else today - timedelta(days=1)  # open past midnight
        return self._works_on(began) and (at >= self.opens or at <= self.closes)

    def _works_on(self, day: date) -> bool:
        return self.holidays or not is_holiday(day)


class SignIn(Frozen):
    """The declared sign-in: where it starts, its form, and what each screen or banner afterwards means.

    A portal may ask for the user id and the password on one page or on several, in more than one layout: `form` names all the screens
    that can come, each with what it has of user, password, choose (a list of the kinds of user id), enter and banner.
    """

    path: str
    home: str  # shows the signed-in page while a saved session lives
    form: Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
    choose: str = ""  # the kind of user id to choose, where a page asks for it
    signed_in: str  # the screen that only a signed-in user sees, with leave
    leave_shows: str  # the screen that proves the sign-out
    words: Mapping[Literal["refused", "locked", "expired", "down", "code_refused", "bot_wall", "other_session"], tuple[str, ...]]
    after: Mapping[str, Meaning] = {}  # screens that may come next
    sends_code: str = "a code by e-mail"  # the way, where the portal sends one by itself once the password is given (sent_code)
    authenticator: str = "Authenticator"  # the words by which the method list names an authenticator app


class PortalConfig(Frozen):
    """portals/<slug>/portal.yaml."""

    title: str
    base_url: str
    hosts: tuple[str, ...]
    sign_in: SignIn
    leave: Literal["keep", "sign_out"]
    anywhere: Mapping[str, Meaning] = {}  # screens that can come instead of any other
    interruptions: tuple[str, ...] = ()  # pop-ups with a landmark and a close, put away whenever they stand in the way
    accepts_dialogs: tuple[str, ...] = ()  # words of the browser's own dialogs that are answered with OK; any other is a changed page
    pace: Pace
    hours: Hours
    lag_days: int = 0  # business days before a new claim can be seen
    list_days: int = 0  # the longest span of days that one list of claims can be asked for
    auth_lag_days: int = 1  # days before the portal surely shows a request that it took
    code_life_seconds: float = 300.0
    automation: Automation
    capabilities: Mapping[str, str] = {}  # job -> how well its screens are documented


class Portal:
    """A portal's adapter drives its pages: one method per capability; it knows neither ledger nor engine.

    Where its portal.yaml has `sites`, the same pages are run in several places (a state's, a brand's) with other addresses, sign-ins and
    rules: each site is a portal of its own, <family>-<site>, with its own logins and its own permission.
    """

    known: ClassVar[dict[str, type[Portal]]] = {}
    slug: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[str]  # the folder's name: whose selectors these are
    site: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        if "slug" not in vars(cls):  # a family base has none of its own
            return
        if not cls.site:
            cls.family = cls.slug
            sites = _raw(cls.settings_file()).get("sites", {})
            for site in sites:
                named = {"slug": f"{cls.slug}-{site}", "site": site, "title": str(sites[site]["title"]), "__module__": cls.__module__}
                type(f"{cls.__name__}_{site}", (cls,), named)
            if sites:
                return
        Portal.known[cls.slug] = cls

    def __init__(self, tab: Tab, *, base_url: str | None = None, today: date | None = None, first_rung: str = "") -> None:
        self.tab = tab
        self.config = self.settings()
        if self.config.accepts_dialogs:
            tab.accept_dialogs(*self.config.accepts_dialogs)
        self.base_url = (base_url or self.config.base_url).rstrip("/")
        self.today = today or datetime.now(ZoneInfo(self.config.hours.zone)).date()
        self.first_rung = first_rung
        self.kept: list[str] = []

    @classmethod
    def settings(cls) -> PortalConfig:
        """The portal's own settings file, read once; what its site says goes before what holds for all of them."""
        return _settings(cls.settings_file(), cls.site)

    @classmethod
    def settings_file(cls) -> Path:
        """Where portal.yaml lies: beside the adapter."""
        return Path(str(sys.modules[cls.__module__].__file__)).with_name("portal.yaml")

    def begin(self, first_rung: str = "") -> None:
        """A new question: nothing is kept or remembered of the one before, also not of a form that it left half filled."""
        self.kept.clear()
        self.tab.forget()
        self.first_rung = first_rung

    def screen(self, name: str) -> Screen:
        """One of the portal's screens, by its name in the selectors."""
        return self.tab.screen(name)

    def go(self, path: str) -> None:
        """Load one of the portal's addresses; an HTTP error is an outage."""
        status = self.tab.goto(f"{self.base_url}{path}")
        if status >= 500 or status == BUSY:  # noqa: PLR2004  HTTP's own range
            raise PortalDown(f"address: the portal answers {status}")

    def tour(self, _ask: Request) -> Iterator[str]:
        """Open the screens that can be seen without asking about anybody, and name each one while it stands there."""
        yield self.config.sign_in.signed_in

    def too_new(self, sent: date | None) -> date | None:
        """The first day on which a claim sent that day must be on file; None where that day has come, or nobody knows when it was sent."""
        due = business_days_after(sent, self.config.lag_days + 1) if sent is not None else None
        return due if due is not None and due > self.today else None

    def keep(self, text: str | None = None) -> str:
        """Keep the page's text as evidence for the answer in hand; returns it."""
        words = self.tab.words() if text is None else text
        self.kept.append(words)
        return words

    def came(self, candidates: Mapping[str, Element], *, within_ms: float | None = None) -> str | None:
        """Which of these comes first, None when none does; what can come instead of any page raises its own error."""
        elsewhere = {f"*{name}": self.screen(name)["landmark"] for name in self.config.anywhere}
        came = self.tab.first_of(candidates, within_ms, seldom=elsewhere)
        if came is not None and came.startswith("*"):
            self.raise_for(came.removeprefix("*"))
        return came

    def expect(self, candidates: Mapping[str, Element], *, within_ms: float | None = None, what: str = "the next page") -> str:
        """Wait for any of these and say which came; PageChanged when none did, PortalSlow while a page is still on its way."""
        came = self.came(candidates, within_ms=within_ms)
        if came is None and self.tab.loading:
            raise PortalSlow(f"{what}: the page did not come in time")
        if came is None:
            raise PageChanged(f"{what}: none of {', '.join(candidates)} came")
        return came

    def must_have(self, page: Screen, *keys: str) -> None:
        """What belongs to a page that is there: PageChanged soon, not after the time that a page may take."""
        for key in keys:
            if not page[key].wait(SOON_MS):
                raise PageChanged(f"{page.name}.{key}: it is not there")

    def arrive(self, name: str, *, within_ms: float | None = None) -> Screen:
        """Wait for one screen's landmark; returns the screen, with nothing remembered of what was put into it when it showed before."""
        screen = self.screen(name)
        self.expect({name: screen["landmark"]}, within_ms=within_ms, what=name)
        self.tab.forget(name)
        return screen

    def raise_for(self, name: str) -> None:
        """Raise what this screen, come unasked, means."""
        meaning = self.config.anywhere[name]
        if meaning == "session_lost" and self._says("other_session"):
            raise SignedOutByPerson(f"{name}: the portal says that this user signed in elsewhere")
        raise MEANS[meaning](f"{name}: this screen came unasked")

    def _says(self, kind: Literal["other_session"]) -> bool:
        said = self.tab.words().casefold()
        return any(words.casefold() in said for words in self.config.sign_in.words.get(kind, ()))


@cache
def _settings(path: Path, site: str) -> PortalConfig:
    raw = {key: value for key, value in _raw(path).items() if key != "sites"}
    told = _over(raw, _raw(path)["sites"][site]) if site else raw
    return PortalConfig.model_validate(told | {"sign_in": _like(told["sign_in"], path)})


def _like(sign_in: dict[str, Any], path: Path) -> dict[str, Any]:
    """A sign-in that says `like: <folder>` is that folder's, but for what it says itself."""
    mine = {key: value for key, value in sign_in.items() if key != "like"}
    if "like" not in sign_in:
        return mine
    return _over(_like(_raw(path.parent.parent / sign_in["like"] / path.name)["sign_in"], path), mine)


@cache
def _raw(path: Path) -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}  # a test's adapter has none
    return raw


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, the part above going first; what is a mapping in both is put together the same way."""
    both = {key: _over(below[key], above[key]) for key in below.keys() & above.keys() if isinstance(below[key], dict)}
    return {**below, **above, **both}
