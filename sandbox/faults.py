"""Faults of a simulated portal: switched on by name and step, never by chance.

A fault is written ``NAME@[PORTAL/]STEP[:ARG]``, for example ``error-503@claims``, ``session-expiry@coverage:37``, ``slow@any:2.5`` or
``exfiltrate@home:elsewhere.localhost:9999``. What ARG means depends on the fault and stands in KINDS.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

ANY = "any"

STEPS: dict[str, str] = {
    "sign-in": "the sign-in page comes",
    "password": "user id and password are sent",
    "code": "the one-time code is sent",
    "home": "the signed-in shell comes",
    "eligibility": "the eligibility form comes",
    "coverage": "an eligibility question is sent and answered",
    "claim-status": "the claim status form comes",
    "claims": "a claim search is sent and answered",
    "claim": "one claim is opened",
    "payer-space": "an application of a payer space is opened",
    "remits": "the remittance viewer comes",
    "checks": "a search for checks or claims is sent and answered",
    "eob-pdf": "a remittance is handed out as a PDF",
    "eob-csv": "the list of checks is handed out as CSV",
    "eob-835": "a remittance is handed out as an 835",
    "letters": "the list of letters, or of tasks, is asked for and answered",
    "letter": "one letter is handed out",
    "auth-home": "the authorizations' own menu comes",
    "auth-form": "the authorization wizard comes",
    "auth-next": "a step of the wizard is sent and answered, the payer's check included",
    "auth-submit": "an authorization request is sent for good",
    "auth-list": "the inquiry or the dashboard is asked for requests",
    "auth-request": "one request is opened",
}


class Arg(StrEnum):
    """What a fault's argument means."""

    NONE = "nothing"
    TIMES = "how many times it happens before it is used up"
    ITEM = "at which pass of the step it happens, once"
    SECONDS = "how many seconds"
    DAYS = "how many days"
    WAY = "app, text or email"
    HOST = "host:port of the other side"


@dataclass(frozen=True)
class Kind:
    """One kind of fault: where it may stand and what its argument means."""

    says: str
    steps: frozenset[str]
    arg: Arg = Arg.NONE
    default: str = ""


def _at(*steps: str) -> frozenset[str]:
    return frozenset(steps) if steps else frozenset({*STEPS, ANY})


_AUTHS = ("auth-home", "auth-form", "auth-next", "auth-submit", "auth-list", "auth-request")
_REMITS = ("remits", "checks", "eob-pdf", "eob-csv", "eob-835")
_LETTERS = ("letters", "letter")
_PAGES = ("sign-in", "code", "home", "eligibility", "coverage", "claim-status", "claims", "claim", *_REMITS, *_AUTHS, *_LETTERS)
_ANSWERS = ("coverage", "claims", "checks", "auth-next", "auth-list", "letters")
_SIGNED_IN = ("home", "eligibility", "coverage", "claim-status", "claims", "claim", *_REMITS, *_AUTHS, *_LETTERS)
_FORMS = ("eligibility", "claim-status", "remits", "auth-form", "auth-list", "letters")
_FILES = ("eob-pdf", "letter")

