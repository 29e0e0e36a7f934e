"""The practice's set-up: who it is, who works there, which login serves which portal, which payer is asked where.

No secret is in it: a login's name is a label, its user id and password are in the keyring.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import as_file, files
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from payerbot import practice_file
from payerbot.model import Frozen, Job
from payerbot.practice_file import Mistake
from payerbot.settings import outlet_url

NO_PORTAL = "none"  # a route's portal where a payer is not to be asked by a browser at all
WHOLE_DAY = timedelta(days=1)

_CODES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX "
    "UT VT VA WA WV WI WY AS GU MP PR VI"
)
_STATES = frozenset(_CODES.split())
_NPI_PREFIX = "80840"  # ISO 7812 issuer: the check digit of an NPI is reckoned with it in front
_NPI = re.compile(r"[12][0-9]{9}")
_CLOCK = re.compile(r"(?P<hour>[01]?[0-9]|2[0-3]|24(?=:00)):(?P<minute>[0-5][0-9])")
_TIN = re.compile(r"[0-9]{9}")


@lru_cache(maxsize=10_000)
def npi_is_valid(text: str) -> bool:
    """Ten digits that start with 1 or 2 and end in the right check digit (Luhn over 80840 and the NPI)."""
    if not _NPI.fullmatch(text):
        return False
    total = 0
    for position, digit in enumerate(reversed(_NPI_PREFIX + text)):
        doubled = int(digit) * (1 + position % 2)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


def tin_is_valid(text: str) -> bool:
    """Nine digits."""
    return bool(_TIN.fullmatch(text))


def _npi(text: str) -> str:
    if not npi_is_valid(text):
        raise ValueError("is no NPI: ten digits whose last is the check digit; correct it")
    return text


def _tin(text: str) -> str:
    if not tin_is_valid(text):
        raise ValueError("must be nine digits without a dash")
    return text


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("is not a time zone; write one like America/New_York") from None


def _state(text: str) -> str:
    if text not in _STATES:
        raise ValueError("must be a two-letter US state, like VA")
    return text


def _region(text: str) -> str:
    return _state(text) if text else text


def _clock(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not (found := _CLOCK.fullmatch(value.strip())):
        raise ValueError('must be a time like "19:00"')
    return time(int(found["hour"]) % 24, int(found["minute"]))


def words(text: str) -> str:
    """A name as it is compared: case, punctuation and blanks do not count, '&' is 'and'."""
    return re.sub(r"[^0-9a-z]", "", text.casefold().replace("&", "and"))


Npi = Annotated[str, AfterValidator(_npi)]
Tin = Annotated[str, AfterValidator(_tin)]
State = Annotated[str, AfterValidator(_state)]
Region = Annotated[str, AfterValidator(_region)]
Clock = Annotated[time, BeforeValidator(_clock)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?$")]
Role = Literal["owner", "biller", "front_desk", "clinician", "approver"]
MAY_APPROVE: tuple[Role, ...] = ("approver", "owner")


class Biller(Frozen):
    """One of the practice's billing identities: a group NPI under a TIN."""

    npi: Npi
    tin: Tin
    name: str = ""


class Clinician(Frozen):
    """Someone who treats patients, with the NPI claims name as rendering."""

    npi: Npi
    name: Name


class Staff(Frozen):
    """Someone who can be asked; approving and answering are done as that person."""

    id: Slug
    name: Name
    roles: tuple[Role, ...] = Field(min_length=1)
    reach: Name  # how a question gets to this person: "extension 12", "front desk"


class BotHours(Frozen):
    """When the bot may use a login, on the practice's clock; `until` is the stop-by time. They may cross midnight."""

    start: Clock = Field(alias="from")
    until: Clock

    def covers(self, clock: time) -> bool:
        """True from `from` on, until just before `until`; the same time twice is the whole day."""
        if self.start < self.until:
            return self.start <= clock < self.until
        return clock >= self.start or clock < self.until


