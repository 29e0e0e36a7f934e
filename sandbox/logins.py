"""Portal users, their devices and their sessions: one session per user, a second sign-in ends the first.

A session, a device and a login are told apart in the records by labels (s1, d1); cookies and passwords never get there.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import pyotp

from sandbox.records import Recorder

WRONG_PASSWORDS = 5  # invented: the number is not published
WRONG_CODES = 5  # invented: "several"
WARNING_DAYS = 5

Stage = Literal["code", "password", "trust", "in"]


@dataclass
class Login:
    """One named user of a portal, with a password made up for the sandbox."""

    user_id: str
    password: str
    totp_seed: str
    name: str = ""
    ways: list[str] = field(default_factory=lambda: ["app", "text", "backup"])
    phone: str = "(***) ***-0142"
    email: str = "b***@harborlight.example"
    backup_codes: list[str] = field(default_factory=list)
    password_days_left: int = 45
    locked: bool = False
    usual_hours: tuple[int, int] | None = None  # UTC, from and up to: outside of them a code is asked
    region: str = "VA"
    regions: list[str] = field(default_factory=lambda: ["MD", "NC", "OH", "VA"])
    lacks: list[str] = field(default_factory=list)  # tools this user has no role for: they are missing from the menus
    wrong_passwords: int = 0
    wrong_codes: int = 0

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Login:
        known = {f.name for f in fields(cls)}
        if unknown := set(raw) - known:
            raise ValueError(f"a login has no {', '.join(sorted(unknown))}")
        made = cls(**raw)
        made.totp_fits("")  # a seed that is no seed is refused here, not at the first code
        return made

    def change(self, raw: dict[str, Any]) -> None:
        for name in raw:
            if name not in {f.name for f in fields(self)}:
                raise ValueError(f"a login has no {name}")
        for name, value in raw.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        return asdict(self)

    def unusual(self, hour: int) -> bool:
        if self.usual_hours is None:
            return False
        begin, end = self.usual_hours
        return not begin <= hour < end

    def totp_fits(self, code: str) -> bool:
        return pyotp.TOTP(self.totp_seed).verify(code, valid_window=1)


def _derived(seed: int, what: str) -> bytes:
    return hashlib.sha256(f"{seed}/{what}".encode()).digest()


def made_up(seed: int, user_id: str, name: str, **more: Any) -> Login:  # noqa: ANN401 -- whatever a login has
    """A login whose password and second factor follow from the world's seed."""
    secret = base64.b32encode(_derived(seed, f"{user_id}/totp")[:20]).decode()
    password = f"Tw!n-{_derived(seed, f'{user_id}/password').hex()[:12]}-9A"
    backup = [f"{int.from_bytes(_derived(seed, f'{user_id}/backup/{n}')[:4]) % 10**8:08d}" for n in range(5)]
    return Login(user_id, password, secret, name, backup_codes=backup, **more)


def default_logins(seed: int) -> list[Login]:
    """Two robots of the practice and one person."""
    return [
        made_up(seed, "hlc.bot01", "Harborlight Robot One"),
        made_up(seed, "hlc.bot02", "Harborlight Robot Two"),
        made_up(seed, "dana.whitlock", "Dana Whitlock", phone="(***) ***-0177"),
    ]


def logins_from(path: Path) -> list[Login]:
    """Read a JSON list of logins."""
    return [Login.read(raw) for raw in json.loads(path.read_text(encoding="utf-8"))]


@dataclass
class Session:
    """One sign-in at one portal, from the password on."""

    cookie: str
    label: str
    portal: str
    user: Login
    device: str
    stage: Stage
    known_device: bool
    ended: str = ""  # why; empty while it lives
    last_input: float = field(default_factory=time.monotonic)
    way: str = ""
    sent_code: str = ""
    redo: bool = False  # a fault asked for a code although none was due
    memory: dict[str, Any] = field(default_factory=dict)  # what the portal keeps of this session

    @property
    def alive(self) -> bool:
        return not self.ended and self.stage == "in"