KINDS: dict[str, Kind] = {
    "slow": Kind("the answer takes longer", _at(), Arg.SECONDS, "3"),
    "hang": Kind("the answer never comes", _at()),
    "error-503": Kind("503, then as always", _at(), Arg.TIMES, "1"),
    "outage": Kind("503 until the fault is cleared", _at()),
    "maintenance": Kind(
        "a maintenance page, or a payer that is under maintenance, in place of what was asked for", _at("sign-in", *_SIGNED_IN)
    ),
    "maintenance-notice": Kind("a banner announces maintenance; everything works", _at("sign-in", "home")),
    "service-hours": Kind("the payer answers outside its hours", _at(*_ANSWERS, "claim")),
    "payer-error": Kind("the payer cannot answer at this time", _at(*_ANSWERS, "claim"), Arg.TIMES, "1"),
    "session-expiry": Kind("the session ends", _at(*_SIGNED_IN, ANY), Arg.ITEM, "1"),
    "second-sign-in": Kind("a person signs in with the same user id and ends the session", _at(*_SIGNED_IN, ANY), Arg.ITEM, "1"),
    "wrong-password": Kind("user id and password are not recognized", _at("sign-in")),
    "password-expired": Kind("the password must be changed", _at("sign-in")),
    "password-expiring": Kind("a warning before the password ends", _at("sign-in"), Arg.DAYS, "4"),
    "locked": Kind("the account is locked", _at("sign-in")),
    "code-wanted": Kind("a code is asked although the device is known", _at("sign-in"), Arg.WAY, ""),
    "unusual-time": Kind("a code is asked because of the hour", _at("sign-in")),
    "code-rejected": Kind("the right code is refused", _at("code")),
    "trust-device": Kind("after the code a page asks whether to trust this device; only a yes remembers it", _at("code")),
    "captcha": Kind("a picture puzzle stands before the page", _at("sign-in", "home", *_FORMS)),
    "bot-wall": Kind("an access-denied page in place of everything", _at()),
    "terms": Kind("terms of use must be accepted first", _at("home")),
    "framed-sign-in": Kind("the sign-in page appears inside the shell's frame", _at("sign-in")),
    "survey": Kind("a survey covers the page", _at(*_SIGNED_IN), Arg.TIMES, "1"),
    "cookie-banner": Kind("the cookie banner comes again and covers the page", _at(*_SIGNED_IN), Arg.TIMES, "1"),
    "stale-result": Kind("the answer to the search before comes once more", _at(*_ANSWERS), Arg.TIMES, "1"),
    "blank-form": Kind("the form comes back empty and without a word", _at(*_ANSWERS), Arg.TIMES, "1"),
    "pick-lost": Kind("a picked payer is gone again a moment later", _at("eligibility", "claim-status", "auth-form"), Arg.TIMES, "1"),
    "stuck": Kind("after one answer the form does nothing until the page is loaded anew", _at("claim-status", "eligibility", "remits")),
    "frame-detached": Kind("the frame is torn out and put back while the answer is awaited", _at(*_ANSWERS), Arg.TIMES, "1"),
    "pager-order": Kind("the rows change their order from page to page", _at("claims")),
    "renamed-label": Kind("a label reads otherwise", _at(*_PAGES)),
    "changed-id": Kind("an id and a test id are others", _at(*_PAGES)),
    "moved-element": Kind("an element stands elsewhere", _at(*_PAGES)),
    "reordered-columns": Kind("the columns are in another order", _at("claims", "claim", "checks", "auth-list", "letters")),
    "removed-landmark": Kind("the heading by which the page is known is gone", _at(*_PAGES)),
    "interstitial": Kind(
        "a page nobody knows comes first",
        _at("sign-in", "home", "eligibility", "coverage", "claim-status", "claims", "remits", "auth-form", "auth-next", "letters"),
    ),
    "truncated-pdf": Kind("the PDF ends in the middle", _at(*_FILES), Arg.TIMES, "1"),
    "html-as-pdf": Kind("an error page comes under the name of a PDF", _at(*_FILES), Arg.TIMES, "1"),
    "wrong-pdf": Kind("the PDF of another payment, or another letter, comes", _at(*_FILES), Arg.TIMES, "1"),
    "new-tab": Kind("the PDF opens in a new tab in place of a download", _at(*_FILES)),
    "nothing-comes": Kind("the button is pressed and no file comes", _at(*_FILES, "eob-csv", "eob-835"), Arg.TIMES, "1"),
    "hang-after-accept": Kind("the request is taken, and the answer never comes", _at("auth-submit")),
    "drop-after-accept": Kind("the request is taken, and the connection is closed without an answer", _at("auth-submit"), Arg.TIMES, "1"),
    "reset-after-accept": Kind("the request is taken, and the connection is reset", _at("auth-submit"), Arg.TIMES, "1"),
    "error-after-accept": Kind("the request is taken, and the answer is a 503", _at("auth-submit"), Arg.TIMES, "1"),
    "confirmation-lost": Kind("the request is taken, and another page than the confirmation comes", _at("auth-submit"), Arg.TIMES, "1"),
    "same-tab": Kind("the application takes the place of the page in place of a new tab", _at("payer-space")),
    "exfiltrate": Kind("the page tries to reach another host by every way there is", _at(*_PAGES), Arg.HOST, "elsewhere.localhost"),
}

