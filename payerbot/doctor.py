"""`payerbot doctor`: whether everything a run needs is there, and what is in force; each finding says what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, ParamSpec
from urllib.parse import urlsplit

import typer

from payerbot import credentials, host
from payerbot.commands.office import ledger_of, print_json
from payerbot.errors import RunError, UserError
from payerbot.practice import Practice
from payerbot.settings import Settings, settings

if TYPE_CHECKING:
    from payerbot.vault import Vault

P = ParamSpec("P")
State = Literal["ok", "look", "bad"]
PYTHON = (3, 11)
LITTLE_DISK = 2_000_000_000  # bytes; a night's evidence is some hundred megabytes
MEGABYTE = 1_048_576
MARK: dict[State, str] = {"ok": "ok  ", "look": "look", "bad": "BAD "}


class Finding(NamedTuple):
    """What one check found."""

    check: str
    state: State
    says: str


def main(*, as_json: bool) -> int:
    """Print every finding; 1 where a run could not work."""
    findings = examine()
    if as_json:
        print_json({"findings": [finding._asdict() for finding in findings], "settings": in_force()})
    else:
        for finding in findings:
            typer.echo(f"{MARK[finding.state]}  {finding.check}: {finding.says}")
        typer.echo("\nIn force:")
        for name, value in in_force().items():
            typer.echo(f"  {name}={value}")
    return int(any(finding.state == "bad" for finding in findings))


def examine() -> list[Finding]:
    """Every check, each on its own: one that fails does not keep the others."""
    mine = settings()
    found = [_python(), *_each("home", _home, mine), *_each("browser", _browser, mine), *_each("memory", _memory, mine)]
    practices: list[Practice] = []
    found += [*_each("database", _database, mine), *_each("practice", _practice, mine, practices)]
    for practice in practices:
        found += _each("time zone", _time_zone, practice)
        found += _secrets(practice)
    return found


def _secrets(practice: Practice) -> list[Finding]:
    vaults: list[Vault] = []
    found = list(_each("keyring", _keyring, practice, vaults))
    for vault in vaults:
        found += _each("logins", _logins, practice, vault)
        found += _each("ledger", _ledger, practice)
        found += _each("outbox", _outbox, practice, vault)
    return found


def in_force() -> dict[str, str]:
    """The settings, as variables; none of them is a secret, but a database's URL may hold one."""
    return {f"PAYERBOT_{name.upper()}": _shown(name, getattr(settings(), name)) for name in Settings.model_fields}


def _shown(name: str, value: Any) -> str:  # noqa: ANN401  a setting of any kind
    if name == "ledger_url" and "@" in str(value):
        return f"{str(value).partition('://')[0]}://...@{str(value).rpartition('@')[2]}"
    return "" if value is None else str(value)


def _each(check: str, look: Callable[P, Iterator[Finding]], *given: P.args, **named: P.kwargs) -> Iterator[Finding]:
    try:
        yield from look(*given, **named)
    except (UserError, RunError) as why:
        yield Finding(check, "bad", str(why))
    except Exception as bug:  # noqa: BLE001  a check that breaks is a finding, not the end of the examination
        yield Finding(check, "bad", f"could not be checked ({type(bug).__name__}).")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < PYTHON:
        return Finding("Python", "bad", f"{version} is too old: install Python 3.11 or newer.")
    return Finding("Python", "ok", version)


def _home(mine: Settings) -> Iterator[Finding]:
    if not mine.ledger_url and host.is_network_path(mine.home):
        yield Finding(
            "home", "bad", f"{mine.home} is on a network drive, where a ledger's locks do not hold: set PAYERBOT_HOME to a local folder."
        )
    service = host.synced_by(mine.home)
    if service:
        yield Finding(
            "home", "bad", f"{mine.home} is copied by {service}, which tears a ledger apart: set PAYERBOT_HOME to a folder it leaves alone."
        )
    host.private_folder(mine.home)
    free = host.disk_free(mine.home)
    state: State = "ok" if free > LITTLE_DISK else "look"
    yield Finding("home", state, f"{mine.home}, {free // MEGABYTE:,} MB free{'' if state == 'ok' else ': make room soon'}.")


def _browser(mine: Settings) -> Iterator[Finding]:
    found = host.find_browser(mine.browser)
    yield Finding("browser", "ok", str(found)) if found else Finding("browser", "bad", host.NO_BROWSER)


def _memory(mine: Settings) -> Iterator[Finding]:
    free = host.memory_available() // MEGABYTE
    enough = free >= mine.share_memory_mb
    says = f"{free:,} MB free, one portal at a time is reckoned with {mine.share_memory_mb} MB"
    yield Finding("memory", "ok" if enough else "look", says + ("." if enough else ": close other programs before a run."))