class Login(Frozen):
    """One named user at one portal. The name is ours: the portal's user id and password are in the keyring under it."""

    portal: Slug
    name: Slug
    owner: Slug  # staff id of the person to ask about it
    jobs: tuple[Job, ...] = ()  # what it is for; empty: everything
    hours: BotHours | None = None  # None: the bot may use it at any time
    desk_any_time: bool = False  # a job that a person starts at the desk may run outside the hours
    organization: str = ""  # as the portal's picker shows it
    region: Region = ""  # the state the portal is set to; empty: the practice's
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"  # the practice's, unless given

    def may_run(self, now: datetime, *, desk: bool = False) -> bool:
        """Whether the bot may sign in now; `desk` is a job that a person has just started."""
        if self.hours is None or (desk and self.desk_any_time):
            return True
        return self.hours.covers(now.astimezone(ZoneInfo(self.time_zone)).time())

    def stop_by(self, now: datetime) -> datetime:
        """When a run that is under way now must have signed out: the next `until` on the clock, or a day from now without hours. UTC."""
        zone = ZoneInfo(self.time_zone)
        utc = now.astimezone(ZoneInfo("UTC"))
        if self.hours is None or self.hours.start == self.hours.until:
            return utc + WHOLE_DAY
        today = now.astimezone(zone).date()
        ends = (datetime.combine(today + timedelta(days=n), self.hours.until, zone).astimezone(ZoneInfo("UTC")) for n in range(3))
        return next(end for end in ends if end > utc)


class Route(Frozen):
    """Where one payer is asked, from one day until another."""

    payer: Slug
    name: Name
    aliases: tuple[str, ...] = ()  # names as files write them
    payer_ids: tuple[str, ...] = ()  # electronic payer ids as files write them
    portal: Slug  # "none": no portal at all, `note` says what to do
    label: str = ""  # the payer's name in that portal's picker
    region: Region = ""  # where this payer is only listed in one state
    start: date | None = Field(default=None, alias="from")
    until: date | None = None  # the last day
    seen: date | None = None  # when this was last known to be so
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.until and self.until < self.start:
            raise ValueError("'until' lies before 'from'")
        if self.portal == NO_PORTAL and not self.note:
            raise ValueError("a payer without a portal needs a 'note' that says what to do instead")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)

    def overlaps(self, other: Route) -> bool:
        """Whether there is a day on which both are in force."""
        return (self.start or date.min) <= (other.until or date.max) and (other.start or date.min) <= (self.until or date.max)

    def is_called(self, text: str) -> bool:
        """Whether a file's payer name means this payer."""
        return bool(words(text)) and words(text) in _names(self)

    def has_id(self, payer_id: str) -> bool:
        """Whether a file's payer id means this payer; zeros that Excel cut off in front do not count."""
        wanted = payer_id.strip().upper().lstrip("0")
        return bool(wanted) and any(wanted == mine.upper().lstrip("0") for mine in self.payer_ids)


@cache
def _names(route: Route) -> frozenset[str]:
    return frozenset(words(name) for name in (route.payer, route.name, route.label, *route.aliases) if words(name))


class Api(Frozen):
    """The practice's own system, to which answers are sent."""

    url: Annotated[str, AfterValidator(outlet_url)]
    since: date | None = None  # answers from before that day are not sent


class Starter(Frozen):
    """The routes that come with the package."""

    routes: tuple[Route, ...]


