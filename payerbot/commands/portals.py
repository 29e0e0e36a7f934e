"""`payerbot portals`, `permit`, `signin`, `attach`, `selectors check`: what the practice may do where, and the way in."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

import typer

from payerbot.capability import BY_JOB
from payerbot.commands.office import at_keyboard, ledger_of, practice, print_json, print_table
from payerbot.credentials import login_of
from payerbot.errors import UserError
from payerbot.people import staff as people
from payerbot.settings import settings
from portals import KNOWN

if TYPE_CHECKING:
    from payerbot.ledger.book import Ledger, Permission
    from payerbot.practice import Login, Practice
    from payerbot.share import ShareReport
    from portals.base import Portal

OK, FAILED, WAITING = 0, 1, 3
RULES = {
    "forbidden": "forbids automated use",
    "unknown": "rule not known",
    "ask_first": "wants to be asked first",
    "registered_only": "registered users only",
    "permitted": "permits automated use",
}
NO_COMMENT = "without a permission on record nothing runs there"


class Row(NamedTuple):
    """One portal in the table."""

    portal: str
    title: str
    jobs: tuple[str, ...]
    rule: str
    as_of: date
    source: str
    permission: Permission | None
    logins: tuple[str, ...]
    simulated: bool

    @property
    def may_run(self) -> bool:
        """What the permission gate would say."""
        return self.simulated or self.rule == "permitted" or (self.permission is not None and self.rule != "forbidden")


def known(portal: str) -> type[Portal]:
    """The adapter, or UserError with those there are."""
    if portal not in KNOWN:
        raise UserError(f"There is no portal {portal!r}; payerbot knows: {', '.join(sorted(KNOWN))}.")
    return KNOWN[portal]


def listing(*, as_json: bool) -> int:
    """Every portal there is, and where the practice stands with it."""
    mine = practice()
    with ledger_of(mine) as ledger:
        rows = [_row(slug, adapter, mine, ledger) for slug, adapter in sorted(KNOWN.items())]
    if as_json:
        print_json([_as_json(row) for row in rows])
    else:
        print_table(("portal", "name", "can", "its rule on automation", "permission", "logins"), map(_cells, rows))
    return OK


def _row(slug: str, adapter: type[Portal], mine: Practice, ledger: Ledger) -> Row:
    config = adapter.settings()
    return Row(
        portal=slug,
        title=adapter.title,
        jobs=tuple(job.value for job, capability in BY_JOB.items() if issubclass(adapter, capability)),
        rule=config.automation.rule,
        as_of=config.automation.as_of,
        source=config.automation.source,
        permission=ledger.permission(slug, mine.business_date(datetime.now(UTC))),
        logins=tuple(login.name for login in mine.logins if login.portal == slug),
        simulated=slug in settings().twins,
    )


def _as_json(row: Row) -> dict[str, object]:
    permission = row.permission.model_dump(mode="json") if row.permission else None
    return {**row._asdict(), "permission": permission, "may_run": row.may_run}


def _cells(row: Row) -> tuple[str, ...]:
    if row.simulated:
        permission = "not needed: simulated"
    elif row.permission:
        permission = (
            f"since {row.permission.on}" + (f" until {row.permission.until}" if row.permission.until else "") + f", {row.permission.by}"
        )
    else:
        permission = "not needed" if row.rule == "permitted" else "none"
    return row.portal, row.title, ", ".join(row.jobs), f"{RULES[row.rule]} ({row.as_of})", permission, ", ".join(row.logins) or "none"


def permit(portal: str, *, basis: str, staff: str, until: date | None, as_json: bool) -> int:
    """Record an owner's permission; where the portal forbids automation there is none to give."""
    mine = practice()
    config = known(portal).settings()
    if config.automation.rule == "forbidden":
        raise UserError(
            f"{config.title} forbids automated use ({config.automation.source}), so nothing runs there; do this portal's work by hand."
        )
    owner = people.with_role(mine, at_keyboard(mine, staff).id, "owner", f"permit payerbot to use {config.title}")
    today = mine.business_date(datetime.now(UTC))
    if not basis.strip():
        raise UserError("Say on what the permission rests: add --basis with the letter or contract and its date.")
    if until is not None and until < today:
        raise UserError(f"--until {until} is past; give the last day on which the permission holds.")
    with ledger_of(mine) as ledger:
        ledger.permit(portal, basis=basis.strip(), by=owner.id, on=today, until=until)
    if as_json:
        print_json({"portal": portal, "basis": basis.strip(), "by": owner.id, "on": today, "until": until})
    else:
        typer.echo(
            f"{config.title}: permitted by {owner.name} from {today}{f' until {until}' if until else ''}, on the basis of: {basis.strip()}."
        )
    return OK