def _practice(mine: Settings, found: list[Practice]) -> Iterator[Finding]:
    practice = Practice.load(mine.practice)
    found.append(practice)
    yield Finding("practice", "ok", f"{practice.name}: {len(practice.staff)} staff, {len(practice.logins)} logins ({mine.practice}).")
    if not any("owner" in one.roles for one in practice.staff):
        yield Finding("practice", "look", "nobody has the role owner, so nobody can permit a portal: give it to somebody.")
    for login in practice.logins:
        if practice.staff_by_id(login.owner) is None:
            yield Finding("practice", "bad", f"the login {login.name} belongs to {login.owner!r}, who is not among the staff: correct it.")


def _time_zone(practice: Practice) -> Iterator[Finding]:
    here, there = datetime.now().astimezone(), datetime.now(practice.zone)
    same = here.utcoffset() == there.utcoffset()
    says = f"the practice's clock says {there:%H:%M} ({practice.time_zone})"
    yield Finding(
        "time zone", "ok" if same else "look", says + ("." if same else f", this machine's {here:%H:%M}: see that this is meant.")
    )


def _keyring(practice: Practice, found: list[Vault]) -> Iterator[Finding]:
    from payerbot.vault import vault_of  # noqa: PLC0415  the keyring's backends are loaded with it

    vault = vault_of(practice.tenant)
    vault.ledger_key()
    found.append(vault)
    yield Finding("keyring", "look" if vault.made_up else "ok", f"{vault.kind}.")


def _logins(practice: Practice, vault: Vault) -> Iterator[Finding]:
    for one in credentials.presence(practice, vault):
        where = f"{one.login.name} at {one.login.portal}"
        if one.missing:
            todo = f"run 'payerbot keys set {one.login.portal} --login {one.login.name}'"
            yield Finding("logins", "bad", f"{where} lacks its {' and '.join(part.value for part in one.missing)} in the keyring: {todo}.")
        else:
            yield Finding("logins", "ok", f"{where} has its {', '.join(part.value for part in one.has)}.")


def _ledger(practice: Practice) -> Iterator[Finding]:
    from portals import KNOWN  # noqa: PLC0415  loads every adapter

    with ledger_of(practice) as ledger:
        yield Finding("ledger", "ok", f"{len(ledger.batches())} batches, {len(ledger.questions())} questions wait for a person.")
        breaks = ledger.verify_audit()
        yield Finding("record", "bad" if breaks else "ok", " ".join(breaks) or "whole.")
        today = practice.business_date(datetime.now(UTC))
        for slug in sorted({login.portal for login in practice.logins}):
            if slug not in KNOWN:
                yield Finding("portals", "look", f"practice.yaml has a login for {slug!r}, which this payerbot does not know.")
                continue
            rule, permission = KNOWN[slug].settings().automation.rule, ledger.permission(slug, today)
            yield _permission(slug, rule, permitted=permission is not None)
        for login in practice.logins:
            if bar := ledger.sign_in_bar(login.portal, login.name):
                todo = f"payerbot answer {bar.question}" if bar.question else "payerbot handoffs"
                yield Finding("sign-in", "look", f"{login.name} at {login.portal} does not sign in ({bar.kind}): run '{todo}'.")


def _outbox(practice: Practice, vault: Vault) -> Iterator[Finding]:
    if not practice.api and not settings().api_url:
        return
    from payerbot.outlet import api  # noqa: PLC0415  httpx takes a while

    target = api.target_of(practice)
    if target is None or vault.api_key() is None:
        yield Finding("outbox", "bad", api.NO_KEY if target else api.OFF)
        return
    with ledger_of(practice) as ledger:
        counts = ledger.outbox_counts(target.since)
    host_name = urlsplit(target.url).hostname
    yield Finding("outbox", "ok", f"answers go to {host_name}, signed; {counts.sent} sent, {counts.waiting} wait.")
    if counts.dead:
        yield Finding("outbox", "look", f"{counts.dead} answers are dead: run 'payerbot outbox list'.")


def _database(mine: Settings) -> Iterator[Finding]:
    """Which database the ledger is in, and whether it answers; no key is needed to ask."""
    from payerbot.ledger.store import look_at  # noqa: PLC0415  SQLAlchemy takes a while

    found = look_at(mine.ledger)
    if found.safe:
        yield Finding("database", "ok", f"{found.says}.")
    else:
        yield Finding("database", "bad", f"{found.says}: add sslmode=verify-full to PAYERBOT_LEDGER_URL (docs/deploy.md).")


def _permission(slug: str, rule: str, *, permitted: bool) -> Finding:
    if slug in settings().twins:
        return Finding("portals", "ok", f"{slug} is a simulated one here.")
    if rule == "forbidden":
        return Finding("portals", "bad", f"{slug} forbids automated use: take its login out of practice.yaml.")
    if rule == "permitted" or permitted:
        return Finding("portals", "ok", f"{slug} may be used.")
    return Finding("portals", "look", f"{slug} waits for the owner's permission: run 'payerbot permit {slug}'.")
