"""Drives a portal's declared sign-in, as gently as a locked account deserves.

The intent is written down before the click; the banner's own words decide what a refusal was; a code gets one try; a bot wall is
never called a bad password and never solved.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, NoReturn, Protocol

import pyotp

from payerbot import steps
from payerbot.errors import (
    AccountLocked,
    BadCredentials,
    BotWall,
    Broken,
    CodeRefused,
    CodeWanted,
    PageChanged,
    PasskeyWanted,
    PasswordExpired,
    PortalDown,
    PortalError,
    ProfileWanted,
    QuestionWanted,
    RetryLater,
    SignInUnresolved,
    StopAsked,
    TermsPage,
)

if TYPE_CHECKING:
    from payerbot.browser.locate import Element, Screen
    from payerbot.ledger.records import SignInOutcome
    from portals.base import Meaning, Portal

_MEANT: dict[str, tuple[SignInOutcome, type[PortalError]]] = {  # what a banner's words or a screen mean: as written down, as raised
    "refused": ("refused", BadCredentials),
    "locked": ("locked", AccountLocked),
    "expired": ("password_expired", PasswordExpired),
    "password": ("password_expired", PasswordExpired),
    "bot_wall": ("bot_wall", BotWall),
    "terms": ("terms", TermsPage),
    "down": ("portal_down", PortalDown),
    "code_refused": ("code_refused", CodeRefused),
    "method": ("code_wanted", CodeWanted),
    "code": ("code_wanted", CodeWanted),
    "sent_code": ("code_wanted", CodeWanted),
    "passkey": ("code_wanted", PasskeyWanted),
    "question": ("code_wanted", QuestionWanted),
    "profile": ("code_wanted", ProfileWanted),
}
ATTENDED_MS = 600_000
_CODES: tuple[Meaning, ...] = ("code", "sent_code")
_ROUNDS = 6
_CODE_MARGIN = 4  # seconds a time-based code must still live when it is typed
_UNDISTURBED_MS = 8_000  # after a click that counts, a stop request waits this long for its end; the sign-out needs the rest


class Secrets(Protocol):
    """What a login signs in with."""

    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def totp(self) -> str | None: ...


class Desk(Protocol):
    """Where a sign-in is written down and where people are asked."""

    def intend(self) -> None:
        """Write down that Sign In is about to be clicked; raises SignInUnresolved where that is barred."""

    def resolve(self, outcome: SignInOutcome) -> None:
        """Write down how the sign-in ended."""

    def choose_way(self, ways: Sequence[str]) -> str | None:
        """Which way of getting a code the person chose after saying Ready; None when nobody answered in time."""

    def code(self) -> str | None:
        """The code the person typed; None when nobody answered in time."""


class SigningIn:
    """One sign-in at one portal."""

    _typed: ClassVar[str] = ""  # the last time-based code of this process: a portal takes each one once

    def __init__(self, portal: Portal, secrets: Secrets, desk: Desk, *, saved: bool) -> None:
        self.portal = portal
        self.spec = portal.config.sign_in
        self.secrets = secrets
        self.desk = desk
        self.saved = saved
        self.pending = False  # the intent is written down and its end is not
        self.given = False  # the password was
        self.by_app = bool(secrets.totp)

    def run(self) -> bool:
        """Get signed in; True where a sign-in was needed, False where the saved session still lives."""
        came = self._arrive()
        if came == "inside":
            return False
        try:
            self._after(self._through_form(came))
        except StopAsked:
            if not self.given:
                self._resolve("withdrawn")
            raise
        except (RetryLater, Broken) as trouble:
            if not self.pending:
                raise
            raise SignInUnresolved(f"sign-in: its end is not known ({trouble})") from None
        return True

    def _arrive(self) -> str:
        """A page of the sign-in form, or, with a saved session that lives, the inside; a half-done second step is begun anew."""
        forms = self._forms()
        for path in (self.spec.home if self.saved else self.spec.path, self.spec.path):
            self.portal.go(path)
            came = self._next(forms)
            if self.spec.after.get(came) not in ("method", *_CODES):
                break
        if came != "inside" and came not in forms:
            self._stop_at(came)
        return came

    def _forms(self, but: str = "") -> dict[str, Element]:
        return {name: self.portal.screen(name)["landmark"] for name in self.spec.form if name != but}

    def _through_form(self, name: str) -> Element:
        """Give each page of the form what it asks for, and press; returns the last page's banner as far as it can be a reply."""
        for _ in range(_ROUNDS):
            page = self.portal.screen(name)
            given, banner = self._fill(page)
            if "password" in given:
                self._somebody_is_ready()
            if given and not self.pending:
                self.desk.intend()
                self.pending = True
                steps.reached("sign_in.intent")
            page["enter"].click()  # a stop is heard before the click only
            self.given = "password" in given
            if self.given:
                steps.reached("sign_in.clicked")
                return banner
            came = self._next(self._forms(but=name) | {"banner": banner})
            if came not in self.spec.form:
                return banner
            name = came
        raise SignInUnresolved("sign-in: its form does not come to an end")

    def _somebody_is_ready(self) -> None:
        """Where the portal sends a code by itself to a device that it does not know: a person says Ready before it is sent."""
        sends = "sent_code" in self.spec.after.values()
        if sends and not self.saved and self.desk.choose_way((self.spec.sends_code,)) is None:
            self._resolve("withdrawn")
            raise CodeWanted("sign-in: the portal sends a one-time code, and nobody was ready for it")

    def _fill(self, page: Screen) -> tuple[set[str], Element]:
        """Fill what this page asks for until only its button is left: what that was, and its banner as far as it can be a reply."""
        steps.reached("sign_in.form")
        if "choose" in page and page["choose"].visible():
            page["choose"].choose(self.spec.choose)
        asked = {key: secret for key, secret in (("user", self.secrets.user), ("password", self.secrets.password)) if key in page}
        given = {key for key in asked if page[key].visible()}
        if asked and not given:
            raise PageChanged("sign-in: the page has no field for the user id or the password")
        for key in sorted(given, reverse=True):
            page[key].fill_secret(asked[key])
        if not page["enter"].enabled():
            raise PageChanged("sign-in: the button cannot be pressed")
        return given, page["banner"].apart_from_now()

    def _after(self, banner: Element) -> None:
        coded = False
        for _ in range(_ROUNDS):
            came = self._next({"banner": banner})
            if came == "inside":
                self._resolve("ok")
                return
            if came == "banner":
                self._judge(banner.texts(), coded=coded)
            elif self.spec.after[came] == "method":
                self._choose_method(came)
            elif self.spec.after[came] in _CODES:
                self._enter_code(came)
                coded = True
            elif self.spec.after[came] == "trust":
                self._trust(came)
            else:
                self._stop_at(came)
        raise SignInUnresolved("sign-in: it did not come to an end")

    def _trust(self, name: str) -> None:
        """The saved state is kept encrypted, and a known device is asked for fewer codes."""
        screen = self.portal.screen(name)
        with self.portal.tab.undisturbed():
            screen["go_on"].click()
            screen["landmark"].gone(_UNDISTURBED_MS)

    def _next(self, last: Mapping[str, Element], but: tuple[Meaning, ...] = ()) -> str:
        """Which of these came; a screen of its own goes before a banner or a form, which may show beside it."""
        others = {name: self.portal.screen(name)["landmark"] for name, means in self.spec.after.items() if means not in but}
        inside = self.portal.screen(self.spec.signed_in)["landmark"]
        candidates = {"inside": inside, **others, **last}
        came = self._first_of(candidates)
        if came is None:
            if self.pending:
                raise SignInUnresolved("sign-in: after the click no known screen came")
            raise PageChanged(f"sign-in: none of {', '.join(candidates)} came")
        return came

    def _first_of(self, candidates: dict[str, Element]) -> str | None:
        tab = self.portal.tab
        if not self.pending:
            return tab.first_of(candidates)
        with tab.undisturbed():
            came = tab.first_of(candidates, min(_UNDISTURBED_MS, tab.limit_ms))
        return came or tab.first_of(candidates, max(0.0, tab.limit_ms - _UNDISTURBED_MS))

    def _resolve(self, outcome: SignInOutcome) -> None:
        if self.pending:
            self.desk.resolve(outcome)
        self.pending = False

    def _judge(self, banners: Sequence[str], *, coded: bool) -> NoReturn:
        said = " ".join(" ".join(banners).casefold().split())
        kinds = sorted(self.spec.words, key=lambda kind: (kind == "code_refused") is not coded)
        for kind in kinds:
            if kind in _MEANT and any(known.casefold() in said for known in self.spec.words[kind]):
                outcome, error = _MEANT[kind]
                self._resolve(outcome)
                raise error(f"sign-in: the portal's banner says {kind.replace('_', ' ')}")
        raise SignInUnresolved("sign-in: the portal's banner has words that are not known")

    def _stop_at(self, screen: str) -> NoReturn:
        outcome, error = _MEANT[self.spec.after[screen]]
        self._resolve(outcome)
        raise error(f"sign-in: the screen {screen} came")

    def _choose_method(self, name: str) -> None:
        screen = self.portal.screen(name)
        ways = [text for text in screen["ways"].texts() if text]
        app = (text for text in ways if self.spec.authenticator.casefold() in text.casefold())
        way = next(app, None) if self.secrets.totp else None
        self.by_app = way is not None
        with self._still_to_come():
            way = way or self.desk.choose_way(ways)
            if way is None:
                self._no_code()
            screen.element("way", way=way).click()
            if "go_on" in screen:  # else each way is a button that leads on
                screen["go_on"].click()
            if not screen["landmark"].gone():
                raise SignInUnresolved("sign-in: the list of code ways does not go on")

    def _enter_code(self, name: str) -> None:
        screen = self.portal.screen(name)
        steps.reached("sign_in.code")
        with self._still_to_come():
            code = self._totp() if self.by_app and self.spec.after[name] == "code" else self.desk.code()
            if code is None:
                self._no_code()
            screen["code"].fill_secret(code)
            if "trust" in screen and screen["trust"].visible():
                screen["trust"].check()
            refused = screen["banner"].apart_from_now()
            screen["go_on"].click()
        if self._next({"refused": refused}, but=(*_CODES, "method")) == "refused":
            self._judge(refused.texts(), coded=True)

    @contextmanager
    def _still_to_come(self) -> Iterator[None]:
        """Asked to stop before a code was given: the password was right, and that is written down."""
        try:
            yield
        except StopAsked:
            self._resolve("code_wanted")
            raise

    def _no_code(self) -> NoReturn:
        self._resolve("code_wanted")
        raise CodeWanted("sign-in: the portal wants a one-time code")

    def _totp(self) -> str:
        codes = pyotp.TOTP(str(self.secrets.totp))
        while (left := codes.interval - time.time() % codes.interval) < _CODE_MARGIN or codes.at(int(time.time())) == SigningIn._typed:
            self.portal.tab.pause(left + 0.2)
        SigningIn._typed = codes.at(int(time.time()))
        return SigningIn._typed