def sign_in(portal: str | None, *, everywhere: bool, login: str | None, headed: bool, as_json: bool) -> int:
    """Sign in with one login or with all, one after the other, and ask nothing."""
    mine = practice()
    reports = [_share(one, headed=headed) for one in _meant(mine, portal, login, everywhere=everywhere)]
    if as_json:
        print_json([report.model_dump(mode="json") for report in reports])
    else:
        _say(reports)
    return _code(reports)


def attach(portal: str, *, batch: str, login: str | None) -> int:
    """A window in which a person signs in; the bot goes on with the batch, if one is named."""
    mine = practice()
    if not sys.stdin.isatty():
        raise UserError("'payerbot attach' opens a window for the person at the keyboard; run it in a terminal on that person's desktop.")
    known(portal)
    reports = [_share(login_of(mine, portal, login), batch=batch, attended=True)]
    _say(reports)
    return _code(reports)


def _meant(mine: Practice, portal: str | None, login: str | None, *, everywhere: bool) -> list[Login]:
    if everywhere == (portal is not None):
        raise UserError("Name one portal, or add --all for every login of practice.yaml.")
    if portal is not None:
        known(portal)
        return [login_of(mine, portal, login)]
    logins = [one for one in mine.logins if one.portal in KNOWN]
    if not logins:
        raise UserError(f"practice.yaml has no login for a portal that payerbot knows ({', '.join(sorted(KNOWN))}); add one.")
    return logins


def _share(login: Login, *, batch: str = "", headed: bool = False, attended: bool = False) -> ShareReport:
    from payerbot.commands.progress import Bars  # noqa: PLC0415  only where a share runs
    from payerbot.share import supervise  # noqa: PLC0415

    with Bars(practice()) as bars:
        return supervise(login.portal, login.name, batch, headed=headed, attended=attended, desk=True, progress=bars)


def _say(reports: Iterable[ShareReport]) -> None:
    for report in reports:
        said = {"done": "signed in"}.get(report.ended, f"not signed in ({report.ended})")
        typer.echo(f"{report.portal}, {report.login}: {said}{f': {report.note}' if report.note else ''}")


def _code(reports: Iterable[ShareReport]) -> int:
    ended = {FAILED if report.broken else OK if report.ended == "done" else WAITING for report in reports}
    return FAILED if FAILED in ended else max(ended, default=OK)


def check_selectors(portal: str, *, as_json: bool) -> int:
    """Read a portal's selectors as a run would, and count how well each element is known."""
    from payerbot.browser.selectors import load  # noqa: PLC0415  brings pydantic's schemas

    known(portal)
    found = load(portal, settings().selectors_overlay)
    ways = [way for screen in found.screens.values() for element in screen.elements.values() for way in element]
    origins = Counter(way.origin for way in ways)
    elements = sum(len(screen.elements) for screen in found.screens.values())
    if as_json:
        print_json({"portal": portal, "seen": found.seen, "screens": len(found.screens), "elements": elements, "from": dict(origins)})
    else:
        told = ", ".join(f"{count} {origin}" for origin, count in origins.most_common())
        typer.echo(
            f"{portal}: {len(found.screens)} screens, {elements} elements, last seen on the real pages: {found.seen}. Known from: {told}."
        )
    return OK
