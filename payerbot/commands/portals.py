"""`payerbot portals`, `permit`, `signin`, `attach`, `selectors check`: what the practice may do where, and the way in."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
from portals.refused import refused

if TYPE_CHECKING:
    from payerbot.browser.selectors import Selectors, Way
    from payerbot.ledger.book import Ledger, Permission
    from payerbot.model import Progress
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
HEADS = ("portal", "name", "can (how well its screens are documented)", "its rule on automation", "may run here", "logins")
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
    grades: Mapping[str, str]  # by job
    known: bool = True  # False: without a practice file nobody knows what was permitted

    @property
    def may_run(self) -> bool:
        """What the permission gate would say."""
        return self.simulated or self.rule == "permitted" or (self.permission is not None and self.rule != "forbidden")


def known(portal: str) -> type[Portal]:
    """The adapter, or UserError with those there are."""
    if portal not in KNOWN:
        raise UserError(f"There is no portal {portal!r}; payerbot knows: {', '.join(sorted(KNOWN))}.")
    return KNOWN[portal]


def listing(*, as_json: bool, markdown: bool = False) -> int:
    """Every portal there is, and where the practice stands with it; without a practice file what it permits is unknown."""
    if markdown:
        typer.echo(as_markdown())
        return OK
    if settings().practice.exists():
        mine = practice()
        with ledger_of(mine) as ledger:
            rows = [_row(slug, adapter, mine, ledger) for slug, adapter in sorted(KNOWN.items())]
    else:
        rows = [_row(slug, adapter, None, None) for slug, adapter in sorted(KNOWN.items())]
    if as_json:
        print_json([*map(_as_json, rows), *({**one.model_dump(mode="json"), "portal": one.slug, "may_run": False} for one in refused())])
    else:
        print_table(HEADS, map(_cells, rows))
        for one in refused():
            typer.echo(f"{one.title} is not automated: {one.rule} ({one.source}). Instead: {one.instead}.")
    return OK


def as_markdown() -> str:
    """Portals by capabilities, how well the screens of each are documented, and the rule on automated use."""
    jobs = [job.value for job in BY_JOB]
    lines = [("portal", *jobs, "rule on automated use"), ("---",) * (len(jobs) + 2)]
    for slug, adapter in sorted(KNOWN.items()):
        config = adapter.settings()
        grades = [config.capabilities[job] if issubclass(adapter, capability) else "-" for job, capability in BY_JOB.items()]
        lines.append((f"{config.title} (`{slug}`)", *grades, RULES[config.automation.rule]))
    lines += [(f"{one.title} (no adapter)", *("-" * len(jobs)), f"forbids automated use; instead: {one.instead}") for one in refused()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _row(slug: str, adapter: type[Portal], mine: Practice | None, ledger: Ledger | None) -> Row:
    config = adapter.settings()
    return Row(
        portal=slug,
        title=adapter.title,
        jobs=tuple(job.value for job, capability in BY_JOB.items() if issubclass(adapter, capability)),
        rule=config.automation.rule,
        as_of=config.automation.as_of,
        source=config.automation.source,
        permission=ledger.permission(slug, mine.business_date(datetime.now(UTC))) if mine and ledger else None,
        logins=tuple(login.name for login in mine.logins if login.portal == slug) if mine else (),
        simulated=slug in settings().twins,
        grades=config.capabilities,
        known=mine is not None,
    )


def _as_json(row: Row) -> dict[str, object]:
    permission = row.permission.model_dump(mode="json") if row.permission else None
    return {**row._asdict(), "permission": permission, "may_run": row.may_run}


def _cells(row: Row) -> tuple[str, ...]:
    can = ", ".join(f"{job} ({row.grades[job]})" for job in row.jobs)
    return row.portal, row.title, can, f"{RULES[row.rule]} ({row.as_of})", _may_run(row), ", ".join(row.logins) or "none"


def _may_run(row: Row) -> str:
    if row.simulated:
        return "yes: it is simulated"
    if row.rule in ("permitted", "forbidden"):
        return "yes" if row.may_run else "no"
    if row.permission:
        until = f" until {row.permission.until}" if row.permission.until else ""
        return f"yes{until}, permitted by {row.permission.by} on {row.permission.on}"
    return f"no: run 'payerbot permit {row.portal}'" if row.known else "not known: there is no practice file"


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


class Found(NamedTuple):
    """One element of a screen, and which of its ways finds it now."""

    screen: str
    element: str
    matched: int | None  # counted from 1; None: no way finds it
    ways: int
    how: str  # css, role, label, ...
    origin: str


class Checked(NamedTuple):
    """What a look at a portal's screens showed."""

    selectors: Selectors
    report: ShareReport
    found: tuple[Found, ...]

    @property
    def origins(self) -> Counter[str]:
        """How many ways are known from where."""
        screens = self.selectors.screens.values()
        return Counter(way.origin for screen in screens for element in screen.elements.values() for way in element)

    @property
    def elements(self) -> int:
        """How many the file has."""
        return sum(len(screen.elements) for screen in self.selectors.screens.values())

    @property
    def unseen(self) -> list[str]:
        """The screens that were not looked at."""
        return sorted(set(self.selectors.screens) - {one.screen for one in self.found})