DRIFT = ("renamed-label", "changed-id", "moved-element", "reordered-columns", "removed-landmark", "interstitial")


class UnknownFault(ValueError):
    """No such fault, or not at this step."""


@dataclass
class Fault:
    """One fault that is switched on."""

    name: str
    step: str
    arg: str
    portal: str = ""  # empty: every twin
    passes: int = 0
    kind: Kind = field(init=False)

    kinds: ClassVar[dict[str, Kind]] = KINDS

    def __post_init__(self) -> None:
        self.kind = self.kinds[self.name]

    @classmethod
    def parse(cls, spec: str) -> Fault:
        """Read ``NAME@[PORTAL/]STEP[:ARG]``."""
        name, at, where = spec.strip().partition("@")
        place, _, arg = where.partition(":")
        portal, _, step = place.rpartition("/")
        if name not in KINDS:
            raise UnknownFault(f"no fault is called {name!r}; there are {', '.join(sorted(KINDS))}")
        kind = KINDS[name]
        if not at or step not in kind.steps:
            raise UnknownFault(f"{name} can stand at {', '.join(sorted(kind.steps))}, not at {step!r}")
        return cls(name, step, _checked(name, kind, arg or kind.default), portal)

    def __str__(self) -> str:
        place = f"{self.portal}/{self.step}" if self.portal else self.step
        return f"{self.name}@{place}" + (f":{self.arg}" if self.arg else "")

    @property
    def number(self) -> float:
        """The argument as a number."""
        return float(self.arg)

    def due(self) -> bool:
        """Count one pass of the step and say whether the fault happens in it."""
        self.passes += 1
        if self.kind.arg is Arg.TIMES:
            return self.passes <= int(self.arg)
        if self.kind.arg is Arg.ITEM:
            return self.passes == int(self.arg)
        return True


_NUMBERS = (Arg.TIMES, Arg.ITEM, Arg.DAYS)


def _checked(name: str, kind: Kind, arg: str) -> str:
    if kind.arg is Arg.NONE and arg:
        raise UnknownFault(f"{name} takes no argument")
    if kind.arg in _NUMBERS and not arg.isdecimal():
        raise UnknownFault(f"{name} wants a whole number ({kind.arg})")
    if kind.arg is Arg.SECONDS and not arg.replace(".", "", 1).isdecimal():
        raise UnknownFault(f"{name} wants seconds")
    if kind.arg is Arg.WAY and arg not in {"", "app", "text", "email"}:
        raise UnknownFault(f"{name} wants {kind.arg}")
    return arg


class FaultBoard:
    """Which faults are on; a step asks before it does its work."""

    def __init__(self, specs: tuple[str, ...] = ()) -> None:
        self._on: list[Fault] = [Fault.parse(spec) for spec in specs]

    def switch_on(self, spec: str) -> Fault:
        fault = Fault.parse(spec)
        self._on.append(fault)
        return fault

    def switch_off(self, spec: str = "") -> int:
        """Switch off what this spec names (a name, name@step or the whole), or everything; returns how many."""
        gone = [f for f in self._on if not spec or str(f).startswith(spec)]
        self._on = [f for f in self._on if f not in gone]
        return len(gone)

    def on(self) -> list[str]:
        return [str(fault) for fault in self._on]

    def find(self, name: str, portal: str, step: str) -> Fault | None:
        """The fault if it is on at this step; counts nothing."""
        fits = (f for f in self._on if f.name == name and f.step in {step, ANY} and f.portal in {"", portal})
        return next(fits, None)

    def fires(self, name: str, portal: str, step: str) -> Fault | None:
        """The fault if it happens in this very pass of the step."""
        fault = self.find(name, portal, step)
        return fault if fault is not None and fault.due() else None
