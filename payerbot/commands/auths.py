"""`payerbot auths`: prepared by the bot, looked at and approved by a person, sent once, followed to the decision."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from payerbot import intake
from payerbot.auths import words
from payerbot.commands.batches import Result, say_ended, say_loaded
from payerbot.commands.office import at_keyboard, ledger_of, practice, print_json, print_table, somebody, title
from payerbot.commands.progress import Bars
from payerbot.errors import UserError
from payerbot.intake import authorizations
from payerbot.ledger.batches import patient
from payerbot.ledger.evidence import Evidence
from payerbot.ledger.records import MAYBE_SENT, Submission
from payerbot.logs import log
from payerbot.model import Job, Outcome
from payerbot.outlet import files
from payerbot.people import staff as people
from payerbot.practice import MAY_APPROVE
from payerbot.run import EXIT_FAILED, EXIT_OK, EXIT_WAITING, run_batch
from payerbot.settings import settings
from payerbot.vault import vault_of
from portals import KNOWN

if TYPE_CHECKING:
    from payerbot.intake.authorizations import Proved
    from payerbot.ledger.book import Ledger
    from payerbot.practice import Practice, Staff
    from payerbot.rows import BatchReport

HOURS = 24.0  # how long an approval holds
MOST_HOURS = 72.0
WOKEN = (Outcome.NOT_YET, Outcome.PORTAL_DOWN, Outcome.PAGE_CHANGED)  # a person who starts a run does not wait for tomorrow
IN_WORDS = {
    "new": "not prepared yet",
    "prepared": "APPROVE: waits for a person's yes",
    "approved": "approved, not sent yet",
    "intended": "may have been sent",
    "unknown": "may have been sent",
    "doubled": "FIX: the payer has it more than once",
    "settled": "at the payer",
    "decided": "decided",
    "draft": "left as a draft",
    "withdrawn": "withdrawn",
}


# --- prepare -------------------------------------------------------------------------------------------------------------------------


def prepare(file: Path, *, out: Path | None, portal: str | None, headed: bool, again: bool, as_json: bool) -> int:
    """Load requests, look whether the payer has them already, fill the rest up to the page before Submit, and ask."""
    mine = practice()
    target = out or file.with_name(f"{file.stem}.answers.csv")
    files.check(target, file)
    found, report = _loaded(mine, file, again=again)
    if not as_json:
        say_loaded(found.sheet, report)
    return _worked(mine, {report.batch: target}, portal=portal, headed=headed, as_json=as_json, prepare=True)


def _loaded(mine: Practice, file: Path, *, again: bool) -> tuple[Proved, BatchReport]:
    today = settings().day(mine.business_date(datetime.now(UTC)))
    with ledger_of(mine) as ledger:
        store = Evidence(ledger, vault_of(mine.tenant).ledger_keys())
        found = intake.read_requests(file, mine, today, built=KNOWN, others=ledger.patients())
        sheet = authorizations.addressed(found, store.address)
        report = ledger.add(sheet, business_date=today, again=again)
        for item, line, ask in ledger.auth_items(report.batch):
            for one in ask.attachments:
                if one.sha256 in found.files.data:
                    store.keep("attachment", found.files.data[one.sha256], item=item)
            if line in found.files.for_a_person:
                ledger.park(item, "auth_scan", staff=mine.approver(), waits_for=words.SCAN)
    log.info("loaded", batch=report.batch, job=Job.AUTHS.value, count=report.added, total=len(sheet.rows))
    return found, report


# --- looking -------------------------------------------------------------------------------------------------------------------------


def listing(*, as_json: bool) -> int:
    """Every request and where it stands; exit code 3 where one waits for a person."""
    mine = practice()
    with ledger_of(mine) as ledger:
        found = ledger.submissions()
        if found:
            ledger.log(somebody(), "auths list")
    waiting = any(one.state in {"prepared", "doubled"} for one in found)
    if as_json:
        print_json([{**_plainly(one), "says": IN_WORDS[one.state]} for one in found])
    elif found:
        print_table(("request", "practice's number", "payer", "care from", "stands"), map(_row, found))
    else:
        typer.echo("There is no authorization request yet: 'payerbot auths prepare FILE' makes some of a file.")
    return EXIT_WAITING if waiting else EXIT_OK


def _plainly(one: Submission) -> dict[str, object]:
    return {
        "id": one.id,
        "request_id": one.ask.request_id,
        "payer": one.ask.payer_key,
        "portal": one.portal,
        "state": one.state,
        "question": one.handoff if one.state == "prepared" else None,
        "reference": one.reference.reference if one.reference else None,
        "sent": one.sent,
    }


def _row(one: Submission) -> tuple[str, ...]:
    return one.id, one.ask.request_id, one.ask.payer_key, f"{one.ask.start_date:%m/%d/%Y}", IN_WORDS[one.state]


def show(name: str, *, staff: str, image: Path | None, as_json: bool) -> int:
    """All of one request as the review page showed it, for the person who decides."""
    mine = practice()
    person = at_keyboard(mine, staff)
    with ledger_of(mine) as ledger:
        found = ledger.find_submission(name)
        ledger.log(person.id, "auths show", patient(found.ask), found.id)
        if image is not None:
            _picture(mine, ledger, found, image)
    if as_json:
        print_json({**_plainly(found), "review": found.review, "content": found.ask.model_dump(mode="json")})
    else:
        _say(found)
    return EXIT_OK


def _picture(mine: Practice, ledger: Ledger, found: Submission, image: Path) -> None:
    if not found.picture:
        raise UserError(f"{found.id} was not filled in yet, so there is no picture of its review page.")
    data = Evidence(ledger, vault_of(mine.tenant).ledger_keys()).read(found.picture)
    try:
        image.touch(mode=0o600, exist_ok=False)
        image.write_bytes(data)
    except OSError:
        raise UserError(f"{image.name} cannot be written: name a new file in a folder of your own.") from None
    typer.echo(f"The page is in {image}; delete it when you have seen it.")


def _say(found: Submission) -> None:
    typer.echo("\n".join(_lines(found)))


def _lines(found: Submission) -> Iterator[str]:
    ask = found.ask
    yield f"{found.id}: request {ask.request_id} to {ask.payer_label} at {title(found.portal)}: {IN_WORDS[found.state]}."
    yield f"The clinician {ask.approved_by} approved the content on {ask.approved_at:%m/%d/%Y %H:%M}."
    if found.review:
        yield "\nWhat the page before Submit shows:"
        yield from (f"  {label}: {text}" for label, text in found.review)
    yield from _clinical(found)
    yield "\nFiles that go with it:" if ask.attachments else "\nNo file goes with it."
    yield from (f"  {one.kind}: {one.media}, {one.pages} page(s), {one.size:,} bytes, {one.sha256[:16]}" for one in ask.attachments)
    yield from _standing(found)
    if (given := found.approval) is not None:
        yield f"\nApproval {given.n}, by {given.by}, until {given.until:%m/%d/%Y %H:%M} UTC: {_of(found)}."


def _clinical(found: Submission) -> Iterator[str]:
    ask = found.ask
    yield f"\nClinical note, verbatim: {ask.note or '(none)'}"
    yield from (f"  {one.question}: {one.answer}" for one in ask.questionnaire)
    if ask.expedited_by:
        yield f"Expedited, says {ask.expedited_by}: {ask.expedited_statement}"


def _standing(found: Submission) -> Iterator[str]:
    yield "\nWhat the payer already has for this member:" if found.standing else "\nThe payer showed no other request for this member."
    for one in found.standing:
        days = f"{one.begin or '?'} to {one.end or '?'}"
        yield f"  {one.reference}: {', '.join(one.codes) or 'codes not shown'}, {days}, {one.seen_as or one.state.value}"
    if found.sent:
        when = f" on {found.intended_on:%m/%d/%Y}" if found.intended_on else ""
        yield f"It was sent, or may have been{when}."
    if found.reference is not None:
        yield f"The payer's number: {found.reference.reference}"


def _of(found: Submission) -> str:
    given = found.approval
    if given is None or given.used_at is not None:
        return "used"
    return f"void, because {given.void_why}" if given.void_at is not None else "not used yet"


# --- deciding ------------------------------------------------------------------------------------------------------------------------


def approve(name: str, *, staff: str, hours: float) -> int:
    """Show it, ask, and store a one-use yes; there is no way around the typed word."""
    mine = practice()
    person = _approver(mine, staff)
    if not 0 < hours <= MOST_HOURS:
        raise UserError(f"An approval can hold for at most {MOST_HOURS:.0f} hours.")
    with ledger_of(mine) as ledger:
        found = ledger.find_submission(name)
        ledger.log(person.id, "auths show", patient(found.ask), found.id)
        _say(found)
        if found.state == "prepared" and not _typed_yes(found):
            typer.echo("Nothing was approved; the question waits.")
            return EXIT_WAITING
        with ledger.reading() as connection:
            until = ledger.now(connection) + timedelta(hours=hours)
        given = ledger.approve(found.id, by=person.id, until=until, seen=found)
    log.info("approved", staff=person.id, portal=found.portal)
    typer.echo(f"Approved by {person.name}, once, until {given.until.astimezone(mine.zone):%m/%d/%Y %H:%M}.")
    typer.echo(f"'payerbot auths submit {found.id}' sends it now; else the next follow-up does.")
    return EXIT_OK


def _typed_yes(found: Submission) -> bool:
    again = "It may have been sent once already; send it only if the payer has none. " if found.sent or found.intended_on else ""
    typer.echo(f"\n{again}Type yes to have exactly this sent once; anything else leaves it as it is: ", nl=False)
    return sys.stdin.readline().strip().casefold() == "yes"


def decline(name: str, *, staff: str) -> int:
    """Say no: it is not sent."""
    mine = practice()
    person = _approver(mine, staff)
    with ledger_of(mine) as ledger:
        found = ledger.find_submission(name)
        ledger.decline(found.id, by=person.id)
    typer.echo(f"{found.id} is withdrawn and will not be sent.")
    return EXIT_OK


def _approver(mine: Practice, staff: str) -> Staff:
    person = at_keyboard(mine, staff)
    if any(role in person.roles for role in MAY_APPROVE):
        return person
    return people.with_role(mine, person.id, "approver", "approve or decline an authorization request")


# --- sending and following -----------------------------------------------------------------------------------------------------------


def submit(name: str | None, *, headed: bool, as_json: bool) -> int:
    """Send what is approved, each request once; and follow what was sent."""
    mine = practice()
    with ledger_of(mine) as ledger:
        batches = _batches(ledger, name)
        sendable = [one for batch in batches for one in ledger.submissions(batch) if one.state in {"approved", *MAYBE_SENT}]
    if not sendable:
        raise UserError("Nothing is approved: 'payerbot auths list' shows what waits for a yes, 'payerbot auths approve ID' gives it.")
    return _worked(mine, dict.fromkeys(batches), headed=headed, as_json=as_json)


def follow(batch: str | None, *, headed: bool, as_json: bool) -> int:
    """Ask the payers what became of what was sent."""
    mine = practice()
    with ledger_of(mine) as ledger:
        batches = _batches(ledger, batch)
    return _worked(mine, dict.fromkeys(batches), headed=headed, as_json=as_json)


def _batches(ledger: Ledger, name: str | None) -> list[str]:
    """The batches that are meant: all with open rows, the one named, or those that hold the request named."""
    known = [one.id for one in ledger.batches() if one.job is Job.AUTHS]
    if name in known:
        return [name]
    if name is not None:
        wanted = ledger.find_submission(name).id
        return [batch for batch in known if any(one.id == wanted for one in ledger.submissions(batch))]
    return [batch for batch in known if ledger.counts(batch).get("waiting", 0) + ledger.counts(batch).get("taken", 0)]


def _worked(
    mine: Practice, outs: dict[str, Path | None], *, headed: bool, as_json: bool, portal: str | None = None, prepare: bool = False
) -> int:
    codes = [EXIT_OK]
    for batch, out in outs.items():
        result = Result(mine, batch, out or Path(f"{batch}.csv"))
        with ledger_of(mine) as ledger:
            ledger.wake(batch, WOKEN)
        with Bars(mine, quiet=as_json) as bars:
            summary = run_batch(mine, batch, portal=portal, headed=headed, progress=bars, prepare=prepare)
        totals = result.write()
        codes.append(EXIT_FAILED if summary.exit_code == EXIT_FAILED else EXIT_OK if totals.complete else EXIT_WAITING)
        if as_json:
            print_json({**summary.model_dump(mode="json"), **totals.as_json(), "waits_for": dict(result.waits), "out": str(result.out)})
        else:
            say_ended(mine, summary, totals, result)
    if not outs:
        typer.echo("No authorization request is open.")
    return EXIT_FAILED if EXIT_FAILED in codes else max(codes)