def check_selectors(portal: str, *, as_json: bool) -> int:
    """Sign in, look at every screen that can be seen without asking about anybody, and say which way finds each element."""
    from payerbot.browser.selectors import load  # noqa: PLC0415  brings pydantic's schemas

    selectors = load(known(portal).family, settings().selectors_overlay)
    mine = practice()
    report, seen = _looked(mine, login_of(mine, portal, None))
    screens = dict.fromkeys(name.partition(".")[0] for name in seen)
    elements = ((screen, element, ways) for screen in screens for element, ways in selectors.screens[screen].elements.items())
    checked = Checked(selectors, report, tuple(_found(*one, seen) for one in elements if f"{one[0]}.{one[1]}.0" in seen))
    if as_json:
        print_json(_checked_json(portal, checked))
    else:
        _say_checked(portal, checked)
    return _code([report])


def _looked(mine: Practice, login: Login) -> tuple[ShareReport, dict[str, bool]]:
    """How the share ended, and for each way, as screen.element.number, whether it finds anything."""
    from payerbot.commands.progress import Bars  # noqa: PLC0415  only where a share runs
    from payerbot.share import supervise  # noqa: PLC0415

    seen: dict[str, bool] = {}
    with Bars(mine) as bars:

        def heard(told: Progress) -> None:
            if told.event == "log":
                seen[told.note] = told.outcome == "found"
            else:
                bars(told)

        return supervise(login.portal, login.name, "", desk=True, look=True, progress=heard), seen


def _found(screen: str, element: str, ways: Sequence[Way], seen: Mapping[str, bool]) -> Found:
    matched = next((n for n in range(len(ways)) if seen.get(f"{screen}.{element}.{n}")), None)
    way = ways[matched or 0]
    return Found(screen, element, None if matched is None else matched + 1, len(ways), way.kind, way.origin)


def _checked_json(portal: str, checked: Checked) -> dict[str, object]:
    return {
        "portal": portal,
        "seen": checked.selectors.seen,
        "screens": len(checked.selectors.screens),
        "elements": checked.elements,
        "from": checked.origins,
        "ended": checked.report.ended,
        "note": checked.report.note,
        "not_looked_at": checked.unseen,
        "found": [one._asdict() for one in checked.found],
    }


def _say_checked(portal: str, checked: Checked) -> None:
    report, found = checked.report, checked.found
    origins = ", ".join(f"{count} {origin}" for origin, count in checked.origins.most_common())
    typer.echo(
        f"{portal}: {len(checked.selectors.screens)} screens, {checked.elements} elements, "
        f"last seen on the real pages: {checked.selectors.seen}. Known from: {origins}."
    )
    if found:
        print_table(("screen", "element", "found by", "from"), ((one.screen, one.element, _by(one), one.origin) for one in found))
        there = sum(one.matched is not None for one in found)
        typer.echo(f"{there} elements found; {len(found) - there} not there now, which is right for errors and for other payers' fields.")
    typer.echo(f"Not looked at, for they come after a question or in other cases: {', '.join(checked.unseen)}.")
    if report.ended != "done":
        typer.echo(f"Not finished ({report.ended}){f': {report.note}' if report.note else ''}.")


def _by(one: Found) -> str:
    return "nothing" if one.matched is None else f"{one.how} (way {one.matched} of {one.ways})"