class Logins:
    """Everyone who may sign in at the twins, and everyone who is signed in."""

    def __init__(self, logins: list[Login], records: Recorder, idle_seconds: float = 1800) -> None:
        self._first = [login.shown() for login in logins]
        self._by_id = {login.user_id.lower(): login for login in logins}
        self._records = records
        self._sessions: dict[str, Session] = {}
        self._devices: dict[str, tuple[str, set[str]]] = {}  # cookie -> label, users it is known for
        self._codes = 0
        self.last_codes: dict[str, str] = {}
        self.idle_seconds = idle_seconds

    def reset(self) -> None:
        """As at the start: nobody is signed in, nobody is locked, no device is known."""
        for session in self._sessions.values():
            self.end(session, "reset")
        self._by_id = {raw["user_id"].lower(): Login.read(copy.deepcopy(raw)) for raw in self._first}
        self.last_codes.clear()
        self.forget_devices()

    def all(self) -> list[Login]:
        return list(self._by_id.values())

    def find(self, user_id: str) -> Login | None:
        return self._by_id.get(user_id.strip().lower())

    def named(self, user_id: str) -> Login:
        if login := self.find(user_id):
            return login
        raise ValueError("no such login")

    # devices

    def new_device(self) -> str:
        cookie = secrets.token_urlsafe(24)
        self._devices[cookie] = (f"d{len(self._devices) + 1}", set())
        return cookie

    def device_label(self, cookie: str) -> str:
        return self._devices[cookie][0] if cookie in self._devices else ""

    def knows(self, cookie: str, user: Login) -> bool:
        return cookie in self._devices and user.user_id in self._devices[cookie][1]

    def remember(self, cookie: str, user: Login) -> None:
        self._devices[cookie][1].add(user.user_id)

    def forget_devices(self) -> None:
        for _, users in self._devices.values():
            users.clear()

    # sessions

    def begin(self, portal: str, user: Login, device: str, stage: Stage, *, known_device: bool) -> Session:
        cookie = secrets.token_urlsafe(32)
        session = Session(cookie, f"s{len(self._sessions) + 1}", portal, user, device, stage, known_device)
        self._sessions[cookie] = session
        return session

    def open(self, session: Session) -> None:
        """The session is signed in now; every other one of this user ends."""
        for other in self._of(session.portal, session.user):
            if other is not session:
                self.end(other, "second sign-in")
        session.stage = "in"
        session.last_input = time.monotonic()
        self._records.add("session_start", user=session.user.user_id, session=session.label, device=self.device_label(session.device))

    def _of(self, portal: str, user: Login) -> list[Session]:
        return [s for s in self._sessions.values() if s.portal == portal and s.user is user and not s.ended]

    def end(self, session: Session, reason: str) -> None:
        if session.ended:
            return
        was_in = session.stage == "in"
        session.ended = reason
        if was_in:
            self._records.add("session_end", user=session.user.user_id, session=session.label, reason=reason)

    def end_all(self, user_id: str, reason: str) -> int:
        mine = [s for s in self._sessions.values() if s.user.user_id == user_id and s.alive]
        for session in mine:
            self.end(session, reason)
        return len(mine)

    def by_cookie(self, cookie: str) -> Session | None:
        """The session of a cookie, ended or not; an idle one ends here."""
        session = self._sessions.get(cookie)
        if session and session.alive and time.monotonic() - session.last_input > self.idle_seconds:
            self.end(session, "idle")
        return session

    def intrude(self, portal: str, user: Login, by: str) -> None:
        """Somebody signs in elsewhere with this user id; a session that is open ends."""
        cookie = self.new_device()
        other = self.begin(portal, user, cookie, "in", known_device=True)
        device = self.device_label(cookie)
        self._records.add("sign_in", user=user.user_id, outcome="ok", session=other.label, device=device, known_device=True, by=by)
        self.open(other)

    # codes

    def send_code(self, session: Session, way: str) -> None:
        """Make a one-time code and put it where the control desk can see it, as a phone would."""
        self._codes += 1
        session.sent_code = f"{int.from_bytes(_derived(self._codes, session.user.user_id)[:4]) % 10**6:06d}"
        self.last_codes[session.user.user_id] = session.sent_code
        self._records.add("code_sent", user=session.user.user_id, way=way, session=session.label)

    def code_fits(self, session: Session, code: str) -> bool:
        """Check the code of the chosen way; a sent or a backup code works once."""
        if session.way == "app":
            return session.user.totp_fits(code)
        if session.way == "backup":
            fits = code in session.user.backup_codes
            session.user.backup_codes = [c for c in session.user.backup_codes if c != code]
            return fits
        fits = bool(session.sent_code) and secrets.compare_digest(code, session.sent_code)
        session.sent_code = "" if fits else session.sent_code
        return fits
