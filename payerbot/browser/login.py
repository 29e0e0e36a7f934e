"""Drives a portal's declared sign-in, as gently as a locked account deserves.

The intent is written down before the click; the banner's own words decide what a refusal was; a code gets one try; a bot wall is
never called a bad password and never solved.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn, Protocol

import pyotp

from payerbot import steps
from payerbot.errors import (
    AccountLocked,
    BadCredentials,
    BotWall,
    CodeRefused,
    CodeWanted,
    PageChanged,
    PasswordExpired,
    PortalDown,
    PortalError,
    SignInUnresolved,
    TermsPage,
)

if TYPE_CHECKING:
    from payerbot.browser.locate import Element
    from portals.base import Portal

_MEANT: dict[str, tuple[str, type[PortalError]]] = {  # what a banner's words or a screen mean: as written down, as raised
    "refused": ("refused", BadCredentials),
    "locked": ("locked", AccountLocked),
    "expired": ("password_expired", PasswordExpired),
    "password": ("password_expired", PasswordExpired),
    "bot_wall": ("bot_wall", BotWall),
    "terms": ("terms", TermsPage),
    "down": ("portal_down", PortalDown),
    "code_refused": ("code_refused", CodeRefused),
}
_ROUNDS = 6
_CODE_MARGIN = 4  # seconds a time-based code must still live when it is typed


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

    def resolve(self, outcome: str) -> None:
        """Write down how the sign-in ended."""

    def choose_way(self, ways: Sequence[str]) -> str | None:
        """Which way of getting a code the person chose after saying Ready; None when nobody answered in time."""

    def code(self) -> str | None:
        """The code the person typed; None when nobody answered in time."""


class SigningIn:
    """One sign-in at one portal."""

    def __init__(self, portal: Portal, secrets: Secrets, desk: Desk, *, saved: bool) -> None:
        self.portal = portal
        self.spec = portal.config.sign_in
        self.secrets = secrets
        self.desk = desk
        self.saved = saved
        self.intended = False

    def run(self) -> bool:
        """Get signed in; True where a sign-in was needed, False where the saved session still lives."""
        form, inside = self.portal.screen(self.spec.form), self.portal.screen(self.spec.signed_in)
        self.portal.go(self.spec.home if self.saved else self.spec.path)
        came = self._next({"inside": inside["landmark"], "form": form["landmark"]})
        if came == "inside":
            return False
        if came != "form":
            self._stop_at(came)
        self._send_form()
        self._after()
        return True

    def _send_form(self) -> None:
        form = self.portal.screen(self.spec.form)
        steps.reached("sign_in.form")
        form["user"].fill_secret(self.secrets.user)
        form["password"].fill_secret(self.secrets.password)
        self.desk.intend()
        self.intended = True
        steps.reached("sign_in.intent")
        form["enter"].click()
        steps.reached("sign_in.clicked")

    def _after(self) -> None:
        form, inside = self.portal.screen(self.spec.form), self.portal.screen(self.spec.signed_in)
        coded = False
        for _ in range(_ROUNDS):
            came = self._next({"inside": inside["landmark"], "banner": form["banner"]})
            if came == "inside":
                self.desk.resolve("ok")
                return
            if came == "banner":
                self._judge(form["banner"].text(), coded=coded)
            elif self.spec.after[came] == "method":
                self._choose_method(came)
            elif self.spec.after[came] == "code":
                self._enter_code(came)
                coded = True
            elif self.spec.after[came] == "trust":
                self.portal.screen(came)["go_on"].click()  # the saved state is kept encrypted; a known device is asked for fewer codes
                self.portal.screen(came)["landmark"].gone()
            else:
                self._stop_at(came)
        raise SignInUnresolved("sign-in: it did not come to an end")

    def _next(self, first: dict[str, Element]) -> str:
        others = {name: self.portal.screen(name)["landmark"] for name in self.spec.after}
        came = self.portal.tab.first_of({**first, **others})
        if came is None:
            if self.intended:
                raise SignInUnresolved("sign-in: after the click no known screen came")
            raise PageChanged(f"sign-in: none of {', '.join([*first, *others])} came")
        return came

    def _judge(self, words: str, *, coded: bool) -> NoReturn:
        said = words.casefold()
        kinds = sorted(self.spec.words, key=lambda kind: (kind == "code_refused") is not coded)
        for kind in kinds:
            if kind in _MEANT and any(known.casefold() in said for known in self.spec.words[kind]):
                outcome, error = _MEANT[kind]
                self.desk.resolve(outcome)
                raise error(f"sign-in: the portal's banner says {kind.replace('_', ' ')}")
        raise SignInUnresolved("sign-in: the portal's banner has words that are not known")

    def _stop_at(self, screen: str) -> NoReturn:
        outcome, error = _MEANT[self.spec.after[screen]]
        if self.intended:
            self.desk.resolve(outcome)
        raise error(f"sign-in: the screen {screen} came")

    def _choose_method(self, name: str) -> None:
        screen = self.portal.screen(name)
        ways = [text for text in screen["ways"].texts() if text]
        if self.secrets.totp:
            way = next((text for text in ways if self.spec.authenticator.casefold() in text.casefold()), None)
        else:
            way = self.desk.choose_way(ways)
        if way is None:
            self.desk.resolve("code_wanted")
            raise CodeWanted("sign-in: the portal wants a one-time code")
        screen.element("way", way=way).click()
        screen["go_on"].click()
        if not screen["landmark"].gone():
            raise SignInUnresolved("sign-in: the list of code ways does not go on")

    def _enter_code(self, name: str) -> None:
        screen = self.portal.screen(name)
        steps.reached("sign_in.code")
        code = self._totp() if self.secrets.totp else self.desk.code()
        if code is None:
            self.desk.resolve("code_wanted")
            raise CodeWanted("sign-in: the portal wants a one-time code")
        screen["code"].fill_secret(code)
        screen["go_on"].click()
        inside = self.portal.screen(self.spec.signed_in)
        came = self._next_after_code(screen, inside["landmark"])
        if came == "refused":
            self._judge(screen["banner"].text(), coded=True)

    def _next_after_code(self, screen: object, inside: Element) -> str:
        candidates = {"inside": inside, "refused": screen["banner"]}  # type: ignore[index]
        candidates.update({n: self.portal.screen(n)["landmark"] for n, means in self.spec.after.items() if means not in ("code", "method")})
        came = self.portal.tab.first_of(candidates)
        if came is None:
            raise SignInUnresolved("sign-in: after the code no known screen came")
        return came

    def _totp(self) -> str:
        codes = pyotp.TOTP(str(self.secrets.totp))
        left = codes.interval - datetime.now(UTC).timestamp() % codes.interval
        if left < _CODE_MARGIN:
            self.portal.tab.pause(left + 0.2)
        return codes.now()


def sign_out(portal: Portal, *, within_seconds: float = 10.0) -> bool:
    """Leave the portal; True where its sign-in page proves it."""
    spec = portal.config.sign_in
    inside, proof = portal.screen(spec.signed_in), portal.screen(spec.leave_shows)["landmark"]
    end = time.monotonic() + within_seconds
    if proof.visible():
        return True
    if not inside["leave"].wait(2_000):
        portal.go(spec.home)
        if portal.tab.first_of({"leave": inside["leave"], "out": proof}, max(0.5, end - time.monotonic()) * 1000) == "out":
            return True
    inside["leave"].click()
    return proof.wait(max(0.5, end - time.monotonic()) * 1000)
