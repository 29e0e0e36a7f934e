"""Whether a share may start now: permission, hours, secrets, earlier refusals. The last look before a browser exists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from payerbot.errors import UserError
from payerbot.model import Outcome
from payerbot.settings import settings

if TYPE_CHECKING:
    from payerbot.ledger.book import Ledger
    from payerbot.practice import Login, Practice
    from payerbot.vault import Vault
    from portals.base import Portal, PortalConfig


class Pass(NamedTuple):
    """A share may start, and within which bounds."""

    portal: type[Portal]
    base_url: str
    hosts: tuple[str, ...]  # the only ones the browser may talk to
    pace: tuple[float, float]
    owner: str  # staff id
    stop_by: datetime | None  # UTC; None for a job that a person started at the desk
    next_start: datetime  # UTC
    today: date  # the practice's business day
    ahead: timedelta = timedelta(0)  # of this machine's clock: the ledger's

    def over(self) -> bool:
        """True from the stop-by time on."""
        return self.stop_by is not None and datetime.now(UTC) + self.ahead >= self.stop_by


class Block(NamedTuple):
    """Why a share may not start, and what its rows wait for."""

    outcome: Outcome
    waits_for: str
    question: int | None = None
    due: datetime | None = None


def admit(
    portal: str, login: str, ledger: Ledger, practice: Practice, vault: Vault, *, desk: bool, held: bool = False, attended: bool = False
) -> Pass | Block:
    """May this share start now? `held`: it has the login already, so that a sign-in without an end is nobody's at work.

    `attended`: a person signs in at the window, so payerbot needs no secrets and repeats no refused ones.
    """
    from portals import KNOWN  # noqa: PLC0415  loads every adapter and with it the browser's package

    adapter = KNOWN.get(portal)
    if adapter is None:
        return Block(Outcome.TERMS_BLOCKED, f"an adapter for the portal '{portal}', which this version does not have")
    config, twin = adapter.settings(), settings().twins.get(portal)
    mine = next((known for known in practice.logins if known.portal == portal and known.name == login), None)
    if mine is None:
        return Block(Outcome.NEEDS_PERSON, f"a login '{login}' for {portal} in the practice file")
    now = ledger.time()  # the same for all machines that share a login
    return (
        (None if twin else _permitted(portal, config, ledger, practice.business_date(now)))
        or (None if attended else _has_secrets(portal, login, vault) or _not_barred(portal, login, ledger, held=held))
        or (None if twin else _is_served(config, now))
        or _in_hours(mine, now, desk=desk)
        or _pass(adapter, config, twin, mine, now, practice.business_date(now))
    )


def _permitted(portal: str, config: PortalConfig, ledger: Ledger, on: date) -> Block | None:
    if config.automation.rule == "forbidden":
        return Block(Outcome.TERMS_BLOCKED, f"nothing: {config.title} forbids automated use")
    if config.automation.rule == "permitted" or ledger.permission(portal, on) is not None:
        return None
    return Block(Outcome.TERMS_BLOCKED, f"the owner's permission for {config.title}: run 'payerbot permit {portal}'")


def _has_secrets(portal: str, login: str, vault: Vault) -> Block | None:
    try:
        vault.secrets(portal, login)
    except UserError:
        return Block(Outcome.NEEDS_PERSON, f"the user id and password of {portal} ({login}): run 'payerbot keys set {portal}'")
    return None


def _not_barred(portal: str, login: str, ledger: Ledger, *, held: bool) -> Block | None:
    bar = ledger.sign_in_bar(portal, login)
    if bar is None:
        return None
    if bar.question is not None:
        return Block(Outcome.NEEDS_PERSON, f"question {bar.question}", question=bar.question)
    if bar.kind == "paused":
        return Block(Outcome.PORTAL_DOWN, bar.why or "the next hours of this login", due=bar.until)
    return Block(Outcome.NEEDS_PERSON, "a person to look at this login") if held else None  # else another run is signing in just now


def _is_served(config: PortalConfig, now: datetime) -> Block | None:
    opens = config.hours.next_open(now)
    return None if opens is None else Block(Outcome.PORTAL_DOWN, f"the service hours of {config.title}", due=opens.astimezone(UTC))


def _in_hours(login: Login, now: datetime, *, desk: bool) -> Block | None:
    if login.may_run(now, desk=desk):
        return None
    return Block(Outcome.PORTAL_DOWN, f"the hours of the login {login.name}", due=next_start(login, now))


def _pass(adapter: type[Portal], config: PortalConfig, twin: str | None, login: Login, now: datetime, today: date) -> Pass:
    hosts = simulated(config.hosts, twin) if twin else config.hosts
    return Pass(
        portal=adapter,
        base_url=twin or config.base_url,
        hosts=hosts,
        pace=(0.0, 0.0) if twin else (config.pace.seconds, config.pace.jitter),
        owner=login.owner,
        stop_by=login.stop_by(now) if login.may_run(now) else None,
        next_start=next_start(login, now),
        today=settings().dev_today or today if twin else today,
        ahead=now - datetime.now(UTC),
    )


def simulated(hosts: tuple[str, ...], twin: str) -> tuple[str, ...]:
    """A twin's own address, and for each of the portal's hosts the one of the same name on loopback: a sign-in may have one of its own."""
    at = urlsplit(twin)
    beside = (f"{host.rpartition('.')[0]}.localhost:{at.port}" for host in hosts)
    return tuple(dict.fromkeys((at.netloc, *beside)))


def next_start(login: Login, now: datetime) -> datetime:
    """When the bot's next hours on this login begin; without hours, the next day. UTC."""
    zone = ZoneInfo(login.time_zone)
    start = login.hours.start if login.hours is not None else clock(0, 0)
    today = now.astimezone(zone).date()
    days = (datetime.combine(today + timedelta(days=n), start, zone).astimezone(UTC) for n in range(3))
    return next(day for day in days if day > now)