class Attended(SigningIn):
    """A person signs in at the window, with whatever the portal asks of a person; nothing is typed, and the bot goes on from there."""

    def run(self) -> bool:
        """Wait until the signed-in page shows; True, for a sign-in was needed."""
        self.portal.go(self.spec.path)
        if not self.portal.screen(self.spec.signed_in)["landmark"].wait(ATTENDED_MS):
            raise CodeWanted("sign-in: nobody signed in at the window")
        return True


def sign_out(portal: Portal, *, within_seconds: float = 10.0) -> bool:
    """Leave the portal; True where its sign-in page proves it."""
    spec = portal.config.sign_in
    inside, proof = portal.screen(spec.signed_in), portal.screen(spec.leave_shows)["landmark"]
    end = time.monotonic() + within_seconds

    def left() -> float:
        return max(0.5, end - time.monotonic()) * 1000

    if proof.visible():
        return True
    if "leave_menu" in inside and not inside["leave"].visible() and inside["leave_menu"].wait(2_000):
        inside["leave_menu"].click()
    if not inside["leave"].wait(2_000):
        portal.go(spec.home)
        if portal.tab.first_of({"leave": inside["leave"], "out": proof}, left()) != "leave":
            return proof.visible()
    inside["leave"].click()
    return proof.wait(left())