class Practice(Frozen):
    """practice.yaml."""

    name: Name
    tenant: Slug
    time_zone: Annotated[str, AfterValidator(_zone)]
    state: State
    billing: tuple[Biller, ...] = Field(min_length=1)
    clinicians: tuple[Clinician, ...] = ()
    staff: tuple[Staff, ...] = Field(min_length=1)
    logins: tuple[Login, ...] = ()
    routes: tuple[Route, ...] = ()  # they replace the starter routes of the same payer
    api: Api | None = None  # None: answers stay in the ledger and in files

    @classmethod
    def load(cls, path: Path) -> Practice:
        """Read and check the file; a UserError has one sentence per mistake, with file and line."""
        lined = practice_file.read(path)
        practice = lined.checked(cls)
        lined.refuse(_crosschecks(practice))
        logins = (
            login if "time_zone" in login.model_fields_set else login.model_copy(update={"time_zone": practice.time_zone})
            for login in practice.logins
        )
        return practice.model_copy(update={"logins": tuple(logins)})

    @property
    def zone(self) -> ZoneInfo:
        """The practice's time zone."""
        return ZoneInfo(self.time_zone)

    def business_date(self, now: datetime) -> date:
        """The day it is at the practice."""
        return now.astimezone(self.zone).date()

    def login_for(self, portal: str, job: Job | None = None) -> Login | None:
        """The login that serves a portal: the first one listed, of those that are for this job."""
        serves = (login for login in self.logins if login.portal == portal and (job is None or not login.jobs or job in login.jobs))
        return next(serves, None)

    def staff_by_id(self, staff_id: str) -> Staff | None:
        """That person, if the practice has one by this id."""
        return next((person for person in self.staff if person.id == staff_id), None)

    def approver(self, otherwise: str = "") -> str:
        """The staff id of whoever is asked to approve an authorization request: an approver, else an owner."""
        return next((person.id for role in MAY_APPROVE for person in self.staff if role in person.roles), otherwise)

    def route(self, payer_text: str, payer_id: str, on: date) -> Route | None:
        """Where a payer, as a file names it, is asked about that day; None where it is unknown or could be several."""
        found = self.routes_on(payer_text, payer_id, on)
        return found[0] if len(found) == 1 else None

    def every_route(self) -> tuple[Route, ...]:
        """The practice's own routes and those of the package that it does not replace, whatever the day."""
        return (*self.routes, *self._starters())

    def routes_on(self, payer_text: str, payer_id: str, on: date) -> tuple[Route, ...]:
        """Every route in force that day that name and id fit; where the two contradict each other, those of both."""
        return tuple(route for route in self.routes_ever(payer_text, payer_id) if route.holds_on(on))

    def routes_ever(self, payer_text: str, payer_id: str) -> tuple[Route, ...]:
        """As `routes_on`, whatever the day."""
        named = self._first(lambda route: route.is_called(payer_text))
        numbered = self._first(lambda route: route.has_id(payer_id))
        if named and numbered:
            return tuple(route for route in named if route in numbered) or (*named, *numbered)
        return named or numbered

    def _first(self, fits: Callable[[Route], bool]) -> tuple[Route, ...]:
        """The practice's own word before the package's."""
        return tuple(filter(fits, self.routes)) or tuple(filter(fits, self._starters()))

    def _starters(self) -> Iterator[Route]:
        own = {route.payer for route in self.routes}
        return (route for route in starter_routes() if route.payer not in own)


@cache
def starter_routes() -> tuple[Route, ...]:
    """The routes that come with the package; each says when it was last known to be so."""
    with as_file(files("payerbot") / "_practice_starter.yaml") as path:
        return practice_file.read(path).checked(Starter).routes


def _crosschecks(practice: Practice) -> Iterator[Mistake]:
    """What no part of the file shows alone."""
    staff = {person.id for person in practice.staff}
    for n, login in enumerate(practice.logins):
        if login.owner not in staff:
            yield Mistake(("logins", n, "owner"), "must be the id of someone under 'staff'")
    yield from _twice("staff", [(person.id,) for person in practice.staff], "id")
    yield from _twice("logins", [(login.portal, login.name) for login in practice.logins], "name")
    yield from _twice("billing", [(biller.npi, biller.tin) for biller in practice.billing], "npi")
    yield from _twice("clinicians", [(clinician.npi,) for clinician in practice.clinicians], "npi")
    if not any("owner" in person.roles for person in practice.staff):
        yield Mistake(("staff",), "someone must have the role 'owner'")
    for (_, first), (n, second) in combinations(enumerate(practice.routes), 2):
        if first.payer == second.payer and first.overlaps(second):
            yield Mistake(("routes", n, "payer"), "has another route for the same days; end one of them with 'until'")
        elif first.payer != second.payer and first.overlaps(second) and _names(first) & _names(second):
            yield Mistake(("routes", n, "payer"), "shares a name with another payer's route; a name must mean one payer")


def _twice(part: str, keys: Sequence[tuple[str, ...]], field: str) -> Iterator[Mistake]:
    for n, key in enumerate(keys):
        if key in keys[:n]:
            yield Mistake((part, n, field), "is given twice; remove one of them")
